import { beforeAll, expect, test } from 'vitest';
import { call, longId, newWorld, type World } from '../import/world.js';

let world: World;

/** Two calls of gpt-4o-mini ($0.15 and $0.60) and one of gpt-4.1 ($2 and $8): 0.00075 × 2 + 0.01. */
beforeAll(async () => {
  world = await newWorld();
  const small = { model: 'gpt-4o-mini', input_tokens: 1000, output_tokens: 1000, customer: 'acme', feature: 'chat' };
  const large = {
    model: 'gpt-4.1-2025-04-14',
    input_tokens: 1000,
    output_tokens: 1000,
    customer: 'globex',
    feature: 'search',
  };
  world.write('calls.jsonl', [call(longId(1), small), call(longId(2), small), call(longId(3), large)].join('\n'));
  await world.imported(['calls.jsonl']);
});

const simulate = (...argv: string[]) => world.llmcost(['simulate', ...argv]);

test('a swap as a table, CSV, Markdown and JSON', async () => {
  // gpt-4.1-mini: 1,000 × $0.40 + 1,000 × $1.60 = 0.002
  const swap = ['--swap', 'gpt-4.1=gpt-4.1-mini', '--by', 'customer'];
  const { out, err, code } = await simulate(...swap);
  expect([code, err]).toEqual([0, '']);
  expect(out.split('\n').slice(0, 6)).toEqual([
    'all time (UTC) · 3 requests · gpt-4.1 → gpt-4.1-mini',
    '',
    'customer  requests  moved     before      after      change  change %',
    'globex           1      1      $0.01  $0.002000  -$0.008000   -80.00%',
    'acme             2      0  $0.001500  $0.001500       $0.00     0.00%',
    'total            3      1      $0.01  $0.003500  -$0.008000   -69.57%',
  ]);
  expect(out).toContain(
    'gpt-4.1 → gpt-4.1-mini: openai/gpt-4.1-mini, 1 request, 100.00% of requests and 100.00% of their cost fit',
  );
  expect(out).toContain('taken: one tokenizer on both sides: tokens are counted as logged');
  // (2 × 126.64 + 137.32) ÷ 3 and (2 × 126.64 + 135.62) ÷ 3: each call counts the same.
  expect(out).toContain(
    'Epoch Capabilities Index as of 2026-08-11: 130.2 (100% scored) before, 129.6 (100% scored) after',
  );
  expect((await simulate(...swap, '--format', 'csv')).out).toBe(
    [
      'kind,customer,requests,moved,before,after,after_low,after_high,change,change_percent,revenue,margin_before,margin_after',
      'group,globex,1,1.00,0.010000000000000000,0.002000000000000000,0.002000000000000000,0.002000000000000000,-0.008000000000000000,-80.00,,,',
      'group,acme,2,0.00,0.001500000000000000,0.001500000000000000,0.001500000000000000,0.001500000000000000,0.000000000000000000,0.00,,,',
      'total,,3,1.00,0.011500000000000000,0.003500000000000000,0.003500000000000000,0.003500000000000000,-0.008000000000000000,-69.57,,,',
      '',
    ].join('\r\n'),
  );
  const markdown = (await simulate(...swap, '--format', 'markdown')).out;
  expect(markdown).toContain('| customer | requests | moved | before | after | change | change % |');
  expect(markdown).toContain(
    '| **total** | **3** | **1** | **$0.01** | **$0.003500** | **-$0.008000** | **-69.57%** |',
  );
  const json = JSON.parse((await simulate(...swap, '--format', 'json')).out);
  expect(json).toMatchObject({
    schema: 'llmcost.simulate/1',
    mode: 'swap',
    currency: 'USD',
    totals: { after: '0.003500000000000000' },
  });
});

