// The tray at the foot of the studio: a row for every upload that goes on, waits or failed. It outlives the pages shown above it.

import { type Refusal, refused } from './_studio_api';
import { ask } from './_studio_ask';
import { find, refresh_quietly, say, visit } from './_studio_page';
import { all_remembered, arrived, attach, forget, print_of, type Remembered, remove_from_server, Transfer } from './_studio_tus';
import { bytes, time_left } from './_studio_words';

class Row {
  readonly element = document.createElement('li');
  private readonly link = document.createElement('a');
  private readonly bar = document.createElement('progress');
  private readonly figures = document.createElement('p');
  private readonly news = document.createElement('div');
  private readonly buttons = document.createElement('p');
  private told = 0;

  constructor(
    name: string,
    title: string,
    episode: string,
    private readonly total: number,
  ) {
    this.element.className = 'upload';
    this.element.dataset.upload = name;
    const heading = document.createElement('p');
    heading.className = 'upload-name';
    this.link.href = `/studio/episodes/${episode}`;
    this.link.textContent = title || name;
    const file = document.createElement('span');
    file.className = 'meta';
    file.textContent = name;
    heading.append(this.link, ' ', file);
    this.bar.max = 1;
    this.bar.value = 0;
    this.bar.setAttribute('aria-label', `Upload of ${name}`);
    this.figures.className = 'upload-figures meta';
    this.news.className = 'answer';
    this.news.setAttribute('aria-live', 'polite');
    this.buttons.className = 'buttons';
    this.element.append(heading, this.bar, this.figures, this.news, this.buttons);
  }

  progress(sent: number, left: string): void {
    const share = this.total === 0 ? 0 : sent / this.total;
    this.bar.value = share;
    this.figures.textContent = `${bytes(sent)} of ${bytes(this.total)} · ${Math.floor(share * 100)} %${left ? ` · ${left}` : ''}`;
    const quarter = Math.floor(share * 4); // heard four times, not at every piece
    if (quarter > this.told && quarter < 4) say(this.news, `${quarter * 25} % of ${this.link.textContent} has arrived.`, 'busy');
    this.told = Math.max(quarter, this.told);
  }

  say(sentence: string, kind: 'problem' | 'done' | 'busy'): void {
    say(this.news, sentence, kind);
  }

  offer(...choices: [string, () => void][]): void {
    this.buttons.replaceChildren(
      ...choices.map(([label, act]) => {
        const button = document.createElement('button');
        button.type = 'button';
        button.className = 'button small';
        button.textContent = label;
        button.addEventListener('click', act);
        return button;
      }),
    );
  }

  remove(): void {
    this.element.remove();
    if (tray && list.childElementCount === 0) tray.hidden = true;
  }
}

const tray = document.createElement('section');
const list = document.createElement('ul');
tray.className = 'upload-tray';
tray.setAttribute('aria-label', 'Uploads');
tray.hidden = true;
const inner = document.createElement('div');
inner.className = 'wrap';
inner.append(list);
tray.append(inner);

function add_row(row: Row): void {
  if (!tray.isConnected) document.querySelector('.site-foot')?.before(tray);
  list.append(row.element);
  tray.hidden = false;
}

// --- what goes on in this tab -----------------------------------------------------------------------------------------------------------
const running = new Map<string, Row>(); // by print of the file
const waiting = new Map<string, Row>(); // remembered from before, by key

export const is_sending = (): boolean => running.size > 0;

class Clock {
  private marks: [number, number][] = [];
  left(sent: number, total: number): string {
    const now = performance.now();
    this.marks.push([now, sent]);
    if (this.marks.length > 40) this.marks.shift();
    const [then, before] = this.marks[0];
    const speed = (sent - before) / (now - then);
    return now - then < 1500 || speed <= 0 ? '' : time_left((total - sent) / speed / 1000);
  }
}

async function hand_over(row: Row, upload: Remembered, over: () => void): Promise<void> {
  row.offer();
  row.say('All bytes have arrived. Handing the recording over …', 'busy');
  try {
    const reason = await attach(upload);
    over();
    row.remove();
    const answer = document.querySelector(`[data-episode="${upload.episode}"] #recording-answer`);
    say(answer ?? find('#home-answer'), `${upload.name} has arrived and is being transcoded. ${reason}`.trim());
    refresh_quietly();
  } catch (error) {
    row.say(refused(error).sentence, 'problem');
    row.offer(['Try again', () => void hand_over(row, upload, over)], ['Discard', () => void discard(row, upload, over)]);
  }
}

