import { expect, test } from 'vitest';
import { placesOf } from '../../src/query/compare/spans.js';
import { parseMetrics } from '../../src/query/metrics/metrics.js';
import type { CostReport } from '../../src/query/report/answer.js';
import type { CompareWith, ReportQuery } from '../../src/query/report/query.js';
import { costReport } from '../../src/query/report/report.js';
import { type Bounded, boundedPeriod, parsePeriod } from '../../src/query/scope/period.js';
import type { Every } from '../../src/query/scope/time_buckets.js';
import { type Store, withStore } from '../../src/store/store.js';
import { addUsage, type UsageRow } from './usage_rows.js';

const NOW = new Date('2026-12-15T12:00:00Z');

interface Asked extends Partial<Omit<ReportQuery, 'period' | 'metrics' | 'compare'>> {
  period: string;
  metrics?: string;
  /** A period; 'previous' if not given. */
  compare?: string;
}

function ask(
  store: Store,
  { period, metrics = 'requests,cost', compare, tz = 'UTC', ...rest }: Asked,
): Promise<CostReport> {
  const other: CompareWith =
    compare === undefined ? { kind: 'previous' } : { kind: 'period', period: parsePeriod(compare, tz, NOW) };
  return costReport(store, {
    by: [],
    where: [],
    now: NOW,
    ...rest,
    tz,
    metrics: parseMetrics(metrics.split(',')),
    period: parsePeriod(period, tz, NOW),
    compare: other,
  });
}

function inStore<T>(rows: readonly UsageRow[], fn: (store: Store) => Promise<T>): Promise<T> {
  return withStore(':memory:', { access: 'write' }, async (store) => {
    await addUsage(store, rows);
    return fn(store);
  });
}

const SHORT: UsageRow[] = [
  { occurred_at: '2026-10-01 10:00:00', model: 'a', cost: '4', latency_ms: 10 },
  { occurred_at: '2026-10-31 23:59:59', model: 'a', cost: '1', latency_ms: 30 },
  { occurred_at: '2026-11-01 00:00:00', model: 'a', cost: '5', latency_ms: 50 },
  { occurred_at: '2026-11-30 23:00:00', model: 'b', cost: '2' },
  { occurred_at: '2026-12-01 00:00:00', model: 'a', cost: '100' },
];

test('the days of November beside those of October, which has one more', async () => {
  const report = await inStore(SHORT, (store) =>
    ask(store, { period: '2026-11', every: 'day', metrics: 'requests,cost,share,p50' }),
  );
  expect(report.rows).toHaveLength(31);
  const shown = (index: number) => {
    const row = report.rows[index];
    if (row === undefined) throw new Error(`no row ${index}`);
    const { group, before_span, presence, requests, cost, share, latency_p50, before, change, change_percent } = row;
    return [
      [group.day, before_span?.label, presence],
      [requests, cost?.slice(0, 4), share, latency_p50],
      [before?.requests, before?.cost?.slice(0, 4), before?.share, before?.latency_p50],
      [change?.cost?.toString().slice(0, 5), change_percent?.cost],
    ];
  };
  // Shares are of the seven dollars of November and the five of October.
  expect(shown(0)).toEqual([
    ['2026-11-01', '2026-10-01', 'both'],
    [1, '5.00', '71.43', 50],
    [1, '4.00', '80.00', 10],
    ['1.000', '25.00'],
  ]);
  expect(shown(29)[0]).toEqual(['2026-11-30', '2026-10-30', 'new']);
  expect(shown(30)).toEqual([
    [null, '2026-10-31', 'vanished'],
    [0, '0.00', null, null],
    [1, '1.00', '20.00', 30],
    ['-1.00', '-100.00'],
  ]);
  expect([
    report.totals.cost,
    report.totals.before?.cost,
    report.totals.latency_p50,
    report.totals.before?.latency_p50,
  ]).toEqual(['7.000000000000000000', '5.000000000000000000', 50, 10]);
  expect(report.comparison?.effects?.change).toBe('2.000000000000000000');
});

test('the other way round the 31st has nothing beside it', async () => {
  const { rows } = await inStore(SHORT, (store) => ask(store, { period: '2026-12', every: 'day' }));
  // Until noon of the 15th, the clock of the question.
  expect(rows).toHaveLength(15);
  const october = await inStore(SHORT, (store) => ask(store, { period: '2026-10', every: 'day', compare: '2026-09' }));
  expect(october.rows.at(-1)).toMatchObject({ group: { day: '2026-10-31' }, before_span: null, presence: 'new' });
});

