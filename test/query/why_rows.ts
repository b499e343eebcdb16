import { settleRateCards } from '../../src/rate/cards/cards.js';
import { CARD_MATCH, COST_STATUS, COST_USD, ratedProfiles } from '../../src/rate/rating.js';
import { sql } from '../../src/sql.js';
import type { Store } from '../../src/store/store.js';
import { combination, NOW } from '../rate/price_rows.js';

/** A call as a test writes it; what is left out is null, except for gpt-x of OpenAI at noon of 1 September 2026. */
export interface WhyRow {
  request_id?: string;
  trace_id?: string;
  attempt?: number;
  at?: string | null;
  requests?: number;
  model?: string;
  request_model?: string;
  service_tier?: string;
  region?: string;
  status?: string;
  error_class?: string;
  customer?: string;
  feature?: string;
  gateway_cached?: boolean;
  input?: number;
  cache_read?: number;
  cache_write_1h?: number;
  output?: number;
  reasoning?: number;
  units?: Record<string, number>;
  billed?: string;
  currency?: string;
}

const SHAPE = sql`'[{
  "n": "INTEGER", "request_id": "VARCHAR", "trace_id": "VARCHAR", "attempt": "INTEGER", "at": "TIMESTAMP", "requests": "BIGINT",
  "model": "VARCHAR", "request_model": "VARCHAR", "service_tier": "VARCHAR", "region": "VARCHAR", "status": "VARCHAR",
  "error_class": "VARCHAR", "customer": "VARCHAR", "feature": "VARCHAR", "gateway_cached": "BOOLEAN", "input": "BIGINT",
  "cache_read": "BIGINT", "cache_write_1h": "BIGINT", "output": "BIGINT", "reasoning": "BIGINT",
  "units": "MAP(VARCHAR, DECIMAL(18, 6))", "billed": "DECIMAL(38, 18)", "currency": "VARCHAR"
}]'`;

/** Puts calls into the store as import 1 and prices them as an import does. */
export async function addCalls(store: Store, calls: readonly WhyRow[]): Promise<void> {
  const usual = { at: '2026-09-01 12:00:00', requests: 1, model: 'gpt-x', status: 'ok' };
  const rows = calls.map((call, index) => ({ ...usual, ...call, n: index + 1 }));
  await store.run(sql`
    insert into imports (import_id, source, format, options, status, started_at, finished_at)
    values (1, 'logs/calls.jsonl', 'llmcost-jsonl', '{}', 'done', timestamp '2026-10-01', timestamp '2026-10-01 00:00:05')`);
  await settleRateCards(
    store,
    rows.map(({ model, service_tier = null, region = null }) => combination({ model, service_tier, region })),
    { now: NOW },
  );
  await store.run(
    sql`create temp table given as select unnest(from_json(cast($rows as json), ${SHAPE}), recursive := true)`,
    { rows: JSON.stringify(rows) },
  );
  await store.run(sql`
    insert into usage_profile (
      profile_id, provider, source_provider, model, request_model, service_tier, region, status, error_class, feature, attempt,
      gateway_cached, billed_currency
    )
    select n, 'openai', 'openai', model, request_model, service_tier, region, status, error_class, feature, attempt, gateway_cached, currency
    from given`);
  await store.run(
    sql`
    insert into usage_fact (
      import_id, event_key, request_id, trace_id, occurred_at, requests, profile_id, uncached_input_tokens, cache_read_tokens,
      cache_write_1h_tokens, text_output_tokens, reasoning_tokens, units, customer, billed_cost, rate_card_id, cost_usd, cost_status
    )
    with staged as (
      select
        n as profile_id, request_id, trace_id, "at" as occurred_at, requests, input as uncached_input_tokens,
        cache_read as cache_read_tokens, cast(null as bigint) as cache_write_tokens, cache_write_1h as cache_write_1h_tokens,
        output as text_output_tokens, reasoning as reasoning_tokens, units, customer, billed
      from given
    )
    select
      1, call.profile_id, call.request_id, call.trace_id, call.occurred_at, call.requests, call.profile_id,
      call.uncached_input_tokens, call.cache_read_tokens, call.cache_write_1h_tokens, call.text_output_tokens,
      call.reasoning_tokens, call.units, call.customer, call.billed, card.rate_card_id, ${COST_USD}, ${COST_STATUS}
    from staged as call
    join (${ratedProfiles(sql`usage_profile`)}) as card on card.profile_id = call.profile_id and ${CARD_MATCH}`,
    { now: NOW.toISOString() },
  );
}
