import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import {
  PriceAddressUntrusted,
  PriceListIsPage,
  PriceListRefused,
  PriceListTooLarge,
  PriceListUnreachable,
  PriceRedirectRefused,
  PriceSourceError,
  ProxyRefused,
} from '../../errors.js';
import { BadEscape, isLoopback, isPrivateHost, loginOf, shownAddress } from '../../net/address.js';
import { type Ask, type FetchLimits, type Response, statusText, withConnections } from '../../net/fetch.js';

/** What an address said when it last gave a list: it need not send that one again. */
export interface Validators {
  etag: string | null;
  lastModified: string | null;
}

/** The outside world of a fetch; a test brings its own clock and chance, and need not wait. */
export interface Network {
  env: Record<string, string | undefined>;
  limits: FetchLimits;
  now: () => Date;
  sleep: (ms: number) => Promise<void>;
  /** From 0 to 1. */
  random: () => number;
  /** Told how many bytes of a list there are so far. */
  received?: (address: string, bytes: number) => void;
}

export type Fetched = ({ status: 'fetched'; bytes: Buffer } & Validators) | { status: 'not_modified' };

/** Each answer with its question, in the order of the questions; an error of a price source is an answer too. */
export type FetchedList<Q> = Q & { answer: Fetched | PriceSourceError };

const MAX_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 60_000;

/** Fetches lists at the same time. One that fails does not stop the others. Throws UsageError for a wrong proxy. */
export async function fetchLists<Q extends { url: string; known: Validators | undefined }>(
  questions: readonly Q[],
  network: Network,
): Promise<FetchedList<Q>[]> {
  return withConnections(network, (ask) =>
    Promise.all(questions.map(async (question) => ({ ...question, answer: await settled(question, network, ask) }))),
  );
}

async function settled(question: Question, network: Network, ask: Ask): Promise<Fetched | PriceSourceError> {
  try {
    return await fetchPatiently(question, network, ask);
  } catch (error) {
    if (error instanceof PriceSourceError) return error;
    throw error;
  }
}

interface Question {
  url: string;
  known: Validators | undefined;
}

/** Tries again, after longer and longer waits, what may pass by itself. Throws PriceSourceError. */
async function fetchPatiently(question: Question, network: Network, ask: Ask): Promise<Fetched> {
  const { limits, now, sleep } = network;
  const address = shownAddress(question.url);
  const signal = AbortSignal.timeout(limits.overallMs);
  const deadline = now().getTime() + limits.overallMs;
  for (let tries = 1; ; tries++) {
    try {
      return await fetchOnce(question, network, (url, headers) => ask(url, headers, signal));
    } catch (error) {
      if (signal.aborted && (error === signal.reason || error instanceof Trouble)) {
        const trouble = `it was not complete within ${secondsText(limits.overallMs)}`;
        throw new PriceListUnreachable(address, { tries, trouble }, error);
      }
      if (!(error instanceof Trouble)) throw error;
      const wait = waitAfter(error, tries, network.random());
      const over = tries >= limits.tries || now().getTime() + wait > deadline;
      if (over) throw new PriceListUnreachable(address, { tries, trouble: error.message }, error);
      await sleep(wait);
    }
  }
}

/** Milliseconds: what the server asked for, else twice as long each time, less up to a half so that not all come at once. */
function waitAfter({ retryAfterMs }: Trouble, tries: number, random: number): number {
  const wait = retryAfterMs ?? FIRST_WAIT_MS * 2 ** (tries - 1) * (1 - random / 2);
  return Math.min(wait, LONGEST_WAIT_MS);
}

