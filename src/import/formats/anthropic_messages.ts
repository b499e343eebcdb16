import { sql } from '../../sql.js';
import { field } from '../declare/fields.js';
import type { Format } from '../declare/format.js';
import { anthropicAnswers, USAGE, withTurns } from './anthropic.js';

const ANSWERED = sql`coalesce(${field('type')} = 'message', false)`;
const FAILED = sql`coalesce(${field('type')} = 'error', false)`;

const answers = anthropicAnswers({
  id: sql`coalesce(${field('id')}, ${field('request_id')})`,
  model: field('model'),
  stopReason: field('stop_reason'),
  usage: (path) => field(`usage.${path}`),
  answered: ANSWERED,
  failed: FAILED,
  failure: sql`coalesce(${field('error.type')}, 'unknown')`,
  turns: true,
});

/**
 * Answers of Anthropic's Messages API, one per line, errors among them.
 * https://docs.claude.com/en/api/messages, https://docs.claude.com/en/api/errors
 */
export const anthropicMessages: Format = {
  ...answers,
  name: 'anthropic-messages',
  title: 'Anthropic messages, one answer per line',
  signature: sql`line->>'type' = 'message' and json_exists(line, '$.usage.input_tokens')`,
  fields: {
    id: 'text',
    type: 'text',
    model: 'text',
    stop_reason: 'text',
    usage: USAGE,
    error: { type: 'text' },
    request_id: 'text',
  },
  resolved: withTurns({ model: field('model'), iterations: field('usage.iterations') }),
  skip: [],
  checks: [
    { field: 'type', reason: 'is neither message nor error', when: sql`not ${ANSWERED} and not ${FAILED}` },
    ...answers.checks,
  ],
};
