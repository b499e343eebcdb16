import { identifier, integer, type Sql, sql } from '../../sql.js';
import { quotient, unitCost } from '../metrics/division.js';
import { percentText } from '../simulate/cost_differences.js';

/**
 * Makes `realised_row`: for each move and feature of a saved simulation what was projected and what is, side by side, of the calls in
 * `realised_pool` by the steps in `realised_step`. Figures are worked out whatever the status says; who shows them withholds them.
 * Parameter: $name.
 */
export function rowsSql(least: number): Sql {
  const side = (name: 'before' | 'after', test: Sql) => {
    const sum = (column: string) =>
      sql`coalesce(sum(pool.${identifier(column)}) filter (where ${test}), 0) as ${identifier(`${column}_${name}`)}`;
    return sql`${sum('requests')}, ${sum('uncounted')}, ${sum('unpriced')}, ${sum('cost')}, ${sum('input')}, ${sum('cache_read')},
        ${sum('output')}, ${sum('told')}, ${sum('errors')}`;
  };
  const moved = sql`pool.minute >= step.moved_minute and (step.back_minute is null or pool.minute < step.back_minute)`;
  const earlier = sql`pool.side = 'from' and pool.minute < step.moved_minute`;
  const later = sql`pool.side = 'to' and ${moved}`;
  const perRequest = (column: string) =>
    sql`${quotient(identifier(column), identifier(column.replace(/^.*_(before|after)$/, 'requests_$1')), 2)}`;
  return sql`
    create or replace temp table realised_row as
    with summed as (
      select
        step.move,
        step.feature,
        any_value(step.calls) as calls,
        any_value(step.on_target) as on_target,
        any_value(step.moved_minute) as moved_minute,
        min(pool.first_at) filter (where ${later}) as moved_at,
        min(pool.first_at) filter (where pool.side = 'from' and pool.minute >= step.back_minute) as moved_back_at,
        coalesce(sum(pool.requests + pool.uncounted) filter (where ${moved}), 0) as calls_since,
        coalesce(sum(pool.requests + pool.uncounted) filter (where ${later}), 0) as on_target_since,
        ${side('before', earlier)},
        ${side('after', later)}
      from realised_step as step
      join realised_pool as pool on pool.move = step.move and pool.feature is not distinct from step.feature
      group by step.move, step.feature
    ),
    told as (
      select
        projection.* exclude (name),
        summed.* exclude (move, feature),
        ${unitCost(sql`summed.cost_before`, sql`summed.requests_before`)} as unit_before,
        ${unitCost(sql`summed.cost_after`, sql`summed.requests_after`)} as unit_after
      from (select * rename (cost_before as cost_saved, cost_after as cost_projected) from saved_projection where name = $name) as projection
      left join summed on summed.move = projection.move and summed.feature is not distinct from projection.feature
    )
    select
      *,
      ${perRequest('input_before')} as unit_input_before,
      ${perRequest('input_after')} as unit_input_after,
      ${perRequest('cache_read_before')} as unit_cache_read_before,
      ${perRequest('cache_read_after')} as unit_cache_read_after,
      ${perRequest('output_before')} as unit_output_before,
      ${perRequest('output_after')} as unit_output_after,
      case
        when calls is null then 'no_usage'
        when on_target = 0 then 'not_moved'
        when moved_minute is null and on_target = calls then 'no_before'
        when moved_minute is null then 'no_step'
        when uncounted_before + uncounted_after > 0 or requests is null then 'unknown_requests'
        when cost_projected is null then 'no_projection'
        when requests_before < ${integer(least)} or requests_after < ${integer(least)} then 'too_few'
        when unpriced_before + unpriced_after > 0 then 'unpriced'
        else 'realised'
      end as status
    from told`;
}

/** The statuses with figures; of those without a price the cost is a lower bound, and nothing is said about a saving. */
const SHOWN = sql`status in ('realised', 'unpriced')`;
const COMPARED = sql`status = 'realised'`;

function shown(value: Sql, test = SHOWN): Sql {
  return sql`case when ${test} then ${value} end`;
}

function text(value: Sql): Sql {
  return sql`cast(${value} as varchar)`;
}

