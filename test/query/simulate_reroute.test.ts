import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parseCondition } from '../../src/query/scope/filter.js';
import type { MovesQuery } from '../../src/query/simulate/answer.js';
import { moves } from '../../src/query/simulate/reroute.js';
import type { MoveRule } from '../../src/query/simulate/routing_rules.js';
import type { Adjustments } from '../../src/query/simulate/scenario.js';
import { rerouteDocument } from '../../src/render/answers/reroute.js';
import { documentAsText } from '../../src/render/table.js';
import { sql } from '../../src/sql.js';
import type { Store } from '../../src/store/store.js';
import { addFactors, addPrices, inMemory, NOW } from '../rate/price_rows.js';
import { addRevenue } from './revenue_rows.js';
import { addCalls, addFacts } from './simulate_rows.js';

const QUALITY = fileURLToPath(new URL('../../quality', import.meta.url));
const PIPE = { columns: undefined, color: false, wide: true };
const PLAIN: Adjustments = { cache: 'keep', reasoning: 'keep', tokenizers: true, content: 'mixed', ownRatios: [] };

type More = Omit<Partial<MovesQuery>, 'adjust'> & { adjust?: Partial<Adjustments> };

function ask(store: Store, rules: readonly MoveRule[], { adjust, ...more }: More = {}) {
  return moves(store, {
    mode: 'swap',
    rules,
    by: ['model'],
    fallback: undefined,
    growth: [],
    top: undefined,
    period: { since: null, until: null, label: 'all time' },
    tz: 'UTC',
    where: [],
    quality: QUALITY,
    now: NOW,
    ...more,
    adjust: { ...PLAIN, ...adjust },
  });
}

const swap = (from: string, model: string, share = 100): MoveRule => ({
  label: `${from} → ${model}`,
  from,
  where: [],
  aims: [{ model, share }],
});

/** USD per million tokens: gpt-5 2 / 10, cache 0.20; gpt-5-mini 0.25 / 2 without a price for the cache; Claude 3 / 15, 0.30, 3.75. */
async function prices(store: Store): Promise<void> {
  const of = (provider: string, model: string, rates: Record<string, string>) =>
    Object.entries(rates).map(([dimension, usd]) => ({ provider, model, dimension, usd }));
  await addPrices(store, [
    ...of('openai', 'gpt-5', { input: '2', output: '10', cache_read: '0.2' }),
    ...of('openai', 'gpt-5-mini', { input: '0.25', output: '2' }),
    ...of('anthropic', 'claude-sonnet-4-5', { input: '3', output: '15', cache_read: '0.3', cache_write: '3.75' }),
    { provider: 'anthropic', model: 'claude-sonnet-4-5', dimension: 'input', usd: '6', band: 117_001 },
  ]);
  await addFactors(store, [{ kind: 'batch', factor: '0.5', tier: 'batch', model: 'gpt-5' }]);
}

