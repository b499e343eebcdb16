import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import { NoPrices } from '../../src/errors.js';
import { refreshPrices } from '../../src/rate/refresh/refresh.js';
import { sql } from '../../src/sql.js';
import { withStore } from '../../src/store/store.js';
import { fakeIo } from '../fake_io.js';
import { type Answering, withServer } from './price_server.js';
import { emptyWorld, litellm, MODELS, world } from './refresh_world.js';

const OFFLINE = 'A list downloaded elsewhere needs no network: llmcost pricing refresh --from FILE';
/** gpt-a is cheaper, gpt-d is new. */
const CHANGED = litellm({
  ...MODELS,
  'gpt-a': { input_cost_per_token: 2e-6, output_cost_per_token: 1e-5 },
  'gpt-d': { input_cost_per_token: 4e-6 },
});
const CHANGED_LINE =
  'litellm 2036-10-15: 4 models; rates: 1 new, 1 changed, 0 corrected, 0 withdrawn, 3 as before; 0 quarantined\n';
const GPT_A = sql`
  select cast(usd_per_unit as varchar) as usd, cast(effective_from as varchar) as since, cast(effective_to as varchar) as until
  from price_rate
  where model = 'gpt-a' and dimension = 'input' and removed_in is null
  order by effective_from nulls first`;
const FETCHES = sql`
  select source, etag, last_modified, cast(confirmed_at as varchar) as confirmed_at, cast(checked_at as varchar) as checked_at, outcome
  from price_fetch
  order by url`;

const serving =
  (text: string, headers: Record<string, string> = {}): Answering =>
  (_, response) =>
    response.writeHead(200, headers).end(text);

test('a changed price is valid from the moment it was seen, and where the list came from is kept', async () => {
  const { refresh, rows } = await world();
  await withServer(serving(CHANGED, { etag: '"v2"' }), async ({ origin, asked }) => {
    const address = `${origin}/litellm.json`;
    const answer = await refresh(['--source', 'LiteLLM'], { LLMCOST_PRICES_URL_LITELLM: address });
    expect(answer).toEqual({ code: 0, out: CHANGED_LINE, err: '', waits: [] });
    expect(asked).toEqual(['GET /litellm.json']);
    expect(await rows(GPT_A)).toEqual([
      { usd: '0.000002500000000000', since: null, until: '2036-10-15 12:00:00' },
      { usd: '0.000002000000000000', since: '2036-10-15 12:00:00', until: null },
    ]);
    const sha256 = createHash('sha256').update(CHANGED).digest('hex');
    expect(
      await rows(sql`
        select book.url, cast(book.data_date as varchar) as data_date, book.sha256, fetched.sha256 as fetched
        from price_book as book
        join price_fetch as fetched on fetched.url = book.url`),
    ).toEqual([{ url: address, data_date: '2036-10-15', sha256, fetched: sha256 }]);
  });
});

test('usage that had no price is priced, and nothing else', async () => {
  const { cwd, refresh, rows } = await world();
  const calls = ['gpt-d 1000000', 'gpt-d 500000', 'gpt-a 1000000'].map((call, index) => {
    const [model, tokens] = call.split(' ');
    return {
      timestamp: `2036-10-1${index}T00:00:00Z`,
      provider: 'openai',
      model,
      input_tokens: Number(tokens),
      output_tokens: 0,
    };
  });
  writeFileSync(join(cwd, 'calls.jsonl'), calls.map((call) => `${JSON.stringify(call)}\n`).join(''));
  const io = fakeIo({ cwd });
  await main(['import', 'calls.jsonl'], io);
  expect([io.exitCode(), io.err()]).toEqual([0, '']);
  const costs = sql`select cast(cost_usd as varchar) as usd, cost_status from usage order by occurred_at`;
  // 1,000,000 tokens of gpt-a at $2.50 per million
  const priced = { usd: '2.500000000000000000', cost_status: 'computed' };
  const unpriced = { usd: null, cost_status: 'unpriced' };
  expect(await rows(costs)).toEqual([unpriced, unpriced, priced]);
  await withServer(serving(CHANGED), async ({ origin }) => {
    const line = '2 rows of usage that had no price have one now: $6.00\n';
    const argv = ['--from', `${origin}/l.json`];
    const rehearsal = await refresh([...argv, '--dry-run']);
    expect(rehearsal.out).toBe(`${CHANGED_LINE}${line}This was a dry run: nothing was changed.\n`);
    expect(await rows(costs)).toEqual([unpriced, unpriced, priced]);
    expect((await refresh(argv)).out).toBe(`${CHANGED_LINE}${line}`);
    // $4 per million tokens of gpt-d; gpt-a became cheaper on 15 October, after its call.
    const newly = ['4.000000000000000000', '2.000000000000000000'].map((usd) => ({ usd, cost_status: 'computed' }));
    expect(await rows(costs)).toEqual([...newly, priced]);
  });
});

