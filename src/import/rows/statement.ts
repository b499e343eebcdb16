import { decimal, identifier, integer, join, literal, type Sql, sql } from '../../sql.js';
import {
  decimalNumber,
  type NumberStyle,
  plausibleTime,
  roundedNumber,
  scaledDecimal,
  scaledRounded,
  scaledWhole,
  textOf,
  timeOf,
  visibleName,
  wholeNumber,
} from '../declare/convert.js';
import { tokenSteps, unknownNames } from '../declare/counts.js';
import { placeSql, type Shape } from '../declare/fields.js';
import {
  type AnyFormat,
  type Cell,
  type Facts,
  type Format,
  isLedger,
  type Place,
  TRAIT_NAMES,
  type TraitName,
} from '../declare/format.js';
import { columnOf } from '../declare/headers.js';
import type { CsvLayout } from '../read/csv.js';
import { callKey } from './event_key.js';
import { troubleOf, unread } from './row_checks.js';
import { unitsOf } from './units.js';

/** The lines of a file, read: a query whose columns are named as `field` names them, and how numbers are written. */
export interface Lines {
  query: Sql;
  style: NumberStyle;
  /** How the file is laid out, if it is CSV. */
  csv?: CsvLayout;
  /** They are of many short files. */
  ofShortFiles?: boolean;
}

const TRAIT_TYPES: Partial<Record<TraitName, Sql>> = {
  http_status: sql`integer`,
  attempt: sql`integer`,
  bucket_seconds: sql`bigint`,
  max_output_tokens: sql`bigint`,
  gateway_cached: sql`boolean`,
  has_tools: sql`boolean`,
  has_images: sql`boolean`,
  has_json_schema: sql`boolean`,
};

/** The column types of usage_fact. */
export const FACT_TYPES: Readonly<Record<keyof Facts, Sql>> = {
  request_id: sql`varchar`,
  trace_id: sql`varchar`,
  occurred_at: sql`timestamp`,
  requests: sql`bigint`,
  uncached_input_tokens: sql`bigint`,
  cache_read_tokens: sql`bigint`,
  cache_write_tokens: sql`bigint`,
  cache_write_1h_tokens: sql`bigint`,
  text_output_tokens: sql`bigint`,
  reasoning_tokens: sql`bigint`,
  latency_ms: sql`bigint`,
  ttft_ms: sql`bigint`,
  customer: sql`varchar`,
  user_id: sql`varchar`,
  session_id: sql`varchar`,
  tags: sql`map(varchar, varchar)`,
  billed_cost: sql`decimal(38, 18)`,
};

export const FACT_NAMES = Object.keys(FACT_TYPES) as (keyof Facts)[];

/** The column type of a trait in usage_profile. */
export function traitType(name: TraitName): Sql {
  return TRAIT_TYPES[name] ?? sql`varchar`;
}

/** How a trait is called beside the facts of a call. */
export function traitColumn(name: TraitName): Sql {
  return identifier(`trait_${name}`);
}

/** Traits that differ from line to line; the others are the same in the whole file. */
export function varyingTraits(format: Format): TraitName[] {
  return TRAIT_NAMES.filter((name) => {
    const cell = format.traits[name];
    return cell !== null && !('constant' in cell);
  });
}

/** What combinations of traits must have to be those of a file: the traits that are the same in all of its lines. */
export function fixedTraits(format: Format): Sql[] {
  const varying = varyingTraits(format);
  const fixed = TRAIT_NAMES.filter((name) => !varying.includes(name));
  return fixed.map(
    (name) => sql`${traitColumn(name)} is not distinct from ${cellSql(format.traits[name], traitType(name))}`,
  );
}

/**
 * The usage of lines: one row for every line, in steps (see Format). `trouble` is null for good usage, `skip:REASON`
 * for lines that are none, `bad` for lines that cannot be right.
 */
export function usageOf(format: Format, lines: Lines): Sql {
  return sql`
    with ${typedLines(format, lines)},
    ${calls(format, sql`(select *, ${troubleOf(format)} as trouble from typed) as marked`)}
    select * from call`;
}

