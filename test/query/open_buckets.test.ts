import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import { fakeIo } from '../fake_io.js';

/* Buckets of a day; $10 for a million tokens: $1 on September 29, $2 on September 30, which is imported at noon. */
const cwd = mkdtempSync(join(tmpdir(), 'llmcost-open-'));

async function llmcost(now: string, ...argv: string[]) {
  const io = fakeIo({ cwd, now });
  await main(argv, io);
  return { out: io.out(), err: io.err(), code: io.exitCode() };
}

beforeAll(async () => {
  writeFileSync(
    join(cwd, 'llmcost.yaml'),
    'prices:\n  overrides:\n    - {provider: openai, model: gpt-4o, input: 10, output: 20}\n',
  );
  const day = (date: string, next: string, tokens: number) =>
    `${JSON.stringify({ timestamp: `2026-09-${date}T00:00:00Z`, bucket_end: `2026-${next}T00:00:00Z`, requests: 10, provider: 'openai', model: 'gpt-4o', input_tokens: tokens, output_tokens: 0 })}\n`;
  writeFileSync(join(cwd, 'days.jsonl'), day('29', '09-30', 100_000) + day('30', '10-01', 200_000));
  expect(await llmcost('2026-09-30T12:00:00Z', 'import', 'days.jsonl', '-q')).toMatchObject({ code: 0 });
});

const CHECKED = '2026-10-01T08:00:00Z';

test('a report says which buckets were open', async () => {
  const { out } = await llmcost(CHECKED, 'report', '--format', 'json');
  const { coverage, warnings } = JSON.parse(out);
  expect(coverage).toMatchObject({ data_until: '2026-09-30T00:00:00.000Z', open_until: '2026-10-01T00:00:00.000Z' });
  expect(warnings).toContainEqual(expect.objectContaining({ code: 'open_bucket' }));
  const closed = await llmcost(CHECKED, 'report', '--until', '2026-09-30', '--format', 'json');
  expect(JSON.parse(closed.out).coverage.open_until).toBeNull();
});

test.each([
  // $3 are known, and more may have come: within the limit nothing is decided, above it is.
  ['4 USD', '2026-09-30', 4, 'undecided', 'open'],
  ['2.5 USD', '2026-09-30', 1, 'breach', null],
  // A limit that has to be reached can only be reached further.
  ['at least 2 USD', '2026-09-30', 0, 'ok', null],
  ['at least 4 USD', '2026-09-30', 4, 'undecided', 'open'],
  // At three in the afternoon of the day itself it is what was used so far.
  ['4 USD', '2026-09-30T15:00:00Z', 0, 'ok', null],
  // The day before was over.
  ['4 USD', '2026-09-29', 0, 'ok', null],
])('a budget of %s as of %s ends with %i', async (limit, at, code, verdict, reason) => {
  const options = ['--limit', limit, '--period', 'month', '--at', at, '--all', '--format', 'json'];
  const checked = await llmcost(CHECKED, 'budget-check', ...options);
  expect(JSON.parse(checked.out).rows[0]).toMatchObject({ verdict, reason });
  expect(checked.code).toBe(code);
});