async function fetchOnce(
  { url, known }: Question,
  { limits, now, received }: Network,
  ask: (url: URL, headers: Record<string, string>) => Promise<Response>,
): Promise<Fetched> {
  const address = shownAddress(url);
  let answering = false;
  try {
    const response = await followed(url, (target) => ask(target.url, headersFor(target, known)));
    answering = true;
    const { statusCode, headers } = response;
    if (statusCode === 200) {
      const bytes = await readBody(response, {
        maxBytes: limits.maxBytes,
        received: (size) => received?.(address, size),
      });
      if (isPage(bytes)) throw new PriceListIsPage(address);
      return { status: 'fetched', bytes, etag: text(headers.etag), lastModified: text(headers['last-modified']) };
    }
    await response.body.dump();
    if (statusCode === 304 && known !== undefined) return { status: 'not_modified' };
    if (!isPassing(statusCode)) throw new PriceListRefused(address, statusText(statusCode));
    throw new Trouble(`it answered ${statusText(statusCode)}`, retryAfter(headers['retry-after'], now()));
  } catch (error) {
    throw meaningOf(error, { address, limits, answering });
  }
}

interface Target {
  url: URL;
  /** user:password of the address, for its own host only. */
  login: string;
}

/** The first answer that is no redirect. */
async function followed(address: string, ask: (target: Target) => Promise<Response>): Promise<Response> {
  let target = targetOf(new URL(address));
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const response = await ask(target);
    const location = text(response.headers.location);
    if (!REDIRECTS.has(response.statusCode) || location === null) return response;
    await response.body.dump();
    target = await redirected(address, target, location);
  }
  throw new PriceRedirectRefused(shownAddress(address), `more than ${MAX_REDIRECTS} times`);
}

/** Where a redirect leads. A list of the internet cannot make this program ask an address of the network that it runs in. */
async function redirected(address: string, from: Target, location: string): Promise<Target> {
  const shown = shownAddress(address);
  if (!URL.canParse(location, from.url.href)) throw new PriceRedirectRefused(shown, 'to something that is no address');
  const to = redirectTarget(new URL(location, from.url), shown);
  if (to.url.protocol === 'http:' && from.url.protocol === 'https:' && !isLoopback(to.url)) {
    throw new PriceRedirectRefused(shown, `to ${shownAddress(to.url.href)}, which is not encrypted`);
  }
  if (!['http:', 'https:'].includes(to.url.protocol)) {
    throw new PriceRedirectRefused(shown, `to ${shownAddress(to.url.href)}, which is no web address`);
  }
  if (
    to.url.host !== new URL(address).host &&
    (await isPrivateHost(to.url)) &&
    !(await isPrivateHost(new URL(address)))
  ) {
    throw new PriceRedirectRefused(shown, `to ${shownAddress(to.url.href)}, which is in a private network`);
  }
  return to.url.origin === from.url.origin && to.login === '' ? { ...to, login: from.login } : to;
}

function redirectTarget(url: URL, shown: string): Target {
  try {
    return targetOf(url);
  } catch (error) {
    if (error instanceof BadEscape) throw new PriceRedirectRefused(shown, 'to something that is no address');
    throw error;
  }
}

function targetOf(url: URL): Target {
  const given = loginOf(url);
  const login = given === undefined ? '' : `${given.user}:${given.password}`;
  const bare = new URL(url.href);
  bare.username = '';
  bare.password = '';
  bare.hash = '';
  return { url: bare, login };
}

function headersFor({ login }: Target, known: Validators | undefined): Record<string, string> {
  return {
    'user-agent': 'llmcost',
    accept: 'application/json',
    'accept-encoding': ENCODINGS,
    ...(login === '' ? {} : { authorization: `Basic ${Buffer.from(login).toString('base64')}` }),
    ...(known?.etag ? { 'if-none-match': known.etag } : {}),
    ...(known?.lastModified ? { 'if-modified-since': known.lastModified } : {}),
  };
}

/** Seconds or a date: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after; undefined where it is neither. */
function retryAfter(header: string | string[] | undefined, now: Date): number | undefined {
  const value = text(header)?.trim() ?? '';
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now.getTime());
}

/** No price list begins like a web page. */
function isPage(bytes: Buffer): boolean {
  return /^[\s\ufeff]*</.test(bytes.subarray(0, 1000).toString('utf8'));
}

function text(header: string | string[] | undefined): string | null {
  return (Array.isArray(header) ? header[0] : header) ?? null;
}

/** What readBody can unpack: the value of accept-encoding. */
export const ENCODINGS = 'gzip, br, deflate';

