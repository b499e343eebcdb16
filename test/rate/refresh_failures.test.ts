import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import { type Answering, withServer } from './price_server.js';
import { litellm, MODELS, world } from './refresh_world.js';

const OFFLINE = 'A list downloaded elsewhere needs no network: llmcost pricing refresh --from FILE';
const NOTHING =
  'llmcost: The price list could not be used; the prices are those of before.\nThe reason stands above.\n';
const AGE = 'The prices of litellm are of 2036-10-01, 14 days old.';

interface Failure {
  answer: Answering;
  /** The reason, with ADDRESS for the address. */
  reason: string;
  asked?: number;
  argv?: string[];
}

const IMPATIENT = ['--timeout', '1'];

/** Every way a source can fail to give its list; the book must be the same afterwards, and the user must know why. */
const FAILURES: Record<string, Failure> = {
  'not found': {
    answer: (_, response) => response.writeHead(404).end('gone'),
    reason: `ADDRESS answered 404 Not Found.\nCheck the address. ${OFFLINE}`,
  },
  'no permission': {
    answer: (_, response) => response.writeHead(401).end(),
    reason: `ADDRESS answered 401 Unauthorized.\nCheck the address. ${OFFLINE}`,
  },
  forbidden: {
    answer: (_, response) => response.writeHead(403).end(),
    reason: `ADDRESS answered 403 Forbidden.\nCheck the address. ${OFFLINE}`,
  },
  'unchanged, though nothing is known yet': {
    answer: (_, response) => response.writeHead(304).end(),
    reason: `ADDRESS answered 304 Not Modified.\nCheck the address. ${OFFLINE}`,
  },
  'too many requests, for ever': {
    answer: (_, response) => response.writeHead(429, { 'retry-after': '1' }).end(),
    reason: `ADDRESS could not be fetched in 4 tries: it answered 429 Too Many Requests.\nTry again later. ${OFFLINE}`,
    asked: 4,
  },
  'a server error, for ever': {
    answer: (_, response) => response.writeHead(503).end('<html>busy</html>'),
    reason: `ADDRESS could not be fetched in 4 tries: it answered 503 Service Unavailable.\nTry again later. ${OFFLINE}`,
    asked: 4,
  },
  'no answer': {
    answer: () => {},
    reason: `ADDRESS could not be fetched in 4 tries: no answer within 1 second.\nTry again later. ${OFFLINE}`,
    asked: 4,
    argv: IMPATIENT,
  },
  'an answer that stops in the middle': {
    answer: (_, response) => response.writeHead(200, { 'content-length': 1000 }).write('{"gpt-a":'),
    reason: `ADDRESS could not be fetched in 4 tries: the answer stopped for 1 second.\nTry again later. ${OFFLINE}`,
    asked: 4,
    argv: IMPATIENT,
  },
  'an answer that comes byte by byte': {
    answer: (_, response) => {
      const timer = setInterval(() => response.write(' '), 50);
      response.on('close', () => clearInterval(timer));
    },
    reason: `ADDRESS could not be fetched in 1 try: it was not complete within 3 seconds.\nTry again later. ${OFFLINE}`,
    argv: ['--timeout', '0.3'],
  },
  'a connection that closes without an answer': {
    answer: (request) => request.socket.destroy(),
    reason: `ADDRESS could not be fetched in 4 tries: the connection was closed without an answer.\nTry again later. ${OFFLINE}`,
    asked: 4,
  },
  'a body that is cut off': {
    answer: (_, response) => {
      response.writeHead(200, { 'content-length': 1000 }).write(litellm(MODELS).slice(0, 100));
      setTimeout(() => response.destroy(), 20);
    },
    reason: `ADDRESS could not be fetched in 4 tries: the answer was cut off.\nTry again later. ${OFFLINE}`,
    asked: 4,
  },
  'a packed body that is cut off': {
    answer: (_, response) => {
      const packed = gzipSync(litellm(MODELS));
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed.subarray(0, packed.length - 20));
    },
    reason: `ADDRESS could not be fetched in 4 tries: the answer was cut off.\nTry again later. ${OFFLINE}`,
    asked: 4,
  },
  'an encoding nobody asked for': {
    answer: (_, response) => response.writeHead(200, { 'content-encoding': 'zstd' }).end('x'),
    reason: `ADDRESS answered in the encoding 'zstd'.\nCheck the address. ${OFFLINE}`,
  },
  'a web page': {
    answer: (_, response) => response.writeHead(200).end('\n<!doctype html><title>Log in to the hotel</title>'),
    reason: `ADDRESS answered with a web page instead of a price list.\nThe login page of a network or proxy looks like this: open the address in a browser. ${OFFLINE}`,
  },
  'half a list that looks complete': {
    answer: (_, response) => response.end('{"gpt-a": '),
    reason: 'ADDRESS is not JSON: Unexpected end of JSON input\nDownload it again; the prices are unchanged.',
  },
  NaN: {
    answer: (_, response) => response.end('{"gpt-a": {"litellm_provider": "openai", "input_cost_per_token": NaN}}'),
    reason: `ADDRESS is not JSON: Unexpected token 'N', ..."r_token": NaN}}" is not valid JSON\nDownload it again; the prices are unchanged.`,
  },
  'a list nobody knows': {
    answer: (_, response) => response.end('{"prices": []}'),
    reason:
      "ADDRESS is no price list llmcost knows.\nIt reads LiteLLM's model_prices_and_context_window.json, genai-prices' v2 data.json, models.dev's api.json and OpenRouter's list of models.",
  },
  'the list of another source': {
    answer: (_, response) => response.end(JSON.stringify([{ id: 'openai', api_pattern: 'x', models: [{ id: 'o3' }] }])),
    reason:
      'ADDRESS holds the list of genai-prices, not the one of LiteLLM model prices.\nCheck the address of LiteLLM model prices.',
  },
  'a list that shrank below 70 %': {
    answer: (_, response) =>
      response.end(litellm({ 'gpt-a': { input_cost_per_token: 9e-6 }, 'gpt-b': MODELS['gpt-b'] })),
    reason:
      'The litellm file has 2 models, the one of 2036-10-01 had 3: it looks cut off.\nThe price book was left as it was; download the file again.',
  },
  'a redirect in circles': {
    answer: (_, response) => response.writeHead(302, { location: '/litellm.json' }).end(),
    reason: `ADDRESS redirects more than 5 times.\nGive the address it should lead to with --from URL. ${OFFLINE}`,
    asked: 6,
  },
  'a redirect to a file': {
    answer: (_, response) => response.writeHead(301, { location: 'file:///etc/passwd' }).end(),
    reason: `ADDRESS redirects to file:///etc/passwd, which is no web address.\nGive the address it should lead to with --from URL. ${OFFLINE}`,
  },
  'a redirect to nowhere': {
    answer: (_, response) => response.writeHead(308, { location: 'http://[' }).end(),
    reason: `ADDRESS redirects to something that is no address.\nGive the address it should lead to with --from URL. ${OFFLINE}`,
  },
  'a size above the limit, announced': {
    answer: (_, response) => response.writeHead(200, { 'content-length': 200_000_000 }).write('{'),
    reason:
      'ADDRESS sends more than 64 MB; no more of it was read.\nCheck the address, or allow more with --max-size MB.',
  },
};

