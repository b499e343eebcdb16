import { sql } from '../../sql.js';
import { quotient } from './division.js';
import { errors, type Metric, measured, minus, priced, quantile, REQUESTS, told } from './metric.js';

const LATENCY = ['latency'] as const;
const LATENCY_OF = 'time from request to the end of the answer';
const TTFT_OF = 'time to the first token';
const KNOWN_ERRORS = ['rate_limit', 'timeout', 'content_filter', 'server_error', 'client_error', 'cancelled'] as const;

/** How calls went: how long they took, and what became of them. */
export const CALL_METRICS = {
  latency_requests: {
    unit: 'count',
    title: 'timed',
    means: 'Requests that tell how long they took; the latencies are theirs.',
    presets: LATENCY,
    measures: ['latency_rows'],
    value: measured('latency_rows'),
  },
  no_latency_requests: {
    unit: 'count',
    title: 'not timed',
    means: 'Requests that do not tell how long they took, and all those of buckets.',
    presets: LATENCY,
    measures: ['latency_rows'],
    value: sql`${REQUESTS} - ${measured('latency_rows')}`,
  },
  latency_avg: {
    unit: 'ms',
    title: 'latency avg',
    means: `The ${LATENCY_OF}, on average; 2 places, half up.`,
    presets: LATENCY,
    measures: ['latency_sum', 'latency_rows'],
    value: quotient(sql`part.latency_sum`, sql`part.latency_rows`, 2),
  },
  latency_p50: quantile({ of: 'latency', quantile: '0.5' }, 'ms', LATENCY_OF, LATENCY),
  latency_p95: quantile({ of: 'latency', quantile: '0.95' }, 'ms', LATENCY_OF, LATENCY),
  latency_p99: quantile({ of: 'latency', quantile: '0.99' }, 'ms', LATENCY_OF, LATENCY),
  latency_max: {
    unit: 'ms',
    title: 'latency max',
    means: `The longest ${LATENCY_OF}.`,
    presets: LATENCY,
    measures: ['latency_max'],
    value: sql`part.latency_max`,
  },
  ttft_avg: {
    unit: 'ms',
    title: 'ttft avg',
    means: `The ${TTFT_OF}, on average; 2 places, half up.`,
    presets: LATENCY,
    measures: ['ttft_sum', 'ttft_rows'],
    value: quotient(sql`part.ttft_sum`, sql`part.ttft_rows`, 2),
  },
  ttft_p50: quantile({ of: 'ttft', quantile: '0.5' }, 'ms', TTFT_OF, LATENCY),
  ttft_p95: quantile({ of: 'ttft', quantile: '0.95' }, 'ms', TTFT_OF, LATENCY),
  ttft_p99: quantile({ of: 'ttft', quantile: '0.99' }, 'ms', TTFT_OF, LATENCY),
  tokens_per_second: {
    unit: 'per_second',
    title: 'tokens/s',
    means:
      'Text and reasoning tokens answered in a second of latency, over all timed requests that answered; 2 places, half up.',
    presets: LATENCY,
    measures: ['answered_tokens', 'answered_ms'],
    value: quotient(sql`(1000 * part.answered_tokens)`, sql`part.answered_ms`, 2),
  },
  errors: errors('errors', 'errors', 'Requests that failed, or whose answer was stopped.'),
  error_rate: {
    unit: 'percent',
    title: 'error rate',
    means: 'Requests that failed, or whose answer was stopped, of all whose outcome is told; 2 places, half up.',
    presets: ['errors'],
    measures: ['errors', 'told_requests'],
    value: quotient(sql`(100 * ${measured('errors')})`, measured('told_requests'), 2),
  },
  rate_limit_errors: errors(
    'rate_limit',
    'rate limit',
    'Requests that failed because of a limit of requests or tokens.',
  ),
  timeout_errors: errors('timeout', 'timeout', 'Requests that took too long.'),
  content_filter_errors: errors('content_filter', 'content filter', 'Requests that a filter of contents stopped.'),
  server_errors: errors('server_error', 'server error', 'Requests that failed on the side of the provider.'),
  client_errors: errors('client_error', 'client error', 'Requests that the provider did not accept.'),
  cancelled_errors: errors('cancelled', 'cancelled', 'Requests that were given up.'),
  other_errors: {
    unit: 'count',
    title: 'other error',
    means: 'Requests that failed for another reason, or an unknown one.',
    presets: ['errors'],
    measures: ['errors', 'told_requests', ...KNOWN_ERRORS],
    value: told(minus(measured('errors'), KNOWN_ERRORS)),
  },
  failed_cost: {
    unit: 'money',
    title: 'failed cost',
    means: 'What requests that failed cost all the same.',
    presets: ['errors'],
    measures: ['failed_cost', 'told_requests'],
    value: told(priced(measured('failed_cost'))),
  },
  requests_per_minute: {
    unit: 'per_minute',
    title: 'requests/min',
    means: 'Requests in a minute, over each span of --every.',
    presets: [],
    timed: true,
    value: quotient(REQUESTS, sql`part.minutes`, 2),
  },
  tokens_per_minute: {
    unit: 'per_minute',
    title: 'tokens/min',
    means: 'Tokens of prompt and answer in a minute, over each span of --every.',
    presets: [],
    timed: true,
    measures: ['input_tokens', 'output_tokens'],
    value: quotient(sql`(${measured('input_tokens')} + ${measured('output_tokens')})`, sql`part.minutes`, 2),
  },
} as const satisfies Record<string, Metric>;
