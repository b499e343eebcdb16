import { currentRevision, inRevision } from '../../rate/revision.js';
import { sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { currencyOf, failWithoutRate } from '../scope/currency.js';
import type { Period } from '../scope/period.js';
import { timestampText } from '../scope/time_zone.js';
import type { FlatCost } from './answer.js';

/** The parts day by day, at the price in the currency of the answer of that day (`exchange_day`); a day without rate fails the question. */
const byDay = (currency: string) => sql`day_part as (
      select flat_id, usd, seconds, day, greatest(starts, day) as starts, least(ends, day + interval 1 day) as ends
      from (select *, unnest(generate_series(date_trunc('day', starts), ends, interval 1 day)) as day from part)
      where day < ends
    ),
    dated as (
      select part.* replace (
        case when exchange.rate is null then ${failWithoutRate(currency, sql`part.day`)}
          else cast(part.usd * exchange.rate as decimal(38, 18)) end as usd
      )
      from day_part as part
      left join exchange_day as exchange on exchange.day = cast(part.day as date)
    ),`;

/**
 * The flat costs of a period, up to now. A month costs its price whatever its length (UTC), a part of it that part of its
 * seconds. A period without bounds is that of the usage.
 */
export async function flatCosts(store: Store, { since, until }: Period, now: Date): Promise<FlatCost[]> {
  const { paid } = await store.row<{ paid: boolean }>(sql`select count(*) > 0 as paid from price_flat`);
  if (!paid) return [];
  const currency = currencyOf(store);
  const bound = (instant: number | null) => (instant === null ? null : timestampText(instant));
  return store.rows<FlatCost>(
    sql`
    with span as (
      select
        coalesce(cast($since as timestamp), (select min(occurred_at) from usage_fact)) as starts,
        least(coalesce(cast($until as timestamp), (select max(occurred_at) from usage_fact)), cast($now as timestamp)) as ends
    ),
    running as (
      select
        flat.*,
        greatest(flat.effective_from, span.starts) as starts,
        least(coalesce(flat.effective_to, span.ends), span.ends) as ends
      from price_flat as flat
      cross join span
      where ${inRevision(sql`flat`)}
    ),
    part as (
      select
        flat_id,
        usd,
        greatest(starts, begin) as starts,
        least(ends, next) as ends,
        case per when 'hour' then 3600 when 'day' then 86400 else epoch(next) - epoch(begin) end as seconds
      from (
        select *, unnest(generate_series(date_trunc('month', starts), ends, interval 1 month)) as begin, begin + interval 1 month as next
        from running
        where starts < ends
      )
      where begin < ends
    ),
    ${currency === 'USD' ? sql`` : byDay(currency)}
    paid as (
      select
        flat_id,
        sum((2 * cast(replace(cast(usd as varchar), '.', '') as hugeint) * cast(epoch(ends) - epoch(starts) as bigint) + cast(seconds as bigint))
          // (2 * cast(seconds as bigint))) as atto
      from ${currency === 'USD' ? sql`part` : sql`dated`}
      group by flat_id
    )
    select
      running.name,
      running.provider,
      running.model,
      rtrim(rtrim(cast(running.usd as varchar), '0'), '.') as usd,
      running.per,
      strftime(running.starts, '%Y-%m-%dT%H:%M:%SZ') as "from",
      strftime(running.ends, '%Y-%m-%dT%H:%M:%SZ') as "to",
      cast(cast(paid.atto as decimal(38, 0)) * cast(0.000000000000000001 as decimal(18, 18)) as varchar) as cost
    from running
    join paid on paid.flat_id = running.flat_id
    order by running.name, running.starts`,
    {
      since: bound(since),
      until: bound(until),
      now: timestampText(now.getTime()),
      revision: await currentRevision(store),
    },
  );
}
