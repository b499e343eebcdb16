import { DIMENSIONS, TOKEN_CLASSES } from '../../names/dimensions.js';
import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import { CANDIDATES, scaled, WEEK_MINUTES } from './candidates.js';
import { EVIDENCE_ORDER, weighedBy } from './evidence.js';

interface Fallback {
  /** Column of rate_card, or key of its unit_rates. */
  rate: string;
  /** The dimension whose price is taken. */
  dimension: string;
  /** Tried in this order. */
  choice: number;
  /** Whether a cost that rests on it is an assumption. */
  assumed: boolean;
  times?: 2 | 0.5;
  /** Only for Anthropic's models, whoever sells them; only for what Fireworks sells. */
  only?: 'claude' | 'fireworks';
}

/**
 * What is charged where a dimension has no price of its own. Reasoning is output: that is no assumption. Anthropic's
 * one-hour writes cost twice the input (https://docs.claude.com/en/docs/build-with-claude/prompt-caching); Fireworks takes half
 * off cached input of models without a discount of their own (https://docs.fireworks.ai/guides/prompt-caching).
 * A search whose context size has no price costs what one of the default size does, and the other way round. Sessions,
 * file searches and the like have no neighbour to take a price from.
 */
const FALLBACKS: readonly Fallback[] = [
  { rate: 'cache_read', dimension: 'input', choice: 2, assumed: true, times: 0.5, only: 'fireworks' },
  { rate: 'cache_read', dimension: 'input', choice: 3, assumed: true },
  { rate: 'cache_write', dimension: 'input', choice: 2, assumed: true },
  { rate: 'cache_write_1h', dimension: 'input', choice: 2, assumed: true, times: 2, only: 'claude' },
  { rate: 'cache_write_1h', dimension: 'cache_write', choice: 3, assumed: true },
  { rate: 'cache_write_1h', dimension: 'input', choice: 4, assumed: true },
  { rate: 'reasoning', dimension: 'output', choice: 2, assumed: false },
  ...['input_audio_tokens', 'input_image_tokens', 'input_video_tokens'].map((rate) => neighbour(rate, 'input', 2)),
  ...['cache_read_audio_tokens', 'cache_read_image_tokens'].flatMap((rate) => [
    neighbour(rate, 'cache_read', 2),
    neighbour(rate, 'input', 3),
  ]),
  neighbour('cache_write_audio_tokens', 'cache_write', 2),
  neighbour('cache_write_audio_tokens', 'input_audio_tokens', 3),
  neighbour('cache_write_audio_tokens', 'input', 4),
  ...['output_audio_tokens', 'output_image_tokens', 'output_video_tokens'].map((rate) => neighbour(rate, 'output', 2)),
  ...['low', 'medium', 'high'].map((size) => neighbour(`web_search_requests_${size}`, 'web_search_requests', 2)),
  neighbour('web_search_requests', 'web_search_requests_medium', 2),
  ...['480p', '720p', '1080p', '4k'].map((size) =>
    neighbour(`output_video_seconds_${size}`, 'output_video_seconds', 2),
  ),
  ...['1k', '2k', '4k'].map((size) => neighbour(`output_images_${size}`, 'output_images', 2)),
  neighbour('annotated_pages', 'pages', 2),
];

function neighbour(rate: string, dimension: string, choice: number): Fallback {
  return { rate, dimension, choice, assumed: true };
}

const OWN: readonly Fallback[] = DIMENSIONS.map((dimension) => ({
  rate: TOKEN_CLASSES.find((tokenClass) => tokenClass.dimension === dimension)?.rate ?? dimension,
  dimension,
  choice: 1,
  assumed: false,
}));

/** Which dimensions can give which rate of a card: rate, dimension, choice, assumed, times, only (`claude`, `fireworks` or empty). */
export const CHOICES: Sql = sql`(values
  ${join([...OWN, ...FALLBACKS].map(line), ',\n  ')}
) as choices (rate, dimension, choice, assumed, times, only_for)`;

function line({
  rate,
  dimension,
  choice,
  assumed,
  times = 1,
  only = '',
}: { only?: string; times?: number } & Omit<Fallback, 'times' | 'only'>): Sql {
  const flag = (on: boolean) => (on ? sql`true` : sql`false`);
  const number = literal(String(choice));
  return sql`(${literal(rate)}, ${literal(dimension)}, cast(${number} as integer), ${flag(assumed)}, cast(${literal(String(times))} as decimal(2, 1)), ${literal(only)})`;
}