test('a series of each row, beside that of the former period', async () => {
  const report = await inStore(SHORT, (store) =>
    ask(store, {
      by: ['model'],
      period: '2026-11',
      every: 'month',
      compare: '2026-09..2026-11',
      metrics: 'requests,cost,p50,tokens_per_minute',
    }),
  );
  expect(report.spans).toEqual([
    {
      label: '2026-11',
      since: '2026-11-01T00:00:00.000Z',
      until: '2026-12-01T00:00:00.000Z',
      before: { label: '2026-09', since: '2026-09-01T00:00:00.000Z', until: '2026-10-01T00:00:00.000Z' },
    },
    {
      label: null,
      since: null,
      until: null,
      before: { label: '2026-10', since: '2026-10-01T00:00:00.000Z', until: '2026-11-01T00:00:00.000Z' },
    },
  ]);
  expect(
    [...report.rows, report.totals].map(({ series }) =>
      series?.map(({ cost, before, change, presence }) => [
        cost?.slice(0, 3),
        before?.cost?.slice(0, 3),
        change?.requests,
        presence,
      ]),
    ),
  ).toEqual([
    [
      ['2.0', '0.0', 1, 'new'],
      ['0.0', '0.0', 0, 'both'],
    ],
    [
      ['5.0', '0.0', 1, 'new'],
      ['0.0', '5.0', -2, 'vanished'],
    ],
    [
      ['7.0', '0.0', 2, 'new'],
      ['0.0', '5.0', -2, 'vanished'],
    ],
  ]);
  expect(report.rows.map(({ group, effects }) => [group.model, effects?.change])).toEqual([
    ['b', '2.000000000000000000'],
    ['a', '0.000000000000000000'],
  ]);
});

/** What stands beside what, as beginnings on the clock of UTC. */
function beside(now: string, before: string, every: Every, tz = 'UTC'): string[] {
  const bounded = (words: string): Bounded => boundedPeriod(parsePeriod(words, tz, NOW), '--compare', NOW);
  const start = (span: { since: number; until: number } | undefined) =>
    span === undefined
      ? '–'
      : `${new Date(span.since).toISOString().slice(5, 16)}+${(span.until - span.since) / 3_600_000}h`;
  return placesOf({ now: bounded(now), before: bounded(before), every, tz }).map(
    (place) => `${start(place.now)} ${start(place.before)}`,
  );
}

test('weeks of months: as many days after the beginning, whatever weekdays they are', () => {
  // 1 October 2026 is a Thursday: four days to its first Monday.
  expect(beside('2026-10', '2026-09', 'week')).toEqual([
    '10-01T00:00+96h 09-01T00:00+96h',
    '10-05T00:00+168h 09-05T00:00+168h',
    '10-12T00:00+168h 09-12T00:00+168h',
    '10-19T00:00+168h 09-19T00:00+168h',
    '10-26T00:00+144h 09-26T00:00+120h',
  ]);
  expect(beside('2026-Q1', '2025-Q4', 'month')).toEqual([
    '01-01T00:00+744h 10-01T00:00+744h',
    '02-01T00:00+672h 11-01T00:00+720h',
    '03-01T00:00+744h 12-01T00:00+744h',
  ]);
});

test('clocks that are turned: hours stand beside the same hour of the day', () => {
  const berlin = 'Europe/Berlin';
  // 25 October 2026 shows two o'clock twice, 29 March shows none.
  expect(beside('2026-10-25', '2026-10-24', 'hour', berlin).slice(1, 5)).toEqual([
    '10-24T23:00+1h 10-23T23:00+1h',
    '10-25T00:00+1h 10-24T00:00+1h',
    '10-25T01:00+1h –',
    '10-25T02:00+1h 10-24T01:00+1h',
  ]);
  expect(beside('2026-10-26', '2026-10-25', 'hour', berlin).slice(2, 5)).toEqual([
    '10-26T01:00+1h 10-25T00:00+1h',
    '– 10-25T01:00+1h',
    '10-26T02:00+1h 10-25T02:00+1h',
  ]);
  expect(beside('2026-03-29', '2026-03-28', 'hour', berlin).slice(1, 4)).toEqual([
    '03-29T00:00+1h 03-28T00:00+1h',
    '– 03-28T01:00+1h',
    '03-29T01:00+1h 03-28T02:00+1h',
  ]);
  expect(beside('2026-10-25', '2026-10-24', 'day', berlin)).toEqual(['10-24T22:00+25h 10-23T22:00+24h']);
  expect(beside('2026-10-19..2026-11-02', '2026-10-05..2026-10-19', 'day', berlin)).toHaveLength(14);
});

