import { identifier, join, literal, sql } from '../sql.js';
import { KINDS, RATE_STEPS } from './cards_rates.js';
import { TOKEN_CLASSES } from './dimensions.js';

const CLASS_NAMES = join(TOKEN_CLASSES.map(({ rate }) => literal(rate)));

const CLASS_RATES = join(
  TOKEN_CLASSES.map(({ rate }) => sql`any_value(usd_rate) filter (rate = ${literal(rate)}) as ${identifier(rate)}`),
  ',\n    ',
);

const SAID_NAMES = join(
  [...TOKEN_CLASSES.map(({ rate }) => rate), 'unit_rates', 'rate_ids', 'doubtful', 'no_tier', 'no_speed'].map(
    (name) => sql`${identifier(name)} := ${identifier(name)}`,
  ),
);

/** What a card says, cell by cell; a cell without any rate says nothing. */
const SAID = sql`rates as (
  select
    cell,
    ${CLASS_RATES},
    map_from_entries(list((rate, usd_rate) order by rate) filter (rate not in (${CLASS_NAMES}))) as unit_rates,
    map_from_entries(list((rate, rate_id) order by rate)) as rate_ids,
    list(rate order by rate) filter (doubtful) as doubtful,
    bool_or(no_tier) as no_tier,
    bool_or(no_speed) as no_speed
  from chosen
  group by cell
),
content as (
  select cell, struct_pack(${SAID_NAMES}) as said
  from rates
)`;

/** Neighbouring cells that say the same are one card: first along the prompt size, then all sizes of a time along time. */
const MERGED = sql`band as (
  select cell.number, cell.starts, cell.prompt, content.said
  from cell
  left join content on content.cell = cell.cell
  window upwards as (partition by cell.number, cell.starts order by cell.prompt)
  qualify row_number() over upwards = 1 or content.said is distinct from lag(content.said) over upwards
),
slab as (
  select number, starts, list((prompt, said) order by prompt) as bands
  from band
  group by number, starts
),
era as (
  select number, starts, bands
  from slab
  window onwards as (partition by number order by starts)
  qualify row_number() over onwards = 1 or bands is distinct from lag(bands) over onwards
),
dated as (
  select number, starts, lead(starts) over (partition by number order by starts) as ends, unnest(bands) as band
  from era
),
part as (
  select
    number,
    starts,
    ends,
    band[1] as prompt,
    lead(band[1]) over (partition by number, starts order by band[1]) as next_prompt,
    band[2] as said
  from dated
)`;

/** multiplier_batch → its number, … of those that apply. */
const MULTIPLIER_IDS = sql`map_from_entries(list_filter([
    ${join(KINDS.map((kind) => sql`(${literal(`multiplier_${kind}`)}, span.${identifier(`${kind}_id`)})`))}
  ], lambda entry: entry[2] is not null))`;

const SAID_RATES = join(
  TOKEN_CLASSES.map(({ rate }) => sql`part.said.${identifier(rate)}`),
  ',\n  ',
);

/** Writes the cards of the combinations in $wanted (JSON of WantedCard) as of $now. */
export const CARDS_SQL = sql`
insert into rate_card (
  rate_card_id, source_provider, provider, model, service_tier, speed, region, min_prompt_tokens, max_prompt_tokens,
  valid_from, valid_to, status, ${join(TOKEN_CLASSES.map(({ rate }) => identifier(rate)))}, unit_rates, price_provider,
  price_model, rule, assumed, rate_ids, created_at, retired_at
)
with ${join([RATE_STEPS, SAID, MERGED], ',\n')}
select
  (select coalesce(max(rate_card_id), 0) from rate_card)
    + row_number() over (order by part.number, part.starts, part.prompt) as rate_card_id,
  wanted.source_provider,
  wanted.payee,
  wanted.model,
  wanted.service_tier,
  wanted.speed,
  wanted.region,
  part.prompt,
  part.next_prompt,
  nullif(part.starts, timestamp '-infinity'),
  part.ends,
  case when wanted.kind = 'free' then 'free' when part.said is null then 'unpriced' else 'priced' end,
  ${SAID_RATES},
  coalesce(part.said.unit_rates, map {}),
  wanted.price_provider,
  wanted.price_model,
  if(wanted.kind = 'priced' and part.said is null, wanted.rule || ': no rate of it holds at this time', wanted.rule),
  list_concat(
    if(wanted.assumed, ['price'], []),
    if(part.said.no_tier, ['service_tier'], []),
    if(part.said.no_speed, ['speed'], []),
    coalesce(part.said.doubtful, [])
  ),
  map_concat(coalesce(part.said.rate_ids, map {}), if(part.said is null, map {}, ${MULTIPLIER_IDS})),
  cast($now as timestamp),
  null
from part
join wanted on wanted.number = part.number
join span on span.number = part.number and span.starts = part.starts`;
