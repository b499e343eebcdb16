import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { projectionsOf } from '../../src/query/realised/projection.js';
import { realised } from '../../src/query/realised/realised.js';
import { removeSaved, savedList, saveSimulation } from '../../src/query/realised/saved.js';
import { parseCondition } from '../../src/query/scope/filter.js';
import type { MovesQuery } from '../../src/query/simulate/answer.js';
import { moves } from '../../src/query/simulate/reroute.js';
import type { MoveRule } from '../../src/query/simulate/routing_rules.js';
import type { Store } from '../../src/store/store.js';
import { addPrices, inMemory } from '../rate/price_rows.js';
import { addCalls, type Call } from './simulate_rows.js';

const QUALITY = fileURLToPath(new URL('../../quality', import.meta.url));
const NOW = new Date('2026-12-01T00:00:00Z');

/** USD per million tokens: old 2 / 10, cache 0.20; new 1 / 4, cache 0.10; other 3 / 12. */
async function prices(store: Store): Promise<void> {
  const of = (model: string, rates: Record<string, string>) =>
    Object.entries(rates).map(([dimension, usd]) => ({ provider: 'openai', model, dimension, usd }));
  await addPrices(store, [
    ...of('gpt-5', { input: '2', output: '10', cache_read: '0.2' }),
    ...of('gpt-5-mini', { input: '1', output: '4', cache_read: '0.1' }),
    ...of('gpt-4.1', { input: '3', output: '12', cache_read: '0.3' }),
  ]);
}

/** So many equal calls, a minute apart, from a day on. */
function calls(count: number, day: string, more: Call): Call[] {
  const start = Date.parse(`${day}T08:00:00Z`);
  return Array.from({ length: count }, (_, index) => ({
    at: new Date(start + index * 60_000).toISOString().slice(0, 19),
    ...more,
  }));
}

const swap = (from: string, model: string): MoveRule => ({
  label: `${from} → ${model}`,
  from,
  where: [],
  aims: [{ model, share: 100 }],
});

async function save(store: Store, rules: readonly MoveRule[], more: Partial<MovesQuery> = {}): Promise<void> {
  const query: MovesQuery = {
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
    adjust: { cache: 'keep', reasoning: 'keep', tokenizers: true, content: 'mixed', ownRatios: [] },
    ...more,
  };
  const answer = await moves(store, query);
  await saveSimulation(store, 'swap', await projectionsOf(store, query, answer), { replace: false, now: NOW });
}

const ask = (store: Store) => realised(store, { name: 'swap', tz: 'UTC', now: NOW });

test('a move by hand: cost, tokens and errors of a request before, as projected and as they are', () =>
  inMemory(async (store) => {
    await prices(store);
    // 1,000 × $2 + 1,000 × $0.20 + 100 × $10 = $0.0032; projected 1,000 × $1 + 1,000 × $0.10 + 100 × $4 = $0.0015
    const old = { model: 'gpt-5', fresh: 1000, read: 1000, out: 100, feature: 'chat', status: 'ok' };
    await addCalls(store, [
      ...calls(24, '2026-10-01', old),
      { ...old, at: '2026-10-02T09:00:00', status: 'error', error: 'timeout' },
      // 109 tokens of answer: 1,000 × $1 + 1,000 × $0.10 + 109 × $4 = $0.001536, 40 calls, two of which are stopped
      ...calls(38, '2026-10-05', { ...old, model: 'gpt-5-mini', out: 109 }),
      ...calls(2, '2026-10-06', { ...old, model: 'gpt-5-mini', out: 109, error: 'content_filter' }),
    ]);
    await save(store, [swap('gpt-5', 'gpt-5-mini')]);
    const { rows, totals, sentences } = await ask(store);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      feature: 'chat',
      status: 'realised',
      moved_at: '2026-10-05T08:00:00.000Z',
      moved_back_at: null,
      share_percent: '100.00',
      requests_before: 25,
      requests_after: 40,
      cost_before: '0.003200000000000000',
      cost_projected: '0.001500000000000000',
      cost_actual: '0.001536000000000000',
      // -17 of 32, -1.664 of 3.2, 0.036 of 1.5
      projected_percent: '-53.13',
      realised_percent: '-52.00',
      deviation_percent: '2.40',
      drift_percent: '0.00',
      input_tokens: { before: '2000.00', projected: '2000.00', actual: '2000.00', deviation_percent: '0.00' },
      cache_read_tokens: { before: '1000.00', projected: '1000.00', actual: '1000.00' },
      output_tokens: { before: '100.00', projected: '100.00', actual: '109.00', deviation_percent: '9.00' },
      error_rate_before: '4.00',
      error_rate_after: '5.00',
    });
    // 40 × $0.001536, 40 × $0.0032, 40 × $0.0015
    expect(totals).toMatchObject({
      requests: 40,
      cost_actual: '0.061440000000000000',
      cost_before: '0.128000000000000000',
      cost_projected: '0.060000000000000000',
      projected_percent: '-53.13',
      realised_percent: '-52.00',
    });
    expect(sentences).toEqual([
      'chat: projected -53.13%, realised -52.00% a request, because of output tokens +9.00% per request against the projection (moved 2026-10-05 08:00).',
    ]);
  }));