/**
 * The same, but what is no usage is counted first, so that nothing is worked out of it: one row for all lines of a file
 * with the same trouble. `lines` says how many a row stands for; `unread` is the trouble of lines that gave no field, and
 * `usage` that of the row that counts the good ones: where each reader of `marked` had a condition on the trouble, DuckDB
 * would work it out twice.
 */
export function stagedUsageOf(format: Format, lines: Lines): Sql {
  const unreadable = join([sql`false`, ...unread(format)], ' or ');
  return sql`
    with ${typedLines(format, lines)},
    marked as materialized (
      select *, case when ${unreadable} then 'unread' else ${troubleOf(format)} end as trouble from typed
    ),
    ${calls(format, sql`marked where trouble is null`)}
    select *, 1 as lines from call
    union all by name
    select file_number as file, coalesce(trouble, 'usage') as trouble, count(*) as lines from marked group by all`;
}

/** What names somebody: two spellings that look alike must be one. */
const NAMES = ['customer', 'user_id'] as const satisfies readonly (keyof Facts)[];

/** The steps `made` and `call`: what is known of the calls of marked lines. */
function calls(format: Format, marked: Sql): Sql {
  return sql`made as (
      select
        ${join(
          FACT_NAMES.map((name) => sql`${cellSql(format.facts[name], FACT_TYPES[name])} as ${identifier(name)}`),
          ',\n        ',
        )},
        ${unitsOf(format)} as units,
        ${join(
          TRAIT_NAMES.map((name) => sql`${cellSql(format.traits[name], traitType(name))} as ${traitColumn(name)}`),
          ',\n        ',
        )},
        file_number as file,
        ${format.key ?? sql`null`} as own_key,
        ${namesOf(format)} as unknown_names,
        trouble
      from ${marked}
    ),
    call as (
      select
        * exclude (own_key, trouble)
          replace (${join(NAMES.map((name) => sql`${visibleName(identifier(name))} as ${identifier(name)}`))}),
        case when trouble is null and least(${join(COUNTS.map((name) => identifier(name)))}) < 0 then 'bad' else trouble end as trouble,
        ${callKey(format.key === undefined ? sql`request_id` : sql`own_key`)} as event_key
      from made
    )`;
}

/** Names under which a line counts tokens that no rule knows: a list of `{name, tokens}`. */
function namesOf({ told }: Format): Sql {
  const names = told === undefined ? undefined : unknownNames(told);
  return sql`cast(${names ?? sql`null`} as struct(name varchar, tokens bigint)[])`;
}

/** The steps `read` and `typed` of a statement: the lines with all their values converted. */
export function typedLines(format: AnyFormat, lines: Lines): Sql {
  // Short files come in vectors of a few lines, and every step costs the same for few lines as for many: 10 times as much.
  const gathered = lines.ofShortFiles === true ? sql`materialized ` : sql``;
  return sql`read as ${gathered}(
      ${lines.query}
    ),
    typed as (${withTokens(
      format,
      sql`
      select
        *,
        ${join(conversions(format, lines), ',\n        ')}
      from (${withTimes(format)}) as timed
    `,
    )})`;
}

/** Converted lines with the token classes that their counts make. */
function withTokens(format: AnyFormat, converted: Sql): Sql {
  if (isLedger(format) || format.told === undefined) return converted;
  const lines = tokenSteps(format.told).reduce(withComputed, sql`(${converted}) as converted`);
  return sql`select * from ${lines}`;
}

/** What a call cannot have less than none of. */
export const COUNTS = [
  'uncached_input_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'cache_write_1h_tokens',
  'text_output_tokens',
  'reasoning_tokens',
  'requests',
  'latency_ms',
] as const satisfies readonly (keyof Facts)[];

interface Conversion {
  type: Sql;
  plain: (text: Sql, style: NumberStyle) => Sql;
  scaled: (text: Sql, style: NumberStyle, factor: Sql) => Sql;
}

