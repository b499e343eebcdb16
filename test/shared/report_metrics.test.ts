import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { presetOf } from '../../src/query/metrics/metrics.js';
import type { CostReport } from '../../src/query/report/answer.js';
import { type Sql, sql } from '../../src/sql.js';
import { newWorld, type World } from '../import/world.js';
import { realFile } from './real_files.js';

/*
 * Every metric of a report beside plain SQL over the view `usage`, written without anything of the program's own; quotients are worked
 * out here with whole numbers. The logs are those of gateways and agents, reports of providers in buckets, and the demo.
 */

const PATHS = [
  'samples/helicone-export',
  'samples/langfuse-export',
  'samples/litellm-spend-logs',
  'samples/portkey-export',
  'samples/openrouter-generation',
  'samples/azure-openai-diagnostic',
  'samples/bedrock-invocation-log',
  'samples/anthropic-console-csv',
  'samples/openai-dashboard-csv',
  'datasets/claude-code/obra',
].map(realFile);
const DEMO = fileURLToPath(new URL('../../fixtures/demo/calls.jsonl.gz', import.meta.url));

const BY_MODEL = { names: ['provider', 'model'], key: sql`provider, model` };
const BY_CUSTOMER = { names: ['customer'], key: sql`customer` };

const CLASS_COST = (tokens: Sql) =>
  sql`coalesce(sum(${tokens}) filter (where cost_status in ('computed', 'assumed')), 0)`;
const ERRORS = ['rate_limit', 'timeout', 'content_filter', 'server_error', 'client_error', 'cancelled'] as const;

const IN_DOLLARS = sql`coalesce(upper(billed_currency), 'USD') = 'USD'`;

/** Sums and quantiles of each group; nothing is divided. */
function plainSql(key: Sql | undefined): Sql {
  const grouped = key === undefined ? sql`` : sql`group by ${key}`;
  return sql`
    select
      ${key === undefined ? sql`` : sql`${key},`}
      count(*) as rows,
      count(*) - count(requests) as unknown,
      coalesce(sum(requests), 0) as requests,
      coalesce(sum(requests) filter (where cost_status = 'unpriced'), 0) as unpriced_requests,
      count(*) filter (where cost_status <> 'unpriced') as priced_rows,
      sum(coalesce(usage.input_tokens, 0)) as input_tokens,
      sum(coalesce(usage.output_tokens, 0)) as output_tokens,
      coalesce(sum(usage.input_tokens + usage.output_tokens) filter (where cost_status <> 'unpriced'), 0) as priced_tokens,
      sum(coalesce(uncached_input_tokens, 0)) as uncached_input_tokens,
      sum(coalesce(cache_read_tokens, 0) + coalesce(cache_read_audio_tokens, 0) + cast(coalesce(other_units['cache_read_image_tokens'], 0) as bigint)) as cached_tokens,
      count(cache_read_tokens) as cached_rows,
      sum(coalesce(cache_write_tokens, 0) + coalesce(cache_write_1h_tokens, 0)) as cache_write_tokens,
      sum(coalesce(reasoning_tokens, 0)) as reasoning_tokens,
      cast(coalesce(sum(cost_usd), 0) as varchar) as cost,
      cast(coalesce(sum(cost_usd) filter (where customer is not null), 0) as varchar) as customer_cost,
      count(billed_cost) filter (where ${IN_DOLLARS}) as billed_rows,
      cast(coalesce(sum(billed_cost) filter (where ${IN_DOLLARS}), 0) as varchar) as billed,
      count(billed_cost) filter (where ${IN_DOLLARS} and cost_usd is not null) as compared,
      cast(coalesce(sum(cost_usd - billed_cost) filter (where ${IN_DOLLARS} and cost_usd is not null), 0) as varchar) as difference,
      count(distinct customer) as customers,
      cast(${CLASS_COST(sql`coalesce(uncached_input_tokens, 0) * coalesce(card.uncached_input, 0)`)} as varchar) as input_cost,
      cast(${CLASS_COST(sql`coalesce(cache_read_tokens, 0) * coalesce(card.cache_read, 0)`)} as varchar) as cache_read_cost,
      cast(${CLASS_COST(sql`coalesce(cache_write_tokens, 0) * coalesce(card.cache_write, 0) + coalesce(cache_write_1h_tokens, 0) * coalesce(card.cache_write_1h, 0)`)} as varchar) as cache_write_cost,
      cast(${CLASS_COST(sql`coalesce(text_output_tokens, 0) * coalesce(card.text_output, 0)`)} as varchar) as output_cost,
      cast(${CLASS_COST(sql`coalesce(reasoning_tokens, 0) * coalesce(card.reasoning, 0)`)} as varchar) as reasoning_cost,
      cast(${CLASS_COST(sql`coalesce(cache_read_tokens * (card.uncached_input - card.cache_read), 0) + coalesce(cache_write_tokens * (card.uncached_input - card.cache_write), 0) + coalesce(cache_write_1h_tokens * (card.uncached_input - card.cache_write_1h), 0)`)} as varchar) as cache_savings,
      count(latency_ms) filter (where requests = 1) as timed,
      sum(latency_ms) filter (where requests = 1) as latency_sum,
      max(latency_ms) filter (where requests = 1) as latency_max,
      count(ttft_ms) filter (where requests = 1) as ttft_rows,
      sum(ttft_ms) filter (where requests = 1) as ttft_sum,
      quantile_disc(latency_ms, [0.5, 0.95, 0.99]) filter (where requests = 1) as latency,
      quantile_disc(ttft_ms, [0.5, 0.95, 0.99]) filter (where requests = 1) as ttft,
      quantile_disc(cost_usd, [0.5, 0.95, 0.99]) filter (where requests = 1) as costs,
      quantile_disc(usage.input_tokens + usage.output_tokens, [0.5, 0.95, 0.99]) filter (where requests = 1) as tokens,
      sum(text_output_tokens + coalesce(reasoning_tokens, 0)) filter (where requests = 1 and latency_ms > 0 and text_output_tokens + coalesce(reasoning_tokens, 0) > 0) as answered,
      sum(latency_ms) filter (where requests = 1 and latency_ms > 0 and text_output_tokens + coalesce(reasoning_tokens, 0) > 0) as answered_ms,
      coalesce(sum(requests) filter (where usage.status is not null or error_class is not null), 0) as told,
      coalesce(sum(requests) filter (where usage.status = 'error' or error_class is not null), 0) as errors,
      cast(coalesce(sum(cost_usd) filter (where usage.status = 'error' or error_class is not null), 0) as varchar) as failed_cost,
      coalesce(sum(requests) filter (where error_class = 'rate_limit'), 0) as rate_limit,
      coalesce(sum(requests) filter (where error_class = 'timeout'), 0) as timeout,
      coalesce(sum(requests) filter (where error_class = 'content_filter'), 0) as content_filter,
      coalesce(sum(requests) filter (where error_class = 'server_error'), 0) as server_error,
      coalesce(sum(requests) filter (where error_class = 'client_error'), 0) as client_error,
      coalesce(sum(requests) filter (where error_class = 'cancelled'), 0) as cancelled
    from (select * replace (usage.model as model) from usage) as usage
    left join (select rate_card_id, uncached_input, cache_read, cache_write, cache_write_1h, text_output, reasoning from rate_card) as card
      using (rate_card_id)
    ${grouped}`;
}

