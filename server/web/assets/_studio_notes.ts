// How the notes will look: made by the server, with the same rules as the public page.

import { call, refused } from './_studio_api';
import { find, on_start, say } from './_studio_page';

on_start((root) => {
  const notes = root.querySelector<HTMLTextAreaElement>('#notes');
  const preview = notes?.form?.querySelector<HTMLDetailsElement>('.notes-preview');
  if (!notes || !preview) return;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const show = async () => {
    const place = find('#notes-html');
    if (!place || !preview.open) return;
    try {
      place.innerHTML = await call<string>('POST', '/studio/notes', notes.value);
      if (notes.value.trim() === '') say(place, 'There are no notes yet.', 'busy');
    } catch (error) {
      say(place, refused(error).sentence, 'problem');
    }
  };
  preview.addEventListener('toggle', () => void show());
  notes.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => void show(), 400);
  });
});
