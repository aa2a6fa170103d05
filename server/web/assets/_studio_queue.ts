// The page of the whole queue: asked for again while somebody looks at it; its forms go to the API.

import { call, refused } from './_studio_api';
import { find, on_start, refresh, refresh_quietly, say } from './_studio_page';

const every = 2000; // milliseconds

const open = (): boolean => find('[data-page="queue"]') !== null;

async function change(job: string, act: string): Promise<void> {
  const region = find('#queue-answer');
  try {
    if (act === 'cancel' || act === 'retry') await call('POST', `/api/v1/jobs/${job}/${act}`, {});
    else await call('PUT', `/api/v1/jobs/${job}/priority`, { priority: act });
    say(region, '');
    await refresh();
  } catch (error) {
    say(region, refused(error).sentence, 'problem');
  }
}

document.addEventListener('submit', (event) => {
  const form = event.target as HTMLFormElement;
  const button = event.submitter as HTMLButtonElement | null;
  if (!form.matches('.queue-acts') || !button) return;
  event.preventDefault();
  void change(form.querySelector<HTMLInputElement>('[name="job"]')?.value ?? '', button.value);
});

let timer: ReturnType<typeof setInterval> | undefined;
on_start((root) => {
  if (root !== document) return; // a part of the same page
  clearInterval(timer);
  timer = open() ? setInterval(() => open() && document.visibilityState === 'visible' && refresh_quietly(), every) : undefined;
});