test('caches, thinking and lengths: each rule by hand', () =>
  inMemory(async (store) => {
    await prices(store);
    // 10,000 new, 90,000 from the cache, 1,000 visible, 500 thought on gpt-5: 0.02 + 0.018 + 0.01 + 0.005
    await addCalls(store, [{ model: 'gpt-5', fresh: 10_000, read: 90_000, out: 1000, thought: 500 }]);
    const before = '0.053000000000000000';
    const after = async (rule: MoveRule, adjust: Partial<Adjustments> = {}) => {
      const { totals } = await ask(store, [rule], { adjust });
      expect(totals.before).toBe(before);
      return totals.after;
    };
    // No price for the cache: 100,000 × $0.25 + 1,500 × $2
    expect(await after(swap('gpt-5', 'gpt-5-mini'))).toBe('0.028000000000000000');
    // Thinking left out: 1,000 × $2
    expect(await after(swap('gpt-5', 'gpt-5-mini'), { reasoning: 'drop' })).toBe('0.027000000000000000');
    // Twice as long: 2,000 visible, 500 thought
    expect(await after(swap('gpt-5', 'gpt-5-mini'), { outputFactor: '2' })).toBe('0.030000000000000000');
    // 1.17 tokens of Claude for each: 11,700 × $3 + 105,300 × $0.30 + 1,170 × $15 + 500 thought × $15
    expect(await after(swap('gpt-5', 'claude-sonnet-4-5'))).toBe('0.091740000000000000');
    // Nothing cached: 117,000 × $3; the prompt stays one token below the band
    expect(await after(swap('gpt-5', 'claude-sonnet-4-5'), { cache: 'none' })).toBe('0.376050000000000000');
    // Cold: what was read is written at $3.75
    expect(await after(swap('gpt-5', 'claude-sonnet-4-5'), { cache: 'cold' })).toBe('0.455025000000000000');
    // As counted: 10,000 × $3 + 90,000 × $0.30 + 1,500 × $15
    expect(await after(swap('gpt-5', 'claude-sonnet-4-5'), { tokenizers: false })).toBe('0.079500000000000000');
    // The user's own ratio 1.2: 12,000 × $6 + 108,000 × $0.30 + 1,200 × $15 + 500 × $15: the prompt of 120,000 is in the band
    const ownRatios = [{ source: 'gpt-5', target: 'claude-sonnet-4-5', ratio: '1.2' }];
    expect(await after(swap('gpt-5', 'claude-sonnet-4-5'), { ownRatios })).toBe('0.129900000000000000');
    // 60 % from the cache on the same model: 60,000 × $0.20 + 40,000 × $2 + 1,500 × $10
    const stays: MoveRule = { label: 'stays', where: [], aims: [{ model: null, share: 100 }] };
    expect(await after(stays, { cacheHit: 60 })).toBe('0.107000000000000000');
    // In batches: half of all
    expect(await after({ ...stays, tier: 'batch' })).toBe('0.026500000000000000');
    // A quarter of the calls: 0.053 × 0.75 + 0.028 × 0.25
    expect(await after(swap('gpt-5', 'gpt-5-mini', 25))).toBe('0.046750000000000000');
  }));

test('the range of the tokenizer, the break-even, and growth', () =>
  inMemory(async (store) => {
    await prices(store);
    await addCalls(store, [
      { model: 'gpt-5', fresh: 100_000, customer: 'acme' },
      { model: 'gpt-5', fresh: 100_000, customer: 'globex' },
    ]);
    // 1.11, 1.17 and 1.30 tokens for one: 111,000 and 117,000 × $3, but 130,000 × $6, twice
    const answer = await ask(store, [swap('gpt-5', 'claude-sonnet-4-5')]);
    expect(answer.totals).toMatchObject({
      before: '0.400000000000000000',
      after_low: '0.666000000000000000',
      after: '0.702000000000000000',
      after_high: '1.560000000000000000',
      change: '0.302000000000000000',
      change_percent: '75.50',
    });
    // 0.40 ÷ 0.702
    expect(answer.targets[0]).toMatchObject({ break_even: '0.57', fits_percent: '100.00', unsure: 2 });
    expect(answer.targets[0]?.ratios).toEqual([
      { from: 'o200k', low: '1.110', mid: '1.170', high: '1.300', status: 'measured' },
    ]);
    // Three times acme, once and a half all others: 0.6 + 0.3
    const growth = [
      { customer: null, factor: '1.5' },
      { customer: 'acme', factor: '3' },
    ];
    const grown = await ask(store, [], { growth, mode: 'scale', by: ['customer'] });
    expect(grown.rows.map(({ group, after }) => [group.customer, after])).toEqual([
      ['acme', '0.600000000000000000'],
      ['globex', '0.300000000000000000'],
    ]);
  }));

test('rows that do not tell how many requests they are: at least so many, never 0', () =>
  inMemory(async (store) => {
    await prices(store);
    await addCalls(store, [
      { model: 'gpt-5', fresh: 1_000_000, requests: null, customer: 'acme' },
      { model: 'gpt-5', fresh: 1_000_000, requests: null, customer: 'globex' },
      { model: 'gpt-5', fresh: 1_000_000, requests: 7, customer: 'globex' },
    ]);
    const answer = await ask(store, [swap('gpt-5', 'gpt-5-mini')], { by: ['customer'] });
    expect(answer.totals).toMatchObject({ requests: 7, requests_complete: false, before: '6.000000000000000000' });
    expect(answer.warnings.map(({ code }) => code)).toEqual(['unknown_requests']);
    const lines = documentAsText(rerouteDocument(answer), PIPE).split('\n');
    expect(lines.slice(0, 6)).toEqual([
      'all time (UTC) · ≥ 7 requests · gpt-5 → gpt-5-mini',
      '',
      'customer  requests  moved  before  after  change  change %',
      'globex         ≥ 7    ≥ 7   $4.00  $0.50  -$3.50   -87.50%',
      'acme       unknown      –   $2.00  $0.25  -$1.75   -87.50%',
      'total          ≥ 7    ≥ 7   $6.00  $0.75  -$5.25   -87.50%',
    ]);
    const acme = await ask(store, [swap('gpt-5', 'gpt-5-mini')], {
      where: [parseCondition('customer=acme')],
    });
    expect(documentAsText(rerouteDocument(acme), PIPE)).toContain(
      'gpt-5 → gpt-5-mini: openai/gpt-5-mini, calls nobody counted, 100.00% of their cost fit\n',
    );
  }));