/** The dimensions counted in tokens: what batch, speed and region change the price of. Fees per search or page stay. */
export const TOKEN_DIMENSIONS: Sql = join(
  DIMENSIONS.filter(
    (name) => name.endsWith('_tokens') || TOKEN_CLASSES.some((tokenClass) => tokenClass.dimension === name),
  ).map(literal),
);

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

/** The batch factor for a dimension; null where it leaves that alone (`UNCACHED_ONLY`). */
const BATCH = sql`if(span.batch_uncached and starts_with(picked.dimension, 'cache_'), null, span.batch)`;

/** The grid of a combination: from each moment and each prompt size something could change to the next. */
const CELLS = sql`moment as materialized (
  select number, timestamp '-infinity' as starts from wanted
  union select number, starts from candidate
  union select number, ends from candidate where ends < timestamp 'infinity'
  union select number, starts from factor
  union select number, ends from factor where ends < timestamp 'infinity'
  union select number, coalesce(effective_from, timestamp '-infinity') from own
  union select number, effective_to from own where effective_to is not null
),
span as materialized (
  select
    moment.number,
    moment.starts,
    ${FACTORS},
    arg_min(factor.uncached, factor.source_rank) filter (factor.kind = 'batch') as batch_uncached
  from moment
  left join factor
    on factor.number = moment.number and factor.starts <= moment.starts and moment.starts < factor.ends
  group by moment.number, moment.starts
),
size as materialized (
  select number, 0 as prompt from wanted
  union select number, band from candidate
),
edge as materialized (
  select number, 0 as minute from wanted
  union select number, unnest(list_transform(windows, lambda hours: hours.since)) from candidate where windows is not null
  union
  select number, minute
  from (select number, unnest(list_transform(windows, lambda hours: hours.until)) as minute from candidate where windows is not null)
  where minute < ${WEEK_MINUTES}
),
slot as materialized (
  select
    number,
    minute as week_from,
    coalesce(lead(minute) over (partition by number order by minute), ${WEEK_MINUTES}) as week_to
  from edge
),
cell as materialized (
  select row_number() over () as cell, span.number, span.starts, span.until, size.prompt, slot.week_from, slot.week_to
  from (
    select *, coalesce(lead(starts) over (partition by number order by starts), timestamp 'infinity') as until
    from span
  ) as span
  join size on size.number = span.number
  join slot on slot.number = span.number
)`;

/**
 * The rates that hold in each cell. A price of certain hours replaces, in those, the one of all hours whatever the prompt
 * (https://docs.litellm.ai/docs/proxy/custom_pricing). A tier, speed or region whose price for long prompts a source does not
 * list has that of the long prompt in the proportion it has to the short one, and a tier whose price in a region a source does
 * not list has that of the region in the proportion it has elsewhere, and image tokens that cost what text costs do so in
 * a long prompt too (https://docs.x.ai/developers/models): such rates are `derived`. Of one source only its
 * highest band counts, so bands of two sources are never mixed.
 */
