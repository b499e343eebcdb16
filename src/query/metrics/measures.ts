import { CACHE_READ_UNITS, INPUT_UNITS, OUTPUT_UNITS, TOKEN_CLASSES } from '../../names/dimensions.js';
import { identifier, join, literal, type Sql, sql } from '../../sql.js';

/**
 * What rows must be told apart by before they are added up: the status of the cost always; the rate card where a cost is split
 * into what was paid for which tokens; the outcome (status and class of error) where errors are counted; the currency of what the source
 * billed.
 */
export type Split = 'card' | 'outcome' | 'currency';

/**
 * Something that is added up. First over rows of usage (aliased fact) into columns of `named`, for each status of cost and each split;
 * then `total` over those columns (and over the rates of `card`, and over `status` and `error_class`), for each group.
 */
export interface Measure {
  columns: readonly (keyof typeof COLUMNS)[];
  split?: Split;
  total: Sql;
  /** How groups become one; a sum unless it says so. */
  merge?: 'max';
}

/**
 * Of rows that stand for one request; a bucket of many has no latency of a request. Written as values and not as filters of the sums:
 * DuckDB works out each of them once for all sums that it is in (5 million rows: 0.24 s, with filters 0.30 s).
 */
const LATENCY = sql`case when fact.requests = 1 then fact.latency_ms end`;
const TTFT = sql`case when fact.requests = 1 then fact.ttft_ms end`;
const ANSWER = sql`fact.text_output_tokens + coalesce(fact.reasoning_tokens, 0)`;
const ANSWERED = sql`fact.requests = 1 and fact.latency_ms > 0 and ${ANSWER} > 0`;

function summed(column: string): Sql {
  return sql`coalesce(sum(fact.${identifier(column)}), 0)`;
}

/** Most rows have no units; the map is read only where there is one. */
function unitsSum(units: readonly string[]): Sql {
  const parts = units.map((unit) => sql`coalesce(fact.units[${literal(unit)}], 0)`);
  return sql`cast(coalesce(sum(case when fact.units is not null then ${join(parts, ' + ')} end), 0) as hugeint)`;
}

/** Sums over rows of usage; a measure names those it needs, so that nothing else is read. */
export const COLUMNS = {
  uncached_input_tokens: summed('uncached_input_tokens'),
  cache_read_tokens: summed('cache_read_tokens'),
  cache_read_rows: sql`count(fact.cache_read_tokens)`,
  cache_write_tokens: summed('cache_write_tokens'),
  cache_write_1h_tokens: summed('cache_write_1h_tokens'),
  cache_read_units: unitsSum(CACHE_READ_UNITS),
  input_units: unitsSum(INPUT_UNITS),
  text_output_tokens: summed('text_output_tokens'),
  reasoning_tokens: summed('reasoning_tokens'),
  output_units: unitsSum(OUTPUT_UNITS),
  customer_cost: sql`sum(fact.cost_usd) filter (where fact.customer is not null)`,
  billed_rows: sql`count(fact.billed_cost)`,
  billed: sql`sum(fact.billed_cost)`,
  billed_computed: sql`sum(case when fact.billed_cost is not null then fact.cost_usd end)`,
  latency_rows: sql`count(${LATENCY})`,
  latency_sum: sql`sum(${LATENCY})`,
  latency_max: sql`max(${LATENCY})`,
  ttft_rows: sql`count(${TTFT})`,
  ttft_sum: sql`sum(${TTFT})`,
  answered_tokens: sql`sum(case when ${ANSWERED} then ${ANSWER} end)`,
  answered_ms: sql`sum(case when ${ANSWERED} then fact.latency_ms end)`,
} as const satisfies Record<string, Sql>;

export type ColumnName = keyof typeof COLUMNS;

/** A sum over rows of usage, or over rows that are such sums (aliased fact, too) and have it under its name. */
export function columnSql(name: ColumnName, added: boolean): Sql {
  const column = sql`fact.${identifier(name)}`;
  return added ? sql`${name === 'latency_max' ? sql`max` : sql`sum`}(${column})` : COLUMNS[name];
}

