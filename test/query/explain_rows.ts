import { sql } from '../../src/sql.js';
import type { Store } from '../../src/store/store.js';

/** Calls of one customer, feature and model at one hour: a row that stands for several requests. */
export interface Calls {
  /** 'YYYY-MM-DD', at 10:00 unless an hour is given. */
  day: string;
  hour?: number;
  customer: string;
  feature: string;
  model: keyof typeof CARDS;
  requests: number;
  /** Of each request. */
  input: number;
  cached: number;
  output: number;
  attempt?: number;
}

/** USD per million tokens: fresh input, cached input, output. `big_dear` is the model big at twice its price. */
const CARDS = { big: [2, 0.5, 8], big_dear: [4, 1, 16], mini: [0.2, 0.05, 0.8] } as const;

/** Puts calls into the store, with what they cost by their rate card. */
export async function addCalls(store: Store, calls: readonly Calls[]): Promise<void> {
  const names = Object.keys(CARDS);
  await store.run(sql`
    insert or ignore into imports (import_id, source, format, options, status, started_at)
    values (1, 'test', 'test', '{}', 'done', timestamp '2026-01-01')`);
  const cards = Object.entries(CARDS).map(([, [input, cached, output]], index) => ({
    id: index + 1,
    input,
    cached,
    output,
  }));
  await store.run(
    sql`
    insert or ignore into rate_card (
      rate_card_id, min_prompt_tokens, status, uncached_input, cache_read, text_output, rule, assumed, rate_ids, created_at
    )
    select
      id, 0, 'priced', input * 0.000001, cached * 0.000001, output * 0.000001, 'test', [], map {}, timestamp '2026-01-01'
    from (select unnest(from_json($cards, '[{
      "id": "integer", "input": "decimal(12, 6)", "cached": "decimal(12, 6)", "output": "decimal(12, 6)"
    }]'), recursive := true))`,
    { cards: JSON.stringify(cards) },
  );
  const rows = calls.map((call, n) => ({
    attempt: 1,
    ...call,
    n: n + 1,
    at: `${call.day} ${String(call.hour ?? 10).padStart(2, '0')}:00:00`,
    model: call.model.replace('_dear', ''),
    card: names.indexOf(call.model) + 1,
  }));
  await store.run(
    sql`create or replace temp table given as select unnest(from_json($rows, '[{
      "n": "integer", "at": "timestamp", "customer": "varchar", "feature": "varchar", "model": "varchar", "card": "integer",
      "requests": "bigint", "input": "bigint", "cached": "bigint", "output": "bigint", "attempt": "integer"
    }]'), recursive := true)`,
    { rows: JSON.stringify(rows) },
  );
  await store.run(sql`
    insert into usage_profile (profile_id, provider, model, feature, attempt, status)
    select n, 'openai', model, feature, attempt, 'ok' from given;
    insert into usage_fact (
      import_id, occurred_at, requests, profile_id, customer, rate_card_id, cost_status,
      uncached_input_tokens, cache_read_tokens, text_output_tokens, cost_usd
    )
    select
      1, given."at", given.requests, given.n, given.customer, given.card, 0,
      requests * (input - cached), requests * cached, requests * output,
      requests * (input - cached) * uncached_input + requests * cached * cache_read + requests * output * text_output
    from given
    join rate_card on rate_card.rate_card_id = given.card`);
}
