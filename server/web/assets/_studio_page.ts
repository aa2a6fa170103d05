// The page as it stands: parts marked data-live are made by the server only, and swapped in when something changed.

import { page, refused } from './_studio_api';
import { local_time } from './_studio_words';

const asSent = new WeakMap<Element, string>(); // what the server sent, before times were made local
const starters: ((root: ParentNode) => void)[] = [];

// `start` runs for the page, and for every part that is swapped in.
export const on_start = (start: (root: ParentNode) => void): void => {
  starters.push(start);
};

export function start(root: ParentNode = document): void {
  const parts = [...root.querySelectorAll('[data-live]')];
  if (root instanceof Element && root.matches('[data-live]')) parts.push(root);
  for (const part of parts) asSent.set(part, part.outerHTML);
  for (const time of root.querySelectorAll<HTMLTimeElement>('time[data-local]')) time.textContent = local_time(new Date(time.dateTime));
  for (const each of starters) each(root);
}

export const main = (): HTMLElement => document.querySelector<HTMLElement>('#main') ?? document.body;
export const find = <T extends Element = HTMLElement>(selector: string, root: ParentNode = document): T | null =>
  root.querySelector<T>(selector);

// One sentence in an aria-live region. An empty one clears it.
export function say(region: Element | null | undefined, sentence: string, kind: 'problem' | 'done' | 'busy' = 'done'): void {
  if (!region) return;
  if (sentence === '') {
    region.replaceChildren();
    return;
  }
  const paragraph = document.createElement('p');
  paragraph.className = kind;
  paragraph.textContent = sentence;
  region.replaceChildren(paragraph);
}

// Asks the server for this page again and swaps in the live parts that changed; nothing that somebody types in or listens to is touched.
let refreshing: Promise<void> | undefined;
let again = false;
export function refresh(): Promise<void> {
  again = true;
  refreshing ??= (async () => {
    while (again) {
      again = false;
      const address = location.pathname;
      const fresh = await page(address);
      if (location.pathname === address) swap_parts(fresh);
    }
  })().finally(() => (refreshing = undefined));
  return refreshing;
}

function swap_parts(fresh: Document): void {
  const next = new Map([...fresh.querySelectorAll('[data-live]')].map((part) => [part.id, part]));
  for (const part of document.querySelectorAll<HTMLElement>('[data-live]')) {
    const replacement = next.get(part.id);
    if (!replacement || asSent.get(part) === replacement.outerHTML) continue;
    if ([...part.querySelectorAll('audio')].some((audio) => !audio.paused)) continue;
    if (part.querySelector('form[data-dirty]')) continue;
    const focused = part.contains(document.activeElement) ? (document.activeElement as HTMLElement) : null;
    const act = focused?.dataset.act;
    part.replaceWith(document.importNode(replacement, true));
    const now = document.getElementById(part.id);
    if (!now) continue;
    start(now);
    if (!focused) continue;
    const same = focused.id ? document.getElementById(focused.id) : now.querySelector<HTMLElement>(`[data-act="${act ?? ''}"]:not([disabled])`);
    (same ?? main()).focus({ preventScroll: true });
  }
}

export const refresh_quietly = (): void => {
  void refresh().catch(() => undefined); // the next change tries again
};

// --- forms with unsaved words -----------------------------------------------------------------------------------------------------------
export const dirty = (): HTMLFormElement[] => [...document.querySelectorAll<HTMLFormElement>('form[data-dirty]')];

// Goes to another page of the studio without ending the uploads of this one.
export async function visit(address: string, push = true): Promise<void> {
  let fresh: Document;
  try {
    fresh = await page(address);
  } catch (error) {
    const sentence = refused(error).sentence;
    say(find('.answer'), sentence, 'problem');
    return;
  }
  const next = fresh.querySelector('#main');
  if (!next?.querySelector('#studio')) {
    location.assign(address);
    return;
  }
  if (push) history.pushState({}, '', address);
  document.title = fresh.title;
  main().replaceChildren(...[...next.childNodes].map((node) => document.importNode(node, true)));
  start();
  main().focus();
  window.scrollTo(0, 0);
}