test('a policy of routes', async () => {
  world.write(
    'routes.yaml',
    'routes:\n  - from: gpt-4o-mini\n    where: feature=chat\n    to:\n      - model: gpt-4.1-nano\n        share: 50\n  - where: feature=search\n    to: gpt-4.1-mini\n',
  );
  // nano: 1,000 × $0.10 + 1,000 × $0.40 = 0.0005: half of two calls at 0.00075 go there
  const { out } = await simulate('--routes', 'routes.yaml', '--by', 'feature', '--format', 'json');
  const { rows, totals } = JSON.parse(out);
  expect(
    rows.map(({ group, moved, after }: { group: { feature: string }; moved: string; after: string }) => [
      group.feature,
      moved,
      after,
    ]),
  ).toEqual([
    ['search', '1.00', '0.002000000000000000'],
    ['chat', '1.00', '0.001250000000000000'],
  ]);
  expect(totals.after).toBe('0.003250000000000000');
});

test('all models: JSON has every one, CSV a line for each, the table its blocks', async () => {
  const all = ['--all', '--provider', 'openai,anthropic'];
  const { rows, scores, today } = JSON.parse((await simulate(...all, '--format', 'json')).out);
  const lines = (await simulate(...all, '--format', 'csv')).out.trim().split('\r\n');
  expect(lines).toHaveLength(rows.length + 1);
  expect(rows.length).toBeGreaterThan(80);
  expect(scores).toMatchObject({ name: 'eci', as_of: '2026-08-11', licence: 'CC BY 4.0' });
  expect(today.cost).toBe('0.011500000000000000');
  const { out } = await simulate(...all, '--top', '2');
  expect(out).toContain('frontier: nothing as cheap is as good');
  expect(out).toContain('unscored: by cost, not ranked (2 of ');
  expect(out).toContain('Published online at epoch.ai. CC BY 4.0.');
});

test.each([
  [
    [],
    'Nothing is asked. Say what to try: --all, --swap gpt-4o=gpt-4o-mini, --batch, --cache-hit 60, --price-book 2026-10-01 or --scale 2x.',
  ],
  [['--swap', 'gpt-4o'], "--swap 'gpt-4o' does not name two models.\nWrite --swap gpt-4o=gpt-4o-mini."],
  [
    ['--swap', 'gpt-4o-mini=gpt-4o-mnii'],
    'gpt-4o-mnii cannot be simulated: no price list has a model of this name from this provider.\nDid you mean gpt-4o-mini? See which there are: llmcost pricing list, or give it a price: llmcost pricing override',
  ],
  [
    ['--swap', 'gpt-4o-mini=nothing-like-it'],
    'nothing-like-it cannot be simulated: no price list has a model of this name.\nSee which there are: llmcost pricing list, or give it a price: llmcost pricing override',
  ],
  [
    ['--swap', 'o3=gpt-4o-mini'],
    'No usage in scope is on o3.\nIt is on: openai/gpt-4.1-2025-04-14, openai/gpt-4o-mini.',
  ],
  [
    ['--all', '--batch'],
    '--all cannot be combined with --swap, --routes, --batch or --scale.\nAsk one after the other.',
  ],
  [
    ['--routes', 'r.yaml', '--batch'],
    '--routes cannot be combined with --swap or --batch.\nWrite them as rules of the file.',
  ],
  [
    ['--cache-hit', '120'],
    "--cache-hit '120' is not a share of the prompt.\nUse 0 to 100, for example --cache-hit 60%.",
  ],
  [
    ['--scale', 'much'],
    "--scale 'much' is not a growth.\nWrite --scale 2.5x, or --scale customer=acme:3x for one customer.",
  ],
  [
    ['--scale', '2', '--output-factor', 'x'],
    "--output-factor 'x' is not a factor.\nUse a number below 1000 with up to 4 decimals, for example --output-factor 1.25.",
  ],
  [
    ['--scale', '2', '--token-ratio', 'a=b'],
    "--token-ratio 'a=b' is not a ratio of two models.\nWrite --token-ratio gpt-4o=claude-sonnet-4-6:1.17: the second makes 1.17 tokens of one of the first.",
  ],
  [
    ['--all', '--min-quality', 'good'],
    "--min-quality 'good' is no score.\nUse a number, 'same' for no less than today, or --min-quality=-3 for 3 below it.",
  ],
  [
    ['--all', '--assume-success', '1'],
    "--assume-success '1' is no rate of success.\nUse 0.01 to 0.99, for example --assume-success 0.9.",
  ],
  [
    ['--all', '--min-fit', 'all'],
    "--min-fit 'all' is no percentage.\nUse a whole number from 0 to 100, for example --min-fit 99.",
  ],
  [
    ['--scale', '2', '--top', '0'],
    "--top '0' is not a number of rows.\nUse a whole number from 1 on, for example --top 10.",
  ],
  [
    ['--all', '--by', 'customer'],
    '--by does nothing together with --all, which looks at all usage in scope.\nAsk for one with --where, for example --where customer=acme.',
  ],
  [
    ['--swap', 'gpt-4.1=gpt-4.1-mini', '--rank', 'cost'],
    '--rank does nothing without --all.\nLeave it out, or rank every model: llmcost simulate --all',
  ],
  [
    ['--all', '--provider', 'openai,opneai'],
    '--provider opneai: no price list has a model of this seller that calls could go to.\nSee who sells what: llmcost pricing list',
  ],
])('%j is told what is wrong with it', async (argv, message) => {
  expect(await simulate(...argv)).toEqual({ out: '', err: `llmcost: ${message}\n`, code: 2 });
});

