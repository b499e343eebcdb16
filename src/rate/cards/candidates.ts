import { type Sql, sql } from '../../sql.js';
import { inRevision } from '../revision.js';
import { SOURCE_RANK } from '../sources/precedence.js';

/** The ISO week in minutes: Monday 00:00 UTC is 0. */
export const WEEK_MINUTES = sql`10080`;

const MINUTE_OF_DAY = (time: Sql) => sql`(hour(${time}) * 60 + minute(${time}))`;

/** The hours of a rate as windows of the week, `[since, until)` in minutes; null for a rate of all hours. */
const WINDOWS = sql`if(rate.utc_start is null and rate.iso_weekdays is null, null, flatten(list_transform(
      list_transform(
        coalesce(rate.iso_weekdays, [1, 2, 3, 4, 5, 6, 7]),
        lambda day: {
          'since': (cast(day as integer) - 1) * 1440 + coalesce(${MINUTE_OF_DAY(sql`rate.utc_start`)}, 0),
          'minutes': coalesce((${MINUTE_OF_DAY(sql`rate.utc_end`)} - ${MINUTE_OF_DAY(sql`rate.utc_start`)} + 1439) % 1440 + 1, 1440)
        }
      ),
      lambda hours: list_filter([
        {'since': hours.since, 'until': least(hours.since + hours.minutes, ${WEEK_MINUTES})},
        {'since': 0, 'until': hours.since + hours.minutes - ${WEEK_MINUTES}}
      ], lambda part: part.until > part.since)
    )))`;

/**
 * A rate times the proportion of two others, rounded half up to the 18 places of the book. The proportion is in lowest terms,
 * so the product stays within 38 digits.
 */
export function scaled(usd: Sql, times: Sql, by: Sql): Sql {
  const atto = (value: Sql) => sql`cast(replace(cast(${value} as varchar), '.', '') as hugeint)`;
  const divisor = sql`gcd(${atto(times)}, ${atto(by)})`;
  return sql`cast(
      cast((${atto(usd)} * (${atto(times)} // ${divisor}) + (${atto(by)} // ${divisor}) // 2) // (${atto(by)} // ${divisor})
        as decimal(38, 0)) * cast(0.000000000000000001 as decimal(18, 18))
    as decimal(24, 18))`;
}

/** Names of one model meet in this spelling (`oneSpelling` in SQL). */
const SPELLED = (name: Sql) => sql`regexp_replace(regexp_replace(regexp_replace(regexp_replace(lower(${name}),
      '[\s_]+', '-', 'g'), '(\d)\.(\d)', '\1-\2', 'g'), '@(\d)', '-\1', 'g'),
      '-(20\d\d)-(\d\d)-(\d\d)($|-v\d|[:@\[])', '-\1\2\3\4')`;

/** A spelling without its date, at Bedrock also without the geography before it: alias, snapshots and profiles of a model. */
const FAMILY = (provider: Sql, spelled: Sql) => sql`regexp_replace(
      if(${provider} = 'bedrock', regexp_replace(${spelled}, '^(us|eu|apac|au|jp|ca|in|global|regional|us-gov)\.', ''), ${spelled}),
      '-20\d{6}($|-v\d)', '\1')`;

/** Whether a source dates the time a rate holds for; the others only tell what they say on the day they are read. */
export const DATED = (rate: Sql) => sql`(${rate}.source = 'published' or (${rate}.source = 'genai-prices'
      and coalesce(${rate}.effective_from <> ${rate}.observed_at, ${rate}.effective_to is not null)))`;

/** Rows of one price: the same thing under the same conditions. */
const SAME_CELL = (a: Sql, b: Sql) => sql`${a}.number = ${b}.number and ${a}.dimension = ${b}.dimension
    and ${a}.band = ${b}.band and ${a}.of_tier = ${b}.of_tier and ${a}.of_speed = ${b}.of_speed
    and ${a}.of_region = ${b}.of_region and (${a}.windows is null) = (${b}.windows is null)`;

/**
 * What was asked for and what the book of $revision has for it. A rate counts if it holds without condition, or under the
 * conditions of the call; a model's rates are those under any spelling of its name. A source that moves the bound of a band
 * by one token has corrected it, for all time: the bound it was last read with holds. The user's own rates are among those of the price
 * lists, with the negative of their number; of several that hold for a call the newest counts.
 */
