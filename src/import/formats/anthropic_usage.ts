import { literal, type Sql, sql } from '../../sql.js';
import { bucketKey, tagsOf, UNTOLD_FACTS, UNTOLD_TRAITS } from '../declare/bucket.js';
import { field } from '../declare/fields.js';
import { constant, type Format } from '../declare/format.js';
import { tierOf } from '../declare/normalize.js';

/** What differs between the reports of Anthropic; null is what one of them does not tell. */
interface Report {
  layout: Pick<Format, 'name' | 'title' | 'reads' | 'rows' | 'signature' | 'fields' | 'numbers' | 'decimals' | 'times'>;
  /** The field that says when a bucket begins. */
  start: string;
  ended: Sql;
  model: Sql;
  tier: Sql | null;
  geo: Sql | null;
  speed: Sql | null;
  user: Sql | null;
  tags: Readonly<Record<string, Sql>>;
  /** What it cost, and in which currency. */
  cost: { amount: Sql; currency: Sql } | null;
}

/**
 * Reports of Anthropic in buckets. Their counts are disjoint: no cached token is in another one. None of them tells how
 * many requests a bucket stands for.
 */
function anthropicReport({ layout, start, ended, model, tier, geo, speed, user, tags, cost }: Report): Format {
  const dimensions = [model, tier, geo, speed, user, ...Object.values(tags)];
  return {
    ...layout,
    timeUnit: 'any',
    skip: [],
    checks: [
      { field: start, reason: 'is missing', when: sql`started is null` },
      { field: start, reason: 'is not before the end', when: sql`${ended} <= started` },
      { field: 'tokens', reason: 'are missing', when: sql`input is null or output is null` },
      {
        field: 'cache_creation',
        reason: 'is less than its parts',
        when: sql`written < coalesce(written_5m, 0) + coalesce(written_1h, 0)`,
      },
    ],
    traits: {
      ...UNTOLD_TRAITS,
      provider: constant('anthropic'),
      model,
      operation: constant('chat'),
      service_tier: tier === null ? null : tierOf(tier),
      speed,
      // Where inference ran; models that do not tell say not_available.
      region: geo === null ? null : sql`case when ${geo} <> 'not_available' then ${geo} end`,
      bucket_seconds: sql`date_diff('second', started, ${ended})`,
      billed_currency: cost === null ? null : cost.currency,
      token_convention: constant('exclusive'),
    },
    facts: {
      ...UNTOLD_FACTS,
      occurred_at: sql`started`,
      requests: null,
      uncached_input_tokens: sql`input`,
      cache_read_tokens: sql`cache_read`,
      // Where writes are not split by lifetime they are for 5 minutes, the default.
      cache_write_tokens: sql`coalesce(written - coalesce(written_1h, 0), written_5m)`,
      cache_write_1h_tokens: sql`written_1h`,
      // Thinking is part of it and is not told.
      text_output_tokens: sql`output`,
      reasoning_tokens: null,
      customer: null,
      user_id: user,
      tags: tagsOf(tags),
      billed_cost: cost === null ? null : cost.amount,
    },
    units: { web_search_requests: sql`searches` },
    key: bucketKey(literal(layout.name), [
      sql`started`,
      ended,
      ...dimensions.filter((dimension) => dimension !== null),
    ]),
    repeats: 'bucket',
    dated: true,
  };
}

/**
 * Pages of Anthropic's usage report, in buckets of a minute, an hour or a day.
 * https://platform.claude.com/docs/en/api/admin-api/usage-cost/get-messages-usage-report
 */
export const anthropicUsageReport: Format = anthropicReport({
  layout: {
    name: 'anthropic-usage-report',
    title: "pages of Anthropic's usage report",
    reads: 'json',
    rows: [
      { list: 'data', beside: {} },
      { list: 'results', beside: { starting_at: 'text', ending_at: 'text' }, empty: 'buckets without usage' },
    ],
    signature: sql`json_exists(line, '$.data[0].starting_at')
      and len(json_extract(line, '$.data[*].results[*].uncached_input_tokens')) > 0`,
    fields: {
      model: 'text',
      uncached_input_tokens: 'text',
      cache_read_input_tokens: 'text',
      cache_creation: { ephemeral_5m_input_tokens: 'text', ephemeral_1h_input_tokens: 'text' },
      cache_creation_input_tokens: 'text',
      output_tokens: 'text',
      server_tool_use: { web_search_requests: 'text' },
      api_key_id: 'text',
      workspace_id: 'text',
      account_id: 'text',
      service_account_id: 'text',
      context_window: 'text',
      service_tier: 'text',
      inference_geo: 'text',
      speed: 'text',
    },
    numbers: {
      input: 'uncached_input_tokens',
      output: 'output_tokens',
      cache_read: 'cache_read_input_tokens',
      // Not split by lifetime in older reports.
      written: 'cache_creation_input_tokens',
      written_5m: 'cache_creation.ephemeral_5m_input_tokens',
      written_1h: 'cache_creation.ephemeral_1h_input_tokens',
      searches: 'server_tool_use.web_search_requests',
    },
    decimals: {},
    times: { started: 'starting_at', ended: 'ending_at' },
  },
  start: 'starting_at',
  ended: sql`ended`,
  model: field('model'),
  tier: field('service_tier'),
  geo: field('inference_geo'),
  speed: field('speed'),
  user: field('account_id'),
  tags: {
    api_key_id: field('api_key_id'),
    workspace_id: field('workspace_id'),
    service_account_id: field('service_account_id'),
    context_window: field('context_window'),
  },
  cost: null,
});

