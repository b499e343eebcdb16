import { expect, test } from 'vitest';
import { newLife, used } from './life.js';

interface Diff {
  changes: { model: string; before: string | null; after: string | null }[];
  bill: Record<'models' | 'customers', Change[]> & { totals: Change };
}

interface Change {
  name: string | null;
  requests: number;
  before: string;
  after: string;
  change: string;
  unpriced_before: number;
  unpriced_after: number;
}

/** 110 tokens of gpt-x and gpt-y in June; gpt-x rose from $1 to $5 per million in August, gpt-y was in no list before. */
async function bill(...argv: string[]): Promise<Diff> {
  const life = newLife();
  await life.refresh('2026-01-31', { 'gpt-x': 1e-6 });
  await life.log(
    'a.jsonl',
    used('gpt-x', '2026-06-01', 1),
    used('gpt-x', '2026-06-02', 2),
    used('gpt-y', '2026-06-01', 3),
  );
  await life.refresh('2026-08-01', { 'gpt-x': 5e-6, 'gpt-y': 2e-6 });
  const { out } = await life.run('pricing', 'diff', ...argv, '--on', '2026-06', '--format', 'json');
  return JSON.parse(out) as Diff;
}

test('two days: every call of the period by the prices of the one and of the other', async () => {
  const { changes, bill: on } = await bill('2026-07-01', '2026-09-01');
  expect(changes.filter(({ model }) => model === 'gpt-x').map(({ before, after }) => [before, after])).toEqual([
    ['1', '5'],
    ['1', '5'],
  ]);
  // 2 × 110 × $1 and $5; 110 × $2 for gpt-y, whose first known price holds for all the past.
  expect(on.models).toEqual([
    {
      name: 'openai/gpt-x',
      requests: 2,
      before: '0.000220000000000000',
      after: '0.001100000000000000',
      change: '0.000880000000000000',
      unpriced_before: 0,
      unpriced_after: 0,
    },
    {
      name: 'openai/gpt-y',
      requests: 1,
      before: '0.000220000000000000',
      after: '0.000220000000000000',
      change: '0.000000000000000000',
      unpriced_before: 0,
      unpriced_after: 0,
    },
  ]);
  expect(on.totals.change).toBe('0.000880000000000000');
});

test('two books: each call by the prices that either knew for its own time', async () => {
  const { bill: on } = await bill('1', '2');
  // June stays as it was: gpt-x changed in August. Book 1 did not know gpt-y.
  expect(on.totals).toEqual({
    name: 'total',
    requests: 3,
    before: '0.000220000000000000',
    after: '0.000440000000000000',
    change: '0.000220000000000000',
    unpriced_before: 1,
    unpriced_after: 0,
  });
});
