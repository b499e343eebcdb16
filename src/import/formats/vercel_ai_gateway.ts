import { sql } from '../../sql.js';
import { bucketKey, UNTOLD_FACTS, UNTOLD_TRAITS } from '../declare/bucket.js';
import { field } from '../declare/fields.js';
import type { Format } from '../declare/format.js';
import { withLabels } from '../declare/labels.js';

const CACHED = sql`(coalesce(cached, 0) + coalesce(written, 0))`;
/** Not documented; the AI SDK, which the gateway belongs to, counts cached tokens in its input, unless there are more of them. */
const EXCLUSIVE = sql`coalesce(${CACHED} > input, false)`;
const OWN_KEY = sql`coalesce(${field('credential_type')} = 'byok', false)`;

/**
 * Rows of Vercel's AI Gateway report, one per line: calls of an hour or a day by what the report was grouped by.
 * https://vercel.com/docs/ai-gateway/observability-and-spend/custom-reporting
 *
 * A report grouped by tag repeats a call under each of its tags.
 */
export const vercelAiGateway: Format = {
  name: 'vercel-ai-gateway',
  title: "rows of Vercel's AI Gateway report",
  reads: 'ndjson',
  signature: sql`json_exists(line, '$.total_cost') and json_exists(line, '$.request_count') and json_exists(line, '$.input_tokens')`,
  fields: {
    day: 'text',
    hour: 'text',
    model: 'text',
    user: 'text',
    tag: 'text',
    provider: 'text',
    credential_type: 'text',
    total_cost: 'text',
    input_tokens: 'text',
    output_tokens: 'text',
    cached_input_tokens: 'text',
    cache_creation_input_tokens: 'text',
    reasoning_tokens: 'text',
    request_count: 'text',
  },
  numbers: {
    input: 'input_tokens',
    output: 'output_tokens',
    cached: 'cached_input_tokens',
    written: 'cache_creation_input_tokens',
    reasoning: 'reasoning_tokens',
    request_count: 'request_count',
  },
  decimals: { cost: 'total_cost' },
  times: { started: { at: 'day', value: sql`coalesce(${field('hour')}, ${field('day')})` } },
  timeUnit: 'any',
  skip: [],
  checks: [
    { field: 'day', reason: 'is missing', missing: 'timestamp', when: sql`started is null` },
    { field: 'model', reason: 'is missing', missing: 'model', when: sql`${field('model')} is null` },
    { field: 'input_tokens', reason: 'is missing', when: sql`input is null` },
    { field: 'output_tokens', reason: 'is missing', when: sql`output is null` },
  ],
  traits: {
    ...UNTOLD_TRAITS,
    // With a key of one's own (BYOK) the supplier sends the bill.
    provider: sql`case when ${OWN_KEY} then coalesce(${field('provider')}, 'vercel_ai_gateway') else 'vercel_ai_gateway' end`,
    model: field('model'),
    operation: null,
    service_tier: null,
    speed: null,
    region: null,
    bucket_seconds: sql`case when ${field('hour')} is not null then 3600 when ${field('day')} is not null then 86400 end`,
    billed_currency: sql`case when cost is not null then 'USD' end`,
    token_convention: sql`case when ${EXCLUSIVE} then 'exclusive' when ${CACHED} > 0 then 'guessed' else 'inclusive' end`,
  },
  facts: {
    ...UNTOLD_FACTS,
    occurred_at: sql`started`,
    requests: sql`request_count`,
    uncached_input_tokens: sql`case when ${EXCLUSIVE} then input else input - ${CACHED} end`,
    cache_read_tokens: sql`cached`,
    cache_write_tokens: sql`written`,
    cache_write_1h_tokens: null,
    text_output_tokens: sql`output - coalesce(reasoning, 0)`,
    reasoning_tokens: sql`reasoning`,
    // The `user` of the requests: the application's own customer or end user.
    customer: field('user'),
    user_id: null,
    tags: withLabels(null, { tag: field('tag'), upstream: field('provider'), credential: field('credential_type') }),
    billed_cost: sql`cost`,
  },
  units: {},
  key: bucketKey(sql`'vercel ai gateway'`, [
    sql`coalesce(${field('hour')}, ${field('day')})`,
    field('model'),
    field('user'),
    field('tag'),
    field('provider'),
    field('credential_type'),
  ]),
  // A row of today grows until the day is over.
  repeats: 'bucket',
  dated: true,
};