test.each(Object.entries(FAILURES))('%s: a warning, the book is as it was, and exit code 5', async (_, failure) => {
  const { refresh, bookHash, rows } = await world();
  await withServer(failure.answer, async ({ origin, asked }) => {
    const address = `${origin}/litellm.json`;
    const before = await bookHash();
    const answer = await refresh(['--source', 'litellm', ...(failure.argv ?? [])], {
      LLMCOST_PRICES_URL_LITELLM: address,
    });
    const reason = failure.reason.replace('ADDRESS', address);
    expect(answer.err).toBe(`warning: litellm was not refreshed: ${reason}\n${AGE}\n${NOTHING}`);
    expect([answer.code, answer.out, asked.length]).toEqual([5, '', failure.asked ?? 1]);
    expect(await bookHash()).toBe(before);
    expect(await rows(sql`select url, source, outcome, detail, confirmed_at from price_fetch`)).toEqual([
      { url: address, source: 'litellm', outcome: 'failed', detail: reason, confirmed_at: null },
    ]);
  });
});

test('200 MB are not read: it stops at the limit, however they come', async () => {
  const { refresh, bookHash } = await world();
  const before = await bookHash();
  let sent = 0;
  const piece = Buffer.alloc(1_000_000, ' ');
  const packed = gzipSync(Buffer.alloc(200_000_000, ' '));
  await withServer(
    (request, response) => {
      if (request.url === '/packed') {
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed);
        return;
      }
      const more = () => {
        while (sent < 200_000_000 && !response.destroyed) {
          sent += piece.length;
          if (!response.write(piece)) return void response.once('drain', more);
        }
        response.end();
      };
      more();
    },
    async ({ origin }) => {
      for (const path of ['/streamed', '/packed']) {
        expect(await refresh(['--from', `${origin}${path}`, '--max-size', '10'])).toMatchObject({
          code: 5,
          out: '',
          err: expect.stringContaining(
            `warning: a list was not refreshed: ${origin}${path} sends more than 10 MB; no more of it was read.\nCheck the address, or allow more with --max-size MB.\nThe price book stays as it was: `,
          ),
        });
      }
    },
  );
  // What the kernel buffers on the way comes on top of the limit.
  expect(sent).toBeLessThan(40_000_000);
  expect(await bookHash()).toBe(before);
});

