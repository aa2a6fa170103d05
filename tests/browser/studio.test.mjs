// The studio as a producer meets it, with nothing but a browser: a show, a recording that survives a reload, words, publishing, withdrawing.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { axe, fetchRaw, launch, openPage, shoot, Site } from './support.mjs';

const sizes = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
];

let site, browser, producer, analyst, context, page, cover;
const file = (name) => join(site.folder, name);

before(async () => {
  site = await Site.start();
  browser = await launch();
  producer = site.addAccount('producer');
  analyst = site.addAccount('analyst');
  cover = file('picture.png');
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'gradients=s=1500x1500:c0=#0c1a30:c1=#ffc24d:d=1', '-frames:v', '1', '-pix_fmt', 'rgb24', cover]);
  context = await browser.newContext({ viewport: sizes[0], timezoneId: 'Europe/Vilnius', locale: 'en-GB' });
  page = await openPage(context, site.base);
});

after(async () => {
  await browser?.close();
  await site?.stop();
});

async function signIn(on, who, next) {
  await on.goto(site.base + next);
  await on.fill('#name', who.name);
  await on.fill('#password', who.password);
  await on.click('button[type=submit]');
}

// About 12 MB for 70 s, 24 bit: real speech, quiet, with metadata inside.
function record(name, seconds, rate = 48_000) {
  const made = file(name);
  const source = site.master(seconds);
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', source, '-af', 'volume=-10dB', '-ar', String(rate), '-c:a', 'pcm_s24le', '-write_bext', '1', '-metadata', 'originator=SecretStudio', made]);
  return made;
}

// Files fall onto the page as from a desktop. The times make it "the same file" again later.
async function drop(paths, selector = 'main') {
  const input = await page.evaluateHandle(() => {
    const made = document.createElement('input');
    made.type = 'file';
    made.multiple = true;
    document.body.append(made);
    return made;
  });
  await input.setInputFiles(paths);
  await page.evaluate(
    ([from, target]) => {
      const data = new DataTransfer();
      for (const each of from.files) data.items.add(each);
      from.remove();
      for (const type of ['dragenter', 'dragover', 'drop'])
        document.querySelector(target).dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    },
    [input, selector],
  );
}

async function checkEverywhere(name) {
  for (const colorScheme of ['light', 'dark']) {
    for (const viewport of sizes) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      assert.deepEqual(await axe(page), [], `${name}, ${colorScheme}, ${viewport.width}`);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= viewport.width, `${name} is too wide at ${viewport.width}`);
      const hidden = await page.evaluate(() => [...document.querySelectorAll('.scroll')].filter((part) => part.scrollWidth > part.clientWidth).map((part) => part.ariaLabel));
      assert.deepEqual(hidden, [], `${name}: columns are out of sight at ${viewport.width}`);
      await shoot(page, `studio-${name}-${colorScheme}-${viewport.width}`);
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(sizes[0]);
}

const said = (words, scope = 'main') => page.locator(`${scope} .answer`, { hasText: words }).first().waitFor();
const feed = async () => (await fetchRaw(site.base, '/shows/signals-in-the-dark/feed.xml')).body.toString();
const confirm = (label) => page.locator('dialog[open] button', { hasText: label }).click();
// What a refused request leaves in the browser's console is not the page's fault.
const expectRefusal = () => (page.wrong = page.wrong.filter((line) => !/Failed to load resource: the server responded with a status of 4/.test(line)));

test('the studio is for producers', async () => {
  for (const path of ['/studio', '/studio/shows/new', '/studio/episodes/x']) {
    const answer = await fetchRaw(site.base, path);
    assert.equal(answer.status, 303, path);
    assert.match(answer.headers.location, /^\/sign-in\?next=/);
  }
  assert.equal((await fetchRaw(site.base, '/studio/preview/x/mp3')).status, 401);
  const other = await browser.newContext();
  const window = await openPage(other, site.base);
  await signIn(window, analyst, '/statistics');
  await window.waitForURL((url) => url.pathname === '/statistics');
  assert.equal((await window.goto(`${site.base}/studio`)).status(), 403);
  await other.close();
});

