import { MULTIPLIER_COLUMNS, RATE_COLUMNS } from '../../src/rate/book/staging.js';
import { type Combination, settleRateCards } from '../../src/rate/cards/cards.js';
import { sql } from '../../src/sql.js';
import { type Store, withStore } from '../../src/store/store.js';

/** A price as a test writes it; what is left out is the usual: gpt-x of OpenAI, known to genai-prices, without conditions. */
export interface PriceRow {
  provider?: string;
  model?: string;
  source?: string;
  dimension: string;
  /** USD per million units. */
  usd: string;
  band?: number;
  tier?: string;
  speed?: string;
  region?: string;
  from?: string;
  to?: string;
  /** `08:00-16:00` */
  hours?: string;
  /** 1 is Monday. */
  days?: number[];
  observed?: string;
  superseded?: string;
}

export interface FactorRow {
  provider?: string;
  model?: string;
  source?: string;
  kind: 'batch' | 'speed' | 'region';
  factor: string;
  tier?: string;
  speed?: string;
  region?: string;
  from?: string;
  to?: string;
}

export const NOW = new Date('2026-10-15T12:00:00Z');

export function inMemory<T>(fn: (store: Store) => Promise<T>): Promise<T> {
  return withStore(':memory:', { access: 'write' }, fn);
}

/** Puts rates into an empty price book; their numbers count from 1. */
export async function addPrices(store: Store, rows: readonly PriceRow[]): Promise<void> {
  await store.run(sql`
    insert or ignore into price_book
    values (1, 'genai-prices', 'https://prices.test/data.json', 'abc123', 'MIT', 'sha', date '2026-01-01', timestamp '2026-01-02', 1, 1, 1);
    insert or ignore into price_revision values (1, timestamp '2026-01-02', 'bundle', 'prices of a test')`);
  await store.run(
    sql`
    insert into price_rate (${RATE_COLUMNS})
    select
      row_number() over () as rate_id, 1, coalesce(source, 'genai-prices'), coalesce(provider, 'openai'), coalesce(model, 'gpt-x'),
      dimension, usd * cast(0.000001 as decimal(6, 6)), cast(cast(usd as decimal(20, 4)) as varchar), 'per_mtok', coalesce(band, 0),
      coalesce(tier, 'standard'), speed, region, cast(split_part(hours, '-', 1) as time), cast(split_part(hours, '-', 2) as time), days, "from", "to",
      coalesce(observed, timestamp '2026-01-01'), superseded, null, 1, if(superseded is null, null, 1)
    from (select unnest(from_json(cast($rows as json), '[{
      "provider": "VARCHAR", "model": "VARCHAR", "source": "VARCHAR", "dimension": "VARCHAR", "usd": "DECIMAL(24, 12)",
      "band": "BIGINT", "tier": "VARCHAR", "speed": "VARCHAR", "region": "VARCHAR", "from": "TIMESTAMP", "to": "TIMESTAMP",
      "hours": "VARCHAR", "days": ["UTINYINT"], "observed": "TIMESTAMP", "superseded": "TIMESTAMP"
    }]'), recursive := true))`,
    { rows: JSON.stringify(rows) },
  );
}

export async function addFactors(store: Store, rows: readonly FactorRow[]): Promise<void> {
  await store.run(
    sql`
    insert into price_multiplier (${MULTIPLIER_COLUMNS})
    select
      row_number() over (), 1, coalesce(source, 'litellm'), coalesce(provider, 'openai'), coalesce(model, 'gpt-x'), kind,
      tier, speed, region, factor, cast(factor as varchar), "from", "to", timestamp '2026-01-01', null, 1, null, null
    from (select unnest(from_json(cast($rows as json), '[{
      "provider": "VARCHAR", "model": "VARCHAR", "source": "VARCHAR", "kind": "VARCHAR", "factor": "DECIMAL(9, 6)",
      "tier": "VARCHAR", "speed": "VARCHAR", "region": "VARCHAR", "from": "TIMESTAMP", "to": "TIMESTAMP"
    }]'), recursive := true))`,
    { rows: JSON.stringify(rows) },
  );
}

/** gpt-x of OpenAI unless it says otherwise. */
export function combination(traits: Partial<Combination> = {}): Combination {
  return { source_provider: 'openai', model: 'gpt-x', service_tier: null, speed: null, region: null, ...traits };
}

export function settle(store: Store, ...wanted: Partial<Combination>[]): Promise<number> {
  const combinations = wanted.length === 0 ? [combination()] : wanted.map(combination);
  return settleRateCards(store, combinations, { now: NOW });
}
