import { CARD_MATCH, COST_USD, ratedProfiles } from '../../rate/rating.js';
import { identifier, integer, join, literal, type Sql, sql, timestampOf } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { atto, proportion } from '../metrics/division.js';
import { INPUT_SUM, OUTPUT_SUM } from '../metrics/measures.js';
import { VISIBLE } from '../scope/scope.js';
import { countOf } from '../scope/values.js';
import type { Baseline, CaseChange, Change, Comparison } from './answer.js';
import { type CaseKey, cardColumns, isPinned } from './run.js';

/** With fewer cases, noise cannot be told from change. */
export const FEWEST_CASES = 5;

const METRICS = ['cost', 'total_tokens', 'input_tokens', 'output_tokens', 'requests'] as const;

/** Compares the usage in the store with a baseline. `file` is how the baseline is called in answers. */
export async function comparison(
  store: Store,
  { baseline, file, key, now }: { baseline: Baseline; file: string; key: CaseKey; now: Date },
): Promise<Comparison> {
  await pinCards(store, baseline);
  await pairCases(store, { baseline, key, now });
  const { written_at, reason, price_book } = baseline;
  const counts = await store.row<
    Record<'compared' | 'added' | 'gone' | 'unpriced_rows' | 'price_effect' | 'added_cost', string>
  >(sql`
    select
      count(*) filter (where in_both) as compared,
      count(*) filter (where before_case is null) as added,
      count(*) filter (where after_case is null) as gone,
      coalesce(sum(after_unpriced) filter (where in_both), 0) as unpriced_rows,
      cast(coalesce(sum(after_price_effect), 0) as varchar) as price_effect,
      cast(coalesce(sum(after_cost) filter (where before_case is null), 0) as varchar) as added_cost
    from baseline_pair`);
  return {
    baseline: { file, written_at, reason, price_book },
    case_by: key.name,
    cases: { compared: Number(counts.compared), added: Number(counts.added), gone: Number(counts.gone) },
    changes: await changesOf(store),
    worst: await worstCases(store),
    price_effect: counts.price_effect,
    unpriced_rows: countOf(counts.unpriced_rows),
    added_cost: counts.added_cost,
  };
}

/** `pinned_card`: the rate cards of the baseline, as the table of rate cards has them. */
async function pinCards(store: Store, { rate_cards }: Baseline): Promise<void> {
  const columns = (await cardColumns(store)).filter(({ name }) => isPinned(name));
  const shape = JSON.stringify([Object.fromEntries(columns.map(({ name }) => [name, 'varchar']))]);
  const names = columns.map(({ name }) => identifier(name));
  await store.run(sql`create or replace temp table pinned_card as from rate_card limit 0`);
  // A card of a column more or less than we know comes from another version: what is missing is null.
  await store.run(
    sql`
    insert into pinned_card (${join(names)}, rate_ids, created_at)
    select ${join(names)}, map {}, timestamp '1970-01-01'
    from (select unnest(from_json(cast($cards as json), $shape), recursive := true))`,
    { cards: JSON.stringify(rate_cards), shape },
  );
}

/** `baseline_pair`: each case of either run, with what it used in both; the cost of the new one is by the pinned cards. */
async function pairCases(
  store: Store,
  { baseline, key, now }: { baseline: Baseline; key: CaseKey; now: Date },
): Promise<void> {
  const cards = ratedProfiles(sql`usage_profile`, sql`pinned_card`);
  await store.run(
    sql`
    create or replace temp table baseline_pair as
    with known as (
      select unnest(from_json(cast($cases as json), '[{
        "case": "varchar", "requests": "hugeint", "input_tokens": "hugeint", "output_tokens": "hugeint", "cost": "decimal(38,18)"
      }]'), recursive := true)
    ),
    pinned as (
      select call.*, if(card.profile_id is null, null, ${COST_USD}) as pinned_cost
      from (
        select fact.*, ${key.key} as case_name
        from usage_fact as fact
        where ${VISIBLE}
      ) as call
      left join (${cards}) as card on card.profile_id = call.profile_id and ${CARD_MATCH}
    ),
    used as (
      select
        coalesce(case_name, '') as case_name,
        coalesce(sum(fact.requests), 0) as requests,
        ${INPUT_SUM} as input_tokens,
        ${OUTPUT_SUM} as output_tokens,
        coalesce(sum(coalesce(fact.pinned_cost, fact.cost_usd)), 0) as cost,
        coalesce(sum(fact.cost_usd - fact.pinned_cost), 0) as price_effect,
        count(*) filter (where fact.pinned_cost is null and fact.cost_usd is null) as unpriced
      from pinned as fact
      group by 1
    )
    select
      known."case" as before_case,
      used.case_name as after_case,
      known."case" is not null and used.case_name is not null as in_both,
      known.cost as before_cost,
      used.cost as after_cost,
      ${join(
        (['requests', 'input_tokens', 'output_tokens'] as const).flatMap((name) => [
          sql`cast(known.${identifier(name)} as decimal(38, 18)) as ${identifier(`before_${name}`)}`,
          sql`cast(used.${identifier(name)} as decimal(38, 18)) as ${identifier(`after_${name}`)}`,
        ]),
        ',\n      ',
      )},
      cast(known.input_tokens + known.output_tokens as decimal(38, 18)) as before_total_tokens,
      cast(used.input_tokens + used.output_tokens as decimal(38, 18)) as after_total_tokens,
      used.unpriced as after_unpriced,
      used.price_effect as after_price_effect
    from known
    full join used on used.case_name = known."case"`,
    { cases: JSON.stringify(baseline.cases), now: timestampOf(now) },
  );
}

