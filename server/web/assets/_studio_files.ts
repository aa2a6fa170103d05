// Pictures and transcripts: chosen or dropped, shown, sent.

import { call, Refusal, refused } from './_studio_api';
import { ask } from './_studio_ask';
import { mark, on_save } from './_studio_forms';
import { find, on_start, refresh_quietly, say } from './_studio_page';

// --- cover ------------------------------------------------------------------------------------------------------------------------------
const cover_form = (): HTMLFormElement | null => find<HTMLFormElement>('form[data-form="cover"]');

let shown = 0; // a picture that takes long to draw must not speak after the next one, or after it was saved

async function show_chosen(form: HTMLFormElement, picture: File | undefined): Promise<void> {
  const turn = ++shown;
  const canvas = find<HTMLCanvasElement>('canvas', form);
  if (!canvas) return;
  canvas.hidden = true;
  say(find('.answer', form), '');
  if (!picture) return;
  try {
    const bitmap = await createImageBitmap(picture);
    if (turn !== shown) return;
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    canvas.hidden = false;
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', `The picture you chose, ${bitmap.width} by ${bitmap.height} pixels`);
    say(find('.answer', form), `${picture.name}, ${bitmap.width} × ${bitmap.height} pixels. Say what it shows, then press “Use this cover”.`);
  } catch {
    if (turn === shown) say(find('.answer', form), `${picture.name} cannot be shown here. The server will say whether it can be used.`);
  }
}

export function take_picture(picture: File): boolean {
  const form = cover_form();
  const input = form ? find<HTMLInputElement>('input[type="file"]', form) : null;
  if (!form || !input) return false;
  const files = new DataTransfer();
  files.items.add(picture);
  input.files = files.files;
  mark(form);
  void show_chosen(form, picture);
  const alt = find<HTMLInputElement>('input[name="alt"]', form);
  form.scrollIntoView({ block: 'center' });
  alt?.focus({ preventScroll: true });
  return true;
}

on_save('cover', async (form) => {
  const input = find<HTMLInputElement>('input[type="file"]', form);
  const alt = find<HTMLInputElement>('input[name="alt"]', form)?.value ?? '';
  const picture = input?.files?.[0];
  if (!input || !picture) throw new Refusal(400, 'Choose a picture first, or drop one on this page.');
  shown += 1;
  await call('PUT', `${form.dataset.endpoint}?alt=${encodeURIComponent(alt)}`, picture, {
    type: picture.type || 'application/octet-stream',
  });
  input.value = '';
  const canvas = find<HTMLCanvasElement>('canvas', form);
  if (canvas) canvas.hidden = true;
  return 'This is the cover now.';
});

// --- transcript -------------------------------------------------------------------------------------------------------------------------
export async function take_transcript(file: File): Promise<boolean> {
  const form = find<HTMLFormElement>('form[data-form="transcript"]');
  if (!form) return false;
  const answer = find('.answer', form);
  const language = find<HTMLInputElement>('#transcript-language')?.value ?? '';
  form.scrollIntoView({ block: 'center' });
  say(answer, `Reading ${file.name} …`, 'busy');
  try {
    await call('PUT', `${form.dataset.endpoint}?language=${encodeURIComponent(language)}`, file);
    say(answer, `${file.name} is the transcript now.`);
    refresh_quietly();
  } catch (error) {
    say(answer, refused(error).sentence, 'problem');
  }
  return true;
}

on_save('transcript', () => Promise.reject(new Refusal(400, 'Choose a file first, or drop one on this page.')));

export async function remove_transcript(): Promise<void> {
  const form = find<HTMLFormElement>('form[data-form="transcript"]');
  const sure = await ask({
    heading: 'Remove the transcript?',
    sentences: ['It disappears from the episode’s page, from its feed and from the audio files. The file on your computer stays.'],
    yes: 'Remove it',
    danger: true,
  });
  if (!form || !sure) return;
  try {
    await call('DELETE', form.dataset.endpoint ?? '');
    say(find('.answer', form), 'The transcript is removed.');
    refresh_quietly();
  } catch (error) {
    say(find('.answer', form), refused(error).sentence, 'problem');
  }
}

// --- drafts of transcripts, written by a program ---------------------------------------------------------------------------------------
async function about_draft(method: string, below: string, sentence: string): Promise<void> {
  const form = find<HTMLFormElement>('form[data-form="transcript"]');
  if (!form) return;
  try {
    await call(method, `${form.dataset.endpoint}${below}`, method === 'POST' ? {} : undefined);
    say(find('.answer', form), sentence);
    refresh_quietly();
  } catch (error) {
    say(find('.answer', form), refused(error).sentence, 'problem');
  }
}

export async function accept_draft(): Promise<void> {
  const sure = await ask({
    heading: 'Accept the draft?',
    sentences: ['It becomes the transcript: on the episode’s page, in its feed and in the audio files. Programs mishear names and leave out sounds; read it first.'],
    yes: 'Accept it',
  });
  if (sure) await about_draft('POST', '/accept', 'The draft is the transcript now.');
}
export const discard_draft = (): Promise<void> => about_draft('DELETE', '/draft', 'The draft is thrown away.');
export const write_draft = (): Promise<void> => about_draft('POST', '/draft', 'A draft is being written. That takes a while.');

on_start((root) => {
  const form = root.querySelector<HTMLFormElement>('form[data-form="cover"]');
  if (form) {
    const input = find<HTMLInputElement>('input[type="file"]', form);
    input?.addEventListener('change', () => void show_chosen(form, input.files?.[0]));
  }
  const transcript = root.querySelector<HTMLInputElement>('#transcript');
  transcript?.addEventListener('change', () => {
    const file = transcript.files?.[0];
    transcript.value = '';
    if (file) void take_transcript(file);
  });
});
