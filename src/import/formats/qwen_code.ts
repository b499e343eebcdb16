import { identifier, type Sql, sql } from '../../sql.js';
import { field, type Shape } from '../declare/fields.js';
import { parsed } from '../declare/labels.js';
import { agentCalls } from './agent.js';

const EVENT: Shape = {
  'event.name': 'text',
  response_id: 'text',
  model: 'text',
  duration_ms: 'text',
  ttft_ms: 'text',
  input_token_count: 'text',
  output_token_count: 'text',
  cached_content_token_count: 'text',
  thoughts_token_count: 'text',
  total_token_count: 'text',
};
const TELEMETRY = sql`coalesce(event."event.name" = 'qwen-code.api_response', false)`;
const ANSWER = sql`(coalesce(${field('type')} = 'assistant', false) and ${field('usageMetadata')} is not null)`;
const CALL = sql`(${TELEMETRY} or (${ANSWER} and same_answers > coalesce(same_events, 0)))`;

const USAGE = {
  promptTokenCount: 'input_token_count',
  candidatesTokenCount: 'output_token_count',
  cachedContentTokenCount: 'cached_content_token_count',
  thoughtsTokenCount: 'thoughts_token_count',
  totalTokenCount: 'total_token_count',
} as const;

function counted(name: keyof typeof USAGE) {
  const at = `usageMetadata.${name}`;
  return { at, value: sql`coalesce(event.${identifier(USAGE[name])}, ${field(at)})` };
}

const number = (name: keyof typeof USAGE) => sql`coalesce(try_cast(${counted(name).value} as bigint), 0)`;
/** Thoughts lie beside the answer in Gemini's counts and inside it in those of others: the total tells. */
const BESIDE = sql`${number('totalTokenCount')} <> ${number('promptTokenCount')} + ${number('candidatesTokenCount')}`;
const OUTPUT: Sql = sql`cast(try_cast(${counted('candidatesTokenCount').value} as bigint) + case when ${BESIDE} then ${number('thoughtsTokenCount')} else 0 end as varchar)`;
const SAME = sql`coalesce(event.model, ${field('model')}), ${number('promptTokenCount')}, ${number('candidatesTokenCount')}, ${number('cachedContentTokenCount')}`;

/**
 * Chats of Qwen Code, ~/.qwen/projects/<folder>/chats/<session>.jsonl. Newer versions tell every call, those beside the
 * conversation too, in events on the program itself; an answer repeats the counts of its event.
 * https://github.com/QwenLM/qwen-code/blob/main/packages/core/src/services/chatRecordingService.ts
 */
export const qwenCode = agentCalls({
  name: 'qwen-code',
  title: 'chats of Qwen Code (~/.qwen/projects/*/chats)',
  signature: sql`
    json_exists(line, '$.sessionId') and json_exists(line, '$.uuid')
    and (json_exists(line, '$.usageMetadata.promptTokenCount') or json_exists(line, '$.systemPayload.uiEvent') or json_exists(line, '$.message.parts'))`,
  fields: {
    type: 'text',
    uuid: 'text',
    timestamp: 'text',
    sessionId: 'text',
    cwd: 'text',
    gitBranch: 'text',
    version: 'text',
    model: 'text',
    systemPayload: { uiEvent: 'text' },
    usageMetadata: {
      promptTokenCount: 'text',
      candidatesTokenCount: 'text',
      cachedContentTokenCount: 'text',
      thoughtsTokenCount: 'text',
      totalTokenCount: 'text',
    },
  },
  computed: [{ event: parsed(field('systemPayload.uiEvent'), EVENT) }],
  // Of the answers with the same counts as many are calls of their own as there are more of them than events.
  carried: {
    same_events: sql`count(*) filter (where ${TELEMETRY}) over (partition by file_number, ${SAME})`,
    same_answers: sql`count(*) filter (where ${ANSWER}) over (partition by file_number, ${SAME} order by line_order rows unbounded preceding)`,
  },
  call: CALL,
  others: [
    { reason: 'answers whose call is told by an event', when: sql`${ANSWER} and not ${CALL}` },
    { reason: 'lines that are no answers', when: sql`${field('type')} is not null and not ${CALL}` },
  ],
  time: 'timestamp',
  model: sql`coalesce(event.model, ${field('model')})`,
  counts: {
    input: counted('promptTokenCount'),
    output: { at: 'usageMetadata.candidatesTokenCount', value: OUTPUT },
    cacheRead: counted('cachedContentTokenCount'),
    reasoning: counted('thoughtsTokenCount'),
  },
  inputHoldsCache: true,
  latency: { at: 'systemPayload.uiEvent.duration_ms', value: sql`event.duration_ms` },
  ttft: { at: 'systemPayload.uiEvent.ttft_ms', value: sql`event.ttft_ms` },
  requestId: sql`event.response_id`,
  // Chats that were forked begin with copies of lines of another one.
  key: sql`coalesce(case when strlen(event.response_id) >= 20 then event.response_id end, ${field('uuid')})`,
  session: field('sessionId'),
  folder: field('cwd'),
  tags: { git_branch: field('gitBranch'), version: field('version') },
});
