/**
 * A provider of language models on loopback: it answers in the shapes of the real ones with counts that it made up, and
 * writes down what it bills for every call. It takes telemetry too, so that one address is enough for a client.
 */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { collect } from './collector.mjs';
import { makeCounts } from './counts.mjs';
import { readRequest } from './request.mjs';
import { findRoute } from './routes.mjs';

/**
 * Starts it. `folder` gets what is posted as telemetry. Gives `address`, `ledger` (a line for each call: who bills it, the
 * model, the status, the tier, whether its stream told usage, and the tokens by class; null if it failed) and `close`.
 */
export async function startProvider(folder, { port = 0, name = 'x' } = {}) {
  const ledger = [];
  const unknown = [];
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks);
      const bytes = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
      const path = new URL(request.url, 'http://loopback').pathname;
      const kept = request.method === 'GET' ? undefined : collect(folder, path, bytes, request.headers);
      if (kept !== undefined) return sendJson(response, kept.status ?? 200, kept.answer);
      const route = request.method === 'POST' ? findRoute(path) : undefined;
      if (route === undefined) {
        unknown.push(`${request.method} ${path}`);
        return sendJson(response, request.method === 'GET' ? 200 : 404, {});
      }
      return answer(response, route, JSON.parse(bytes.toString()));
    });
  });

  function answer(response, route, body) {
    const model = route.model?.(route.parts) ?? body.model;
    const asked = readRequest(body);
    const entry = { by: route.by, api: route.name, model, status: asked.status, tier: route.tier?.(body) ?? 'default' };
    if (asked.status !== 200) {
      ledger.push({ ...entry, streamed: false, told: true, tokens: null });
      // The clients' own wish to try again would only repeat what one failure shows.
      response.setHeader('x-should-retry', 'false');
      return sendJson(response, asked.status, route.failure(asked.status));
    }
    const serial = ledger.length + 1;
    const counts = makeCounts(model, serial);
    const id = createHash('sha256').update(`${name} ${serial}`).digest('hex').slice(0, 24);
    const time = Math.floor(Date.now() / 1000);
    const made = route.answer({ body, asked, counts, id, time, model, parts: route.parts });
    ledger.push({ ...entry, streamed: made.json === undefined, told: made.told ?? true, tokens: counts });
    response.setHeader('request-id', `req_${id}`);
    response.setHeader('x-request-id', `req_${id}`);
    response.setHeader('x-amzn-requestid', `req_${id}`);
    if (made.json !== undefined) return sendJson(response, 200, made.json);
    // A moment passes before and in a stream, so that spans have a length and lie inside each other.
    setTimeout(() => sendStream(response, made), 20);
  }

  await new Promise((done) => server.listen(port, '127.0.0.1', done));
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    ledger,
    unknown,
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}

function sendJson(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

function sendStream(response, { events, frames, lines }) {
  const type = frames ? 'application/vnd.amazon.eventstream' : lines ? 'application/x-ndjson' : 'text/event-stream';
  response.writeHead(200, { 'content-type': type });
  for (const frame of frames ?? []) response.write(frame);
  for (const line of lines ?? []) response.write(`${JSON.stringify(line)}\n`);
  for (const { event, data } of events ?? []) {
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    response.write(`${event === undefined ? '' : `event: ${event}\n`}data: ${text}\n\n`);
  }
  response.end();
}
