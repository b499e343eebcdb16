import type { Exchange } from '../../config/exchange.js';
import { TOKEN_CLASSES } from '../../names/dimensions.js';
import { identifier, integer, join, literal, type Sql, sql, timestampOf } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { quotient } from '../metrics/division.js';
import type { ExchangeNote } from './values.js';

/** In which currency a store answers, if not in USD. */
const shown = new WeakMap<Store, { exchange: Exchange; now: Date }>();

/** The currency of all amounts that questions to this store find. */
export function currencyOf(store: Store): string {
  return shown.get(store)?.exchange.currency ?? 'USD';
}

/** How amounts of this store are converted; undefined: they are USD. */
export function exchangeIn(store: Store): Exchange | undefined {
  return shown.get(store)?.exchange;
}

/** The currency of an answer and, if it is not USD, by which rates. */
export function shownMoney(store: Store): { currency: string; exchange?: ExchangeNote } {
  const exchange = shown.get(store)?.exchange;
  if (exchange === undefined) return { currency: 'USD' };
  const { currency, source, max_age_days } = exchange;
  return { currency, exchange: { source, max_age_days } };
}

/**
 * From here on every amount that a question to this connection finds is in another currency (undefined: in USD again): temporary views
 * stand before the tables of usage and of rate cards under their names, so no question has to know of it.
 *
 * The rate of a call is that of the day (UTC) it began on: the latest one of that day or before, if it is not too old; of a call without
 * time, that of today. A rate has ten places, rounded half up; cost × rate is rounded half up to 18 places, call by call, so every total
 * is still the sum of its rows. Prices of a rate card become prices of that day. A cost without a rate makes the question fail
 * (rateMissing): no sum is of two currencies.
 *
 * usage_fact gets two columns: `usd_cost`, the cost as it is stored, and `exchange_rate`, for what is priced anew.
 */
export async function showIn(store: Store, exchange: Exchange | undefined, now: Date): Promise<void> {
  if (shown.has(store)) {
    await store.run(sql`drop view temp.usage_fact; drop view temp.rate_card`);
    shown.delete(store);
  }
  if (exchange === undefined || exchange.currency === 'USD') return;
  await putRates(store, exchange, now);
  const { database } = await store.row<{ database: string }>(sql`select current_database() as database`);
  const here = (name: string) => sql`${identifier(database)}.main.${identifier(name)}`;
  await putViews(store, { usage: here('usage_fact'), cards: here('rate_card'), isTable: true }, { exchange, now });
  shown.set(store, { exchange, now });
}

/** The same over another state of the store, which `change` puts in temporary views under the names of the tables. */
export async function shownAgain(store: Store, change: () => Promise<void>): Promise<void> {
  const before = shown.get(store);
  if (before === undefined) return change();
  await store.run(sql`drop view temp.usage_fact; drop view temp.rate_card`);
  await change();
  const { database } = await store.row<{ database: string }>(sql`select current_database() as database`);
  const views = await store.rows<{ name: string }>(
    sql`select view_name as name from duckdb_views() where temporary and view_name in ('usage_fact', 'rate_card')`,
  );
  const isHidden = (name: string) => views.some((view) => view.name === name);
  const isTable = !isHidden('usage_fact');
  const under = async (name: string) => {
    if (!isHidden(name)) return sql`${identifier(database)}.main.${identifier(name)}`;
    await store.run(sql`alter view ${identifier(name)} rename to ${identifier(`${name}_then`)}`);
    return identifier(`${name}_then`);
  };
  await putViews(store, { usage: await under('usage_fact'), cards: await under('rate_card'), isTable }, before);
}

/** Makes `exchange_day`: for every day the rate (null where there is none) and its number. */
async function putRates(store: Store, { quotes, max_age_days }: Exchange, now: Date): Promise<void> {
  const units = (name: string) => sql`cast(replace(cast(quote.${identifier(name)} as varchar), '.', '') as hugeint)`;
  const old =
    max_age_days === null ? sql`false` : sql`date_diff('day', quote."from", series.day) > ${integer(max_age_days)}`;
  await store.run(
    sql`
    create or replace temp table exchange_day as
    with quote as (
      select unnest(from_json(
        $quotes, '[{"from": "date", "units": "decimal(24, 10)", "usd": "decimal(24, 10)"}]'
      ), recursive := true)
    ),
    series as (
      select cast(unnest(generate_series(
        cast((select min("from") from quote) as timestamp),
        cast(greatest(
          cast(cast($now as timestamp) as date),
          (select cast(max(occurred_at) as date) from usage_fact),
          (select cast(max(coalesce(period_end, period_start)) as date) from revenue_entry)
        ) as timestamp) + interval 1 year,
        interval 1 day
      )) as date) as day
    ),
    dated as (
      select
        series.day,
        quote."from" as quoted_on,
        case when ${old} then null else cast(${quotient(units('units'), units('usd'), 10)} as decimal(20, 10)) end as rate
      from series
      asof left join quote on series.day >= quote."from"
    )
    select *, case when rate is not null then dense_rank() over (order by rate) end as rate_number
    from dated`,
    { quotes: JSON.stringify(quotes), now: timestampOf(now) },
  );
}

