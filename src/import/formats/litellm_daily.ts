import { join, literal, sql } from '../../sql.js';
import { bucket } from '../declare/bucket.js';
import { field } from '../declare/fields.js';
import type { Format } from '../declare/format.js';

const OWNERS = ['user_id', 'team_id', 'organization_id', 'end_user_id', 'agent_id'] as const;
/** What owners a row has tells which of the tables it is of. */
const TABLE = sql`concat_ws('+', ${join(OWNERS.map((name) => sql`case when ${field(name)} is not null then ${literal(name)} end`))})`;

/**
 * Rows of the tables LiteLLM_DailyUserSpend, LiteLLM_DailyTeamSpend, … of LiteLLM's proxy: what was used in a day by
 * key, model and user, team, organisation or end user. Each table holds all calls: import one of them.
 * https://github.com/BerriAI/litellm/blob/main/schema.prisma
 */
function litellmDaily(layout: Pick<Format, 'name' | 'title' | 'reads' | 'signature'>): Format {
  return bucket({
    ...layout,
    kind: sql`concat('litellm daily ', ${TABLE})`,
    by: ['date', 'api_key', 'model', 'model_group', 'custom_llm_provider', 'endpoint', ...OWNERS],
    // A day in UTC.
    seconds: 86_400,
    // Whatever the provider counts, LiteLLM's prompt_tokens have the cached ones in them.
    convention: 'inclusive',
    at: {
      started: 'date',
      provider: 'custom_llm_provider',
      model: 'model',
      request_model: 'model_group',
      input: 'prompt_tokens',
      output: 'completion_tokens',
      cache_read: 'cache_read_input_tokens',
      cache_write: 'cache_creation_input_tokens',
      requests: 'api_requests',
      cost: 'spend',
      customer: 'end_user_id',
      user_id: 'user_id',
    },
    also: ['failed_requests', 'tag', 'mcp_namespaced_tool_name'],
    tags: { team: field('team_id'), organization: field('organization_id'), api_key: field('api_key') },
    skip: [{ reason: 'calls to tools', when: sql`nullif(${field('mcp_namespaced_tool_name')}, '') is not null` }],
    checks: [
      {
        field: 'tag',
        reason:
          'is one of several that a call may have, and its tokens stand under each: export LiteLLM_DailyUserSpend',
        when: sql`nullif(${field('tag')}, '') is not null`,
      },
    ],
  });
}

export const litellmDailyJsonl = litellmDaily({
  name: 'litellm-daily-jsonl',
  title: "LiteLLM's tables of daily spend, JSON",
  reads: 'ndjson',
  signature: sql`json_exists(line, '$.api_requests') and json_exists(line, '$.spend') and json_exists(line, '$.prompt_tokens') and json_exists(line, '$.custom_llm_provider')`,
});

export const litellmDailyCsv = litellmDaily({
  name: 'litellm-daily-csv',
  title: "LiteLLM's tables of daily spend, CSV",
  reads: 'csv',
  signature: ['date', 'api_key', 'model', 'prompt_tokens', 'completion_tokens', 'spend', 'api_requests'],
});
