// How the studio says sizes, times left and dates.

export function bytes(count: number): string {
  if (count < 1e6) return `${Math.ceil(count / 1e3)} kB`;
  if (count < 1e9) return `${(count / 1e6).toFixed(count < 1e7 ? 1 : 0)} MB`;
  return `${(count / 1e9).toFixed(2)} GB`;
}

export function time_left(seconds: number): string {
  if (!Number.isFinite(seconds)) return '';
  if (seconds < 10) return 'a few seconds left';
  if (seconds < 60) return `${Math.round(seconds / 5) * 5} seconds left`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min left`;
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min left`;
}

const language = (): string => document.querySelector<HTMLElement>('[data-lang]')?.dataset.lang ?? 'en-GB';

// "Tuesday 24 November 2026 at 07:00 GMT": the clock of whoever looks.
export const local_time = (time: Date): string =>
  new Intl.DateTimeFormat(language(), {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  }).format(time);

export const utc_time = (time: Date): string =>
  new Intl.DateTimeFormat(language(), { hour: '2-digit', minute: '2-digit', day: 'numeric', month: 'short', timeZone: 'UTC' }).format(time);

export const time_zone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

const two = (number: number): string => String(number).padStart(2, '0');

// What <input type="datetime-local"> holds.
export const for_input = (time: Date): string =>
  `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}T${two(time.getHours())}:${two(time.getMinutes())}`;

// RFC 3339 with the offset that holds here on that day.
export function rfc3339(time: Date): string {
  const offset = -time.getTimezoneOffset();
  const size = Math.abs(offset);
  return `${for_input(time)}:${two(time.getSeconds())}${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

// "final_mix-2.wav" → "Final mix 2": a first title to improve on.
export function title_of(file_name: string): string {
  const words = file_name
    .replace(/\.[^.]*$/, '')
    .replace(/[_\-.\s]+/g, ' ')
    .trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
