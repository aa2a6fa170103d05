// When somebody follows a call to action, one is added to a sum on this site: which page, at which place, which link. Nothing says who, no
// cookie goes along, and the link itself is not touched: it leads to the real address whether or not this arrives.

const band = document.querySelector<HTMLElement>('.act[data-follows]');
const optedOut = navigator.doNotTrack === '1' || (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true;

if (band && !optedOut) {
  // As the browser resolves it → as the show says it.
  const actions = new Map([...band.querySelectorAll<HTMLAnchorElement>('a[href]')].map((link) => [link.href, link.getAttribute('href') ?? '']));
  const places: [string, string][] = [
    ['.act', 'band'],
    ['.notes', 'notes'],
    ['.chapters', 'chapters'],
  ];

  const tell = (link: HTMLAnchorElement) => {
    const action = actions.get(link.href);
    const place = places.find(([selector]) => link.closest(selector))?.[1];
    if (action === undefined || place === undefined) return;
    const url = band.dataset.follows ?? '';
    const body = new URLSearchParams({ link: action, place, episode: band.dataset.episode ?? '' });
    if ('keepalive' in Request.prototype) {
      // The beacon of today: as sendBeacon, but it can leave cookies out, should staff be signed in.
      void fetch(url, { method: 'POST', body, keepalive: true, credentials: 'omit', referrerPolicy: 'no-referrer' }).catch(() => {});
    } else {
      navigator.sendBeacon(url, body);
    }
  };

  for (const kind of ['click', 'auxclick'] as const) {
    document.addEventListener(kind, (event) => {
      if (kind === 'auxclick' && event.button !== 1) return;
      const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[href]') : null;
      if (link) tell(link);
    });
  }
}

export {};
