import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { call, longId, newWorld, type World } from './world.js';

let world: World;

beforeEach(async () => {
  world = await newWorld();
});

const text = (...calls: string[]) => calls.map((line) => `${line}\n`).join('');
const one = call(longId(1));
const two = call(longId(2));
const three = call(longId(3));

/** Imports content under a name; what became of its lines, in one text. */
async function becomes(name: string, content: string | Uint8Array, ...options: string[]): Promise<string> {
  world.write(name, content);
  const [file] = await world.imported([name, ...options]);
  if (file === undefined || file.status !== 'imported') return String(file?.status);
  const { imported, duplicates, updated, rejected, lines } = file;
  expect(lines).toBe(imported + duplicates + updated + file.skipped + rejected);
  return `${imported} new, ${duplicates} known, ${updated} grown`;
}

/** Requests and cost of everything. A call of `call` is 100 × $2.50 and 10 × $10 per million: $0.00035. */
async function total(): Promise<[requests: number, cost: string]> {
  const { totals } = JSON.parse((await world.llmcost(['report', '--format', 'json'])).out);
  return [Number(totals.requests), String(totals.cost).replace(/0+$/, '')];
}

describe('the same calls in another file', () => {
  beforeEach(async () => {
    expect(await becomes('calls.jsonl', text(one, two))).toBe('2 new, 0 known, 0 grown');
  });

  test.each<[string, string, string | Uint8Array, string]>([
    ['the very same file', 'calls.jsonl', text(one, two), 'unchanged'],
    ['another name', 'copy.jsonl', text(one, two), '0 new, 2 known, 0 grown'],
    ['packed', 'calls.jsonl.gz', gzipSync(text(one, two)), '0 new, 2 known, 0 grown'],
    ['another order, twice', 'calls.jsonl', text(two, one, one), '0 new, 3 known, 0 grown'],
    [
      'as CSV',
      'calls.csv',
      `timestamp,model,input_tokens,output_tokens,request_id\n${[1, 2].map((n) => `2026-10-01 10:00,gpt-4o,100,10,${longId(n)}\n`).join('')}`,
      '0 new, 2 known, 0 grown',
    ],
    ['a part of it', 'part.jsonl', text(two), '0 new, 1 known, 0 grown'],
  ])('%s', async (_, name, content, answer) => {
    expect(await becomes(name, content)).toBe(answer);
    expect(await total()).toEqual([2, '0.0007']);
  });

  test('appended to: the new call only', async () => {
    expect(await becomes('calls.jsonl', text(one, two, three))).toBe('1 new, 2 known, 0 grown');
    expect(await total()).toEqual([3, '0.00105']);
  });

  test('appended to while a line is half written: it comes with the next import', async () => {
    expect(await becomes('calls.jsonl', text(one, two) + three.slice(0, 40))).toBe('0 new, 2 known, 0 grown');
    expect(await becomes('calls.jsonl', text(one, two, three))).toBe('1 new, 2 known, 0 grown');
    expect(await total()).toEqual([3, '0.00105']);
  });

  test('overlapping files, in any order', async () => {
    expect(await becomes('b.jsonl', text(two, three))).toBe('1 new, 1 known, 0 grown');
    expect(await becomes('c.jsonl', text(three, one, call(longId(4))))).toBe('1 new, 2 known, 0 grown');
    expect(await total()).toEqual([4, '0.0014']);
  });

  test('read with other settings it would be counted anew: refused, with the way out', async () => {
    const { out, code } = await world.llmcost(['import', 'calls.jsonl', '--set', 'environment=prod']);
    expect(code).toBe(3);
    expect(out).toContain('To read it anew: llmcost imports remove 1, then import it again.');
    expect(await total()).toEqual([2, '0.0007']);
  });

  test('a call that has grown takes the place of its earlier state, whichever comes first', async () => {
    // 10 more output tokens: $0.0001.
    expect(await becomes('later.jsonl', text(call(longId(2), { output_tokens: 20 })))).toBe('0 new, 0 known, 1 grown');
    expect(await total()).toEqual([2, '0.0008']);
    expect(await becomes('old.jsonl', text(two))).toBe('0 new, 1 known, 0 grown');
    expect(await total()).toEqual([2, '0.0008']);
  });
});

