import type { DriftQuery, DriftReport } from '../../src/query/drift/answer.js';
import { driftReport } from '../../src/query/drift/drift.js';
import { parseCondition } from '../../src/query/scope/filter.js';
import { type Sql, sql } from '../../src/sql.js';
import type { Store } from '../../src/store/store.js';

/** Calls that are alike, so many on each of some days; what is left out is null, and the cost 1 USD. `day` and `i` may be used. */
export interface Calls {
  /** The first day, and how many. */
  from: string;
  days: number;
  perDay: number;
  model?: string;
  request_model?: string;
  feature?: string;
  customer?: string;
  status?: 'ok' | 'error';
  error_class?: string;
  input?: Sql;
  cached?: Sql;
  output?: Sql;
  latency?: Sql;
  cost?: Sql;
}

/** 4 October 2026 is a Sunday: the window is the week from the 5th on, the baseline the four weeks before. */
export const WINDOW = {
  since: Date.parse('2026-10-05T00:00Z'),
  until: Date.parse('2026-10-12T00:00Z'),
  label: 'window',
};
export const BASELINE = { since: Date.parse('2026-09-07T00:00Z'), until: WINDOW.since, label: 'baseline' };

/** Four weeks as they were, and the week after. */
export const BEFORE = { from: '2026-09-07', days: 28 };
export const AFTER = { from: '2026-10-05', days: 7 };

/** Puts calls into the store, at noon and after. */
export async function addCalls(store: Store, calls: readonly Calls[]): Promise<void> {
  await store.run(sql`
    insert or ignore into imports (import_id, source, format, options, status, started_at)
    values (1, 'test', 'test', '{}', 'done', timestamp '2026-01-01')`);
  for (const one of calls) await add(store, one);
}

async function add(store: Store, one: Calls): Promise<void> {
  const { model = 'm', request_model = null, feature = 'f', customer = null, status = 'ok', error_class = null } = one;
  await store.run(
    sql`
    insert into usage_profile (profile_id, source_provider, provider, model, request_model, feature, status, error_class)
    select coalesce(max(profile_id), 0) + 1, 'openai', 'openai', $model, $request_model, $feature, $status, $error_class
    from usage_profile`,
    { model, request_model, feature, status, error_class },
  );
  await store.run(
    sql`
    insert into usage_fact (
      import_id, occurred_at, requests, profile_id, uncached_input_tokens, cache_read_tokens, text_output_tokens, latency_ms,
      customer, cost_usd, cost_status
    )
    select
      1, cast($from as timestamp) + to_days(cast(day as integer)) + to_seconds(43200 + i), 1,
      (select max(profile_id) from usage_profile), ${one.input ?? sql`null`}, ${one.cached ?? sql`null`},
      ${one.output ?? sql`null`}, ${one.latency ?? sql`null`}, $customer, ${one.cost ?? sql`1`}, 0
    from range(cast($days as integer)) as days(day), range(cast($perDay as integer)) as calls(i)`,
    { from: one.from, days: one.days, perDay: one.perDay, customer },
  );
}

export interface Asked extends Partial<Omit<DriftQuery, 'where'>> {
  where?: string[];
}

export function asked(store: Store, { where = [], ...rest }: Asked = {}): Promise<DriftReport> {
  return driftReport(store, {
    by: ['feature', 'model'],
    window: WINDOW,
    baseline: BASELINE,
    tz: 'UTC',
    threshold: '30',
    minSample: 100,
    modelsOnly: false,
    now: new Date('2026-10-12T12:00:00Z'),
    ...rest,
    where: where.map(parseCondition),
  });
}