/** As many rates as there can be days of one card. */
const RATES = integer(100_000);

interface Under {
  usage: Sql;
  cards: Sql;
  /** Whether usage has row numbers: a state of it that views make has none. */
  isTable: boolean;
}

async function putViews(
  store: Store,
  { usage, cards, isTable }: Under,
  { exchange, now }: { exchange: Exchange; now: Date },
) {
  const today = sql`timestamp ${literal(timestampOf(now))}`;
  const day = sql`cast(coalesce(fact.occurred_at, ${today}) as date)`;
  const missing = failWithoutRate(exchange.currency, day);
  const foreign = sql`fact.profile_id in (select profile_id from usage_profile where upper(billed_currency) <> 'USD')`;
  const converted = (amount: Sql) => sql`case
        when ${amount} is null or ${amount} = 0 then ${amount}
        when exchange.rate is null then ${missing}
        else cast(${amount} * exchange.rate as decimal(38, 18))
      end`;
  await store.run(sql`
    create or replace temp view usage_fact as
    select
      ${isTable ? sql`fact.rowid as rowid,` : sql``}
      fact.* replace (
        ${converted(sql`fact.cost_usd`)} as cost_usd,
        case when fact.billed_cost is null or ${foreign} then fact.billed_cost else ${converted(sql`fact.billed_cost`)} end as billed_cost,
        cast(fact.rate_card_id as bigint) * ${RATES} + exchange.rate_number as rate_card_id
      ),
      fact.cost_usd as usd_cost,
      exchange.rate as exchange_rate
    from ${usage} as fact
    left join exchange_day as exchange on exchange.day = ${day}`);
  const price = (amount: Sql) => sql`cast(${amount} * exchange.rate as decimal(24, 18))`;
  const rates = TOKEN_CLASSES.map(({ rate }) => sql`${price(sql`card.${identifier(rate)}`)} as ${identifier(rate)}`);
  await store.run(sql`
    create or replace temp view rate_card as
    select card.* replace (
      cast(card.rate_card_id as bigint) * ${RATES} + exchange.rate_number as rate_card_id,
      ${join(rates, ',\n      ')},
      case when card.unit_rates is null then null else map_from_entries(list_transform(
        map_entries(card.unit_rates),
        lambda unit: {'key': unit.key, 'value': ${price(sql`unit.value`)}}
      )) end as unit_rates
    )
    from ${cards} as card
    cross join (select distinct rate, rate_number from exchange_day where rate is not null) as exchange`);
}

/** How a failure of DuckDB begins that stands for a missing rate: a cast of no number, which is only tried where a cost is read. */
const NO_RATE = 'no rate of';

/** Fails for a row whose day has no rate; only where it is worked out. */
export function failWithoutRate(currency: string, day: Sql): Sql {
  return sql`cast(${literal(`${NO_RATE} ${currency} `)} || strftime(${day}, '%Y-%m-%d') as decimal(38, 18))`;
}

/** The currency and the day of a missing rate, if that is what a question failed of. */
export function rateMissing(error: unknown): { currency: string; day: string } | undefined {
  const found = new RegExp(`"${NO_RATE} ([A-Z]{3}) (\\d{4}-\\d{2}-\\d{2})"`).exec(String(error));
  return found?.[1] === undefined || found[2] === undefined ? undefined : { currency: found[1], day: found[2] };
}

/** A cost in USD that was worked out anew for a row of usage_fact, in the currency of the answer. */
export function inShownCurrency(store: Store, cost: Sql, row: Sql): Sql {
  return shown.has(store) ? sql`cast(${cost} * ${row}.exchange_rate as decimal(38, 18))` : cost;
}

/** The cost of a row of usage_fact in USD, as it is stored. */
export function storedCost(store: Store, row: Sql): Sql {
  return shown.has(store) ? sql`${row}.usd_cost` : sql`${row}.cost_usd`;
}

/** The rate of a row of usage_fact; undefined where amounts are in USD. */
export function exchangeRate(store: Store, row: Sql): Sql | undefined {
  return shown.has(store) ? sql`${row}.exchange_rate` : undefined;
}
