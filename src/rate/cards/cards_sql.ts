import { TOKEN_CLASSES } from '../../names/dimensions.js';
import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import { WEEK_MINUTES } from './candidates.js';
import { KINDS, RATE_STEPS } from './rates.js';

const CLASS_NAMES = join(TOKEN_CLASSES.map(({ rate }) => literal(rate)));

const CLASS_RATES = join(
  TOKEN_CLASSES.map(({ rate }) => sql`any_value(usd_rate) filter (rate = ${literal(rate)}) as ${identifier(rate)}`),
  ',\n    ',
);

/** All that `rates` says of a cell, as one text. */
const SAID_TEXT = sql`cast(struct_pack(${join(
  [...TOKEN_CLASSES.map(({ rate }) => rate), 'unit_rates', 'rate_ids', 'doubtful', 'no_tier', 'no_speed'].map(
    (name) => sql`${identifier(name)} := ${identifier(name)}`,
  ),
)}) as varchar)`;

/**
 * What a card says, cell by cell (a cell without any rate says nothing), and the first cell that says the same: such numbers are
 * compared and put into lists where the rates themselves would take ten times as long.
 */
const SAID = sql`rates as materialized (
  select
    cell,
    ${CLASS_RATES},
    map_from_entries(list_sort(list((rate, usd_rate)) filter (rate not in (${CLASS_NAMES})))) as unit_rates,
    map_from_entries(list_concat(
      list_sort(list((rate, rate_id))),
      coalesce(list_sort(list(('own_factor_' || rate, contract_id)) filter (contract_id is not null)), [])
    )) as rate_ids,
    list_sort(list(rate) filter (doubtful)) as doubtful,
    bool_or(no_tier) as no_tier,
    bool_or(no_speed) as no_speed
  from chosen
  group by cell
),
said_text as materialized (
  select cell, ${SAID_TEXT} as text
  from rates
),
content as materialized (
  select said_text.cell, same.cell as said
  from said_text
  join (select text, min(cell) as cell from said_text group by text) as same on same.text = said_text.text
)`;

/**
 * Neighbouring cells that say the same are one card: first along the prompt size, then all sizes of an hour along the week,
 * then all hours of a time along time.
 */
const MERGED = sql`band as materialized (
  select cell.number, cell.starts, cell.week_from, cell.prompt, content.said
  from cell
  left join content on content.cell = cell.cell
  window upwards as (partition by cell.number, cell.starts, cell.week_from order by cell.prompt)
  qualify row_number() over upwards = 1 or content.said is distinct from lag(content.said) over upwards
),
hours as materialized (
  select number, starts, week_from, list_sort(list((prompt, said))) as bands
  from band
  group by number, starts, week_from
),
shift as materialized (
  select number, starts, week_from, bands
  from hours
  window along as (partition by number, starts order by week_from)
  qualify row_number() over along = 1 or bands is distinct from lag(bands) over along
),
slab as materialized (
  select number, starts, list_sort(list((week_from, bands))) as shifts
  from shift
  group by number, starts
),
era as materialized (
  select number, starts, shifts
  from slab
  window onwards as (partition by number order by starts)
  qualify row_number() over onwards = 1 or shifts is distinct from lag(shifts) over onwards
),
dated as materialized (
  select number, starts, lead(starts) over (partition by number order by starts) as ends, len(shifts) > 1 as hourly,
    unnest(shifts) as shift
  from era
),
weekly as materialized (
  select
    number,
    starts,
    ends,
    hourly,
    shift[1] as week_from,
    coalesce(lead(shift[1]) over (partition by number, starts order by shift[1]), ${WEEK_MINUTES}) as week_to,
    unnest(shift[2]) as band
  from dated
),
part as materialized (
  select
    number,
    starts,
    ends,
    if(hourly, week_from, null) as week_from,
    if(hourly, week_to, null) as week_to,
    band[1] as prompt,
    lead(band[1]) over (partition by number, starts, week_from order by band[1]) as next_prompt,
    band[2] as said
  from weekly
)`;