const INPUT = [
  'uncached_input_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'cache_write_1h_tokens',
  'input_units',
] as const;
const OUTPUT = ['text_output_tokens', 'reasoning_tokens', 'output_units'] as const;

/**
 * Columns of usage_fact that many stores have nothing in, and the sums that are 0 then: to add up nothing takes its time, too (a map a
 * third of the whole).
 */
export const SELDOM = {
  units: ['input_units', 'output_units', 'cache_read_units'],
  billed_cost: ['billed_rows', 'billed', 'billed_computed'],
  cache_write_tokens: ['cache_write_tokens'],
  cache_write_1h_tokens: ['cache_write_1h_tokens'],
  reasoning_tokens: ['reasoning_tokens'],
  cache_read_tokens: ['cache_read_tokens', 'cache_read_rows'],
  ttft_ms: ['ttft_rows', 'ttft_sum'],
} as const satisfies Record<string, readonly (keyof typeof COLUMNS)[]>;

/** The whole prompt and the whole answer, summed over rows of usage_fact (aliased fact). */
export const INPUT_SUM = plus(INPUT.map((name) => COLUMNS[name]));
export const OUTPUT_SUM = plus(OUTPUT.map((name) => COLUMNS[name]));

function plus(parts: readonly Sql[]): Sql {
  return join(parts, ' + ');
}

/** A measure that is the sum of columns. */
function tokens(...columns: (keyof typeof COLUMNS)[]): Measure {
  return { columns, total: sql`sum(${plus(columns.map(identifier))})` };
}

type TokenClass = (typeof TOKEN_CLASSES)[number]['rate'];

/** What classes of tokens cost by their rates; nothing where the call was free, or has no price. Exact: whole tokens × 18 places. */
function classCost(...rates: TokenClass[]): Measure {
  const classes = TOKEN_CLASSES.filter(({ rate }) => rates.includes(rate));
  const products = classes.map(
    ({ rate, quantity }) => sql`cast(named.${identifier(quantity)} as bigint) * coalesce(card.${identifier(rate)}, 0)`,
  );
  return {
    columns: classes.map(({ quantity }) => quantity),
    split: 'card',
    total: sql`coalesce(sum(${plus(products)}) filter (where named.cost_status in (0, 2)), 0)`,
  };
}

/** How much dearer (or cheaper) tokens of the cache would have been as plain input. */
const CACHE_SAVINGS = plus(
  (['cache_read', 'cache_write', 'cache_write_1h'] as const).map(
    (rate) =>
      sql`cast(named.${identifier(`${rate}_tokens`)} as bigint) * coalesce(card.uncached_input - card.${identifier(rate)}, 0)`,
  ),
);

function failures(test: Sql): Measure {
  return {
    columns: [],
    split: 'outcome',
    total: sql`coalesce(sum(named.requests) filter (where ${test}), 0)`,
  };
}

/**
 * An error is a request that failed, or one whose answer was stopped (a filter of contents, with a 200): its class is the one that
 * `--by error_class` shows.
 */
const IS_ERROR = sql`(coalesce(named.status = 'error', false) or named.error_class is not null)`;

function errorsOf(name: string): Measure {
  return failures(sql`named.error_class = ${literal(name)}`);
}

const HAS_PRICE = sql` and named.cost_status <> 1`;

/** A sum over rows of which the source tells what it billed in dollars. */
function inDollars(column: 'billed_rows' | 'billed' | 'billed_computed', and = sql``): Measure {
  return {
    columns: [column],
    split: 'currency',
    total: sql`coalesce(sum(${identifier(column)}) filter (where named.billed_currency = 'USD'${and}), 0)`,
  };
}

