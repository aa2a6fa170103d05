// One master on its way to the server, in pieces (tus 1.0). What has arrived is remembered in this browser's localStorage together with the
// episode it is for, so that the same file continues after a reload, a crash or a cut.

import { defaultOptions, DetailedError, type PreviousUpload, Upload } from 'tus-js-client';

import { call, csrf, type Episode, type Job, Refusal, sentence_of } from './_studio_api';

const endpoint = '/api/v1/uploads';
const piece = 16 << 20; // small enough that a session never grows old within one
const storage = defaultOptions.urlStorage;

export interface Remembered {
  key: string;
  url: string;
  episode: string;
  title: string;
  name: string;
  size: number;
  print: string;
  since: string;
}

export const print_of = (file: File): string => `${file.name}|${file.size}|${file.lastModified}`;

const remembered = (stored: PreviousUpload): Remembered => ({
  key: stored.urlStorageKey,
  url: stored.uploadUrl ?? '',
  episode: stored.metadata.episode ?? '',
  title: stored.metadata.title ?? '',
  name: stored.metadata.filename ?? '',
  size: stored.size ?? 0,
  print: stored.metadata.print ?? '',
  since: stored.creationTime,
});

export const all_remembered = async (): Promise<Remembered[]> =>
  (await storage.findAllUploads()).map(remembered).filter((each) => each.url !== '' && each.episode !== '');

export const forget = (upload: Remembered): Promise<void> => storage.removeUpload(upload.key);

export const remove_from_server = (upload: Remembered): Promise<void> =>
  Upload.terminate(upload.url, { headers: { 'X-CSRF-Token': csrf() }, retryDelays: null });

// How many bytes the server has; undefined: it no longer knows the upload.
export async function arrived(upload: Remembered): Promise<number | undefined> {
  const answer = await fetch(upload.url, { method: 'HEAD', headers: { 'Tus-Resumable': '1.0.0' } });
  if (answer.status === 404 || answer.status === 410) return undefined;
  if (!answer.ok) throw new Refusal(answer.status, sentence_of(answer.status, ''));
  return Number(answer.headers.get('Upload-Offset') ?? 0);
}

const id_of = (url: string): string => new URL(url, location.href).pathname.split('/').pop() ?? '';

// All bytes are there: they become the episode's master, and nothing needs to be remembered any more. What the server says to that.
export async function attach(upload: Remembered): Promise<string> {
  const episode = await call<Episode>('GET', `/api/v1/episodes/${upload.episode}`);
  const done = // the answer to an earlier attempt was lost
    episode.master?.file_name === upload.name &&
    episode.master.byte_length === upload.size &&
    Date.parse(episode.master.uploaded_at) >= Date.parse(upload.since) - 60_000;
  const job = done ? undefined : await call<Job>('PUT', `/api/v1/episodes/${upload.episode}/master`, { upload: id_of(upload.url) });
  await forget(upload);
  return job?.reason ?? '';
}

function refusal_of(error: Error | DetailedError): Refusal {
  const answer = error instanceof DetailedError ? error.originalResponse : null;
  const cut = 'The connection was lost. What has arrived is kept, and the upload continues from there.';
  return answer ? new Refusal(answer.getStatus(), sentence_of(answer.getStatus(), answer.getBody())) : new Refusal(0, cut);
}

export interface Sending {
  progress: (sent: number) => void;
  failed: (refusal: Refusal) => void;
  complete: (upload: Remembered) => void;
}

// An upload of `file` for that episode; start() begins it, or continues where the server says it ended.
export class Transfer {
  private readonly upload: Upload;

  constructor(
    private readonly file: File,
    private readonly episode: string,
    title: string,
    private readonly sending: Sending,
  ) {
    this.upload = new Upload(file, {
      endpoint,
      chunkSize: piece,
      retryDelays: [0, 1000, 3000, 5000, 10_000, 20_000, 30_000],
      metadata: { filename: file.name, episode, title, print: print_of(file) },
      headers: { 'X-CSRF-Token': csrf() },
      fingerprint: () => Promise.resolve(`${print_of(file)}|${episode}`),
      removeFingerprintOnSuccess: false, // attach() does, when the episode has it
      onShouldRetry: (error) => {
        const status = error.originalResponse?.getStatus() ?? 0;
        return status === 0 || status === 409 || status === 423 || status === 503;
      },
      onProgress: (sent) => sending.progress(sent),
      onError: (error) => sending.failed(refusal_of(error)),
      onSuccess: () => void this.finish(),
    });
  }

  async start(): Promise<void> {
    const before = (await this.upload.findPreviousUploads()).filter((each) => each.metadata.episode === this.episode);
    if (before.length > 0 && !this.upload.url) this.upload.resumeFromPreviousUpload(before[0]);
    this.upload.start();
  }

  pause(): Promise<void> {
    return this.upload.abort();
  }

  async cancel(): Promise<void> {
    await this.upload.abort();
    const [known] = await this.remembered();
    if (!known) return;
    await remove_from_server(known).catch(() => undefined); // it expires there by itself
    await forget(known);
  }

  private async remembered(): Promise<Remembered[]> {
    return (await all_remembered()).filter((each) => each.print === print_of(this.file) && each.episode === this.episode);
  }

  private async finish(): Promise<void> {
    const [known] = await this.remembered();
    const none = { key: '', title: '', name: this.file.name, size: this.file.size, print: print_of(this.file), since: new Date().toISOString() };
    this.sending.complete(known ?? { ...none, url: this.upload.url ?? '', episode: this.episode });
  }
}