const LISTED = sql`wanted as materialized (
  select *, ${FAMILY(sql`price_provider`, sql`spelled`)} as family
  from (
    select *, ${SPELLED(sql`price_model`)} as spelled
    from (
      select unnest(from_json(cast($prices as json), '[{
        "number": "INTEGER", "price_provider": "VARCHAR", "price_model": "VARCHAR", "rate_tier": "VARCHAR",
        "rate_speed": "VARCHAR", "rate_region": "VARCHAR", "overrides": ["INTEGER"]
      }]'), recursive := true)
    )
  )
),
own as materialized (
  select wanted.number, wanted.rate_tier, held.*
  from (select number, rate_tier, rate_region, unnest(overrides) as override_id from wanted) as wanted
  join price_override as held on held.override_id = wanted.override_id
  where (held.service_tier in ('standard', wanted.rate_tier) or held.service_tier is null)
    and (held.region is null or lower(held.region) = wanted.rate_region)
),
seen as materialized (
  select source, cast(max(data_date) as timestamp) as last_list
  from price_book
  where added_in <= $revision
  group by source
),
named as materialized (
  select provider, model, spelled, ${FAMILY(sql`provider`, sql`spelled`)} as family
  from (
    select provider, model, ${SPELLED(sql`model`)} as spelled
    from (select distinct provider, model from price_rate as rate where ${inRevision(sql`rate`)})
    where provider in (select price_provider from wanted)
  )
),
related as materialized (
  select
    wanted.number, named.provider, named.model, named.spelled = wanted.spelled as same_name,
    wanted.rate_tier, wanted.rate_speed, wanted.rate_region
  from wanted
  join named on named.provider = wanted.price_provider and 
    (named.family = wanted.family or (contains(named.model, '*') and lower(wanted.price_model) glob lower(named.model)))
),
listed as materialized (
  select
    related.number,
    related.same_name,
    rate.model,
    rate.source,
    rate.rate_id,
    rate.observed_at,
    rate.dimension,
    rate.usd_per_unit,
    rate.min_prompt_tokens as band,
    rate.source_rank,
    rate.service_tier = related.rate_tier as of_tier,
    rate.service_tier = 'standard' as plain_tier,
    rate.speed is not null as of_speed,
    rate.region is not null as of_region,
    coalesce(rate.effective_from, timestamp '-infinity') as starts,
    coalesce(rate.effective_to, timestamp 'infinity') as ends,
    ${DATED(sql`rate`)} as dated,
    least(
      coalesce(rate.effective_to, timestamp 'infinity'),
      greatest(coalesce(cast(facts.last_listed as timestamp), seen.last_list), rate.observed_at)
    ) as last_seen,
    rate.windows
  from related
  join (
    select *, ${SOURCE_RANK} as source_rank, ${WINDOWS} as windows
    from price_rate as rate
    where ${inRevision(sql`rate`)}
  ) as rate
    on rate.provider = related.provider and rate.model = related.model
  left join seen on seen.source = rate.source
  left join price_model as facts
    on facts.source = rate.source and facts.provider = rate.provider and facts.model = rate.model
  where rate.service_tier in ('standard', related.rate_tier)
    and (rate.speed is null or lower(rate.speed) = related.rate_speed)
    and (rate.region is null or lower(rate.region) = related.rate_region)
),
bound as materialized (
  select number, model, dimension, source_rank, of_tier, of_speed, of_region, band, max(observed_at) as read_at
  from listed
  where band > 0
  group by all
),
succeeded as materialized (
  select listed.*, if(lead(starts) over later = ends, lead(usd_per_unit) over later, null) as next_usd
  from listed
  where not exists (
    from bound as mine
    join bound as other using (number, model, dimension, source_rank, of_tier, of_speed, of_region)
    where mine.number = listed.number
      and mine.model = listed.model
      and mine.dimension = listed.dimension
      and mine.source_rank = listed.source_rank
      and mine.of_tier = listed.of_tier
      and mine.of_speed = listed.of_speed
      and mine.of_region = listed.of_region
      and mine.band = listed.band
      and abs(other.band - mine.band) = 1
      and other.read_at > mine.read_at
  )
  window later as (
    partition by number, model, source, dimension, band, of_tier, of_speed, of_region, cast(windows as varchar)
    order by starts
  )
)`;

/** A list that went on saying something else for this long was wrong from the start, not late. */
const WRONG_DAYS = sql`30`;

/**
 * A number that its own list replaced by what another source, or another name of the model, said already was no price that
 * changed but a mistake: since the other was seen saying it (after a month of it: for all time) the row has the later number.
 */
const CORRECTED = sql`mistaken as materialized (
  select
    wrong.rate_id,
    wrong.number,
    min(if(wrong.ends - witness.observed_at >= to_days(${WRONG_DAYS}), timestamp '-infinity', witness.observed_at)) as since
  from succeeded as wrong
  join succeeded as witness on ${SAME_CELL(sql`witness`, sql`wrong`)}
  where wrong.next_usd <> wrong.usd_per_unit
    and not wrong.dated
    and witness.usd_per_unit = wrong.next_usd
    and (witness.source <> wrong.source or not witness.same_name)
    and not (witness.source = wrong.source and witness.model = wrong.model)
    and witness.observed_at < wrong.ends
    and witness.starts < wrong.ends
    and not witness.dated
  group by wrong.rate_id, wrong.number
),
possible as materialized (
  select succeeded.* replace (least(succeeded.ends, coalesce(mistaken.since, succeeded.ends)) as ends)
  from succeeded
  left join mistaken on mistaken.rate_id = succeeded.rate_id and mistaken.number = succeeded.number
  where mistaken.since is null or mistaken.since > succeeded.starts
  union all
  select succeeded.* replace (greatest(succeeded.starts, mistaken.since) as starts, succeeded.next_usd as usd_per_unit)
  from succeeded
  join mistaken on mistaken.rate_id = succeeded.rate_id and mistaken.number = succeeded.number
  where mistaken.since < succeeded.ends
)`;

