import { expect, test } from 'vitest';
import type { DriftReport } from '../../src/query/drift/answer.js';
import { hasDrifted } from '../../src/query/drift/drift.js';
import { integer, sql } from '../../src/sql.js';
import { withStore } from '../../src/store/store.js';
import { addPrices } from '../rate/price_rows.js';
import { AFTER, type Asked, addCalls, asked, BEFORE, type Calls } from './drift_world.js';

function drift(calls: readonly Calls[], question: Asked = {}): Promise<DriftReport> {
  return withStore(':memory:', { access: 'write' }, async (store) => {
    await addCalls(store, calls);
    return asked(store, question);
  });
}

/** 'metric before → after' of what drifted. */
function drifted({ rows }: DriftReport): string[] {
  return rows
    .filter(({ verdict }) => verdict === 'drift')
    .map(({ metric, before, after }) => `${metric} ${Number(before)} → ${Number(after)}`)
    .toSorted();
}

/** Between 0.9 and 1.1, scattered over calls and days, the same every time. */
const SCATTER = sql`(0.9 + (hash(day * 1000 + i) % 1000) / 5000.0)`;
const around = (value: number) => sql`cast(${integer(value)} * ${SCATTER} as bigint)`;

test('30 % fires at 30 %, 29.9 % does not, to the last digit', async () => {
  const alike = { perDay: 20, cached: sql`0` };
  const report = await drift([
    { ...alike, ...BEFORE, feature: 'a', input: sql`1000`, output: sql`1000`, latency: sql`1000`, cost: sql`0.01` },
    { ...alike, ...AFTER, feature: 'a', input: sql`1300`, output: sql`700`, latency: sql`1300`, cost: sql`0.013` },
    { ...alike, ...BEFORE, feature: 'b', input: sql`1000`, output: sql`1000`, latency: sql`1000`, cost: sql`0.01` },
    {
      ...alike,
      ...AFTER,
      feature: 'b',
      input: sql`1299`,
      output: sql`701`,
      latency: sql`1299`,
      cost: sql`0.01299`,
    },
  ]);
  const of = (feature: string) => report.rows.filter(({ group }) => group.feature === feature);
  expect(
    of('a')
      .map(({ metric, verdict, change_percent }) => [metric, verdict, change_percent])
      .toSorted(),
  ).toEqual([
    ['cost_per_request', 'drift', '30.000000000'],
    ['error_rate', 'steady', null],
    ['input_tokens', 'drift', '30.000000000'],
    ['latency_p50', 'drift', '30.000000000'],
    ['output_tokens', 'drift', '-30.000000000'],
  ]);
  expect(of('b').map(({ verdict }) => verdict)).toEqual(Array(5).fill('steady'));
  // 20 calls on 7 days: ten calls beyond a p95 need 200, beyond a p99 1,000.
  expect(report.not_judged.map(({ metric, reason }) => `${metric}: ${reason}`).toSorted()).toEqual([
    'latency_p95: fewer than 200 requests',
    'latency_p95: fewer than 200 requests',
    'latency_p99: fewer than 1000 requests',
    'latency_p99: fewer than 1000 requests',
  ]);
  expect(report.totals).toEqual({ compared: 10, drift: 4, noise: 0, not_judged: 4 });
});

