import { UsageError } from '../../errors.js';
import { integer, join, literal, type Sql, sql } from '../../sql.js';
import { SAMPLES } from './metric.js';

/** A number of a single call, told apart by limits: 'input_tokens:0,1k,10k'. */
export interface Range {
  /** Null where a row is no single call, or does not tell. */
  value: Sql;
  /** As they were written, ascending. */
  limits: string[];
}

const VALUES: Record<string, Sql> = {
  input_tokens: SAMPLES.input_tokens,
  output_tokens: SAMPLES.output_tokens,
  total_tokens: SAMPLES.tokens,
  latency_ms: SAMPLES.latency,
  ttft_ms: SAMPLES.ttft,
  cost: SAMPLES.cost,
};

/** The names that take limits. */
export const RANGE_NAMES: readonly string[] = Object.keys(VALUES);

/** Whether a dimension is one with limits. */
export function isRange(name: string): boolean {
  return RANGE_NAMES.some((range) => name === range || name.startsWith(`${range}:`));
}

/** The range a dimension names; a UsageError with an example if its limits are none. */
export function rangeOf(name: string): Range {
  const [what = '', list = ''] = name.split(':');
  const value = VALUES[what];
  const limits = list.split(',').map((limit) => limit.trim());
  const ascending = limits.every((limit, index) => index === 0 || amountOf(limit) > amountOf(limits[index - 1] ?? ''));
  if (value === undefined || !limits.every((limit) => LIMIT.test(limit)) || !ascending) {
    throw new UsageError(
      `'${name}' has no limits that ascend.\nWrite the lowest number of each range: --by ${what}:${what === 'cost' ? '0,0.01,0.1,1' : '0,1k,10k,100k'}.`,
    );
  }
  return { value, limits };
}

/** 1500, 1.5k, 2m. */
const LIMIT = /^\d{1,12}(\.\d{1,6})?[km]?$/i;

/** Of calls that lie in no range the key is 0, in the first 1, and so on: so ranges sort as people count. */
export function rangeKey({ value, limits }: Range): Sql {
  const tests = limits.toReversed().map((limit, index) => {
    const place = integer(limits.length - index);
    return sql`when ${value} >= cast(${literal(plainNumber(limit))} as decimal(38, 18)) then ${place}`;
  });
  return sql`case when (${value}) is null then null ${join(tests, ' ')} else 0 end`;
}

/** 'below 1k', '1k to 10k', '100k and more'. */
export function rangeLabel(key: Sql, { limits }: Range): Sql {
  const names = [`below ${limits[0]}`, ...limits.map((limit, index) => spanOf(limit, limits[index + 1]))];
  const cases = names.map((name, index) => sql`when ${integer(index)} then ${literal(name)}`);
  return sql`case ${key} ${join(cases, ' ')} end`;
}

function spanOf(from: string, to: string | undefined): string {
  return to === undefined ? `${from} and more` : `${from} to ${to}`;
}

function amountOf(limit: string): number {
  return Number.parseFloat(limit) * (/k$/i.test(limit) ? 1000 : /m$/i.test(limit) ? 1_000_000 : 1);
}

/** 1.5k → 1500, by moving the point. */
function plainNumber(limit: string): string {
  const places = /k$/i.test(limit) ? 3 : /m$/i.test(limit) ? 6 : 0;
  const [whole = '', rest = ''] = limit.replace(/[km]$/i, '').split('.');
  const digits = rest.padEnd(places, '0');
  const fraction = digits.slice(places);
  return `${whole}${digits.slice(0, places)}${fraction === '' ? '' : `.${fraction}`}`;
}