test('growth is told in the title and among what is taken', async () => {
  const { out } = await simulate('--scale', '2.5x', '--scale', 'customer=acme:3x', '--by', 'customer');
  // 3 × 0.0015 of acme and 2.5 × 0.01 of globex
  expect(out.split('\n').slice(0, 6)).toEqual([
    'all time (UTC) · 3 requests · traffic 2.5x, customer=acme:3x',
    '',
    'customer  requests  moved     before      after     change  change %',
    'globex           1      0      $0.01      $0.03      $0.02   150.00%',
    'acme             2      0  $0.001500  $0.004500  $0.003000   200.00%',
    'total            3      0      $0.01      $0.03      $0.02   156.52%',
  ]);
  expect(out).toContain(
    'taken: 3 times the traffic of acme, 2.5 times the traffic of everybody else: the cost after is that of this traffic, requests are as logged\n',
  );
});

test('without usage in scope nothing can be said: exit code 4', async () => {
  const nothing = {
    out: '',
    err: 'llmcost: No usage with a price is in scope, so there is nothing to simulate.\nWiden --period or --where.\n',
    code: 4,
  };
  for (const what of [['--swap', 'gpt-4.1=gpt-4.1-mini'], ['--all'], ['--batch']]) {
    expect(await simulate(...what, '--period', '2001')).toEqual(nothing);
  }
});

test('files that are not there or say nothing usable', async () => {
  world.write('odd.yaml', 'routes:\n  - where: chat\n    to: gpt-5\n');
  expect((await simulate('--routes', 'odd.yaml')).err).toBe(
    "llmcost: odd.yaml:2: routes[0].where: 'chat' is not a filter.\nWrite dimension=value, for example customer=acme, 'model~gpt-4*', 'feature!=(none)'.\n",
  );
  expect(await simulate('--routes', 'none.yaml')).toMatchObject({
    code: 3,
    err: expect.stringMatching(/^llmcost: The routes none.yaml cannot be read: ENOENT/),
  });
  expect(await simulate('--all', '--quality', 'mmlu')).toEqual({
    out: '',
    err: 'llmcost: There are no scores called mmlu.\nShipped are eci, gpqa, arena, aider; your own: --quality FILE.csv with the columns model,score and, if known, low,high.\n',
    code: 3,
  });
  world.write('own.csv', 'model,score\ngpt-4.1,good\n');
  expect((await simulate('--all', '--quality', 'own.csv')).err).toBe(
    "llmcost: own.csv cannot be used as scores: the score of 'gpt-4.1' is 'good'.\nIt must begin with the line model,score or model,score,low,high; higher is better.\n",
  );
});