const HOLDING = sql`holding as materialized (
  select
    cell.cell,
    cell.number,
    cell.starts,
    candidate.* exclude (number, starts, ends, windows),
    candidate.starts as began,
    candidate.observed_at >= cell.until and not candidate.dated as unseen,
    not candidate.plain_tier or candidate.of_speed or candidate.of_region as special
  from cell
  join candidate
    on candidate.number = cell.number
    and candidate.starts <= cell.starts and cell.starts < candidate.ends
    and candidate.band <= cell.prompt
  where candidate.windows is null
    or len(list_filter(candidate.windows, lambda hours: hours.since <= cell.week_from and cell.week_from < hours.until)) > 0
  qualify (candidate.windows is not null) = bool_or(candidate.windows is not null) over (
    partition by
      cell.cell, candidate.dimension, candidate.source_rank, candidate.of_tier, candidate.of_region, candidate.of_speed
  )
),
long_prompt as materialized (
  select
    narrow.* replace (
      ${scaled(sql`long.usd_per_unit`, sql`narrow.usd_per_unit`, sql`short.usd_per_unit`)} as usd_per_unit,
      long.band as band,
      true as derived
    )
  from holding as narrow
  join holding as short
    on short.cell = narrow.cell and short.dimension = narrow.dimension and short.source = narrow.source
    and not short.special and short.band = narrow.band and short.usd_per_unit > 0
  join holding as long
    on long.cell = narrow.cell and long.dimension = narrow.dimension and long.source = narrow.source
    and not long.special and long.band > narrow.band
  where narrow.special
    and narrow.source_rank > 0
    and not exists (
      from holding as listed
      where listed.cell = narrow.cell and listed.dimension = narrow.dimension and listed.source = narrow.source
        and listed.of_tier = narrow.of_tier and listed.of_speed = narrow.of_speed and listed.of_region = narrow.of_region
        and listed.band > narrow.band
    )
  qualify row_number() over (
    partition by narrow.cell, narrow.dimension, narrow.source, narrow.of_tier, narrow.of_speed, narrow.of_region
    order by long.band desc, narrow.derived, narrow.rate_id
  ) = 1
),
zoned as materialized (
  select
    narrow.* replace (
      ${scaled(sql`narrow.usd_per_unit`, sql`zone.usd_per_unit`, sql`plain.usd_per_unit`)} as usd_per_unit,
      true as of_region,
      true as derived
    )
  from holding as narrow
  join cell on cell.cell = narrow.cell
  join span on span.number = cell.number and span.starts = cell.starts and span.region is null
  join holding as plain
    on plain.cell = narrow.cell and plain.dimension = narrow.dimension and plain.source = narrow.source
    and plain.band = narrow.band and not plain.special and plain.usd_per_unit > 0
  join holding as zone
    on zone.cell = narrow.cell and zone.dimension = narrow.dimension and zone.source = narrow.source
    and zone.band = narrow.band and zone.plain_tier and zone.of_region and not zone.of_speed
  where not narrow.plain_tier
    and not narrow.of_region
    and not narrow.of_speed
    and narrow.source_rank > 0
    and not exists (
      from holding as listed
      where listed.cell = narrow.cell and listed.dimension = narrow.dimension and listed.source = narrow.source
        and not listed.plain_tier and listed.of_region
    )
  qualify row_number() over (
    partition by narrow.cell, narrow.dimension, narrow.source, narrow.band
    order by narrow.derived, plain.derived, zone.derived, narrow.rate_id, plain.rate_id, zone.rate_id
  ) = 1
),
images as materialized (
  select image.* replace (long.usd_per_unit as usd_per_unit, long.band as band, true as derived)
  from holding as image
  join holding as short
    on short.cell = image.cell and short.source = image.source and short.dimension = 'input' and short.band = image.band
    and short.of_tier = image.of_tier and short.of_speed = image.of_speed and short.of_region = image.of_region
    and short.usd_per_unit = image.usd_per_unit
  join holding as long
    on long.cell = image.cell and long.source = image.source and long.dimension = 'input' and long.band > image.band
    and long.of_tier = image.of_tier and long.of_speed = image.of_speed and long.of_region = image.of_region
  where image.dimension = 'input_image_tokens'
    and image.source_rank > 0
  qualify row_number() over (
    partition by image.cell, image.source, image.of_tier, image.of_speed, image.of_region
    order by image.band desc, long.band desc, image.derived, long.derived, image.rate_id
  ) = 1
),
complete as materialized (
  select *, bool_or(of_region) over (partition by cell, dimension) as region_known
  from (from holding union all by name from long_prompt union all by name from zoned union all by name from images)
  qualify band = max(band) over (partition by cell, dimension, source_rank)
)`;

/**
 * The rate of each dimension in each cell: the user's own word, the narrower condition (of a tier also the long prompt, which
 * another source may not know), what is listed before what is derived, then the evidence (`weighedBy`).
 */
const PICKED = sql`${weighedBy(sql`complete`, sql`cell, dimension, of_tier, of_region, of_speed, derived`)},
picked as materialized (
  select *, dimension in (${TOKEN_DIMENSIONS}) as in_tokens
  from weighed
  qualify row_number() over (
    partition by cell, dimension
    order by
      source_rank = 0 and of_tier desc, of_tier desc, of_region desc, of_speed desc, source_rank > 0,
      special and band = 0, derived,
      ${EVIDENCE_ORDER}, if(source_rank = 0, observed_at, null) desc, if(source_rank = 0, rate_id, null),
      usd_per_unit desc, rate_id
  ) = 1
)`;

/**
 * A rate in 10^-18 USD times its factors, as a fraction in lowest terms so that it stays within 38 digits; rounded half up,
 * here and nowhere else.
 */
const MULTIPLIED = sql`cast(
      cast((cast(replace(cast(usd_per_unit as varchar), '.', '') as hugeint) * numerator + denominator // 2) // denominator
        as decimal(38, 0)) * cast(0.000000000000000001 as decimal(18, 18))
    as decimal(24, 18))`;

