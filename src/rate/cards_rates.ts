import { identifier, join, literal, type Sql, sql } from '../sql.js';
import { CHOICES, TOKEN_DIMENSIONS } from './cards_fallbacks.js';
import { SOURCE_RANK } from './precedence.js';

/**
 * What was asked for and what the book has for it. A rate counts if it holds without condition, or under the conditions of the call.
 * Rates that hold at certain hours only are taken if there is no other: a card has no hours yet. A source that moves the bound of a
 * band by one token has corrected it: the newer rows replace the older ones.
 */
const CANDIDATES = sql`wanted as materialized (
  select unnest(from_json(cast($wanted as json), '[{
    "number": "INTEGER", "source_provider": "VARCHAR", "model": "VARCHAR", "service_tier": "VARCHAR", "speed": "VARCHAR",
    "region": "VARCHAR", "kind": "VARCHAR", "payee": "VARCHAR", "price_provider": "VARCHAR", "price_model": "VARCHAR",
    "rule": "VARCHAR", "assumed": "BOOLEAN", "rate_tier": "VARCHAR", "rate_speed": "VARCHAR", "rate_region": "VARCHAR"
  }]'), recursive := true)
),
possible as materialized (
  select
    wanted.number,
    rate.rate_id,
    rate.observed_at,
    rate.dimension,
    rate.usd_per_unit,
    rate.min_prompt_tokens as band,
    rate.source_rank,
    rate.service_tier = wanted.rate_tier as of_tier,
    rate.speed is not null as of_speed,
    rate.region is not null as of_region,
    coalesce(rate.effective_from, timestamp '-infinity') as starts,
    coalesce(rate.effective_to, timestamp 'infinity') as ends
  from wanted
  join (
    select *, ${SOURCE_RANK} as source_rank, utc_start is not null or iso_weekdays is not null as at_hours
    from price_rate
    where superseded_at is null
  ) as rate
    on rate.provider = wanted.price_provider
    and lower(rate.model) = lower(wanted.price_model)
  where rate.service_tier in ('standard', wanted.rate_tier)
    and (rate.speed is null or lower(rate.speed) = wanted.rate_speed)
    and (rate.region is null or lower(rate.region) = wanted.rate_region)
  qualify not rate.at_hours or bool_and(rate.at_hours) over (partition by wanted.number, rate.dimension)
),
candidate as materialized (
  select *
  from possible
  where not exists (
    from possible as newer
    where newer.number = possible.number
      and newer.dimension = possible.dimension
      and newer.source_rank = possible.source_rank
      and newer.of_tier = possible.of_tier
      and newer.of_speed = possible.of_speed
      and newer.of_region = possible.of_region
      and abs(newer.band - possible.band) = 1
      and newer.observed_at > possible.observed_at
  )
),
factor as (
  select
    wanted.number,
    held.kind,
    held.multiplier_id,
    cast(held.factor * 1000000 as hugeint) as millionths,
    held.source_rank,
    coalesce(held.effective_from, timestamp '-infinity') as starts,
    coalesce(held.effective_to, timestamp 'infinity') as ends
  from wanted
  join (select *, ${SOURCE_RANK} as source_rank from price_multiplier where superseded_at is null) as held
    on held.provider = wanted.price_provider
    and lower(held.model) = lower(wanted.price_model)
  where (held.service_tier is null or held.service_tier = wanted.rate_tier)
    and (held.speed is null or lower(held.speed) = wanted.rate_speed)
    and (held.region is null or lower(held.region) = wanted.rate_region)
)`;

/** What a multiplier can be for; a card takes one of each kind at most. */
export const KINDS = ['batch', 'speed', 'region'] as const;

/** Factor and number of the multiplier of each kind: batch, batch_id, … null where there is none. */
const FACTORS = join(
  KINDS.map((kind) => {
    const best = (column: Sql) => sql`arg_min(${column}, factor.source_rank) filter (factor.kind = ${literal(kind)})`;
    return sql`${best(sql`factor.millionths`)} as ${identifier(kind)},
    ${best(sql`factor.multiplier_id`)} as ${identifier(`${kind}_id`)}`;
  }),
  ',\n    ',
);

/** The grid of a combination: from each moment and each prompt size something could change to the next. */
const CELLS = sql`moment as (
  select number, timestamp '-infinity' as starts from wanted
  union select number, starts from candidate
  union select number, ends from candidate where ends < timestamp 'infinity'
  union select number, starts from factor
  union select number, ends from factor where ends < timestamp 'infinity'
),
span as materialized (
  select
    moment.number,
    moment.starts,
    ${FACTORS}
  from moment
  left join factor
    on factor.number = moment.number and factor.starts <= moment.starts and moment.starts < factor.ends
  group by moment.number, moment.starts
),
size as (
  select number, 0 as prompt from wanted
  union select number, band from candidate
),
cell as materialized (
  select row_number() over () as cell, span.number, span.starts, size.prompt
  from span
  join size on size.number = span.number
)`;

