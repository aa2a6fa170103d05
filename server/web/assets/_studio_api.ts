// Requests to the API. A refusal carries the server's own sentence, made to be shown to people.

export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly sentence: string,
  ) {
    super(sentence);
  }
}

const unreachable = 'The server cannot be reached at the moment. Nothing you typed is lost: check your connection, then try again.';
const signedOut = 'You have been signed out. Sign in again in another tab, come back here and repeat what you did: nothing you typed is lost.';

export const csrf = (): string => document.querySelector<HTMLElement>('#studio')?.dataset.csrf ?? '';

// The sentence of a problem+json document, or one of our own when something in between answered.
export function sentence_of(status: number, text: string): string {
  if (status === 401) return signedOut;
  try {
    const detail = (JSON.parse(text) as { detail?: unknown }).detail;
    if (typeof detail === 'string' && detail !== '') return detail;
  } catch {
    // not ours
  }
  return `The server answered with an error (${status}). Please try again in a moment.`;
}

export const refused = (error: unknown): Refusal =>
  error instanceof Refusal ? error : new Refusal(0, error instanceof Error && error.name !== 'TypeError' ? error.message : unreachable);

type Body = Blob | string | object | undefined;

// For what must be made once, however often its button is pressed: call() with the same key leads to the same thing.
export const new_key = (): string => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

export async function call<T>(method: string, path: string, body?: Body, { type, key }: { type?: string; key?: string } = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json', 'X-CSRF-Token': csrf() };
  if (key) headers['Idempotency-Key'] = key;
  const plain = typeof body === 'string' || body instanceof Blob;
  if (body !== undefined) headers['Content-Type'] = type ?? (plain ? 'text/plain; charset=utf-8' : 'application/json');
  let answer: Response;
  try {
    answer = await fetch(path, {
      method,
      headers,
      body: body === undefined ? null : plain ? (body as Blob | string) : JSON.stringify(body),
    });
  } catch {
    throw new Refusal(0, unreachable);
  }
  const text = await answer.text();
  if (!answer.ok) throw new Refusal(answer.status, sentence_of(answer.status, text));
  const json = answer.headers.get('Content-Type')?.includes('json');
  return (json ? JSON.parse(text) : text) as T;
}

// A page of ours as a document; the sign-in instead of it means that the session has ended.
export async function page(path: string): Promise<Document> {
  let answer: Response;
  try {
    answer = await fetch(path, { headers: { Accept: 'text/html' } });
  } catch {
    throw new Refusal(0, unreachable);
  }
  if (new URL(answer.url).pathname === '/sign-in') throw new Refusal(401, signedOut);
  return new DOMParser().parseFromString(await answer.text(), 'text/html');
}

export interface Job {
  id: string;
  kind: string;
  episode: string;
  state: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';
  stage: string;
  progress: number;
  reason: string;
  speed: number | null;
  seconds_left: number | null;
}

export interface Episode {
  id: string;
  title: string;
  state: string;
  master: { file_name: string; byte_length: number; uploaded_at: string } | null;
}