/** The factors of a rate, each in millionths, as numerator and denominator. */
const FRACTION = sql`${join(
  ['by_batch', 'by_speed', 'by_region', 'by_user'].map(
    (factor) => sql`(${identifier(factor)} // gcd(${identifier(factor)}, 1000000))`,
  ),
  ' * ',
)} as numerator,
    ${join(
      ['by_batch', 'by_speed', 'by_region', 'by_user'].map(
        (factor) => sql`(1000000 // gcd(${identifier(factor)}, 1000000))`,
      ),
      ' * ',
    )} as denominator`;

/**
 * Rates with their factors; `lacking` where the call asked for a condition that nobody prices for this dimension. The
 * user's factor of a contract applies to what price lists say, never to a rate the user gave; the newest counts.
 */
const PRICED = sql`conditioned as materialized (
  select
    picked.*,
    if(in_tokens and not of_tier, coalesce(${BATCH}, 1000000), 1000000) as by_batch,
    if(in_tokens and not of_speed, coalesce(span.speed, 1000000), 1000000) as by_speed,
    if(in_tokens and not of_region, coalesce(span.region, 1000000), 1000000) as by_region,
    in_tokens and not of_tier and ${BATCH} is null as lacks_tier,
    in_tokens and not of_speed and span.speed is null and wanted.rate_speed is not null as lacks_speed,
    in_tokens and not of_region and span.region is null and region_known as lacks_region,
    coalesce(wanted.price_provider = 'anthropic' or contains(lower(wanted.price_model), 'claude'), false) as is_claude,
    coalesce(wanted.price_provider = 'fireworks_ai', false) as is_fireworks
  from picked
  join span on span.number = picked.number and span.starts = picked.starts
  join wanted on wanted.number = picked.number
),
contracted as materialized (
  select
    conditioned.*,
    coalesce(cast(contract.factor * 1000000 as hugeint), 1000000) as by_user,
    contract.override_id as contract_id
  from conditioned
  left join own as contract
    on contract.number = conditioned.number
    and contract.factor is not null
    and conditioned.source_rank > 0
    and if(contract.dimension is null, conditioned.in_tokens, contract.dimension = conditioned.dimension)
    and (contract.service_tier is null or contract.service_tier = contract.rate_tier)
    and coalesce(contract.effective_from <= conditioned.starts, true)
    and coalesce(conditioned.starts < contract.effective_to, true)
  qualify row_number() over (
    partition by conditioned.cell, conditioned.dimension
    order by contract.made_at desc nulls last, contract.override_id desc nulls last
  ) = 1
),
fractioned as materialized (
  select *, ${FRACTION}
  from contracted
),
priced as materialized (
  select
    *,
    if(numerator = denominator, usd_per_unit, ${MULTIPLIED}) as usd,
    bool_and(lacks_tier or not in_tokens) over same_cell and bool_or(lacks_tier) over same_cell as no_tier,
    bool_and(lacks_speed or not in_tokens) over same_cell and bool_or(lacks_speed) over same_cell as no_speed,
    max(band) filter (dimension = 'input') over same_cell as input_band,
    bool_or(of_region) filter (dimension = 'input') over same_cell as input_region
  from fractioned
  window same_cell as (partition by cell)
)`;

/**
 * The rates of a card: an own price, else that of a neighbour. A price for reasoning that knows less of the call's conditions than
 * the price of output gives way to it: a thousand-token thought in a batch costs what a batch costs.
 */
const CHOSEN = sql`chosen as materialized (
  select
    priced.*,
    choices.rate,
    choices.assumed
      or priced.derived
      or (lacks_tier and not no_tier) or (lacks_speed and not no_speed) or lacks_region
      or (choices.choice = 1 and starts_with(choices.rate, 'cache_')
        and coalesce(band < input_band or (input_region and not of_region), false)) as doubtful,
    cast(priced.usd * choices.times as decimal(24, 18)) as usd_rate
  from priced
  join ${CHOICES} on choices.dimension = priced.dimension
    and case choices.only_for when 'claude' then is_claude when 'fireworks' then is_fireworks else true end
  qualify row_number() over (
    partition by cell, choices.rate
    order by
      choices.rate = 'reasoning' and not of_tier,
      choices.rate = 'reasoning' and not of_region,
      if(choices.rate = 'reasoning', -band, 0),
      choices.choice
  ) = 1
)`;

/** The steps up to `chosen`: one row for each rate of each cell (a stretch of time and prompt sizes). Needs $prices and $revision. */
export const RATE_STEPS: Sql = join([CANDIDATES, CELLS, HOLDING, PICKED, PRICED, CHOSEN], ',\n');