test('a list that did not change is not sent again', async () => {
  const { refresh, rows, bookHash } = await world();
  const answering: Answering = (request, response) => {
    if (request.headers['if-none-match'] === '"v2"') response.writeHead(304, { etag: '"v2"' }).end();
    else serving(CHANGED, { etag: '"v2"', 'last-modified': 'Tue, 14 Oct 2036 10:00:00 GMT' })(request, response, 1);
  };
  await withServer(answering, async ({ origin, asked }) => {
    const argv = ['--from', `${origin}/l.json`];
    await refresh(argv);
    const before = await bookHash();
    const again = await refresh(argv, {}, '2036-10-20T08:00:00Z');
    expect(again).toEqual({ code: 0, out: 'litellm: unchanged since it was last fetched\n', err: '', waits: [] });
    expect(asked).toEqual([
      'GET /l.json',
      'GET /l.json, if-none-match: "v2", if-modified-since: Tue, 14 Oct 2036 10:00:00 GMT',
    ]);
    expect(await bookHash()).toBe(before);
    const fetched = { source: 'litellm', etag: '"v2"', last_modified: 'Tue, 14 Oct 2036 10:00:00 GMT' };
    const time = '2036-10-20 08:00:00';
    expect(await rows(FETCHES)).toEqual([{ ...fetched, confirmed_at: time, checked_at: time, outcome: 'unchanged' }]);
  });
});

test('after a newer file of the same source the whole list is asked for again', async () => {
  const { refresh, cwd } = await world();
  writeFileSync(join(cwd, 'litellm-2036-10-16.json'), litellm({ ...MODELS, 'gpt-d': { input_cost_per_token: 5e-6 } }));
  await withServer(serving(CHANGED, { etag: '"v2"' }), async ({ origin, asked }) => {
    await refresh(['--from', `${origin}/l.json`]);
    await refresh(['--from', 'litellm-2036-10-16.json'], {}, '2036-10-16T12:00:00Z');
    await refresh(['--from', `${origin}/l.json`], {}, '2036-10-17T12:00:00Z');
    expect(asked).toEqual(['GET /l.json', 'GET /l.json']);
  });
});

test('a list that was refused is not taken for known; the age counts from the last time the source had what we have', async () => {
  const { refresh } = await world();
  const answering: Answering = (_, response, nth) => {
    if (nth === 1) response.writeHead(200, { etag: '"v1"' }).end(CHANGED);
    else if (nth === 2) response.writeHead(304).end();
    else response.writeHead(200, { etag: '"v2"' }).end(litellm({ 'gpt-a': MODELS['gpt-a'] }));
  };
  await withServer(answering, async ({ origin, asked }) => {
    const argv = ['--from', `${origin}/l.json`];
    await refresh(argv);
    await refresh(argv, {}, '2036-10-18T12:00:00Z');
    await refresh(argv, {}, '2036-10-19T00:00:00Z');
    const { err } = await refresh(argv, {}, '2036-10-28T12:00:00Z');
    expect(err).toBe(
      'warning: litellm was not refreshed: The litellm file has 1 models, the one of 2036-10-15 had 4: it looks cut off.\nThe price book was left as it was; download the file again.\nThe prices of litellm are of 2036-10-18, 10 days old.\nllmcost: The price list could not be used; the prices are those of before.\nThe reason stands above.\n',
    );
    expect(asked.slice(1)).toEqual(Array.from({ length: 3 }, () => 'GET /l.json, if-none-match: "v1"'));
  });
});

