import { beforeEach, describe, expect, test } from 'vitest';
import { call, longId, newWorld, type World } from '../import/world.js';

/* The same usage as buckets of a report and call by call: told at the import and in every report. */

let world: World;

beforeEach(async () => {
  world = await newWorld();
});

/** Buckets of OpenAI's usage API, each of one request with 10 tokens of gpt-4o. */
function page(buckets: readonly [start: string, end: string][]): string {
  const seconds = (time: string) => Date.parse(`${time}Z`) / 1000;
  const result = {
    object: 'organization.usage.completions.result',
    input_tokens: 10,
    output_tokens: 0,
    num_model_requests: 1,
    model: 'gpt-4o',
  };
  const data = buckets.map(([start, end]) => ({
    object: 'bucket',
    start_time: seconds(start),
    end_time: seconds(end),
    results: [result],
  }));
  return JSON.stringify({ object: 'page', data });
}

const callAt = (number: number, timestamp: string, more: object = {}) => call(longId(number), { timestamp, ...more });

const SENTENCE =
  'Usage of openai may be counted twice, on 2 days from 2026-10-01 to 2026-10-02: in buckets (openai-usage) and call by call (llmcost-jsonl); --where granularity=call leaves the buckets out, granularity=bucket the calls.';

beforeEach(() => {
  // The second bucket has a day and a half.
  world.write(
    'usage.json',
    page([
      ['2026-10-01T00:00:00', '2026-10-02T00:00:00'],
      ['2026-10-02T00:00:00', '2026-10-03T12:00:00'],
    ]),
  );
  world.write(
    'calls.jsonl',
    [
      callAt(1, '2026-09-30T23:59:59Z'),
      callAt(2, '2026-10-01T10:00:00Z'),
      callAt(3, '2026-10-02T10:00:00Z'),
      callAt(4, '2026-10-04T00:00:00Z'),
      callAt(5, '2026-10-03T01:00:00Z', { model: 'claude-haiku-4-5-20251001' }),
    ].join('\n'),
  );
});

const warningsOf = async (argv: string[]) =>
  (JSON.parse((await world.llmcost([...argv, '--summary', 'json'])).out) as { warnings: string[] }).warnings;

describe('at the import', () => {
  test('the second of the two is warned of, whichever it is', async () => {
    expect(await warningsOf(['import', 'usage.json'])).toEqual([]);
    expect(await warningsOf(['import', 'calls.jsonl'])).toEqual([SENTENCE]);
    await world.llmcost(['imports', 'remove', '1']);
    expect(await warningsOf(['import', 'usage.json'])).toEqual([SENTENCE]);
  });

  test('in words', async () => {
    const { out } = await world.llmcost(['import', 'usage.json', 'calls.jsonl']);
    expect(out).toContain('\n2 files: 7 lines and records = 7 imported\n');
    expect(out.endsWith(`\n${SENTENCE}\n`)).toBe(true);
  });

  test('another provider, other days, other buckets of the same kind: nothing', async () => {
    world.write('more.json', page([['2026-10-05T00:00:00', '2026-10-06T00:00:00']]));
    world.write('other.jsonl', callAt(6, '2026-10-01T10:00:00Z', { provider: 'azure' }));
    expect(await warningsOf(['import', 'usage.json', 'more.json', 'other.jsonl'])).toEqual([]);
  });

  test('two kinds of buckets', async () => {
    const results = [{ uncached_input_tokens: 10, output_tokens: 1, model: 'claude-opus-4-8' }];
    const from = { starting_at: '2026-10-01T00:00:00Z', ending_at: '2026-10-02T00:00:00Z' };
    world.write('report.json', JSON.stringify({ data: [{ ...from, results }] }));
    world.write(
      'tokens.csv',
      'usage_date_utc,model_version,usage_input_tokens_no_cache,usage_output_tokens\n2026-10-01,claude-opus-4-8,10,1\n',
    );
    expect(await warningsOf(['import', 'report.json', 'tokens.csv'])).toEqual([
      'Usage of anthropic may be counted twice, on 2026-10-01: in the buckets of anthropic-usage-csv and of anthropic-usage-report; take one of the imports back: llmcost imports remove.',
    ]);
  });
});

describe('in a report', () => {
  const report = async (...argv: string[]) =>
    JSON.parse((await world.llmcost(['report', '--format', 'json', '--period', 'all', ...argv])).out) as {
      warnings: { code: string; message: string }[];
      totals: { requests: number };
    };

  beforeEach(() => world.imported(['usage.json', 'calls.jsonl']));

  test('of all of it', async () => {
    const { warnings, totals } = await report();
    expect(warnings).toContainEqual({ code: 'counted_twice', message: SENTENCE });
    expect(totals.requests).toBe(7);
  });

  test.each([
    ['granularity=call', 5],
    ['granularity=bucket', 2],
    ['model=claude-haiku-4-5-20251001', 1],
  ])('not where %s', async (where, requests) => {
    const { warnings, totals } = await report('--where', where);
    expect(warnings.filter(({ code }) => code === 'counted_twice')).toEqual([]);
    expect(totals.requests).toBe(requests);
  });
});
