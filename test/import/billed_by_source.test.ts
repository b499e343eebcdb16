import { expect, test } from 'vitest';
import { call, newWorld } from './world.js';

/** Calls that cost $0.00035 each: 100 × $2.50 and 10 × $10 a million. */
const CALLS = [
  call('exact', { billed_cost: 0.00035 }),
  call('rounded', { billed_cost: '0.0003504' }),
  call('double', { billed_cost: 0.0007 }),
  call('euro', { billed_cost: 0.0007, billed_currency: 'eur' }),
  call('silent'),
  call('unknown', { model: 'no-such-model', billed_cost: 0.01 }),
];

test('what the source billed is compared with the cost at every import', async () => {
  const world = await newWorld();
  world.write('calls.jsonl', `${CALLS.join('\n')}\n`);
  const { out } = await world.llmcost(['import', 'calls.jsonl']);
  // $0.00035 − $0.0007. 0.0003504 is within a millionth of a dollar; another currency is no witness.
  expect(out).toContain(
    'billed by the source: 4 calls, 2 agree within 0.1 %, 1 without a price, 1 differs by -$0.0003500: llmcost report --where agreement=differs, llmcost why double\n',
  );
  world.write('more.jsonl', `${call('later', { billed_cost: 0.00035 })}\n${call('free', { billed_cost: null })}\n`);
  const { out: json } = await world.llmcost(['import', 'more.jsonl', '--summary', 'json']);
  expect(JSON.parse(json).billed_by_source).toEqual({
    calls: 1,
    agree: 1,
    differ: 0,
    unpriced: 0,
    difference: '0.000000000000000000',
    furthest: null,
  });
});

test('agreement is a dimension, billed and difference are metrics', async () => {
  const world = await newWorld();
  world.write('calls.jsonl', `${CALLS.join('\n')}\n`);
  await world.imported(['calls.jsonl']);
  const report = ['report', '--by', 'agreement', '--metrics', 'requests,billed,difference', '--format', 'json'];
  const { rows, totals: total } = JSON.parse((await world.llmcost(report)).out);
  const short = rows.map(({ group, requests, billed, difference }: Record<string, unknown> & { group: object }) => [
    ...Object.values(group),
    requests,
    billed === null ? null : Number(billed),
    difference === null ? null : Number(difference),
  ]);
  expect(short.toSorted()).toEqual([
    [null, 2, null, null],
    ['agrees', 2, 0.0007004, -0.0000004],
    ['differs', 1, 0.0007, -0.00035],
    ['unpriced', 1, 0.01, null],
  ]);
  expect([Number(total.billed), Number(total.difference)]).toEqual([0.0114004, -0.0003504]);
  const differs = await world.llmcost(['report', '--where', 'agreement=differs', '--format', 'csv', '-q']);
  expect(differs.out.trim().split('\n')).toHaveLength(3);
});