test('what passes by itself is tried again: a busy server says when, else longer and longer', async () => {
  const { refresh } = await world();
  const answering: Answering = (request, response, nth) => {
    if (nth === 1) response.writeHead(429, { 'retry-after': '7' }).end();
    else if (nth === 2) response.writeHead(503, { 'retry-after': 'Wed, 15 Oct 2036 12:00:20 GMT' }).end();
    else if (nth === 3) response.writeHead(500).end();
    else serving(CHANGED)(request, response, nth);
  };
  await withServer(answering, async ({ origin }) => {
    const { code, out, err, waits } = await refresh(['--from', `${origin}/l.json`]);
    expect([code, out, err]).toEqual([0, CHANGED_LINE, '']);
    expect(waits.slice(0, 2)).toEqual([7000, 20_000]);
    // The third wait is two seconds, less up to a half.
    expect(waits[2]).toBeGreaterThan(1000 - 1);
    expect(waits[2]).toBeLessThanOrEqual(2000);
  });
});

test('nobody waits for an hour', async () => {
  const { refresh } = await world();
  const answering: Answering = (request, response, nth) =>
    nth === 1 ? response.writeHead(429, { 'retry-after': '3600' }).end() : serving(CHANGED)(request, response, nth);
  await withServer(answering, async ({ origin }) => {
    expect((await refresh(['--from', `${origin}/l.json`])).waits).toEqual([60_000]);
  });
});

test.each([
  ['gzip', gzipSync],
  ['br', brotliCompressSync],
  ['deflate', deflateSync],
])('a list packed with %s', async (encoding, pack) => {
  const { refresh } = await world();
  await withServer(
    (_, response) => response.writeHead(200, { 'content-encoding': encoding }).end(pack(CHANGED)),
    async ({ origin }) => expect((await refresh(['--from', `${origin}/l.json`])).out).toBe(CHANGED_LINE),
  );
});

test('redirects are followed, and a password goes to its own host only and nowhere else', async () => {
  const { refresh, rows } = await world();
  await withServer(serving(`\ufeff${CHANGED}`), async (elsewhere) => {
    const answering: Answering = (request, response) => {
      const location = request.url === '/l.json' ? '/moved.json' : `${elsewhere.origin}/new.json`;
      response.writeHead(302, { location }).end('moved');
    };
    await withServer(answering, async ({ origin, asked }) => {
      const address = `${origin}/l.json`.replace('//', '//me:s%40cret@');
      const { out } = await refresh(['--from', address, '--format', 'json']);
      // base64 of me:s@cret
      const login = 'authorization: Basic bWU6c0BjcmV0';
      expect(asked).toEqual([`GET /l.json, ${login}`, `GET /moved.json, ${login}`]);
      expect(elsewhere.asked).toEqual(['GET /new.json']);
      expect(JSON.parse(out).lists[0]).toMatchObject({
        source: 'litellm',
        from: `${origin}/l.json`,
        outcome: 'changed',
      });
      expect(await rows(sql`select url from price_fetch`)).toEqual([{ url: `${origin}/l.json` }]);
    });
  });
});

test('by default every source is asked; one that fails does not stop the others', async () => {
  const { refresh } = await world();
  const answering: Answering = (request, response) =>
    request.url === '/litellm' ? response.end(CHANGED) : response.writeHead(404).end();
  await withServer(answering, async ({ origin, asked }) => {
    const env = {
      LLMCOST_PRICES_URL_LITELLM: `${origin}/litellm`,
      LLMCOST_PRICES_URL_GENAI_PRICES: `${origin}/genai`,
      LLMCOST_PRICES_URL_MODELS_DEV: `${origin}/models`,
      LLMCOST_PRICES_URL_OPENROUTER: `${origin}/openrouter`,
    };
    const { code, out, err } = await refresh(['--strict'], env);
    expect(asked.sort()).toEqual(['GET /genai', 'GET /litellm', 'GET /models', 'GET /openrouter']);
    expect([code, out]).toEqual([5, CHANGED_LINE]);
    expect(err).toContain(
      `warning: genai-prices was not refreshed: ${origin}/genai answered 404 Not Found.\nCheck the address. ${OFFLINE}\nThe prices of genai-prices are of 2036-10-01, 14 days old.\n`,
    );
    expect(err).toMatch(
      /\nllmcost: 3 of 4 price lists could not be used, which --strict does not allow\.\nThe reasons stand above; what the others brought is kept\.\n$/,
    );
  });
});