/** More came than a price list can have. */
export class TooMuch extends Error {}

/** Packed in a way nobody asked for. */
export class UnknownEncoding extends Error {}

/**
 * All bytes of an answer, unpacked. Never holds more than `maxBytes` of them, whatever the head promises and however
 * small it is packed. Throws TooMuch, UnknownEncoding, and what the connection or zlib throws.
 */
export async function readBody(
  { body, headers }: Response,
  { maxBytes, received }: { maxBytes: number; received?: (bytes: number) => void },
): Promise<Buffer> {
  // An answer that is given up reports that once more on its own; the loop below has thrown it already.
  body.on('error', () => {});
  const unpacker = unpackerOf(headers['content-encoding']);
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw new TooMuch();
  const unpacked: Readable = unpacker === undefined ? body : pipeline(body, unpacker, () => {});
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of unpacked) {
    size += chunk.length;
    if (size > maxBytes) throw new TooMuch();
    chunks.push(chunk);
    received?.(size);
  }
  return Buffer.concat(chunks, size);
}

function unpackerOf(encoding: string | string[] | undefined): Transform | undefined {
  const name = String(encoding ?? '').toLowerCase();
  if (name === '' || name === 'identity') return undefined;
  if (name === 'gzip' || name === 'x-gzip') return createGunzip();
  if (name === 'br') return createBrotliDecompress();
  if (name === 'deflate') return createInflate();
  throw new UnknownEncoding(name);
}

/** What went wrong with one try, in words that follow 'could not be fetched:'; the next try may do better. */
export class Trouble extends Error {
  constructor(
    message: string,
    readonly retryAfterMs?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const UNTRUSTED = /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT_|INVALID_CA|HOSTNAME_MISMATCH)/;

interface Circumstances {
  address: string;
  limits: FetchLimits;
  /** The head of the answer had come. */
  answering: boolean;
}

/**
 * What an error of the connection means: Trouble where another try may help, the error of a price source where it
 * cannot, anything else as it came.
 */
export function meaningOf(error: unknown, { address, limits, answering }: Circumstances): unknown {
  if (error instanceof PriceSourceError || error instanceof Trouble) return error;
  if (error instanceof TooMuch) return new PriceListTooLarge(address, String(limits.maxBytes / 1_000_000));
  if (error instanceof UnknownEncoding) return new PriceListRefused(address, `in the encoding '${error.message}'`);
  const code = codeOf(error);
  if (code === undefined) return error;
  if (UNTRUSTED.test(code)) return new PriceAddressUntrusted(address, code);
  // undici has no code of its own for a proxy that opens no tunnel.
  const proxy = /^Proxy response \((\d+)\)/.exec(error instanceof Error ? error.message : '');
  if (proxy !== null) {
    const status = Number(proxy[1]);
    if (!isPassing(status)) return new ProxyRefused(address, statusText(status));
    return new Trouble(`the proxy answered ${statusText(status)}`, undefined, { cause: error });
  }
  return new Trouble(sentence(code, answering, secondsText(limits.silenceMs)), undefined, { cause: error });
}

/** Whether a status tells of a passing trouble. 404, 401 and 403 do not. */
export function isPassing(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/** '30 seconds' */
export function secondsText(ms: number): string {
  return ms === 1000 ? '1 second' : `${ms / 1000} seconds`;
}

/** https://undici.nodejs.org/#/docs/api/Errors, and the codes of node:net, node:tls and node:zlib. */
function sentence(code: string, answering: boolean, seconds: string): string {
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return `no connection within ${seconds}`;
  if (code === 'UND_ERR_HEADERS_TIMEOUT') return `no answer within ${seconds}`;
  if (code === 'UND_ERR_BODY_TIMEOUT') return `the answer stopped for ${seconds}`;
  if (code.startsWith('HPE_')) return 'what answered does not speak HTTP';
  if (answering) return 'the answer was cut off';
  if (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET') return 'the connection was closed without an answer';
  return `no connection (${code})`;
}

/** The code of an error or of its cause; a host with several addresses fails with one error for all of them. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : codeOf(error.cause);
}
