import { INPUT_UNITS, OUTPUT_UNITS } from '../../names/dimensions.js';
import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import type { MeasureName } from './measures.js';

export type Unit = 'count' | 'tokens' | 'money' | 'percent' | 'ratio' | 'ms' | 'per_second' | 'per_minute';

/**
 * A value of a row that is no sum, but taken from the single requests of it: what is sampled, and which quantile. Quantiles are
 * exact and of the nearest rank: the smallest value that at least that part of the requests does not exceed.
 */
export interface Sample {
  of: keyof typeof SAMPLES;
  quantile: '0.5' | '0.95' | '0.99';
}

export interface Metric {
  unit: Unit;
  /** As a table heads it. */
  title: string;
  /** One sentence: what it is, and what it leaves out. */
  means: string;
  presets: readonly Preset[];
  /** What it is worked out from. */
  measures?: readonly MeasureName[];
  sample?: Sample;
  /** Needs the number of different customers. */
  customers?: true;
  /** Only known for buckets of time. */
  timed?: true;
  /** Over the measures of a row (aliased part) and of the total (aliased whole); null where it is not known. */
  value: Sql;
}

/** A metric of a certain unit. */
export type Of<U extends Unit> = Metric & { unit: U };

export const PRESETS = ['default', 'cost', 'tokens', 'latency', 'errors', 'all'] as const;
export type Preset = (typeof PRESETS)[number];

function rowSum(columns: readonly string[], units: readonly string[]): Sql {
  const counts = columns.map((column) => sql`coalesce(fact.${identifier(column)}, 0)`);
  const rare = units.map((unit) => sql`coalesce(fact.units[${literal(unit)}], 0)`);
  return sql`(${join(counts, ' + ')}
      + case when fact.units is null then 0 else cast(${join(rare, ' + ')} as bigint) end)`;
}

const INPUT = rowSum(
  ['uncached_input_tokens', 'cache_read_tokens', 'cache_write_tokens', 'cache_write_1h_tokens'],
  INPUT_UNITS,
);
const OUTPUT = rowSum(['text_output_tokens', 'reasoning_tokens'], OUTPUT_UNITS);

function ofOneCall(value: Sql): Sql {
  return sql`case when fact.requests = 1 then ${value} end`;
}

/** What is sampled: rows that stand for one request; what a row does not tell is left out. */
export const SAMPLES = {
  latency: ofOneCall(sql`fact.latency_ms`),
  ttft: ofOneCall(sql`fact.ttft_ms`),
  cost: ofOneCall(sql`fact.cost_usd`),
  tokens: ofOneCall(sql`${INPUT} + ${OUTPUT}`),
  input_tokens: ofOneCall(INPUT),
  output_tokens: ofOneCall(OUTPUT),
} as const satisfies Record<string, Sql>;

/** null if no row tells how many requests it stands for; then 0 would be wrong. */
export const REQUESTS = sql`case when part.usage_rows > 0 and part.unknown_rows = part.usage_rows then null else coalesce(part.requests, 0) end`;
/** Of requests that are all known and have a price, in a row of this alias. */
export function pricedRequests(row: Sql): Sql {
  return sql`case when ${row}.unknown_rows = 0 then coalesce(${row}.requests, 0) - coalesce(${row}.unpriced_requests, 0) end`;
}
export const PRICED_REQUESTS = pricedRequests(sql`part`);
export const NO_COST = sql`cast(0 as decimal(38, 18))`;
/** Null where usage has no price, 0 where there is no usage. */
export const COST = priced(sql`coalesce(part.cost, 0)`);

export function priced(cost: Sql): Sql {
  return sql`case when part.priced_rows > 0 then ${cost} when coalesce(part.usage_rows, 0) = 0 then ${NO_COST} end`;
}

export function measured(name: MeasureName): Sql {
  return sql`coalesce(part.${identifier(name)}, 0)`;
}

export function sum(name: MeasureName, title: string, means: string, presets: readonly Preset[]): Of<'tokens'> {
  return { unit: 'tokens', title, means, presets, measures: [name], value: measured(name) };
}

export function classCost(name: MeasureName, title: string, means: string): Of<'money'> {
  return { unit: 'money', title, means, presets: ['cost'], measures: [name], value: priced(measured(name)) };
}

/** Requests that failed with one class of error; null where nobody tells what became of them. */
export function errors(name: MeasureName, title: string, means: string): Of<'count'> {
  return {
    unit: 'count',
    title,
    means,
    presets: ['errors'],
    measures: [name, 'told_requests'],
    value: told(measured(name)),
  };
}

export function told(value: Sql): Sql {
  return sql`case when coalesce(part.usage_rows, 0) = 0 or part.told_requests > 0 then ${value} end`;
}

const WORDS = { '0.5': 'half', '0.95': '95 %', '0.99': '99 %' } as const;

export function quantile<U extends Unit>(sample: Sample, unit: U, what: string, presets: readonly Preset[]): Of<U> {
  const { of, quantile: q } = sample;
  const name = `${of === 'cost' ? 'cost' : of === 'tokens' ? 'tokens' : of} p${Number(q) * 100}`;
  return {
    unit,
    title: name,
    means: `The ${what} that ${WORDS[q]} of the requests do not exceed (exact, nearest rank).`,
    presets,
    sample,
    value: sql`part.${identifier(sampleColumn(sample))}`,
  };
}

/** The column of a row that holds a sampled value. */
export function sampleColumn({ of, quantile: q }: Sample): string {
  return `${of}_p${Number(q) * 100}`;
}

/** A whole without some of its parts. */
export function minus(whole: Sql, parts: readonly MeasureName[]): Sql {
  return parts.reduce((rest, name) => sql`${rest} - ${measured(name)}`, whole);
}
