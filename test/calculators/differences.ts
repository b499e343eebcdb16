import { identifier, literal, type Sql, sql } from '../../src/sql.js';
import type { Store } from '../../src/store/store.js';
import type { Cause } from './causes.js';

/** What a difference of 15 digits is worth: their numbers are binary floats. */
const TOLERANCE = sql`0.000000001`;

const SAME = (one: Sql, other: Sql) => sql`abs(${one} - ${other}) <= ${TOLERANCE} * ${one}`;

/** The rates of a card by the names of the parts that the other side knows. */
const RATES = sql`map_concat(
      map_from_entries(list_filter([
        {k: 'input', v: card.uncached_input}, {k: 'cache_read', v: card.cache_read}, {k: 'cache_write', v: card.cache_write},
        {k: 'cache_write_1h', v: card.cache_write_1h}, {k: 'output', v: card.text_output}, {k: 'reasoning', v: card.reasoning}
      ], lambda rate: rate.v is not null)),
      coalesce(card.unit_rates, map {})
    )`;

const RATE_NAME = sql`case cell.part when 'input' then 'uncached_input' when 'output' then 'text_output' else cell.part end`;

/** `theirs` of the file of price_calls.py, `ours` of the imported calls, and `variant`: the same call without a condition. */
function readings(prices: string): Sql {
  return sql`
create or replace temp table theirs as
select *
from read_json(${literal(prices)}, columns = {
  id: 'VARCHAR', side: 'VARCHAR', total: 'DECIMAL(38, 18)', rates: 'MAP(VARCHAR, DECIMAL(38, 18))',
  quantities: 'MAP(VARCHAR, BIGINT)', failure: 'VARCHAR'
});
create or replace temp table priced as
select
  split_part(call.request_id, '-', 1) as id, split_part(call.request_id, '-', 2) as without,
  card.source_provider as seller, call.model, coalesce(call.speed, call.service_tier, 'standard') as tier, call.region,
  call.cost_usd, card.price_provider, card.price_model, card.rate_ids, ${RATES} as rates
from usage as call
left join rate_card as card using (rate_card_id);
create or replace temp table compared as
select ours.*, theirs.side, theirs.total, theirs.rates as their_rates, theirs.quantities
from priced as ours
join theirs using (id)
where ours.without = '' and theirs.failure is null`;
}

/**
 * The parts of a call that cost something else there, in calls whose total is another: `tokens` says what their rate is in
 * terms of others. `t`, `r`, `b` and their combinations: ours without tier, region, long prompt; `…:part`: that of another part;
 * `/2`: half of it; `zero`; `input`, `output`: their own rate of that; `listed`: what their list has in our book.
 * Reasoning that both take for output is left to output.
 */
const CELLS = sql`
create or replace temp table cell as
with part as (
  select
    *, quantities[part] as quantity, rates[part] as ours, coalesce(their_rates[part], 0) as theirs
  from (
    select *, unnest(list_distinct(map_keys(their_rates) || if(rates['requests'] is null, [], ['requests']))) as part
    from compared
  )
)
select row_number() over () as cell, *
from part
where quantity > 0
  and (cost_usd is null or abs(cost_usd - total) > ${TOLERANCE} * greatest(cost_usd, total))
  and abs(coalesce(ours, 0) - theirs) * quantity > ${TOLERANCE} * greatest(coalesce(cost_usd, 0), total)
  and not (
    part = 'reasoning' and map_contains(quantities, 'output')
    and ours is not distinct from rates['output'] and ${SAME(sql`theirs`, sql`their_rates['output']`)}
  );
insert into cell by name
select row_number() over () + (select count(*) from cell) as cell, compared.*, 'call' as part, 1 as quantity, null as ours, total as theirs
from compared
where (cost_usd is null or abs(cost_usd - total) > ${TOLERANCE} * greatest(cost_usd, total))
  and not exists (from cell where cell.id = compared.id and cell.side = compared.side);
create or replace temp table token as
with other as (
  select id, without, part, rates[part] as usd
  from (select *, unnest(map_keys(rates)) as part from priced)
)
select
  cell.cell,
  list_distinct(
    coalesce(list(other.without || if(other.part = cell.part, '', ':' || other.part)
      || if(${SAME(sql`theirs`, sql`other.usd`)}, '', '/2')) filter (other.usd is not null), [])
    || if(any_value(theirs) < 1e-15, ['zero'], [])
    || if(cell.any_part <> 'input' and ${SAME(sql`any_value(theirs)`, sql`any_value(their_input)`)}, ['input'], [])
    || if(cell.any_part <> 'output' and ${SAME(sql`any_value(theirs)`, sql`any_value(their_output)`)}, ['output'], [])
    || if(any_value(listed), ['listed'], [])
  ) as tokens
from (
  select
    cell.*, cell.part as any_part, cell.their_rates['input'] as their_input, coalesce(cell.their_rates['output'], 0) as their_output,
    exists (
      from price_rate as rate
      where rate.source = cell.side and rate.provider = cell.price_provider and lower(rate.model) = lower(cell.price_model)
        and rate.dimension = cell.part and ${SAME(sql`cell.theirs`, sql`rate.usd_per_unit`)}
    ) as listed
  from cell
) as cell
left join other
  on other.id = cell.id and other.part in (cell.part, 'input', 'output', 'cache_write') and cell.theirs > 1e-15
  and (${SAME(sql`cell.theirs`, sql`other.usd`)} or ${SAME(sql`2 * cell.theirs`, sql`other.usd`)})
  and not (other.without = '' and other.part = cell.part and ${SAME(sql`cell.theirs`, sql`other.usd`)})
group by cell.cell, cell.any_part`;

