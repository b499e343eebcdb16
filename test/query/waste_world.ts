import { parseCondition } from '../../src/query/scope/filter.js';
import { parsePeriod } from '../../src/query/scope/period.js';
import type { WasteReport } from '../../src/query/waste/answer.js';
import { wasteReport } from '../../src/query/waste/waste.js';
import { settleRateCards } from '../../src/rate/cards/cards.js';
import { CARD_MATCH, COST_STATUS, COST_USD, ratedProfiles } from '../../src/rate/rating.js';
import { sql, timestampOf } from '../../src/sql.js';
import type { Store } from '../../src/store/store.js';
import { addPrices, NOW } from '../rate/price_rows.js';

/** A call as a test writes it; what is left out is null, an answered call of `big` at noon of 1 October 2026 by default. */
export interface WasteCall {
  occurred_at?: string;
  model?: string;
  customer?: string;
  feature?: string;
  environment?: string;
  session?: string;
  trace?: string;
  attempt?: number;
  status?: 'ok' | 'error';
  tier?: string;
  input?: number;
  read?: number;
  write?: number;
  write_1h?: number;
  output?: number;
  max_output?: number;
  bucket?: number;
}

const SHAPE = sql`'[{
  "n": "integer", "occurred_at": "timestamp", "model": "varchar", "customer": "varchar", "feature": "varchar", "environment": "varchar",
  "session": "varchar", "trace": "varchar", "attempt": "integer", "status": "varchar", "tier": "varchar", "input": "bigint",
  "read": "bigint", "write": "bigint", "write_1h": "bigint", "output": "bigint", "max_output": "bigint", "bucket": "bigint"
}]'`;

/**
 * `big` costs $10 per million input tokens, $1 read from the cache, $12.50 written, $20 for an hour, $50 of output; in a batch half of it.
 * `small` costs $1 and $5 and has no cache and no batch.
 */
export async function addModels(store: Store): Promise<void> {
  const big = { model: 'big' };
  await addPrices(store, [
    { ...big, dimension: 'input', usd: '10' },
    { ...big, dimension: 'cache_read', usd: '1' },
    { ...big, dimension: 'cache_write', usd: '12.5' },
    { ...big, dimension: 'cache_write_1h', usd: '20' },
    { ...big, dimension: 'output', usd: '50' },
    { ...big, dimension: 'input', usd: '5', tier: 'batch' },
    { ...big, dimension: 'output', usd: '25', tier: 'batch' },
    { model: 'small', dimension: 'input', usd: '1' },
    { model: 'small', dimension: 'output', usd: '5' },
  ]);
}

/** Puts calls into the store, each with a profile of its own, and rates them. */
export async function addCalls(store: Store, calls: readonly WasteCall[]): Promise<void> {
  await store.run(sql`
    insert into imports (import_id, source, format, options, status, started_at)
    values (1, 'test', 'test', '{}', 'done', timestamp '2026-01-01')`);
  const rows = calls.map((one, index) => ({
    n: index + 1,
    occurred_at: '2026-10-01 12:00:00',
    model: 'big',
    status: 'ok',
    read: 0,
    output: 0,
    input: 0,
    ...one,
  }));
  await store.run(
    sql`create or replace temp table given as select unnest(from_json($rows, ${SHAPE}), recursive := true)`,
    { rows: JSON.stringify(rows) },
  );
  await store.run(sql`
    insert into usage_profile (
      profile_id, source_provider, provider, model, operation, feature, environment, attempt, status, service_tier, max_output_tokens, bucket_seconds
    )
    select n, 'openai', 'openai', model, 'chat', feature, environment, attempt, status, tier, max_output, bucket from given`);
  const combinations = [...new Set(rows.map(({ model, tier }) => JSON.stringify([model, tier ?? null])))].map(
    (text) => {
      const [model, service_tier]: [string, string | null] = JSON.parse(text);
      return { source_provider: 'openai', model, service_tier, speed: null, region: null };
    },
  );
  await settleRateCards(store, combinations, { now: NOW });
  await store.run(
    sql`
    insert into usage_fact (
      import_id, request_id, occurred_at, requests, profile_id, uncached_input_tokens, cache_read_tokens, cache_write_tokens,
      cache_write_1h_tokens, text_output_tokens, customer, session_id, trace_id, rate_card_id, cost_usd, cost_status
    )
    with staged as (
      select
        *,
        n as profile_id,
        1 as requests,
        input as uncached_input_tokens,
        "read" as cache_read_tokens,
        "write" as cache_write_tokens,
        write_1h as cache_write_1h_tokens,
        output as text_output_tokens,
        cast(null as bigint) as reasoning_tokens,
        cast(null as map(varchar, decimal(18, 6))) as units
      from given
    )
    select
      1, 'call-' || n, occurred_at, requests, call.profile_id, uncached_input_tokens, cache_read_tokens, cache_write_tokens,
      cache_write_1h_tokens, text_output_tokens, customer, session, trace, card.rate_card_id, ${COST_USD}, ${COST_STATUS}
    from staged as call
    join (${ratedProfiles(sql`usage_profile`)}) as card on card.profile_id = call.profile_id and ${CARD_MATCH}`,
    { now: timestampOf(NOW) },
  );
}

export function asked(
  store: Store,
  question: { where?: string[]; period?: string; top?: number } = {},
): Promise<WasteReport> {
  return wasteReport(store, {
    period: parsePeriod(question.period ?? 'all', 'UTC', NOW),
    tz: 'UTC',
    where: (question.where ?? []).map(parseCondition),
    top: question.top ?? 3,
    now: NOW,
  });
}
