// The real server on a temporary folder with a published show in it, and a real browser to look at it. For tests/browser/*.test.mjs.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { chromium } from 'playwright-core';

const require = createRequire(import.meta.url);
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
export const binary = resolve(process.env.EARSHOT_BINARY ?? 'build/release/earshot');

const freePort = () =>
  new Promise((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });

// One plain request; the body as text.
export const fetchRaw = (base, path, { method = 'GET', headers = {}, body, localAddress } = {}) =>
  new Promise((done, failed) => {
    const request = http.request(new URL(path, base), { method, headers, localAddress, agent: false }, (answer) => {
      const pieces = [];
      answer.on('data', (piece) => pieces.push(piece));
      answer.on('end', () => done({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(pieces) }));
      answer.on('error', failed);
    });
    request.on('error', failed);
    request.end(body);
  });

export class Site {
  static async start() {
    const site = new Site();
    site.folder = mkdtempSync(join(tmpdir(), 'earshot-browser-'));
    site.data = join(site.folder, 'data');
    mkdirSync(site.data);
    site.port = await freePort();
    site.base = `http://127.0.0.1:${site.port}`;
    site.log = '';
    site.process = spawn(binary, ['serve', '--data', site.data, '--port', String(site.port)], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [site.process.stdout, site.process.stderr]) stream.on('data', (text) => (site.log += text));
    for (let i = 0; i < 300; ++i) {
      if (site.process.exitCode !== null) throw new Error(`the server did not start: ${site.log}`);
      try {
        if ((await fetchRaw(site.base, '/livez')).status === 200) break;
      } catch {
        // not listening yet
      }
      await pause(100);
    }
    site.token = site.command('token', 'create', 'browser-test', '--role', 'producer', '--data', site.data).trim().split(/\s+/).pop();
    return site;
  }

  command(...words) {
    return execFileSync(binary, words, { encoding: 'utf8', env: { ...process.env, EARSHOT_TOKEN: this.token ?? '' }, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  // → {name, password}
  addAccount(role) {
    const said = this.command('account', 'add', role, '--role', role, '--generate', '--data', this.data);
    return { name: role, password: said.trim().split(/\s+/).pop() };
  }

  async api(method, path, body, type = 'application/json') {
    const headers = { Authorization: `Bearer ${this.token}` };
    if (body !== undefined) headers['Content-Type'] = type;
    const sent = body === undefined || Buffer.isBuffer(body) || typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await fetchRaw(this.base, `/api/v1${path}`, { method, headers, body: sent });
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
    return answer.body.length > 0 ? JSON.parse(answer.body) : null;
  }

  async addShow(members) {
    const show = await this.api('POST', '/shows', members);
    const cover = join(this.folder, 'cover.png');
    const svg = join(this.folder, 'cover.svg');
    writeFileSync(
      svg,
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><rect width="100" height="100" fill="#123"/><circle cx="50" cy="50" r="30" fill="#fb3"/></svg>',
    );
    execFileSync('rsvg-convert', ['-w', '1400', svg, '-o', cover]);
    await this.api('PUT', `/shows/${show.slug}/artwork?alt=${encodeURIComponent('An amber disc on navy')}`, readFileSync(cover), 'image/png');
    return show;
  }

  // Speech and a tone, long enough to be counted and to hold the chapters.
  master(seconds = 100) {
    const voice = join(this.folder, 'voice.wav');
    const master = join(this.folder, `master-${seconds}.wav`);
    execFileSync('espeak-ng', ['-w', voice, 'This is a short recording, made by a speech synthesiser for a test.']);
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-stream_loop', '-1', '-i', voice, '-f', 'lavfi', '-i', 'sine=frequency=220', '-filter_complex',
      '[1:a]volume=0.05[tone];[0:a]aresample=48000[talk];[talk][tone]amix=inputs=2:duration=longest', '-t', String(seconds), '-ar', '48000', '-ac', '2', master]);
    return master;
  }

  publish(show, title, { master, notes, transcript, chapters, words = [] }) {
    const file = (name, text) => {
      const path = join(this.folder, name);
      writeFileSync(path, text);
      return path;
    };
    const extra = [];
    if (notes) extra.push('--notes', file('notes.md', notes));
    if (transcript) extra.push('--transcript', file('transcript.vtt', transcript));
    if (chapters) extra.push('--chapters', file('chapters.txt', chapters));
    this.command('publish', master, '--server', this.base, '--show', show.slug, '--title', title, ...extra, ...words);
  }

  async stop() {
    this.process.kill('SIGTERM');
    if (this.process.exitCode === null && this.process.signalCode === null) await new Promise((done) => this.process.once('exit', done));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const launch = () =>
  chromium.launch({
    executablePath: process.env.EARSHOT_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
      '--autoplay-policy=no-user-gesture-required', '--mute-audio'],
  });

// A page that remembers what must not happen: console errors, failed scripts, requests to other hosts.
export async function openPage(context, base) {
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.wrong = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && page.wrong.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => page.wrong.push(`script: ${error}`));
  page.on('request', (request) => !request.url().startsWith(base) && page.wrong.push(`request: ${request.url()}`));
  return page;
}

// What axe-core finds against WCAG 2.2 AA and its best practices, one line each.
export async function axe(page) {
  await page.evaluate(axeSource);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary}`));
}

// Into $EARSHOT_SHOTS, when somebody wants to see.
export async function shoot(page, name) {
  const folder = process.env.EARSHOT_SHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
