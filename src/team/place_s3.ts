import { createHash } from 'node:crypto';
import { TeamPlaceError, UsageError } from '../errors.js';
import { type Answer, AnswerTooLarge, type Request, type Send, withS3 } from '../net/s3.js';
import { type Place, TooLarge } from './place.js';

/** An answer that is no object: a list of a thousand names, an error. */
const ANSWER_BYTES = 8 << 20;

/** Hands out the places that addresses (s3://BUCKET/PREFIX) name. Throws UsageError where one is no such address. */
export async function withBuckets<T>(
  names: readonly string[],
  world: Parameters<typeof withS3>[0],
  fn: (places: ReadonlyMap<string, Place>) => Promise<T>,
): Promise<T> {
  const addresses = names.map((name) => ({ name, ...addressOf(name) }));
  return withS3(world, (send) =>
    fn(new Map(addresses.map(({ name, bucket, prefix }) => [name, bucketPlace(send, { name, bucket, prefix })]))),
  );
}

interface Address {
  bucket: string;
  /** '' or with a slash at its end. */
  prefix: string;
}

function addressOf(name: string): Address {
  const found = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(name);
  // A login in the address would be a secret: it is not repeated.
  if (found === null)
    throw new UsageError(
      `${name.includes('@') ? 'The address of the team place' : name} is not an address of a bucket.\nWrite it as s3://BUCKET/PREFIX; credentials come from the environment.`,
    );
  const prefix = (found[2] ?? '').replace(/^\/+|\/+$/g, '');
  return { bucket: found[1] ?? '', prefix: prefix === '' ? '' : `${prefix}/` };
}

function bucketPlace(send: Send, { name, bucket, prefix }: Address & { name: string }): Place {
  const ask = async (request: Omit<Request, 'bucket' | 'maxBytes'> & { maxBytes?: number }): Promise<Answer> => {
    const answer = await send({ maxBytes: ANSWER_BYTES, ...request, bucket });
    const refused = refusalOf(answer, request.method, { name, bucket, prefix });
    if (refused !== undefined) throw refused;
    return answer;
  };
  return {
    name,
    list: async (folder) => {
      const keys: string[] = [];
      let token: string | undefined;
      do {
        const query: Record<string, string> = {
          'list-type': '2',
          prefix: `${prefix}${folder}`,
          'max-keys': '1000',
          'encoding-type': 'url',
        };
        const { body } = await ask({
          method: 'GET',
          query: token === undefined ? query : { ...query, 'continuation-token': token },
        });
        const page = body.toString('utf8');
        for (const [, key = ''] of page.matchAll(/<Key>([^<]*)<\/Key>/g)) keys.push(decoded(key).slice(prefix.length));
        token = /<IsTruncated>\s*true/.test(page) ? tokenOf(page, name) : undefined;
      } while (token !== undefined);
      return keys;
    },
    get: async (key, maxBytes) => {
      try {
        const { status, body } = await ask({ method: 'GET', key: `${prefix}${key}`, maxBytes });
        return status === 404 ? undefined : body;
      } catch (error) {
        if (error instanceof AnswerTooLarge) throw new TooLarge(`${name}/${key}`, maxBytes + 1);
        throw error;
      }
    },
    put: async (key, body) => {
      const checksum = createHash('sha256').update(body).digest('base64');
      const put = (headers: Record<string, string>) =>
        ask({
          method: 'PUT',
          key: `${prefix}${key}`,
          body,
          headers: { 'x-amz-checksum-sha256': checksum, ...headers },
        });
      const { status } = await put({ 'if-none-match': '*' });
      // 412 and 409: it is there, or somebody is writing it, and its name says that it is the same. 501: a store that knows no condition.
      if (status !== 501) return;
      const again = await put({});
      if (again.status === 501)
        throw new TeamPlaceError(
          `${name} answered 501 to a PUT: it cannot store what is sent.\nCheck that AWS_ENDPOINT_URL is the address of an S3.`,
        );
    },
    modified: async (key) => {
      const { status, headers } = await ask({ method: 'HEAD', key: `${prefix}${key}` });
      const time = headers['last-modified'];
      return status === 404 || typeof time !== 'string' ? undefined : new Date(time);
    },
    remove: async (key) => {
      await ask({ method: 'DELETE', key: `${prefix}${key}` });
    },
    pathOf: () => undefined,
  };
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decoded(text: string): string {
  return decodeURIComponent(unescaped(text).replaceAll('+', ' '));
}

/** Text of XML. */
function unescaped(text: string): string {
  return text.replaceAll(
    /&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi,
    (whole, ten?: string, sixteen?: string, name?: string) => {
      if (name !== undefined) return ENTITIES[name] ?? whole;
      return String.fromCodePoint(ten === undefined ? Number.parseInt(sixteen ?? '0', 16) : Number(ten));
    },
  );
}

function tokenOf(page: string, name: string): string {
  const token = /<NextContinuationToken>([^<]+)</.exec(page)?.[1];
  if (token !== undefined) return unescaped(token);
  throw new TeamPlaceError(
    `${name} answered a list that has more, and not where it goes on.\nThe database is as it was.`,
  );
}

/** What is allowed by which permission, in the words of IAM. */
const PERMISSIONS = {
  GET: 's3:GetObject',
  HEAD: 's3:GetObject',
  PUT: 's3:PutObject',
  DELETE: 's3:DeleteObject',
} as const;

/** Why an answer is none; undefined where the caller knows what it means. */
function refusalOf(
  { status, body }: Answer,
  method: Request['method'],
  { name, bucket, prefix }: Address & { name: string },
): TeamPlaceError | undefined {
  if (status < 300 || status === 412 || status === 409) return undefined;
  if (status === 501 && method === 'PUT') return undefined;
  const text = body.toString('utf8');
  const code = /<Code>([^<]{1,80})<\/Code>/.exec(text)?.[1] ?? '';
  if (status === 404 && code !== 'NoSuchBucket') return undefined;
  if (status === 404)
    return new TeamPlaceError(
      `There is no bucket ${bucket} (${name}).\nCheck its name, AWS_REGION and AWS_ENDPOINT_URL.`,
    );
  if (code === 'RequestTimeTooSkewed')
    return new TeamPlaceError(
      `${name} does not believe the clock of this machine (${code}).\nSet the clock, and try again.`,
    );
  if (status === 403 || status === 401) {
    const permission = text.includes('ListBucket') ? 's3:ListBucket' : PERMISSIONS[method];
    return new TeamPlaceError(
      `${name} does not let this account in (${status}${code === '' ? '' : ` ${code}`}).\nIt takes ${permission}${method === 'GET' ? ' and s3:ListBucket' : ''} on ${bucket}/${prefix}*: llmcost team init prints the policies.`,
    );
  }
  return new TeamPlaceError(
    `${name} answered ${status}${code === '' ? '' : ` ${code}`} to a ${method}.\nThe database is as it was.`,
  );
}
