import { sql } from '../../sql.js';
import { field } from '../declare/fields.js';
import { constant, type Format, type LedgerFormat } from '../declare/format.js';
import { UNTOLD_EARNING } from './stripe.js';

/** What events earned, in cents of a dollar; most tell nothing. */
const earned: LedgerFormat = {
  name: 'margindash-events',
  title: 'what events of the MarginDash SDK earned',
  reads: 'ndjson',
  signature: sql`false`,
  fields: {
    customer_id: 'text',
    unique_request_token: 'text',
    event_type: 'text',
    occurred_at: 'text',
    revenue_amount_in_cents: 'text',
  },
  numbers: {},
  decimals: { cents: 'revenue_amount_in_cents' },
  times: { started: 'occurred_at' },
  timeUnit: 'any',
  skip: [{ reason: 'events that earned nothing', when: sql`coalesce(cents, 0) = 0` }],
  checks: [
    { field: 'occurred_at', reason: 'is missing', when: sql`started is null` },
    { field: 'customer_id', reason: 'is missing', when: sql`${field('customer_id')} is null` },
  ],
  entry: {
    ...UNTOLD_EARNING,
    source_id: field('unique_request_token'),
    kind: constant('event'),
    status: null,
    customer: field('customer_id'),
    customer_names: sql`[${field('customer_id')}]`,
    feature: field('event_type'),
    period_start: sql`started`,
    amount: sql`cast(cents as decimal(28, 8)) * cast(0.01 as decimal(2, 2))`,
    currency: constant('USD'),
  },
  alike: 'every',
};

/**
 * Events as MarginDash's SDK sends them: one per line, or in the list of a request's body. An event tells the customer,
 * what was earned with it, and the answers of vendors that it took; every answer is a call.
 * https://github.com/margindash/ai-cost-calc
 */
export const margindashEvents: Format = {
  name: 'margindash-events',
  title: 'events of the MarginDash SDK',
  reads: 'json',
  signature: sql`json_type(line, '$.vendor_responses') = 'ARRAY' and json_exists(line, '$.customer_id')`,
  rows: [
    {
      list: 'vendor_responses',
      beside: { customer_id: 'text', unique_request_token: 'text', event_type: 'text', occurred_at: 'text' },
      position: 'response_number',
      empty: 'events without a call to a model',
    },
  ],
  fields: {
    customer_id: 'text',
    unique_request_token: 'text',
    event_type: 'text',
    occurred_at: 'text',
    response_number: 'text',
    model: 'text',
    input_tokens: 'text',
    output_tokens: 'text',
  },
  numbers: { input: 'input_tokens', output: 'output_tokens' },
  decimals: {},
  times: { started: 'occurred_at' },
  timeUnit: 'any',
  skip: [],
  checks: [
    { field: 'occurred_at', reason: 'is missing', missing: 'timestamp', when: sql`started is null` },
    { field: 'model', reason: 'is missing', missing: 'model', when: sql`${field('model')} is null` },
    { field: 'input_tokens', reason: 'is missing', when: sql`input is null` },
    { field: 'output_tokens', reason: 'is missing', when: sql`output is null` },
  ],
  traits: {
    // Often in the name of the model: `anthropic/claude-sonnet-4`.
    provider: null,
    model: field('model'),
    request_model: null,
    operation: null,
    service_tier: null,
    speed: null,
    region: null,
    status: constant('ok'),
    error_class: null,
    http_status: null,
    feature: field('event_type'),
    environment: null,
    attempt: null,
    bucket_seconds: null,
    billed_currency: null,
    gateway_cached: null,
    // The SDK counts no cached tokens; what the application gives it is the whole prompt.
    token_convention: constant('inclusive'),
    max_output_tokens: null,
    has_tools: null,
    has_images: null,
    has_json_schema: null,
  },
  facts: {
    request_id: field('unique_request_token'),
    // The answers of one event serve one request of the application.
    trace_id: field('unique_request_token'),
    occurred_at: sql`started`,
    requests: constant(1),
    uncached_input_tokens: sql`input`,
    cache_read_tokens: null,
    cache_write_tokens: null,
    cache_write_1h_tokens: null,
    text_output_tokens: sql`output`,
    reasoning_tokens: null,
    latency_ms: null,
    ttft_ms: null,
    customer: field('customer_id'),
    user_id: null,
    session_id: null,
    tags: null,
    billed_cost: null,
  },
  units: {},
  // An event that is sent again has the same token; its answers have none of their own.
  key: sql`'margindash vendor response ' || ${field('response_number')} || ' of ' || ${field('unique_request_token')}`,
  repeats: 'same',
  dated: true,
  earns: earned,
};