/** Everything that can be added up, by name. Those of BASE are always there and not listed here. */
export const MEASURES = {
  input_tokens: tokens(...INPUT),
  output_tokens: tokens(...OUTPUT),
  cached_tokens: tokens('cache_read_tokens', 'cache_read_units'),
  cached_rows: { columns: ['cache_read_rows'], total: sql`sum(cache_read_rows)` },
  uncached_input_tokens: tokens('uncached_input_tokens'),
  cache_write_tokens: tokens('cache_write_tokens', 'cache_write_1h_tokens'),
  reasoning_tokens: tokens('reasoning_tokens'),
  priced_tokens: {
    columns: [...INPUT, ...OUTPUT],
    total: sql`coalesce(sum(${plus([...INPUT, ...OUTPUT].map(identifier))}) filter (where cost_status <> 1), 0)`,
  },
  input_cost: classCost('uncached_input'),
  cache_read_cost: classCost('cache_read'),
  cache_write_cost: classCost('cache_write', 'cache_write_1h'),
  output_cost: classCost('text_output'),
  reasoning_cost: classCost('reasoning'),
  cache_savings: {
    columns: ['cache_read_tokens', 'cache_write_tokens', 'cache_write_1h_tokens'],
    split: 'card',
    total: sql`coalesce(sum(${CACHE_SAVINGS}) filter (where named.cost_status in (0, 2)), 0)`,
  },
  customer_cost: { columns: ['customer_cost'], total: sql`sum(customer_cost)` },
  latency_rows: { columns: ['latency_rows'], total: sql`sum(latency_rows)` },
  latency_sum: { columns: ['latency_sum'], total: sql`sum(latency_sum)` },
  latency_max: { columns: ['latency_max'], total: sql`max(latency_max)`, merge: 'max' },
  ttft_rows: { columns: ['ttft_rows'], total: sql`sum(ttft_rows)` },
  ttft_sum: { columns: ['ttft_sum'], total: sql`sum(ttft_sum)` },
  answered_tokens: { columns: ['answered_tokens'], total: sql`sum(answered_tokens)` },
  answered_ms: { columns: ['answered_ms'], total: sql`sum(answered_ms)` },
  told_requests: failures(sql`named.status is not null or named.error_class is not null`),
  errors: failures(IS_ERROR),
  rate_limit: errorsOf('rate_limit'),
  timeout: errorsOf('timeout'),
  content_filter: errorsOf('content_filter'),
  server_error: errorsOf('server_error'),
  client_error: errorsOf('client_error'),
  cancelled: errorsOf('cancelled'),
  billed_rows: inDollars('billed_rows'),
  billed: inDollars('billed'),
  compared_rows: inDollars('billed_rows', HAS_PRICE),
  compared_billed: inDollars('billed', HAS_PRICE),
  compared_cost: inDollars('billed_computed', HAS_PRICE),
  failed_cost: {
    columns: [],
    split: 'outcome',
    total: sql`coalesce(sum(named.cost) filter (where ${IS_ERROR}), 0)`,
  },
} as const satisfies Record<string, Measure>;

export type MeasureName = keyof typeof MEASURES;

/** What is always added up: `named.requests` and `named.cost` for each status of cost. 1 is unpriced, and then only is the cost null; 2 is assumed. */
export const BASE_COLUMNS = sql`count(*) as usage_rows,
    count(fact.requests) as known_rows,
    sum(fact.requests) as requests,
    sum(fact.cost_usd) as cost`;

/** The same over rows that are such sums. */
export const BASE_ADDED = sql`sum(fact.usage_rows) as usage_rows,
    sum(fact.known_rows) as known_rows,
    sum(fact.requests) as requests,
    sum(fact.cost) as cost`;

export const BASE = {
  usage_rows: sql`sum(named.usage_rows)`,
  unknown_rows: sql`sum(named.usage_rows) - sum(named.known_rows)`,
  priced_rows: sql`coalesce(sum(named.usage_rows) filter (where named.cost_status <> 1), 0)`,
  requests: sql`sum(named.requests)`,
  unpriced_requests: sql`sum(named.requests) filter (where named.cost_status = 1)`,
  cost: sql`sum(named.cost)`,
  assumed_rows: sql`coalesce(sum(named.usage_rows) filter (where named.cost_status = 2), 0)`,
  assumed_requests: sql`sum(named.requests) filter (where named.cost_status = 2)`,
  assumed_cost: sql`sum(named.cost) filter (where named.cost_status = 2)`,
} as const;

/** Those that every row of an answer has as base_…; its cost is a metric, and text of so many digits takes time for thousands of rows. */
export const BASE_SHOWN = Object.keys(BASE).filter((name) => name !== 'cost');
