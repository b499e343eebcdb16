import {
  PriceAddressUntrusted,
  PriceListRefused,
  PriceListTooLarge,
  PriceSourceError,
  ProxyRefused,
} from '../../errors.js';
import { type FetchLimits, statusText } from '../../net/fetch.js';
import { TooMuch, UnknownEncoding } from './fetch_body.js';

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
