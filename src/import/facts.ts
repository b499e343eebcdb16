import { CARD_MATCH, COST_STATUS, COST_USD } from '../rate/rating.js';
import { identifier, join, type Sql, sql } from '../sql.js';
import { type Format, TRAIT_NAMES } from './format.js';
import { FACT_NAMES, fixedTraits, traitColumn, varyingTraits } from './statement.js';
import { traitsAsText } from './traits.js';

export interface Rating {
  /** A query of calls as `usageOf` makes them. */
  call: Sql;
  format: Format;
  /** The number of the import, over the columns of `call`. */
  importId: Sql;
  /** Compare all traits; otherwise only those that differ within a file of this format. */
  anyTrait?: boolean;
}

/**
 * The statement that rates calls and stores them. Every call meets the table `combo` (profiles and their cards, see
 * settleTraits) in one hash join; what finds nothing there is stored with its traits in `unsettled`. `combo` knows the
 * profiles of all imports, so traits that are the same in the whole file choose among them before the join. Which card
 * of its profile a call belongs to is told after it: a left join with a condition that is no equality compares every
 * call with every card. What cannot be right is stored until it is named, and has no cost: it might be one below zero,
 * which the table refuses.
 */
export function ratedUsage({ call, format, importId, anyTrait = false }: Rating): Sql {
  const traits = anyTrait ? TRAIT_NAMES : varyingTraits(format);
  const ofFile = anyTrait ? [] : fixedTraits(format);
  const same = traits.map((name) => sql`call.${traitColumn(name)} is not distinct from card.${traitColumn(name)}`);
  const facts = FACT_NAMES.map((name) => identifier(name));
  return sql`
    insert into usage_fact (
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
    left join (
      select * from combo where ${join([sql`true`, ...ofFile], ' and ')}
    ) as card on ${join([sql`true`, ...same], ' and ')}
    where card.profile_id is null or (${CARD_MATCH})`;
}
