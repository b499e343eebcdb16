import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import { call, longId, newWorld, type World } from './world.js';

/* JSON that is not one object per line: lists, pages, objects of several lines, and what is wrong with them. */

let world: World;

beforeEach(async () => {
  world = await newWorld();
});

async function requestIds(): Promise<string[]> {
  const rows = await world.rows<{ id: string }>(sql`select request_id as id from usage order by request_id`);
  return rows.map(({ id }) => id);
}

const calls = [1, 2, 3].map((number) => JSON.parse(call(longId(number))) as object);
const ids = [1, 2, 3].map(longId);
const pretty = (value: unknown) => JSON.stringify(value, null, 2);

describe('calls of a known format', () => {
  test.each<[string, string | Uint8Array]>([
    ['a list', JSON.stringify(calls)],
    ['a list of several lines, packed', gzipSync(pretty(calls))],
    [
      'a list with a byte order mark and a comma at its end',
      `\ufeff[\n${calls.map((one) => JSON.stringify(one)).join(',\n')},\n]`,
    ],
    ['objects of several lines', calls.map(pretty).join('\n')],
    ['a list under a key', pretty({ object: 'list', total: 3, data: calls, has_more: false })],
    ['pages', calls.map((one) => pretty({ items: [one], next: 'x' })).join('\n')],
    ['a page on one line, as curl writes it down', JSON.stringify({ data: calls, meta: { page: 1 } })],
    ['pages on a line each', calls.map((one) => JSON.stringify({ result: [one], success: true })).join('\r\n')],
  ])('%s', async (_, content) => {
    world.write('calls.json', content);
    const [file] = await world.imported(['calls.json']);
    expect(file).toMatchObject({ format: 'llmcost-jsonl', unit: 'record', lines: 3, imported: 3 });
    expect(await requestIds()).toEqual(ids);
  });

  test('are the same calls as in lines', async () => {
    world.write('calls.jsonl', calls.map((one) => JSON.stringify(one)).join('\n'));
    world.write('calls.json', pretty(calls));
    await world.imported(['calls.jsonl']);
    expect((await world.imported(['calls.json']))[0]).toMatchObject({ imported: 0, duplicates: 3 });
    expect((await world.llmcost(['import', 'calls.json'])).out).toBe(
      'calls.json: imported before (import 2) and unchanged, nothing to do\n',
    );
  });

  test('through a pipe', async () => {
    const { out } = await world.llmcost(['import', '-'], pretty(calls));
    expect(out).toContain('standard input: llmcost-jsonl, 3 records = 3 imported\n');
  });

  test('of a named format, on one line and on several', async () => {
    world.write('line.json', JSON.stringify({ data: calls }));
    world.write('lines.json', calls.map((one) => `${JSON.stringify({ data: [one] })}\n`).join(''));
    const files = await world.imported(['line.json', 'lines.json', '--format', 'llmcost-jsonl']);
    expect(files.map(({ imported, duplicates }) => [imported, duplicates])).toEqual([
      [3, 0],
      [0, 3],
    ]);
  });

  test('by a mapping, under a key or not', async () => {
    const rows = [{ m: 'gpt-4o', in: 10, out: 1, t: '2026-10-01' }];
    world.write('rows.json', pretty({ rows }));
    world.write('list.json', pretty(rows));
    world.write('line.json', JSON.stringify({ rows }));
    const map = ['model=m', 'input_tokens=in', 'output_tokens=out', 'timestamp=t'].flatMap((pair) => ['--map', pair]);
    const files = await world.imported(['rows.json', 'list.json', 'line.json', ...map]);
    expect(files.map(({ lines, imported, duplicates }) => [lines, imported, duplicates])).toEqual([
      [1, 1, 0],
      [1, 0, 1],
      [1, 0, 1],
    ]);
  });
});

describe('what cannot be read', () => {
  test('records are named by their number', async () => {
    const bad = { ...calls[0], request_id: 'x', input_tokens: 'many' };
    world.write('calls.json', pretty([calls[0], bad, 7, null, calls[1]]));
    const { out } = await world.llmcost(['import', 'calls.json', '--max-rejects', '3']);
    expect(out).toBe(
      [
        'calls.json: llmcost-jsonl, 5 records = 2 imported + 3 rejected',
        '  from 2026-10-01 10:00 to 2026-10-01 10:00 UTC, cost $0.0007000',
        '  record 2: input_tokens is not a whole number',
        '  record 3: is JSON, but not an object',
        '  record 4: is JSON, but not an object',
        '',
      ].join('\n'),
    );
  });

  test('too many of them', async () => {
    world.write('calls.json', pretty([calls[0], 7, 8]));
    const { out, code } = await world.llmcost(['import', 'calls.json']);
    expect(code).toBe(3);
    expect(out).toContain(
      'calls.json: 2 of 3 records could not be read, more than --max-rejects allows. Nothing of the file was kept (--max-rejects 2 keeps the other 1).\n',
    );
  });

  test('a document that is cut off leaves nothing', async () => {
    world.write('calls.json', pretty({ data: calls }).slice(0, -20));
    const { out, code } = await world.llmcost(['import', 'calls.json']);
    expect({ out, code }).toEqual({
      out: [
        'calls.json: not imported',
        '  calls.json ends in the middle of record 3, or a bracket or quotation mark is missing before; nothing of it was kept.',
        '  Fetch it again, or look where it breaks: jq empty calls.json',
        '',
      ].join('\n'),
      code: 3,
    });
    expect(await requestIds()).toEqual([]);
  });

  test.each(['[]', ' [ ]\n', '{"data":[],"has_more":false}', '{"data":[{"object":"bucket","results":[]}]}'])(
    '%s: nothing to import, and no error',
    async (content) => {
      world.write('calls.json', content);
      expect(await world.llmcost(['import', 'calls.json'])).toEqual({
        out: 'calls.json: empty, nothing to import\n',
        err: '',
        code: 0,
      });
    },
  );
});

