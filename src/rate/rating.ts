import { INPUT_UNITS, TOKEN_CLASSES, UNKNOWN_TOKENS } from '../names/dimensions.js';
import { identifier, join, literal, type Sql, sql } from '../sql.js';

/*
 * The one place where price meets tokens. A statement that rates joins its rows, aliased `call`, to the cards of their
 * profiles, aliased `card`:
 *
 *   from staged as call
 *   join (ratedProfiles(usage_profile)) as card on card.profile_id = call.profile_id and CARD_MATCH
 *
 * and takes card.rate_card_id, COST_USD and COST_STATUS from it. `call` needs the columns of usage_fact that count or
 * date something: occurred_at, requests, the six token classes (bigint) and units; $now is a parameter (UTC timestamp).
 * Every row finds exactly one card: fewer rows after the join than before mean a missing card, which is a bug.
 *
 * Seconds for 2 million rows from one temp table into another, 2 cores: joined only, with a plain sum of decimal products,
 * with COST_USD, with COST_STATUS too:
 *   models with one card 0.21, 0.66, 0.50, 0.54; with bands and dates 0.40, 0.75, 0.81, 0.80;
 *   a unit in 1 of 50 rows 0.13, 0.46, 0.67, 0.95; a unit in every row 0.26, 0.55, 2.62, 3.47.
 * The usual row is summed in 64-bit integers of 10^-12 USD (0.08 s of it; decimals: 0.37 s), which gives the same digits.
 */

/** Flags of rate_card.assumed that concern every call of the card; the others name one rate. */
const WHOLE_CARD = ['price', 'service_tier', 'speed'] as const;

/** Whether a rate is known, a whole number of 10^-12 USD and at most $4,000 per million tokens. Nearly every rate is. */
function inPico(rate: Sql): Sql {
  return sql`held.${rate} <= 0.004 and held.${rate} = cast(held.${rate} as decimal(24, 12))`;
}

export interface ClassColumns {
  rate: Sql;
  quantity: Sql;
  /** The name of the rate as text. */
  name: Sql;
  unknown: Sql;
  assumed: Sql;
  /** The rate in 10^-12 USD, an integer. */
  pico: Sql;
}

/** A piece of SQL for each of the six token classes. */
export function each(column: (names: ClassColumns) => Sql, separator = ',\n    '): Sql {
  return join(
    TOKEN_CLASSES.map(({ rate, quantity }) =>
      column({
        rate: identifier(rate),
        quantity: identifier(quantity),
        name: literal(rate),
        unknown: identifier(`${rate}_unknown`),
        assumed: identifier(`${rate}_assumed`),
        pico: identifier(`${rate}_pico`),
      }),
    ),
    separator,
  );
}

/** What rating asks of every row, worked out once for each card `held` of a `profile`: no nulls, what is unknown, what is assumed. */
export const RATED_CARD: Sql = sql`
    profile.status = 'error' as failed,
    coalesce(profile.gateway_cached, false) or held.status = 'free' as free,
    held.status = 'unpriced' as unpriced,
    coalesce(held.valid_from, timestamp '-infinity') as valid_from,
    coalesce(held.valid_to, timestamp 'infinity') as valid_to,
    held.valid_from is not null or held.valid_to is not null as dated,
    held.week_from is not null as hourly,
    coalesce(held.week_from, 0) as week_from,
    coalesce(held.week_to, 10080) as week_to,
    held.min_prompt_tokens,
    coalesce(held.max_prompt_tokens, 9223372036854775807) as max_prompt_tokens,
    held.min_prompt_tokens > 0 or held.max_prompt_tokens is not null as banded,
    ${each(({ rate }) => sql`coalesce(held.${rate}, 0) as ${rate}`)},
    ${each(({ rate, unknown }) => sql`held.${rate} is null as ${unknown}`)},
    ${each(({ rate, name, assumed }) => sql`held.${rate} is not null and list_contains(held.assumed, ${name}) as ${assumed}`)},
    held.unit_rates,
    held.unit_rates['requests'] as fee,
    held.assumed as assumed_rates,
    list_has_any(held.assumed, [${join(WHOLE_CARD.map(literal))}]) as assumed,
    ${each(({ rate, pico }) => sql`if(coalesce(${inPico(rate)}, false), cast(held.${rate} * 1000000000000 as bigint), 0) as ${pico}`)},
    held.status = 'priced' and not coalesce(profile.gateway_cached, false) and held.unit_rates['requests'] is null
      and ${each(({ rate }) => sql`coalesce(${inPico(rate)}, false)`, '\n      and ')} as plain,
    len(held.assumed) = 0 as certain`;

/** The cards in force of each profile, ready for rating. `profiles` has the columns of usage_profile, `cards` those of rate_card. */
export function ratedProfiles(profiles: Sql, cards: Sql = sql`rate_card`): Sql {
  return sql`
  select
    profile.profile_id,
    held.rate_card_id,${RATED_CARD}
  from (from ${profiles}) as profile
  join ${cards} as held
    on held.source_provider is not distinct from profile.source_provider
    and held.model is not distinct from coalesce(profile.model, profile.request_model)
    and held.service_tier is not distinct from profile.service_tier
    and held.speed is not distinct from profile.speed
    and held.region is not distinct from profile.region
    and held.retired_at is null`;
}