test('a producer signs in and makes a show', async () => {
  await signIn(page, producer, '/studio');
  await page.waitForURL((url) => url.pathname === '/studio');
  await checkEverywhere('empty');
  await page.click('text=Create a show');
  await page.waitForURL((url) => url.pathname === '/studio/shows/new');

  await page.fill('#title', 'Signals in the Dark');
  await page.click('button:has-text("Create the show")');
  await said('The description must not be empty');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'description', 'the field it speaks of has the focus');
  expectRefusal();
  await page.fill('#description', 'Recordings of what was prevented.\n\nAnd by whom.');
  await page.selectOption('#category', { label: 'Documentary' });
  await page.fill('#slug', 'No Address');
  await page.click('button:has-text("Create the show")');
  await said('The address may have lower-case letters, digits and single hyphens');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'slug');
  expectRefusal();
  await page.fill('#slug', '');
  await page.click('button:has-text("Add an action")');
  await page.fill('.row-action [name=label]', 'Report online');
  await page.fill('.row-action [name=href]', 'www.gov.uk/ACT');
  await page.click('button:has-text("Create the show")');
  await said('Action 1: the address must begin with https://');
  expectRefusal();
  assert.equal(await page.evaluate(() => document.activeElement.name), 'href');
  await page.fill('.row-action [name=href]', 'https://www.gov.uk/ACT');
  await page.click('button:has-text("Add a person")');
  await page.fill('.row-person [name=name]', 'Ada');
  await page.selectOption('.row-person [name=role]', { label: 'Narrator' });
  await checkEverywhere('new-show');
  await page.click('button:has-text("Create the show")');
  await page.waitForURL((url) => url.pathname === '/studio/shows/signals-in-the-dark');

  await drop([cover]);
  await page.click('button:has-text("Use this cover")');
  await said('Say in a few words what the picture shows');
  expectRefusal();
  await page.fill('#alt', 'Amber light on navy');
  await page.click('button:has-text("Use this cover")');
  await said('This is the cover now.');
  await page.locator('#cover-now img').waitFor();
  await checkEverywhere('show');

  const show = await site.api('GET', '/shows/signals-in-the-dark');
  assert.equal(show.category, 'Society & Culture');
  assert.equal(show.subcategory, 'Documentary');
  assert.deepEqual(show.people.map((each) => [each.name, each.role, each.group]), [['Ada', 'narrator', 'cast']]);
  assert.equal(show.artwork.alt, 'Amber light on navy');
  await page.fill('#notice', 'A test.');
  await page.click('form[data-form=show] button[type=submit]');
  await said('Saved.');
  assert.equal((await site.api('GET', '/shows/signals-in-the-dark')).notice, 'A test.');
});