/** 30 calls on the old model, then so many on the new one. */
function afterMove(count: number) {
  return inMemory(async (store) => {
    await prices(store);
    const old = { model: 'gpt-5', fresh: 1000, out: 100, feature: 'chat' };
    await addCalls(store, [
      ...calls(30, '2026-10-01', old),
      ...calls(count, '2026-10-05', { ...old, model: 'gpt-5-mini' }),
    ]);
    await save(store, [swap('gpt-5', 'gpt-5-mini')]);
    return ask(store);
  });
}

test('nothing has moved, 19 calls are withheld, 20 are not', async () => {
  const none = await afterMove(0);
  expect(none.rows.map(({ status, cost_actual }) => [status, cost_actual])).toEqual([['not_moved', null]]);
  expect(none.totals).toBeNull();
  expect(none.sentences).toEqual([
    'Nothing has moved yet: no call up to 2026-10-01 08:29 is on the target of gpt-5 → gpt-5-mini.',
  ]);
  const few = await afterMove(19);
  expect(few.rows[0]).toMatchObject({
    status: 'too_few',
    moved_at: '2026-10-05T08:00:00.000Z',
    requests_after: 19,
    cost_actual: null,
    realised_percent: null,
    error_rate_after: null,
    output_tokens: { actual: null },
  });
  expect(few.sentences[0]).toContain('withheld, 30 requests before and 19 since are fewer than 20 on a side');
  // 1,000 × $1 + 100 × $4 against 1,000 × $2 + 100 × $10
  expect((await afterMove(20)).rows[0]).toMatchObject({
    status: 'realised',
    requests_after: 20,
    cost_actual: '0.001400000000000000',
    realised_percent: '-53.33',
  });
});

test('features move on days of their own; a mix that changes is no saving', () =>
  inMemory(async (store) => {
    await prices(store);
    const small = { model: 'gpt-5', fresh: 1000, feature: 'small' };
    const large = { model: 'gpt-5', fresh: 100_000, feature: 'large' };
    await addCalls(store, [
      ...calls(20, '2026-10-01', small),
      ...calls(200, '2026-10-01', large),
      // Small has ten times the requests now, large a tenth: the mean of all fell by far more than prices did.
      ...calls(200, '2026-10-05', { ...small, model: 'gpt-5-mini' }),
      ...calls(20, '2026-10-09', { ...large, model: 'gpt-5-mini' }),
      ...calls(30, '2026-10-02', { model: 'gpt-5', fresh: 10, feature: 'stays' }),
      ...calls(3, '2026-10-10', { model: 'gpt-5-mini', fresh: 10, feature: 'fresh' }),
    ]);
    await save(store, [swap('gpt-5', 'gpt-5-mini')]);
    const { rows, totals, warnings, sentences } = await ask(store);
    expect(rows.map(({ feature, status, moved_on }) => [feature, status, moved_on])).toEqual([
      ['large', 'realised', '2026-10-09'],
      ['small', 'realised', '2026-10-05'],
      ['stays', 'not_moved', null],
    ]);
    // 200 × $0.001 + 20 × $0.10, and at $0.002 and $0.20: half of it, whatever the mix.
    expect(totals).toMatchObject({
      features: 2,
      left_out: 0,
      requests: 220,
      cost_actual: '2.200000000000000000',
      cost_before: '4.400000000000000000',
      projected_percent: '-50.00',
      realised_percent: '-50.00',
    });
    expect(sentences[0]).toBe(
      'In all, of 2 features: projected -50.00%, realised -50.00%, each at the requests it has now.',
    );
    expect(warnings.map(({ code, message }) => [code, message.split('.')[0]])).toEqual([
      ['new_features', 'Not in the simulation, but on a target of it now: fresh'],
    ]);
  }));

