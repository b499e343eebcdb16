import { type Sql, sql, timestampOf } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { isMeant } from '../globs.js';
import { keepIfUsed, newRevision } from '../revision.js';
import { backdateRates } from './backdate.js';
import { compareRatings, renewCards, storeRatings } from './rerate.js';

/** Which usage is to be rated again, and whether the present price was right before it was first seen. */
export interface Correction {
  /** Globs; null is any. */
  provider: string | null;
  model: string | null;
  /** UTC timestamps of usage, `[since, until)`; null is unlimited. */
  since: string | null;
  until: string | null;
  /** Since when the price published last holds (UTC): '' is always; null leaves the book as it is. */
  backdate: string | null;
  now: Date;
}

/** What a correction does to one model. Money is exact decimal text; unpriced calls count 0. */
export type CorrectedModel = {
  provider: string | null;
  model: string | null;
  requests: string;
  cost_before: string;
  cost_after: string;
  change: string;
};

export interface Corrected {
  /** Rates of the book that hold for the past now. */
  backdated: number;
  rows: number;
  models: CorrectedModel[];
  totals: { requests: string; cost_before: string; cost_after: string; change: string };
}

/**
 * Rates the past again on purpose: all usage in scope gets the price that the book of today has for its time. In the
 * transaction of the caller, so that it can be a rehearsal. What it cost before is written down (`report --as-of`).
 */
export async function correctUsage(store: Store, correction: Correction, rehearsal: boolean): Promise<Corrected> {
  const { now, provider, model, backdate } = correction;
  const detail = `${provider ?? '*'}/${model ?? '*'}${backdate === null ? '' : ' backdated'}`;
  const revision = await newRevision(store, 'correction', detail, now);
  const taken = { revision, observedAt: timestampOf(now) };
  const since = backdate === '' ? null : backdate;
  const backdated = backdate === null ? 0 : await backdateRates(store, { provider, model, since }, taken);
  await keepIfUsed(store, revision);
  await renewCards(store, now);
  const again = { scope: await scopeOf(store, correction), params: paramsOf(correction), reason: 'corrected', now };
  await compareRatings(store, again);
  const effect = await effectOf(store);
  const rows = rehearsal ? await countRows(store) : (await storeRatings(store, again)).rows;
  return { backdated, rows, ...effect };
}

type Priced = {
  profile_id: number;
  provider: string | null;
  model: string | null;
  price_provider: string | null;
  price_model: string | null;
};

function paramsOf({ since, until }: Correction): Record<string, string> {
  return { ...(since === null ? {} : { since }), ...(until === null ? {} : { until }) };
}

/** A test over usage_fact, aliased `call`. Names are matched in TypeScript: there are a few hundred. */
async function scopeOf(store: Store, { provider, model, since, until }: Correction): Promise<Sql> {
  const profiles = await store.rows<Priced>(sql`
    select distinct
      profile.profile_id,
      profile.provider,
      coalesce(profile.model, profile.request_model) as model,
      card.price_provider,
      card.price_model
    from usage_profile as profile
    left join rate_card as card
      on card.retired_at is null
      and card.source_provider is not distinct from profile.source_provider
      and card.model is not distinct from coalesce(profile.model, profile.request_model)
      and card.service_tier is not distinct from profile.service_tier
      and card.speed is not distinct from profile.speed
      and card.region is not distinct from profile.region`);
  const chosen = profiles.filter(
    (one) =>
      isMeant({ provider, model }, one.provider, one.model) ||
      isMeant({ provider, model }, one.price_provider, one.price_model),
  );
  await store.run(
    sql`
    create or replace temp table corrected_profile as
    select unnest(from_json(cast($ids as json), '["INTEGER"]')) as profile_id`,
    { ids: JSON.stringify(chosen.map(({ profile_id }) => profile_id)) },
  );
  const from = since === null ? sql`true` : sql`call.occurred_at >= cast($since as timestamp)`;
  const to = until === null ? sql`true` : sql`call.occurred_at < cast($until as timestamp)`;
  return sql`call.profile_id in (select profile_id from corrected_profile) and ${from} and ${to}`;
}

async function countRows(store: Store): Promise<number> {
  const { rows } = await store.row<{ rows: number }>(sql`select cast(count(*) as integer) as rows from rerated`);
  return rows;
}

async function effectOf(store: Store): Promise<Pick<Corrected, 'models' | 'totals'>> {
  const sums = sql`
      cast(coalesce(sum(rerated.requests), 0) as varchar) as requests,
      cast(coalesce(sum(rerated.cost_before), 0) as varchar) as cost_before,
      cast(coalesce(sum(rerated.cost_usd), 0) as varchar) as cost_after,
      cast(coalesce(sum(rerated.cost_usd), 0) - coalesce(sum(rerated.cost_before), 0) as varchar) as change`;
  const models = await store.rows<CorrectedModel>(sql`
    select profile.provider, coalesce(profile.model, profile.request_model) as model, ${sums}
    from rerated
    join usage_profile as profile on profile.profile_id = rerated.profile_id
    group by all
    order by abs(coalesce(sum(rerated.cost_usd), 0) - coalesce(sum(rerated.cost_before), 0)) desc, provider, model`);
  const totals = await store.row<Corrected['totals']>(sql`select ${sums} from rerated`);
  return { models, totals };
}