test('a large recording is dropped, the page is loaded again in the middle, and the upload continues where it stopped', async () => {
  const master = record('big_master-1.wav', 70, 96_000); // about 40 MB: three pieces
  const size = readFileSync(master).length;
  const at = new Date(1_790_000_000_000);
  utimesSync(master, at, at);
  await page.goto(`${site.base}/studio`);
  await page.click('text=Studio');

  let cutting = true;
  const offsets = [];
  await page.route('**/api/v1/uploads/*', async (route) => {
    const request = route.request();
    if (request.method() !== 'PATCH') return route.continue();
    offsets.push(Number(request.headers()['upload-offset']));
    if (cutting && offsets.length > 1) return undefined; // the line hangs: the second piece never leaves
    return route.continue();
  });
  await drop([master]);
  await page.locator('#new-episode[open]').waitFor();
  assert.equal(await page.inputValue('#new-title'), 'Big master 1');
  assert.deepEqual(await axe(page), []);
  await shoot(page, 'studio-dialog');
  await page.fill('#new-title', 'First Signal');
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.pathname.startsWith('/studio/episodes/'));
  const episode = page.url();
  await page.locator('.upload-tray .upload-figures', { hasText: /of 40 MB · 4\d %|of 4\d MB · [34]\d %/ }).waitFor();
  await checkEverywhere('uploading');

  // Another page of the studio does not end it; loading the page again does.
  await page.click('.eyebrow a:has-text("Studio")');
  await page.locator('[data-page=home]').waitFor();
  assert.ok(await page.locator('.upload-tray progress').isVisible());
  page.on('dialog', (dialog) => void dialog.accept());
  cutting = false;
  await page.reload();
  await page.locator('.upload-tray .answer', { hasText: 'Drop the same file again' }).waitFor();
  const before = offsets.length;
  await checkEverywhere('unfinished');

  await page.locator('.upload-tray a', { hasText: 'First Signal' }).click();
  await page.waitForURL(episode);
  await drop([master]);
  await said('has arrived and is being transcoded');
  const later = offsets.slice(before);
  assert.ok(later[0] >= 16 << 20, `it continued at ${later[0]}, not from the beginning`);
  await page.unroute('**/api/v1/uploads/*');
  assert.equal(await page.locator('.upload').count(), 0);
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), [], 'nothing is remembered of what is done');

  await page.locator('#recording progress').waitFor();
  await page.locator('#listen audio').first().waitFor({ timeout: 300_000 });
  await said('The recording is ready');
  const stored = await site.api('GET', `/episodes/${episode.split('/').pop()}`);
  assert.equal(stored.master.byte_length, size);
  assert.equal(stored.master.file_name, basename(master));
  assert.deepEqual(page.wrong, []);
});

test('everything is filled in, heard, and published', async () => {
  const id = page.url().split('/').pop();
  await page.locator('.gives-away', { hasText: 'it is not published' }).click();
  assert.ok(await page.locator('.gives-away dd', { hasText: 'SecretStudio' }).isVisible());
  assert.ok(await page.locator('#listen td', { hasText: /−16\.\d LUFS|−15\.\d LUFS/ }).count());
  await page.evaluate(() => document.querySelector('#listen audio').play());
  await page.waitForFunction(() => document.querySelector('#listen audio').currentTime > 0.2);
  await page.evaluate(() => document.querySelector('#listen audio').pause());

  await page.fill('#summary', 'What a patient listener hears.');
  await page.fill('#notes', 'Call **0800 789321**.\n\n- one\n- two');
  await page.click('text=How the notes will look');
  await page.locator('#notes-html strong', { hasText: '0800 789321' }).waitFor();
  await page.fill('#number', '1');
  await page.click('form[data-form=episode] button:has-text("Add a person")');
  await page.fill('form[data-form=episode] .row-person [name=name]', 'Grace');
  await page.click('button:has-text("Save title and notes")');
  await said('Saved.');

  await page.fill('#chapters', '00:00:00 Start\nhalf past Nonsense');
  await page.click('button:has-text("Save chapters")');
  await said('Line 2 is not like “00:01:30 Title”');
  await page.fill('#chapters', '00:00:00 Start\n00:09:00 Too late');
  await page.click('button:has-text("Save chapters")');
  await said('but the audio is only 1:10 long');
  expectRefusal();
  await page.fill('#chapters', '00:00:00 Start\n00:00:30 What to do https://www.gov.uk/ACT');
  await page.click('button:has-text("Save chapters")');
  await said('Saved: 2 chapters.');

  writeFileSync(file('broken.vtt'), 'WEBVTT\n\n00:05.000 --> 00:02.000\nBackwards\n');
  await drop([file('broken.vtt')]);
  await page.locator('form[data-form=transcript] .problem').waitFor();
  expectRefusal();
  writeFileSync(file('words.vtt'), 'WEBVTT\n\n00:00.000 --> 00:04.000\n<v Ada>Listen.\n');
  await drop([file('words.vtt')]);
  await said('words.vtt is the transcript now.');
  await page.locator('#transcript-now', { hasText: 'WebVTT, 1 cue' }).waitFor();

  await drop([cover]);
  await page.fill('#alt', 'Amber again');
  await page.click('button:has-text("Use this cover")');
  await said('This is the cover now.');
  await page.locator('#publication', { hasText: 'Ready to go out.' }).waitFor();
  await page.waitForFunction(() => !document.querySelector('#recording [data-job]')); // the new words are in the files
  await checkEverywhere('episode');

  assert.ok(!(await feed()).includes('First Signal'));
  await page.fill('#summary', 'Typed just before publishing.');
  await page.click('#publication button:has-text("Publish now")');
  await page.locator('dialog[open]', { hasText: 'appears on its page and in the feed at once' }).waitFor();
  assert.deepEqual(await axe(page), []);
  await confirm('Publish now');
  await said('It is public now.');
  const xml = await feed();
  assert.ok(xml.includes('First Signal') && xml.includes('Typed just before publishing.'), 'unsaved words were saved first');
  const public_page = await page.locator('#publication a:has-text("Public page")').getAttribute('href');
  assert.match((await fetchRaw(site.base, public_page)).body.toString(), /What to do/);
  const stored = await site.api('GET', `/episodes/${id}`);
  assert.deepEqual(stored.chapters.map((each) => [each.start_seconds, each.href]), [[0, ''], [30, 'https://www.gov.uk/ACT']]);
  assert.deepEqual(stored.people.map((each) => each.name), ['Grace']);
  assert.equal(stored.artwork.alt, 'Amber again');
  await checkEverywhere('published');
  assert.deepEqual(page.wrong, []);
});

