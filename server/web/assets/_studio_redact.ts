// Taking something out: ranges are typed, drawn on the recording's shape with the pointer, or begun where a player stands.

import { call, type Job, Refusal } from './_studio_api';
import { mark, on_save } from './_studio_forms';
import { find, on_start } from './_studio_page';
import { type Span, Zoom } from './_studio_zoom';

interface Range {
  start: string;
  end: string;
  kind: string;
}

const svg = 'http://www.w3.org/2000/svg';
const width = 800; // of the picture, in its own units

export function seconds_of(clock: string): number | undefined {
  if (!/^\d+(:\d{1,2}){0,2}([.,]\d{1,3})?$/.test(clock.trim())) return undefined;
  return clock
    .trim()
    .replace(',', '.')
    .split(':')
    .reduce((sum, part) => sum * 60 + Number(part), 0);
}

// "1:02:03.25", to the hundredth: nobody draws more exactly.
export function clock_of(seconds: number): string {
  const all = Math.max(0, Math.round(seconds * 100));
  const rest = all % 100;
  const whole = (all - rest) / 100;
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number: number) => String(number).padStart(2, '0');
  return `${h > 0 ? `${h}:${two(m)}` : m}:${two(s)}${rest > 0 ? `.${two(rest).replace(/0$/, '')}` : ''}`;
}

const rows = (form: HTMLFormElement): HTMLElement[] => [...form.querySelectorAll<HTMLElement>('[data-rows="ranges"] .row-list .row')];
const value = (row: HTMLElement, name: string): string => find<HTMLInputElement | HTMLSelectElement>(`[name="${name}"]`, row)?.value.trim() ?? '';

function set(row: HTMLElement, start: number, end: number): void {
  const from = find<HTMLInputElement>('[name="start"]', row);
  const to = find<HTMLInputElement>('[name="end"]', row);
  if (from) from.value = clock_of(start);
  if (to) to.value = clock_of(end);
}

function span_of(row: HTMLElement): Span | undefined {
  const start = seconds_of(value(row, 'start'));
  const end = seconds_of(value(row, 'end'));
  return start === undefined || end === undefined || end <= start ? undefined : { start, end };
}

// The rows as they are typed, over the shape.
function draw(form: HTMLFormElement): void {
  const shape = find<SVGSVGElement>('svg.shape-bars', form);
  if (!shape) return;
  const duration = Number(shape.dataset.duration);
  for (const old of shape.querySelectorAll('.shape-taken')) old.remove();
  for (const row of rows(form)) {
    const span = span_of(row);
    if (!span) continue;
    const taken = document.createElementNS(svg, 'rect');
    taken.setAttribute('class', 'shape-taken');
    taken.setAttribute('x', String((width * span.start) / duration));
    taken.setAttribute('width', String(Math.max((width * (span.end - span.start)) / duration, 1.5)));
    taken.setAttribute('height', '80');
    shape.append(taken);
  }
}

// Listeners of the preview hear the recording without what was cut before; ranges are meant in the recording itself.
const cuts = (form: HTMLFormElement): Span[] =>
  [...form.querySelectorAll<HTMLElement>('[data-cut]')].map((saved) => {
    const [start, end] = (saved.dataset.cut ?? '').split(' ').map(Number);
    return { start, end };
  });
const in_recording = (heard: number, form: HTMLFormElement): number =>
  cuts(form).reduce((time, cut) => (cut.start <= time ? time + cut.end - cut.start : time), heard);
const in_preview = (time: number, form: HTMLFormElement): number =>
  time - cuts(form).reduce((removed, cut) => removed + Math.max(0, Math.min(cut.end, time) - cut.start), 0);

// From a little before the range to a little after it.
function hear(row: HTMLElement, form: HTMLFormElement): void {
  const span = span_of(row);
  const player = find<HTMLAudioElement>('#listen audio');
  if (!span || !player) return;
  const from = Math.max(0, in_preview(span.start, form) - 1);
  const to = in_preview(span.end, form) + 1;
  const stop = () => {
    if (player.currentTime >= from - 0.5 && player.currentTime < to && !player.paused) return;
    player.removeEventListener('timeupdate', stop);
    if (player.currentTime >= to) player.pause();
  };
  const go = () => {
    player.currentTime = from;
    player.addEventListener('seeked', () => player.addEventListener('timeupdate', stop), { once: true });
  };
  if (player.readyState >= HTMLMediaElement.HAVE_METADATA) go();
  else player.addEventListener('loadedmetadata', go, { once: true });
  void player.play().catch(() => undefined); // the controls say so themselves
}

// The row somebody is at, larger.
function show_larger(form: HTMLFormElement): void {
  const canvas = find<HTMLCanvasElement>('canvas.shape-zoom', form);
  const shape = find<SVGSVGElement>('svg.shape-bars', form);
  if (!canvas || !shape) return;
  let at: HTMLElement | null = null;
  const zoom = new Zoom(canvas, canvas.dataset.waveform ?? '', Number(shape.dataset.duration), (span) => {
    if (!at) return;
    set(at, span.start, span.end);
    draw(form);
    mark(form);
  });
  const look = (event: Event) => {
    at = (event.target as Element).closest<HTMLElement>('.row') ?? at;
    const span = at?.isConnected ? span_of(at) : undefined;
    if (span) void zoom.show(span);
    else canvas.hidden = true;
  };
  form.addEventListener('focusin', look);
  form.addEventListener('input', look);
}