test('what does not fit stays, or goes to the fallback; what is not known is not a yes', () =>
  inMemory(async (store) => {
    await prices(store);
    await addFacts(store, [{ model: 'gpt-5-mini', context: 10_000, max_output: 500, tools: false, images: true }]);
    const one = { model: 'gpt-5', fresh: 1000, out: 100 };
    // Each costs 0.003 on gpt-5 and 0.00045 on gpt-5-mini, where not said otherwise.
    await addCalls(store, [
      one,
      { ...one, fresh: 9900 }, // 9,900 + 100 is the window: fits. 0.0208 → 0.002675
      { ...one, fresh: 9901 }, // one too many. 0.020802
      { ...one, out: 501 }, // a longer answer than there is. 0.00701
      { ...one, tools: true }, // known not to work
      { ...one, json: true }, // not known
      { ...one, max_output: 400, fresh: 9600 }, // allowed 400: 9,600 is what is left. 0.0202 → 0.0026
      { ...one, max_output: 400, fresh: 9601 }, // 0.020202
    ]);
    const rule = swap('gpt-5', 'gpt-5-mini');
    const adjust = { assumeAble: true };
    const answer = await ask(store, [rule], { adjust });
    expect(answer.targets[0]).toMatchObject({
      requests: 8,
      fits_percent: '50.00',
      not_fitting: { context: 2, output: 1, tools: 1 },
      unsure: 1,
    });
    // Fit: 0.003 + 0.0208 + 0.003 + 0.0202 of 0.098014: 47.95 %
    expect(answer.targets[0]?.fits_cost_percent).toBe('47.95');
    // 2 × 0.00045 + 0.002675 + 0.0026, and what stays: 0.020802 + 0.00701 + 0.003 + 0.020202
    expect(answer.totals).toMatchObject({
      before: '0.098014000000000000',
      after: '0.057189000000000000',
      moved: '4.00',
    });
    // On the fallback the four cost 1.17 × (0.029703 + 0.0015) + …: 9,901, 1,000, 1,000, 9,601 new at $3 and 100, 501, 100, 100 at $15
    // = 1.17 × (0.064506 + 0.012015) = 0.08952957
    const moved = await ask(store, [rule], { adjust, fallback: 'claude-sonnet-4-5' });
    expect(moved.totals.after).toBe('0.095704570000000000');
    expect(moved.query.fallback).toBe('claude-sonnet-4-5');
    // A call that ran on its model fits it, whatever a list says: half of 0.098014 in batches.
    await addFacts(store, [{ model: 'gpt-5', context: 100, max_output: 10, tools: false }]);
    const batches: MoveRule = { label: 'batches', where: [], aims: [{ model: null, share: 100 }], tier: 'batch' };
    expect((await ask(store, [batches])).totals).toMatchObject({ after: '0.049007000000000000', moved: '8.00' });
  }));

test('first come, first served: a call falls under the first rule that holds', () =>
  inMemory(async (store) => {
    await prices(store);
    await addCalls(store, [
      { model: 'gpt-5', fresh: 1000, feature: 'chat' },
      { model: 'gpt-5', fresh: 1000, feature: 'search', tier: 'batch' },
    ]);
    const chat: MoveRule = {
      ...swap('gpt-*', 'claude-sonnet-4-5'),
      where: [{ text: 'feature=chat', dimension: 'feature', negated: false, glob: false, values: ['chat'] }],
    };
    const answer = await ask(store, [chat, swap('openai/gpt-5', 'gpt-5-mini'), swap('*', 'gpt-5')], {
      by: ['feature'],
    });
    // 1,170 × $3; the batch is not sold by gpt-5-mini: 1,000 × $0.25
    expect(answer.rows.map(({ group, before, after }) => [group.feature, before, after])).toEqual([
      ['chat', '0.002000000000000000', '0.003510000000000000'],
      ['search', '0.001000000000000000', '0.000250000000000000'],
    ]);
    expect(answer.targets.map(({ flags }) => flags.lost_tier)).toEqual([0, 1]);
    expect(answer.warnings).toEqual([{ code: 'idle_rule', message: 'No call falls under the rule * → gpt-5.' }]);
  }));