/**
 * The rate of each dimension in each cell. Of one source only its highest band counts, so bands of two sources are never mixed and
 * a batch price without long-prompt band gives way to the standard price that has one. Then the narrower condition, then the source.
 */
const PICKED = sql`complete as (
  select
    cell.cell,
    cell.number,
    cell.starts,
    candidate.* exclude (number, starts, ends),
    bool_or(candidate.of_region) over (partition by cell.cell, candidate.dimension) as region_known
  from cell
  join candidate
    on candidate.number = cell.number
    and candidate.starts <= cell.starts and cell.starts < candidate.ends
    and candidate.band <= cell.prompt
  qualify candidate.band = max(candidate.band) over (partition by cell.cell, candidate.dimension, candidate.source_rank)
),
picked as (
  select *, dimension in (${TOKEN_DIMENSIONS}) as in_tokens
  from complete
  qualify row_number() over (
    partition by cell, dimension
    order by of_tier desc, of_region desc, of_speed desc, source_rank, usd_per_unit desc, rate_id
  ) = 1
)`;

/** A rate in 10^-18 USD times factors in millionths, each 1000000 where none applies; rounded half up, here and nowhere else. */
const MULTIPLIED = sql`cast(
      cast((cast(replace(cast(usd_per_unit as varchar), '.', '') as hugeint) * by_batch * by_speed * by_region
        + 500000000000000000) // 1000000000000000000 as decimal(38, 0)) * cast(0.000000000000000001 as decimal(18, 18))
    as decimal(24, 18))`;

/** Rates with their factors; `lacking` where the call asked for a condition that nobody prices for this dimension. */
const PRICED = sql`conditioned as (
  select
    picked.*,
    if(in_tokens and not of_tier, coalesce(span.batch, 1000000), 1000000) as by_batch,
    if(in_tokens and not of_speed, coalesce(span.speed, 1000000), 1000000) as by_speed,
    if(in_tokens and not of_region, coalesce(span.region, 1000000), 1000000) as by_region,
    in_tokens and not of_tier and span.batch is null as lacks_tier,
    in_tokens and not of_speed and span.speed is null and wanted.rate_speed is not null as lacks_speed,
    in_tokens and not of_region and span.region is null and region_known as lacks_region,
    coalesce(wanted.price_provider = 'anthropic' or contains(lower(wanted.price_model), 'claude'), false) as is_claude
  from picked
  join span on span.number = picked.number and span.starts = picked.starts
  join wanted on wanted.number = picked.number
),
priced as (
  select
    *,
    if(by_batch = 1000000 and by_speed = 1000000 and by_region = 1000000, usd_per_unit, ${MULTIPLIED}) as usd,
    bool_and(lacks_tier or not in_tokens) over same_cell and bool_or(lacks_tier) over same_cell as no_tier,
    bool_and(lacks_speed or not in_tokens) over same_cell and bool_or(lacks_speed) over same_cell as no_speed,
    max(band) filter (dimension = 'input') over same_cell as input_band,
    bool_or(of_region) filter (dimension = 'input') over same_cell as input_region
  from conditioned
  window same_cell as (partition by cell)
)`;

/**
 * The rates of a card: an own price, else that of a neighbour. A price for reasoning that knows less of the call's conditions than
 * the price of output gives way to it: a thousand-token thought in a batch costs what a batch costs.
 */
const CHOSEN = sql`chosen as (
  select
    priced.*,
    choices.rate,
    choices.assumed
      or (lacks_tier and not no_tier) or (lacks_speed and not no_speed) or lacks_region
      or (choices.choice = 1 and starts_with(choices.rate, 'cache_')
        and coalesce(band < input_band or (input_region and not of_region), false)) as doubtful,
    cast(priced.usd * choices.times as decimal(24, 18)) as usd_rate
  from priced
  join ${CHOICES} on choices.dimension = priced.dimension and (is_claude or not choices.claude)
  qualify row_number() over (
    partition by cell, choices.rate
    order by
      choices.rate = 'reasoning' and not of_tier,
      choices.rate = 'reasoning' and not of_region,
      if(choices.rate = 'reasoning', -band, 0),
      choices.choice
  ) = 1
)`;

/** The steps up to `chosen`: one row for each rate of each cell (a stretch of time and prompt sizes). Needs $wanted. */
export const RATE_STEPS: Sql = join([CANDIDATES, CELLS, PICKED, PRICED, CHOSEN], ',\n');
