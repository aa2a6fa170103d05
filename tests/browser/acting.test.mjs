// From listening to acting: what is pressed leads to the real address, with the server alive or dead, and one is added to a sum.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Site, axe, launch, openPage, shoot } from './support.mjs';

const sizes = [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
];
const act = 'https://www.gov.uk/ACT';
let site, browser, show, analyst;

before(async () => {
  [site, browser] = await Promise.all([Site.start(), launch()]);
  analyst = site.addAccount('analyst');
  show = await site.addShow({
    title: 'Quiet Signals',
    description: 'Stories for a test.',
    actions: [
      { label: 'Report online', href: act, detail: 'In confidence.' },
      { label: 'Call 0800 789321', href: 'tel:0800789321' },
      { label: 'In an emergency call 999', href: 'tel:999', emergency: true },
    ],
  });
  site.publish(show, 'First Signal', { master: site.master(20), notes: `Go to [the reporting page](${act}).\n` });
});

after(async () => {
  await browser?.close();
  await site?.stop();
});

const episodePath = () => `/shows/${show.slug}/first-signal`;

// Where the link leads is answered here, so that nothing leaves the machine.
async function open(options = {}) {
  const context = await browser.newContext({ viewport: sizes[0], ...options });
  await context.route(`${act}*`, (route) => route.fulfill({ contentType: 'text/html', body: '<title>The real address</title>' }));
  const page = await openPage(context, site.base);
  const sent = [];
  context.on('request', (request) => request.url().startsWith(`${site.base}/follows/`) && sent.push(request));
  await page.goto(site.base + episodePath());
  await page.waitForLoadState('networkidle');
  return { context, page, sent };
}

async function press(page, selector) {
  await page.locator(selector).click();
  await page.waitForURL(act);
  assert.equal(await page.title(), 'The real address');
}

test('a call to action leads to its real address, and the page tells which one, where, and nothing of who', async () => {
  const { context, page, sent } = await open();
  // A cookie as staff have one: it must stay behind.
  await context.addCookies([{ name: 'earshot', value: 'secret', url: site.base }]);
  for (const [selector, place] of [[`.act a[href="${act}"]`, 'band'], [`.notes a[href="${act}"]`, 'notes']]) {
    await page.goto(site.base + episodePath());
    await page.waitForLoadState('networkidle');
    const asked = context.waitForEvent('request', (request) => request.url().startsWith(`${site.base}/follows/`));
    await press(page, selector);
    const request = await asked;
    assert.equal(request.url(), `${site.base}/follows/${show.slug}`);
    assert.equal(request.postData(), new URLSearchParams({ link: act, place, episode: 'first-signal' }).toString());
    const fields = await request.allHeaders();
    for (const name of ['cookie', 'referer', 'authorization', 'if-none-match']) assert.equal(fields[name], undefined, name);
  }
  assert.equal(sent.length, 2);
  await context.close();
});

test('who sends Global Privacy Control sends nothing else', async () => {
  const { context, page, sent } = await open();
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true }));
  await page.reload();
  await press(page, `.act a[href="${act}"]`);
  assert.equal(sent.length, 0);
  await context.close();
});

test('without JavaScript the links are the same', async () => {
  const { context, page, sent } = await open({ javaScriptEnabled: false });
  await press(page, `.act a[href="${act}"]`);
  assert.equal(sent.length, 0);
  await context.close();
});

test('an analyst sees follows and loads totals, with and without JavaScript, light and dark, wide and narrow', async () => {
  const listening = await open();
  for (let i = 0; i < 11; ++i) {
    await listening.page.goto(site.base + episodePath());
    await press(listening.page, `.act a[href="${act}"]`);
  }
  await listening.context.close();
  const context = await browser.newContext({ viewport: sizes[0], javaScriptEnabled: false });
  const page = await openPage(context, site.base);
  await page.goto(`${site.base}/sign-in?next=%2Fstatistics%2Facting`);
  await page.fill('#name', analyst.name);
  await page.fill('#password', analyst.password);
  await page.click('button[type=submit]');
  await page.waitForURL((url) => url.pathname === '/statistics/acting');

  await page.fill('#table', 'day,calls\nyesterday,41\n');
  await page.click('button:has-text("Load for")');
  assert.match(await page.locator('[role=alert]').innerText(), /Line 2: “yesterday” is no day/);
  const day = (ago) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
  let table = 'day,calls to the hotline,reports online\n';
  for (let ago = 20; ago > 0; --ago) table += `${day(ago)},${40 + ((ago * 7) % 23)},${15 + ((ago * 5) % 11)}\n`;
  await page.setInputFiles('#file', { name: 'totals.csv', mimeType: 'text/csv', buffer: Buffer.from(table) });
  await page.click('button:has-text("Load for")');
  assert.equal(await page.locator('[role=status]').innerText(), '20 days were loaded.');
  await context.close();

  const seeing = await browser.newContext({ viewport: sizes[0] });
  const second = await openPage(seeing, site.base);
  await second.goto(`${site.base}/sign-in?next=%2Fstatistics%2Facting`);
  await second.fill('#name', analyst.name);
  await second.fill('#password', analyst.password);
  await second.click('button[type=submit]');
  await second.waitForURL((url) => url.pathname === '/statistics/acting');
  for (let i = 0; i < 60 && !(await second.locator('td', { hasText: /^10$/ }).count()); ++i) {
    await second.waitForTimeout(200); // saved within a second
    await second.reload();
  }
  assert.ok(await second.locator('td', { hasText: /^10$/ }).count(), 'thirteen follows of today are shown as ten');
  for (const scheme of ['light', 'dark']) {
    for (const viewport of sizes) {
      await second.emulateMedia({ colorScheme: scheme });
      await second.setViewportSize(viewport);
      assert.deepEqual(await axe(second), [], `${scheme}, ${viewport.width}`);
      assert.ok((await second.evaluate(() => document.documentElement.scrollWidth)) <= viewport.width, `too wide at ${viewport.width}`);
      await shoot(second, `acting-${scheme}-${viewport.width}`);
    }
  }
  assert.deepEqual(second.wrong, []);
  await seeing.close();
});

test('with the server dead every call to action still works', async () => {
  const { context, page } = await open();
  site.process.kill('SIGKILL');
  await new Promise((done) => site.process.once('exit', done));
  assert.equal(await page.locator('.act a[href="tel:0800789321"]').count(), 1);
  await press(page, `.act a[href="${act}"]`);
  await context.close();
});
