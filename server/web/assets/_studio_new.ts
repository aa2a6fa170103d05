// A new episode: its show and its title, then its recording is on its way.

import { call, type Episode, new_key, refused } from './_studio_api';
import { find, say, visit } from './_studio_page';
import { begun_for, is_empty, send } from './_studio_uploads';
import { bytes, title_of } from './_studio_words';

async function continue_begun(file: File): Promise<boolean> {
  const begun = await begun_for(file);
  if (!begun) return false;
  try {
    const episode = await call<Episode>('GET', `/api/v1/episodes/${begun.episode}`);
    await send(file, episode.id, episode.title);
    return true;
  } catch {
    return false; // that episode is gone: the file starts a new one
  }
}

async function create(dialog: HTMLDialogElement, file: File | undefined, key: string): Promise<void> {
  const title = find<HTMLInputElement>('#new-title', dialog)?.value ?? '';
  const show = find<HTMLSelectElement>('#new-show', dialog)?.value ?? '';
  const answer = find('.answer', dialog);
  const button = find<HTMLButtonElement>('button[type="submit"]', dialog);
  say(answer, 'One moment …', 'busy');
  if (button) button.disabled = true;
  try {
    const episode = await call<Episode>('POST', `/api/v1/shows/${show}/episodes`, { title }, { key });
    say(answer, '');
    dialog.close('started');
    if (file) await send(file, episode.id, episode.title);
    await visit(`/studio/episodes/${episode.id}`);
  } catch (error) {
    say(answer, refused(error).sentence, 'problem');
    find<HTMLInputElement>('#new-title', dialog)?.focus();
  } finally {
    if (button) button.disabled = false;
  }
}

// `show`: the one it was dropped on, if any. The same file as an unfinished upload continues that instead.
export async function begin_episode(file: File | undefined, show: string | undefined): Promise<void> {
  const dialog = find<HTMLDialogElement>('#new-episode');
  const title = find<HTMLInputElement>('#new-title');
  const shows = find<HTMLSelectElement>('#new-show');
  if (!dialog || !title || !shows) return;
  if (shows.options.length === 0) {
    say(find('#home-answer'), 'Create a show first; then drop the recording here again.', 'problem');
    return;
  }
  if (file && is_empty(file, find('#home-answer'))) return;
  if (file && (await continue_begun(file))) return;
  if (show) shows.value = show;
  title.value = file ? title_of(file.name) : '';
  const about = find('#new-episode-file');
  if (about) about.textContent = file ? `${file.name}, ${bytes(file.size)}` : 'You can add the recording later.';
  say(find('.answer', dialog), '');
  const form = find<HTMLFormElement>('form', dialog);
  const key = new_key();
  if (form)
    form.onsubmit = (event) => {
      event.preventDefault();
      void create(dialog, file, key);
    };
  dialog.showModal();
  title.focus();
  title.select();
}
