import { priceBookId } from '../../rate/book/book.js';
import { join, literal, type Sql, sql } from '../../sql.js';
import type { Row, Store } from '../../store/store.js';
import { atto, divided, fromAtto } from '../metrics/division.js';
import { shownMoney } from '../scope/currency.js';
import { dimensionOf } from '../scope/dimensions.js';
import { patternHint } from '../scope/filter.js';
import { lastUsage } from '../scope/freshness.js';
import { type Scope, scopeOf, withPeriod, zoneOffsets } from '../scope/scope.js';
import { countOf, isoText, textOf } from '../scope/values.js';
import type { Behind, CacheRow, LimitRow, WasteQuery, WasteReport, WasteRow } from './answer.js';
import { cacheLedger, missedReads, unreadWrites } from './cache_sql.js';
import { CATEGORIES } from './categories.js';
import { batchable, smallAnswers } from './cheaper.js';
import { failedCalls, found, IS_CALL, JOINED, NEW_FOUND, OUTPUT } from './found_sql.js';
import { repeats, SENT_AGAIN, sameCalls } from './repeats_sql.js';
import { attempts, RETRIED } from './retries_sql.js';

/** What was paid for nothing, or for more than was needed. No call is counted twice. docs/commands/waste.md explains how. */
export async function wasteReport(store: Store, query: WasteQuery): Promise<WasteReport> {
  const { where, tz, period } = query;
  const offsets = await zoneOffsets(store, ['day', ...where.map(({ dimension }) => dimension)], tz);
  const scope = withPeriod(scopeOf(where, offsets), period);
  await find(store, scope, query.now);
  const whole = await store.row(wholeSql(scope.test, dimensionOf('day', offsets).key), scope.params);
  const days = countOf(whole.days);
  const parts = await store.rows(SUMMED, { days, in_scope: String(whole.cost) });
  const behind = await store.rows(BEHIND, { top: query.top });
  const total = parts.find(({ category }) => category === null);
  if (total === undefined) throw new Error('waste without a total');
  return {
    schema: 'llmcost.waste/1',
    query: described(query),
    price_book: await priceBookId(store),
    ...shownMoney(store),
    data_until: isoText(await lastUsage(store, query.now)),
    days,
    rows: CATEGORIES.flatMap((category) => {
      const part = parts.find(({ category: name }) => name === category.name);
      return part === undefined ? [] : [rowOf(category, part, behind)];
    }),
    totals: { ...sumsOf(total), cost_in_scope: String(whole.cost), share_percent: textOf(total.share_percent) },
    retries: await retriesOf(store),
    cache: (await store.rows(cacheLedger(scope.test), scope.params)).map(cacheOf),
    limits: (await store.rows(limitsSql(scope.test), scope.params)).map(limitOf),
    warnings: notesOn(whole, query),
  };
}

async function find(store: Store, { test, params }: Scope, now: Date): Promise<void> {
  const add = async (category: string, query: Sql, given = params) =>
    void (await store.run(found(literal(category), query), given));
  await store.run(NEW_FOUND);
  await store.run(attempts(test), params);
  await add('retries', RETRIED, {});
  await add('failed', failedCalls(test));
  await store.run(repeats(test), params);
  await add('lost_retries', SENT_AGAIN, {});
  await add('duplicates', sameCalls(test));
  await add('unread_cache', unreadWrites(test));
  await add('missed_cache', missedReads(test));
  await batchable(store, { test, params, now });
  await smallAnswers(store, { test, params, now });
  await store.run(SETTLED);
}

const ORDER = join(CATEGORIES.map(({ name }) => literal(name)));

/** Each call goes to the first category that claims it. */
const SETTLED = sql`
create or replace temp table waste_settled as
with ranked as (
  select *, list_position([${ORDER}], category) as rank from waste_found
),
settled as (
  select call, arg_min(category, rank) as category, arg_min(saving, rank) as saving
  from ranked
  group by call
)
select
  settled.category,
  fact.customer,
  profile.feature,
  coalesce(profile.model, profile.request_model) as model,
  count(*) as calls,
  sum(fact.cost_usd) as cost,
  sum(settled.saving) as saving
from settled
join usage_fact as fact on fact.rowid = settled.call
join usage_profile as profile on profile.profile_id = fact.profile_id
group by all`;

const SAVED = sql`coalesce(sum(saving), cast(0 as decimal(38, 18)))`;

/** One row for each category and one, without a name, for all. Parameters: $days, $in_scope (USD). */
const SUMMED = sql`
with summed as (
  select
    category,
    coalesce(sum(calls), 0) as calls,
    coalesce(sum(cost), cast(0 as decimal(38, 18))) as cost,
    ${SAVED} as saving
  from waste_settled
  group by grouping sets ((category), ())
),
whole as (
  select cast($in_scope as decimal(38, 18)) as cost, greatest(cast($days as bigint), 1) as days
)
select
  summed.category,
  summed.calls,
  cast(summed.cost as varchar) as cost,
  cast(summed.saving as varchar) as saving,
  cast(${fromAtto(divided(sql`(30 * ${atto(sql`summed.saving`)})`, sql`whole.days`))} as varchar) as saving_per_month,
  case when whole.cost > 0 then cast(
    cast(${divided(sql`(10000 * ${atto(sql`summed.saving`)})`, atto(sql`whole.cost`))} as decimal(18, 0)) * cast(0.01 as decimal(3, 2))
    as varchar) end as share_percent
from summed
cross join whole`;

/** The customers, features and models behind each category; $top of each. */
const BEHIND = sql`
select category, customer, feature, model, calls, cast(saving as varchar) as saving, number
from (
  select
    *,
    row_number() over (partition by category order by saving desc, customer, feature, model) as rank,
    count(*) over (partition by category) as number
  from waste_settled
)
where rank <= $top
order by category, rank`;

