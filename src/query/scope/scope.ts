import { integer, literal, type Sql, sql } from '../../sql.js';
import type { Params, Store } from '../../store/store.js';
import { boundsWithin, type RolledScope } from '../rollups/read.js';
import { isTime } from './dimensions.js';
import { type Condition, filterSql } from './filter.js';
import type { Bounded, Period } from './period.js';
import { type Offset, offsetsBetween, timestampText } from './time_zone.js';

/** Usage that lies in the scope of a question: a test over usage_fact (aliased fact) and its parameters. */
export interface Scope {
  test: Sql;
  params: Params;
  /** The same for sums of many calls; undefined where it only fits single ones. */
  rolled?: RolledScope | undefined;
}

/** Rows of imports that were cut off lie beyond the last finished number; the view `usage` has the same rule. */
export const VISIBLE = sql`fact.import_id <= (
    select coalesce(max(done.import_id), 0) from imports as done where done.status <> 'loading'
  )`;

/**
 * The same rule as it is now: for one question, in which nothing is imported. With the number itself in the statement DuckDB knows from
 * the statistics of the column that it holds for all rows, and looks at none of them (20 million: 0.04 s less for each statement).
 */
export async function visibleNow(store: Store): Promise<Sql> {
  const { last } = await store.row<{ last: number }>(
    sql`select coalesce(max(import_id), 0) as last from imports where status <> 'loading'`,
  );
  return sql`fact.import_id <= ${integer(last)}`;
}

/** Usage that fulfils all conditions, at any time. */
export function scopeOf(where: readonly Condition[], offsets: readonly Offset[], visibility = VISIBLE): Scope {
  const { test, params, tables } = filterSql(where, offsets);
  const visible = sql`${visibility} and ${test}`;
  return { test: visible, params, rolled: { of: visible, test: visible, tables, times: [ANY_TIME] } };
}

/** The same within a period, half open. Undated usage is in no bounded period. */
export function withPeriod(scope: Scope, { since, until }: Pick<Period, 'since' | 'until'>): Scope {
  const { test, params, rolled } = scope;
  const bounded: Scope = { test, params: { ...params } };
  if (since !== null) {
    bounded.test = sql`${bounded.test} and fact.occurred_at >= cast($since as timestamp)`;
    bounded.params.since = timestampText(since);
  }
  if (until !== null) {
    bounded.test = sql`${bounded.test} and fact.occurred_at < cast($until as timestamp)`;
    bounded.params.until = timestampText(until);
  }
  if (rolled?.of !== test) return bounded;
  const times = rolled.times.map((one) => boundsWithin(one, { since, until }));
  return { ...bounded, rolled: { ...rolled, of: bounded.test, times } };
}

/** The same within either of two periods that have no moment in common. */
export function withEither({ test, params, rolled }: Scope, one: Bounded, other: Bounded): Scope {
  const within = sql`${test} and (${inPeriod(one)} or ${inPeriod(other)})`;
  if (rolled?.of !== test) return { test: within, params };
  return { test: within, params, rolled: { ...rolled, of: within, times: [one, other] } };
}

/** Whether usage (aliased fact) is in the period. */
export function inPeriod({ since, until }: Pick<Bounded, 'since' | 'until'>): Sql {
  const moment = (instant: number) => sql`timestamp ${literal(timestampText(instant))}`;
  return sql`(fact.occurred_at >= ${moment(since)} and fact.occurred_at < ${moment(until)})`;
}

const ANY_TIME = { since: null, until: null };

const EARLIEST = Date.UTC(1970, 0);
const LATEST = Date.UTC(2100, 0);

/**
 * The offsets of the time zone over the time the store spans, and over a period besides; only looked up if one of the dimensions asked
 * for is about time.
 */
export async function zoneOffsets(
  store: Store,
  dimensions: readonly string[],
  tz: string,
  period?: Pick<Period, 'since' | 'until'>,
): Promise<Offset[]> {
  if (tz === 'UTC' || !dimensions.some(isTime)) return [{ from: EARLIEST, seconds: 0 }];
  const span = await store.row<{ first: string | null; last: string | null }>(
    sql`select epoch_ms(min(occurred_at)) as first, epoch_ms(max(occurred_at)) as last from usage_fact`,
  );
  const starts = [Number(span.first ?? EARLIEST), period?.since ?? null].filter((instant) => instant !== null);
  const first = Math.max(Math.min(...starts), EARLIEST);
  const last = Math.min(Math.max(Number(span.last ?? first), period?.until ?? first), LATEST);
  return offsetsBetween(first, Math.max(first, last), tz);
}
