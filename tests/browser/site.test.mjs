// The public site, sign-in and statistics as people meet them: real server, real audio, real browser.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { axe, fetchRaw, launch, openPage, shoot, Site } from './support.mjs';

const sizes = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
];
const transcript = `WEBVTT

00:00.000 --> 00:03.000
[low music]

00:03.000 --> 00:20.000
<v Presenter>This is a short recording.

00:20.000 --> 00:60.000
<v Reader>It was made by a speech synthesiser.
`.replace('00:60.000', '01:00.000');

let site, browser, show, analyst;

before(async () => {
  site = await Site.start();
  browser = await launch();
  analyst = site.addAccount('analyst');
  show = await site.addShow({
    title: 'Quiet Signals',
    description: 'Two short recordings that show what this site can do.\n\nThey were made for a test.',
    notice: 'This is a test, read by a speech synthesiser.',
    author: 'The Press Office',
    category: 'Society & Culture',
    subcategory: 'Documentary',
    type: 'serial',
    people: [{ name: 'A synthetic voice', role: 'host' }],
    actions: [
      { label: 'Report online', href: 'https://www.gov.uk/ACT', detail: 'In confidence, day or night.' },
      { label: 'Call 0800 789321', href: 'tel:0800789321', detail: 'The confidential hotline.' },
      { label: 'In an emergency call 999', href: 'tel:999', detail: 'Do not wait.', emergency: true },
    ],
  });
  const master = site.master();
  const chapters = '00:00:00 The beginning\n00:00:25 The middle\n00:01:10 What to do\n';
  site.publish(show, 'First Signal', { master, notes: 'Some **notes** with [a link](https://www.gov.uk/ACT).\n\n- one\n- two\n', transcript, chapters, words: ['--number', '1', '--summary', 'Where it starts.'] });
  site.publish(show, '<script>document.title="owned"</script> & "quotes"', { master, transcript, words: ['--number', '2'] });
});

after(async () => {
  await browser?.close();
  await site?.stop();
});

const showPath = () => `/shows/${show.slug}`;
const episodePath = () => `${showPath()}/first-signal`;
const newContext = (options) => browser.newContext({ viewport: sizes[0], ...options });

test('every page is accessible, quiet and in one piece, light and dark, wide and narrow', async () => {
  const pages = {
    home: '/',
    show: showPath(),
    episode: episodePath(),
    privacy: '/privacy',
    'how-we-count': '/how-we-count',
    'sign-in': '/sign-in',
    missing: '/shows/nothing-here',
    statistics: '/statistics',
    figures: '/statistics/figures',
    'episode-statistics': `/statistics${episodePath()}`,
  };
  const staff = ['statistics', 'figures', 'episode-statistics'];
  for (const colorScheme of ['light', 'dark']) {
    for (const viewport of sizes) {
      const context = await newContext({ viewport, colorScheme });
      const page = await openPage(context, site.base);
      for (const [name, path] of Object.entries(pages)) {
        if (name === 'statistics') await signIn(page, path);
        const answer = await page.goto(site.base + path);
        assert.equal(answer.status(), name === 'missing' ? 404 : 200, name);
        assert.deepEqual(await axe(page), [], `${name}, ${colorScheme}, ${viewport.width}`);
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= viewport.width, `${name} is too wide at ${viewport.width}`);
        await shoot(page, `${name}-${colorScheme}-${viewport.width}`);
        if (name === 'missing') page.wrong = page.wrong.filter((line) => !line.includes('404'));
        assert.deepEqual(page.wrong, [], name);
        if (!staff.includes(name)) assert.deepEqual(name === 'sign-in' ? [] : await context.cookies(), [], `${name} sets no cookie`);
      }
      await context.close();
    }
  }
});

test('pages reflow at 320 CSS pixels', async () => {
  const context = await newContext({ viewport: { width: 320, height: 640 } });
  const page = await openPage(context, site.base);
  for (const path of ['/', showPath(), episodePath(), '/privacy', '/sign-in']) {
    await page.goto(site.base + path);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 320, path);
  }
  await context.close();
});