test('every planted change is found and measured, and nothing else', async () => {
  const usual = { perDay: 30, input: around(1000), output: around(200), cached: around(1000), latency: around(1000) };
  const report = await drift([
    { ...usual, ...BEFORE, feature: 'prompt' },
    { ...usual, ...AFTER, feature: 'prompt', input: around(1500), cached: around(1500) },
    { ...usual, ...BEFORE, feature: 'cache' },
    { ...usual, ...AFTER, feature: 'cache', cached: sql`0` },
    { ...usual, ...BEFORE, feature: 'slow' },
    { ...usual, ...AFTER, feature: 'slow', latency: sql`if(i % 10 = 0, 3000, 1000)` },
    { ...usual, ...BEFORE, feature: 'errors', perDay: 40 },
    { ...usual, ...AFTER, feature: 'errors', perDay: 30 },
    { ...usual, ...AFTER, feature: 'errors', perDay: 6, status: 'error', error_class: 'rate_limit' },
    { ...usual, ...AFTER, feature: 'errors', perDay: 4, error_class: 'content_filter' },
    { ...usual, ...BEFORE, feature: 'quiet' },
    { ...usual, ...AFTER, feature: 'quiet' },
  ]);
  const found = report.rows.filter(({ verdict }) => verdict === 'drift');
  expect(found.map(({ group, metric }) => `${group.feature} ${metric}`).toSorted()).toEqual([
    'cache cache_hit_rate',
    'cache input_tokens',
    'errors error_rate',
    'errors error_rate:content_filter',
    'errors error_rate:rate_limit',
    'prompt input_tokens',
    'slow latency_p95',
  ]);
  const one = (feature: string, metric: string) =>
    found.find(({ group, metric: name }) => group.feature === feature && name === metric);
  // Of 40 calls a day 6 are limited, 15 %; 4 are refused, 10 %: 25 % in all. None before.
  expect(one('errors', 'error_rate')).toMatchObject({
    before: '0.000000000',
    after: '0.250000000',
    change_percent: null,
  });
  expect(one('errors', 'error_rate:rate_limit')).toMatchObject({ after: '0.150000000' });
  expect(one('errors', 'error_rate:content_filter')).toMatchObject({ after: '0.100000000' });
  expect(one('slow', 'latency_p95')).toMatchObject({ after: '3000', requests_before: 840, requests_after: 210 });
  expect(one('cache', 'cache_hit_rate')).toMatchObject({ after: '0.000000000', change_percent: '-100.000000000' });
  // Half of the prompt stays: all of it was input or cached, about 1,000 each.
  const change = Number(one('prompt', 'input_tokens')?.change_percent);
  expect(change).toBeGreaterThan(45);
  expect(change).toBeLessThan(55);
  const { low, high } = one('prompt', 'input_tokens')?.interval ?? { low: null, high: null };
  expect(low).toBeLessThan(change);
  expect(high).toBeGreaterThan(change);
  expect(high).toBeLessThan(60);
  // The interval of a rate is in points: 0 → 25 % of 280 calls.
  expect(one('errors', 'error_rate')?.interval.of).toBe('points');
  expect(one('errors', 'error_rate')?.interval.low).toBeGreaterThan(18);
  expect(one('errors', 'error_rate')?.interval.high).toBeLessThan(32);
});

test('like is compared with like: a customer who moves to another model has not drifted', async () => {
  const small = { model: 'small', customer: 'acme', input: around(100), output: around(100), latency: around(100) };
  const large = { model: 'large', customer: 'acme', input: around(1500), output: around(1000), latency: around(1500) };
  const calls = [
    { ...small, ...BEFORE, perDay: 30 },
    { ...large, ...BEFORE, perDay: 10 },
    { ...small, ...AFTER, perDay: 10, cost: sql`1` },
    { ...large, ...AFTER, perDay: 30, cost: sql`1` },
  ];
  expect(drifted(await drift(calls, { by: ['customer'] }))).toEqual([]);
  const report = await drift([...calls.slice(0, 3), { ...calls[3], ...AFTER, perDay: 30, output: around(1500) }], {
    by: ['customer'],
  });
  // 10 × 100 + 30 × 1,000 of 40 before, 10 × 100 + 30 × 1,500 after, about
  expect(report.rows.filter(({ verdict }) => verdict === 'drift').map(({ metric }) => metric)).toEqual([
    'output_tokens',
  ]);
  expect(Number(report.rows[0]?.before)).toBeGreaterThan(740);
  expect(Number(report.rows[0]?.before)).toBeLessThan(810);
});

test('a weekend is compared with weekends', async () => {
  // Saturdays and Sundays are twice as long; 7 September 2026 is a Monday.
  const calls = [
    { ...BEFORE, perDay: 60, input: sql`if(day % 7 >= 5, 2000, 1000)`, latency: sql`if(day % 7 >= 5, 2000, 1000)` },
    { ...AFTER, perDay: 60, input: sql`if(day % 7 >= 5, 2000, 1000)`, latency: sql`if(day % 7 >= 5, 2000, 1000)` },
  ];
  const weekend = {
    window: { since: Date.parse('2026-10-10T00:00Z'), until: Date.parse('2026-10-12T00:00Z'), label: 'weekend' },
    baseline: { since: Date.parse('2026-09-12T00:00Z'), until: Date.parse('2026-10-10T00:00Z'), label: 'before' },
  };
  expect(drifted(await drift(calls, weekend))).toEqual([]);
  const short = { ...weekend, baseline: { ...weekend.baseline, since: Date.parse('2026-09-28T00:00Z') } };
  const report = await drift(calls, short);
  expect(report.query.same_weekdays).toBe(false);
  expect(report.warnings.map(({ code }) => code)).toContain('weekdays');
});

test('one enormous call is no drift', async () => {
  const report = await drift([
    { ...BEFORE, perDay: 20, input: around(1000) },
    { ...AFTER, perDay: 20, input: sql`if(day = 3 and i = 7, 100000, ${around(1000)})` },
  ]);
  // 140 calls of 1,000 and one of 100,000: +70 %.
  const [input] = report.rows.filter(({ metric }) => metric === 'input_tokens');
  expect(Number(input?.change_percent)).toBeGreaterThan(60);
  expect(input?.verdict).toBe('noise');
  expect(hasDrifted(report)).toBe(false);
});

