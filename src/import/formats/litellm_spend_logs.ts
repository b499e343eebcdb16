import { type Sql, sql } from '../../sql.js';
import { field, type Shape, within } from '../declare/fields.js';
import type { Format } from '../declare/format.js';
import { ATTRIBUTED, labelsOf, listIn, parsed } from '../declare/labels.js';
import { type Logged, type LoggedName, litellmLog, PRICED, USAGE } from './litellm.js';

const COLUMNS = [
  'request_id',
  'session_id',
  'call_type',
  'api_key',
  'cache_hit',
  'startTime',
  'endTime',
  'completionStartTime',
  'model',
  'model_group',
  'custom_llm_provider',
  'user',
  'end_user',
  'team_id',
  'organization_id',
  'metadata',
  'request_tags',
  'spend',
  'prompt_tokens',
  'completion_tokens',
  'total_tokens',
  'status',
] as const;

const NAMES: Readonly<Record<LoggedName, (typeof COLUMNS)[number] | null>> = {
  id: 'request_id',
  // The table has no trace; tries of one request share a session, but so may a whole conversation.
  trace_id: null,
  session_id: 'session_id',
  call_type: 'call_type',
  status: 'status',
  cache_hit: 'cache_hit',
  model: 'model',
  model_group: 'model_group',
  custom_llm_provider: 'custom_llm_provider',
  end_user: 'end_user',
  user: 'user',
  organization: 'organization_id',
  started: 'startTime',
  ended: 'endTime',
  first_token: 'completionStartTime',
};

/** Of `metadata`, a JSON text in the table and often an object in an export. */
const METADATA: Shape = {
  usage_object: USAGE,
  additional_usage_values: { cache_read_input_tokens: 'text', cache_creation_input_tokens: 'text' },
  error_information: { error_code: 'text', error_class: 'text' },
  ...PRICED,
  user_api_key_alias: 'text',
  user_api_key_team_alias: 'text',
  spend_logs_metadata: ATTRIBUTED,
};

function text(name: LoggedName): Sql {
  const column = NAMES[name];
  return column === null ? sql`cast(null as varchar)` : field(column);
}

const LOGGED: Logged = {
  text,
  usage: (path) => within(sql`details`, `usage_object.${path}`),
  usageAt: 'metadata.usage_object',
  hasUsage: sql`details.usage_object is not null`,
  error: {
    code: sql`details.error_information.error_code`,
    name: sql`details.error_information.error_class`,
  },
  metadata: sql`details.spend_logs_metadata`,
  tags: sql`request_labels`,
  cost: 'spend',
  further: {
    read: sql`details.additional_usage_values.cache_read_input_tokens`,
    written: sql`details.additional_usage_values.cache_creation_input_tokens`,
  },
  tiers: [sql`details.cost_breakdown.service_tier`],
  baseModel: sql`details.model_map_information.model_map_key`,
  team: sql`coalesce(nullif(details.user_api_key_team_alias, ''), ${field('team_id')})`,
  key: { name: sql`details.user_api_key_alias`, hash: field('api_key') },
};

/**
 * The table LiteLLM_SpendLogs of LiteLLM's proxy, exported as JSON lines or CSV: one row per call.
 * https://docs.litellm.ai/docs/proxy/cost_tracking, https://github.com/BerriAI/litellm/blob/main/schema.prisma
 */
function spendLogs(reads: Format['reads'], signature: Format['signature']): Format {
  return litellmLog(LOGGED, {
    name: `litellm-spend-logs-${reads === 'csv' ? 'csv' : 'jsonl'}`,
    title: `LiteLLM's spend logs as ${reads === 'csv' ? 'CSV' : 'JSON lines'}`,
    reads,
    signature,
    fields: Object.fromEntries(COLUMNS.map((name) => [name, 'text'])),
    computed: [
      {
        details: parsed(field('metadata'), METADATA),
        request_labels: labelsOf(listIn(field('request_tags'))),
      },
    ],
    checks: [
      // Cached tokens stand nowhere else: read as none, the prompt would cost too much.
      {
        field: 'metadata',
        reason: 'is not valid JSON',
        when: sql`${field('metadata')} is not null and not json_valid(${field('metadata')})`,
      },
    ],
  });
}

export const litellmSpendLogsJsonl = spendLogs(
  'ndjson',
  sql`json_exists(line, '$.request_id') and json_exists(line, '$.call_type') and json_exists(line, '$.spend') and json_exists(line, '$.startTime')`,
);

export const litellmSpendLogsCsv = spendLogs('csv', [
  'request_id',
  'call_type',
  'spend',
  'startTime',
  'prompt_tokens',
  'completion_tokens',
]);
