import { expect, test } from 'vitest';
import { call, longId, newWorld } from '../import/world.js';

test('percentages are grouped by thousands', async () => {
  const world = await newWorld();
  // gpt-4o: 1,000 input tokens are $0.0025, 500,000 are $1.25, 10 output tokens $0.0001: 1.2475 ÷ 0.0026
  const used = (id: number, day: string, input_tokens: number) =>
    call(longId(id), { timestamp: `2026-10-${day}T10:00:00Z`, input_tokens });
  world.write('calls.jsonl', [used(1, '01', 1000), used(2, '08', 500_000)].join('\n'));
  await world.imported(['calls.jsonl']);
  const { out } = await world.llmcost(['explain', '--day', '2026-10-08']);
  expect(out).toContain('Cost rose by $1.25 (+47,980.77%), from $0.0026 to $1.25.');
});

test('a day against the week before, in every form, with remedies for what cannot be compared', async () => {
  const world = await newWorld();
  // gpt-4o: 100,000 input tokens are $0.25; 10 output tokens $0.0001.
  const used = (id: number, day: string, more: Record<string, unknown> = {}) =>
    call(longId(id), { timestamp: `2026-10-${day}T10:00:00Z`, input_tokens: 100_000, customer: 'a|b', ...more });
  const lines = ['01', '02', '03', '04', '05', '06', '07', '08'].map((day, id) => used(id, day));
  world.write('calls.jsonl', [...lines, used(20, '08', { customer: 'new' })].join('\n'));
  await world.imported(['calls.jsonl']);
  const asked = (...argv: string[]) => world.llmcost(['explain', ...argv]);

  const { out, err, code } = await asked('--day', '2026-10-08', '--format', 'markdown');
  expect({ err, code }).toEqual({ err: '', code: 0 });
  expect(out.split('\n').slice(0, 10)).toEqual([
    '2026-10-08 → 2026-10-09 against 2026-10-01 → 2026-10-02 (UTC)',
    '',
    'Cost rose by $0.25 (+100.00%), from $0.25 to $0.50.',
    'More requests of single customers: +$0.25, all of it customer new (0 → 1 requests).',
    'It shows most at 2026-10-08 10:00: $0.25 above the usual, most of it of customer new on gpt-4o.',
    '',
    '| part | change | % |  |',
    '| --- | ---: | ---: | --- |',
    '| before | $0.25 |  |  |',
    '| more requests of single customers | +$0.25 | +100.00% | cause |',
  ]);
  const csv = await asked('--day', '2026-10-08', '--format', 'csv');
  expect(csv.out.split('\r\n')).toEqual([
    'kind,effect,name,amount,stands_out',
    'before,,,0.250100000000000000,',
    'part,volume,,0.000000000000000000,false',
    'part,customer_mix,,0.250100000000000000,true',
    'customer,customer_mix,new,0.250100000000000000,',
    'feature,customer_mix,(none),0.250100000000000000,',
    'model,customer_mix,gpt-4o,0.250100000000000000,',
    ...['feature_mix', 'model_mix', 'prompt_length', 'caching', 'output_length', 'other_units', 'price', 'retries'].map(
      (effect) => `part,${effect},,0.000000000000000000,false`,
    ),
    'change,,,0.250100000000000000,',
    'after,,,0.500200000000000000,',
    'peak,,2026-10-08 10:00,0.250100000000000000,',
    '',
  ]);
  const week = JSON.parse((await asked('--format', 'json', '--since', '2026-10-08', '--until', '2026-10-09')).out);
  expect(week).toMatchObject({ schema: 'llmcost.explain/1', change: '0.250100000000000000' });

  for (const [argv, message] of [
    [['--day', 'monday'], "--day 'monday' is not a day.\nWrite for example --day 2026-10-14, or --day yesterday."],
    [
      ['--day', '2026-10-08', '--period', '2026-10'],
      '--day cannot be combined with --period, --since or --until.\nUse either the one or the others.',
    ],
    [
      ['--period', '2026-10-08', '--versus', '2026-10'],
      '--versus 2026-10-01 → 2026-11-01 and 2026-10-08 → 2026-10-09 have days in common: they cannot be compared.\nChoose periods that do not overlap.',
    ],
  ] as const) {
    expect(await asked(...argv)).toEqual({ out: '', err: `llmcost: ${message}\n`, code: 2 });
  }
  expect(await asked('--period', '2026-09')).toMatchObject({
    err: 'llmcost: The change cannot be explained: nothing with a price was used in 2026-08-01 → 2026-09-01. Usage ends on 2026-10-08.\nChoose other periods with --period and --versus, or fewer filters.\n',
    code: 4,
  });
});
