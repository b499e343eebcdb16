import { PriceSourceError } from '../../errors.js';
import { integer, type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import type { Rejected, SourceName } from '../sources/source.js';
import { HELD, type MergeScope, type RateMergeScope, rateKey } from './staging.js';
import { reviseEnds, takeOut } from './supersede.js';

/** A price that rises by this factor, from one look to the next, is a mistake until somebody says it is not. */
const LEAP = 10;
/** So is a new one that is so many times what another source asks for the same thing. */
const APART = 20;
/** A price that falls by this factor was a wrong unit before. */
const WRONG_UNIT = 100;
/** A list in which more than this share of the known prices leaps up or down is in another unit, or not the list. */
const LEAPING_SHARE = 0.2;
const FEW = 20;

const WIDE = (usd: Sql) => sql`cast(${usd} as decimal(34, 18))`;

/** The name of a model without who sells or made it: `xai.grok-4`, `xai/grok-4` → grok-4. */
const TAIL = (model: Sql) => sql`regexp_replace(lower(${model}), '^(.*/)?([a-z]+\.)?', '')`;

/**
 * One row in rate_change per staged rate: new, the same, changed, …
 * A price that falls to a hundredth was a wrong unit, not a decision: it is corrected for all its time. A price that leaps
 * up, a new one far above what others say, and a paid price that turns 0 are set aside: upstream lists do that by mistake
 * (gemini-1.5-flash at 0 in 2026, wandb/* at 100,000 times the price). Unless a second voice says it too, another row of a
 * model of that name or the same list in a later issue: then the old number was the mistake (xai.grok-4 at OCI for $0.15).
 */
export async function classify(store: Store, { source, observedAt, corrects }: RateMergeScope): Promise<void> {
  await store.run(
    sql`
    create or replace temp table rate_change as
    with held as (
      from ${HELD}
    ), latest as (
      select
        held.rate_key,
        arg_max(held.rate_id, coalesce(held.effective_from, timestamp '0001-01-01')) as rate_id
      from held
      group by held.rate_key
    ), elsewhere as (
      select ${rateKey(sql`other`)} as rate_key, max(other.usd_per_unit) as usd
      from price_rate as other
      where other.removed_in is null and other.source <> $source and other.effective_to is null
      group by 1
    ), named as (
      select distinct ${TAIL(sql`model`)} as tail, dimension, service_tier, usd_per_unit
      from price_rate as other
      where other.removed_in is null
        and not (other.source = $source and (lower(other.provider), lower(other.model)) in
          (select (lower(staged.provider), lower(staged.model)) from staged_rate as staged))
    ), compared as (
      select
        staged.*,
        exists (
          from named
          where named.tail = ${TAIL(sql`staged.model`)} and named.dimension = staged.dimension
            and named.service_tier = staged.service_tier and named.usd_per_unit = staged.usd_per_unit
        ) or exists (
          from price_quarantine as earlier
          where earlier.source = $source and earlier.provider = staged.provider and earlier.field = staged.dimension
            and earlier.model = staged.provider || '/' || staged.model and earlier.raw_value = staged.raw_value
            and earlier.seen_at < cast($observedAt as timestamp)
        ) as seconded,
        held.rate_id as held_id,
        held.usd_per_unit as held_usd,
        held.effective_from as held_from,
        held.effective_to as held_to,
        elsewhere.usd as other_usd,
        staged.dated and exists (
          from held as dated
          where dated.rate_key = staged.rate_key and dated.effective_from is not distinct from staged.effective_from
        ) as dated_already
      from staged_rate as staged
      left join latest on latest.rate_key = staged.rate_key
      left join held on held.rate_id = latest.rate_id
      left join elsewhere on elsewhere.rate_key = staged.rate_key
    )
    select
      *,
      case
        when dated then if(dated_already, 'same', 'new')
        when held_id is null and not seconded and other_usd > 0 and ${WIDE(sql`usd_per_unit`)} >= ${integer(APART)} * ${WIDE(sql`other_usd`)}
          then 'quarantine'
        when held_id is null then 'new'
        when held_usd = usd_per_unit and held_to is null then 'same'
        when held_to is not null then 'again'
        when usd_per_unit = 0 and held_usd > 0 and not seconded then 'quarantine'
        when held_usd > 0 and ${WIDE(sql`usd_per_unit`)} >= ${integer(LEAP)} * ${WIDE(sql`held_usd`)}
          then if(seconded, 'correction', 'quarantine')
        when $corrects then 'correction'
        when held_from >= cast($observedAt as timestamp) then 'correction'
        when held_usd > 0 and ${WIDE(sql`held_usd`)} >= ${integer(WRONG_UNIT)} * ${WIDE(sql`usd_per_unit`)} then 'correction'
        else 'change'
      end as action
    from compared`,
    { source, observedAt, corrects },
  );
}

/** Throws PriceSourceError if so many known prices leap that the list cannot be what it was. */
export async function refuseLeaps(store: Store, source: SourceName): Promise<void> {
  const { known, leaping } = await store.row<{ known: number; leaping: number }>(sql`
    select
      cast(count(*) as integer) as known,
      cast(count(*) filter (
        ${WIDE(sql`usd_per_unit`)} >= ${integer(LEAP)} * ${WIDE(sql`held_usd`)}
        or ${WIDE(sql`held_usd`)} >= ${integer(LEAP)} * ${WIDE(sql`usd_per_unit`)}
      ) as integer) as leaping
    from rate_change
    where held_id is not null and held_usd > 0 and not dated`);
  if (leaping < FEW || leaping <= LEAPING_SHARE * known) return;
  throw new PriceSourceError(
    `The ${source} file has ${leaping} of ${known} known prices at ten times or a tenth of before: it looks like another unit.\nThe price book was left as it was; download the file again.`,
  );
}

type SetAside = {
  provider: string;
  model: string;
  dimension: string;
  raw_value: string;
  held: string | null;
  other: string | null;
  zero: boolean;
};

/** The rates that `classify` set aside. */
export async function quarantined(store: Store): Promise<Rejected[]> {
  const rows = await store.rows<SetAside>(sql`
    select provider, model, dimension, raw_value, cast(held_usd as varchar) as held, cast(other_usd as varchar) as other,
      usd_per_unit = 0 as zero
    from rate_change
    where action = 'quarantine'
    order by all`);
  return rows.map((row) => ({
    provider: row.provider,
    model: `${row.provider}/${row.model}`,
    field: row.dimension,
    raw_value: row.raw_value,
    reason: reasonOf(row),
  }));
}

function reasonOf({ held, other, zero }: SetAside): string {
  if (held === null) return `${APART} times and more of what another source says (${other} USD per unit): left out`;
  const what = zero ? 'turned 0' : `rose to ${LEAP} times and more`;
  return `${what}; ${held} USD per unit is kept until \`llmcost pricing override\` says otherwise`;
}

/** Ends the rows whose price changed; takes back those that were wrong. */
export async function endReplaced(store: Store, scope: MergeScope): Promise<void> {
  await store.run(
    sql`
    create or replace temp table revised as
    select held_id as rate_id, cast($observedAt as timestamp) as effective_to
    from rate_change
    where action = 'change'`,
    { observedAt: scope.observedAt },
  );
  await reviseEnds(store, scope);
  await store.run(sql`
    create or replace temp table taken_out as
    select held_id as rate_id, 'correction' as reason
    from rate_change
    where action = 'correction'`);
  await takeOut(store, scope);
}
