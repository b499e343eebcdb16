import { priceBookId } from '../../rate/book/book.js';
import { literal, sql } from '../../sql.js';
import type { Params, Row, Store } from '../../store/store.js';
import { currencyOf, shownMoney } from '../scope/currency.js';
import { filterSql } from '../scope/filter.js';
import { lastUsage } from '../scope/freshness.js';
import type { Period } from '../scope/period.js';
import { scopeOf, withPeriod } from '../scope/scope.js';
import { instantOf, offsetsBetween, timestampText, wallTime } from '../scope/time_zone.js';
import { countOf, isoText } from '../scope/values.js';
import type { MarginQuery, MarginReport, MarginRow, MarginVerdict, StagedRevenue, Unconverted } from './answer.js';
import { marginWarnings } from './notes.js';
import { stageRevenue } from './revenue.js';
import { costSql, groupsSql, PLANS, revenueSql, usageNamed } from './sql.js';

/**
 * Revenue, cost and margin by customer, plan, feature or month; rows sum to the totals to the last digit. Up to now: revenue of days
 * to come is not earned yet. Plans and other names of customers come from llmcost.yaml.
 */
export async function marginReport(store: Store, query: MarginQuery): Promise<MarginReport> {
  const { by, where, tz, terms } = query;
  const period = upToNow(query.period, query.now);
  await stageMonths(store, { ...query, period });
  const staged = await stageRevenue(store, { ...query, period }, 'month');
  await store.run(PLANS, { terms: JSON.stringify(terms.terms) });
  await stageScope(store, { ...query, period }, staged);
  const parts = await store.rows(groupsSql(by), {
    since: timestampText(wallTime(staged.since, tz)),
    top: query.top ?? null,
    margin_points: query.target === undefined ? null : pointsOf(query.target),
  });
  const unconverted = await unconvertedIn(store, query, staged);
  const foreign = new Set(by === 'customer' ? unconverted.map(({ customer }) => customer) : []);
  const rows = parts
    .map((part) => rowOf(part, query))
    .map((row) => (row.kind === 'group' && foreign.has(row.key) ? { ...row, verdict: 'not_converted' as const } : row));
  const totals = rows.find(({ kind }) => kind === 'total');
  if (totals === undefined) throw new Error('a margin without total');
  const shown = rows.filter(({ kind }) => kind !== 'total');
  const unfiltered = where.filter(({ dimension }) => dimension !== 'customer').map(({ text }) => text);
  return {
    schema: 'llmcost.margin/1',
    query: {
      by,
      since: new Date(staged.since).toISOString(),
      until: new Date(staged.until).toISOString(),
      period: query.period.label,
      tz,
      where: where.map(({ text }) => text),
      target: query.target ?? null,
    },
    price_book: await priceBookId(store),
    ...shownMoney(store),
    data_until: isoText(await lastUsage(store, query.now)),
    rows: shown,
    totals,
    not_converted: unconverted,
    warnings: marginWarnings({
      by,
      rows: shown,
      totals,
      staged: {
        ...staged,
        unconverted,
        warnings: staged.warnings.filter(({ code }) => code !== 'not_converted' || unconverted.length > 0),
      },
      unfiltered,
      cut: period !== query.period,
    }),
  };
}

function upToNow(period: Period, now: Date): Period {
  const cut = period.until !== null && period.until > now.getTime() && (period.since ?? 0) < now.getTime();
  return cut ? { ...period, until: now.getTime() } : period;
}

/** What each customer brings in during the whole months that the period touches. */
async function stageMonths(store: Store, query: MarginQuery): Promise<void> {
  const { tz, period, now } = query;
  const [first, last] = [period.since, period.until ?? now.getTime()];
  const month = (instant: number, more: number) => {
    const wall = new Date(wallTime(instant, tz));
    return instantOf(Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() + more), tz);
  };
  const whole = { ...period, since: first === null ? null : month(first, 0), until: month(last - 1, 1) };
  await stageRevenue(store, { ...query, period: whole }, 'month');
  await store.run(sql`
    create or replace temp table margin_month as
    select customer, bucket as month, sum(amount) as amount
    from revenue_part
    where currency = ${literal(currencyOf(store))} and customer is not null
    group by customer, bucket`);
}

