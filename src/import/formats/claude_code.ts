import { identifier, join, type Sql, sql } from '../../sql.js';
import { field, type Shape } from '../declare/fields.js';
import type { Format } from '../declare/format.js';
import { parsed, withLabels } from '../declare/labels.js';
import { errorClassOf } from '../declare/normalize.js';
import { projectOf } from './agent.js';
import { anthropicAnswers, idOfTurn, USAGE, withTurns } from './anthropic.js';

const MESSAGE: Shape = { id: 'text', model: 'text', stop_reason: 'text', usage: USAGE };

const ERROR: Shape = { status: 'text', type: 'text', cause: { code: 'text' } };

const TYPE = field('type');
const NESTED = sql`${field('data.message.message')}`;
/** Calls of subagents stand in lines on their progress; what they wrote to the user stands there, too, without usage. */
const IN_PROGRESS = sql`coalesce(${TYPE} = 'progress' and ${field('data.message.message.usage')} is not null, false)`;
/** A part of the answer in a line, before `answer` is worked out. */
function partOfAnswer(path: string): Sql {
  return sql`case when ${IN_PROGRESS} then ${field(`data.message.message.${path}`)} when ${TYPE} = 'assistant' then ${field(`message.${path}`)} end`;
}

const SYNTHETIC = sql`coalesce(answer.model = '<synthetic>', false)`;
/** A retry is logged before it is made, the last failure as a message of the program's own. */
const RETRIED = sql`coalesce(${TYPE} = 'system' and ${field('subtype')} = 'api_error', false)`;
const GAVE_UP = sql`coalesce(${SYNTHETIC} and ${field('isApiErrorMessage')} = 'true', false)`;
const FAILED = sql`(${RETRIED} or ${GAVE_UP})`;
const ANSWERED = sql`(coalesce(${TYPE} = 'assistant', false) or ${IN_PROGRESS}) and not ${SYNTHETIC}`;
const STATUS = sql`coalesce(failure.status, ${field('apiErrorStatus')})`;
/** The code of a failure; `unknown` is what one is called whose line does not tell. */
const FAILURE = sql`case when ${FAILED} then coalesce(
      case when regexp_full_match(${field('error')}, '[a-z_]{1,40}') then ${field('error')} end, failure.type, failure.cause.code, 'unknown'
    ) end`;

const answers = anthropicAnswers({
  id: sql`answer.id`,
  model: sql`case when not ${FAILED} then answer.model end`,
  stopReason: sql`answer.stop_reason`,
  usage: (path) => join([sql`answer.usage`, ...path.split('.').map(identifier)], '.'),
  answered: sql`(${ANSWERED})`,
  failed: FAILED,
  failure: FAILURE,
  turns: true,
});

/** Several lines of a file are one call; servers that only speak Anthropic's language may number their answers. */
const CALL = sql`case
      when ${FAILED} then ${field('uuid')}
      when strlen(answer.id) >= 20 then ${idOfTurn(sql`answer.id`)}
      else concat_ws('/', ${field('sessionId')}, ${idOfTurn(sql`answer.id`)})
    end`;

/**
 * Sessions of Claude Code, ~/.claude/projects/<folder>/<session>.jsonl, with those of subagents.
 * https://code.claude.com/docs/en/monitoring-usage; the files themselves are not documented.
 *
 * An answer is one line for each of its blocks, all with the same id: some versions repeat its final usage, others write
 * what was counted so far. Sessions that were resumed or forked begin with copies of lines of other files.
 */
export const claudeCode: Format = {
  ...answers,
  name: 'claude-code',
  title: 'Claude Code sessions (~/.claude/projects)',
  signature: sql`
    (json_exists(line, '$.sessionId') and (line->>'type') in (
      'assistant', 'user', 'system', 'progress', 'attachment', 'mode', 'permission-mode', 'queue-operation', 'last-prompt',
      'custom-title', 'ai-title', 'agent-name'
    )
    and not json_exists(line, '$.message.parts') and not json_exists(line, '$.systemPayload') and not json_exists(line, '$.usageMetadata'))
    or (line->>'type' = 'summary' and json_exists(line, '$.leafUuid'))
    or (line->>'type' = 'file-history-snapshot' and json_exists(line, '$.snapshot'))`,
  fields: {
    type: 'text',
    subtype: 'text',
    timestamp: 'text',
    uuid: 'text',
    sessionId: 'text',
    cwd: 'text',
    gitBranch: 'text',
    version: 'text',
    isSidechain: 'text',
    isApiErrorMessage: 'text',
    apiErrorStatus: 'text',
    error: 'text',
    retryAttempt: 'text',
    costUSD: 'text',
    message: MESSAGE,
    data: { message: { timestamp: 'text', message: MESSAGE } },
  },
  resolved: withTurns({
    model: partOfAnswer('model'),
    iterations: partOfAnswer('usage.iterations'),
  }),
  computed: [
    {
      answer: sql`case when ${IN_PROGRESS} then ${NESTED} when ${TYPE} = 'assistant' then ${field('message')} end`,
      told_at: sql`coalesce(case when ${IN_PROGRESS} then ${field('data.message.timestamp')} end, ${field('timestamp')})`,
      failure: sql`case when starts_with(${field('error')}, '{') then ${parsed(field('error'), ERROR)} end`,
    },
  ],
  times: { written_at: { at: 'timestamp', value: sql`case when ${FAILED} or ${ANSWERED} then told_at end` } },
  numbers: {
    ...answers.numbers,
    http: { at: 'error.status', value: STATUS },
    attempt: { at: 'retryAttempt', value: sql`case when ${RETRIED} then ${field('retryAttempt')} end` },
  },
  decimals: { cost: { at: 'costUSD', value: sql`case when ${ANSWERED} then ${field('costUSD')} end` } },
  skip: [
    { reason: 'messages of the user and results of tools', when: sql`${TYPE} = 'user'` },
    { reason: 'messages of Claude Code itself', when: sql`${SYNTHETIC} and not ${FAILED}` },
    { reason: 'progress of tools', when: sql`${TYPE} = 'progress' and not ${IN_PROGRESS}` },
    { reason: 'lines about the session', when: sql`${TYPE} not in ('assistant', 'progress') and not ${FAILED}` },
  ],
  checks: [
    { field: 'type', reason: 'is missing', when: sql`${TYPE} is null` },
    {
      field: 'timestamp',
      reason: 'is missing',
      missing: 'timestamp',
      when: sql`(${FAILED} or ${ANSWERED}) and written_at is null`,
    },
    ...answers.checks,
  ],
  traits: {
    ...answers.traits,
    http_status: sql`http`,
    error_class: sql`case
        when ${FAILED} then ${errorClassOf(sql`http`, FAILURE)}
        when answer.stop_reason = 'refusal' then 'content_filter'
      end`,
    feature: projectOf(field('cwd')),
    attempt: sql`attempt`,
    billed_currency: sql`case when cost is not null then 'USD' end`,
  },
  facts: {
    ...answers.facts,
    request_id: CALL,
    occurred_at: sql`written_at`,
    session_id: field('sessionId'),
    tags: withLabels(null, {
      cwd: field('cwd'),
      git_branch: field('gitBranch'),
      version: field('version'),
      subagent: sql`case when ${field('isSidechain')} = 'true' or ${IN_PROGRESS} then 'true' end`,
    }),
    // What the program took its own call to cost; with a subscription nothing is billed by the call.
    billed_cost: sql`cost`,
  },
  tellsFolder: true,
  dated: true,
};
