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
 * What was asked for and what the book of $revision has for it. A rate counts if it holds without condition, or under the
 * conditions of the call. A source that moves the bound of a band by one token has corrected it: the newer rows replace the
 * older ones. The user's own rates stand among those of the price lists, with the negative of their number; of several that
 * hold for a call the newest counts.
 */
export const CANDIDATES = sql`wanted as materialized (
  select unnest(from_json(cast($wanted as json), '[{
    "number": "INTEGER", "source_provider": "VARCHAR", "model": "VARCHAR", "service_tier": "VARCHAR", "speed": "VARCHAR",
    "region": "VARCHAR", "kind": "VARCHAR", "provider": "VARCHAR", "price_provider": "VARCHAR", "price_model": "VARCHAR",
    "rule": "VARCHAR", "assumed": "BOOLEAN", "rate_tier": "VARCHAR", "rate_speed": "VARCHAR", "rate_region": "VARCHAR",
    "overrides": ["INTEGER"]
  }]'), recursive := true)
),
own as materialized (
  select wanted.number, wanted.rate_tier, held.*
  from (select number, rate_tier, rate_region, unnest(overrides) as override_id from wanted) as wanted
  join price_override as held on held.override_id = wanted.override_id
  where (held.service_tier in ('standard', wanted.rate_tier) or held.service_tier is null)
    and (held.region is null or lower(held.region) = wanted.rate_region)
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
    coalesce(rate.effective_to, timestamp 'infinity') as ends,
    rate.windows
  from wanted
  join (
    select *, ${SOURCE_RANK} as source_rank, ${WINDOWS} as windows
    from price_rate as rate
    where ${inRevision(sql`rate`)}
  ) as rate
    on rate.provider = wanted.price_provider
    and lower(rate.model) = lower(wanted.price_model)
  where rate.service_tier in ('standard', wanted.rate_tier)
    and (rate.speed is null or lower(rate.speed) = wanted.rate_speed)
    and (rate.region is null or lower(rate.region) = wanted.rate_region)
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
  union all by name
  select
    number,
    -override_id as rate_id,
    made_at as observed_at,
    dimension,
    usd_per_unit,
    0 as band,
    0 as source_rank,
    coalesce(service_tier, 'standard') = rate_tier as of_tier,
    true as of_speed,
    true as of_region,
    coalesce(effective_from, timestamp '-infinity') as starts,
    coalesce(effective_to, timestamp 'infinity') as ends,
    null as windows
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
    coalesce(held.effective_from, timestamp '-infinity') as starts,
    coalesce(held.effective_to, timestamp 'infinity') as ends
  from wanted
  join (
    select *, ${SOURCE_RANK} as source_rank
    from price_multiplier as multiplier
    where ${inRevision(sql`multiplier`)}
  ) as held
    on held.provider = wanted.price_provider
    and lower(held.model) = lower(wanted.price_model)
  where (held.service_tier is null or held.service_tier = wanted.rate_tier)
    and (held.speed is null or lower(held.speed) = wanted.rate_speed)
    and (held.region is null or lower(held.region) = wanted.rate_region)
)`;