async function discard(row: Row, upload: Remembered, over: () => void): Promise<void> {
  await remove_from_server(upload).catch(() => undefined);
  await forget(upload);
  over();
  row.remove();
}

// Said before anything is made for it.
export function is_empty(file: File, region: Element | null): boolean {
  if (file.size > 0) return false;
  say(region, `${file.name} is empty: it has no bytes. Export the recording again, then choose that file.`, 'problem');
  return true;
}

// Sends a master for that episode, from where it stopped if it was begun before.
export async function send(file: File, episode: string, title: string): Promise<void> {
  const print = print_of(file);
  if (running.has(print)) return;
  for (const each of await all_remembered()) {
    if (each.print === print) waiting.get(each.key)?.remove();
  }
  const row = new Row(file.name, title, episode, file.size);
  const over = () => running.delete(print);
  running.set(print, row);
  const clock = new Clock();
  const transfer: Transfer = new Transfer(file, episode, title, {
    progress: (sent) => row.progress(sent, clock.left(sent, file.size)),
    failed: (refusal) => stopped(refusal),
    complete: (upload) => void hand_over(row, upload, over),
  });
  const go = () => {
    row.say('', 'busy');
    row.offer(['Pause', pause], ['Cancel', cancel]);
    void transfer.start().catch((error: unknown) => stopped(refused(error)));
  };
  const pause = () => {
    void transfer.pause();
    row.say('Paused. What has arrived is kept.', 'busy');
    row.offer(['Continue', go], ['Cancel', cancel]);
  };
  const cancel = () =>
    void (async () => {
      const heading = 'Stop this upload?';
      if (!(await ask({ heading, sentences: ['What has arrived is thrown away. The file on your computer stays.'], yes: 'Stop it', danger: true })))
        return;
      await transfer.cancel();
      over();
      row.remove();
    })();
  const stopped = (refusal: Refusal) => {
    row.say(refusal.sentence, 'problem');
    row.offer(['Continue', go], ['Cancel', cancel]);
    if (refusal.status === 0) window.addEventListener('online', go, { once: true });
  };
  add_row(row);
  row.progress(0, '');
  go();
}

// The episode an unfinished upload of this very file belongs to.
export async function begun_for(file: File): Promise<Remembered | undefined> {
  return (await all_remembered()).find((each) => each.print === print_of(file));
}

// --- what an earlier visit left -----------------------------------------------------------------------------------------------------------
async function show_waiting(upload: Remembered, choose: (upload: Remembered) => void): Promise<void> {
  const sent = await arrived(upload);
  if (sent === undefined) {
    await forget(upload);
    return;
  }
  const row = new Row(upload.name, upload.title, upload.episode, upload.size);
  waiting.set(upload.key, row);
  add_row(row);
  row.progress(sent, '');
  const over = () => waiting.delete(upload.key);
  if (sent === upload.size) {
    await hand_over(row, upload, over);
    return;
  }
  row.say('Not finished. Drop the same file again, or choose it, and it continues where it stopped.', 'busy');
  row.offer(['Choose the file', () => choose(upload)], ['Discard', () => void discard(row, upload, over)]);
}

export async function show_unfinished(choose: (upload: Remembered) => void): Promise<void> {
  for (const upload of await all_remembered()) await show_waiting(upload, choose).catch(() => undefined);
}

// --- leaving ------------------------------------------------------------------------------------------------------------------------------
// Links within the studio change the page without ending the uploads.
document.addEventListener('click', (event) => {
  if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || !is_sending()) return;
  const link = (event.target as Element).closest<HTMLAnchorElement>('a[href]');
  if (!link || link.target !== '' || link.origin !== location.origin || !/^\/studio(\/(shows|episodes)\/[^/]+)?$/.test(link.pathname)) return;
  event.preventDefault();
  void visit(link.pathname);
});
window.addEventListener('popstate', () => {
  if (document.querySelector('#studio')) void visit(location.pathname, false);
});
