// Files dropped anywhere: recordings, pictures and transcripts each go where they belong on the page that is shown.

import { call, type Episode, refused } from './_studio_api';
import { ask } from './_studio_ask';
import { take_picture, take_transcript } from './_studio_files';
import { begin_episode } from './_studio_new';
import { find, main, on_start, say } from './_studio_page';
import { is_empty, send } from './_studio_uploads';

type Kind = 'picture' | 'transcript' | 'recording';

function kind_of(file: File): Kind {
  if (/\.(vtt|srt|json|html?)$/i.test(file.name)) return 'transcript';
  return file.type.startsWith('image/') ? 'picture' : 'recording'; // anything else: the server looks inside and says what it is
}

const answer = (): HTMLElement | null => find('#recording-answer') ?? find('#home-answer') ?? find('.answer', main());

// The recording of the episode that is shown.
export async function take_recording(file: File): Promise<void> {
  const part = find('[data-page="episode"]');
  const id = part?.dataset.episode;
  if (!id || is_empty(file, answer())) return;
  try {
    const episode = await call<Episode>('GET', `/api/v1/episodes/${id}`);
    const is_public = find('#recording')?.hasAttribute('data-warn') ?? false;
    const sentences = [
      `${file.name} takes the place of ${episode.master?.file_name ?? 'the present recording'}.`,
      is_public
        ? 'Listeners keep getting the present recording until the new one is ready; then podcast apps get the new one, and nobody’s subscription changes.'
        : 'Nobody outside has heard it yet.',
    ];
    if (episode.state === 'scheduled') sentences.push('This takes the episode off its schedule. Schedule it again when the new audio is ready.');
    if (episode.master && !(await ask({ heading: 'Replace the recording?', sentences, yes: 'Replace it', danger: is_public }))) return;
    say(answer(), '');
    await send(file, episode.id, episode.title);
  } catch (error) {
    say(answer(), refused(error).sentence, 'problem');
  }
}

function take(file: File, target: Element | null): void {
  const kind = kind_of(file);
  const shown = find('[data-page]')?.dataset.page;
  if (kind === 'picture' && take_picture(file)) return;
  if (kind === 'transcript' && shown === 'episode') {
    void take_transcript(file);
  } else if (kind === 'recording' && shown === 'episode') {
    void take_recording(file);
  } else if (kind === 'recording' && shown === 'home') {
    void begin_episode(file, target?.closest<HTMLElement>('[data-show]')?.dataset.show);
  } else {
    const place = { picture: 'the show’s or the episode’s page', transcript: 'the episode’s page', recording: 'the studio’s first page' }[kind];
    say(answer(), `${file.name} looks like a ${kind}. Drop it on ${place}.`, 'problem');
  }
}

const holds_files = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
let depth = 0;
const show_target = (on: boolean): void => {
  document.body.classList.toggle('dropping', on);
  if (!on) depth = 0;
};

export function listen_for_drops(): void {
  document.addEventListener('dragenter', (event) => {
    if (!holds_files(event)) return;
    depth += 1;
    show_target(true);
  });
  document.addEventListener('dragleave', (event) => {
    if (!holds_files(event)) return;
    depth -= 1;
    if (depth <= 0) show_target(false);
  });
  document.addEventListener('dragover', (event) => {
    if (holds_files(event)) event.preventDefault();
  });
  document.addEventListener('drop', (event) => {
    if (!holds_files(event)) return;
    event.preventDefault();
    show_target(false);
    if (document.querySelector('dialog[open]')) return;
    const files = [...(event.dataTransfer?.files ?? [])];
    const recordings = files.filter((file) => kind_of(file) === 'recording');
    if (recordings.length > 1) {
      say(answer(), 'Drop one recording at a time, so that each finds its episode.', 'problem');
      return;
    }
    for (const file of files) take(file, event.target as Element | null);
  });
}

on_start((root) => {
  const master = root.querySelector<HTMLInputElement>('#master');
  master?.addEventListener('change', () => {
    const file = master.files?.[0];
    master.value = '';
    if (file) void take_recording(file);
  });
});
