// The producers' studio: what buttons do, and what starts with the page.

import './_studio_jobs';
import './_studio_notes';
import './_studio_queue';
import './_studio_redact';

import { take_found_chapters } from './_studio_chapters';
import { listen_for_drops, take_recording } from './_studio_drop';
import { accept_draft, discard_draft, remove_transcript, write_draft } from './_studio_files';
import { begin_episode } from './_studio_new';
import { dirty, find, start, visit } from './_studio_page';
import { acts } from './_studio_publish';
import type { Remembered } from './_studio_tus';
import { is_sending, show_unfinished } from './_studio_uploads';

let chosen_show: string | undefined;

function choose_recording(show: string | undefined): void {
  chosen_show = show;
  find<HTMLInputElement>('#new-file')?.click();
}

// The file of an unfinished upload: the same way in as a new one, which recognises it.
function choose_again(upload: Remembered): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    if (!file) return;
    if (find('[data-page="episode"]')?.dataset.episode === upload.episode) void take_recording(file);
    else if (find('[data-page="home"]')) void begin_episode(file, undefined);
    else void visit(`/studio/episodes/${upload.episode}`).then(() => take_recording(file));
  });
  input.click();
}

const buttons: Record<string, (button: HTMLElement) => void> = {
  ...acts,
  'choose-new': (button) => choose_recording(button.closest<HTMLElement>('[data-show]')?.dataset.show),
  'new-empty': (button) => void begin_episode(undefined, button.closest<HTMLElement>('[data-show]')?.dataset.show),
  'choose-master': () => find<HTMLInputElement>('#master')?.click(),
  'found-chapters': () => void take_found_chapters(),
  'accept-draft': () => void accept_draft(),
  'discard-draft': () => void discard_draft(),
  'write-draft': () => void write_draft(),
  'remove-transcript': () => void remove_transcript(),
  'close-dialog': (button) => button.closest('dialog')?.close('cancelled'),
};

document.addEventListener('click', (event) => {
  const button = (event.target as Element).closest<HTMLElement>('[data-act]');
  if (button) buttons[button.dataset.act ?? '']?.(button);
});
document.addEventListener('change', (event) => {
  const input = event.target as HTMLInputElement;
  const file = input.id === 'new-file' ? input.files?.[0] : undefined;
  if (!file) return;
  input.value = '';
  void begin_episode(file, chosen_show);
});
window.addEventListener('beforeunload', (event) => {
  if (is_sending() || dirty().length > 0) event.preventDefault();
});

listen_for_drops();
start();
void show_unfinished(choose_again);
