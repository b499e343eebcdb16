import { literal, sql } from '../../sql.js';
import { field, type Shape } from '../declare/fields.js';
import type { Format } from '../declare/format.js';
import { bucketKey, tagsOf, UNTOLD_FACTS, UNTOLD_TRAITS } from './bucket.js';

const OWNERS = ['user_id', 'team_id', 'organization_id', 'end_user_id', 'agent_id'] as const;
const DIMENSIONS = ['date', 'api_key', 'model', 'model_group', 'custom_llm_provider', 'endpoint', ...OWNERS] as const;
const COUNTS = [
  'prompt_tokens',
  'completion_tokens',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
  'api_requests',
  'failed_requests',
  'spend',
] as const;
const FIELDS: Shape = Object.fromEntries(
  [...DIMENSIONS, ...COUNTS, 'tag', 'mcp_namespaced_tool_name'].map((name) => [name, 'text']),
);
/** What owners a row has tells which of the tables it is of. */
const TABLE = sql`concat_ws('+', ${OWNERS.map((name) => sql`case when ${field(name)} is not null then ${literal(name)} end`).reduce((one, other) => sql`${one}, ${other}`)})`;

/**
 * Rows of the tables LiteLLM_DailyUserSpend, LiteLLM_DailyTeamSpend, … of LiteLLM's proxy: what was used in a day by
 * key, model and user, team, organisation or end user. Each table holds all calls: import one of them.
 * https://github.com/BerriAI/litellm/blob/main/schema.prisma
 */
function litellmDaily(layout: Pick<Format, 'name' | 'title' | 'reads' | 'signature'>): Format {
  return {
    ...layout,
    fields: FIELDS,
    numbers: {
      prompt: 'prompt_tokens',
      completion: 'completion_tokens',
      cached: 'cache_read_input_tokens',
      written: 'cache_creation_input_tokens',
      calls: 'api_requests',
    },
    decimals: { cost: 'spend' },
    // A day in UTC.
    times: { started: 'date' },
    timeUnit: 'any',
    skip: [{ reason: 'calls to tools', when: sql`nullif(${field('mcp_namespaced_tool_name')}, '') is not null` }],
    checks: [
      {
        field: 'tag',
        reason:
          'is one of several that a call may have, and its tokens stand under each: export LiteLLM_DailyUserSpend',
        when: sql`nullif(${field('tag')}, '') is not null`,
      },
      { field: 'date', reason: 'is missing', missing: 'timestamp', when: sql`started is null` },
      { field: 'model', reason: 'is missing', missing: 'model', when: sql`nullif(${field('model')}, '') is null` },
      { field: 'prompt_tokens', reason: 'is missing', when: sql`prompt is null` },
      { field: 'completion_tokens', reason: 'is missing', when: sql`completion is null` },
    ],
    traits: {
      ...UNTOLD_TRAITS,
      provider: field('custom_llm_provider'),
      model: field('model'),
      request_model: field('model_group'),
      operation: null,
      service_tier: null,
      speed: null,
      region: null,
      bucket_seconds: { constant: 86_400 },
      billed_currency: sql`case when cost is not null then 'USD' end`,
      // Whatever the provider counts, LiteLLM's prompt_tokens have the cached ones in them.
      token_convention: { constant: 'inclusive' },
    },
    facts: {
      ...UNTOLD_FACTS,
      occurred_at: sql`started`,
      requests: sql`calls`,
      uncached_input_tokens: sql`prompt - coalesce(cached, 0) - coalesce(written, 0)`,
      cache_read_tokens: sql`cached`,
      cache_write_tokens: sql`written`,
      cache_write_1h_tokens: null,
      text_output_tokens: sql`completion`,
      reasoning_tokens: null,
      customer: field('end_user_id'),
      user_id: field('user_id'),
      tags: tagsOf({
        team: field('team_id'),
        organization: field('organization_id'),
        api_key: field('api_key'),
      }),
      billed_cost: sql`cost`,
    },
    units: {},
    key: bucketKey(sql`concat('litellm daily ', ${TABLE})`, DIMENSIONS.map(field)),
    // A row of today grows until the day is over.
    repeats: 'bucket',
    dated: true,
  };
}

export const litellmDailyJsonl: Format = litellmDaily({
  name: 'litellm-daily-jsonl',
  title: "LiteLLM's tables of daily spend, JSON",
  reads: 'ndjson',
  signature: sql`json_exists(line, '$.api_requests') and json_exists(line, '$.spend') and json_exists(line, '$.prompt_tokens') and json_exists(line, '$.custom_llm_provider')`,
});

export const litellmDailyCsv: Format = litellmDaily({
  name: 'litellm-daily-csv',
  title: "LiteLLM's tables of daily spend, CSV",
  reads: 'csv',
  signature: ['date', 'api_key', 'model', 'prompt_tokens', 'completion_tokens', 'spend', 'api_requests'],
});
