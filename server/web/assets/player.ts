// Chapters and transcript times move the player on this page instead of opening the file; the current ones are marked while it plays.
// Nothing is stored and nothing is sent.

const audio = document.querySelector<HTMLAudioElement>('#player');
const links = [...document.querySelectorAll<HTMLAnchorElement>('a.seek[data-seek]')];
const spoken = document.querySelector('#seek-status');

if (audio && links.length > 0) {
  const starts = links.map((link) => Number(link.dataset.seek));
  const groups = [links.filter((link) => link.closest('.chapters')), links.filter((link) => !link.closest('.chapters'))];

  const seek = (seconds: number) => {
    const go = () => {
      audio.currentTime = seconds;
    };
    if (audio.readyState >= HTMLMediaElement.HAVE_METADATA) {
      go();
    } else {
      audio.addEventListener('loadedmetadata', go, { once: true });
    }
    void audio.play().catch(() => {
      // Refused or not playable: the controls say so themselves.
    });
  };

  const mark = () => {
    for (const group of groups) {
      let current: HTMLAnchorElement | undefined;
      for (const link of group) {
        if (Number(link.dataset.seek) <= audio.currentTime + 0.25) current = link;
        else break;
      }
      for (const link of group) {
        if (link === current && audio.currentTime > 0) link.setAttribute('aria-current', 'true');
        else link.removeAttribute('aria-current');
      }
    }
  };

  links.forEach((link, index) => {
    link.addEventListener('click', (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      seek(starts[index]);
      if (spoken) spoken.textContent = `Playing from ${link.querySelector('.time')?.textContent ?? link.textContent ?? ''}`;
    });
  });
  audio.addEventListener('timeupdate', mark);
  audio.addEventListener('seeked', mark);

  // An address with #t=90 opens the page at that moment.
  const wanted = /^#t=(\d+(?:\.\d+)?)$/.exec(location.hash);
  if (wanted) {
    audio.preload = 'metadata';
    audio.addEventListener('loadedmetadata', () => (audio.currentTime = Number(wanted[1])), { once: true });
  }
}

export {};