function tokensSql(kind: 'input' | 'cache_read' | 'output'): Sql {
  const [before, after] = [identifier(`unit_${kind}_before`), identifier(`unit_${kind}_after`)];
  const projected = identifier(`${kind}_tokens`);
  return sql`
      ${shown(text(before))} as ${identifier(`${kind}_before`)},
      ${shown(text(projected))} as ${identifier(`${kind}_projected`)},
      ${shown(text(after))} as ${identifier(`${kind}_actual`)},
      ${shown(percentText(sql`(${after} - ${projected})`, projected))} as ${identifier(`${kind}_deviation`)},`;
}

/** `realised_row` as texts: what moved first, of it the dearest. */
export function shownRowsSql(): Sql {
  const rate = (name: string) =>
    shown(text(quotient(sql`(100 * ${identifier(`errors_${name}`)})`, identifier(`told_${name}`), 2)));
  return sql`
    select
      move,
      feature,
      status,
      epoch_ms(moved_at) as moved_at,
      epoch_ms(moved_back_at) as moved_back_at,
      ${text(quotient(sql`(100 * on_target_since)`, sql`calls_since`, 2))} as share,
      if(moved_minute is null or uncounted_before > 0, null, requests_before) as requests_before,
      if(moved_minute is null or uncounted_after > 0, null, requests_after) as requests_after,
      coalesce(unpriced_before, 0) as unpriced_before,
      coalesce(unpriced_after, 0) as unpriced_after,
      ${tokensSql('input')}
      ${tokensSql('cache_read')}
      ${tokensSql('output')}
      ${text(sql`cost_saved`)} as cost_saved,
      ${text(sql`cost_projected`)} as cost_projected,
      ${text(sql`cost_after_low`)} as cost_projected_low,
      ${text(sql`cost_after_high`)} as cost_projected_high,
      ${shown(text(sql`unit_before`))} as cost_before,
      ${shown(text(sql`unit_after`))} as cost_actual,
      ${percentText(sql`(cost_projected - cost_saved)`, sql`cost_saved`)} as projected_percent,
      ${shown(percentText(sql`(unit_after - unit_before)`, sql`unit_before`), COMPARED)} as realised_percent,
      ${shown(percentText(sql`(unit_after - cost_projected)`, sql`cost_projected`), COMPARED)} as deviation_percent,
      ${shown(percentText(sql`(unit_before - cost_saved)`, sql`cost_saved`), COMPARED)} as drift_percent,
      ${rate('before')} as error_rate_before,
      ${rate('after')} as error_rate_after
    from realised_row
    order by moved_at is null, case when ${SHOWN} then cost_after end desc nulls last, moved_at, move, feature`;
}

/** One row: the features that are compared, each with as many requests as it has now. */
export function totalsSql(): Sql {
  const weighed = (unit: string) =>
    sql`sum(cast(${identifier(unit)} * cast(requests_after as bigint) as decimal(38, 18)))`;
  return sql`
    with total as (
      select
        count(*) as features,
        sum(requests_after) as requests,
        sum(cost_after) as actual,
        ${weighed('unit_before')} as before,
        ${weighed('cost_saved')} as saved,
        ${weighed('cost_projected')} as projected
      from realised_row
      where ${COMPARED}
    )
    select
      features,
      (select count(*) from realised_row where moved_at is not null and not (${COMPARED})) as left_out,
      coalesce(requests, 0) as requests,
      ${text(sql`actual`)} as cost_actual,
      ${text(sql`before`)} as cost_before,
      ${text(sql`projected`)} as cost_projected,
      ${percentText(sql`(projected - saved)`, sql`saved`)} as projected_percent,
      ${percentText(sql`(actual - before)`, sql`before`)} as realised_percent
    from total`;
}

/** Features that use a target now and were not in the simulation. */
export function newcomersSql(): Sql {
  return sql`
    select distinct pool.feature
    from realised_pool as pool
    where pool.side = 'to' and not exists (
      from saved_projection as known
      where known.name = $name and known.move = pool.move and known.feature is not distinct from pool.feature
    )
    order by pool.feature`;
}