test('what to do is in sight without scrolling, with the real addresses', async () => {
  for (const viewport of sizes) {
    const context = await newContext({ viewport });
    const page = await openPage(context, site.base);
    for (const path of ['/', showPath(), episodePath(), '/privacy', '/shows/nothing-here']) {
      await page.goto(site.base + path);
      for (const href of ['https://www.gov.uk/ACT', 'tel:0800789321', 'tel:999']) {
        const box = await page.locator(`.act a[href="${href}"]`).boundingBox();
        assert.ok(box.y + box.height <= viewport.height, `${href} on ${path} at ${viewport.width}`);
        assert.ok(box.height >= 24, 'large enough to tap');
      }
    }
    await context.close();
  }
});

test('the cover is a WebP with the JPEG beside it, and says what it shows', async () => {
  const context = await newContext();
  const page = await openPage(context, site.base);
  for (const path of [showPath(), episodePath()]) {
    await page.goto(site.base + path);
    const cover = page.locator('picture .cover').first();
    await page.waitForFunction(() => document.querySelector('picture .cover').complete);
    const { currentSrc, src, alt, width } = await cover.evaluate((img) => ({ currentSrc: img.currentSrc, src: img.src, alt: img.alt, width: img.naturalWidth }));
    assert.match(currentSrc, /\/images\/[0-9a-f]{64}\.webp$/);
    assert.match(src, /\/images\/[0-9a-f]{64}\.jpg$/);
    assert.equal(alt, 'An amber disc on navy');
    assert.ok(width > 0);
  }
  assert.deepEqual(page.wrong, []);
  await context.close();
});

test('play starts the audio; a chapter moves it there', async () => {
  const context = await newContext();
  const page = await openPage(context, site.base);
  await page.goto(site.base + episodePath());
  await page.waitForLoadState('networkidle');
  assert.equal(await page.evaluate(() => document.querySelector('audio').readyState), 0, 'nothing is loaded before somebody presses play');
  await page.evaluate(() => document.querySelector('audio').play());
  await page.waitForFunction(() => document.querySelector('audio').currentTime > 0.2);

  await page.locator('.chapters a', { hasText: 'The middle' }).click();
  await page.waitForFunction(() => document.querySelector('audio').currentTime >= 25 && !document.querySelector('audio').seeking);
  const time = await page.evaluate(() => document.querySelector('audio').currentTime);
  assert.ok(time >= 25 && time < 40, `the player is at ${time}`);
  assert.equal(new URL(page.url()).pathname, episodePath(), 'the page stays');
  await page.waitForFunction(() => document.querySelector('.chapters [aria-current]')?.textContent.includes('The middle'));
  assert.equal(await page.locator('#seek-status').textContent(), 'Playing from 0:25');

  await page.locator('.turn a.seek', { hasText: '0:03' }).click();
  await page.waitForFunction(() => document.querySelector('audio').currentTime < 20);
  assert.ok((await page.evaluate(() => document.querySelector('audio').currentTime)) >= 3);
  await page.evaluate(() => document.querySelector('audio').pause());
  assert.deepEqual(page.wrong, []);
  await context.close();
});

test('the waveform is drawn without a script and without audio; a click or a key on it moves the player', async () => {
  const still = await newContext({ javaScriptEnabled: false });
  const drawn = await openPage(still, site.base);
  await drawn.goto(site.base + episodePath());
  assert.ok((await drawn.locator('.wave-bars').first().boundingBox()).width > 300);
  assert.equal(await drawn.locator('.wave-mark').count(), 2, 'every chapter but the first');
  assert.ok(!(await drawn.locator('.wave-seek').isVisible()));
  await shoot(drawn, 'episode-no-script');
  await still.close();

  const context = await newContext();
  const page = await openPage(context, site.base);
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(site.base + episodePath());
  const slider = page.getByRole('slider', { name: 'Position' });
  await slider.focus();
  for (let i = 0; i < 6; ++i) await page.keyboard.press('ArrowRight');
  assert.match(await slider.getAttribute('aria-valuetext'), /^0:30 of \d:\d\d, The middle$/);
  await page.waitForLoadState('networkidle');
  assert.ok(!asked.some((path) => path.startsWith('/media/')), 'looking is not listening');
  await page.keyboard.press('Space');
  await page.waitForFunction(() => document.querySelector('audio').currentTime >= 30 && !document.querySelector('audio').paused);
  await page.keyboard.press('Space');
  await page.waitForFunction(() => document.querySelector('audio').paused);

  const box = await page.locator('.wave').boundingBox();
  const duration = Number(await page.locator('.wave').getAttribute('data-duration'));
  await page.mouse.click(box.x + box.width * 0.9, box.y + box.height / 2);
  await page.waitForFunction(() => !document.querySelector('audio').paused && !document.querySelector('audio').seeking);
  const time = await page.evaluate(() => document.querySelector('audio').currentTime);
  assert.ok(Math.abs(time - 0.9 * duration) < 5, `a click at 90 % of ${duration} s went to ${time}`);
  await page.evaluate(() => document.querySelector('audio').pause());
  await page.waitForFunction(() => Number(document.querySelector('#wave-heard rect').getAttribute('width')) > 600);
  await shoot(page, 'episode-heard');
  assert.deepEqual(page.wrong, []);
  await context.close();
});

