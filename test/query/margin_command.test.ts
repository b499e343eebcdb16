import { expect, test } from 'vitest';
import { call, longId, newWorld } from '../import/world.js';

test('from files and llmcost.yaml to an answer in every form, with remedies for what cannot be asked', async () => {
  const world = await newWorld();
  // 100,000 input and 10,000 output tokens of gpt-4o: 0.25 + 0.10 USD
  const used = { input_tokens: 100_000, output_tokens: 10_000 };
  world.write(
    'calls.jsonl',
    [call(longId(1), { ...used, customer: 'acme' }), call(longId(2), { ...used, customer: '=cmd|x' })].join('\n'),
  );
  world.write('sales.csv', 'customer,month,amount,currency\n=cmd|x,2026-10,0.20,usd\nghost,2026-10,2,EUR\n');
  world.write('llmcost.yaml', 'plans: {pro: 1 USD/month}\ncustomers: {acme: pro}\n');
  await world.imported(['calls.jsonl', 'sales.csv']);
  const { out, err, code } = await world.llmcost(['margin', '--period', '2026-10-01', '--format', 'markdown']);
  expect({ err, code }).toEqual({ err: expect.stringContaining('note: Revenue in EUR is listed apart'), code: 0 });
  // A day of 31: 1 ÷ 31 = 0.03225…, and 0.2 ÷ 31 = 0.00645…
  expect(out.split('\n').slice(0, 6)).toEqual([
    '2026-10-01 → 2026-10-02 (UTC)',
    '',
    '| customer | revenue | cost | margin | margin % | cost % |  | negative from |',
    '| --- | ---: | ---: | ---: | ---: | ---: | --- | ---: |',
    '| =cmd\\|x | $0.006452 | $0.35 | -$0.34 | -5,325.00% | 5,425.00% | underwater | 2026-10-01 |',
    '| acme | $0.03 | $0.35 | -$0.32 | -985.00% | 1,085.00% | underwater |  |',
  ]);
  const month = ['margin', '--period', '2026-10', '--tz', 'UTC'];
  // Up to now: 0.2 × 14.5 ÷ 31
  const csv = await world.llmcost([...month, '--format', 'csv', '-q']);
  expect(csv.out).toContain(
    "group,'=cmd|x,0.093548387096774194,0.350000000000000000,exact,true,-0.256451612903225806,",
  );
  // CSV has no line for what is in another currency: it is told beside it.
  expect((await world.llmcost([...month, '--format', 'csv'])).err).toContain(
    'note: not converted: EUR 0.94 of ghost\n',
  );
  const json = JSON.parse((await world.llmcost([...month, '--format', 'json', '-q'])).out);
  expect(json).toMatchObject({
    schema: 'llmcost.margin/1',
    query: { by: 'customer', until: '2026-10-15T12:00:00.000Z', target: null },
    currency: 'USD',
    // 14.5 of the 31 days are over: 0.467741935483870968 + 0.093548387096774194
    totals: { revenue: '0.561290322580645162', cost: '0.700000000000000000', margin: '-0.138709677419354838' },
    not_converted: [{ customer: 'ghost', currency: 'EUR', amount: '0.935483870967741935' }],
  });
  expect(await world.llmcost(['margin', '--target', '100%'])).toEqual({
    out: '',
    err: "llmcost: --target '100%' is not a margin.\nWrite a percentage from 0% to 99.99%, for example --target 70%.\n",
    code: 2,
  });
  world.write('llmcost.yaml', 'customers: {acme: pro}\n');
  expect(await world.llmcost(['margin'])).toEqual({
    out: '',
    err: "llmcost: llmcost.yaml:1: customers.acme: there is no plan 'pro'.\nThere is no section plans yet.\n",
    code: 2,
  });
  // An import that is taken back takes its revenue along.
  await world.llmcost(['imports', 'remove', '2']);
  world.write('llmcost.yaml', '');
  const after = await world.llmcost(['margin', '--period', '2026-10', '--format', 'csv', '-q']);
  expect(after.out).toContain('total,total,0.000000000000000000,0.700000000000000000,exact,true,');
});
