import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** An S3 of the test: one bucket in memory, path style, pages of three names, and a way to fail for each request. */
export interface FakeS3 {
  endpoint: string;
  objects: Map<string, Buffer>;
  /** `PUT /bucket/key`, in their order. */
  requests: string[];
  /** What is answered instead, if anything. */
  answer: (request: string, headers: IncomingMessage['headers']) => Answer | 'hang' | undefined;
  close: () => Promise<void>;
}

interface Answer {
  status: number;
  code?: string;
}

const PAGE = 3;
export const BUCKET = 'usage';

/** Starts it. Every request must be signed, and say the digest of what it sends. */
export async function startS3(): Promise<FakeS3> {
  const objects = new Map<string, Buffer>();
  const s3: FakeS3 = { endpoint: '', objects, requests: [], answer: () => undefined, close: async () => {} };
  const server = createServer((request, response) => {
    void respond(s3, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  s3.endpoint = `http://127.0.0.1:${address.port}`;
  s3.close = () =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return s3;
}

async function respond(s3: FakeS3, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  const url = new URL(request.url ?? '/', 'http://s3');
  const { method = 'GET', headers } = request;
  const line = `${method} ${decodeURIComponent(url.pathname)}`;
  s3.requests.push(line);
  const send = (status: number, text: string | Buffer = '', more: Record<string, string> = {}) => {
    response.writeHead(status, more);
    response.end(text);
  };
  const fail = (status: number, code: string) =>
    send(status, `<Error><Code>${code}</Code><Message>no</Message></Error>`);
  if (
    !/^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-west-1\/s3\/aws4_request, SignedHeaders=[^,]*host[^,]*, Signature=[0-9a-f]{64}$/.test(
      headers.authorization ?? '',
    )
  )
    return fail(403, 'AccessDenied');
  if (headers['x-amz-content-sha256'] !== createHash('sha256').update(body).digest('hex'))
    return fail(400, 'XAmzContentSHA256Mismatch');
  const other = s3.answer(line, headers);
  if (other === 'hang') return;
  if (other !== undefined) return fail(other.status, other.code ?? 'Other');
  const [, bucket, ...path] = decodeURIComponent(url.pathname).split('/');
  if (bucket !== BUCKET) return fail(404, 'NoSuchBucket');
  const key = path.join('/');
  if (key === '') return send(200, listed(s3.objects, url.searchParams));
  const there = s3.objects.get(key);
  if (method === 'PUT') {
    if (headers['x-amz-checksum-sha256'] !== createHash('sha256').update(body).digest('base64'))
      return fail(400, 'BadDigest');
    if (headers['if-none-match'] === '*' && there !== undefined) return fail(412, 'PreconditionFailed');
    s3.objects.set(key, body);
    return send(200);
  }
  if (method === 'DELETE') {
    s3.objects.delete(key);
    return send(204);
  }
  if (there === undefined) return fail(404, 'NoSuchKey');
  send(200, method === 'HEAD' ? '' : there, { 'last-modified': 'Tue, 01 Dec 2026 00:00:00 GMT' });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
function listed(objects: ReadonlyMap<string, Buffer>, query: URLSearchParams): string {
  const after = Buffer.from(query.get('continuation-token') ?? '', 'base64').toString();
  const keys = [...objects.keys()].filter((key) => key.startsWith(query.get('prefix') ?? '') && key > after).sort();
  const page = keys.slice(0, PAGE);
  // Tokens have characters that XML writes in its own way.
  const token = Buffer.from(page.at(-1) ?? '')
    .toString('base64')
    .replaceAll('=', '&#61;');
  const more = keys.length > PAGE;
  const contents = page.map((key) => `<Contents><Key>${encodeURIComponent(key)}</Key></Contents>`).join('');
  return `<?xml version="1.0"?><ListBucketResult><IsTruncated>${more}</IsTruncated>${contents}${more ? `<NextContinuationToken>${token}</NextContinuationToken>` : ''}</ListBucketResult>`;
}