test('the keyboard alone reaches the content, the chapters and the player, and sees where it is', async () => {
  const context = await newContext();
  const page = await openPage(context, site.base);
  await page.goto(site.base + episodePath());
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the content');
  await page.keyboard.press('Enter');
  const seen = [];
  for (let i = 0; i < 40; ++i) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => ({ tag: document.activeElement.tagName, seek: document.activeElement.dataset.seek, outline: getComputedStyle(document.activeElement).outlineStyle }));
    seen.push(at);
    if (at.tag === 'A') assert.notEqual(at.outline, 'none');
    if (at.seek === '25') break;
  }
  assert.ok(seen.some((at) => at.tag === 'AUDIO') && seen.some((at) => at.seek === '25'));
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelector('audio').currentTime >= 25);
  await context.close();
});

test('without JavaScript everything is there: player, chapters as links into the audio, transcript, feed address', async () => {
  const context = await newContext({ javaScriptEnabled: false });
  const page = await openPage(context, site.base);
  await page.goto(site.base + episodePath());
  assert.ok(await page.locator('audio[controls]').isVisible());
  assert.match(await page.locator('.chapters a', { hasText: 'The middle' }).getAttribute('href'), /^\/media\/.+\.mp3#t=25$/);
  assert.ok(await page.locator('.transcript', { hasText: 'It was made by a speech synthesiser.' }).isVisible());
  assert.ok(await page.locator('.turn', { hasText: '[low music]' }).isVisible());
  await page.goto(site.base + showPath());
  assert.equal(await page.locator('#feed-address').inputValue(), `${site.base}${showPath()}/feed.xml`);
  await shoot(page, 'show-no-script');
  await context.close();
});

test('a hostile title runs nowhere', async () => {
  const context = await newContext();
  const page = await openPage(context, site.base);
  for (const path of ['/', showPath(), episodePath()]) {
    await page.goto(site.base + path);
    assert.ok((await page.locator('body').textContent()).includes('<script>document.title'), path);
    assert.notEqual(await page.title(), 'owned');
  }
  assert.deepEqual(page.wrong, []);
  await context.close();
});

describe('over the wire', () => {
  const feed = () => `${showPath()}/feed.xml`;

  test('the feed: validators, codings, conditional requests, HEAD, CORS', async () => {
    const plain = await fetchRaw(site.base, feed());
    const packed = await fetchRaw(site.base, feed(), { headers: { 'Accept-Encoding': 'gzip' } });
    assert.equal(plain.status, 200);
    assert.equal(plain.headers['content-type'], 'application/rss+xml; charset=utf-8');
    assert.equal(plain.headers['access-control-allow-origin'], '*');
    assert.equal(gunzipSync(packed.body).toString(), plain.body.toString());
    assert.notEqual(packed.headers.etag, plain.headers.etag);
    for (const answer of [plain, packed]) assert.equal(answer.headers.vary, 'Accept-Encoding');

    const same = await fetchRaw(site.base, feed(), { headers: { 'If-None-Match': plain.headers.etag } });
    assert.equal(same.status, 304);
    assert.equal(same.body.length, 0);
    for (const name of ['etag', 'vary', 'cache-control', 'date']) assert.ok(same.headers[name], `304 carries ${name}`);
    assert.equal((await fetchRaw(site.base, feed(), { headers: { 'If-Modified-Since': plain.headers['last-modified'] } })).status, 304);
    assert.equal((await fetchRaw(site.base, feed(), { headers: { 'If-None-Match': packed.headers.etag } })).status, 200, 'another coding’s ETag');
    assert.equal((await fetchRaw(site.base, feed(), { headers: { 'If-None-Match': packed.headers.etag, 'Accept-Encoding': 'gzip' } })).status, 304);

    const head = await fetchRaw(site.base, feed(), { method: 'HEAD' });
    assert.equal(head.body.length, 0);
    for (const name of ['etag', 'content-type', 'content-length', 'last-modified', 'vary']) assert.equal(head.headers[name], plain.headers[name]);
  });

  test('transcript, chapters and audio are open to web players elsewhere; pages are not framed and set no cookie', async () => {
    for (const path of [`${episodePath()}/transcript.vtt`, `${episodePath()}/chapters.json`]) {
      const answer = await fetchRaw(site.base, path);
      assert.equal(answer.status, 200, path);
      assert.equal(answer.headers['access-control-allow-origin'], '*');
    }
    const page = await fetchRaw(site.base, episodePath());
    assert.match(page.headers['content-security-policy'], /frame-ancestors 'none'/);
    assert.equal(page.headers['referrer-policy'], 'no-referrer');
    assert.equal(page.headers['set-cookie'], undefined);
    const audio = /<source src="([^"]+)"/.exec(page.body.toString())[1];
    const part = await fetchRaw(site.base, audio, { headers: { Range: 'bytes=0-1' } });
    assert.equal(part.status, 206);
    assert.equal(part.headers['access-control-allow-origin'], '*');
    assert.equal((await fetchRaw(site.base, '/.well-known/gpc.json')).headers['content-type'], 'application/json');
    assert.match((await fetchRaw(site.base, '/robots.txt')).body.toString(), /Disallow: \/studio/);
  });
});

