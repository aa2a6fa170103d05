// The waveform, chapters and transcript times move the player on this page instead of opening the file; where it stands is marked while it
// plays. Nothing is stored, nothing is sent, and no audio is asked for before somebody wants to hear it.

const audio = document.querySelector<HTMLAudioElement>('#player');
const links = [...document.querySelectorAll<HTMLAnchorElement>('a.seek[data-seek]')];
const chapters = links.filter((link) => link.closest('.chapters'));
const spoken = document.querySelector('#seek-status');

const seconds_of = (link: HTMLAnchorElement): number => Number(link.dataset.seek);

function latest(group: HTMLAnchorElement[], time: number): HTMLAnchorElement | undefined {
  let current: HTMLAnchorElement | undefined;
  for (const link of group) {
    if (seconds_of(link) <= time + 0.25) current = link;
    else break;
  }
  return current;
}

function clock(time: number): string {
  const whole = Math.floor(time);
  const two = (number: number) => String(number).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes}:${two(whole % 60)}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

class Position {
  private wanted: number | undefined; // before there is anything to seek in

  constructor(private readonly player: HTMLAudioElement) {
    player.addEventListener('loadedmetadata', () => {
      if (this.wanted !== undefined) player.currentTime = this.wanted;
      this.wanted = undefined;
    });
  }

  get time(): number {
    return this.wanted ?? this.player.currentTime;
  }

  move(seconds: number): void {
    if (this.player.readyState >= HTMLMediaElement.HAVE_METADATA) this.player.currentTime = seconds;
    else this.wanted = seconds;
  }

  play(): void {
    void this.player.play().catch(() => {
      // Refused or not playable: the controls say so themselves.
    });
  }
}

function follow_links(player: HTMLAudioElement, position: Position): void {
  const groups = [chapters, links.filter((link) => !chapters.includes(link))];
  const mark = () => {
    for (const group of groups) {
      const current = latest(group, position.time);
      for (const link of group) {
        if (link === current && position.time > 0) link.setAttribute('aria-current', 'true');
        else link.removeAttribute('aria-current');
      }
    }
  };
  for (const link of links) {
    link.addEventListener('click', (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      position.move(seconds_of(link));
      position.play();
      if (spoken) spoken.textContent = `Playing from ${link.querySelector('.time')?.textContent ?? link.textContent ?? ''}`;
    });
  }
  player.addEventListener('timeupdate', mark);
  player.addEventListener('seeked', mark);
}

// The picture is the server's; here it learns to be clicked, and to be moved by arrow keys.
function follow_waveform(player: HTMLAudioElement, position: Position, wave: HTMLElement): void {
  const slider = wave.querySelector<HTMLInputElement>('.wave-seek');
  const heard = wave.querySelector('clipPath rect');
  const now = document.querySelector<HTMLElement>('.wave-now');
  const duration = Number(wave.dataset.duration);
  if (!slider || !heard || !now) return;
  let held = false;

  const words = (time: number): string => {
    const chapter = latest(chapters, time)?.querySelector('span:last-child')?.textContent;
    return `${clock(time)} of ${clock(duration)}${chapter ? `, ${chapter}` : ''}`;
  };
  const show = (time: number) => {
    heard.setAttribute('width', String((800 * Math.min(time, duration)) / duration));
    now.textContent = words(time);
  };
  const settle = (time: number) => {
    slider.value = String(time);
    slider.setAttribute('aria-valuetext', words(time));
    show(time);
  };
  const go = (time: number) => {
    const inside = Math.min(Math.max(time, 0), duration);
    position.move(inside);
    settle(inside);
  };

  slider.addEventListener('input', () => {
    show(Number(slider.value));
    if (!held) go(Number(slider.value));
  });
  slider.addEventListener('pointerdown', () => (held = true));
  slider.addEventListener('pointercancel', () => (held = false));
  slider.addEventListener('change', () => {
    go(Number(slider.value));
    if (held) position.play();
    held = false;
  });
  slider.addEventListener('pointerup', () => {
    if (held) window.setTimeout(() => (held = false)); // where nothing changed there is no change event
  });
  slider.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -5, ArrowDown: -5, ArrowRight: 5, ArrowUp: 5 }[event.key];
    if (step !== undefined) go(position.time + step);
    else if (event.key !== ' ' && event.key !== 'Enter') return;
    else if (player.paused) position.play();
    else player.pause();
    event.preventDefault();
  });
  player.addEventListener('timeupdate', () => {
    if (held) return;
    slider.value = String(position.time);
    show(position.time);
  });
  for (const moment of ['seeked', 'play', 'pause']) player.addEventListener(moment, () => settle(position.time));
  slider.hidden = now.hidden = false;
  settle(position.time);
}

if (audio) {
  const position = new Position(audio);
  if (links.length > 0) follow_links(audio, position);
  const wave = document.querySelector<HTMLElement>('.wave');
  if (wave) follow_waveform(audio, position, wave);

  // An address with #t=90 opens the page at that moment.
  const wanted = /^#t=(\d+(?:\.\d+)?)$/.exec(location.hash);
  if (wanted && links.length > 0) {
    audio.preload = 'metadata';
    position.move(Number(wanted[1]));
  }
}

export {};
