import { sql } from '../../sql.js';
import { field } from '../declare/fields.js';
import { agentCalls } from './agent.js';

const COUNTED = sql`(coalesce(${field('tokenCount.inputTokens')}, '0') <> '0' or coalesce(${field('tokenCount.outputTokens')}, '0') <> '0')`;

/**
 * What is said in the chats of Cursor, from its database state.vscdb. Cursor keeps counts of the tokens of some only, and
 * none of cached ones: its usage page (see cursorUsageCsv) tells all of them.
 */
export const cursorBubbles = agentCalls({
  name: 'cursor',
  title: 'chats of Cursor (state.vscdb)',
  signature: sql`json_exists(line, '$.bubble')`,
  fields: {
    bubble: 'text',
    tokenCount: { inputTokens: 'text', outputTokens: 'text' },
    modelInfo: { modelName: 'text' },
    createdAt: 'text',
  },
  call: COUNTED,
  others: [
    {
      reason: 'messages of which Cursor counts no tokens',
      when: sql`${field('bubble')} is not null and not ${COUNTED}`,
    },
  ],
  time: 'createdAt',
  model: sql`nullif(${field('modelInfo.modelName')}, 'default')`,
  counts: { input: 'tokenCount.inputTokens', output: 'tokenCount.outputTokens' },
  inputHoldsCache: true,
  session: sql`nullif(regexp_extract(${field('bubble')}, '^bubbleId:([^:]+):', 1), '')`,
  key: sql`concat('cursor ', ${field('bubble')})`,
});

const CHARGED = sql`regexp_full_match(trim(${field('Cost')}), '[$]?[0-9.]+')`;

/** The table of Cursor's dashboard, cursor.com/dashboard?tab=usage, as CSV: every event with its tokens. */
export const cursorUsageCsv = agentCalls({
  name: 'cursor-usage-csv',
  title: "Cursor's usage page as CSV",
  reads: 'csv',
  signature: ['Date', 'Model', 'Input (w/ Cache Write)', 'Input (w/o Cache Write)', 'Cache Read', 'Output Tokens'],
  fields: {
    Date: 'text',
    User: 'text',
    Kind: 'text',
    Model: 'text',
    'Max Mode': 'text',
    'Input (w/ Cache Write)': 'text',
    'Input (w/o Cache Write)': 'text',
    'Cache Read': 'text',
    'Output Tokens': 'text',
    Cost: 'text',
  },
  call: sql`true`,
  others: [],
  time: 'Date',
  model: sql`nullif(${field('Model')}, 'auto')`,
  counts: {
    input: 'Input (w/o Cache Write)',
    output: 'Output Tokens',
    cacheRead: 'Cache Read',
    cacheWrite: 'Input (w/ Cache Write)',
  },
  inputHoldsCache: false,
  // What a plan includes is written as a word.
  cost: { at: 'Cost', value: sql`case when ${CHARGED} then replace(trim(${field('Cost')}), '$', '') end` },
  failed: { when: sql`starts_with(lower(${field('Kind')}), 'errored')`, message: sql`'unknown'` },
  user: field('User'),
  tags: {
    kind: field('Kind'),
    max_mode: sql`case when lower(${field('Max Mode')}) in ('yes', 'true') then 'true' end`,
  },
});

const USAGE = 'tokenUsage';

/**
 * A page of Cursor's Admin API, POST /teams/filtered-usage-events.
 * https://cursor.com/docs/account/teams/admin-api
 */
export const cursorUsageApi = agentCalls({
  name: 'cursor-usage-api',
  title: "Cursor's usage events (Admin API)",
  reads: 'json',
  rows: [{ list: 'usageEvents', beside: {}, empty: 'pages without events' }],
  // Many rows have a time and a model: what is Cursor's stands beside them.
  signature: sql`
    json_exists(line, '$.usageEvents[0].timestamp') and json_exists(line, '$.usageEvents[0].model')
    and (json_exists(line, '$.usageEvents[0].tokenUsage') or json_exists(line, '$.usageEvents[0].kind')
      or json_exists(line, '$.usageEvents[0].userEmail') or json_exists(line, '$.usageEvents[0].chargedCents'))`,
  fields: {
    timestamp: 'text',
    userEmail: 'text',
    model: 'text',
    kind: 'text',
    maxMode: 'text',
    chargedCents: 'text',
    tokenUsage: {
      inputTokens: 'text',
      outputTokens: 'text',
      cacheWriteTokens: 'text',
      cacheReadTokens: 'text',
      totalCents: 'text',
    },
  },
  call: sql`(${field('timestamp')} is not null)`,
  others: [],
  time: 'timestamp',
  model: sql`nullif(${field('model')}, 'default')`,
  counts: {
    input: `${USAGE}.inputTokens`,
    output: `${USAGE}.outputTokens`,
    cacheRead: `${USAGE}.cacheReadTokens`,
    cacheWrite: `${USAGE}.cacheWriteTokens`,
  },
  inputHoldsCache: false,
  cost: {
    at: `${USAGE}.totalCents`,
    value: sql`cast(try_cast(${field(`${USAGE}.totalCents`)} as decimal(38, 12)) / 100 as varchar)`,
  },
  user: field('userEmail'),
  tags: { kind: field('kind'), max_mode: sql`case when ${field('maxMode')} = 'true' then 'true' end` },
  // Calls that are sold by the request tell no tokens.
  uncounted: true,
});