async function signIn(page, next) {
  await page.goto(`${site.base}${next}`);
  assert.equal(new URL(page.url()).pathname, '/sign-in');
  await page.fill('#name', analyst.name);
  await page.fill('#password', analyst.password);
  await page.click('button[type=submit]');
  await page.waitForURL((url) => url.pathname === next);
}

test('an analyst signs in, sees what was downloaded, and signs out', async () => {
  const page1 = (await fetchRaw(site.base, episodePath())).body.toString();
  const audio = /<source src="([^"]+)"/.exec(page1)[1];
  for (let i = 0; i < 14; ++i) {
    await fetchRaw(site.base, audio, { headers: { 'User-Agent': i < 13 ? 'AntennaPod/3.4.0' : 'Overcast/3.0 (+http://overcast.fm/; iOS podcast app)' }, localAddress: `127.0.9.${i + 1}` });
  }
  const context = await newContext();
  const page = await openPage(context, site.base);
  await signIn(page, '/statistics');
  const cookie = (await context.cookies())[0];
  assert.ok(cookie.httpOnly && cookie.sameSite === 'Strict');
  await page.goto(`${site.base}/statistics/figures`);
  for (let i = 0; i < 60 && !(await page.locator('td', { hasText: /^10$/ }).count()); ++i) {
    await page.waitForTimeout(500); // counts are committed within seconds
    await page.reload();
  }
  assert.ok(await page.locator('tbody td', { hasText: /^10$/ }).count(), 'fourteen downloads of today are shown as ten');
  assert.match(await page.locator('p.rounded').innerText(), /still change.* steps of 10/);
  assert.ok(await page.locator('svg.chart rect.chart-bar').count());
  for (const [scheme, viewport] of [['light', sizes[0]], ['dark', sizes[0]], ['light', sizes[1]], ['dark', sizes[1]]]) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize(viewport);
    assert.deepEqual(await axe(page), [], `${scheme}, ${viewport.width}`);
    await shoot(page, `statistics-filled-${scheme}-${viewport.width}`);
  }
  for (const [name, path] of Object.entries({ overview: '/statistics', 'overview-of-episode': `/statistics${episodePath()}`, report: '/statistics/report' })) {
    for (const [scheme, viewport] of [['light', sizes[0]], ['dark', sizes[0]], ['light', sizes[1]], ['dark', sizes[1]]]) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.setViewportSize(viewport);
      await page.goto(site.base + path);
      assert.deepEqual(await axe(page), [], `${name}, ${scheme}, ${viewport.width}`);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= viewport.width, `${name} is too wide at ${viewport.width}`);
      await shoot(page, `${name}-filled-${scheme}-${viewport.width}`);
    }
  }
  const paper = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
  assert.equal(paper.match(/\/Type\s*\/Page[^s]/g).length, 1, 'the report is one page');
  await page.setViewportSize(sizes[0]);
  await page.goto(`${site.base}/statistics`);
  await page.fill('#words', 'Mentioned on the Today programme');
  await page.click('button:has-text("Add a note")');
  await page.waitForURL(/#annotations$/);
  assert.equal(await page.locator('.mark-annotation').count(), 1);
  assert.match(await page.locator('#annotations').innerText(), /Mentioned on the Today programme/);
  await page.goto(`${site.base}/statistics/figures`);
  await page.setViewportSize(sizes[0]);
  await page.selectOption('#show', show.slug);
  await page.click('button[type=submit]:has-text("Apply")');
  assert.match(page.url(), /show=quiet-signals/);
  const today = new Date().toISOString().slice(0, 10);
  await page.goto(`${site.base}/statistics/figures?from=${today}&to=${today}`);
  assert.equal(await page.locator('h3', { hasText: 'Hour by hour' }).count(), 1);
  for (const viewport of sizes) {
    await page.setViewportSize(viewport);
    assert.deepEqual(await axe(page), [], `hours, ${viewport.width}`);
    await shoot(page, `statistics-hours-${viewport.width}`);
  }
  await page.setViewportSize(sizes[0]);
  assert.deepEqual(page.wrong, []);

  await page.click('button:has-text("Sign out")');
  await page.waitForURL((url) => url.pathname === '/sign-in');
  await page.goto(`${site.base}/statistics`);
  assert.equal(new URL(page.url()).pathname, '/sign-in');
  await context.close();
});