/** All input classes of a row. */
const ROW_PROMPT = sql`coalesce(call.uncached_input_tokens, 0) + coalesce(call.cache_read_tokens, 0)
      + coalesce(call.cache_write_tokens, 0) + coalesce(call.cache_write_1h_tokens, 0)
      + case when call.units is null then 0
        else cast(${join(
          INPUT_UNITS.map((unit) => sql`coalesce(call.units[${literal(unit)}], 0)`),
          ' + ',
        )} as bigint) end`;

/**
 * The whole prompt, which decides the band. Of a bucket it is that of its average call: the sum over a thousand short
 * prompts is no long prompt. Where a bucket does not tell its calls, the lowest band.
 */
export const PROMPT: Sql = sql`case when call.requests = 1 then ${ROW_PROMPT}
      when call.requests > 1 then (${ROW_PROMPT}) // call.requests
      else 0 end`;

/** The minute of the ISO week, UTC, in which a call began: some prices hold at certain hours only. */
export const WEEK_MINUTE: Sql = sql`((isodow(coalesce(call.occurred_at, cast($now as timestamp))) - 1) * 1440
      + hour(coalesce(call.occurred_at, cast($now as timestamp))) * 60 + minute(coalesce(call.occurred_at, cast($now as timestamp))))`;

/**
 * Which of the cards of its profile a row belongs to: exactly one, even of a row with impossible counts. A row without
 * time is priced as of $now.
 */
export const CARD_MATCH: Sql = sql`(not card.dated or (
    coalesce(call.occurred_at, cast($now as timestamp)) >= card.valid_from
    and coalesce(call.occurred_at, cast($now as timestamp)) < card.valid_to
  )) and (not card.banded or (
    (card.min_prompt_tokens = 0 or ${PROMPT} >= card.min_prompt_tokens) and ${PROMPT} < card.max_prompt_tokens
  )) and (not card.hourly or (${WEEK_MINUTE} >= card.week_from and ${WEEK_MINUTE} < card.week_to))`;

/** Counts of what is also paid by the token: where a row has both, the tokens are what is billed. */
const SAME_AS: Record<string, string> = {
  input_images: 'input_image_tokens',
  output_images: 'output_image_tokens',
  input_audio_seconds: 'input_audio_tokens',
  output_audio_seconds: 'output_audio_tokens',
  input_video_seconds: 'input_video_tokens',
  output_video_seconds: 'output_video_tokens',
  output_video_seconds_1080p: 'output_video_tokens',
  output_pixels: 'output_image_tokens',
};

/**
 * Units that only describe a call where nobody prices them and tokens are there to be paid: a transcription billed by
 * the token tells its seconds too. An image that was made without a price leaves the cost unknown: the tokens beside it are
 * those of the conversation.
 */
export const DESCRIPTIVE = [
  ...Object.keys(SAME_AS).filter((unit) => !['output_images', 'output_pixels'].includes(unit)),
  'characters',
  'pages',
  'citation_tokens',
];

/** Fees beside the tokens: where one has no price the tokens are still priced, and the cost is the least it can be. */
export const FEES = [
  'web_search_requests',
  'web_search_requests_low',
  'web_search_requests_medium',
  'web_search_requests_high',
  'maps_grounding_requests',
  'file_search_calls',
  'code_interpreter_sessions',
  'session_hours',
  'vector_store_gb_days',
];

/** Tokens of the six classes; together below 2^31 in the usual row. */
const TOKENS = each(({ quantity }) => sql`coalesce(call.${quantity}, 0)`, ' + ');

const KNOWN_TOKENS = sql`coalesce(${each(({ quantity }) => sql`call.${quantity}`, ', ')}) is not null`;

/** The units of a row that are billed: above 0, and not the same as some tokens in it. */
export const BILLED_UNITS = sql`list_filter(map_entries(call.units), lambda unit: unit.value > 0 and not case unit.key
      ${join(
        Object.entries(SAME_AS).map(
          ([count, tokens]) => sql`when ${literal(count)} then map_contains(call.units, ${literal(tokens)})`,
        ),
        '\n      ',
      )}
      when ${literal(UNKNOWN_TOKENS)} then true
      when 'characters' then coalesce(call.uncached_input_tokens, 0) > 0 and not card.uncached_input_unknown
      else false end)`;

const UNKNOWN_UNITS = sql`list_filter(${BILLED_UNITS}, lambda unit: card.unit_rates[unit.key] is null)`;

/** Whether a row has a fee that the card has no price for: its cost is the least it can be. */
export const FEE_UNKNOWN = sql`coalesce(len(list_filter(${UNKNOWN_UNITS}, lambda unit: unit.key in (${join(FEES.map(literal))}))) > 0, false)`;

