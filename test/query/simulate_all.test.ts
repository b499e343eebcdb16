import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { BOARDS } from '../../src/query/quality/boards.js';
import { boardScores, type Scores } from '../../src/query/quality/scores.js';
import type { SurveyQuery } from '../../src/query/simulate/answer.js';
import { survey } from '../../src/query/simulate/rank_models.js';
import { sql } from '../../src/sql.js';
import type { Store } from '../../src/store/store.js';
import { addPrices, inMemory, NOW } from '../rate/price_rows.js';
import { addCalls, addFacts } from './simulate_rows.js';

const QUALITY = fileURLToPath(new URL('../../quality', import.meta.url));

async function eci(store: Store): Promise<Scores> {
  const board = BOARDS[0];
  if (board === undefined) throw new Error('no board');
  return boardScores(store, QUALITY, {
    board,
    about: { as_of: '2026-08-11', licence: 'CC BY 4.0', attribution: 'Epoch AI' },
  });
}

async function ask(store: Store, more: Partial<SurveyQuery> = {}) {
  return survey(store, {
    rank: 'value',
    providers: [],
    minQuality: undefined,
    scores: await eci(store),
    assumed: 0.8,
    minFit: 100,
    fallback: undefined,
    period: { since: null, until: null, label: 'all time' },
    tz: 'UTC',
    where: [],
    adjust: { cache: 'keep', reasoning: 'keep', tokenizers: true, content: 'mixed', ownRatios: [] },
    quality: QUALITY,
    now: NOW,
    ...more,
  });
}

/** 1,000 calls of Claude Sonnet 4.6, 3 million tokens in and 1 million out: $24. List prices of August 2026. */
async function world(store: Store): Promise<void> {
  const of = (provider: string, model: string, input: string, output: string) => [
    { provider, model, dimension: 'input', usd: input },
    { provider, model, dimension: 'output', usd: output },
  ];
  await addPrices(store, [
    ...of('anthropic', 'claude-sonnet-4-6', '3', '15'),
    ...of('deepseek', 'deepseek-v4-flash', '0.14', '0.28'),
    ...of('openrouter', 'qwen/qwen3.7-max', '1.25', '3.75'),
    ...of('openai', 'gpt-5.6-luna', '1', '6'),
    ...of('openai', 'gpt-5.6-terra', '2.5', '15'),
    ...of('openai', 'gpt-5.6-sol', '5', '30'),
    ...of('groq', 'llama-3.1-8b-instant', '0.05', '0.08'),
    ...of('openai', 'gpt-5.2-codex', '1.75', '14'),
    ...of('google', 'gemini-3-pro-preview', '2', '12'),
    ...of('xai', 'grok-4', '0', '0'),
    ...of('moonshot', 'kimi-k3', '0.5', '2'),
  ]);
  await addFacts(store, [
    { model: 'gpt-5.6-luna', context: 400_000, max_output: 128_000, tools: true, images: true, json: true },
    {
      provider: 'google',
      model: 'gemini-3-pro-preview',
      context: 400_000,
      max_output: 64_000,
      deprecated: '2026-03-09',
    },
    { provider: 'moonshot', model: 'kimi-k3', context: 3000, max_output: 8000 },
  ]);
  await addCalls(
    store,
    Array.from({ length: 1000 }, () => ({ provider: 'anthropic', model: 'claude-sonnet-4-6', fresh: 3000, out: 1000 })),
  );
}