function add_row(form: HTMLFormElement, start: number, end: number): HTMLElement | undefined {
  const list = find<HTMLElement>('[data-rows="ranges"]', form);
  const template = list && find<HTMLTemplateElement>('template', list);
  if (!list || !template) return undefined;
  find('.row-list', list)?.append(document.importNode(template.content, true));
  const row = rows(form).at(-1);
  if (row) set(row, start, end);
  return row;
}

function listen_to_pointer(form: HTMLFormElement, shape: SVGSVGElement): void {
  const duration = Number(shape.dataset.duration);
  const at = (event: PointerEvent): number => {
    const box = shape.getBoundingClientRect();
    return (duration * Math.min(Math.max(event.clientX - box.left, 0), box.width)) / box.width;
  };
  let begun: number | undefined;
  let row: HTMLElement | undefined;
  shape.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    begun = at(event);
    shape.setPointerCapture(event.pointerId);
  });
  shape.addEventListener('pointermove', (event) => {
    if (begun === undefined) return;
    const now = at(event);
    if (!row && Math.abs(now - begun) < duration / 400) return; // a click is no range
    row ??= add_row(form, begun, now);
    if (row) set(row, Math.min(begun, now), Math.max(begun, now));
    draw(form);
  });
  const end = () => {
    if (row) {
      mark(form);
      find<HTMLInputElement>('[name="start"]', row)?.focus();
    }
    begun = undefined;
    row = undefined;
  };
  shape.addEventListener('pointerup', end);
  shape.addEventListener('pointercancel', end);
}

let last_player: HTMLAudioElement | undefined;
document.addEventListener(
  'timeupdate',
  (event) => {
    if (event.target instanceof HTMLAudioElement) last_player = event.target;
  },
  true,
);

document.addEventListener('click', (event) => {
  const button = (event.target as Element).closest<HTMLElement>('[data-act="hear-range"]');
  const row = button?.closest<HTMLElement>('.row');
  const form = button?.closest('form');
  if (row && form) hear(row, form);
});

document.addEventListener('click', (event) => {
  const button = (event.target as Element).closest<HTMLElement>('[data-act="range-here"]');
  const form = button?.closest('form');
  if (!form) return;
  const start = in_recording(last_player?.isConnected ? last_player.currentTime : 0, form);
  const row = add_row(form, start, start + 1);
  draw(form);
  mark(form);
  if (row) find<HTMLInputElement>('[name="start"]', row)?.focus();
});

const example = 'write it like 1:23.5.';

function check_times({ start, end }: Range, number: number): void {
  const wrong = (words: string) => new Refusal(400, `Range ${number} ${words}`);
  if (start === '') throw wrong(`has no beginning: ${example}`);
  if (seconds_of(start) === undefined) throw wrong(`begins at “${start}”, which is not a time: ${example}`);
  if (end === '') throw wrong(`has no end: ${example}`);
  if (seconds_of(end) === undefined) throw wrong(`ends at “${end}”, which is not a time: ${example}`);
}

// In order of time, as the server wants and counts them; rows that nothing was typed in last.
function sort_rows(form: HTMLFormElement): HTMLElement[] {
  const start = (row: HTMLElement) => seconds_of(value(row, 'start')) ?? Infinity;
  const all = rows(form);
  const sorted = [...all].sort((a, b) => start(a) - start(b));
  if (sorted.some((row, i) => row !== all[i])) all[0].parentElement?.append(...sorted);
  return sorted;
}

on_save('redact', async (form) => {
  const read = (row: HTMLElement): Range => ({
    start: value(row, 'start').replace(',', '.'),
    end: value(row, 'end').replace(',', '.'),
    kind: value(row, 'kind'),
  });
  for (const [i, row] of rows(form).entries()) {
    const range = read(row);
    if (range.start !== '' || range.end !== '') check_times(range, i + 1);
  }
  const ranges = sort_rows(form)
    .map(read)
    .filter((range) => range.start !== '' || range.end !== '');
  const job = await call<Job>('PUT', form.dataset.endpoint ?? '', { ranges });
  const done = ranges.length === 0 ? 'The whole recording is being made again.' : 'The audio is being made again without it. You can leave this page.';
  return `${done} ${job.reason}`.trim();
});

on_start((root) => {
  for (const form of root.querySelectorAll<HTMLFormElement>('form[data-form="redact"]')) {
    form.addEventListener('input', () => draw(form));
    form.addEventListener('click', () => draw(form)); // a row may have gone
    const shape = find<SVGSVGElement>('svg.shape-bars', form);
    if (shape) listen_to_pointer(form, shape);
    show_larger(form);
  }
});