test('too few requests or days are not judged, and said', async () => {
  const report = await drift([
    { ...BEFORE, perDay: 3, feature: 'rare', input: sql`1000` },
    { ...AFTER, perDay: 3, feature: 'rare', input: sql`2000` },
    { from: '2026-10-02', days: 3, perDay: 50, feature: 'young', input: sql`1000` },
    { ...AFTER, perDay: 50, feature: 'young', input: sql`2000` },
  ]);
  expect(report.rows).toEqual([]);
  expect(report.not_judged.map(({ group, metric, reason }) => [group.feature, metric, reason])).toEqual([
    ['young', 'cost_per_request', 'too few days before'],
    ['young', 'error_rate', 'too few days before'],
    ['young', 'input_tokens', 'too few days before'],
    ['rare', null, 'fewer than 100 requests'],
  ]);
  expect(report.warnings).toEqual([
    {
      code: 'not_judged',
      message:
        '1 group and 3 comparisons could not be judged: fewer than 100 requests; too few days before. --format json lists them.',
    },
  ]);
});

test('models that come, go, change behind their name or are to be retired', async () => {
  const report = await withStore(':memory:', { access: 'write' }, async (store) => {
    await addPrices(store, [{ model: 'old', dimension: 'input', usd: '1' }]);
    await store.run(sql`
      insert into price_model (source, provider, model, deprecation_date)
      values ('litellm', 'openai', 'old', date '2026-10-01'), ('litellm', 'openai', 'later', date '2027-06-01')`);
    await addCalls(store, [
      { ...BEFORE, perDay: 5, model: 'old' },
      { ...AFTER, perDay: 4, model: 'old' },
      { ...BEFORE, perDay: 5, model: 'gone' },
      { ...AFTER, perDay: 5, model: 'fresh' },
      { ...BEFORE, perDay: 5, model: 'x-2026-01', request_model: 'x' },
      { from: '2026-10-07', days: 5, perDay: 5, model: 'x-2026-09', request_model: 'x' },
      // Two calls that all fall into the week may do so by accident.
      { from: '2026-10-06', days: 1, perDay: 2, model: 'rare' },
    ]);
    await store.run(sql`
      insert into rate_card (rate_card_id, source_provider, model, min_prompt_tokens, status, price_provider, price_model, rule, assumed, rate_ids, created_at)
      select 1, 'openai', 'old', 0, 'priced', 'openai', 'old', 'exact', [], map {}, timestamp '2026-01-01'`);
    return asked(store, { modelsOnly: true });
  });
  const short = report.models.map(({ kind, model, day, requests_before, requests_after, drift: fails }) => [
    kind,
    model,
    day,
    requests_before,
    requests_after,
    fails,
  ]);
  expect(short).toEqual([
    ['switched', 'x-2026-09', '2026-10-07', 140, 25, true],
    ['deprecated', 'old', '2026-10-01', 140, 28, true],
    ['new', 'fresh', '2026-10-05', 0, 35, false],
    ['new', 'x-2026-09', '2026-10-07', 0, 25, false],
    ['vanished', 'gone', '2026-10-04', 140, 0, false],
    ['vanished', 'x-2026-01', '2026-10-04', 140, 0, false],
  ]);
  expect(report.models[0]).toMatchObject({ request_model: 'x', model_before: 'x-2026-01' });
  expect(report.models[1]?.cost_after).toBe('28.000000000000000000');
  expect(hasDrifted(report)).toBe(true);
  expect(report.rows).toEqual([]);
});

test('without a period, usage that ended earlier is judged up to its end, and the end is named', async () => {
  const usual = { perDay: 30, input: around(1000), output: around(200) };
  const report = await drift(
    [
      { ...usual, ...BEFORE, feature: 'steady' },
      { ...usual, ...AFTER, feature: 'steady' },
    ],
    {
      window: { since: Date.UTC(2026, 11, 23), until: Date.UTC(2026, 11, 30), label: 'now' },
      baseline: { since: Date.UTC(2026, 10, 25), until: Date.UTC(2026, 11, 23), label: 'before' },
      floating: { window: 7, baseline: 28, tz: 'UTC', now: new Date('2026-12-30T12:00:00Z') },
      now: new Date('2026-12-30T12:00:00Z'),
    },
  );
  const last = new Date(Date.parse(report.query.window.until) - 1).toISOString().slice(0, 10);
  expect(report.data_until?.slice(0, 10)).toBe(last);
  expect(report.totals.compared).toBeGreaterThan(0);
  expect(report.warnings[0]).toMatchObject({ code: 'data_ends' });
  expect(report.warnings[0]?.message).toContain(`Usage ends on ${last}: this is about ${report.query.window.label}`);
});
