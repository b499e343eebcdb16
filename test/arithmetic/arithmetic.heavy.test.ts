import { describe, expect, test } from 'vitest';
import { decimal, exact, quotient } from './exact.js';
import { type Call, costOf, type Invented, inventStore } from './invented.js';

/*
 * The answers of the program beside a second, plain computation: loops over invented calls, exact whole numbers, the time zones of
 * JavaScript. It shares no code and no SQL with the program. LLMCOST_ARITHMETIC=100 for the long run: so many stores.
 */
const STORES = Number(process.env.LLMCOST_ARITHMETIC ?? 3);
const SEEDS = Array.from({ length: STORES }, (_, index) => 1000 + index);
const CALLS = 400;
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'America/St_Johns',
];

type Key = (call: Call) => string | null;
const DIMENSIONS: Readonly<Record<string, Key>> = {
  customer: ({ customer }) => customer,
  model: ({ model }) => model,
  feature: ({ feature }) => feature,
  environment: ({ environment }) => environment,
  status: ({ status }) => status,
  'tag:team': ({ tags }) => tags.team ?? null,
};

/** The parts of a moment by the clock on the wall, as JavaScript knows it. */
function wall(zone: string): (call: Call) => Readonly<Record<string, string>> {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    weekday: 'long',
  });
  return ({ timestamp }) =>
    Object.fromEntries(format.formatToParts(new Date(timestamp)).map(({ type, value }) => [type, value]));
}

const TIMES: Readonly<Record<string, (parts: Readonly<Record<string, string>>) => string>> = {
  day: ({ year, month, day }) => `${year}-${month}-${day}`,
  month: ({ year, month }) => `${year}-${month}`,
  weekday: ({ weekday }) => String(weekday),
};

/** What a report says of some calls. */
function valuesOf(calls: readonly Call[], { rates }: Invented, whole: bigint): Record<string, unknown> {
  const sum = (of: (call: Call) => number) => calls.reduce((all, call) => all + of(call), 0);
  const cost = costOf(calls, rates);
  return {
    requests: calls.length,
    input_tokens: sum(({ input_tokens }) => input_tokens),
    output_tokens: sum(({ output_tokens }) => output_tokens),
    cached_tokens: sum(({ cache_read_tokens }) => cache_read_tokens),
    cost: decimal(cost),
    cost_per_request: decimal(quotient(cost, BigInt(calls.length))),
    share: (Number(quotient(cost * 10_000n, whole)) / 100).toFixed(2),
  };
}

function grouped(calls: readonly Call[], keys: readonly Key[]): Map<string, Call[]> {
  const groups = new Map<string, Call[]>();
  for (const call of calls) {
    const key = JSON.stringify(keys.map((of) => of(call)));
    groups.set(key, [...(groups.get(key) ?? []), call]);
  }
  return groups;
}

const VALUES = ['requests', 'input_tokens', 'output_tokens', 'cached_tokens', 'cost', 'cost_per_request', 'share'];

/** Rows of a report under the key of their group, with the values that are computed here, too. */
function told(rows: readonly Record<string, unknown>[], by: readonly string[]): Map<string, unknown> {
  return new Map(
    rows
      .filter(({ kind }) => kind === 'group')
      .map((row) => {
        const group = row.group as Record<string, string | null>;
        const key = JSON.stringify(by.map((name) => group[name] ?? null));
        return [key, Object.fromEntries(VALUES.map((name) => [name, row[name]]))];
      }),
  );
}

function expected(groups: Map<string, Call[]>, store: Invented): Map<string, unknown> {
  const whole = costOf([...groups.values()].flat(), store.rates);
  return new Map([...groups].map(([key, calls]) => [key, valuesOf(calls, store, whole)]));
}

