import { sql } from '../../sql.js';
import { field } from '../declare/fields.js';
import { agentCalls } from './agent.js';

const USED = sql`(${field('crush_session')} is not null and coalesce(${field('answers')}, '0') <> '0')`;
const ONE = (name: 'models' | 'providers') => sql`case when not contains(${field(name)}, ',') then ${field(name)} end`;

/**
 * Sessions of Charm's Crush, from its database crush.db. Its counts of tokens are those of the last call of a session; only
 * the cost is a sum, so a session has a billed cost and no tokens.
 * https://github.com/charmbracelet/crush/blob/main/internal/agent/agent.go (updateSessionUsage)
 */
export const crush = agentCalls({
  name: 'crush',
  title: "sessions of Charm's Crush (crush.db): what they cost",
  signature: sql`json_exists(line, '$.crush_session')`,
  fields: {
    crush_session: 'text',
    created_at: 'text',
    cost: 'text',
    models: 'text',
    providers: 'text',
    answers: 'text',
  },
  call: USED,
  others: [{ reason: 'sessions without answers', when: sql`${field('crush_session')} is not null and not ${USED}` }],
  time: 'created_at',
  // With several models nobody knows which part is whose.
  model: ONE('models'),
  provider: ONE('providers'),
  counts: {
    input: { at: 'prompt_tokens', value: sql`cast(null as varchar)` },
    output: { at: 'completion_tokens', value: sql`cast(null as varchar)` },
  },
  inputHoldsCache: true,
  uncounted: true,
  cost: 'cost',
  session: field('crush_session'),
  requests: null,
  key: sql`concat('crush session ', ${field('crush_session')})`,
  repeats: 'last',
});