test('a stretch is drawn over the recording and taken out; audio, chapters and transcript change at once', async () => {
  const id = page.url().split('/').pop();
  const before = await site.api('GET', `/episodes/${id}`);
  assert.ok((await page.locator('#listen .shape-curve').boundingBox()).width > 300);
  await page.locator('#redact .shape-bars').scrollIntoViewIfNeeded();
  const box = await page.locator('#redact .shape-bars').boundingBox();
  await page.mouse.move(box.x + box.width * 0.25, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.3, box.y + 20, { steps: 4 });
  await page.mouse.move(box.x + box.width * 0.5, box.y + 20, { steps: 4 });
  await page.mouse.up();
  assert.equal(await page.locator('#redact .shape-taken').count(), 1);
  const row = page.locator('#redact .row-list .row').first();
  assert.match(await row.locator('[name=start]').inputValue(), /^0:17(\.\d+)?$/);
  await row.locator('[name=end]').fill('2:00');
  await page.click('#redact button:has-text("Make the audio again")');
  await said('Range 1 ends at 2:00, but the recording is only 1:10 long.');
  expectRefusal();
  assert.equal(await page.evaluate(() => document.activeElement.name), 'end');
  await row.locator('[name=end]').fill('abc');
  await page.click('#redact button:has-text("Make the audio again")');
  await said('Range 1 ends at “abc”, which is not a time: write it like 1:23.5.');
  assert.equal(await page.evaluate(() => document.activeElement.name), 'end');
  await row.locator('[name=start]').fill('0:15');
  await row.locator('[name=end]').fill('0:25.5');
  await row.locator('[name=kind]').selectOption({ label: 'Cut it out' });
  await checkEverywhere('redact');
  await page.click('#redact button:has-text("Make the audio again")');
  await said('The audio is being made again without it.');
  await page.locator('#recording', { hasText: 'Length1:00' }).waitFor({ timeout: 300_000 });
  await said('The new audio is public now: listen to it.');
  const after = await site.api('GET', `/episodes/${id}`);
  assert.equal(after.guid, before.guid);
  assert.notEqual(after.renditions[0].url, before.renditions[0].url);
  assert.deepEqual(after.chapters.map((each) => each.start_seconds), [0, 19.5]);
  assert.equal((await fetchRaw(site.base, new URL(before.renditions[0].url).pathname)).status, 410);
  assert.ok((await feed()).includes(after.renditions[0].url));
  await page.locator('#redact [data-cut="15 25.500"]').waitFor({ state: 'attached' });
  await checkEverywhere('redacted');
  assert.deepEqual(page.wrong, []);
});

