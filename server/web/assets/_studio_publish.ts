// An episode's way to the public and back: unsaved words are saved first, and every act says beforehand what it does.

import { call, type Episode, type Job, refused } from './_studio_api';
import { ask, type Question } from './_studio_ask';
import { save } from './_studio_forms';
import { dirty, find, on_start, refresh, say, visit } from './_studio_page';
import { for_input, local_time, rfc3339, time_zone, utc_time } from './_studio_words';

const answer = (): HTMLElement | null => find('#publish-answer');
const episode = (): string => find('[data-page="episode"]')?.dataset.episode ?? '';

async function save_everything(): Promise<boolean> {
  for (const form of dirty()) {
    if (await save(form)) continue;
    say(answer(), 'Something on this page could not be saved; it is marked there. Nothing was published.', 'problem');
    return false;
  }
  return true;
}

async function act(what: string, body: object, done: (episode: Episode) => string): Promise<boolean> {
  say(answer(), 'One moment …', 'busy');
  try {
    const changed = await call<Episode>('POST', `/api/v1/episodes/${episode()}/${what}`, body);
    await refresh();
    say(find('#recording-answer'), ''); // what was said before no longer leads anywhere
    say(answer(), done(changed));
    return true;
  } catch (error) {
    say(answer(), refused(error).sentence, 'problem');
    return false;
  }
}

async function publish(question: Question): Promise<void> {
  if (!(await save_everything()) || !(await ask(question))) return;
  await act('publish', {}, () => 'It is public now.');
}

const now: Question = {
  heading: 'Publish now?',
  sentences: ['The episode appears on its page and in the feed at once. Podcast apps look at the feed every now and then and fetch it from there.'],
  yes: 'Publish now',
};
const back: Question = {
  heading: 'Publish it again?',
  sentences: ['The episode comes back at its old address and with its old date. Apps that still know it take it for the same episode.'],
  yes: 'Publish it again',
};
const off: Question = {
  heading: 'Withdraw this episode?',
  sentences: [
    'It disappears from the feed and the site. Its page and its audio answer that it is no longer available.',
    'Copies that podcast apps have already downloaded stay with their owners; nobody can call those back.',
    'You can publish it again later under the same address.',
  ],
  yes: 'Withdraw it',
  danger: true,
};

async function unschedule(): Promise<void> {
  const question = { heading: 'Take it off the schedule?', sentences: ['It becomes a draft again. Nobody outside has seen it.'], yes: 'Take it off' };
  if (await ask(question)) await act('unschedule', {}, () => 'It is a draft again.');
}

async function remove(): Promise<void> {
  const sentences = ['The draft, its words and its recording are removed here. The files on your computer stay. This cannot be undone.'];
  if (!(await ask({ heading: 'Delete this draft?', sentences, yes: 'Delete it', danger: true }))) return;
  try {
    await call('DELETE', `/api/v1/episodes/${episode()}`);
    for (const form of dirty()) delete form.dataset.dirty;
    await visit('/studio');
    say(find('#home-answer'), 'The draft is deleted.');
  } catch (error) {
    say(answer(), refused(error).sentence, 'problem');
  }
}

// --- scheduling ---------------------------------------------------------------------------------------------------------------------------
function next_morning(): Date {
  const time = new Date();
  time.setDate(time.getDate() + 1);
  time.setHours(7, 0, 0, 0);
  return time;
}

function sentence_for(time: Date): string {
  if (time.getTimezoneOffset() === 0) return `${local_time(time)}.`;
  return `${local_time(time)} where you are (${time_zone()}); that is ${utc_time(time)} in UTC.`;
}

async function schedule(): Promise<void> {
  const dialog = find<HTMLDialogElement>('#schedule');
  const input = find<HTMLInputElement>('#schedule-at');
  if (!dialog || !input || !(await save_everything())) return;
  const known = find<HTMLTimeElement>('#head time');
  input.min = for_input(new Date());
  input.value = for_input(known && new Date(known.dateTime) > new Date() ? new Date(known.dateTime) : next_morning());
  input.dispatchEvent(new Event('input'));
  say(find('.answer', dialog), '');
  dialog.showModal();
}

async function send_schedule(dialog: HTMLDialogElement, input: HTMLInputElement): Promise<void> {
  const region = find('.answer', dialog);
  const time = new Date(input.value);
  if (Number.isNaN(time.getTime())) {
    say(region, 'Choose a day and a time.', 'problem');
    return;
  }
  try {
    await call('POST', `/api/v1/episodes/${episode()}/publish`, { at: rfc3339(time) });
    dialog.close('scheduled');
    await refresh();
    say(answer(), `Scheduled for ${sentence_for(time)}`);
  } catch (error) {
    say(region, refused(error).sentence, 'problem');
  }
}

on_start((root) => {
  const dialog = root.querySelector<HTMLDialogElement>('#schedule');
  const input = root.querySelector<HTMLInputElement>('#schedule-at');
  if (!dialog || !input) return;
  input.addEventListener('input', () => {
    const time = new Date(input.value);
    const words = find('#schedule-words', dialog);
    if (words) words.textContent = Number.isNaN(time.getTime()) ? '' : sentence_for(time);
  });
  dialog.querySelector('form')?.addEventListener('submit', (event) => {
    event.preventDefault();
    void send_schedule(dialog, input);
  });
});

async function change_job(id: string, what: 'cancel' | 'retry'): Promise<void> {
  const region = find('#recording-answer');
  try {
    const job = await call<Job>('POST', `/api/v1/jobs/${id}/${what}`, {});
    say(region, what === 'retry' ? job.reason : '');
    await refresh();
  } catch (error) {
    say(region, refused(error).sentence, 'problem');
  }
}

async function put_first(id: string): Promise<void> {
  const region = find('#recording-answer');
  try {
    await call('PUT', `/api/v1/jobs/${id}/priority`, { priority: 'high' });
    say(region, 'It goes before your other recordings now.');
    await refresh();
  } catch (error) {
    say(region, refused(error).sentence, 'problem');
  }
}

export const acts: Record<string, (button: HTMLElement) => void> = {
  publish: () => void publish(now),
  republish: () => void publish(back),
  withdraw: () =>
    void (async () => {
      if (await ask(off)) await act('withdraw', {}, () => 'It is withdrawn.');
    })(),
  unschedule: () => void unschedule(),
  schedule: () => void schedule(),
  delete: () => void remove(),
  'cancel-job': (button) => void change_job(button.dataset.id ?? '', 'cancel'),
  'job-first': (button) => void put_first(button.dataset.id ?? ''),
  'retry-job': (button) => void change_job(button.dataset.id ?? '', 'retry'),
};