test('by customer, what is left of revenue before and after', () =>
  inMemory(async (store) => {
    await prices(store);
    await addCalls(store, [
      { model: 'gpt-5', fresh: 1_000_000, customer: 'acme' },
      { model: 'gpt-5', fresh: 1_000_000, customer: 'globex' },
    ]);
    await addRevenue(store, [
      { kind: 'event', names: ['acme'], from: '2026-10-01', amount: '10' },
      { kind: 'event', names: ['nobody'], from: '2026-10-01', amount: '99' },
    ]);
    const terms = { terms: [], aliases: [], rates: [] };
    const october = { since: Date.parse('2026-10-01'), until: Date.parse('2026-11-01'), label: 'October' };
    const more = { by: ['customer'], period: october, terms };
    // $2 before, $0.25 after; nobody used nothing, globex paid nothing.
    const answer = await ask(store, [swap('gpt-5', 'gpt-5-mini')], more);
    expect(
      answer.rows.map(({ group, revenue, margin_before, margin_after }) => [
        group.customer,
        revenue,
        margin_before,
        margin_after,
      ]),
    ).toEqual([
      ['acme', '10.000000000000000000', '8.000000000000000000', '9.750000000000000000'],
      ['globex', null, null, null],
    ]);
    expect(answer.totals).toMatchObject({
      revenue: '10.000000000000000000',
      margin_before: '6.000000000000000000',
      margin_after: '9.500000000000000000',
    });
    expect((await ask(store, [swap('gpt-5', 'gpt-5-mini')], { ...more, by: ['model'] })).totals.revenue).toBeNull();
  }));

test('ratios measured on traces that ran on two models', () =>
  inMemory(async (store) => {
    await prices(store);
    // 20 traces: the ratio is 1.2 in 18 of them, 1.1 in one and 1.3 in one; all prompts are of 1,000 tokens: 24,000 ÷ 20,000.
    const pairs = Array.from({ length: 20 }, (_, n) => [
      { model: 'gpt-5', fresh: 1000, trace: `t${n}` },
      {
        provider: 'anthropic',
        model: 'claude-sonnet-4-5',
        fresh: n === 0 ? 1100 : n === 1 ? 1300 : 1200,
        trace: `t${n}`,
      },
    ]);
    // Percentiles are the 2nd and the 18th of 20: 50,000 ÷ 1,900 and ÷ 300. Two calls on one model in a trace are no pair; an agent's other prompts are none either.
    const agent = Array.from({ length: 20 }, (_, n) => [
      { model: 'gpt-5-mini', fresh: 100 * (n + 1), trace: `a${n}` },
      { model: 'gpt-5', fresh: 50_000, trace: `a${n}` },
    ]);
    const twice = [1, 2, 3].map(() => ({ provider: 'anthropic', model: 'claude-sonnet-4-5', fresh: 9, trace: 'a1' }));
    await addCalls(store, [...pairs, ...agent].flat().concat(twice));
    const answer = await ask(store, [swap('gpt-5', 'claude-sonnet-4-5')], { adjust: { calibrate: true } });
    expect(answer.targets[0]?.ratios).toEqual([
      { from: 'o200k', low: '1.200', mid: '1.200', high: '1.200', status: 'own' },
    ]);
    // gpt-5: 20 × 1,000 and 20 × 50,000 tokens at 1.2 × $3; the others stay: 24,027 × $3 and 21,000 × $0.25
    expect(answer.totals.after).toBe('3.749331000000000000');
    expect(answer.warnings.map(({ code, message }) => [code, message])).toEqual([
      [
        'calibrated',
        'openai/gpt-5 makes 0.833 (0.833–0.833) tokens of one of anthropic/claude-sonnet-4-5, measured on 20 traces of yours.',
      ],
      [
        'not_calibrated',
        'openai/gpt-5-mini and openai/gpt-5 share 20 traces, 47.619 (26.316–166.667): not used, too wide a range for the same prompts.',
      ],
      [
        'calibrated',
        'anthropic/claude-sonnet-4-5 makes 1.200 (1.200–1.200) tokens of one of openai/gpt-5, measured on 20 traces of yours.',
      ],
      [
        'not_calibrated',
        'openai/gpt-5 and openai/gpt-5-mini share 20 traces, 0.021 (0.004–0.036): not used, too wide a range for the same prompts.',
      ],
    ]);
  }));