/**
 * What a name has no price for is taken over from the model's other names where the prompt and the answer cost the same
 * there (at Bedrock, whose profiles are a tenth apart: where both are in one proportion). Such rates are `derived`.
 */
const INHERITED = sql`base as materialized (
  select
    number, model, source, same_name,
    any_value(usd_per_unit) filter (dimension = 'input') as input,
    any_value(usd_per_unit) filter (dimension = 'output') as output
  from possible
  where dimension in ('input', 'output') and band = 0 and windows is null and ends = timestamp 'infinity'
    and not of_speed and not of_region and plain_tier
  group by all
),
proportion as materialized (
  select mine.number, other.model, other.source, mine.input as mine, other.input as others
  from base as mine
  join base as other on other.number = mine.number and other.source = mine.source and not other.same_name
  join wanted on wanted.number = mine.number
  where mine.same_name
    and (
      (mine.input = other.input and mine.output is not distinct from other.output)
      or (wanted.price_provider = 'bedrock' and mine.input > 0 and other.input > 0
        and ${scaled(sql`other.output`, sql`mine.input`, sql`other.input`)} = mine.output)
    )
  qualify row_number() over (partition by mine.number, other.model, other.source order by mine.model) = 1
),
inherited as materialized (
  select
    possible.* replace (
      if(proportion.mine = proportion.others, usd_per_unit, ${scaled(sql`usd_per_unit`, sql`proportion.mine`, sql`proportion.others`)})
        as usd_per_unit
    )
  from possible
  join proportion
    on proportion.number = possible.number and proportion.model = possible.model and proportion.source = possible.source
  where not possible.same_name
    and not exists (
      from possible as mine where mine.same_name and ${SAME_CELL(sql`mine`, sql`possible`)}
    )
  union all by name
  select fee.*
  from possible as fee
  where contains(fee.model, '*')
    and not exists (
      from possible as mine
      where mine.same_name and mine.number = fee.number and starts_with(mine.dimension, fee.dimension)
    )
)`;

/**
 * Whether a factor leaves cached input alone: OpenAI's batches of models before GPT-5, for which the batch tab of
 * https://developers.openai.com/api/docs/pricing has no price of cached input.
 */
export const UNCACHED_ONLY = (factor: Sql) =>
  sql`(${factor}.source = 'published' and ${factor}.provider = 'openai' and ${factor}.service_tier = 'batch')`;

/** The rates that may count for each card, and the factors on them. */
export const CANDIDATES = sql`${LISTED},
${CORRECTED},
${INHERITED},
candidate as materialized (
  select * exclude (next_usd, same_name, model), false as derived
  from possible
  where same_name
  union all by name
  select * exclude (next_usd, same_name, model), true as derived
  from inherited
  union all by name
  select
    number,
    'own' as source,
    -override_id as rate_id,
    made_at as observed_at,
    dimension,
    usd_per_unit,
    0 as band,
    0 as source_rank,
    coalesce(service_tier, 'standard') = rate_tier as of_tier,
    false as plain_tier,
    true as of_speed,
    true as of_region,
    coalesce(effective_from, timestamp '-infinity') as starts,
    coalesce(effective_to, timestamp 'infinity') as ends,
    false as dated,
    made_at as last_seen,
    null as windows,
    false as derived
  from own
  where usd_per_unit is not null
),
factor as materialized (
  select
    wanted.number,
    held.kind,
    held.multiplier_id,
    cast(held.factor * 1000000 as hugeint) as millionths,
    held.source_rank,
    held.uncached,
    coalesce(held.effective_from, timestamp '-infinity') as starts,
    coalesce(held.effective_to, timestamp 'infinity') as ends
  from wanted
  join (
    select * replace (if(source = 'published', lower(model), model) as model),
      if(source = 'published', 99, ${SOURCE_RANK}) as source_rank, ${UNCACHED_ONLY(sql`multiplier`)} as uncached
    from price_multiplier as multiplier
    where ${inRevision(sql`multiplier`)}
  ) as held
    on held.provider = wanted.price_provider
    and if(held.source = 'published', lower(wanted.price_model) glob held.model, lower(held.model) = lower(wanted.price_model))
  where (held.service_tier is null or held.service_tier = wanted.rate_tier)
    and (held.speed is null or lower(held.speed) = wanted.rate_speed)
    and (held.region is null or wanted.rate_region glob lower(held.region))
)`;