/**
 * The change of each metric and its interval. The cases are a sample of what the code is asked to do: the interval is that of a ratio of
 * sums, from how far single cases stray from the common ratio (Cochran, Sampling Techniques, chapter 6), with Student's t in the
 * expansion of Abramowitz and Stegun, 26.7.5.
 */
async function changesOf(store: Store): Promise<Change[]> {
  const parts = METRICS.map((metric) => {
    const before = identifier(`before_${metric}`);
    const after = identifier(`after_${metric}`);
    return sql`select ${literal(metric)} as metric, ${before} as before, ${after} as after from baseline_pair where in_both`;
  });
  const rows = await store.rows<{ [K in keyof Change]: string | null }>(sql`
    with pairs as (
      ${join(parts, '\n      union all ')}
    ),
    sums as (
      select metric, count(*) as n, sum(before) as before, sum(after) as after
      from pairs
      group by metric
    ),
    ratios as (
      select *, cast(after as double) / nullif(cast(before as double), 0) as ratio
      from sums
    ),
    strayed as (
      select
        ratios.*,
        sum(power(cast(pairs.after as double) - ratios.ratio * cast(pairs.before as double), 2)) as squares
      from ratios
      join pairs on pairs.metric = ratios.metric
      group by all
    ),
    judged as (
      select
        *,
        if(n >= ${integer(FEWEST_CASES)}, ${student(sql`(n - 1)`)} * sqrt(squares * n / (n - 1)) / cast(before as double), null) as half
      from strayed
    )
    select
      metric,
      cast(before as varchar) as before,
      cast(after as varchar) as after,
      ${changePercent(sql`before`, sql`after`)} as change_percent,
      cast(cast(100 * (ratio - 1 - half) as decimal(18, 2)) as varchar) as low_percent,
      cast(cast(100 * (ratio - 1 + half) as decimal(18, 2)) as varchar) as high_percent
    from judged
    order by list_position([${join(METRICS.map((metric) => literal(metric)))}], metric)`);
  return rows.flatMap((row) => {
    const metric = METRICS.find((known) => known === row.metric);
    if (metric === undefined || row.before === null || row.after === null) return [];
    const { change_percent, low_percent, high_percent } = row;
    return [{ metric, before: row.before, after: row.after, change_percent, low_percent, high_percent }];
  });
}

async function worstCases(store: Store): Promise<CaseChange[]> {
  return store.rows<CaseChange & Record<string, string | null>>(sql`
    with priced as (
      select *, (select sum(before_cost + after_cost) > 0 from baseline_pair where in_both) as has_cost
      from baseline_pair
      where in_both
    ),
    compared as (
      select
        before_case as "case",
        if(has_cost, before_cost, before_total_tokens) as before,
        if(has_cost, after_cost, after_total_tokens) as after
      from priced
    )
    select
      "case",
      cast(before as varchar) as before,
      cast(after as varchar) as after,
      ${changePercent(sql`before`, sql`after`)} as change_percent
    from compared
    where after > before
    order by after - before desc, "case"
    limit 10`);
}

/** Student's t of 97.5 %, by its degrees of freedom; right to three digits from 4 on. */
function student(freedom: Sql): Sql {
  return sql`(1.959964 + 2.372271 / ${freedom} + 2.822496 / power(${freedom}, 2) + 2.555847 / power(${freedom}, 3))`;
}

/** After ÷ before − 1 in percent with two places, exact until it is rounded half away from zero. */
function changePercent(before: Sql, after: Sql): Sql {
  const hundredths = proportion(sql`(${atto(after)} - ${atto(before)})`, sql`10000`, atto(before));
  return sql`case when ${before} > 0 then cast(cast(${hundredths} as decimal(18, 0)) * cast(0.01 as decimal(3, 2)) as varchar) end`;
}
