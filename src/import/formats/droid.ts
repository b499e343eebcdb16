import { sql } from '../../sql.js';
import { field } from '../declare/fields.js';
import type { Format } from '../declare/format.js';
import { AGENT_FACTS, AGENT_TRAITS } from './agent.js';

/** A model of one's own is named `custom:Claude-Opus-4.5-Thinking-[Anthropic]-0`, after its seller and its place in the settings. */
const MODEL = sql`case
      when starts_with(${field('model')}, 'custom:')
        then lower(regexp_replace(substr(${field('model')}, 8), '-*[[][^]]*[]](?:-[0-9]+)?$', ''))
      else ${field('model')}
    end`;
const CACHED = sql`(coalesce(cache_read, 0) + coalesce(cache_write, 0))`;

/**
 * The settings of a session of Factory's Droid, ~/.factory/sessions/<project>/<session>.settings.json, which count what
 * the session used so far. The file does not name its session: the moment at which its provider was chosen tells it.
 * https://docs.factory.ai/cli; the file itself is not documented.
 */
export const droid: Format = {
  name: 'droid',
  title: "sessions of Factory's Droid (~/.factory/sessions, *.settings.json)",
  reads: 'ndjson',
  signature: sql`
    json_exists(line, '$.tokenUsage.inputTokens') and json_exists(line, '$.tokenUsage.outputTokens')
    and (json_exists(line, '$.providerLock') or json_exists(line, '$.assistantActiveTimeMs') or json_exists(line, '$.autonomyLevel'))`,
  fields: {
    model: 'text',
    providerLock: 'text',
    providerLockTimestamp: 'text',
    tokenUsage: {
      inputTokens: 'text',
      outputTokens: 'text',
      cacheCreationTokens: 'text',
      cacheReadTokens: 'text',
      thinkingTokens: 'text',
    },
  },
  numbers: {
    input: 'tokenUsage.inputTokens',
    output: 'tokenUsage.outputTokens',
    cache_read: 'tokenUsage.cacheReadTokens',
    cache_write: 'tokenUsage.cacheCreationTokens',
    thinking: 'tokenUsage.thinkingTokens',
  },
  decimals: {},
  times: { started: 'providerLockTimestamp' },
  timeUnit: 'any',
  skip: [
    {
      reason: 'sessions without usage',
      when: sql`input is not null and coalesce(input, 0) + coalesce(output, 0) + ${CACHED} + coalesce(thinking, 0) = 0`,
    },
  ],
  checks: [
    { field: 'providerLockTimestamp', reason: 'is missing', missing: 'timestamp', when: sql`started is null` },
    { field: 'model', reason: 'is missing', missing: 'model', when: sql`${field('model')} is null` },
    { field: 'tokenUsage.inputTokens', reason: 'is missing', when: sql`input is null` },
    { field: 'tokenUsage.outputTokens', reason: 'is missing', when: sql`output is null` },
  ],
  traits: {
    ...AGENT_TRAITS,
    // Whatever the lock says of Factory's own gateway or of a server that only speaks OpenAI's language is no seller.
    provider: sql`case when ${field('providerLock')} in ('anthropic', 'openai', 'google', 'xai') then ${field('providerLock')} end`,
    model: MODEL,
    status: { constant: 'ok' },
    error_class: null,
    feature: null,
    billed_currency: null,
    // Beside each other as Anthropic counts them; for others that is how every reader of these files takes them.
    token_convention: sql`case when ${CACHED} > 0 and coalesce(${field('providerLock')} <> 'anthropic', true) then 'guessed' else 'exclusive' end`,
  },
  facts: {
    ...AGENT_FACTS,
    request_id: null,
    occurred_at: sql`started`,
    // A session takes as many calls as the work needs.
    requests: null,
    uncached_input_tokens: sql`input`,
    cache_read_tokens: sql`cache_read`,
    cache_write_tokens: sql`cache_write`,
    cache_write_1h_tokens: null,
    text_output_tokens: sql`output`,
    reasoning_tokens: sql`thinking`,
    latency_ms: null,
    user_id: null,
    session_id: null,
    tags: null,
    billed_cost: null,
  },
  units: {},
  // The sums go on when the session is given another model.
  key: sql`concat('droid session of ', ${field('providerLockTimestamp')})`,
  repeats: 'grows',
  dated: true,
};