test('nobody listens', async () => {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address !== null && typeof address === 'object') resolve(address.port);
    });
  });
  await new Promise((resolve) => server.close(resolve));
  const { refresh, bookHash } = await world();
  const before = await bookHash();
  const address = `http://127.0.0.1:${port}/litellm.json`;
  const answer = await refresh(['--source', 'litellm'], { LLMCOST_PRICES_URL_LITELLM: address });
  expect(answer.err).toBe(
    `warning: litellm was not refreshed: ${address} could not be fetched in 4 tries: no connection (ECONNREFUSED).\nTry again later. ${OFFLINE}\n${AGE}\n${NOTHING}`,
  );
  expect([answer.code, answer.out]).toEqual([5, '']);
  // Half a second, one, two: each less up to a half.
  expect(answer.waits.map((wait, index) => wait > 250 * 2 ** index - 1 && wait <= 500 * 2 ** index)).toEqual([
    true,
    true,
    true,
  ]);
  expect(await bookHash()).toBe(before);
});

const SUSPICIOUS: Record<string, { models: Record<string, Record<string, number | string>>; left: string[] }> = {
  'prices times a thousand': {
    models: {
      'gpt-a': { input_cost_per_token: 2.5e-3, output_cost_per_token: 1e-2 },
      'gpt-b': { input_cost_per_token: 2e-3 },
      'gpt-c': { input_cost_per_token: 3e-3 },
    },
    left: [
      '2036-10-15 gpt-a input: implausible: 0.0025 per_unit is above $1000 per million tokens',
      '2036-10-15 gpt-a output: implausible: 0.01 per_unit is above $1000 per million tokens',
      '2036-10-15 gpt-b input: implausible: 0.002 per_unit is above $1000 per million tokens',
      '2036-10-15 gpt-c input: implausible: 0.003 per_unit is above $1000 per million tokens',
    ],
  },
  'negative prices': {
    models: { ...MODELS, 'gpt-b': { input_cost_per_token: -2e-6 } },
    left: ['2036-10-15 gpt-b input_cost_per_token: a negative price: -0.000002'],
  },
  'NaN as text': {
    models: { ...MODELS, 'gpt-b': { input_cost_per_token: 'NaN' } },
    left: ['2036-10-15 gpt-b input_cost_per_token: not a price: NaN'],
  },
};

test.each(Object.entries(SUSPICIOUS))('%s are left out and named; the rates stay', async (_, { models, left }) => {
  const { refresh, rows } = await world();
  const held = sql`select * from price_rate order by rate_id`;
  const before = await rows(held);
  await withServer(
    (_request, response) => response.end(litellm(models)),
    async ({ origin }) => {
      const answer = await refresh(['--from', `${origin}/l.json`, '-v']);
      expect(answer).toMatchObject({ code: 0, err: `${left.join('\n')}\n` });
      expect(answer.out).toBe(
        `litellm 2036-10-15: 3 models; rates: 0 new, 0 changed, 0 corrected, 0 withdrawn, ${4 - left.length} as before; ${left.length} quarantined\n`,
      );
    },
  );
  expect(await rows(held)).toEqual(before);
});
