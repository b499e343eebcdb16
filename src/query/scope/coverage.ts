import { type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import type { Base } from '../metrics/metric_rows.js';
import { openUntil } from './open_buckets.js';
import type { Period } from './period.js';
import type { Scope } from './scope.js';
import { type Count, countOf, isoText } from './values.js';

/** How much of the usage in scope the figures stand for, and on what they rest. */
export interface Coverage {
  /** null if no row tells how many requests it stands for. */
  requests: Count | null;
  priced_requests: Count;
  unpriced_requests: Count;
  assumed_requests: Count;
  /** Rows of usage: calls, or buckets of many. */
  rows: Count;
  /** Of the rows; 2 places, rounded down: 100 is all of them. null without usage. */
  priced_percent: string | null;
  rows_without_customer: Count;
  /** Of the rows: buckets of many calls. */
  bucket_rows: Count;
  /** How many days ago the newest price list is of; null if there is none, or where the clock does not count. */
  price_age_days: number | null;
  /** The time asked for; where it has no bound, the time of all usage there is. */
  since: string | null;
  until: string | null;
  /** The last call of all usage there is, in whatever scope; null without any that has a time. */
  data_until: string | null;
  /** The end of the last bucket in scope that was still open when it was imported; null where all were closed. */
  open_until: string | null;
}

interface Asked {
  scope: Scope;
  period: Period;
  now: Date;
  reproducible?: boolean | undefined;
}

/** The coverage of a total. */
export async function coverageOf(
  store: Store,
  base: Base,
  { scope, period, now, reproducible }: Asked,
): Promise<Coverage> {
  const known = await store.row<{
    buckets: boolean;
    prices: string | null;
    first: string | null;
    last: string | null;
  }>(sql`
    select
      (select count(*) > 0 from usage_profile where bucket_seconds is not null) as buckets,
      (select epoch_ms(cast(max(data_date) as timestamp)) from price_book) as prices,
      epoch_ms(min(first_at)) as first,
      epoch_ms(max(last_at)) as last
    from imports
    where status <> 'loading' and import_id in (select distinct import_id from usage_fact)`);
  const unknown = base.usage_rows !== 0 && base.unknown_rows === base.usage_rows;
  const age = known.prices === null || reproducible === true ? null : now.getTime() - Number(known.prices);
  return {
    requests: unknown ? null : base.requests,
    priced_requests: base.priced_requests,
    unpriced_requests: base.unpriced_requests,
    assumed_requests: base.assumed_requests,
    rows: base.usage_rows,
    priced_percent: percentOf(base.priced_rows, base.usage_rows),
    rows_without_customer: await rowsWhere(store, scope, NAMELESS),
    bucket_rows: known.buckets ? await rowsWhere(store, scope, IN_BUCKETS) : 0,
    price_age_days: age === null ? null : Math.max(Math.floor(age / 86_400_000), 0),
    since: isoText(period.since ?? numberOf(known.first)),
    until: isoText(period.until ?? numberOf(known.last)),
    data_until: isoText(numberOf(known.last)),
    open_until: known.buckets ? await openUntil(store, scope) : null,
  };
}

/** Where every row has a customer the statistics of the column answer. */
const NAMELESS = sql`fact.customer is null`;
const IN_BUCKETS = sql`fact.profile_id in (select profile_id from usage_profile where bucket_seconds is not null)`;

async function rowsWhere(store: Store, { test, params }: Scope, condition: Sql): Promise<Count> {
  const row = await store.row<{ found: string }>(
    sql`select count(*) as found from usage_fact as fact where ${condition} and ${test}`,
    params,
  );
  return countOf(row.found);
}

function percentOf(part: Count, whole: Count): string | null {
  if (BigInt(whole) === 0n) return null;
  const hundredths = String((BigInt(part) * 10_000n) / BigInt(whole)).padStart(3, '0');
  return `${hundredths.slice(0, -2)}.${hundredths.slice(-2)}`;
}

function numberOf(text: string | null): number | null {
  return text === null ? null : Number(text);
}
