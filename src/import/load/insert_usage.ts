import { CARD_MATCH, COST_STATUS, COST_USD } from '../../rate/rating.js';
import { identifier, join, type Sql, sql, timestampOf } from '../../sql.js';
import type { Params, Store } from '../../store/store.js';
import { type Format, TRAIT_NAMES, type TraitName } from '../declare/format.js';
import { FACT_NAMES, fixedTraits, traitColumn, varyingTraits } from '../rows/statement.js';
import { FRESH } from './deduplicate.js';
import { traitsAsText } from './profiles.js';

export interface Rating {
  /** A query of calls as `usageOf` makes them. */
  call: Sql;
  /** Its traits that are the same in every line are not compared; not given: calls of any format, and all traits are. */
  format?: Format | undefined;
  /** The number of the import, over the columns of `call`. */
  importId: Sql;
  /** The table that the calls go to, if it is not usage_fact. */
  into?: Sql;
}

/**
 * Rates calls and stores them. Every call meets the table `combo` (profiles and their cards, see settleTraits) in one
 * hash join; what finds nothing there is stored with its traits in `unsettled`. `combo` knows the profiles of all
 * imports, so traits that are the same in the whole file choose among them before the join. What cannot be right is
 * stored until it is named, and has no cost: it might be one below zero, which the table refuses.
 */
export async function storeRated(
  store: Store,
  rating: Rating,
  { now, params }: { now: Date; params?: Params },
): Promise<void> {
  const { format } = rating;
  const traits = format === undefined ? TRAIT_NAMES : varyingTraits(format);
  const fixed = format === undefined ? [] : fixedTraits(format);
  const known = sql`(select * from combo where ${join([sql`true`, ...fixed], ' and ')})`;
  const counted = traits.map((name) => sql`count(${traitColumn(name)}) > 0 as ${identifier(name)}`);
  const told = await store.row<Record<string, boolean>>(sql`select ${join([sql`true`, ...counted])} from ${known}`);
  const [compared, never] = [traits.filter((name) => told[name]), traits.filter((name) => !told[name])];
  await store.run(ratedUsage(rating, { known, compared, never }), { now: timestampOf(now), ...params });
}

/** Rates calls, all combinations of which were settled, into FRESH. */
export async function rateFresh(store: Store, rating: Omit<Rating, 'into'>, now: Date): Promise<void> {
  await store.run(sql`create or replace temp table ${FRESH} as from usage_fact limit 0`);
  await storeRated(store, { ...rating, into: FRESH }, { now });
  const { left } = await store.row<{ left: string }>(
    sql`select count(*) as left from ${FRESH} where unsettled is not null`,
  );
  if (left !== '0') throw new Error(`${left} rows found no rate card`);
}

interface Known {
  /** The combinations that a call can have. */
  known: Sql;
  compared: readonly TraitName[];
  /** Traits that are null in all of them. */
  never: readonly TraitName[];
}

/**
 * Which card of its profile a call belongs to is told after the join: a left join with a condition that is no equality
 * compares every call with every card. A trait that is compared costs 10 ns a call, so what is never there is one comparison.
 */
function ratedUsage({ call, importId, into = sql`usage_fact` }: Rating, { known, compared, never }: Known): Sql {
  const same = compared.map((name) => sql`call.${traitColumn(name)} is not distinct from card.${traitColumn(name)}`);
  const none = join([sql`true`, ...never.map((name) => sql`call.${traitColumn(name)} is null`)], ' and ');
  const facts = FACT_NAMES.map((name) => identifier(name));
  return sql`
    insert into ${into} (
      import_id, event_key, ${join(facts)}, units,
      profile_id, rate_card_id, cost_usd, cost_status, unsettled
    )
    select
      ${importId},
      call.event_key,
      ${join(facts.map((name) => sql`call.${name}`))},
      call.units,
      card.profile_id,
      card.rate_card_id,
      case when call.trouble is null then ${COST_USD} end,
      ${COST_STATUS},
      case
        when call.trouble is not null then call.trouble
        when card.rate_card_id is null then ${traitsAsText()}
      end
    from (${call}) as call
    left join (select *, true as has_no_other from ${known} as known) as card
      on ${join([...same, sql`(${none}) = card.has_no_other`], ' and ')}
    where card.profile_id is null or (${CARD_MATCH})`;
}