test('a wrong password is refused with a sentence, and guessing is stopped', async () => {
  const context = await newContext();
  const page = await openPage(context, site.base);
  await page.goto(`${site.base}/sign-in`);
  await page.fill('#name', 'nobody');
  await page.fill('#password', 'not the password');
  await page.click('button[type=submit]');
  await page.locator('[role=alert]').waitFor();
  assert.deepEqual(await axe(page), []);
  await shoot(page, 'sign-in-refused');
  let status = 401;
  for (let i = 0; i < 12 && status === 401; ++i) {
    status = (await fetchRaw(site.base, '/sign-in', { method: 'POST', body: 'name=nobody&password=guess', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } })).status;
  }
  assert.equal(status, 429);
  await context.close();
});

test('with several shows the front page lists them all', async () => {
  const second = await site.addShow({ title: 'Another Show', description: 'With actions of its own.', actions: [{ label: 'Write to us', href: 'mailto:press@example.org' }] });
  assert.ok(!(await fetchRaw(site.base, '/')).body.toString().includes('Another Show'), 'a show without an episode is not announced');
  site.publish(second, 'Short', { master: site.master(20) });
  for (const [index, viewport] of sizes.entries()) {
    const context = await newContext({ viewport, colorScheme: ['light', 'dark'][index] });
    const page = await openPage(context, site.base);
    await page.goto(`${site.base}/`);
    assert.equal(await page.locator('.show-card').count(), 2);
    assert.ok(await page.locator('.show-card a[href="mailto:press@example.org"]').isVisible());
    assert.deepEqual(await axe(page), []);
    assert.deepEqual(page.wrong, []);
    await shoot(page, `home-several-${viewport.width}`);
    await page.goto(`${site.base}/shows/another-show`);
    assert.deepEqual(await axe(page), []);
    await shoot(page, `show-bare-${viewport.width}`);
    await context.close();
  }
});