/** multiplier_batch → its number, … of those that apply. */
const MULTIPLIER_IDS = sql`map_from_entries(list_filter([
    ${join(KINDS.map((kind) => sql`(${literal(`multiplier_${kind}`)}, span.${identifier(`${kind}_id`)})`))}
  ], lambda entry: entry[2] is not null))`;

const RATES = join(TOKEN_CLASSES.map(({ rate }) => identifier(rate)));

const SAID_RATES = join(
  TOKEN_CLASSES.map(({ rate }) => sql`said.${identifier(rate)}`),
  ',\n  ',
);

/**
 * Puts what the prices in $prices (JSON of WantedPrice) are by the book of $revision into `made_card`, which has the columns of
 * price_card and the number of the price.
 */
export const MAKE_PRICE_CARDS: Sql = sql`
insert into made_card
with ${join([RATE_STEPS, SAID, MERGED], ',\n')}
select
  wanted.number,
  wanted.price_provider,
  wanted.price_model,
  wanted.rate_tier,
  wanted.rate_speed,
  wanted.rate_region,
  part.prompt,
  part.next_prompt,
  nullif(part.starts, timestamp '-infinity'),
  part.ends,
  part.week_from,
  part.week_to,
  part.said is not null,
  ${SAID_RATES},
  coalesce(said.unit_rates, map {}),
  list_concat(
    if(said.no_tier, ['service_tier'], []),
    if(said.no_speed, ['speed'], []),
    coalesce(said.doubtful, [])
  ),
  map_concat(coalesce(said.rate_ids, map {}), if(part.said is null, map {}, ${MULTIPLIER_IDS}))
from part
join wanted on wanted.number = part.number
join span on span.number = part.number and span.starts = part.starts
left join rates as said on said.cell = part.said`;

/**
 * Puts the cards of the combinations in $wanted (JSON of WantedCard), as of $now, into a table with the columns of rate_card;
 * $madeIn is noted on them. The price of each is in made_card, under the number that $wanted gives. The numbers of cards follow
 * those of rate_card.
 */
export function cardsInto(table: Sql): Sql {
  return sql`
insert into ${table} (
  rate_card_id, source_provider, provider, model, service_tier, speed, region, min_prompt_tokens, max_prompt_tokens,
  valid_from, valid_to, week_from, week_to, status, ${RATES}, unit_rates, price_provider, price_model, rule, assumed,
  rate_ids, created_at, made_in
)
with wanted as (
  select unnest(from_json(cast($wanted as json), '[{
    "number": "INTEGER", "source_provider": "VARCHAR", "model": "VARCHAR", "service_tier": "VARCHAR", "speed": "VARCHAR",
    "region": "VARCHAR", "kind": "VARCHAR", "provider": "VARCHAR", "price_provider": "VARCHAR", "price_model": "VARCHAR",
    "rule": "VARCHAR", "assumed": "BOOLEAN", "price": "INTEGER"
  }]'), recursive := true)
)
select
  (select coalesce(max(rate_card_id), 0) from rate_card)
    + row_number() over (order by wanted.number, price.valid_from nulls first, price.week_from, price.min_prompt_tokens),
  wanted.source_provider,
  wanted.provider,
  wanted.model,
  wanted.service_tier,
  wanted.speed,
  wanted.region,
  coalesce(price.min_prompt_tokens, 0),
  price.max_prompt_tokens,
  price.valid_from,
  price.valid_to,
  price.week_from,
  price.week_to,
  case when wanted.kind = 'free' then 'free' when price.known then 'priced' else 'unpriced' end,
  ${join(TOKEN_CLASSES.map(({ rate }) => sql`price.${identifier(rate)}`))},
  coalesce(price.unit_rates, map {}),
  wanted.price_provider,
  wanted.price_model,
  if(wanted.kind = 'priced' and not price.known, wanted.rule || ': no rate of it holds at this time', wanted.rule),
  list_concat(if(wanted.assumed, ['price'], []), coalesce(price.assumed, [])),
  coalesce(price.rate_ids, map {}),
  cast($now as timestamp),
  $madeIn
from wanted
left join made_card as price on price.number = wanted.price`;
}