describe('a bucket of today', () => {
  const page = (tokens: number, requests: number) => ({
    object: 'page',
    data: [
      {
        object: 'bucket',
        start_time: 1790812800,
        end_time: 1790899200,
        results: [
          {
            object: 'organization.usage.completions.result',
            input_tokens: tokens,
            output_tokens: 0,
            num_model_requests: requests,
            model: 'gpt-4o',
          },
        ],
      },
    ],
  });
  const stored = () => world.rows(sql`select input_tokens as tokens, requests from usage`);

  test('is replaced by its later state, in whatever order they come', async () => {
    world.write('noon.json', pretty(page(500, 5)));
    world.write('night.json', pretty(page(900, 9)));
    world.write('again.json', JSON.stringify(page(900, 9)));
    await world.imported(['noon.json']);
    expect((await world.imported(['night.json']))[0]).toMatchObject({ imported: 0, updated: 1 });
    expect(await stored()).toEqual([{ tokens: '900', requests: '9' }]);
    expect((await world.imported(['again.json']))[0]).toMatchObject({ imported: 0, updated: 0, duplicates: 1 });
    world.write('late.json', pretty(page(700, 7)));
    expect((await world.imported(['late.json']))[0]).toMatchObject({ updated: 0, duplicates: 1, differing: 1 });
    expect(await stored()).toEqual([{ tokens: '900', requests: '9' }]);
  });

  test('and counts once in one file', async () => {
    world.write('pages.json', `${pretty(page(500, 5))}\n${pretty(page(900, 9))}\n${pretty(page(900, 9))}`);
    expect((await world.imported(['pages.json']))[0]).toMatchObject({
      lines: 3,
      imported: 1,
      duplicates: 1,
      skipped: 1,
    });
    expect(await stored()).toEqual([{ tokens: '900', requests: '9' }]);
  });

  test('is the same bucket in pages and in lines of pages', async () => {
    world.write('pages.json', pretty(page(500, 5)));
    world.write('pages.jsonl', `${JSON.stringify(page(500, 5))}\n`);
    await world.imported(['pages.json']);
    expect((await world.imported(['pages.jsonl']))[0]).toMatchObject({ unit: 'record', imported: 0, duplicates: 1 });
  });

  test('and where somebody gathered the buckets of pages in a list, or in lines', async () => {
    const { data } = page(500, 5);
    world.write('buckets.json', pretty(data));
    world.write('buckets.jsonl', `${JSON.stringify(data[0])}\n`);
    const found = { format: 'openai-usage', unit: 'record', rejected: 0 };
    expect((await world.imported(['buckets.json']))[0]).toMatchObject({ ...found, imported: 1 });
    expect((await world.imported(['buckets.jsonl']))[0]).toMatchObject({ ...found, imported: 0, duplicates: 1 });
    expect(await stored()).toEqual([{ tokens: '500', requests: '5' }]);
  });
});

test('a page of many megabytes on one line is cut up, after lines of other pages as well', async () => {
  const results = Array.from({ length: 40_000 }, (_, number) => ({
    object: 'organization.usage.completions.result',
    input_tokens: 10,
    output_tokens: 1,
    num_model_requests: 1,
    project_id: `project ${number} with a long name, as long as it takes to come to more than eight megabytes`,
    model: 'gpt-4o',
  }));
  const page = (some: object[], day: number) => {
    const start = 1790812800 + day * 86_400;
    const bucket = { object: 'bucket', start_time: start, end_time: start + 86_400, results: some };
    return JSON.stringify({ object: 'page', data: [bucket] });
  };
  const long = page(results, 0);
  expect(long.length).toBeGreaterThan(1 << 23);
  world.write('page.json', long);
  world.write('pages.jsonl', `${page(results.slice(0, 1), 1)}\n${page(results.slice(0, 2), 2)}\n${long}\n`);
  expect((await world.imported(['page.json']))[0]).toMatchObject({ lines: 40_000, imported: 40_000, unit: 'record' });
  expect((await world.imported(['pages.jsonl']))[0]).toMatchObject({ lines: 40_003, imported: 3, duplicates: 40_000 });
});

test('a line that holds several records: they are counted, and the line is named', async () => {
  const result = (uuid: string, modelUsage: Record<string, unknown>) =>
    JSON.stringify({ type: 'result', subtype: 'success', uuid, session_id: 's-1', modelUsage });
  const used = { inputTokens: 100, outputTokens: 10 };
  world.write(
    'run.jsonl',
    `${result('a', { 'claude-haiku-4-5': used, 'claude-sonnet-4-6': used })}\n${result('b', { 'claude-haiku-4-5': { outputTokens: 1 } })}\n`,
  );
  const { out } = await world.llmcost(['import', 'run.jsonl']);
  expect(out).toContain('run.jsonl: claude-agent-sdk, 3 records = 2 imported + 1 rejected\n');
  expect(out).toContain('\n  line 2: modelUsage.inputTokens is missing\n');
});
