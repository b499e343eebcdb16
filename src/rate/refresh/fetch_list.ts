import {
  PriceListIsPage,
  PriceListRefused,
  PriceListUnreachable,
  PriceRedirectRefused,
  PriceSourceError,
} from '../../errors.js';
import { BadEscape, isLoopback, isPrivateHost, loginOf, shownAddress } from '../../net/address.js';
import { type Ask, type FetchLimits, type Response, statusText, withConnections } from '../../net/fetch.js';
import { ENCODINGS, readBody } from './fetch_body.js';
import { isPassing, meaningOf, secondsText, Trouble } from './fetch_trouble.js';

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
