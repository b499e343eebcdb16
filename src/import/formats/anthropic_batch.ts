import { sql } from '../../sql.js';
import { field } from '../declare/fields.js';
import { constant, type Format } from '../declare/format.js';
import { anthropicAnswers, USAGE, withTurns } from './anthropic.js';

const TYPE = field('result.type');
const ANSWERED = sql`coalesce(${TYPE} = 'succeeded', false)`;
const FAILED = sql`coalesce(${TYPE} in ('errored', 'canceled', 'expired'), false)`;

const answers = anthropicAnswers({
  id: sql`coalesce(${field('result.message.id')}, ${field('result.error.request_id')})`,
  model: field('result.message.model'),
  stopReason: field('result.message.stop_reason'),
  usage: (path) => field(`result.message.usage.${path}`),
  answered: ANSWERED,
  failed: FAILED,
  // A request that expired waited for a day; see errorClassOf for the words.
  failure: sql`case ${TYPE}
      when 'expired' then 'timeout'
      when 'canceled' then 'cancelled'
      else coalesce(${field('result.error.error.type')}, ${field('result.error.type')}, 'unknown')
    end`,
  turns: true,
});

/**
 * The results of Anthropic's Message Batches API: one line per request, answered or not.
 * https://docs.claude.com/en/api/retrieving-message-batch-results. They are billed at batch prices, whatever tier the
 * message names, and carry no time.
 */
export const anthropicBatch: Format = {
  ...answers,
  name: 'anthropic-batch',
  title: 'results of Anthropic message batches',
  signature: sql`json_exists(line, '$.custom_id')
    and json_extract_string(line, '$.result.type') in ('succeeded', 'errored', 'canceled', 'expired')`,
  fields: {
    custom_id: 'text',
    result: {
      type: 'text',
      message: { id: 'text', model: 'text', stop_reason: 'text', usage: USAGE },
      error: { type: 'text', request_id: 'text', error: { type: 'text' } },
    },
  },
  resolved: withTurns({ model: field('result.message.model'), iterations: field('result.message.usage.iterations') }),
  skip: [],
  checks: [
    {
      field: 'result.type',
      reason: 'is none of succeeded, errored, canceled and expired',
      when: sql`not ${ANSWERED} and not ${FAILED}`,
    },
    ...answers.checks,
  ],
  traits: { ...answers.traits, service_tier: constant('batch') },
  facts: {
    ...answers.facts,
    tags: sql`case when ${field('custom_id')} is not null then map {'custom_id': ${field('custom_id')}} end`,
  },
};
