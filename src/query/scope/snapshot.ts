import { UsageError } from '../../errors.js';
import { cardsAt } from '../../rate/cards/cards_at.js';
import { CARD_MATCH, COST_STATUS, COST_USD } from '../../rate/rating.js';
import { currentRevision } from '../../rate/revision.js';
import { identifier, integer, literal, type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { timestampText } from './time_zone.js';

/** A state of the store to ask: what it held at a time, or what its usage costs by an earlier state of the price book. */
export type Snapshot = { kind: 'time'; at: Date } | { kind: 'price_book'; revision: number };

/**
 * From here on every question to this connection is answered as of then: temporary views hide what came later under the
 * names of the tables, so no question has to know of it. Costs are those of then, to the last digit: `rerated_usage`
 * remembers them. What was removed since (`imports remove`) does not come back. Throws UsageError for a state that never was.
 */
export async function useSnapshot(store: Store, snapshot: Snapshot, now: Date): Promise<void> {
  const here = await tablesOf(store);
  if (snapshot.kind === 'time') {
    const at = timestampText(snapshot.at.getTime());
    const { revision } = await store.row<{ revision: number }>(
      sql`select coalesce(max(revision), 0) as revision from price_revision where made_at <= cast($at as timestamp)`,
      { at },
    );
    await hideImports(store, here, at);
    await hide(store, here, { revision, undone: sql`rerating.made_at > timestamp ${literal(at)}` });
    return;
  }
  const { revision } = snapshot;
  await checkRevision(store, revision);
  await rateLater(store, revision, now);
  // The cards made for it have numbers of their own, below zero.
  await store.run(sql`
    create or replace temp view rate_card as
    from ${here('rate_card')}
    union all by name
    select * replace (-rate_card_id as rate_card_id) from then_card`);
  await hide(store, here, { revision, undone: sql`rerating.revision > ${integer(revision)}`, later: sql`later_usage` });
}

/** Throws UsageError for a state of the price book that never was. */
export async function checkRevision(store: Store, revision: number): Promise<void> {
  const present = await currentRevision(store);
  if (revision < 1 || revision > present) throw unknownRevision(revision, present);
}

function unknownRevision(revision: number, present: number): UsageError {
  const known = present === 0 ? 'It has none yet.' : `It has 1 to ${present}.`;
  return new UsageError(
    `There is no price book ${revision} in this database. ${known}\nSee which there are: llmcost pricing history`,
  );
}

/** The tables themselves, whatever views stand before them. */
async function tablesOf(store: Store): Promise<(name: string) => Sql> {
  const { database } = await store.row<{ database: string }>(sql`select current_database() as database`);
  return (name) => sql`${identifier(database)}.main.${identifier(name)}`;
}

interface Then {
  revision: number;
  /** Which ratings had not happened yet. */
  undone: Sql;
  /** The usage of imports made under a later price book, in its costs of then; left out if they are not wanted. */
  later?: Sql;
}

async function hide(store: Store, here: (name: string) => Sql, { revision, undone, later }: Then): Promise<void> {
  const last = integer(revision);
  await store.run(sql`
    create or replace temp table then_usage as
    select log.import_id, log.event_key, arg_min(
      {'rate_card_id': log.rate_card_id, 'cost_usd': log.cost_usd, 'cost_status': log.cost_status}, log.rerating_id
    ) as rated
    from rerated_usage as log
    join rerating on rerating.rerating_id = log.rerating_id
    where ${undone}
    group by log.import_id, log.event_key`);
  await store.run(sql`
    create or replace temp view usage_fact as
    select fact.* replace (
      if(then_usage.event_key is null, fact.rate_card_id, then_usage.rated.rate_card_id) as rate_card_id,
      if(then_usage.event_key is null, fact.cost_usd, then_usage.rated.cost_usd) as cost_usd,
      if(then_usage.event_key is null, fact.cost_status, then_usage.rated.cost_status) as cost_status
    )
    from ${here('usage_fact')} as fact
    left join then_usage on then_usage.import_id = fact.import_id and then_usage.event_key = fact.event_key
    where fact.import_id not in (select import_id from ${here('imports')} where price_revision > ${last})
    ${later === undefined ? sql`` : sql`union all by name from ${later}`}`);
  // What was added up is of now.
  await store.run(sql`create or replace temp view usage_rolled as from ${here('usage_rolled')} where false`);
  await store.run(sql`
    create or replace temp view price_revision as from ${here('price_revision')} where revision <= ${last};
    create or replace temp view price_book as from ${here('price_book')} where added_in <= ${last}`);
}

async function hideImports(store: Store, here: (name: string) => Sql, until: string): Promise<void> {
  await store.run(sql`
    create or replace temp view imports as
    from ${here('imports')} where status <> 'loading' and finished_at <= timestamp ${literal(until)}`);
}

/** `later_usage`: the calls of imports that came after a revision, rated by the book of that revision. */
async function rateLater(store: Store, revision: number, now: Date): Promise<void> {
  const later = sql`select call.* from usage_fact as call
    where call.import_id in (select import_id from imports where price_revision > ${integer(revision)})`;
  const profiles = sql`select call.profile_id from (${later}) as call`;
  const card = await cardsAt(store, sql`then_card`, { profiles, revision, now });
  await store.run(
    sql`
    create or replace temp table later_usage as
    select call.* replace (-card.rate_card_id as rate_card_id, ${COST_USD} as cost_usd, ${COST_STATUS} as cost_status)
    from (${later}) as call
    join (${card}) as card on card.profile_id = call.profile_id and ${CARD_MATCH}`,
    { now: timestampText(now.getTime()) },
  );
}