test('periods that begin at other times of the day', async () => {
  const rows: UsageRow[] = [
    { occurred_at: '2026-10-03 18:00:00', cost: '1' },
    { occurred_at: '2026-10-04 05:00:00', cost: '2' },
    { occurred_at: '2026-10-01 08:00:00', cost: '4' },
    { occurred_at: '2026-10-01 18:00:00', cost: '8' },
    { occurred_at: '2026-10-02 17:59:59', cost: '16' },
  ];
  const now = parsePeriod('since 2026-10-03', 'UTC', NOW);
  const report = await inStore(rows, (store) =>
    costReport(store, {
      by: [],
      where: [],
      tz: 'UTC',
      now: NOW,
      every: 'day',
      metrics: ['cost'],
      period: { ...now, since: Date.UTC(2026, 9, 3, 12), until: Date.UTC(2026, 9, 5) },
      compare: { kind: 'period', period: { since: Date.UTC(2026, 9, 1, 6), until: Date.UTC(2026, 9, 3), label: '' } },
    }),
  );
  // Twelve hours from 12:00 beside twelve from 6:00, then a day from 18:00; six more hours have nothing beside them.
  expect(
    report.rows.map(({ group, before_span, cost, before }) => [
      group.day,
      before_span?.label,
      cost?.slice(0, 4),
      before?.cost?.slice(0, 4),
    ]),
  ).toEqual([
    ['2026-10-03', '2026-10-01 06:00', '1.00', '4.00'],
    ['2026-10-04', '2026-10-01 18:00', '2.00', '24.0'],
    [null, '2026-10-02 18:00', '0.00', '0.00'],
  ]);
});

test('whatever the data, the spans, the zone and the limits: everything sums up, and nothing differs from the report alone', async () => {
  let state = 23;
  const pick = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  const rows = Array.from(
    { length: 250 },
    (): UsageRow => ({
      occurred_at: new Date(Date.UTC(2026, 9, 10) + pick(35 * 86_400) * 1000).toISOString(),
      requests: pick(9) === 0 ? 40 : 1,
      model: `m${pick(8)}`,
      customer: pick(4) === 0 ? null : `c${pick(6)}`,
      status: pick(5) === 0 ? 'error' : 'ok',
      input: pick(100_000),
      cost:
        pick(7) === 0 ? null : `${pick(90)}.${String(pick(1e9)).padStart(9, '0')}${String(pick(1e9)).padStart(9, '0')}`,
    }),
  );
  const exact = (value: unknown) => BigInt(String(value ?? 0).replace('.', ''));
  const sum = (values: readonly unknown[]) => values.reduce((added: bigint, value) => added + exact(value), 0n);
  await inStore(rows, async (store) => {
    for (const [every, tz, by, limits] of [
      ['day', 'Europe/Berlin', ['customer'], { top: 3 }],
      ['week', 'America/St_Johns', ['customer', 'model'], { minCost: '300' }],
      ['hour', 'Asia/Kathmandu', [], {}],
      ['day', 'Europe/Berlin', [], {}],
    ] as const) {
      const asked = {
        period: '2026-10-25..2026-11-08',
        every,
        tz,
        by,
        ...limits,
        metrics: 'requests,cost,errors,input_tokens',
      };
      const report = await ask(store, { ...asked, compare: '2026-10-13..2026-10-24' });
      const alone = await costReport(store, {
        by: [],
        where: [],
        now: NOW,
        every,
        tz,
        metrics: ['cost'],
        period: parsePeriod('2026-10-25..2026-11-08', tz, NOW),
      });
      for (const { name } of report.metrics) {
        const total = [report.totals[name], report.totals.before?.[name], report.totals.change?.[name]].map(exact);
        expect(total[2]).toBe((total[0] ?? 0n) - (total[1] ?? 0n));
        const three = (lines: readonly (typeof report.totals)[]) => [
          sum(lines.map((line) => line[name])),
          sum(lines.map(({ before }) => before?.[name])),
        ];
        expect([every, name, ...three(report.rows)]).toEqual([every, name, ...total.slice(0, 2)]);
        for (const row of by.length === 0 ? [] : [...report.rows, report.totals]) {
          expect(three(row.series ?? [])).toEqual([exact(row[name]), exact(row.before?.[name])]);
        }
      }
      const cells = by.length === 0 ? report.rows : (report.totals.series ?? []);
      const labels =
        by.length === 0 ? report.rows.map(({ group }) => group[every]) : report.spans?.map(({ label }) => label);
      const now = cells.flatMap(({ cost }, index) => (labels?.[index] === null ? [] : [[labels?.[index], cost]]));
      expect(now).toEqual(alone.rows.map(({ group, cost }) => [group[every], cost]));
    }
  });
});
