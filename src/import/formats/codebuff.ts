import { sql } from '../../sql.js';
import { field } from '../declare/fields.js';
import { agentCalls } from './agent.js';

const ANSWERED = sql`(${field('metadata.usage.outputTokens')} is not null)`;

/**
 * Chats of Codebuff, ~/.config/manicode/projects/<folder>/chats/<time>/chat-messages.json. Whether the input holds the
 * cached tokens is told nowhere, and times of day only.
 */
export const codebuff = agentCalls({
  name: 'codebuff',
  title: 'chats of Codebuff (chat-messages.json)',
  signature: sql`(line->>'variant') in ('ai', 'user', 'agent', 'error') and json_exists(line, '$.id') and json_exists(line, '$.timestamp')`,
  fields: {
    id: 'text',
    variant: 'text',
    metadata: {
      model: 'text',
      usage: {
        inputTokens: 'text',
        outputTokens: 'text',
        cacheReadInputTokens: 'text',
        cacheCreationInputTokens: 'text',
        reasoningTokens: 'text',
      },
    },
  },
  call: ANSWERED,
  others: [{ reason: 'messages without usage', when: sql`${field('variant')} is not null and not ${ANSWERED}` }],
  model: field('metadata.model'),
  counts: {
    input: 'metadata.usage.inputTokens',
    output: 'metadata.usage.outputTokens',
    cacheRead: 'metadata.usage.cacheReadInputTokens',
    cacheWrite: 'metadata.usage.cacheCreationInputTokens',
    reasoning: 'metadata.usage.reasoningTokens',
  },
  inputHoldsCache: 'guessed',
  requestId: field('id'),
});

/** Chats of Mux, ~/.mux/sessions/<workspace>/chat.jsonl: the usage of the AI SDK. The seller stands before the model: `anthropic:claude-…`. */
export const mux = agentCalls({
  name: 'mux',
  title: 'chats of Mux (chat.jsonl)',
  signature: sql`
    (line->>'role') in ('assistant', 'user') and json_type(line, '$.parts') = 'ARRAY' and json_exists(line, '$.metadata.timestamp')`,
  fields: {
    id: 'text',
    role: 'text',
    metadata: {
      model: 'text',
      timestamp: 'text',
      duration: 'text',
      usage: { inputTokens: 'text', outputTokens: 'text', cachedInputTokens: 'text', reasoningTokens: 'text' },
    },
  },
  call: ANSWERED,
  others: [{ reason: 'messages without usage', when: sql`${field('role')} is not null and not ${ANSWERED}` }],
  time: 'metadata.timestamp',
  model: sql`regexp_replace(${field('metadata.model')}, '^[a-z_-]+:', '')`,
  provider: sql`nullif(regexp_extract(${field('metadata.model')}, '^([a-z_-]+):', 1), '')`,
  counts: {
    input: 'metadata.usage.inputTokens',
    output: 'metadata.usage.outputTokens',
    cacheRead: 'metadata.usage.cachedInputTokens',
    reasoning: 'metadata.usage.reasoningTokens',
  },
  inputHoldsCache: 'guessed',
  latency: 'metadata.duration',
  key: sql`concat_ws(' ', 'mux message', ${field('id')}, ${field('metadata.timestamp')}, ${field('metadata.model')})`,
  repeats: 'grows',
});

const PI_ANSWER = sql`(coalesce(${field('recordType')} = 'message' and ${field('role')} = 'assistant', false) and ${field('message.usage.output')} is not null)`;

/** Transcripts of subagents of pi, <session>/run_<agent>_<n>_transcript.jsonl. */
export const piTranscript = agentCalls({
  name: 'pi-transcript',
  title: 'transcripts of subagents of pi (*_transcript.jsonl)',
  signature: sql`json_exists(line, '$.recordType') and json_exists(line, '$.runId') and json_exists(line, '$.agent')`,
  fields: {
    recordType: 'text',
    runId: 'text',
    agent: 'text',
    index: 'text',
    role: 'text',
    timestamp: 'text',
    message: {
      provider: 'text',
      model: 'text',
      usage: { input: 'text', output: 'text', cacheRead: 'text', cacheWrite: 'text', cost: { total: 'text' } },
    },
  },
  call: PI_ANSWER,
  others: [
    { reason: 'records that are no answers', when: sql`${field('recordType')} is not null and not ${PI_ANSWER}` },
  ],
  time: 'timestamp',
  model: field('message.model'),
  provider: sql`case ${field('message.provider')} when 'moonshot' then 'moonshotai' else ${field('message.provider')} end`,
  counts: {
    input: 'message.usage.input',
    output: 'message.usage.output',
    cacheRead: 'message.usage.cacheRead',
    cacheWrite: 'message.usage.cacheWrite',
  },
  inputHoldsCache: false,
  cost: 'message.usage.cost.total',
  key: sql`concat_ws(' ', 'pi transcript', ${field('runId')}, ${field('agent')}, ${field('index')}, ${field('timestamp')}, output)`,
});