function conversions(format: AnyFormat, { style, csv }: Pick<Lines, 'style' | 'csv'>): Sql[] {
  // A column that the file does not have need not be looked at in every row: 5 % of an import.
  const absent = (place: Place) => csv !== undefined && typeof place === 'string' && columnOf(csv.headers, place) < 0;
  const of = (places: Readonly<Record<string, Place>>, { type, plain, scaled }: Conversion) =>
    Object.entries(places).map(([name, place]) => {
      const factor = format.scaled?.[name];
      const read = (text: Sql) => (factor === undefined ? plain(text, style) : scaled(text, style, decimal(factor)));
      const value = absent(place) ? sql`cast(null as ${type})` : read(placeSql(place));
      return sql`${value} as ${identifier(name)}`;
    });
  const all = [
    ...of(format.numbers, { type: sql`bigint`, plain: wholeNumber, scaled: scaledWhole }),
    ...of(format.decimals, { type: sql`decimal(38, 18)`, plain: decimalNumber, scaled: scaledDecimal }),
    ...of(format.durations ?? {}, { type: sql`bigint`, plain: roundedNumber, scaled: scaledRounded }),
    ...Object.keys(format.times).map((name) => sql`${plausibleTime(timeColumn(name))} as ${identifier(name)}`),
  ];
  return all.length === 0 ? [sql`null as nothing_to_convert`] : all;
}

/** The lines with their times read, which `conversions` then looks at. */
function withTimes({ fields, times, timeUnit, computed, carried }: AnyFormat): Sql {
  const whole = completed(fields, computed ?? []);
  const lines = carried === undefined ? whole : carriedOn(carried, whole);
  const read = Object.entries(times).map(
    ([name, place]) => sql`, ${timeOf(placeSql(place), timeUnit)} as ${timeColumn(name)}`,
  );
  return sql`select *${join(read, '')} from ${lines}`;
}

/** How a time is called before it is known to be plausible. */
function timeColumn(name: string): Sql {
  return identifier(`$at:${name}`);
}

function carriedOn(carried: Readonly<Record<string, Sql>>, lines: Sql): Sql {
  return sql`(select *, ${named(carried)} from (select *, row_number() over () as line_order from ${lines}) as ordered) as carried`;
}

/** Lines with the values of `computed`; one that is called as a field or a value of an earlier step takes its place. */
function completed(fields: Shape, steps: readonly Readonly<Record<string, Sql>>[]): Sql {
  const names = new Set(Object.keys(fields).map((key) => `$${key}`));
  return steps.reduce((lines, step) => {
    const values = Object.entries(step);
    const again = Object.fromEntries(values.filter(([name]) => names.has(name)));
    const fresh = Object.fromEntries(values.filter(([name]) => !names.has(name)));
    for (const [name] of values) names.add(name);
    const replaced = Object.keys(again).length === 0 ? sql`` : sql` replace (${named(again)})`;
    const added = Object.keys(fresh).length === 0 ? sql`` : sql`, ${named(fresh)}`;
    return sql`(select *${replaced}${added} from ${lines}) as computed`;
  }, sql`read`);
}

/** A step of its own for the database: what is used in several expressions of one step may be worked out several times. */
function withComputed(lines: Sql, step: Readonly<Record<string, Sql>>): Sql {
  return sql`(select *, ${named(step)} from ${lines}) as computed`;
}

function named(values: Readonly<Record<string, Sql>>): Sql {
  return join(Object.entries(values).map(([name, value]) => sql`${value} as ${identifier(name)}`));
}

/** A column of usage, or of the ledger, in its type. */
export function cellSql(cell: Cell, type: Sql): Sql {
  if (cell === null) return sql`cast(null as ${type})`;
  if (!('constant' in cell)) return type.text === 'varchar' ? textOf(cell) : sql`try_cast(${cell} as ${type})`;
  const { constant } = cell;
  if (typeof constant === 'string') return sql`cast(${literal(constant)} as ${type})`;
  if (typeof constant === 'number') return sql`cast(${integer(constant)} as ${type})`;
  return constant ? sql`true` : sql`false`;
}
