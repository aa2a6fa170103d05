// The queue as producers and admins meet it: what is worked on, what waits, whose turn it is; with JavaScript and without.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { axe, fetchRaw, launch, openPage, shoot, Site } from './support.mjs';

let site, browser, page, admin, master, worker;
const jobs = {};
const sizes = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
];

// An episode of that title whose recording waits or is worked on.
async function handIn(title) {
  const episode = await site.api('POST', '/shows/queue/episodes', { title });
  const headers = { Authorization: `Bearer ${site.token}`, 'Tus-Resumable': '1.0.0' };
  const made = await fetchRaw(site.base, '/api/v1/uploads', {
    method: 'POST',
    headers: { ...headers, 'Upload-Length': master.length, 'Content-Type': 'application/offset+octet-stream' },
    body: master,
  });
  assert.equal(made.status, 201);
  jobs[title] = await site.api('PUT', `/episodes/${episode.id}/master`, { upload: made.headers.location.split('/').pop() });
  jobs[title].episode = episode.id;
}

const until = async (what, check) => {
  for (let i = 0; i < 600; ++i) {
    const found = await check();
    if (found) return found;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`waited in vain for ${what}`);
};
const state = async (title) => (await site.api('GET', `/jobs/${jobs[title].id}`)).state;
const titles = (of) => of.locator('ol.queue-list h3').allTextContents();
const row = (of, title) => of.locator(`#job-${jobs[title].id}`);

async function signIn(on, role) {
  const who = site.addAccount(role);
  await on.goto(`${site.base}/studio/queue`);
  await on.fill('#name', who.name);
  await on.fill('#password', who.password);
  await on.click('button[type=submit]');
  await on.waitForURL(`${site.base}/studio/queue`);
}

before(async () => {
  site = await Site.start();
  browser = await launch();
  await site.addShow({ slug: 'queue', title: 'Queue', description: 'd', category: 'News', author: 'A' });
  master = execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'anoisesrc=d=40:c=pink:r=48000:a=0.3', '-ac', '1', '-f', 'wav', '-'], { maxBuffer: 1 << 24 });
  await handIn('In the works');
  // The worker is held, so that what comes after it waits for as long as this test looks.
  worker = Number(await until('a worker', async () => {
    if ((await state('In the works')) !== 'running') return '';
    try {
      return execFileSync('pgrep', ['-P', String(site.process.pid)], { encoding: 'utf8' }).trim().split('\n')[0];
    } catch {
      return '';
    }
  }));
  process.kill(worker, 'SIGSTOP');
  for (const title of ['Second', 'Third', 'Fourth']) await handIn(title);
  page = await openPage(await browser.newContext({ viewport: sizes[0], timezoneId: 'Europe/Vilnius', locale: 'en-GB' }), site.base);
  await signIn(page, 'producer');
});

after(async () => {
  await browser?.close();
  try {
    process.kill(worker, 'SIGCONT');
  } catch {
    // it has ended
  }
  await site?.stop();
});

test('everybody’s jobs stand there with their stage and their place', async () => {
  assert.match(await page.locator('#queue').textContent(), /1 job worked on\s+3 waiting/);
  assert.match(await row(page, 'In the works').textContent(), /by token:browser-test/);
  assert.match(await row(page, 'In the works').locator('.job-words').textContent(), /^(Starting|Inspecting|Measuring|Encoding|Checking)/i);
  assert.deepEqual(await titles(page), ['Second', 'Third', 'Fourth']);
  assert.deepEqual(await page.locator('.queue-position').allTextContents(), ['1', '2', '3']);
  assert.match(await row(page, 'Second').textContent(), /Waiting for its turn/);
  for (const viewport of sizes) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await axe(page), []);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'no sideways scrolling');
      await shoot(page, `queue-${viewport.width}-${colorScheme}`);
    }
  }
  await page.setViewportSize(sizes[0]);
  await page.emulateMedia({ colorScheme: 'light' });
});

test('an episode is put first, from its own page and from the queue', async () => {
  await page.goto(`${site.base}/studio/episodes/${jobs.Third.episode}`);
  assert.match(await page.locator('#recording .job-words').textContent(), /Waiting for its turn/);
  await page.click('#recording button:has-text("Do this first")');
  await page.locator('#recording-answer:has-text("It goes before your other recordings now.")').waitFor();
  await page.locator('#recording button:has-text("Do this first")').waitFor({ state: 'detached' });
  assert.equal((await site.api('GET', `/jobs/${jobs.Third.id}`)).priority, 'high');

  await page.click('#recording a:has-text("Whole queue")');
  await page.waitForURL(`${site.base}/studio/queue`);
  assert.deepEqual(await titles(page), ['Third', 'Second', 'Fourth']);
  await row(page, 'Third').locator('button:has-text("Back in turn")').click();
  await until('its old place', async () => (await titles(page))[0] === 'Second');
  await row(page, 'Fourth').locator('button:has-text("Do this first")').focus();
  await page.keyboard.press('Enter');
  await until('its new place', async () => (await titles(page))[0] === 'Fourth');
  assert.match(await row(page, 'Fourth').textContent(), /First of this producer’s/);
  assert.equal(await row(page, 'Second').locator('button:has-text("Before everybody")').count(), 0);
  assert.deepEqual(page.wrong, []);
});

test('without JavaScript the same is done by forms; admins may put one before everybody’s', async () => {
  admin = await openPage(await browser.newContext({ viewport: sizes[0], javaScriptEnabled: false }), site.base);
  await signIn(admin, 'admin');
  await row(admin, 'Second').locator('button:has-text("Before everybody")').click();
  assert.deepEqual(await titles(admin), ['Second', 'Fourth', 'Third']);
  await row(admin, 'Third').locator('button:has-text("Stop")').click();
  assert.deepEqual(await titles(admin), ['Second', 'Fourth']);
  assert.equal(await state('Third'), 'cancelled');
  assert.match(await row(admin, 'Third').textContent(), /Cancelled on request/);
  assert.deepEqual(admin.wrong, []);
});

test('nobody else’s form changes the queue', async () => {
  const form = { method: 'POST', body: `act=cancel&job=${jobs.Second.id}&csrf_token=guess` };
  const type = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const stranger = await fetchRaw(site.base, '/studio/queue', { ...form, headers: type });
  assert.deepEqual([stranger.status, stranger.headers.location], [303, '/sign-in?next=/studio/queue']);
  const cookie = (await admin.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  assert.equal((await fetchRaw(site.base, '/studio/queue', { ...form, headers: { ...type, Cookie: cookie } })).status, 403);
  assert.equal(await state('Second'), 'queued');
});

test('the page follows what others do, and what is done leaves it', async () => {
  await until('the stopped one', async () => (await page.locator('h2:has-text("Came to nothing")').count()) === 1);
  assert.equal(await row(page, 'Second').locator('button:not(:has-text("Stop"))').count(), 0); // what goes before everybody's is for admins
  await row(page, 'Third').locator('button:has-text("Try again")').click();
  await until('its place', async () => (await titles(page)).includes('Third'));
  await row(page, 'Fourth').locator('button:has-text("Stop")').click();
  await until('it to be stopped', async () => (await state('Fourth')) === 'cancelled');
  process.kill(worker, 'SIGCONT');
  await until('the others to be done', async () => (await page.locator('#queue:has-text("Nothing is worked on")').count()) === 1);
  for (const title of ['In the works', 'Second', 'Third']) assert.equal(await state(title), 'succeeded');
  assert.equal(await row(page, 'Second').count(), 0);
  assert.deepEqual(page.wrong, []);
});
