import { TOKEN_CLASSES } from '../../names/dimensions.js';
import { identifier, join, literal, type Sql, sql, timestampOf } from '../../sql.js';
import type { Store } from '../../store/store.js';
import type { Dimension } from './dimensions.js';
import type { Scope } from './scope.js';

/**
 * How old the prices of each group are, in days: the age of the newest issue of the list that a rate of it comes from, of the list whose
 * newest issue is the oldest. A rate counts where something of its kind was used; prices of one's own have no age, and groups without a
 * rate of a list are left out. Usage that names no rate card (the cost was given) is as old as the newest list. Keys are JSON lists of the
 * values of the dimensions.
 */
export async function priceAges(
  store: Store,
  { dimensions, scope }: { dimensions: readonly Dimension[]; scope: Scope },
  now: Date,
): Promise<Map<string, number>> {
  const keys = dimensions.map((_, index) => identifier(`k${index}`));
  const labels = dimensions.map(({ label }, index) => label(identifier(`k${index}`)));
  const named = dimensions.map(({ key }, index) => sql`${key} as ${identifier(`k${index}`)},`);
  const profile = sql`left join usage_profile as profile on profile.profile_id = fact.profile_id`;
  const rows = await store.rows<{ key: string; age: number }>(
    sql`
    with called as (
      select
        ${join(named, '\n        ')}
        fact.rate_card_id,
        ${USED_CLASSES},
        list_distinct(flatten(list(map_keys(fact.units)) filter (where fact.units is not null))) as unit_names
      from usage_fact as fact
      ${dimensions.some(({ home }) => home === 'profile') ? profile : sql``}
      where ${scope.test} and fact.cost_status in (0, 2)
      group by all
    ),
    newest as (
      select source, max(data_date) as data_date from price_book group by source
    ),
    listed as (
      select called.*, unnest(map_entries(card.rate_ids)) as rate
      from called
      join rate_card as card on card.rate_card_id = called.rate_card_id
    ),
    sourced as (
      select ${join([...keys, sql`coalesce(price.source, multiplier.source) as source`])}
      from listed
      left join price_rate as price on price.rate_id = listed.rate.value and not starts_with(listed.rate.key, 'multiplier_')
      left join price_multiplier as multiplier
        on multiplier.multiplier_id = listed.rate.value and starts_with(listed.rate.key, 'multiplier_')
      where not starts_with(listed.rate.key, 'own_factor_') and ${IS_USED}
    ),
    dated as (
      select ${join([...keys, sql`newest.data_date`])}
      from sourced
      join newest on newest.source = sourced.source
      union all
      select ${join([...keys, sql`(select max(data_date) from newest) as data_date`])}
      from called
      where rate_card_id is null
    )
    select
      cast(to_json([${join(labels.map((label) => sql`cast(${label} as varchar)`))}]) as varchar) as key,
      cast(max(date_diff('day', data_date, cast(cast($now as timestamp) as date))) as integer) as age
    from dated
    where data_date is not null
    group by ${keys.length === 0 ? sql`()` : join(keys)}
    having count(*) > 0`,
    { ...scope.params, now: timestampOf(now) },
  );
  return new Map(rows.map(({ key, age }) => [JSON.stringify(JSON.parse(key)), Number(age)]));
}

const used = (rate: string): Sql => identifier(`has_${rate}`);

/** Whether any call has tokens of each class. */
const USED_CLASSES: Sql = join(
  TOKEN_CLASSES.map(
    ({ quantity, rate }) => sql`bool_or(coalesce(fact.${identifier(quantity)}, 0) > 0) as ${used(rate)}`,
  ),
  ',\n        ',
);

/** Whether the calls have anything that a rate of a card is for; a fee of each request and a factor always count. */
const IS_USED: Sql = sql`case listed.rate.key
        ${join(
          TOKEN_CLASSES.map(({ rate }) => sql`when ${literal(rate)} then listed.${used(rate)}`),
          '\n        ',
        )}
        when 'requests' then true
        else starts_with(listed.rate.key, 'multiplier_') or coalesce(list_contains(listed.unit_names, listed.rate.key), false)
      end`;