type Found = Awaited<ReturnType<World['rows']>>[number];

/** a ÷ b rounded half up to so many places; null without b. */
function ratio(a: bigint, b: bigint, places: number): string | null {
  if (b <= 0n) return null;
  const rounded = (2n * a * 10n ** BigInt(places) + b) / (2n * b);
  const digits = String(rounded).padStart(places + 1, '0');
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

const whole = (value: unknown) => BigInt(String(value ?? 0));
/** In 10^-18 USD. */
const atto = (value: unknown) => BigInt(String(value).replace('.', ''));
const usd = (units: bigint) => ratio(units, 10n ** 18n, 18);

/** What a request cost, in 10^-18 USD; null where it is not known. */
function perRequest(found: Found): bigint | null {
  const requests = whole(found.requests) - whole(found.unpriced_requests);
  return whole(found.unknown) > 0n || requests <= 0n ? null : (2n * atto(found.cost) + requests) / (2n * requests);
}

/** Every metric of a group, out of plain sums. */
function expected(found: Found, all: Found, least: bigint | null): Record<string, unknown> {
  const count = (name: string) => Number(whole(found[name]));
  const priced = (units: bigint) => (whole(found.priced_rows) > 0n ? usd(units) : null);
  const told = <T>(value: T) => (whole(found.told) > 0n ? value : null);
  const requests = whole(found.unknown) === whole(found.rows) ? null : count('requests');
  const paid = ['input_cost', 'cache_read_cost', 'cache_write_cost', 'output_cost', 'reasoning_cost'] as const;
  const pricedRequests = whole(found.unknown) > 0n ? 0n : whole(found.requests) - whole(found.unpriced_requests);
  const cost = atto(found.cost);
  const each = perRequest(found);
  const quantiles = (name: string, to: string, read: (value: unknown) => unknown) =>
    Object.fromEntries(
      [50, 95, 99].map((percent, index) => {
        const list = found[name];
        const value = Array.isArray(list) ? (list[index] ?? null) : null;
        return [`${to}_p${percent}`, value === null ? null : read(value)];
      }),
    );
  return {
    requests,
    ...Object.fromEntries(
      [
        'input_tokens',
        'output_tokens',
        'cached_tokens',
        'uncached_input_tokens',
        'cache_write_tokens',
        'reasoning_tokens',
        'unpriced_requests',
        'customers',
      ].map((name) => [name, count(name)]),
    ),
    total_tokens: count('input_tokens') + count('output_tokens'),
    billed: whole(found.billed_rows) > 0n ? usd(atto(found.billed)) : null,
    difference: whole(found.compared) > 0n ? signed(atto(found.difference)) : null,
    cost: priced(cost),
    ...Object.fromEntries(paid.map((name) => [name, priced(atto(found[name]))])),
    other_cost: priced(cost - paid.reduce((sum, name) => sum + atto(found[name]), 0n)),
    cost_per_request: ratio(cost, pricedRequests * 10n ** 18n, 18),
    cost_per_1k_requests: ratio(1000n * cost, pricedRequests * 10n ** 18n, 18),
    cost_per_million_tokens: ratio(1_000_000n * cost, whole(found.priced_tokens) * 10n ** 18n, 18),
    cost_per_customer: ratio(atto(found.customer_cost), whole(found.customers) * 10n ** 18n, 18),
    share: whole(found.priced_rows) > 0n ? ratio(100n * cost, atto(all.cost), 2) : null,
    vs_min: each === null || least === null ? null : ratio(each, least, 2),
    cache_hit_rate:
      whole(found.cached_rows) > 0n ? ratio(100n * whole(found.cached_tokens), whole(found.input_tokens), 2) : null,
    cache_savings: whole(found.priced_rows) > 0n ? signed(atto(found.cache_savings)) : null,
    latency_requests: count('timed'),
    no_latency_requests: requests === null ? null : count('requests') - count('timed'),
    latency_avg: number(ratio(whole(found.latency_sum), whole(found.timed), 2)),
    latency_max: found.latency_max === null ? null : count('latency_max'),
    ttft_avg: number(ratio(whole(found.ttft_sum), whole(found.ttft_rows), 2)),
    ...quantiles('latency', 'latency', Number),
    ...quantiles('ttft', 'ttft', Number),
    ...quantiles('costs', 'cost', String),
    ...quantiles('tokens', 'tokens', Number),
    tokens_per_second: ratio(1000n * whole(found.answered), whole(found.answered_ms), 2),
    errors: told(count('errors')),
    error_rate: ratio(100n * whole(found.errors), whole(found.told), 2),
    rate_limit_errors: told(count('rate_limit')),
    timeout_errors: told(count('timeout')),
    content_filter_errors: told(count('content_filter')),
    server_errors: told(count('server_error')),
    client_errors: told(count('client_error')),
    cancelled_errors: told(count('cancelled')),
    other_errors: told(count('errors') - ERRORS.reduce((sum, name) => sum + count(name), 0)),
    failed_cost: told(priced(atto(found.failed_cost))),
  };
}

function number(text: string | null): number | null {
  return text === null ? null : Number(text);
}

function signed(units: bigint): string {
  return units < 0n ? `-${usd(-units)}` : `${usd(units)}`;
}

describe.skipIf(!PATHS.every(({ present }) => present))('metrics of real logs (SKIPPED when they are absent)', () => {
  test('every metric is what plain SQL says', async () => {
    const world = await newWorld();
    const files = await world.imported([...PATHS.map(({ path }) => path), DEMO]);
    expect(files.filter(({ status }) => status === 'imported').length).toBeGreaterThan(15);
    const [all] = await world.rows(plainSql(undefined));
    if (all === undefined) throw new Error('a sum is one row');
    const seen = new Set<string>();
    for (const { names, key } of [BY_MODEL, BY_CUSTOMER]) {
      const { out } = await world.llmcost(['report', '--by', names.join(','), '--metrics', 'all', '--format', 'json']);
      const report: CostReport = JSON.parse(out);
      expect(report.metrics.map(({ name }) => name)).toEqual(presetOf('all'));
      const groups = await world.rows(plainSql(key));
      const costs = groups.map(perRequest).filter((cost) => cost !== null && cost > 0n);
      const least = costs.reduce<bigint | null>(
        (lowest, cost) => (lowest === null || (cost ?? lowest) < lowest ? cost : lowest),
        null,
      );
      const found = new Map(groups.map((group) => [JSON.stringify(names.map((name) => group[name])), group]));
      expect(report.rows).toHaveLength(groups.length);
      for (const row of [...report.rows, { ...report.totals, group: null }]) {
        const group = row.group === null ? all : found.get(JSON.stringify(Object.values(row.group)));
        if (group === undefined) throw new Error(`no group ${JSON.stringify(row.group)}`);
        const values = expected(group, all, least);
        for (const [name, value] of Object.entries(values)) if (/[1-9]/.test(String(value))) seen.add(name);
        expect([row.group, Object.fromEntries(presetOf('all').map((name) => [name, row[name]]))]).toEqual([
          row.group,
          Object.fromEntries(presetOf('all').map((name) => [name, values[name]])),
        ]);
      }
    }
    // Nothing was compared with nothing: only errors of these classes does none of the logs have.
    expect(presetOf('all').filter((name) => !seen.has(name))).toEqual(['timeout_errors', 'client_errors']);
  });
});
