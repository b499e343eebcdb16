import { OUTPUT_UNITS, TOKEN_CLASSES } from '../../names/dimensions.js';
import { PROMPT, WEEK_MINUTE } from '../../rate/rating.js';
import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import type { Params, Store } from '../../store/store.js';
import { exchangeRate, storedCost } from '../scope/currency.js';
import type { Dimension } from '../scope/dimensions.js';
import type { Scope } from '../scope/scope.js';
import { timestampText } from '../scope/time_zone.js';
import { REASON, UNSURE } from './limits.js';

/** Which usage is grouped, and by what besides what its price depends on. */
export interface Grouping {
  scope: Scope;
  by: readonly Dimension[];
  /** Whether the models of the usage are kept apart. */
  perModel: boolean;
  /** The number of the rule a row falls under; 0 is none. */
  rule: Sql;
  ruleParams: Params;
  /** What a row counts for in the sums, as SQL over `fact`: how much the traffic is taken to grow. */
  scale: Sql;
  /** As if all calls had been made then. */
  at: Date | undefined;
  now: Date;
}

const CLASSES = TOKEN_CLASSES.map(({ quantity }) => quantity);

/** Which classes a row has tokens of, and whether it has any count at all: rows of a group agree in it, so what is not priced stays so. */
const MASK = sql`cast(${join(
  CLASSES.map(
    (name, index) =>
      sql`if(coalesce(fact.${identifier(name)}, 0) > 0, ${literal(String(2 ** index))}::utinyint, 0::utinyint)`,
  ),
  ' + ',
)} + if(coalesce(${join(CLASSES.map((name) => sql`fact.${identifier(name)}`))}) is null, 64, 0) as utinyint)`;

const ANSWER_ROW = sql`coalesce(call.text_output_tokens, 0) + coalesce(call.reasoning_tokens, 0)
        + case when call.units is null then 0 else cast(${join(
          OUTPUT_UNITS.map((unit) => sql`coalesce(call.units[${literal(unit)}], 0)`),
          ' + ',
        )} as bigint) end`;

/** The answer of a row, of a bucket that of its average call. */
const ANSWER = sql`case when call.requests = 1 then ${ANSWER_ROW}
      when call.requests > 1 then (${ANSWER_ROW}) // call.requests
      else 0 end`;

const SEES = sql`coalesce(call.units is not null and (call.units['input_image_tokens'] > 0 or call.units['input_images'] > 0), false)`;

/** The number of the stretch between two cuts that a value lies in: a tree of comparisons, so a hundred cuts take seven. */
export function slotOf(value: Sql, cuts: readonly Sql[], first = 0): Sql {
  const middle = cuts[Math.floor(cuts.length / 2)];
  if (middle === undefined) return literal(String(first));
  const half = Math.floor(cuts.length / 2);
  const below = slotOf(value, cuts.slice(0, half), first);
  const above = slotOf(value, cuts.slice(half + 1), first + half + 1);
  return sql`if(${value} < ${middle}, ${below}, ${above})`;
}

async function cutsOf(store: Store, values: Sql, shown: (text: string) => Sql): Promise<Sql[]> {
  const rows = await store.rows<{ cut: string }>(sql`
    select cast(bound as varchar) as cut
    from (select distinct bound from (${values}) as bounds (bound))
    where bound is not null
    order by bound`);
  return rows.map(({ cut }) => shown(cut));
}

const asNumber = (text: string) => sql`cast(${literal(text)} as bigint)`;
const asTime = (text: string) => sql`cast(${literal(text)} as timestamp)`;

/** The largest prompt, answer and sum of both in scope: a limit above them stops nothing. */
export async function largestIn(
  store: Store,
  scope: Scope,
): Promise<{ prompt: string; total: string; answer: string }> {
  return store.row(
    sql`
    with call as (
      select fact.requests, fact.units, ${join(CLASSES.map((name) => sql`fact.${identifier(name)}`))}
      from usage_fact as fact
      where ${scope.test} and fact.cost_status <> 1
    )
    select
      cast(coalesce(max(${PROMPT}), 0) as varchar) as prompt,
      cast(coalesce(max(${PROMPT} + ${ANSWER}), 0) as varchar) as total,
      cast(coalesce(max(${ANSWER}), 0) as varchar) as answer
    from call`,
    scope.params,
  );
}

/**
 * Makes `simulate_cell`: the usage in scope that has a price, grouped by everything its cost on the targets can depend on.
 * The least prompt, answer and time of a group stand for all of it: no bound lies between them. Rows with rare units keep
 * the map of them in the key, because their cost is rounded row by row. 20 million rows: see test/bench.
 */