test('the same calls by other prices: of a day, of a price book, and before there was one', () =>
  inMemory(async (store) => {
    await addPrices(store, [
      { model: 'gpt-5', dimension: 'input', usd: '2', to: '2026-10-01' },
      { model: 'gpt-5', dimension: 'input', usd: '1.5', from: '2026-10-01' },
      { model: 'gpt-5', dimension: 'output', usd: '10' },
      { model: 'gpt-6', dimension: 'input', usd: '5', from: '2026-10-01', to: '2026-11-01' },
      { model: 'gpt-6', dimension: 'input', usd: '4', from: '2026-11-01' },
      { model: 'gpt-6', dimension: 'output', usd: '20', from: '2026-10-01' },
    ]);
    const september = { model: 'gpt-5', fresh: 1_000_000, at: '2026-09-15T00:00:00' };
    await addCalls(store, [september, { ...september, at: '2026-10-15T00:00:00' }]);
    const stays: MoveRule = { label: 'prices', where: [], aims: [{ model: null, share: 100 }] };
    const after = async (rule: MoveRule, adjust: Partial<Adjustments>) => {
      const { totals, targets } = await ask(store, [rule], { adjust });
      expect(totals.before).toBe('3.500000000000000000');
      return [totals.after, targets[0]?.flags.early];
    };
    expect(await after(stays, { at: new Date('2026-09-01') })).toEqual(['4.000000000000000000', 0]);
    expect(await after(stays, { at: new Date('2026-10-20') })).toEqual(['3.000000000000000000', 0]);
    // Not on sale in September: its first price, and the answer says for how many calls.
    expect(await after(swap('gpt-5', 'gpt-6'), {})).toEqual(['10.000000000000000000', 1]);
    // The next book has a lower price; the one before it is still there to be asked.
    await store.run(sql`
      insert into price_revision values (2, timestamp '2026-10-20', 'refresh', 'a test');
      update price_rate set removed_in = 2 where model = 'gpt-5' and usd_per_unit = 0.0000015;
      insert into price_rate
      select * replace (rate_id + 100 as rate_id, 0.000001 as usd_per_unit, 2 as added_in, null as removed_in)
      from price_rate where removed_in = 2`);
    expect(await after(stays, { revision: 1 })).toEqual(['3.500000000000000000', 0]);
    expect(await after(stays, { revision: 2 })).toEqual(['3.000000000000000000', 0]);
    await expect(ask(store, [stays], { adjust: { revision: 3 } })).rejects.toThrow(
      'There is no price book 3 in this database. It has 1 to 2.\nSee which there are: llmcost pricing history',
    );
  }));

test('what a model is not known to be able to do is no fit, unless it is assumed', () =>
  inMemory(async (store) => {
    await prices(store);
    await addCalls(store, [
      { model: 'gpt-5', fresh: 1_000_000, tools: true },
      { model: 'gpt-5', fresh: 1_000_000 },
    ]);
    const one = [swap('gpt-5', 'gpt-5-mini')];
    const unknown = await ask(store, one, { adjust: { tokenizers: false } });
    expect(unknown.totals.after).toBe('2.250000000000000000');
    expect(unknown.targets).toMatchObject([{ fits_percent: '50.00', not_fitting: { tools_unknown: 1 } }]);
    const assumed = await ask(store, one, { adjust: { tokenizers: false, assumeAble: true } });
    expect(assumed.totals.after).toBe('0.500000000000000000');
    expect(assumed.targets).toMatchObject([{ fits_percent: '100.00', not_fitting: {} }]);
    // Nothing is cached and nothing thinks: nothing is assumed of it.
    expect(unknown.adjustments).toEqual(['tokens are counted as logged (--no-token-adjust)']);
  }));

test('growth alone: the bill as it is, and that of the traffic to come', () =>
  inMemory(async (store) => {
    await prices(store);
    await addCalls(store, [{ model: 'gpt-5', fresh: 1_000_000 }]);
    const keep: MoveRule = { label: 'all', where: [], aims: [{ model: null, share: 100 }] };
    const { totals } = await ask(store, [keep], { mode: 'scale', growth: [{ customer: null, factor: '2.5' }] });
    expect([totals.before, totals.after, totals.change]).toEqual([
      '2.000000000000000000',
      '5.000000000000000000',
      '3.000000000000000000',
    ]);
  }));
