// What is live on the statistics pages, fetched again every minute while somebody looks. Without it the page is as it was when it came.
const parts = ['tiles', 'live'];
const every = 60_000;

async function refresh(): Promise<void> {
  // Nobody did anything: the session must end as if this page were closed.
  const answer = await fetch(location.href, { credentials: 'same-origin', headers: { 'X-Background': '1' } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const id of parts) {
    const old = document.getElementById(id);
    const now = fresh.getElementById(id);
    if (!old || !now || old.contains(document.activeElement)) continue;
    for (const details of now.querySelectorAll('details')) details.open = old.querySelector('details')?.open ?? false;
    old.replaceWith(now);
  }
}

setInterval(() => {
  if (document.visibilityState === 'visible') refresh().catch(() => undefined); // the next time perhaps
}, every);