export async function putCells(
  store: Store,
  { scope, by, perModel, rule, ruleParams, scale, at, now }: Grouping,
): Promise<void> {
  const bands = await cutsOf(
    store,
    sql`select unnest([min_prompt_tokens, max_prompt_tokens]) from simulate_card where banded`,
    asNumber,
  );
  const times = await cutsOf(
    store,
    sql`select unnest([valid_from, valid_to]) from simulate_card where dated and valid_from <> valid_to`,
    asTime,
  );
  const weeks = await cutsOf(store, sql`select unnest([week_from, week_to]) from simulate_card where hourly`, asNumber);
  const limit = (name: string) => cutsOf(store, sql`select ${identifier(name)} from simulate_limit`, asNumber);
  const [prompts, totals, answers] = [
    await limit('prompt_over'),
    await limit('total_over'),
    await limit('output_over'),
  ];
  const keys = by.map(({ key }, index) => sql`${key} as ${identifier(`k${index}`)}`);
  const named = by.some(({ home }) => home === 'profile');
  const moment = at === undefined ? sql`fact.occurred_at` : sql`cast($at as timestamp)`;
  await store.run(
    sql`
    create or replace temp table simulate_cell as
    with call as (
      select
        fact.requests,
        fact.units,
        fact.cost_usd,
        ${storedCost(store, sql`fact`)} as usd_cost,
        ${exchangeRate(store, sql`fact`) ?? sql`cast(1 as decimal(20, 10))`} as exchange_rate,
        ${join(CLASSES.map((name) => sql`fact.${identifier(name)}`))},
        ${moment} as occurred_at,
        ${MASK} as mask,
        ${rule} as rule_id,
        cast(${scale} as decimal(8, 4)) as scale,
        ${keys.length === 0 ? sql`` : sql`${join(keys)},`}
        placed.source_id,
        ${perModel ? sql`placed.model_id` : sql`0 as model_id`},
        placed.has_images
      from usage_fact as fact
      join simulate_profile as placed on placed.profile_id = fact.profile_id
      ${named ? sql`left join usage_profile as profile on profile.profile_id = fact.profile_id` : sql``}
      where ${scope.test} and fact.cost_status <> 1
    ),
    sized as (
      select
        *,
        ${PROMPT} as prompt_size,
        ${ANSWER} as answer_size,
        has_images or ${SEES} as sees,
        coalesce(requests, 0) > 0 as is_sized,
        coalesce(occurred_at, cast($now as timestamp)) as moment
      from call
    ),
    slotted as (
      select
        *,
        ${slotOf(sql`moment`, times)} as time_slot,
        ${weeks.length === 0 ? sql`'0'` : slotOf(WEEK_MINUTE, weeks)} as week_slot,
        ${slotOf(sql`prompt_size`, bands)} as band_slot,
        ${slotOf(sql`prompt_size`, prompts)} as prompt_slot,
        ${slotOf(sql`(prompt_size + answer_size)`, totals)} as total_slot,
        ${slotOf(sql`answer_size`, answers)} as answer_slot
      from sized as call
    )
    select
      source_id,
      model_id,
      rule_id,
      scale,
      ${keys.length === 0 ? sql`` : sql`${join(by.map((_, index) => identifier(`k${index}`)))},`}
      time_slot,
      week_slot,
      band_slot,
      prompt_slot,
      total_slot,
      answer_slot,
      mask,
      sees,
      is_sized as sized,
      requests is null as uncounted,
      units,
      exchange_rate,
      min(occurred_at) as occurred_at,
      min(prompt_size) as prompt,
      min(prompt_size + answer_size) as total,
      min(answer_size) as answer,
      count(*) as usage_rows,
      cast(sum(requests) as bigint) as requests,
      ${join(CLASSES.map((name) => sql`cast(sum(${identifier(name)}) as bigint) as ${identifier(name)}`))},
      sum(cost_usd) as before,
      sum(usd_cost) as usd_before
    from slotted
    group by all`,
    {
      ...scope.params,
      ...ruleParams,
      now: timestampText(now.getTime()),
      ...(at === undefined ? {} : { at: timestampText(at.getTime()) }),
    },
  );
}

/**
 * Makes `simulate_part`: for each limit the groups that fit and those that do not, with the reason, put together again by
 * what their price depends on.
 */
export async function putParts(store: Store, by: number): Promise<void> {
  const keys = Array.from({ length: by }, (_, index) => sql`cell.${identifier(`k${index}`)},`);
  await store.run(sql`
    create or replace temp table simulate_part as
    select row_number() over () as part_id, grouped.*
    from (
    select
      bound.limit_id,
      cell.source_id,
      cell.model_id,
      cell.rule_id,
      cell.scale,
      ${join(keys, '\n      ')}
      ${REASON} as reason,
      ${UNSURE} as unsure,
      cell.time_slot,
      cell.week_slot,
      cell.band_slot,
      cell.mask,
      cell.uncounted,
      cell.units,
      cell.exchange_rate,
      min(cell.occurred_at) as occurred_at,
      min(cell.prompt) as prompt,
      sum(cell.usage_rows) as usage_rows,
      cast(sum(cell.requests) as bigint) as requests,
      ${join(CLASSES.map((name) => sql`cast(sum(cell.${identifier(name)}) as bigint) as ${identifier(name)}`))},
      sum(cell.before) as before,
      sum(cell.usd_before) as usd_before
    from simulate_cell as cell
    join simulate_limit as bound on bound.source_id = cell.source_id
    group by all
    ) as grouped`);
}

/** Which card a group is priced by, as CARD_MATCH chooses it for a row: aliases `call` (simulate_part) and `card` (simulate_card). Needs $now. */
export const PART_MATCH: Sql = sql`(card.thinks is null or card.thinks = (coalesce(call.reasoning_tokens, 0) > 0))
    and (not card.dated or (
      coalesce(call.occurred_at, cast($now as timestamp)) >= card.valid_from
      and coalesce(call.occurred_at, cast($now as timestamp)) < card.valid_to
    ))
    and (not card.banded or (
      (card.min_prompt_tokens = 0 or call.prompt >= card.min_prompt_tokens) and call.prompt < card.max_prompt_tokens
    ))
    and (not card.hourly or (${WEEK_MINUTE} >= card.week_from and ${WEEK_MINUTE} < card.week_to))`;