test('the same call from a gateway and from the application, in two formats', async () => {
  const id = 'chatcmpl-D1aQ7mZxW0sVbN3tKpYcJ4uHfLgRe';
  const usage = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 };
  const answer = { id, object: 'chat.completion', created: 1_790_848_800, model: 'gpt-4o', choices: [], usage };
  expect(await becomes('application.jsonl', text(JSON.stringify(answer)))).toBe('1 new, 0 known, 0 grown');
  // Of two states that tell as much one stays, whichever came first: here that of the gateway.
  expect(await becomes('gateway.jsonl', text(call(id)))).toBe('0 new, 0 known, 1 grown');
  expect(await total()).toEqual([1, '0.00035']);
  expect(await becomes('again.jsonl', text(JSON.stringify(answer)))).toBe('0 new, 1 known, 0 grown');
  expect(await total()).toEqual([1, '0.00035']);
});

describe('calls without an id', () => {
  const nameless = call(null);

  test('equal ones in a file are as many calls; the file again is none more', async () => {
    expect(await becomes('calls.jsonl', text(nameless, nameless, nameless))).toBe('3 new, 0 known, 0 grown');
    expect(await becomes('copy.jsonl', text(nameless, nameless, nameless))).toBe('0 new, 3 known, 0 grown');
    expect(await total()).toEqual([3, '0.00105']);
  });

  test('one more equal call at the end of a log is one more', async () => {
    await becomes('calls.jsonl', text(nameless, nameless));
    expect(await becomes('calls.jsonl', text(nameless, nameless, nameless))).toBe('1 new, 2 known, 0 grown');
    expect(await total()).toEqual([3, '0.00105']);
  });

  test('what differs in anything is another call', async () => {
    const others = [
      { customer: 'acme' },
      { latency_ms: 5 },
      { timestamp: '2026-10-01T10:00:01Z' },
      { tags: { a: 'b' } },
    ];
    expect(await becomes('calls.jsonl', text(nameless, ...others.map((more) => call(null, more))))).toBe(
      '5 new, 0 known, 0 grown',
    );
    expect(await total()).toEqual([5, '0.00175']);
  });
});

describe('ids that are short', () => {
  test('the same id at another time or with other counts is another call', async () => {
    const lines = text(
      call('chatcmpl-7'),
      call('chatcmpl-7', { timestamp: '2026-10-01T11:00:00Z' }),
      call('chatcmpl-7', { output_tokens: 0 }),
    );
    expect(await becomes('calls.jsonl', lines)).toBe('3 new, 0 known, 0 grown');
    expect(await becomes('copy.jsonl', lines)).toBe('0 new, 3 known, 0 grown');
    // The third: 100 × $2.50 per million.
    expect(await total()).toEqual([3, '0.00095']);
  });

  test('the same in everything is a copy', async () => {
    expect(await becomes('calls.jsonl', text(call('chatcmpl-7'), call('chatcmpl-7')))).toBe('1 new, 1 known, 0 grown');
  });
});

test('retries carry the id of the first try: each of them counts', async () => {
  const tries = [1, 2, 3].map((attempt) => call(longId(1), { attempt }));
  expect(await becomes('calls.jsonl', text(...tries, ...tries))).toBe('3 new, 3 known, 0 grown');
  expect(await total()).toEqual([3, '0.00105']);
});

test('a day of a report, imported again and beside the next one', async () => {
  const day = (number: number) =>
    call(null, {
      timestamp: `2026-10-0${number}T00:00:00Z`,
      bucket_end: `2026-10-0${number + 1}T00:00:00Z`,
      requests: 7,
    });
  expect(await becomes('week.jsonl', text(day(1), day(2)))).toBe('2 new, 0 known, 0 grown');
  expect(await becomes('more.jsonl', text(day(2), day(3)))).toBe('1 new, 1 known, 0 grown');
  expect(await total()).toEqual([21, '0.00105']);
});
