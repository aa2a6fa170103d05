// Jobs as they go on: server-sent events, and asking again and again where those do not come through.

import { call, type Job } from './_studio_api';
import { on_start, refresh_quietly, say } from './_studio_page';
import { time_left } from './_studio_words';

const most_streams = 3; // browsers open six connections to a server; uploads and pages need the others
const watched = new Map<string, () => void>();
let streams = 0;

const ended = (job: Job): boolean => job.state !== 'queued' && job.state !== 'running';
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

function watch(id: string, seen: (job: Job) => void): void {
  if (watched.has(id)) return;
  let over = false;
  const finish = () => {
    over = true;
    watched.delete(id);
  };
  watched.set(id, finish);
  const take = (job: Job) => {
    if (over) return;
    if (ended(job)) finish();
    seen(job);
  };
  const poll = async () => {
    while (!over) {
      try {
        take(await call<Job>('GET', `/api/v1/jobs/${id}`));
      } catch {
        // perhaps it answers next time
      }
      await pause(2000);
    }
  };
  if (streams >= most_streams) {
    void poll();
    return;
  }
  const events = new EventSource(`/api/v1/jobs/${id}/events`);
  streams += 1;
  let failures = 0;
  let open = true;
  const close = () => {
    if (open) streams -= 1;
    open = false;
    events.close();
  };
  watched.set(id, () => {
    finish();
    close();
  });
  events.addEventListener('job', (event) => {
    failures = 0;
    const job = JSON.parse((event as MessageEvent<string>).data) as Job;
    take(job);
    if (ended(job)) close();
  });
  events.addEventListener('error', () => {
    failures += 1;
    if (!open || (events.readyState !== EventSource.CLOSED && failures < 3)) return;
    close();
    if (!over) void poll();
  });
}

const words: Record<string, string> = { queued: 'Waiting for its turn', running: 'Starting' };

const times = (factor: number): string => `${factor.toFixed(factor < 10 ? 1 : 0)}× real time`;

// As put_job (studio_parts.cpp) says it.
function words_of(job: Job): string {
  if (job.state === 'queued' && job.reason !== '') return job.reason;
  if (job.kind === 'tag') return 'Writing the new words into the audio files';
  const stage = (job.state === 'running' && job.stage) || words[job.state] || '';
  const parts = [stage.charAt(0).toUpperCase() + stage.slice(1)];
  if (job.state === 'running' && job.progress > 0) parts.push(`${Math.round(job.progress * 100)} %`);
  if (job.state === 'running' && job.speed !== null) parts.push(times(job.speed));
  if (job.state === 'running' && job.seconds_left !== null) parts.push(time_left(job.seconds_left));
  return parts.join(' · ');
}

function show(part: HTMLElement, job: Job): void {
  const progress = part.querySelector('progress');
  if (progress) progress.value = job.progress;
  const text = part.querySelector('.job-words');
  if (text) text.textContent = words_of(job);
  if (job.state !== 'queued') part.querySelector('[data-act="job-first"]')?.remove();
}

function outcome(job: Job): string {
  if (job.state === 'cancelled') return 'Transcoding was stopped.';
  if (job.state !== 'succeeded') return '';
  const is_public = document.querySelector('#recording')?.hasAttribute('data-warn');
  return is_public ? 'The new audio is public now: listen to it.' : 'The recording is ready: listen to it, then publish.';
}

on_start((root) => {
  const here = root === document ? new Set<string>() : undefined;
  for (const part of root.querySelectorAll<HTMLElement>('[data-job]')) {
    const id = part.dataset.job ?? '';
    here?.add(id);
    watch(id, (job) => {
      for (const each of document.querySelectorAll<HTMLElement>(`[data-job="${id}"]`)) show(each, job);
      if (!ended(job)) return;
      if (job.kind === 'transcode') say(document.querySelector('#recording-answer'), outcome(job));
      refresh_quietly();
    });
  }
  if (here) for (const [id, stop] of [...watched]) if (!here.has(id)) stop(); // another page is shown now
});