describe.each(SEEDS)('store %i', (seed) => {
  const made = inventStore(seed, CALLS);

  test('reports by one or two dimensions', async () => {
    const store = await made;
    const names = Object.keys(DIMENSIONS);
    const pairs = names.flatMap((one, index) => names.slice(index + 1).map((other) => [one, other]));
    for (const by of [...names.map((name) => [name]), ...pairs]) {
      const { rows, totals } = await store.ask(['report', '--by', by.join(','), '--format', 'json', '-q']);
      const keys = by.map((name) => DIMENSIONS[name] ?? (() => null));
      expect([by, told(rows, by)]).toEqual([by, expected(grouped(store.calls, keys), store)]);
      expect(totals).toMatchObject({ requests: CALLS, cost: decimal(costOf(store.calls, store.rates)) });
    }
  });

  test('reports by time, in zones far and near, and of months by their clocks', async () => {
    const store = await made;
    for (const zone of ZONES) {
      const parts = wall(zone);
      for (const [time, label] of Object.entries(TIMES)) {
        const { rows } = await store.ask(['report', '--by', time, '--tz', zone, '--format', 'json', '-q']);
        const groups = grouped(store.calls, [(call) => label(parts(call))]);
        expect([zone, time, told(rows, [time])]).toEqual([zone, time, expected(groups, store)]);
      }
      for (const month of ['2026-03', '2026-10', '2027-01']) {
        const asked = ['report', '--by', 'model', '--tz', zone, '--period', month, '--format', 'json', '-q'];
        const calls = store.calls.filter((call) => TIMES.month?.(parts(call)) === month);
        const { rows, totals } = await store.ask(asked);
        expect([zone, month, totals.cost]).toEqual([zone, month, decimal(costOf(calls, store.rates))]);
        expect([zone, month, told(rows, ['model'])]).toEqual([
          zone,
          month,
          expected(grouped(calls, [({ model }) => model]), store),
        ]);
      }
    }
  });

  test('the same calls on another model', async () => {
    const store = await made;
    const [one = '', other = ''] = Object.keys(store.rates);
    for (const by of ['customer', 'feature', 'model']) {
      const asked = [
        'simulate',
        '--swap',
        `${one}=ours/${other}`,
        '--assume-able',
        '--by',
        by,
        '--format',
        'json',
        '-q',
      ];
      const { rows, totals } = await store.ask(asked);
      const swapped = ({ model }: Call) => (model === one ? other : model);
      const before = (calls: readonly Call[]) => decimal(costOf(calls, store.rates));
      const after = (calls: readonly Call[]) => decimal(costOf(calls, store.rates, swapped));
      expect(totals).toMatchObject({ requests: CALLS, before: before(store.calls), after: after(store.calls) });
      const key = DIMENSIONS[by] ?? (() => null);
      const groups = grouped(store.calls, [key]);
      for (const row of rows.filter(({ kind }) => kind === 'group')) {
        const group = row.group as Record<string, string | null>;
        const calls = groups.get(JSON.stringify([group[by] ?? null])) ?? [];
        expect([by, group, row.requests, row.before, row.after]).toEqual([
          by,
          group,
          calls.length,
          before(calls),
          after(calls),
        ]);
      }
    }
  });

  test('what budgets have used, by customer and in all', async () => {
    const store = await made;
    for (const [at, month] of [
      ['2026-03-31', '2026-03'],
      ['2026-10-31', '2026-10'],
      ['2026-12-31', '2026-12'],
    ] as const) {
      for (const by of [undefined, 'customer', 'model']) {
        const grouping = by === undefined ? [] : ['--group-by', by];
        const asked = ['budget-check', '--limit', '1 USD', '--period', 'month', '--at', at, '--all', ...grouping];
        const { rows } = await store.ask([...asked, '--format', 'json'], [0, 1, 4]);
        const calls = store.calls.filter(({ timestamp }) => timestamp.startsWith(month));
        const groups = grouped(calls, by === undefined ? [] : [DIMENSIONS[by] ?? (() => null)]);
        for (const row of rows) {
          const group = row.group as Record<string, string | null>;
          const key = JSON.stringify(by === undefined ? [] : [group[by] ?? null]);
          const used = costOf(groups.get(key) ?? [], store.rates);
          const percent = Number(quotient(used * 10_000n, exact('1'))) / 100;
          expect([at, group, row.used, Number(row.used_percent)]).toEqual([at, group, decimal(used), percent]);
          if (used > exact('1')) expect([at, group, row.verdict]).toEqual([at, group, 'breach']);
        }
      }
    }
  });
});
