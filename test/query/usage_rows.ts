import { sql } from '../../src/sql.js';
import type { Store } from '../../src/store/store.js';

/** A row of usage as a test writes it; what is left out is null, except for one priced request. */
export interface UsageRow {
  import_id?: number;
  occurred_at?: string | null;
  requests?: number | null;
  provider?: string | null;
  model?: string | null;
  request_model?: string;
  feature?: string;
  environment?: string;
  status?: string;
  error_class?: string;
  input?: number;
  cache_read?: number;
  cache_write?: number;
  cache_write_1h?: number;
  output?: number;
  reasoning?: number;
  units?: Record<string, number>;
  customer?: string | null;
  user?: string;
  session?: string;
  tags?: Record<string, string>;
  /** A decimal string; null is unpriced. */
  cost?: string | null;
  cost_status?: number;
  rate_card_id?: number;
  latency_ms?: number | null;
  ttft_ms?: number;
}

const SHAPE = sql`'[{
  "n": "integer", "import_id": "integer", "occurred_at": "timestamp", "requests": "bigint", "provider": "varchar", "model": "varchar",
  "request_model": "varchar", "feature": "varchar", "environment": "varchar", "status": "varchar", "error_class": "varchar", "input": "bigint",
  "cache_read": "bigint", "cache_write": "bigint", "cache_write_1h": "bigint", "output": "bigint", "reasoning": "bigint", "units": "map(varchar, decimal(18, 6))",
  "customer": "varchar", "user": "varchar", "session": "varchar", "tags": "map(varchar, varchar)",
  "cost": "decimal(38, 18)", "cost_status": "utinyint", "rate_card_id": "integer", "latency_ms": "bigint", "ttft_ms": "bigint"
}]'`;

/** Puts rows into the store as one finished import (number 1), each with a profile of its own. */
export async function addUsage(store: Store, rows: readonly UsageRow[]): Promise<void> {
  await store.run(sql`
    insert or ignore into imports (import_id, source, format, options, status, started_at)
    values (1, 'test', 'test', '{}', 'done', timestamp '2026-01-01')`);
  const filled = rows.map((row, n) => {
    const cost = row.cost === undefined ? '1' : row.cost;
    return { import_id: 1, requests: 1, cost_status: cost === null ? 1 : 0, ...row, cost, n: n + 1 };
  });
  await store.run(
    sql`create or replace temp table given as select unnest(from_json($rows, ${SHAPE}), recursive := true)`,
    {
      rows: JSON.stringify(filled),
    },
  );
  await store.run(sql`
    insert into usage_profile (profile_id, provider, model, request_model, feature, environment, status, error_class)
    select n, provider, model, request_model, feature, environment, status, error_class from given;
    insert into usage_fact (
      import_id, occurred_at, requests, profile_id, uncached_input_tokens, cache_read_tokens, cache_write_tokens,
      cache_write_1h_tokens, text_output_tokens, reasoning_tokens, units, customer, user_id, session_id, tags, cost_usd, cost_status,
      rate_card_id, latency_ms, ttft_ms
    )
    select
      import_id, occurred_at, requests, n, input, cache_read, cache_write,
      cache_write_1h, output, reasoning, units, customer, "user", session, tags, cost, cost_status,
      rate_card_id, latency_ms, ttft_ms
    from given`);
}
