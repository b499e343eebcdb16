import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { knownModels } from '../../src/rate/models/index.js';
import { buildResolver, type Resolver } from '../../src/rate/models/resolve.js';
import { refreshFromFiles } from '../../src/rate/refresh/refresh.js';
import { isObject } from '../../src/rate/sources/source.js';
import { sql } from '../../src/sql.js';
import { withStore } from '../../src/store/store.js';

const SHARED = fileURLToPath(new URL('../../../shared', import.meta.url));
const PRICES = `${SHARED}/pricing-sources/genai-prices-v2-data-2026-08-21.json`;
const USAGES = `${SHARED}/datasets/genai-prices-usages/usages.even.jsonl`;
const PLAIN: ReadonlySet<string> = new Set(['input_tokens', 'output_tokens']);

interface Sample {
  provider: string;
  model: string;
  input_tokens: number;
  output_tokens: number;
  input_price: string;
  output_price: string;
}

/** Answers with text tokens only, and what genai-prices' own code makes of each per provider. */
function samples(): Sample[] {
  const lines = readFileSync(USAGES, 'utf8').trim().split('\n');
  return lines.flatMap((line) => {
    const row: unknown = JSON.parse(line);
    if (!isObject(row) || typeof row.model !== 'string') return [];
    const { model } = row;
    return objects(row.extracted).flatMap(({ usage, extractors }) => {
      if (!isObject(usage) || Object.entries(usage).some(([name, count]) => !PLAIN.has(name) && count !== 0)) return [];
      return objects(extractors)
        .filter((one) => one.input_price !== undefined)
        .map((one) => ({
          provider: String(one.provider_id),
          model,
          input_tokens: Number(usage.input_tokens ?? 0),
          output_tokens: Number(usage.output_tokens ?? 0),
          input_price: String(one.input_price),
          output_price: String(one.output_price ?? 0),
        }));
    });
  });
}

function objects(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** Samples whose price we claim to know; an assumed one (the maker's list price at a reseller) may differ. */
function resolved(all: Sample[], resolve: Resolver) {
  return all.flatMap((sample) => {
    const found = resolve({ ...sample, region: null });
    if (found.kind !== 'priced' || found.assumed) return [];
    return [{ ...sample, price_provider: found.price_provider, price_model: found.price_model }];
  });
}

/** Samples for which no price of the model, present or past, gives the oracle's figure to the last digit. */
const MISSED = sql`
  with sample as (
    select row_number() over () as id, *
    from (
      select unnest(from_json(cast($samples as json), '[{
        "price_provider": "VARCHAR", "price_model": "VARCHAR", "input_tokens": "BIGINT", "output_tokens": "BIGINT",
        "input_price": "DECIMAL(38,18)", "output_price": "DECIMAL(38,18)"}]'), recursive := true)
    )
  ), band as (
    select sample.id, max(rate.min_prompt_tokens) as bound
    from sample
    join price_rate as rate on rate.provider = sample.price_provider and rate.model = sample.price_model
    where rate.min_prompt_tokens <= sample.input_tokens
    group by sample.id
  ), expected as (
    select id, price_provider, price_model, 'input' as dimension, input_tokens as tokens, input_price as price from sample
    union all
    select id, price_provider, price_model, 'output', output_tokens, output_price from sample
  )
  select expected.price_provider, expected.price_model, expected.dimension, expected.tokens, expected.price
  from expected
  join band on band.id = expected.id
  where expected.tokens > 0 and not exists (
    from price_rate as rate
    where rate.provider = expected.price_provider
      and rate.model = expected.price_model
      and rate.dimension = expected.dimension
      and rate.min_prompt_tokens = band.bound
      and rate.usd_per_unit * expected.tokens = expected.price
  )`;

describe.skipIf(!existsSync(PRICES) || !existsSync(USAGES))(`price oracle (SKIPPED when ${USAGES} is absent)`, () => {
  test('what resolves costs what genai-prices itself computes for the same answer', () =>
    withStore(':memory:', { access: 'write' }, async (store) => {
      await refreshFromFiles(store, [{ path: PRICES, dataDate: '2026-08-21' }]);
      const priced = resolved(samples(), buildResolver(await knownModels(store), []));
      // 472 when written: enough that an empty answer below means something.
      expect(priced.length).toBeGreaterThan(400);
      expect(await store.rows(MISSED, { samples: JSON.stringify(priced) })).toEqual([]);
    }));
});