async function stageScope(store: Store, query: MarginQuery, { since, until }: StagedRevenue): Promise<void> {
  const { where, tz, terms } = query;
  const offsets = offsetsBetween(since, until, tz);
  const customers = filterSql(
    where.filter(({ dimension }) => dimension === 'customer'),
    offsets,
  );
  await store.run(revenueSql(customers.test, currencyOf(store)), customers.params);
  const { test, params } = withPeriod(scopeOf(where, offsets), query.period);
  const named = terms.aliases.length > 0;
  const aliases: Params = named ? { aliases: JSON.stringify(terms.aliases) } : {};
  await store.run(costSql(usageNamed(named), test, offsets), { ...params, ...aliases });
}

/** What of the revenue of the customers that are asked for could not be converted. */
async function unconvertedIn(
  store: Store,
  { where, tz }: MarginQuery,
  { since, until }: StagedRevenue,
): Promise<Unconverted[]> {
  const customers = filterSql(
    where.filter(({ dimension }) => dimension === 'customer'),
    offsetsBetween(since, until, tz),
  );
  return store.rows<Unconverted>(
    sql`
    select fact.customer, fact.currency, sum(fact.amount) as amount
    from revenue_part as fact
    where fact.currency <> ${literal(currencyOf(store))} and ${customers.test}
    group by fact.customer, fact.currency
    order by fact.currency, fact.customer nulls last`,
    customers.params,
  );
}

/** 70 → 7000, 66.5 → 6650. */
function pointsOf(percent: string): number {
  const [whole = '0', places = ''] = percent.split('.');
  return Number(`${whole}${places.padEnd(2, '0')}`);
}

function rowOf(part: Row, { by, target }: MarginQuery): MarginRow {
  const text = (name: string) => (part[name] === null || part[name] === undefined ? null : String(part[name]));
  const priced = part.priced === true;
  const [first, last] = [text('first_percent'), text('last_percent')];
  const complete = countOf(part.unpriced_rows) === 0;
  const row = {
    kind: part.kind as MarginRow['kind'],
    groups: countOf(part.groups),
    key: text('key'),
    revenue: text('revenue') ?? '0',
    cost: priced ? text('cost') : null,
    cost_complete: complete,
    cost_bound: complete ? ('exact' as const) : ('≥' as const),
    margin: text('margin'),
    margin_percent: text('margin_percent'),
    cost_percent: text(by === 'feature' ? 'cost_percent_of_all' : 'cost_percent'),
    requests: countOf(part.requests),
    turned_negative: text('turned_negative'),
    months_negative: countOf(part.months_negative),
    trend: first === null || last === null ? null : { first_percent: first, last_percent: last },
    target:
      target === undefined
        ? null
        : {
            revenue_needed: text('revenue_needed'),
            cost_allowed: text('cost_allowed'),
            usage_allowed_percent: text('usage_allowed_percent'),
          },
  };
  return { ...row, verdict: verdictOf(row, countOf(part.usage_rows) === 0) };
}

/**
 * Only signs and the percentage are looked at: nothing is calculated. With usage that has no price the margin is the most it can be: a
 * loss is certain, anything else is not.
 */
function verdictOf(
  { revenue, margin, margin_percent, cost_complete }: Omit<MarginRow, 'verdict'>,
  unused: boolean,
): MarginVerdict {
  if (margin === null) return 'unpriced';
  if (!/[1-9]/.test(revenue)) return 'no_revenue';
  if (unused) return 'no_usage';
  // More was paid back than paid: there is no percentage of it.
  if (revenue.startsWith('-')) return 'underwater';
  const even = /^-?0\.\d\d$/.test(margin_percent ?? '') || /^-?1\.00$/.test(margin_percent ?? '');
  if (!cost_complete) return margin.startsWith('-') && !even ? 'underwater' : 'undecided';
  if (even) return 'break_even';
  return margin.startsWith('-') ? 'underwater' : 'profitable';
}