test('withdrawing says what happens, and does it', async () => {
  await page.click('#publication button:has-text("Withdraw")');
  await page.locator('dialog[open]', { hasText: 'nobody can call those back' }).waitFor();
  await shoot(page, 'studio-withdraw');
  await confirm('Cancel');
  assert.ok((await feed()).includes('First Signal'));
  await page.click('#publication button:has-text("Withdraw")');
  await confirm('Withdraw it');
  await said('It is withdrawn.');
  assert.ok(!(await feed()).includes('First Signal'));
  await page.locator('#head .state-withdrawn').waitFor();
  await checkEverywhere('withdrawn');
  await page.click('#publication button:has-text("Publish it again")');
  await confirm('Publish it again');
  await said('It is public now.');
  assert.ok((await feed()).includes('First Signal'));
});

test('an episode is scheduled by the local clock, moved, and taken off again', async () => {
  await page.goto(`${site.base}/studio`);
  copyFileSync(site.master(70), file('second.wav'));
  await page.locator('input#new-file').setInputFiles(file('second.wav'));
  await page.fill('#new-title', 'Second Signal');
  await page.click('#new-episode button:has-text("Start")');
  await page.locator('#publication', { hasText: 'Ready to go out.' }).waitFor({ timeout: 300_000 });
  const id = page.url().split('/').pop();

  await page.click('#publication button:has-text("Schedule")');
  await page.fill('#schedule-at', '2020-01-01T10:00');
  await page.click('#schedule button:has-text("Schedule")');
  assert.ok(await page.locator('#schedule[open]').isVisible(), 'a time in the past is not taken');
  await page.fill('#schedule-at', '2038-01-15T07:00');
  await page.locator('#schedule-words', { hasText: /Friday,? 15 January 2038 at 07:00 \S+ where you are \(Europe\/Vilnius\); that is 15 Jan\S* (at )?05:00 in UTC\./ }).waitFor();
  assert.deepEqual(await axe(page), []);
  await shoot(page, 'studio-schedule');
  await page.click('#schedule button:has-text("Schedule")');
  await said(/Scheduled for Friday,? 15 January 2038 at 07:00/);
  assert.equal((await site.api('GET', `/episodes/${id}`)).publish_at, '2038-01-15T05:00:00Z');
  await page.locator('#head .state-scheduled').waitFor();
  assert.ok(!(await feed()).includes('Second Signal'));
  await checkEverywhere('scheduled');
  await page.goto(`${site.base}/studio`);
  assert.match(await page.locator('.episode-row', { hasText: 'Second Signal' }).textContent(), /Scheduled[\s\S]*15 January 2038 at 07:00/);
  await checkEverywhere('home');
  await page.click('a:has-text("Second Signal")');

  await page.locator('#redact .warning', { hasText: 'This takes the episode off its schedule.' }).waitFor();
  await page.click('#publication button:has-text("Take it off the schedule")');
  await confirm('Take it off');
  await said('It is a draft again.');

  const greenwich = await browser.newContext({ storageState: await context.storageState(), viewport: sizes[0], timezoneId: 'UTC', locale: 'en-GB' });
  const window = await openPage(greenwich, site.base);
  await window.goto(page.url());
  await window.click('#publication button:has-text("Schedule")');
  await window.fill('#schedule-at', '2038-01-15T07:00');
  await window.locator('#schedule-words', { hasText: /^Friday,? 15 January 2038 at 07:00 UTC\.$/ }).waitFor(); // said once
  await greenwich.close();
  assert.equal((await site.api('GET', `/episodes/${id}`)).state, 'draft');
  expectRefusal();
  assert.deepEqual(page.wrong, []);
});