test('JSON for programs', async () => {
  const { refresh } = await world();
  const answering: Answering = (request, response) =>
    request.url === '/new' ? response.end(CHANGED) : response.writeHead(404).end();
  await withServer(answering, async ({ origin }) => {
    const answer = await refresh(['--from', `${origin}/new`, `${origin}/gone`, '--format', 'json']);
    const { price_book, ...content } = JSON.parse(answer.out);
    const reason = `${origin}/gone answered 404 Not Found.\nCheck the address. ${OFFLINE}`;
    expect(price_book).toMatch(/^\d+ \(genai-prices 2036-10-01, litellm 2036-10-15/);
    expect(content).toEqual({
      schema: 'llmcost.pricing-refresh/1',
      dry_run: false,
      lists: [
        {
          source: 'litellm',
          from: `${origin}/new`,
          outcome: 'changed',
          data_date: '2036-10-15',
          models: 4,
          rates: { new: 1, changed: 1, corrected: 0, withdrawn: 0, unchanged: 3 },
          quarantined: [],
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
          reason: null,
          age_days: null,
        },
        {
          source: null,
          from: `${origin}/gone`,
          outcome: 'failed',
          data_date: null,
          models: null,
          rates: null,
          quarantined: [],
          sha256: null,
          reason,
          age_days: null,
        },
      ],
      newly_priced: { rows: 0, requests: 0, cost_usd: '0' },
      bundle: null,
      warnings: [`a list was not refreshed: ${reason}\nThe price book stays as it was: ${price_book}.`],
    });
  });
});

test('files and addresses in one refresh: files first, in the order of their dates', async () => {
  const { refresh, cwd } = await world();
  writeFileSync(join(cwd, 'b-2036-10-12.json'), litellm({ ...MODELS, 'gpt-d': { input_cost_per_token: 5e-6 } }));
  writeFileSync(join(cwd, 'a-2036-10-11.json'), litellm(MODELS));
  await withServer(serving(CHANGED), async ({ origin }) => {
    const { out } = await refresh(['--from', `${origin}/l.json`, 'b-2036-10-12.json', '--from', 'a-2036-10-11.json']);
    expect(out).toBe(
      [
        'litellm 2036-10-11: 3 models; rates: 0 new, 0 changed, 0 corrected, 0 withdrawn, 4 as before; 0 quarantined',
        'litellm 2036-10-12: 4 models; rates: 1 new, 0 changed, 0 corrected, 0 withdrawn, 4 as before; 0 quarantined',
        'litellm 2036-10-15: 4 models; rates: 0 new, 2 changed, 0 corrected, 0 withdrawn, 3 as before; 0 quarantined\n',
      ].join('\n'),
    );
  });
});

test('a dry run tells what would change and writes nothing', async () => {
  const { refresh, cwd } = await world();
  await withServer(serving(CHANGED, { etag: '"v2"' }), async ({ origin, asked }) => {
    const argv = ['--from', `${origin}/l.json`, '--dry-run'];
    const path = join(cwd, 'llmcost.duckdb');
    const before = readFileSync(path);
    const answer = await refresh(argv);
    expect(answer).toMatchObject({ code: 0, err: '' });
    expect(answer.out).toBe(`${CHANGED_LINE}This was a dry run: nothing was changed.\n`);
    expect(readFileSync(path).equals(before)).toBe(true);
    await refresh(argv);
    expect(asked).toEqual(['GET /l.json', 'GET /l.json']);
    const empty = emptyWorld();
    // Beside the thousands of models of the bundled list, four look cut off.
    expect((await empty.refresh(argv)).err).toMatch(
      /^warning: a list was not refreshed: The litellm file has 4 models/,
    );
    expect(existsSync(join(empty.cwd, 'llmcost.duckdb'))).toBe(false);
  });
});

test('a bundle is built of all its lists or not at all', async () => {
  const { refresh, cwd } = emptyWorld();
  const answering: Answering = (request, response) =>
    request.url === '/new' ? response.end(CHANGED) : response.writeHead(404).end();
  await withServer(answering, async ({ origin }) => {
    const half = await refresh(['--from', `${origin}/new`, `${origin}/gone`, '--output', '.']);
    expect([half.code, existsSync(join(cwd, 'book.json'))]).toEqual([5, false]);
    expect(half.err).toMatch(
      /\nllmcost: No bundle was written to \.: 1 of 2 price lists could not be used\.\nThe reasons stand above\.\n$/,
    );
    const whole = await refresh(['--from', `${origin}/new`, '--output', '.']);
    expect(whole).toEqual({
      code: 0,
      out: `litellm 2036-10-15: 4 models; rates: 5 new, 0 changed, 0 corrected, 0 withdrawn, 0 as before; 0 quarantined
${cwd}: 5 rates, 0 multipliers, 1 models with input and output prices
`,
      err: '',
      waits: [],
    });
    expect(existsSync(join(cwd, 'book.json'))).toBe(true);
  });
});

test('without any price in the end it is an error that tells every reason', async () => {
  await withServer(
    (_, response) => response.writeHead(404).end(),
    async ({ origin }) => {
      const asking = withStore(':memory:', { access: 'write' }, (store) =>
        refreshPrices(
          { files: [], addresses: [{ url: `${origin}/l.json`, source: 'litellm' }] },
          { look: async () => undefined, change: (fn) => fn(store) },
          {
            network: {
              env: {},
              limits: { maxBytes: 1000, silenceMs: 1000, overallMs: 1000, tries: 1 },
              now: () => new Date('2036-10-15T12:00:00Z'),
              sleep: async () => {},
              random: () => 0,
            },
          },
        ),
      );
      await expect(asking).rejects.toThrow(NoPrices);
      await expect(asking).rejects.toMatchObject({
        exitCode: 5,
        message: `No price list could be read, and the price book is empty.\n${origin}/l.json answered 404 Not Found.\nCheck the address. ${OFFLINE}`,
      });
    },
  );
});

test.each<[string, string[], Record<string, string>, string]>([
  [
    'a source nobody knows',
    ['--source', 'litellm,gpt'],
    {},
    "llmcost: --source: 'gpt' is no source of prices.\nPossible are litellm, genai-prices, models.dev, openrouter; any other list can be read with --from URL.\n",
  ],
  [
    'an address that is none',
    ['--from', 'ftp://me:secret@prices.example/l.json'],
    {},
    'llmcost: --from: ftp://prices.example/l.json is no address of a price list.\nWrite https://HOST/PATH.\n',
  ],
  [
    'an unencrypted address nobody typed',
    ['--source', 'openrouter'],
    { LLMCOST_PRICES_URL_OPENROUTER: 'http://prices.example/models' },
    'llmcost: LLMCOST_PRICES_URL_OPENROUTER is http://prices.example/models, which is not encrypted: anybody on the way could change the prices.\nUse an https address; --from takes an http address for once.\n',
  ],
  [
    'a date without a file',
    ['--source', 'litellm', '--date', '2036-10-01'],
    {},
    'llmcost: --date is for a file; what is fetched is of now.\nName the file with --from FILE.\n',
  ],
  [
    'a proxy that is none',
    ['--source', 'litellm'],
    { HTTPS_PROXY: 'http://user:secret@' },
    'llmcost: HTTPS_PROXY is not the address of a proxy.\nWrite it as http://HOST:PORT, or unset it.\n',
  ],
  [
    'no time at all',
    ['--timeout', '0'],
    {},
    "error: option '--timeout <seconds>' argument '0' is invalid. It must be a number above 0, at most 86400.\nRun the command with --help to see what it takes.\n",
  ],
])('%s is wrong usage', async (_, argv, env, err) => {
  expect(await emptyWorld().refresh(argv, env)).toEqual({ code: 2, out: '', err, waits: [] });
});