/** Whether a row has tokens of any kind. */
export const HAS_TOKENS = sql`(${TOKENS} > 0
      or len(list_filter(map_keys(call.units), lambda name: ends_with(name, '_tokens') and name <> 'citation_tokens')) > 0)`;

/** Whether a unit has no price that would have to be paid. */
const UNIT_UNKNOWN = sql`case when len(${UNKNOWN_UNITS}) = 0 then false when ${HAS_TOKENS}
      then len(list_filter(${UNKNOWN_UNITS}, lambda unit: unit.key not in (${join([...DESCRIPTIVE, ...FEES].map(literal))}))) > 0
      else true end`;

/** Units may be fractional: their sum has 24 places and is rounded half up to 18, the one rounding of a cost. */
export const UNITS_COST: Sql = sql`cast(coalesce(list_sum(list_transform(
      ${BILLED_UNITS}, lambda unit: unit.value * coalesce(card.unit_rates[unit.key], 0)
    )), 0) as decimal(38, 18))`;

const TOKENS_COST = each(({ rate, quantity }) => sql`coalesce(call.${quantity}, 0) * card.${rate}`, '\n      + ');

/** The same in integers: at most 2^31 tokens at $4,000 per million are 8.6 · 10^18, which fits into 64 bits. */
const PICO_COST = sql`cast(${each(({ pico, quantity }) => sql`coalesce(call.${quantity}, 0) * card.${pico}`, '\n      + ')}
      as decimal(38, 0)) * cast(0.000000000001 as decimal(18, 18))`;

/** A failed call that used nothing was not billed, whatever the model costs. */
export const NOTHING_BILLED = sql`card.failed and ${TOKENS} = 0 and coalesce(len(map_keys(call.units)), 0) = 0`;

const NOTHING_BUT_UNKNOWN = sql`map_keys(call.units) = [${literal(UNKNOWN_TOKENS)}]`;

const UNKNOWN_COUNT = sql`coalesce(call.units[${literal(UNKNOWN_TOKENS)}], 0)`;

/** Tokens of unknown kinds leave the cost the least it can be; where they are the most of a call, that says nothing of what it cost. */
const MOSTLY_UNKNOWN = sql`(${UNKNOWN_COUNT} > 0 and 2 * ${UNKNOWN_COUNT} > ${TOKENS}
      + list_sum(list_transform(map_entries(call.units), lambda unit: if(ends_with(unit.key, '_tokens'), unit.value, 0))))`;

/** Something was used whose price is not known, or nobody says what was used. */
const UNKNOWN = sql`card.unpriced
      or (not (${KNOWN_TOKENS}) and (call.units is null or ${NOTHING_BUT_UNKNOWN}) and card.fee is null)
      or (card.fee > 0 and call.requests is null)
      or ${each(({ quantity, unknown }) => sql`(card.${unknown} and call.${quantity} > 0)`, ' or ')}
      or (call.units is not null and (${UNIT_UNKNOWN} or ${MOSTLY_UNKNOWN}))`;

/** The usual row: nothing but tokens, all rates known. */
const PLAIN = sql`card.plain and call.units is null and ${KNOWN_TOKENS}`;

/** USD, exact; null where it cannot be known. Of type decimal(38, 18); a cost that does not fit raises an error. */
export const COST_USD: Sql = sql`case
    when ${PLAIN} and ${TOKENS} < 2147483648 then ${PICO_COST}
    when card.free or (${NOTHING_BILLED}) then cast(0 as decimal(38, 18))
    when ${UNKNOWN} then null
    else ${TOKENS_COST}
      + coalesce(call.requests * card.fee, 0)
      + case when call.units is null then 0 else ${UNITS_COST} end
  end`;

/** A flagged rate was needed, or the card itself had to be guessed: an undated call, a bucket of unknown prompt sizes. */
const ASSUMED = sql`card.assumed
      or ${each(({ quantity, assumed }) => sql`(card.${assumed} and call.${quantity} > 0)`, ' or ')}
      or ((card.dated or card.hourly) and call.occurred_at is null)
      or ((card.banded or card.hourly) and call.requests is distinct from 1)
      or (call.units is not null and map_contains(call.units, ${literal(UNKNOWN_TOKENS)}))
      or (call.units is not null
        and len(list_filter(${BILLED_UNITS}, lambda unit: list_contains(card.assumed_rates, unit.key)
          or (card.unit_rates[unit.key] is null and unit.key in (${join(FEES.map(literal))})))) > 0)`;

/** 0 computed, 1 unpriced (then, and only then, the cost is null), 2 assumed, 3 free. */
export const COST_STATUS: Sql = sql`cast(case
    when card.certain and call.requests = 1 and call.occurred_at is not null and ${PLAIN} then 0
    when ${PLAIN} then if(${ASSUMED}, 2, 0)
    when card.free then 3
    when ${NOTHING_BILLED} then 0
    when ${UNKNOWN} then 1
    when ${ASSUMED} then 2
    else 0
  end as utinyint)`;