/** Each part with the first cause that fits it; null where none does. */
const DECIDED = sql`
create or replace temp table decided as
with rule as (
  select row_number() over () as place, *
  from (
    select unnest(from_json(cast($causes as json), '[{
      "id": "VARCHAR", "side": "VARCHAR", "sellers": ["VARCHAR"], "models": ["VARCHAR"], "tiers": ["VARCHAR"],
      "parts": ["VARCHAR"], "theirs": ["VARCHAR"], "ours_from": ["VARCHAR"], "unpriced": "BOOLEAN",
      "ratio": ["DECIMAL(18, 6)"]
    }]'), recursive := true)
  )
)
select cell.*, token.tokens, rate.source as ours_from, rule.id as cause
from cell
join token using (cell)
left join price_rate as rate on rate.rate_id = cell.rate_ids[${RATE_NAME}]
left join rule
  on rule.side in (cell.side, 'both')
  and (rule.sellers is null or list_contains(rule.sellers, cell.seller))
  and (rule.models is null or len(list_filter(rule.models, lambda model: lower(cell.model) glob model)) > 0)
  and (rule.tiers is null or list_contains(rule.tiers, cell.tier))
  and (rule.parts is null or list_contains(rule.parts, cell.part))
  and (rule.theirs is null or list_has_any(rule.theirs, token.tokens))
  and (rule.ours_from is null or list_contains(rule.ours_from, rate.source))
  and (rule.unpriced is null or rule.unpriced = (cell.cost_usd is null))
  and (rule.ratio is null or (cell.ours > 0 and cell.theirs / cell.ours between rule.ratio[1] and rule.ratio[2]))
qualify row_number() over (partition by cell.cell order by rule.place) = 1`;

export interface Side {
  side: string;
  /** Calls it was asked about, those it has a price for, and those of them whose total is another. */
  asked: number;
  priced: number;
  differ: number;
}

/** Compares the imported calls with the file that price_calls.py wrote, and gives every difference its cause. */
export async function decideDifferences(store: Store, prices: string, causes: readonly Cause[]): Promise<Side[]> {
  await store.run(readings(prices));
  await store.run(CELLS);
  await store.run(DECIDED, { causes: JSON.stringify(causes) });
  return store.rows<Side & Record<string, string | number>>(sql`
    select
      theirs.side,
      cast(count(distinct theirs.id) as integer) as asked,
      cast(count(distinct theirs.id) filter (theirs.failure is null) as integer) as priced,
      cast(count(distinct decided.id) as integer) as differ
    from theirs
    left join decided on decided.id = theirs.id and decided.side = theirs.side
    group by theirs.side
    order by theirs.side`);
}

/** How many calls each cause explains a part of. */
export async function countByCause(store: Store): Promise<Map<string, number>> {
  const rows = await store.rows<{ cause: string; calls: number }>(sql`
    select cause, cast(count(distinct side || id) as integer) as calls from decided where cause is not null group by cause`);
  return new Map(rows.map(({ cause, calls }) => [cause, calls]));
}

/** Differences without a cause, one line for each kind: who, whose model, under which condition, what, and an example. */
export function undecided(store: Store): Promise<{ line: string }[]> {
  const million = (usd: string) => sql`cast(round(1000000 * any_value(${identifier(usd)}), 6) as varchar)`;
  return store.rows<{ line: string }>(sql`
    select concat_ws(' ', side, seller, tier, part, array_to_string(tokens, ','), coalesce(ours_from, '-'), '×' || count(*),
      any_value(model), coalesce(any_value(region), ''), 'ours', coalesce(${million('ours')}, '-'), 'theirs', ${million('theirs')}, 'call', any_value(id)) as line
    from decided
    where cause is null
    group by side, seller, tier, part, tokens, ours_from
    order by count(*) desc, side, seller, tier, part`);
}