test('a part that moved, and traffic that moved back', () =>
  inMemory(async (store) => {
    await prices(store);
    const [part, back] = [
      { model: 'gpt-5', fresh: 1000, feature: 'part' },
      { model: 'gpt-5', fresh: 1000, feature: 'back' },
    ];
    await addCalls(store, [
      ...calls(100, '2026-10-01', part),
      // Every fourth of 160 calls from 5 October on.
      ...calls(160, '2026-10-05', part).map((call, index) =>
        index % 4 === 0 ? { ...call, model: 'gpt-5-mini' } : call,
      ),
      ...calls(50, '2026-10-01', back),
      ...calls(60, '2026-10-05', { ...back, model: 'gpt-5-mini' }),
      ...calls(70, '2026-10-08', back),
    ]);
    await save(store, [swap('gpt-5', 'gpt-5-mini')]);
    const { rows } = await ask(store);
    expect(rows.find(({ feature }) => feature === 'part')).toMatchObject({
      status: 'realised',
      moved_at: '2026-10-05T08:00:00.000Z',
      moved_back_at: null,
      share_percent: '25.00',
      requests_before: 100,
      requests_after: 40,
    });
    expect(rows.find(({ feature }) => feature === 'back')).toMatchObject({
      status: 'realised',
      moved_at: '2026-10-05T08:00:00.000Z',
      moved_back_at: '2026-10-08T08:00:00.000Z',
      share_percent: '100.00',
      requests_before: 50,
      requests_after: 60,
    });
  }));

test('a stray trial is not the move, and use of both all along is none', () =>
  inMemory(async (store) => {
    await prices(store);
    const [trial, both] = [
      { model: 'gpt-5', fresh: 1000, feature: 'trial' },
      { model: 'gpt-5', fresh: 1000, feature: 'both' },
    ];
    await addCalls(store, [
      ...calls(300, '2026-10-01', trial).map((call, at) => (at === 100 ? { ...call, model: 'gpt-5-mini' } : call)),
      ...calls(300, '2026-10-05', { ...trial, model: 'gpt-5-mini' }),
      ...calls(400, '2026-10-01', both).map((call, at) => (at % 2 === 1 ? { ...call, model: 'gpt-5-mini' } : call)),
    ]);
    await save(store, [swap('gpt-5', 'gpt-5-mini')]);
    const { rows } = await ask(store);
    expect(rows.find(({ feature }) => feature === 'trial')).toMatchObject({
      moved_at: '2026-10-05T08:00:00.000Z',
      requests_before: 299,
      requests_after: 300,
    });
    expect(rows.find(({ feature }) => feature === 'both')).toMatchObject({ status: 'no_step', moved_at: null });
  }));