test('a score by the dollar puts an 8B model first; a floor, a frontier and the cost of a success do not', () =>
  inMemory(async (store) => {
    await world(store);
    const answer = await ask(store);
    const of = (name: string) => answer.rows.find(({ model }) => model === name);
    // The figures of quality-notes: what is logged on Sonnet 4.6 costs so much elsewhere, 1.17 of its tokens being one of o200k.
    const dollars = (name: string) => of(name)?.after.slice(0, 7);
    expect(answer.today.cost).toBe('24.000000000000000000');
    expect(dollars('deepseek-v4-flash')).toBe('0.62222');
    expect(dollars('qwen/qwen3.7-max')).toBe('6.79487');
    expect(dollars('gpt-5.6-luna')).toBe('7.69230');
    expect(dollars('gpt-5.6-terra')).toBe('19.2307');
    expect(dollars('gpt-5.6-sol')).toBe('38.4615');

    const naive = [...answer.rows].sort((a, b) => (b.score ?? 0) / Number(b.after) - (a.score ?? 0) / Number(a.after));
    expect(naive[0]?.model).toBe('llama-3.1-8b-instant');
    expect(of('llama-3.1-8b-instant')).toMatchObject({
      standing: 'below_floor',
      quality: 'lower',
      why: '114.9 is below the floor of 150.4',
    });
    const frontier = answer.rows.filter((row) => row.frontier).map(({ model }) => model);
    expect(frontier).toEqual(['deepseek-v4-flash', 'qwen/qwen3.7-max', 'gpt-5.6-luna', 'gpt-5.6-terra', 'gpt-5.6-sol']);
    expect(answer.rows[0]?.model).toBe('deepseek-v4-flash');
    expect(of('claude-sonnet-4-6')).toMatchObject({ standing: 'dominated', change: '0.000000000000000000' });

    // No score of a relative, no rank for what goes out of service, does not fit, or is listed at 0.
    expect(of('gpt-5.2-codex')).toMatchObject({ standing: 'unscored', score: null, frontier: false });
    expect(of('gemini-3-pro-preview')).toMatchObject({
      standing: 'retired',
      why: 'its seller takes it out of service on 2026-03-09',
    });
    expect(of('kimi-k3')).toMatchObject({
      standing: 'does_not_fit',
      fits_percent: '0.00',
      not_fitting: { context: 1000 },
    });
    expect(answer.free).toEqual([{ provider: 'xai', model: 'grok-4' }]);
    expect(answer.recommendation).toMatch(
      /^Candidates only: deepseek\/deepseek-v4-flash is the cheapest of the frontier, but its score is of medium confidence/,
    );
  }));

test('the cost of a success, the floor, the order and the sellers', () =>
  inMemory(async (store) => {
    await world(store);
    const usual = await ask(store);
    const luna = usual.rows.find(({ model }) => model === 'gpt-5.6-luna');
    // p = 1 / (1 + e^(-0.12 × (156.13 − 152.39)) / 4) = 0.862367; $7.692309 ÷ (1,000 × p)
    expect(luna?.cost_per_success?.slice(0, 10)).toBe('0.00891999');
    expect(luna?.successes_per_dollar).toBe('112.11');
    const models = async (more: Partial<SurveyQuery>) =>
      (await ask(store, more)).rows.filter(({ standing }) => standing === 'frontier').map(({ model }) => model);
    expect(await models({ rank: 'quality' })).toEqual([
      'gpt-5.6-sol',
      'gpt-5.6-terra',
      'gpt-5.6-luna',
      'qwen/qwen3.7-max',
      'deepseek-v4-flash',
    ]);
    expect(await models({ minQuality: { at: 155 }, rank: 'cost', providers: ['openai'] })).toEqual([
      'gpt-5.6-luna',
      'gpt-5.6-terra',
      'gpt-5.6-sol',
    ]);
    // Bounds from 153.9 on overlap with those of Sonnet 4.6, so 3.7 points more are no difference.
    const sure = await ask(store, { providers: ['openai'] });
    expect(sure.recommendation).toBe(
      'Worth a trial: openai/gpt-5.6-luna, -67.95% of cost, about equal in Epoch Capabilities Index. Try it on your own task before you switch.',
    );
    // What does not fit stays at today's price.
    const loose = await ask(store, { minFit: 0, providers: ['moonshot'] });
    expect(loose.rows[0]).toMatchObject({ model: 'kimi-k3', after: '24.000000000000000000' });
    // Qwen costs 5.77 to 7.91, the next, Luna, 6.92 to 8.11: 1 ÷ 1.30 and 1.17 ÷ 1.11, 1 ÷ 1.30 and 1 ÷ 1.11 of the tokens.
    expect(usual.warnings.map(({ message }) => message)).toEqual([
      'The order depends on the tokenizer ratios after qwen/qwen3.7-max: the ranges overlap.',
    ]);
    const later = await ask(store, { now: new Date('2026-12-01T00:00:00Z') });
    expect(later.warnings[0]?.message).toBe(
      'The scores are of 2026-08-11, 112 days old. Newer ones: llmcost quality refresh',
    );
  }));

test('where rows do not tell how many requests they are, nobody knows what a success costs', () =>
  inMemory(async (store) => {
    await world(store);
    await store.run(sql`update usage_fact set requests = null`);
    const { rows } = await ask(store);
    expect(rows.filter(({ frontier }) => frontier)).not.toEqual([]);
    expect(rows.filter((row) => row.cost_per_success !== null || row.successes_per_dollar !== null)).toEqual([]);
  }));
