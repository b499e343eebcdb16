import { cardsAt } from '../../rate/cards/cards_at.js';
import { CARD_MATCH, COST_USD } from '../../rate/rating.js';
import { type Sql, sql } from '../../sql.js';
import type { Params, Store } from '../../store/store.js';
import type { Period } from '../scope/period.js';
import { VISIBLE } from '../scope/scope.js';
import { timestampText } from '../scope/time_zone.js';
import { countOf } from '../scope/values.js';
import type { BillChange, BillDiff, BillPoint } from './answer.js';

/** The usage of a period, rated by two states of the prices; nothing stored is changed. Rows sum to the totals. */
export async function billDiff(
  store: Store,
  points: { before: BillPoint; after: BillPoint },
  { period, now }: { period: Period; now: Date },
): Promise<BillDiff> {
  const scope = scopeOf(period);
  await bill(store, sql`bill_before`, { ...points.before, scope, now });
  await bill(store, sql`bill_after`, { ...points.after, scope, now });
  const name = sql`concat_ws('/', profile.provider, coalesce(profile.model, profile.request_model))`;
  return {
    period: period.label,
    models: await changes(store, sql`nullif(${name}, '')`),
    customers: await changes(store, sql`before.customer`),
    totals: (await changes(store, sql`'total'`))[0] ?? NOTHING,
  };
}

const NOTHING: BillChange = {
  name: 'total',
  requests: 0,
  before: '0',
  after: '0',
  change: '0',
  unpriced_before: 0,
  unpriced_after: 0,
};

interface Scope {
  test: Sql;
  params: Params;
}

function scopeOf({ since, until }: Period): Scope {
  const from = since === null ? sql`true` : sql`fact.occurred_at >= cast($since as timestamp)`;
  const to = until === null ? sql`true` : sql`fact.occurred_at < cast($until as timestamp)`;
  return {
    test: sql`${VISIBLE} and ${from} and ${to}`,
    params: {
      ...(since === null ? {} : { since: timestampText(since) }),
      ...(until === null ? {} : { until: timestampText(until) }),
    },
  };
}

/** The usage in scope by profile and customer: requests, cost, and how many of them have no price. */
async function bill(store: Store, table: Sql, point: BillPoint & { scope: Scope; now: Date }): Promise<void> {
  const { revision, at, scope, now } = point;
  const card = await cardsAt(store, sql`then_card`, {
    profiles: sql`select profile_id from usage_fact`,
    revision,
    now,
  });
  const moved = at === null ? sql`` : sql`replace (cast($at as timestamp) as occurred_at)`;
  await store.run(
    sql`
    create or replace temp table ${table} as
    with call as (
      select * ${moved}
      from usage_fact as fact
      where ${scope.test}
    ),
    rated as (
      select call.profile_id, call.customer, coalesce(call.requests, 0) as requests, ${COST_USD} as cost
      from call
      join (${card}) as card on card.profile_id = call.profile_id and ${CARD_MATCH}
    )
    select
      profile_id,
      customer,
      sum(requests) as requests,
      coalesce(sum(cost), 0) as cost,
      coalesce(sum(requests) filter (cost is null), 0) as unpriced
    from rated
    group by all`,
    { ...scope.params, ...(at === null ? {} : { at }), now: timestampText(now.getTime()) },
  );
}

async function changes(store: Store, name: Sql): Promise<BillChange[]> {
  const rows = await store.rows<Record<Exclude<keyof BillChange, 'name'>, string> & { name: string | null }>(sql`
    select
      ${name} as name,
      sum(before.requests) as requests,
      cast(sum(before.cost) as varchar) as before,
      cast(sum(after.cost) as varchar) as after,
      cast(sum(after.cost) - sum(before.cost) as varchar) as change,
      sum(before.unpriced) as unpriced_before,
      sum(after.unpriced) as unpriced_after
    from bill_before as before
    join bill_after as after
      on after.profile_id = before.profile_id and after.customer is not distinct from before.customer
    left join usage_profile as profile on profile.profile_id = before.profile_id
    group by 1
    order by abs(sum(after.cost) - sum(before.cost)) desc, sum(before.cost) desc, 1 nulls last`);
  return rows.map((row) => ({
    ...row,
    requests: countOf(row.requests),
    unpriced_before: countOf(row.unpriced_before),
    unpriced_after: countOf(row.unpriced_after),
  }));
}