test('what has no price, and who does not tell requests: no saving is claimed', () =>
  inMemory(async (store) => {
    await prices(store);
    const [part, told] = [
      { model: 'gpt-5', fresh: 1000, feature: 'unpriced' },
      { model: 'gpt-5', fresh: 1000, feature: 'untold' },
    ];
    await addCalls(store, [
      ...calls(30, '2026-10-01', part),
      ...calls(30, '2026-10-05', { ...part, model: 'gpt-5-mini' }),
      // Without any count of tokens: what these calls cost is not known.
      ...calls(10, '2026-10-05', { model: 'gpt-5-mini', feature: 'unpriced' }),
      ...calls(30, '2026-10-01', told),
      { ...told, model: 'gpt-5-mini', at: '2026-10-06T00:00:00', requests: null },
    ]);
    await save(store, [swap('gpt-5', 'gpt-5-mini')]);
    const { rows, totals } = await ask(store);
    expect(rows.find(({ feature }) => feature === 'unpriced')).toMatchObject({
      status: 'unpriced',
      requests_after: 40,
      unpriced_after: 10,
      realised_percent: null,
    });
    expect(rows.find(({ feature }) => feature === 'untold')).toMatchObject({
      status: 'unknown_requests',
      requests_after: null,
      cost_actual: null,
    });
    expect(totals).toBeNull();
  }));

test('two swaps to one target are one move; a filter by model does not hide the calls on the target', () =>
  inMemory(async (store) => {
    await prices(store);
    const old = { fresh: 1000, feature: 'chat' };
    await addCalls(store, [
      // 30 × $0.002 and 10 × $0.003: $0.00225 a request
      ...calls(30, '2026-10-01', { ...old, model: 'gpt-5' }),
      ...calls(10, '2026-10-02', { ...old, model: 'gpt-4.1' }),
      ...calls(40, '2026-10-05', { ...old, model: 'gpt-5-mini' }),
    ]);
    const where = [parseCondition('model=gpt-5,gpt-4.1')];
    await save(store, [swap('gpt-5', 'gpt-5-mini'), swap('gpt-4.1', 'gpt-5-mini')], { where });
    const { rows } = await ask(store);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      rules: ['gpt-5 → gpt-5-mini', 'gpt-4.1 → gpt-5-mini'],
      requests_before: 40,
      requests_after: 40,
      cost_before: '0.002250000000000000',
      cost_projected: '0.001000000000000000',
      cost_actual: '0.001000000000000000',
      realised_percent: '-55.56',
    });
  }));

test('a rule that keeps the model takes its calls, as in the simulation, and is not compared', () =>
  inMemory(async (store) => {
    await prices(store);
    const old = { model: 'gpt-5', fresh: 1000 };
    await addCalls(store, [
      ...calls(30, '2026-10-01', { ...old, feature: 'night' }),
      ...calls(30, '2026-10-01', { ...old, feature: 'chat' }),
      ...calls(30, '2026-10-05', { ...old, feature: 'chat', model: 'gpt-5-mini' }),
    ]);
    const night: MoveRule = {
      label: 'night in batches',
      where: [parseCondition('feature=night')],
      aims: [{ model: null, share: 100 }],
      tier: 'batch',
    };
    await save(store, [night, swap('gpt-5', 'gpt-5-mini')], { mode: 'routes' });
    const { rows, warnings } = await ask(store);
    expect(rows.map(({ feature, status }) => [feature, status])).toEqual([['chat', 'realised']]);
    expect(warnings.map(({ code }) => code)).toEqual(['same_model']);
    await expect(save(store, [night], { mode: 'batch' })).rejects.toThrow('batch does not');
  }));

test('names: each once, found again, forgotten', () =>
  inMemory(async (store) => {
    await prices(store);
    await addCalls(store, calls(3, '2026-10-01', { model: 'gpt-5', fresh: 1000, feature: 'chat' }));
    await save(store, [swap('gpt-5', 'gpt-5-mini')]);
    await expect(save(store, [swap('gpt-5', 'gpt-5-mini')])).rejects.toThrow('say --replace');
    expect((await savedList(store)).simulations).toMatchObject([
      { name: 'swap', rules: ['gpt-5 → gpt-5-mini'], period: 'all time', features: 1 },
    ]);
    await expect(realised(store, { name: 'swop', tz: 'UTC', now: NOW })).rejects.toThrow('Did you mean swap?');
    await removeSaved(store, 'swap');
    expect((await savedList(store)).simulations).toEqual([]);
    await expect(removeSaved(store, 'swap')).rejects.toThrow('None is saved');
  }));
