import { literal, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { currencyOf } from '../scope/currency.js';
import type { Period } from '../scope/period.js';
import { instantOf, offsetsBetween, timestampText, wallTime } from '../scope/time_zone.js';
import type { Money } from '../scope/values.js';
import type { CustomerRevenue, RevenueAnswer, RevenueQuery, StagedRevenue, Unconverted } from './answer.js';
import { revenueWarnings } from './revenue_notes.js';
import { datedSql, partsSql } from './revenue_spread.js';
import { judgedSql, NAMED } from './revenue_sql.js';

/**
 * What customers brought in during a period: rows for each customer (and day or month) that earned anything, ordered by
 * customer and time. Rows sum to the total to the last digit, and days and months to the whole. What is in a currency without rate is
 * in `unconverted`.
 */
export async function revenueByCustomer(
  store: Store,
  query: RevenueQuery,
  every: 'all' | 'day' | 'month' = 'all',
): Promise<RevenueAnswer> {
  const staged = await stageRevenue(store, query, every);
  const currency = literal(currencyOf(store));
  const format = every === 'day' ? sql`'%Y-%m-%d'` : sql`'%Y-%m'`;
  const rows = await store.rows<CustomerRevenue & Record<string, string | null>>(sql`
    select
      customer,
      ${every === 'all' ? sql`cast(null as varchar)` : sql`strftime(bucket, ${format})`} as time,
      sum(amount) as revenue
    from revenue_part
    where currency = ${currency}
    group by all
    order by customer nulls last, time`);
  const { total } = await store.row<{ total: Money }>(
    sql`select cast(coalesce(sum(amount), 0) as decimal(38, 18)) as total from revenue_part where currency = ${currency}`,
  );
  return { ...staged, rows, total };
}

/**
 * Works revenue out into the temporary table `revenue_part`: kind, customer, plan, feature, currency (that of the answer where it
 * could be converted), bucket (the beginning of the day or month, or of the period, by the wall clock of the zone), amount. For questions that
 * set it against usage.
 */
export async function stageRevenue(
  store: Store,
  { period, tz, now, terms }: RevenueQuery,
  every: 'all' | 'day' | 'month' = 'all',
): Promise<StagedRevenue> {
  const { since, until, first, last } = await boundsOf(store, period, { tz, now });
  const wall = { since: timestampText(wallTime(since, tz)), until: timestampText(wallTime(until, tz)) };
  const offsets = offsetsBetween(first, last, tz);
  await store.run(NAMED, { aliases: JSON.stringify(terms.aliases) });
  await store.run(judgedSql(offsets), { terms: JSON.stringify(terms.terms) });
  const currency = currencyOf(store);
  await store.run(datedSql(currency), { ...wall, rates: JSON.stringify(terms.rates) });
  await store.run(partsSql(every), wall);
  const unconverted = await store.rows<Unconverted>(sql`
    select customer, currency, sum(amount) as amount
    from revenue_part
    where currency <> ${literal(currency)}
    group by customer, currency
    order by currency, customer nulls last`);
  return { since, until, unconverted, warnings: await revenueWarnings(store, unconverted) };
}

const DAY = 86_400_000;

/** The bounds of the period, whole days where it has none, and those of all that is known of revenue, for the offsets of the zone. */
async function boundsOf(store: Store, { since, until }: Period, { tz, now }: Pick<RevenueQuery, 'tz' | 'now'>) {
  const { used, first, last } = await store.row<Record<'used' | 'first' | 'last', string | null>>(sql`
    select
      (select epoch_ms(min(occurred_at)) from usage_fact) as used,
      epoch_ms(min(period_start)) as first,
      epoch_ms(max(coalesce(period_end, period_start))) as last
    from revenue_entry`);
  const known = [used, first].flatMap((text) => (text === null ? [] : [Number(text)]));
  const end = until ?? now.getTime();
  const begin = since ?? startOfDay(Math.min(end, ...known), tz);
  return { since: begin, until: end, first: Math.min(begin, ...known), last: Math.max(end, Number(last ?? end)) };
}

function startOfDay(instant: number, tz: string): number {
  return instantOf(Math.floor(wallTime(instant, tz) / DAY) * DAY, tz);
}
