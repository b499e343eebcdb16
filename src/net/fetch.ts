import { STATUS_CODES } from 'node:http';
import { type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import { UsageError } from '../errors.js';
import { BadEscape, loginOf } from './address.js';

/** How long to wait and how much to take. */
export interface FetchLimits {
  /** Bytes of a list, as sent and unpacked. */
  maxBytes: number;
  /** Milliseconds without a connection, without the head of an answer, or between two pieces of it. */
  silenceMs: number;
  /** Milliseconds for one address, all tries and waits together. */
  overallMs: number;
  tries: number;
}

/** The head of an answer; its body is still to be read or thrown away. */
export type Response = Pick<Dispatcher.ResponseData, 'statusCode' | 'headers' | 'body'>;

/** Asks an address once. Throws what undici throws. */
export type Ask = (url: URL, headers: Record<string, string>, signal: AbortSignal) => Promise<Response>;

type Environment = Record<string, string | undefined>;

/** Sends JSON to an address once. Throws what undici throws. */
export type Send = (url: URL, body: string, signal: AbortSignal) => Promise<Response>;

interface Connecting {
  env: Environment;
  limits: Pick<FetchLimits, 'silenceMs'>;
}

/** Hands out connections that use the proxies of the environment, and closes them when `fn` is done. Throws UsageError. */
export function withConnections<T>(connecting: Connecting, fn: (ask: Ask) => Promise<T>): Promise<T> {
  return withDispatcher(connecting, (dispatcher, timeouts) =>
    fn((url, headers, signal) => request(url, { dispatcher, headers, signal, ...timeouts })),
  );
}

/** The same for sending JSON. */
export function withSender<T>(connecting: Connecting, fn: (send: Send) => Promise<T>): Promise<T> {
  const headers = { 'user-agent': 'llmcost', 'content-type': 'application/json' };
  return withDispatcher(connecting, (dispatcher, timeouts) =>
    fn((url, body, signal) => request(url, { dispatcher, method: 'POST', headers, body, signal, ...timeouts })),
  );
}

/** One request with all that belongs to it. */
export interface Transfer {
  method: 'GET' | 'PUT' | 'HEAD' | 'DELETE';
  url: URL;
  headers: Record<string, string>;
  body: Uint8Array | undefined;
}

/** The same for requests of any kind. */
export function withTransfers<T>(
  connecting: Connecting,
  fn: (transfer: (transfer: Transfer) => Promise<Response>) => Promise<T>,
): Promise<T> {
  return withDispatcher(connecting, (dispatcher, timeouts) =>
    fn(({ url, method, headers, body }) =>
      request(url, {
        dispatcher,
        method,
        headers: { 'user-agent': 'llmcost', ...headers },
        body: body ?? null,
        ...timeouts,
      }),
    ),
  );
}

async function withDispatcher<T>(
  { env, limits }: Connecting,
  fn: (dispatcher: Dispatcher, timeouts: { headersTimeout: number; bodyTimeout: number }) => Promise<T>,
): Promise<T> {
  const dispatcher = new EnvHttpProxyAgent({
    // Empty text, not undefined: undici would look into the environment of the process itself.
    httpProxy: proxyOf(env, ['http_proxy', 'HTTP_PROXY']),
    httpsProxy: proxyOf(env, ['https_proxy', 'HTTPS_PROXY']),
    noProxy: env.no_proxy ?? env.NO_PROXY ?? '',
    // Unencrypted addresses go through a proxy as plain requests: many proxies allow tunnels to port 443 only.
    proxyTunnel: false,
    connect: { timeout: limits.silenceMs },
    proxyTls: { timeout: limits.silenceMs },
    requestTls: { timeout: limits.silenceMs },
  });
  try {
    return await fn(dispatcher, { headersTimeout: limits.silenceMs, bodyTimeout: limits.silenceMs });
  } finally {
    await dispatcher.destroy();
  }
}

/** '404 Not Found' */
export function statusText(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? ''}`.trim();
}

/** As curl does it: lower case first, and a proxy without scheme speaks HTTP. */
function proxyOf(env: Environment, names: readonly string[]): string {
  const name = names.find((one) => env[one] !== undefined && env[one] !== '');
  const given = name === undefined ? '' : (env[name] ?? '').trim();
  if (name === undefined || given === '') return '';
  const address = given.includes('://') ? given : `http://${given}`;
  if (URL.canParse(address) && /^(https?|socks5?):\/\//i.test(address)) return withReadableLogin(address, name);
  // The text may hold a password: it is not repeated.
  throw new UsageError(`${name} is not the address of a proxy.\nWrite it as http://HOST:PORT, or unset it.`);
}

/** The address of a proxy, whose login undici decodes. Throws UsageError, which does not repeat it. */
function withReadableLogin(address: string, name: string): string {
  try {
    loginOf(new URL(address));
    return address;
  } catch (error) {
    if (error instanceof BadEscape) throw new UsageError(`${name} cannot be used: ${error.message}.`);
    throw error;
  }
}
