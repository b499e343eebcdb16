import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { moves } from '../../src/query/simulate/reroute.js';
import type { MoveRule } from '../../src/query/simulate/routing_rules.js';
import type { Adjustments } from '../../src/query/simulate/scenario.js';
import { CARD_MATCH, COST_USD, PROMPT } from '../../src/rate/rating.js';
import { sql } from '../../src/sql.js';
import type { Store } from '../../src/store/store.js';
import { addFactors, addPrices, inMemory, NOW } from '../rate/price_rows.js';
import { addCalls, addFacts, type Call } from './simulate_rows.js';

const QUALITY = fileURLToPath(new URL('../../quality', import.meta.url));

const PLAIN: Adjustments = {
  cache: 'keep',
  reasoning: 'keep',
  tokenizers: true,
  assumeAble: true,
  content: 'mixed',
  ownRatios: [],
};

function ask(
  store: Store,
  rules: readonly MoveRule[],
  more: { adjust?: Partial<Adjustments>; by?: string[]; fallback?: string } = {},
) {
  return moves(store, {
    mode: 'swap',
    rules,
    by: more.by ?? ['customer'],
    fallback: more.fallback,
    growth: [],
    top: undefined,
    period: { since: null, until: null, label: 'all time' },
    tz: 'UTC',
    where: [],
    adjust: { ...PLAIN, ...more.adjust },
    quality: QUALITY,
    now: NOW,
  });
}

/** Numbers that look random and are the same every time: a linear congruential generator. */
function dice(seed: number) {
  let state = seed;
  return (sides: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor(state / 65_536) % sides;
  };
}

/** 1,200 calls of four models with everything that decides a price: bands, dates, hours, tiers, caches, units, failures. */
function randomCalls(): Call[] {
  const roll = dice(7);
  const some = (share: number, amount: () => number) => (roll(100) < share ? { amount: amount() } : undefined);
  return Array.from({ length: 1200 }, (): Call => {
    const units = some(8, () => roll(4000) + 1);
    const audio = some(5, () => roll(900) + 1);
    const read = some(50, () => roll(90_000));
    const models = [
      ['openai', 'gpt-x'],
      ['openai', 'gpt-y'],
      ['anthropic', 'claude-sonnet-4-5'],
      ['google', 'gemini-z'],
    ];
    const [provider = '', model = ''] = models[roll(4)] ?? [];
    return {
      provider,
      model,
      at: `2026-${roll(2) === 0 ? '09' : '10'}-${String(roll(28) + 1).padStart(2, '0')}T${String(roll(24)).padStart(2, '0')}:${String(roll(60)).padStart(2, '0')}:00`,
      fresh: roll(60_000),
      out: roll(6000),
      customer: `c${roll(5)}`,
      ...(read === undefined ? {} : { read: read.amount }),
      ...(roll(4) === 0 ? { write: roll(5000) } : {}),
      ...(roll(9) === 0 ? { write1h: roll(5000) } : {}),
      ...(roll(3) === 0 ? { thought: roll(3000) } : {}),
      ...(roll(6) === 0 ? { tier: 'batch' } : {}),
      ...(roll(9) === 0 ? { status: 'error', fresh: 0, out: 0, read: 0 } : {}),
      ...(roll(20) === 0 ? { cached_by_gateway: true } : {}),
      ...(roll(15) === 0 ? { requests: roll(9) + 2 } : {}),
      ...(roll(6) === 0 ? { max_output: 4096 } : {}),
      ...(roll(7) === 0 ? { tools: true } : {}),
      ...(units === undefined
        ? {}
        : { units: { input_audio_seconds: units.amount / 1000, web_search_requests: roll(3) } }),
      ...(audio === undefined ? {} : { units: { input_audio_tokens: audio.amount } }),
    };
  });
}

async function randomWorld(store: Store): Promise<void> {
  const priced = (provider: string, model: string, input: string, output: string) => [
    { provider, model, dimension: 'input', usd: input },
    { provider, model, dimension: 'output', usd: output },
    { provider, model, dimension: 'web_search_requests', usd: '10000' },
    { provider, model, dimension: 'input_audio_seconds', usd: '107.3333' },
  ];
  await addPrices(store, [
    ...priced('openai', 'gpt-x', '2.5', '10').slice(1),
    { dimension: 'input', usd: '2.5', to: '2026-10-01' },
    { dimension: 'input', usd: '2.1', from: '2026-10-01' },
    { dimension: 'input', usd: '4.2', band: 64_000 },
    { dimension: 'cache_read', usd: '0.25' },
    ...priced('openai', 'gpt-y', '0.15', '0.6'),
    ...priced('anthropic', 'claude-sonnet-4-5', '3', '15'),
    { provider: 'anthropic', model: 'claude-sonnet-4-5', dimension: 'cache_read', usd: '0.3' },
    { provider: 'anthropic', model: 'claude-sonnet-4-5', dimension: 'cache_write', usd: '3.75' },
    { provider: 'anthropic', model: 'claude-sonnet-4-5', dimension: 'cache_write_1h', usd: '6' },
    { provider: 'anthropic', model: 'claude-sonnet-4-5', dimension: 'input', usd: '6', band: 90_000 },
    { provider: 'anthropic', model: 'claude-sonnet-4-5', dimension: 'output', usd: '22.5', band: 90_000 },
    ...priced('google', 'gemini-z', '0.3', '2.5'),
    { provider: 'google', model: 'gemini-z', dimension: 'input', usd: '0.12', hours: '16:30-00:30' },
    { provider: 'google', model: 'gemini-z', dimension: 'reasoning', usd: '3.5' },
  ]);
  await addFactors(store, [{ kind: 'batch', factor: '0.5', tier: 'batch' }]);
  await addFacts(store, [
    { model: 'gpt-x', context: 128_000, max_output: 4096, tools: true, images: true, json: true },
    { model: 'gpt-y', context: 64_000, max_output: 16_384, tools: false },
    { provider: 'anthropic', model: 'claude-sonnet-4-5', context: 100_000, max_output: 8000, tools: true },
  ]);
  await addCalls(store, randomCalls());
}

