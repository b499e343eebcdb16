import { createHash } from 'node:crypto';
import { AwsV4Signer } from 'aws4fetch';
import { TeamPlaceError, UsageError } from '../errors.js';
import { type Response, statusText, withTransfers } from './fetch.js';

/** Who signs, and where requests go. Secrets come from the environment, and are in no message. */
interface Account {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string | undefined;
  region: string;
  endpoint: string;
}

type Environment = Record<string, string | undefined>;

/** What a bucket answered. */
export interface Answer {
  status: number;
  body: Buffer;
  headers: Response['headers'];
}

/** One request about an object of a bucket, or about the bucket itself (no key). */
export interface Request {
  method: 'GET' | 'PUT' | 'HEAD' | 'DELETE';
  bucket: string;
  key?: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Uint8Array;
  /** No more of the answer is read: it would be too much. */
  maxBytes: number;
}

/** Sends a request; answers other than of a failing server are for the caller. Throws TeamPlaceError. */
export type Send = (request: Request) => Promise<Answer>;

/** An answer has more bytes than it may. */
export class AnswerTooLarge extends Error {}

const TRIES = 3;
const SILENCE_MS = 30_000;
const WAITS_MS = [500, 2000];

/** The account of the environment, as other tools read it. Throws UsageError. */
export function accountOf(env: Environment): Account {
  const [accessKeyId, secretAccessKey] = [env.AWS_ACCESS_KEY_ID, env.AWS_SECRET_ACCESS_KEY];
  if (!accessKeyId || !secretAccessKey)
    throw new UsageError(
      'A bucket takes credentials, which are read from the environment only: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.\nOf a profile or SSO: eval "$(aws configure export-credentials --format env)"',
    );
  const region = env.AWS_REGION || env.AWS_DEFAULT_REGION || 'us-east-1';
  const endpoint = env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || `https://s3.${region}.amazonaws.com`;
  if (!URL.canParse(endpoint) || !/^https?:/.test(endpoint))
    throw new UsageError('AWS_ENDPOINT_URL is not an address.\nWrite it as https://HOST, or unset it.');
  return {
    accessKeyId,
    secretAccessKey,
    sessionToken: env.AWS_SESSION_TOKEN || undefined,
    region,
    endpoint: endpoint.replace(/\/+$/, ''),
  };
}

/** Hands out signed requests (Signature Version 4) to the S3 of the environment. */
export async function withS3<T>(
  { env, sleep }: { env: Environment; sleep: (ms: number) => Promise<void> },
  fn: (send: Send) => Promise<T>,
): Promise<T> {
  const account = accountOf(env);
  return withTransfers({ env, limits: { silenceMs: SILENCE_MS } }, (transfer) =>
    fn(async (request) => {
      let trouble = '';
      for (let attempt = 0; attempt < TRIES; attempt++) {
        if (attempt > 0) await sleep(WAITS_MS[attempt - 1] ?? 0);
        try {
          const { method, url, headers } = await signed(request, account);
          const answer = await transfer({ method, url, headers, body: request.body });
          const body = await bodyOf(answer, request);
          if (answer.statusCode < 500 || answer.statusCode === 501)
            return { status: answer.statusCode, body, headers: answer.headers };
          trouble = statusText(answer.statusCode);
        } catch (error) {
          if (error instanceof AnswerTooLarge || !(error instanceof Error)) throw error;
          trouble = 'code' in error ? String(error.code) : error.message;
        }
      }
      throw new TeamPlaceError(
        `${account.endpoint} could not be reached in ${TRIES} tries: ${trouble}.\nThe database is as it was. Check the network, AWS_REGION and AWS_ENDPOINT_URL, and try again.`,
      );
    }),
  );
}

/** The path style is what every S3 knows. */
function addressOf({ bucket, key, query = {} }: Request, { endpoint }: Account): string {
  const path = key === undefined ? '' : `/${key.split('/').map(encoded).join('/')}`;
  const search = Object.entries(query).map(([name, value]) => `${encoded(name)}=${encoded(value)}`);
  return `${endpoint}/${encoded(bucket)}${path}${search.length === 0 ? '' : `?${search.join('&')}`}`;
}

function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

async function signed(
  request: Request,
  { accessKeyId, secretAccessKey, sessionToken, region, ...rest }: Account,
): Promise<{ method: Request['method']; url: URL; headers: Record<string, string> }> {
  const { method, headers = {}, body } = request;
  const hash = createHash('sha256').update(body ?? '');
  const signer = new AwsV4Signer({
    method,
    url: addressOf(request, { accessKeyId, secretAccessKey, sessionToken, region, ...rest }),
    headers: { ...headers, 'x-amz-content-sha256': hash.digest('hex') },
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    service: 's3',
    region,
  });
  const { url, headers: all } = await signer.sign();
  return { method, url, headers: Object.fromEntries(all) };
}

async function bodyOf({ body }: Response, { maxBytes }: Request): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body) {
    const bytes = Buffer.from(part as Uint8Array);
    size += bytes.length;
    if (size > maxBytes) throw new AnswerTooLarge(`more than ${maxBytes} bytes`);
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}
