// Chapters as people write them, one a line: "00:01:30 Title", with a web address at the end where there is one.

import { call, Refusal, refused } from './_studio_api';
import { find, on_start, refresh_quietly, say } from './_studio_page';
import { on_save } from './_studio_forms';

interface Chapter {
  startTime: number;
  title: string;
  url?: string;
}

function seconds_of(clock: string): number | undefined {
  if (!/^\d+(:\d{1,2}){0,2}([.,]\d{1,3})?$/.test(clock)) return undefined;
  return clock
    .replace(',', '.')
    .split(':')
    .reduce((sum, part) => sum * 60 + Number(part), 0);
}

function read_lines(text: string): Chapter[] {
  const chapters: Chapter[] = [];
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '') return;
    const found = /^(\S+)\s+(.*?)(?:\s+(https:\/\/\S+))?$/.exec(line.trim());
    const start = seconds_of(found?.[1] ?? '');
    if (!found || start === undefined || found[2] === '')
      throw new Refusal(400, `Line ${index + 1} is not like “00:01:30 Title”: first the time, then a space, then the title.`);
    chapters.push({ startTime: start, title: found[2], ...(found[3] ? { url: found[3] } : {}) });
  });
  return chapters;
}

on_save('chapters', async (form) => {
  const text = find<HTMLTextAreaElement>('textarea', form)?.value ?? '';
  const chapters = read_lines(text);
  await call('PUT', form.dataset.endpoint ?? '', { chapters });
  refresh_quietly();
  return chapters.length === 0 ? 'Saved: the episode has no chapters.' : `Saved: ${chapters.length} ${chapters.length === 1 ? 'chapter' : 'chapters'}.`;
});

// Chapters that the server found in the recording or the notes stand in the field, unless somebody is typing there.
on_start(() => {
  const lines = find('#chapters-origin')?.dataset.lines;
  const form = find<HTMLFormElement>('form[data-form="chapters"]');
  const field = find<HTMLTextAreaElement>('#chapters');
  if (lines === undefined || !form || !field || form.dataset.dirty !== undefined || field.value === lines) return;
  field.value = lines;
});

export async function take_found_chapters(): Promise<void> {
  const form = find<HTMLFormElement>('form[data-form="chapters"]');
  if (!form) return;
  try {
    await call('DELETE', form.dataset.endpoint ?? '');
    delete form.dataset.dirty;
    say(find('.answer', form), 'Those are the chapters now.');
    refresh_quietly();
  } catch (error) {
    say(find('.answer', form), refused(error).sentence, 'problem');
  }
}
