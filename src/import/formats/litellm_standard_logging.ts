import { sql } from '../../sql.js';
import { field } from '../declare/fields.js';
import { ATTRIBUTED, labelsOf, listIn } from '../declare/labels.js';
import { type Logged, type LoggedName, litellmLog, PRICED, USAGE } from './litellm.js';

const NAMES: Readonly<Record<LoggedName, string>> = {
  id: 'id',
  // Tries and fallbacks of one request share it.
  trace_id: 'trace_id',
  session_id: 'session_id',
  call_type: 'call_type',
  status: 'status',
  cache_hit: 'cache_hit',
  model: 'model',
  model_group: 'model_group',
  custom_llm_provider: 'custom_llm_provider',
  end_user: 'end_user',
  user: 'metadata.user_api_key_user_id',
  organization: 'metadata.user_api_key_org_id',
  started: 'startTime',
  ended: 'endTime',
  first_token: 'completionStartTime',
};

const LOGGED: Logged = {
  text: (name) => field(NAMES[name]),
  usage: (path) => sql`coalesce(${field(`metadata.usage_object.${path}`)}, ${field(`response.usage.${path}`)})`,
  usageAt: 'metadata.usage_object',
  hasUsage: sql`${field('metadata.usage_object')} is not null`,
  error: { code: field('error_information.error_code'), name: field('error_information.error_class') },
  metadata: field('metadata.spend_logs_metadata'),
  tags: sql`request_labels`,
  cost: 'response_cost',
  further: { read: sql`cast(null as varchar)`, written: sql`cast(null as varchar)` },
  tiers: [field('cost_breakdown.service_tier'), field('response.service_tier'), field('model_parameters.service_tier')],
  baseModel: field('model_map_information.model_map_key'),
  team: sql`coalesce(nullif(${field('metadata.user_api_key_team_alias')}, ''), ${field('metadata.user_api_key_team_id')})`,
  key: { name: field('metadata.user_api_key_alias'), hash: field('metadata.user_api_key_hash') },
};

/**
 * The payload that LiteLLM hands to its logging callbacks, one object per line.
 * https://docs.litellm.ai/docs/proxy/logging_spec
 */
export const litellmStandardLogging = litellmLog(LOGGED, {
  name: 'litellm-standard-logging',
  title: "the payload of LiteLLM's logging callbacks",
  reads: 'ndjson',
  signature: sql`json_exists(line, '$.id') and json_exists(line, '$.call_type') and json_exists(line, '$.response_cost') and json_exists(line, '$.startTime')`,
  fields: {
    id: 'text',
    trace_id: 'text',
    session_id: 'text',
    call_type: 'text',
    status: 'text',
    cache_hit: 'text',
    model: 'text',
    model_group: 'text',
    custom_llm_provider: 'text',
    end_user: 'text',
    startTime: 'text',
    endTime: 'text',
    completionStartTime: 'text',
    response_cost: 'text',
    prompt_tokens: 'text',
    completion_tokens: 'text',
    total_tokens: 'text',
    request_tags: 'text',
    error_information: { error_code: 'text', error_class: 'text' },
    ...PRICED,
    model_parameters: { service_tier: 'text' },
    response: { service_tier: 'text', usage: USAGE },
    metadata: {
      usage_object: USAGE,
      spend_logs_metadata: ATTRIBUTED,
      user_api_key_alias: 'text',
      user_api_key_hash: 'text',
      user_api_key_team_alias: 'text',
      user_api_key_team_id: 'text',
      user_api_key_user_id: 'text',
      user_api_key_org_id: 'text',
    },
  },
  computed: [{ request_labels: labelsOf(listIn(field('request_tags'))) }],
});