/**
 * The token export of Anthropic's console (`claude_api_tokens_….csv`), by day or by hour, where a time stands beside
 * the date. A month that is exported again has grown.
 */
export const anthropicUsageCsv: Format = anthropicReport({
  layout: {
    name: 'anthropic-usage-csv',
    title: "tokens from Anthropic's console, exported as CSV",
    reads: 'csv',
    signature: ['usage_date_utc', 'model_version', 'usage_output_tokens'],
    fields: {
      usage_date_utc: 'text',
      model_version: 'text',
      api_key: 'text',
      workspace: 'text',
      usage_type: 'text',
      context_window: 'text',
      usage_input_tokens_no_cache: 'text',
      usage_input_tokens_cache_write: 'text',
      usage_input_tokens_cache_write_5m: 'text',
      usage_input_tokens_cache_write_1h: 'text',
      usage_input_tokens_cache_read: 'text',
      usage_output_tokens: 'text',
      web_search_count: 'text',
      inference_geo: 'text',
      speed: 'text',
    },
    numbers: {
      input: 'usage_input_tokens_no_cache',
      output: 'usage_output_tokens',
      cache_read: 'usage_input_tokens_cache_read',
      // In files of 2024.
      written: 'usage_input_tokens_cache_write',
      written_5m: 'usage_input_tokens_cache_write_5m',
      written_1h: 'usage_input_tokens_cache_write_1h',
      searches: 'web_search_count',
    },
    decimals: {},
    times: { started: 'usage_date_utc' },
  },
  start: 'usage_date_utc',
  ended: sql`(started + case when contains(${field('usage_date_utc')}, ':') then interval 1 hour else interval 1 day end)`,
  model: field('model_version'),
  tier: field('usage_type'),
  geo: field('inference_geo'),
  speed: field('speed'),
  user: null,
  tags: { api_key: field('api_key'), workspace: field('workspace'), context_window: field('context_window') },
  cost: null,
});

/**
 * Pages of the Claude Code analytics report: the tokens of every user, day and model, with an estimated cost in cents.
 * https://platform.claude.com/docs/en/api/admin-api/claude-code/get-claude-code-usage-report
 */
export const claudeCodeAnalytics: Format = anthropicReport({
  layout: {
    name: 'claude-code-analytics',
    title: "pages of Anthropic's Claude Code analytics",
    reads: 'json',
    rows: [
      { list: 'data', beside: {} },
      {
        list: 'model_breakdown',
        beside: {
          date: 'text',
          actor: { email_address: 'text', api_key_name: 'text' },
          customer_type: 'text',
          terminal_type: 'text',
          organization_id: 'text',
        },
        empty: 'users without tokens',
      },
    ],
    signature: sql`json_exists(line, '$.data[0].model_breakdown') and json_exists(line, '$.data[0].actor')`,
    fields: {
      model: 'text',
      tokens: { input: 'text', output: 'text', cache_read: 'text', cache_creation: 'text' },
      estimated_cost: { amount: 'text', currency: 'text' },
    },
    numbers: {
      input: 'tokens.input',
      output: 'tokens.output',
      cache_read: 'tokens.cache_read',
      written: 'tokens.cache_creation',
      written_5m: { at: 'tokens.cache_creation', value: sql`cast(null as varchar)` },
      written_1h: { at: 'tokens.cache_creation', value: sql`cast(null as varchar)` },
      searches: { at: 'tokens', value: sql`cast(null as varchar)` },
    },
    decimals: { cents: 'estimated_cost.amount' },
    times: { started: 'date' },
  },
  start: 'date',
  ended: sql`(started + interval 1 day)`,
  model: field('model'),
  tier: null,
  geo: null,
  speed: null,
  user: field('actor.email_address'),
  tags: {
    api_key: field('actor.api_key_name'),
    customer_type: field('customer_type'),
    terminal_type: field('terminal_type'),
    organization_id: field('organization_id'),
  },
  cost: {
    amount: sql`cast(cents as decimal(38, 16)) * 0.01`,
    currency: sql`case when cents is not null then upper(coalesce(${field('estimated_cost.currency')}, 'USD')) end`,
  },
});
