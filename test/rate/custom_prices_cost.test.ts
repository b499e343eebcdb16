import { describe, expect, test } from 'vitest';
import { addOwnPrices, type OwnOverride } from '../../src/rate/custom/custom_prices.js';
import { sql } from '../../src/sql.js';
import type { Store } from '../../src/store/store.js';
import { newLife, used } from '../query/life.js';
import { addFactors, addPrices, inMemory, NOW, type PriceRow, settle } from './price_rows.js';

const LIST: PriceRow[] = [
  { dimension: 'input', usd: '3' },
  { dimension: 'input', usd: '6', band: 200_001 },
  { dimension: 'output', usd: '15' },
  { dimension: 'output', usd: '7', tier: 'batch' },
  { dimension: 'web_search_requests', usd: '10000' },
];

function override(more: Partial<OwnOverride>): OwnOverride {
  return {
    provider: 'openai',
    model: 'gpt-x',
    note: null,
    where: 'test',
    effective_from: null,
    effective_to: null,
    dimension: null,
    raw_value: '0.85',
    raw_unit: 'factor',
    service_tier: null,
    region: null,
    ...more,
  };
}

/** Each card in force: since, smallest prompt, then input, output and one search in USD per million. */
async function cards(store: Store): Promise<string[]> {
  const money = (rate: ReturnType<typeof sql>) =>
    sql`coalesce(rtrim(rtrim(cast(cast(${rate} as decimal(38, 18)) * 1000000 as varchar), '0'), '.'), '-')`;
  const rows = await store.rows<{ line: string }>(sql`
    select concat_ws(' ', coalesce(strftime(valid_from, '%Y-%m-%d'), '..'), min_prompt_tokens, ${money(sql`uncached_input`)},
      ${money(sql`text_output`)}, ${money(sql`unit_rates['web_search_requests']`)}) as line
    from rate_card
    where retired_at is null
    order by valid_from nulls first, min_prompt_tokens`);
  return rows.map(({ line }) => line);
}

async function cardsWith(overrides: Partial<OwnOverride>[], tier: string | null = null): Promise<string[]> {
  return inMemory(async (store) => {
    await addPrices(store, LIST);
    for (const one of overrides) await addOwnPrices(store, { kind: 'override', overrides: [override(one)] }, NOW);
    await settle(store, { service_tier: tier });
    return cards(store);
  });
}

describe('what the user says is on the rate card', () => {
  test('a factor on all that is counted in tokens, in every band; searches cost what they cost', async () => {
    // 3, 6 and 15 × 0.85
    expect(await cardsWith([{}])).toEqual(['.. 0 2.55 12.75 10000', '.. 200001 5.1 12.75 10000']);
  });

  test('a factor on one dimension, from a day on', async () => {
    expect(
      await cardsWith([
        { dimension: 'web_search_requests', raw_value: '20', raw_unit: 'percent_off', effective_from: '2026-03-01' },
      ]),
    ).toEqual(['.. 0 3 15 10000', '.. 200001 6 15 10000', '2026-03-01 0 3 15 8000', '2026-03-01 200001 6 15 8000']);
  });

  test('a rate holds for prompts of every size, and no factor touches it', async () => {
    expect(
      await cardsWith([{ dimension: 'input', raw_value: '2.10', raw_unit: 'per_mtok' }, { raw_value: '0.5' }]),
    ).toEqual(['.. 0 2.1 7.5 10000']);
  });

  test('the standard tier is meant unless another is named', async () => {
    const own = { dimension: 'output', raw_unit: 'per_mtok' } as const;
    expect(await cardsWith([{ ...own, raw_value: '14' }], 'batch')).toEqual(['.. 0 3 7 10000', '.. 200001 6 7 10000']);
    expect(await cardsWith([{ ...own, raw_value: '6.5', service_tier: 'batch' }], 'batch')).toEqual([
      '.. 0 3 6.5 10000',
      '.. 200001 6 6.5 10000',
    ]);
    expect(await cardsWith([{ ...own, raw_value: '6.5', service_tier: 'batch' }])).toEqual([
      '.. 0 3 15 10000',
      '.. 200001 6 15 10000',
    ]);
  });

  test('of two factors the newest counts, globs or not', async () => {
    expect(await cardsWith([{ raw_value: '0.9' }, { model: 'gpt-*', provider: null, raw_value: '0.8' }])).toEqual([
      '.. 0 2.4 12 10000',
      '.. 200001 4.8 12 10000',
    ]);
  });

  test('four factors of six places multiply exactly, rounded once', async () => {
    await inMemory(async (store) => {
      await addPrices(store, [{ dimension: 'input', usd: '3' }]);
      await addFactors(store, [
        { kind: 'region', region: 'eu', factor: '1.100001' },
        { kind: 'speed', speed: 'fast', factor: '2.000003' },
        { kind: 'batch', tier: 'batch', factor: '0.500007' },
      ]);
      await addOwnPrices(store, { kind: 'override', overrides: [override({ raw_value: '0.853217' })] }, NOW);
      await settle(store, { region: 'eu', speed: 'fast', service_tier: 'batch' });
      const { rate } = await store.row<{ rate: string }>(
        sql`select cast(uncached_input as varchar) as rate from rate_card`,
      );
      // python3: Decimal(3).scaleb(-6) × 1.100001 × 2.000003 × 0.500007 × 0.853217 = 0.0000028156623017993…, half up at 18 places
      expect(rate).toBe('0.000002815662301799');
    });
  });
});

describe('by command', () => {
  test('a model no list knows, an alias, and what was priced before', async () => {
    const life = newLife();
    await life.refresh('2026-01-31', { 'gpt-x': 1e-6 });
    await life.log(
      'a.jsonl',
      used('gpt-x', '2026-06-01', 1),
      used('in-house', '2026-06-01', 2),
      used('alias-x', '2026-06-01', 3),
    );
    const model = await life.run('pricing', 'override', 'openai/in-house', '--input', '0.20', '--output', '0.60');
    // 100 × $0.20 + 10 × $0.60 per million
    expect(model.err).toBe('note: 1 call that had no price cost $0.00002600 now.\n');
    const alias = await life.run('pricing', 'alias', 'alias-x', 'openai/gpt-x');
    expect(alias.err).toBe('note: 1 call that had no price cost $0.0001100 now.\n');
    const contract = await life.run('pricing', 'override', 'openai/gpt-x', '--discount', '10%');
    expect(contract.err).toBe(
      'note: 2 calls keep the cost they were rated with, $0.0002200; by these prices it would be $0.0001980. To rate them again: llmcost pricing correct\n',
    );
    const before = JSON.parse((await life.report()).out);
    expect(before.totals.cost).toBe('0.000246000000000000');
    await life.run('pricing', 'correct', '--all', '--yes');
    expect(JSON.parse((await life.report()).out).totals.cost).toBe('0.000224000000000000');
    const { out } = await life.run('why', 'req_000000000000000000000001');
    expect(out).toMatch(/^input +0\.000001 each × 0\.9 own +always/m);
    expect((await life.run('why', 'req_000000000000000000000002')).out).toMatch(
      /^input +0\.20 per million +always +\S+ +pricing override \d+$/m,
    );
  });
});
