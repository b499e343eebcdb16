import { sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { type Count, countOf } from '../scope/values.js';

/**
 * Something about which models answer. `new`: none of its calls in the baseline; `vanished`: none in the window; `switched`: the name that is
 * asked for is answered by another model; `deprecated`: its date is past or near, and calls still go to it.
 */
export interface ModelFinding {
  kind: 'new' | 'vanished' | 'switched' | 'deprecated';
  provider: string | null;
  /** The model that answers (of `vanished`: answered). */
  model: string | null;
  /** `switched`: the name asked for, and the model that answered before. */
  request_model: string | null;
  model_before: string | null;
  /** `new`, `switched`: its first day. `vanished`: its last. `deprecated`: the day it goes or went. */
  day: string;
  /** Requests of both periods, and what those of the window cost (null: unpriced). */
  requests_before: Count;
  requests_after: Count;
  cost_after: string | null;
  /** Whether it is a change that --fail fails on: a switch, a date that is past. */
  drift: boolean;
}

/** How far ahead a date of deprecation is worth a word. */
export const DEPRECATION_DAYS = 90;

/** The chance that all calls of a model lie on one side by accident must be below this for it to be new, vanished or switched. */
const BY_ACCIDENT = 0.001;

/** Models that came, went, changed behind their name or are going; needs drift_usage. `today` is a date of the clock. */
export async function modelFindings(store: Store, today: string): Promise<ModelFinding[]> {
  const rows = await store.rows<Record<keyof ModelFinding, string | boolean | null>>(
    sql`
    with named as (
      select
        profile.provider,
        coalesce(profile.model, profile.request_model) as model,
        profile.request_model,
        profile.model is not null as answered,
        day,
        recent,
        sum(requests) as requests,
        sum(cost) as cost,
        profile.profile_id
      from drift_usage
      join usage_profile as profile on profile.profile_id = drift_usage.profile_id
      where coalesce(profile.status, 'ok') <> 'error'
      group by all
    ),
    days as (
      select
        count(distinct day) filter (where recent) as after,
        count(distinct day) filter (where not recent) as before
      from named
    ),
    chance as (
      select before / cast(before + after as double) as of_before, after / cast(before + after as double) as of_after
      from days
      where before > 0 and after > 0
    ),
    sided as (
      select
        provider,
        model,
        coalesce(sum(requests) filter (where not recent), 0) as requests_before,
        coalesce(sum(requests) filter (where recent), 0) as requests_after,
        sum(cost) filter (where recent) as cost_after,
        min(day) as first_day,
        max(day) as last_day
      from named
      where model is not null
      group by provider, model
    ),
    come_or_gone as (
      select
        if(requests_before = 0, 'new', 'vanished') as kind,
        provider,
        model,
        if(requests_before = 0, first_day, last_day) as day,
        requests_before,
        requests_after,
        cost_after,
        false as drift
      from sided
      cross join chance
      where (requests_before = 0 and pow(of_after, requests_after) < $accident)
        or (requests_after = 0 and pow(of_before, requests_before) < $accident)
    ),
    answers as (
      select
        provider,
        request_model,
        model,
        coalesce(sum(requests) filter (where not recent), 0) as requests_before,
        coalesce(sum(requests) filter (where recent), 0) as requests_after,
        sum(cost) filter (where recent) as cost_after,
        min(day) filter (where recent) as first_day
      from named
      where request_model is not null and answered
      group by all
    ),
    mainly as (
      select
        provider,
        request_model,
        arg_max(model, requests_before) filter (where requests_before > 0) as model_before,
        max(requests_before) as main_before,
        arg_max(model, requests_after) filter (where requests_after > 0) as model
      from answers
      group by provider, request_model
    ),
    switched as (
      select
        'switched' as kind,
        mainly.provider,
        mainly.model,
        mainly.request_model,
        mainly.model_before,
        answers.first_day as day,
        mainly.main_before as requests_before,
        answers.requests_after,
        answers.cost_after,
        true as drift
      from mainly
      join answers on answers.provider is not distinct from mainly.provider
        and answers.request_model = mainly.request_model and answers.model = mainly.model
      cross join chance
      where mainly.model <> mainly.model_before and answers.requests_before = 0
        and pow(of_after, answers.requests_after) < $accident
    ),
    retiring as (
      select
        profile.profile_id,
        max(facts.deprecation_date) as day
      from usage_profile as profile
      join rate_card as card
        on card.source_provider is not distinct from profile.source_provider
        and card.model is not distinct from coalesce(profile.model, profile.request_model)
        and card.service_tier is not distinct from profile.service_tier
        and card.speed is not distinct from profile.speed
        and card.region is not distinct from profile.region
        and card.retired_at is null
      join price_model as facts on facts.provider = card.price_provider and facts.model = card.price_model
      where facts.deprecation_date <= cast($today as date) + cast($ahead as integer)
      group by profile.profile_id
    ),
    deprecated as (
      select
        'deprecated' as kind,
        named.provider,
        named.model,
        max(retiring.day) as day,
        coalesce(sum(named.requests) filter (where not named.recent), 0) as requests_before,
        sum(named.requests) filter (where named.recent) as requests_after,
        sum(named.cost) filter (where named.recent) as cost_after,
        max(retiring.day) <= cast($today as date) as drift
      from named
      join retiring on retiring.profile_id = named.profile_id
      group by named.provider, named.model
      having count(*) filter (where named.recent) > 0
    ),
    found as (
      select * from switched
      union all by name
      select * from deprecated
      union all by name
      select * from come_or_gone
    )
    select
      kind,
      provider,
      model,
      request_model,
      model_before,
      cast(day as varchar) as day,
      requests_before,
      requests_after,
      cast(cost_after as varchar) as cost_after,
      drift
    from found
    order by
      case kind when 'switched' then 1 when 'deprecated' then 2 when 'new' then 3 else 4 end,
      requests_after + requests_before desc, provider, model, request_model`,
    { today, ahead: DEPRECATION_DAYS, accident: BY_ACCIDENT },
  );
  return rows.map(findingOf);
}

function findingOf(row: Record<keyof ModelFinding, string | boolean | null>): ModelFinding {
  const text = (name: keyof ModelFinding) => (row[name] === null ? null : String(row[name]));
  return {
    kind: kindOf(text('kind')),
    provider: text('provider'),
    model: text('model'),
    request_model: text('request_model'),
    model_before: text('model_before'),
    day: String(row.day),
    requests_before: countOf(text('requests_before')),
    requests_after: countOf(text('requests_after')),
    cost_after: text('cost_after'),
    drift: row.drift === true,
  };
}

function kindOf(text: string | null): ModelFinding['kind'] {
  if (text === 'new' || text === 'vanished' || text === 'switched' || text === 'deprecated') return text;
  throw new Error(`no kind of finding: ${text}`);
}
