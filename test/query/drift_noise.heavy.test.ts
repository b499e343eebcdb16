import { expect, test } from 'vitest';
import { benjaminiHochberg } from '../../src/query/scope/statistics.js';
import { integer, literal, type Sql, sql } from '../../src/sql.js';
import { type Store, withStore } from '../../src/store/store.js';
import { asked } from './drift_world.js';

/*
 * 200 stores of five weeks in which nothing changes but everything scatters: calls (lognormal), days (all calls of a day are longer or
 * shorter, more or fewer of them fail), weekends. Each store is an environment of one database, asked about at once; what is asked for one
 * store alone is judged alone, so its chances are adjusted here as the report adjusts them.
 */
const STORES = 200;

test('noise alone is no drift: at most 5 % of 200 stores raise an alarm', async () => {
  await withStore(':memory:', { access: 'write' }, async (store) => {
    await addNoise(store);
    const { rows } = await asked(store, { by: ['environment'], minSample: 50 });
    const names = new Set(rows.map(({ group }) => group.environment));
    const rowsOf = (name: string | null | undefined) => rows.filter(({ group }) => group.environment === name);
    expect(names.size).toBe(STORES);
    expect(rows.length).toBeGreaterThan(5 * STORES);
    // The changes themselves are large enough: without the test of chance there would be hundreds of alarms.
    expect(rows.filter(({ verdict }) => verdict !== 'steady').length).toBeGreaterThan(STORES / 2);
    const alarms = [...names].filter((name) => {
      const own = rowsOf(name);
      const adjusted = benjaminiHochberg(own.map(({ p }) => p));
      return own.some(({ verdict }, index) => verdict !== 'steady' && (adjusted[index] ?? 1) <= 0.05);
    });
    expect(alarms.length).toBeLessThanOrEqual(0.05 * STORES);
    const alone = await asked(store, { by: ['environment'], where: ['environment=s7'], minSample: 50 });
    const own = rowsOf('s7');
    expect(own.length).toBeGreaterThan(3);
    expect(alone.rows.map(({ p }) => p).toSorted()).toEqual(own.map(({ p }) => p).toSorted());
  });
}, 120_000);

/** A number between 0 and 1 out of a hash, so every run draws the same. */
function drawn(of: Sql): Sql {
  return sql`((hash(${of}) % 1000003 + 1) / 1000005.0)`;
}

/** A normal number, as Box and Muller make it. */
function normal(of: string, key: Sql): Sql {
  const one = drawn(sql`${literal(of)} || '/' || ${key}`);
  const other = drawn(sql`${literal(of)} || '\\' || ${key}`);
  return sql`(sqrt(-2 * ln(${one})) * cos(2 * pi() * ${other}))`;
}

const DAY_KEY = sql`s || '/' || d`;
const CALL_KEY = sql`s || '/' || d || '/' || i`;
const COUNT = integer(STORES);

async function addNoise(store: Store): Promise<void> {
  await store.run(sql`
    insert into imports (import_id, source, format, options, status, started_at)
    values (1, 'noise', 'noise', '{}', 'done', timestamp '2026-01-01')`);
  await store.run(sql`
    insert into usage_profile (profile_id, provider, model, feature, environment, status, error_class)
    select 2 * s + failed, 'p', 'm', 'f', 's' || s, if(failed = 1, 'error', 'ok'), if(failed = 1, 'rate_limit', null)
    from range(${COUNT}) as stores(s), range(2) as states(failed)`);
  await store.run(sql`
    insert into usage_fact (
      import_id, occurred_at, requests, profile_id, uncached_input_tokens, text_output_tokens, latency_ms, cost_usd, cost_status
    )
    with day as (
      select
        s,
        d,
        d % 7 >= 5 as weekend,
        0.2 * ${normal('a', DAY_KEY)} as input_effect,
        0.2 * ${normal('b', DAY_KEY)} as output_effect,
        0.03 * exp(0.5 * ${normal('c', DAY_KEY)}) as failing
      from range(${COUNT}) as stores(s), range(35) as days(d)
    ),
    call as (
      select
        *,
        ${drawn(sql`'f/' || ${CALL_KEY}`)} < failing as failed,
        cast(1000 * exp(input_effect + 0.8 * ${normal('d', CALL_KEY)}) as bigint) + 1 as input,
        cast(if(weekend, 300, 200) * exp(output_effect + 0.8 * ${normal('e', CALL_KEY)}) as bigint) + 1 as output
      from day, range(if(weekend, 4, 12)) as calls(i)
    )
    select
      1, timestamp '2026-09-07 12:00:00' + to_days(cast(d as integer)), 1, 2 * s + cast(failed as integer),
      if(failed, 0, input), if(failed, 0, output), output * 10, if(failed, 0, input) * cast(0.000001 as decimal(18, 18)), 0
    from call`);
}