function wholeSql(test: Sql, day: Sql): Sql {
  return sql`
  select
    count(*) as usage_rows,
    count(*) filter (where fact.cost_status = 1) as unpriced_rows,
    count(*) filter (where profile.bucket_seconds is not null or fact.requests is distinct from 1) as bucket_rows,
    count(fact.session_id) as with_session,
    count(fact.cache_read_tokens) as with_cache,
    count(fact.uncached_input_tokens) as with_prompt,
    cast(coalesce(sum(fact.cost_usd), cast(0 as decimal(38, 18))) as varchar) as cost,
    coalesce(date_diff('day', min(${day}), max(${day})) + 1, 0) as days
  from ${JOINED}
  where ${test}`;
}

/** Limits at least four times the largest of 100 answers or more. */
function limitsSql(test: Sql): Sql {
  return sql`
  select
    profile.feature,
    coalesce(profile.model, profile.request_model) as model,
    profile.max_output_tokens,
    count(*) as calls,
    max(${OUTPUT}) as largest_output
  from ${JOINED}
  where ${test} and ${IS_CALL} and profile.max_output_tokens is not null
  group by all
  having count(*) >= 100 and max(${OUTPUT}) > 0 and profile.max_output_tokens >= 4 * max(${OUTPUT})
  order by count(*) desc, profile.feature, model`;
}

async function retriesOf(store: Store): Promise<WasteReport['retries']> {
  const row = await store.row(sql`
    select
      count(*) filter (where place = 1) as requests,
      count(*) filter (where place > 1) as attempts,
      cast(coalesce(sum(cost) filter (where place > 1), cast(0 as decimal(38, 18))) as varchar) as cost
    from waste_attempt`);
  return { requests: countOf(row.requests), attempts: countOf(row.attempts), cost: String(row.cost) };
}

function sumsOf(part: Row): Pick<WasteRow, 'calls' | 'cost' | 'saving' | 'saving_per_month'> {
  return {
    calls: countOf(part.calls),
    cost: String(part.cost),
    saving: String(part.saving),
    saving_per_month: String(part.saving_per_month),
  };
}

function rowOf(
  { name, title, confidence, decided }: (typeof CATEGORIES)[number],
  part: Row,
  all: readonly Row[],
): WasteRow {
  const behind = all.filter(({ category }) => category === name);
  const number = Number(behind[0]?.number ?? 0);
  return {
    category: name,
    title,
    confidence,
    decided,
    ...sumsOf(part),
    behind: behind.map(behindOf),
    more: number - behind.length,
  };
}

function behindOf(row: Row): Behind {
  return {
    customer: textOf(row.customer),
    feature: textOf(row.feature),
    model: textOf(row.model),
    calls: countOf(row.calls),
    saving: String(row.saving),
  };
}

function cacheOf(row: Row): CacheRow {
  return {
    provider: textOf(row.provider),
    model: textOf(row.model),
    read_tokens: countOf(row.read_tokens),
    written_tokens: countOf(row.written_tokens),
    written_1h_tokens: countOf(row.written_1h_tokens),
    saved: String(row.saved),
    paid: String(row.paid),
    net: String(row.net),
    one_hour_instead: textOf(row.one_hour_instead),
  };
}

function limitOf(row: Row): LimitRow {
  return {
    feature: textOf(row.feature),
    model: textOf(row.model),
    calls: countOf(row.calls),
    max_output_tokens: countOf(row.max_output_tokens),
    largest_output: countOf(row.largest_output),
  };
}

function described({ period, tz, where, top }: WasteQuery): WasteReport['query'] {
  return {
    since: isoText(period.since),
    until: isoText(period.until),
    period: period.label,
    tz,
    where: where.map(({ text }) => text),
    top,
  };
}

function notesOn(whole: Row, { where }: WasteQuery): WasteReport['warnings'] {
  const [rows, unpriced, buckets] = [whole.usage_rows, whole.unpriced_rows, whole.bucket_rows].map(Number);
  const notes: WasteReport['warnings'] = [];
  if (rows === 0) {
    const message = `There is no usage in this scope. Widen it (--period all, fewer --where), or import something: llmcost import <files>.${patternHint(where)}`;
    return [{ code: 'no_usage', message }];
  }
  if (unpriced !== 0) {
    const message = `${unpriced === 1 ? '1 row of usage has' : `${unpriced} rows of usage have`} no price and could not be judged; llmcost report names the models.`;
    notes.push({ code: 'unpriced', message });
  }
  if (buckets !== 0) {
    const message = `${buckets === 1 ? '1 row of usage is a sum' : `${buckets} rows of usage are sums`} over calls, of which no single call is known: only their cache is looked at.`;
    notes.push({ code: 'buckets', message });
  }
  if (Number(whole.with_session) === 0) {
    const message = 'No call tells its session: whether prompts were sent again without a cache cannot be seen.';
    notes.push({ code: 'no_sessions', message });
  }
  if (Number(whole.with_prompt) > 0 && Number(whole.with_cache) === 0) {
    const message =
      'No row tells what was read from a cache: whether prompts could be cached, or already are, cannot be judged. Log cache_read_tokens, 0 where there was none.';
    notes.push({ code: 'cache_unknown', message });
  } else if (Number(whole.with_cache) < Number(whole.with_prompt)) {
    const missing = Number(whole.with_prompt) - Number(whole.with_cache);
    const message = `${missing === 1 ? '1 row does' : `${missing} rows do`} not tell what was read from a cache: their caching cannot be judged.`;
    notes.push({ code: 'cache_unknown', message });
  }
  return notes;
}
