import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type Socket } from 'node:net';

/** What a test does with a request; `nth` counts them from 1. */
export type Answering = (request: IncomingMessage, response: ServerResponse, nth: number) => void;

export interface PriceServer {
  /** http://127.0.0.1:PORT */
  origin: string;
  /** Everything that was asked so far: method, address and the headers that matter. */
  asked: string[];
}

const TOLD = ['if-none-match', 'if-modified-since', 'authorization', 'proxy-authorization'];

/** A real HTTP server on the loopback for as long as `fn` runs. */
export async function withServer<T>(answer: Answering, fn: (server: PriceServer) => Promise<T>): Promise<T> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(told(request));
    answer(request, response, asked.length);
  });
  return listening(server, asked, fn);
}

/** The same with TLS. */
export async function withTlsServer<T>(
  identity: { key: string; cert: string },
  answer: Answering,
  fn: (server: PriceServer) => Promise<T>,
): Promise<T> {
  const asked: string[] = [];
  const server = createTlsServer(identity, (request, response) => {
    asked.push(told(request));
    answer(request, response, asked.length);
  });
  return listening(server, asked, fn);
}

/** A proxy on the loopback: forwards plain requests to `target` whatever their host, answers tunnels with `tunnel`. */
export async function withProxy<T>(
  { target, tunnel }: { target: string; tunnel: number },
  fn: (server: PriceServer) => Promise<T>,
): Promise<T> {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    asked.push(told(request));
    const answer = await fetch(`${target}${new URL(request.url ?? '').pathname}`);
    response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
  });
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    asked.push(told(request));
    if (tunnel !== 200) {
      socket.end(`HTTP/1.1 ${tunnel} No\r\n\r\n`);
      return;
    }
    const { hostname, port } = new URL(target);
    const onward = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  return listening(server, asked, fn);
}

function told({ method, url, headers }: IncomingMessage): string {
  const sent = TOLD.flatMap((name) => (headers[name] === undefined ? [] : [`${name}: ${String(headers[name])}`]));
  return [`${method} ${url}`, ...sent].join(', ');
}

async function listening<T>(server: Server, asked: string[], fn: (server: PriceServer) => Promise<T>): Promise<T> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  try {
    return await fn({ origin: `http://127.0.0.1:${address.port}`, asked });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