test('text in a recording’s clothes is refused with a sentence, and the draft can be deleted', async () => {
  writeFileSync(file('letter.wav'), 'Dear listeners,\n'.repeat(5000));
  await page.goto(`${site.base}/studio`);
  await drop([file('letter.wav')]);
  await page.click('#new-episode button:has-text("Start")');
  const sentence = page.locator('#recording .problem');
  await sentence.waitFor({ timeout: 300_000 });
  assert.match(await sentence.textContent(), /[a-z]{3,} .*\.$/);
  assert.ok(await page.locator('#publication .must', { hasText: 'The master could not be used' }).isVisible());
  assert.ok(await page.locator('#publication button:has-text("Publish now")').isDisabled());
  assert.equal(await page.locator('button:has-text("Try again")').count(), 0, 'that would end alike');
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.click('button:has-text("Choose another file")')]);
  assert.ok(!chooser.isMultiple());
  await checkEverywhere('refused');
  const id = page.url().split('/').pop();

  // The same page takes the right file then.
  await page.locator('#master').setInputFiles(file('second.wav'));
  await confirm('Replace it');
  await page.locator('#listen audio').first().waitFor({ timeout: 300_000 });
  await page.click('#publication button:has-text("Delete the draft")');
  await confirm('Delete it');
  await said('The draft is deleted.');
  await assert.rejects(site.api('GET', `/episodes/${id}`), /404/);
  assert.deepEqual(page.wrong, []);
});

test('progress still comes where events do not', async () => {
  await page.route('**/api/v1/jobs/*/events', (route) => route.abort());
  await page.goto(`${site.base}/studio`);
  const other = file('third.wav');
  copyFileSync(file('second.wav'), other);
  await drop([other]);
  await page.click('#new-episode button:has-text("Start")');
  await page.locator('#listen audio').first().waitFor({ timeout: 300_000 });
  page.wrong = page.wrong.filter((line) => !line.includes('ERR_FAILED'));
  assert.deepEqual(page.wrong, []);
  await page.unroute('**/api/v1/jobs/*/events');
});

test('the keyboard alone gets an episode started', async () => {
  await page.goto(`${site.base}/studio`);
  await page.locator('button:has-text("Without a recording")').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.type('Typed only');
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.pathname.startsWith('/studio/episodes/'));
  assert.equal(await page.locator('h1').textContent(), 'Typed only');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  assert.deepEqual(page.wrong, []);
});

test('a button that is pressed twice makes one episode, and an empty file makes none', async () => {
  const count = async () => (await site.api('GET', '/shows/signals-in-the-dark/episodes')).episodes.length;
  const before = await count();
  await page.goto(`${site.base}/studio`);
  await page.click('button:has-text("Without a recording")');
  await page.fill('#new-title', 'Dup');
  await page.evaluate(() => {
    const form = document.querySelector('#new-episode form');
    for (let i = 0; i < 2; ++i) form.dispatchEvent(new SubmitEvent('submit', { cancelable: true })); // faster than any button is disabled
  });
  await page.waitForURL((url) => url.pathname.startsWith('/studio/episodes/'));
  await page.waitForLoadState('networkidle');
  assert.equal(await count(), before + 1);

  writeFileSync(file('empty.wav'), '');
  await page.goto(`${site.base}/studio`);
  await drop([file('empty.wav')]);
  await said('empty.wav is empty');
  assert.equal(await page.locator('#new-episode[open]').count(), 0);
  assert.equal(await count(), before + 1);
  assert.deepEqual(page.wrong, []);
});
