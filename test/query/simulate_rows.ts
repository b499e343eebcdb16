import { settleRateCards } from '../../src/rate/cards/cards.js';
import type { Combination } from '../../src/rate/cards/combinations.js';
import { CARD_MATCH, COST_STATUS, COST_USD, ratedProfiles } from '../../src/rate/rating.js';
import { sql } from '../../src/sql.js';
import type { Store } from '../../src/store/store.js';
import { NOW } from '../rate/price_rows.js';

/** A call as a test writes it: gpt-x of OpenAI on 1 October 2026 unless it says otherwise; tokens are disjoint. */
export interface Call {
  provider?: string;
  model?: string;
  tier?: string;
  region?: string;
  status?: string;
  error?: string;
  cached_by_gateway?: boolean;
  max_output?: number;
  tools?: boolean;
  images?: boolean;
  json?: boolean;
  at?: string | null;
  requests?: number | null;
  fresh?: number;
  read?: number;
  write?: number;
  write1h?: number;
  out?: number;
  thought?: number;
  units?: Record<string, number>;
  customer?: string;
  feature?: string;
  trace?: string;
}

const SHAPE = sql`'[{
  "provider": "varchar", "model": "varchar", "tier": "varchar", "region": "varchar", "status": "varchar", "error": "varchar",
  "cached_by_gateway": "boolean", "max_output": "bigint", "tools": "boolean", "images": "boolean", "json": "boolean",
  "at": "timestamp", "requests": "bigint", "fresh": "bigint", "read": "bigint", "write": "bigint", "write1h": "bigint",
  "out": "bigint", "thought": "bigint", "units": "map(varchar, decimal(18, 6))", "customer": "varchar",
  "feature": "varchar", "trace": "varchar"
}]'`;

/** Puts calls into the store as one finished import and rates them by the book, row by row. */
export async function addCalls(store: Store, calls: readonly Call[]): Promise<void> {
  const rows = calls.map((one) => ({
    provider: 'openai',
    model: 'gpt-x',
    at: '2026-10-01T10:00:00',
    requests: 1,
    ...one,
  }));
  await store.run(sql`
    insert or ignore into imports (import_id, source, format, options, status, started_at)
    values (1, 'test', 'test', '{}', 'done', timestamp '2026-01-01')`);
  await store.run(
    sql`
    create or replace temp table called as
    select row_number() over () as n, * from (select unnest(from_json(cast($rows as json), ${SHAPE}), recursive := true))`,
    { rows: JSON.stringify(rows) },
  );
  await store.run(sql`
    insert into usage_profile (
      profile_id, source_provider, provider, model, service_tier, region, status, error_class, gateway_cached, max_output_tokens,
      has_tools, has_images, has_json_schema, feature
    )
    select
      row_number() over (), provider, provider, model, tier, region, status, error, cached_by_gateway, max_output,
      tools, images, json, feature
    from (select distinct provider, model, tier, region, status, error, cached_by_gateway, max_output, tools, images, json, feature from called)`);
  const combinations = await store.rows<{ [name in keyof Combination]: string | null }>(
    sql`select distinct source_provider, model, service_tier, speed, region from usage_profile`,
  );
  await settleRateCards(store, combinations, { now: NOW });
  await store.run(
    sql`
    insert into usage_fact (
      import_id, event_key, profile_id, trace_id, occurred_at, requests, uncached_input_tokens, cache_read_tokens,
      cache_write_tokens, cache_write_1h_tokens, text_output_tokens, reasoning_tokens, units, customer, rate_card_id,
      cost_usd, cost_status
    )
    with call as (
      select
        called.n, profile.profile_id, called.trace, called.at as occurred_at, called.requests,
        called.fresh as uncached_input_tokens, called.read as cache_read_tokens, called.write as cache_write_tokens,
        called.write1h as cache_write_1h_tokens, called.out as text_output_tokens, called.thought as reasoning_tokens,
        called.units, called.customer
      from called
      join usage_profile as profile
        on profile.source_provider is not distinct from called.provider
        and profile.model is not distinct from called.model
        and profile.service_tier is not distinct from called.tier
        and profile.region is not distinct from called.region
        and profile.status is not distinct from called.status
        and profile.error_class is not distinct from called.error
        and profile.gateway_cached is not distinct from called.cached_by_gateway
        and profile.max_output_tokens is not distinct from called.max_output
        and profile.has_tools is not distinct from called.tools
        and profile.has_images is not distinct from called.images
        and profile.has_json_schema is not distinct from called.json
        and profile.feature is not distinct from called.feature
    )
    select
      1, call.n, call.profile_id, call.trace, call.occurred_at, call.requests, call.uncached_input_tokens,
      call.cache_read_tokens, call.cache_write_tokens, call.cache_write_1h_tokens, call.text_output_tokens,
      call.reasoning_tokens, call.units, call.customer, card.rate_card_id, ${COST_USD}, ${COST_STATUS}
    from call
    join (${ratedProfiles(sql`usage_profile`)}) as card on card.profile_id = call.profile_id and ${CARD_MATCH}`,
    { now: NOW.toISOString().replace('Z', '') },
  );
}

/** What a price list says a model can do. */
export interface FactRow {
  provider?: string;
  model?: string;
  source?: string;
  context?: number;
  max_output?: number;
  tools?: boolean;
  images?: boolean;
  json?: boolean;
  deprecated?: string;
}

export async function addFacts(store: Store, rows: readonly FactRow[]): Promise<void> {
  await store.run(
    sql`
    insert into price_model
    select
      coalesce(source, 'models.dev'), coalesce(provider, 'openai'), model, 'chat', context, max_output, tools, images, json,
      deprecated, false, null
    from (select unnest(from_json(cast($rows as json), '[{
      "provider": "varchar", "model": "varchar", "source": "varchar", "context": "bigint", "max_output": "bigint",
      "tools": "boolean", "images": "boolean", "json": "boolean", "deprecated": "date"
    }]'), recursive := true))`,
    { rows: JSON.stringify(rows) },
  );
}