/** The slow way: every row on every target of its rule, by the formula usage is rated with. */
async function rowByRow(store: Store): Promise<{ customer: string; variant: string; after: string; moved: string }[]> {
  return store.rows(
    sql`
    with one as (
      select call.*, placed.source_id, ${PROMPT} as prompt_size,
        case when call.requests = 1 then coalesce(call.text_output_tokens, 0) + coalesce(call.reasoning_tokens, 0)
          when call.requests > 1 then (coalesce(call.text_output_tokens, 0) + coalesce(call.reasoning_tokens, 0)) // call.requests
          else 0 end as answer_size
      from usage_fact as call
      join simulate_profile as placed on placed.profile_id = call.profile_id
      where call.cost_status <> 1
    ),
    limited as (
      select call.*, pair.target_id, call.prompt_size as prompt, call.prompt_size + call.answer_size as total,
        call.answer_size as answer, false as sees, bound.* exclude (source_id, limit_id)
      from one as call
      join simulate_pair as pair on pair.source_id = call.source_id and pair.rule > 0
      join simulate_limit as bound on bound.limit_id = pair.limit_id
    ),
    priced as (
      select call.customer, call.requests, card.variant, call.cost_usd, ${COST_USD} as cost, case
        when call.prompt >= call.prompt_over or call.total >= call.total_over then 'context'
        when call.answer >= call.output_over then 'output'
        when call.tools = 'no' then 'tools' end as reason
      from limited as call
      join simulate_card as card
        on card.source_id = call.source_id and card.target_id = call.target_id
        and (card.thinks is null or card.thinks = (coalesce(call.reasoning_tokens, 0) > 0)) and ${CARD_MATCH}
    )
    select customer, variant,
      cast(sum(if(reason is null, coalesce(cost, cost_usd), cost_usd)) as varchar) as after,
      cast(coalesce(sum(requests) filter (reason is null and cost is not null), 0) as varchar) as moved
    from priced
    group by customer, variant
    order by customer, variant`,
    { now: NOW.toISOString().replace('Z', '') },
  );
}

test('grouped and row by row give the same digits, whatever decides the price', () =>
  inMemory(async (store) => {
    await randomWorld(store);
    const everything: MoveRule = { label: 'all', where: [], aims: [] };
    for (const [model, adjust] of [
      ['gpt-x', {}],
      ['claude-sonnet-4-5', { cache: 'cold', reasoning: 'drop' }],
      ['gemini-z', { cache: 'none', outputFactor: '1.3', reasoningFactor: '0.75' }],
      ['gpt-y', { cacheHit: 60, tokenizers: false }],
    ] as [string, Partial<Adjustments>][]) {
      const answer = await ask(store, [{ ...everything, aims: [{ model, share: 100 }] }], { adjust });
      const slow = await rowByRow(store);
      for (const { group, after, after_low, after_high, moved } of answer.rows) {
        const of = (variant: string) => slow.find((row) => row.customer === group.customer && row.variant === variant);
        const mid = of('mid');
        expect([model, adjust, group, after], `${model} ${JSON.stringify(adjust)}`).toEqual([
          model,
          adjust,
          group,
          mid?.after,
        ]);
        expect(after_low).toBe((of('low') ?? mid)?.after);
        expect(after_high).toBe((of('high') ?? mid)?.after);
        expect(moved).toBe(`${mid?.moved}.00`);
      }
      expect(answer.rows).toHaveLength(5);
    }
  }));

test('a model simulated on itself is what the report says, to the last digit', () =>
  inMemory(async (store) => {
    await randomWorld(store);
    const stays: MoveRule = { label: 'as it is', where: [], aims: [{ model: null, share: 100 }] };
    const swaps = ['gpt-x', 'gpt-y', 'claude-sonnet-4-5', 'gemini-z'].map(
      (model): MoveRule => ({ label: model, from: model, where: [], aims: [{ model, share: 100 }] }),
    );
    // Without limits all calls move, so every one of them is priced anew.
    await store.run(sql`delete from price_model`);
    for (const rules of [[stays], swaps]) {
      const answer = await ask(store, rules);
      const { cost } = await store.row<{ cost: string }>(
        sql`select cast(sum(cost_usd) as varchar) as cost from usage_fact where cost_status <> 1`,
      );
      expect(answer.totals.before).toBe(cost);
      expect(answer.totals.after).toBe(cost);
      expect(answer.totals.after_low).toBe(cost);
      expect(answer.totals.change).toBe('0.000000000000000000');
      const { calls } = await store.row<{ calls: string }>(
        sql`select cast(sum(requests) as varchar) as calls from usage_fact where cost_status <> 1`,
      );
      expect(answer.totals.moved).toBe(`${calls}.00`);
    }
  }));
