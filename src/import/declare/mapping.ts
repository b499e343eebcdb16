import { UsageError } from '../../errors.js';
import { NATIVE_COLUMNS, type NativeColumn } from '../../names/native_columns.js';
import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import { textOf } from './convert.js';
import { caseTwin, type Path, parsePath, type Shape, withPath } from './fields.js';
import { constant, type Format, type Traits } from './format.js';
import { sameHeader } from './headers.js';
import { ownFormat } from './native_format.js';

/** `--map NAME=PATH` and `--set NAME=VALUE`, by name; a name mapped several times takes the first path that has something. */
export interface Mapping {
  map: ReadonlyMap<string, readonly string[]>;
  set: ReadonlyMap<string, string>;
}

/** Parts of a price: a file in which they are mapped is read by the mapping alone. */
const COUNTED: readonly string[] = [
  'input_tokens',
  'uncached_input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'cache_write_1h_tokens',
  'reasoning_tokens',
];
const TAG = /^tags?[:.](.+)$/;
/** What may be read or set besides, whatever the format. */
const ATTRIBUTED = {
  facts: ['request_id', 'trace_id', 'customer', 'user_id', 'session_id'],
  traits: [
    'provider',
    'model',
    'request_model',
    'operation',
    'service_tier',
    'speed',
    'region',
    'feature',
    'environment',
    'error_class',
    'billed_currency',
  ],
  numbers: ['attempt', 'http_status'],
  decimals: ['billed_cost'],
  durations: ['latency_ms', 'ttft_ms'],
} as const;
const SHORT: Readonly<Record<string, NativeColumn>> = { user: 'user_id', session: 'session_id', time: 'timestamp' };

/** Reads `NAME=VALUE` arguments; every name must be one of ours, every path of `--map` readable. */
export function mappingOf(map: readonly string[], set: readonly string[]): Mapping {
  const paths = new Map<string, readonly string[]>();
  for (const [name, path] of map.map((text) => pair('--map', text))) {
    if (parsePath(path) === undefined && !TAG.test(name) && path.trim() === '') throw unknownPath(path);
    paths.set(name, [...(paths.get(name) ?? []), path]);
  }
  return { map: paths, set: new Map(set.map((text) => pair('--set', text))) };
}

/** The mapping says where tokens stand: it describes a file of its own. */
export function describesFile({ map }: Mapping): boolean {
  return [...map.keys()].some((name) => COUNTED.includes(name));
}

function pair(option: string, text: string): [name: string, value: string] {
  const match = /^([^=]+)=(.+)$/s.exec(text);
  const given = match?.[1]?.trim() ?? '';
  const name = SHORT[given] ?? given;
  if (match === null) {
    throw new UsageError(`${option} '${text}' is not of the form NAME=${option === '--map' ? 'PATH' : 'VALUE'}.`);
  }
  if (!TAG.test(name) && !NATIVE_COLUMNS.some((known) => known === name)) {
    throw new UsageError(
      `${option} '${text}': there is no '${given}'.\nPossible are: ${NATIVE_COLUMNS.join(', ')}, tag:NAME.`,
    );
  }
  return [name, match[2] ?? ''];
}

function unknownPath(path: string): UsageError {
  return new UsageError(
    `--map: '${path}' is not a path.\nWrite keys with dots between them, for example metadata.tenant or items[0].id.`,
  );
}

type Reads = 'ndjson' | 'csv' | 'parquet';

const MAPPED: Readonly<Record<Reads, { name: string; title: string }>> = {
  ndjson: { name: 'mapped-jsonl', title: 'any JSON lines, read by --map' },
  csv: { name: 'mapped-csv', title: 'any CSV file, read by --map' },
  parquet: { name: 'mapped-parquet', title: 'any Parquet file, read by --map' },
};

/** A format made of a mapping alone: our own names, found where the mapping says, else under their own name; what is set is not looked for. */
export function mappedFormat(mapping: Mapping, reads: Reads): Format {
  let shape: Shape = {};
  const places = new Map<string, { at: string; value: Sql }>();
  for (const name of NATIVE_COLUMNS) {
    const paths = mapping.map.get(name);
    const found = paths === undefined ? ownName(shape, name, mapping.set.has(name)) : read(shape, paths, reads);
    shape = found.shape;
    places.set(name, { at: paths?.join(' or ') ?? name, value: found.value });
  }
  const { map, set } = mapping;
  const rest = new Map([...map].filter(([name]) => TAG.test(name)));
  const format = ownFormat({
    ...MAPPED[reads],
    reads,
    signature: reads === 'ndjson' ? sql`false` : [],
    fields: shape,
    at: (name) => places.get(name) ?? name,
  });
  return adapted(format, { map: rest, set });
}

/** A name that was not mapped: found under itself, unless the mapping reads inside of it. */
function ownName(shape: Shape, name: string, set: boolean): { shape: Shape; value: Sql } {
  const found = set ? undefined : withPath(shape, [name]);
  return found ?? { shape, value: sql`cast(null as varchar)` };
}

/** A format with a mapping on top: what is mapped comes first, the format's own value where there is none; what is set holds for every line. */
export function adapted(format: Format, mapping: Mapping): Format {
  const mapped = [...mapping.map].reduce((before, [name, paths]) => withMapped(before, name, paths), format);
  return [...mapping.set].reduce((before, [name, value]) => withSet(before, name, value), mapped);
}

function withMapped(format: Format, name: string, paths: readonly string[]): Format {
  const { grown: more, value } = readMore(format, name, paths);
  const at = { at: paths.join(' or '), value };
  const own = `mapped_${name}`;
  const text = textOf(value);
  const grown = { ...more, checks: stillMissing(format, name, text) };
  const tag = TAG.exec(name)?.[1];
  if (tag !== undefined) return withTag(grown, tag, text);
  if (name === 'timestamp') {
    return withCell(
      { ...grown, times: { ...format.times, [own]: at }, timeUnit: 'any' },
      'occurred_at',
      identifier(own),
    );
  }
  if (has(ATTRIBUTED.numbers, name))
    return withCell({ ...grown, numbers: { ...format.numbers, [own]: at } }, name, identifier(own));
  if (has(ATTRIBUTED.decimals, name))
    return withCell({ ...grown, decimals: { ...format.decimals, [own]: at } }, name, identifier(own));
  if (has(ATTRIBUTED.durations, name))
    return withCell({ ...grown, durations: { ...format.durations, [own]: at } }, name, identifier(own));
  if (has(ATTRIBUTED.facts, name) || has(ATTRIBUTED.traits, name)) return withCell(grown, name, text);
  throw new UsageError(
    `--map ${name}=…: ${format.name} tells this itself.\nLeave it out, or map the token counts as well to read the file by the mapping alone.`,
  );
}

function withSet(format: Format, name: string, value: string): Format {
  const tag = TAG.exec(name)?.[1];
  if (tag !== undefined) return withTag(format, tag, literal(value));
  if (name === 'timestamp') return withTime(format, value);
  if (has(ATTRIBUTED.traits, name))
    return { ...format, traits: { ...format.traits, [name]: constant(value) }, checks: withoutMissing(format, name) };
  if (has(ATTRIBUTED.facts, name)) return { ...format, facts: { ...format.facts, [name]: constant(value) } };
  throw new UsageError(
    `--set ${name}=…: this differs from call to call and cannot be set.\nPossible are: timestamp, ${[...ATTRIBUTED.facts, ...ATTRIBUTED.traits].join(', ')}, tag:NAME.`,
  );
}

/** For lines that have no time of their own. */
function withTime(format: Format, value: string): Format {
  const time = new Date(
    /^\d{4}-\d{2}-\d{2}([T ][\d:.]+)?$/.test(value)
      ? `${value.replace(' ', 'T')}${value.includes(':') ? 'Z' : ''}`
      : value,
  );
  if (Number.isNaN(time.getTime())) {
    throw new UsageError(
      `--set timestamp=${value} is not a time.\nUse for example 2026-10-01 or 2026-10-01T12:00:00Z.`,
    );
  }
  const set = sql`cast(cast(${literal(time.toISOString())} as timestamptz) as timestamp)`;
  const own = format.facts.occurred_at;
  return {
    ...format,
    facts: { ...format.facts, occurred_at: own === null || 'constant' in own ? set : sql`coalesce(${own}, ${set})` },
    checks: withoutMissing(format, 'timestamp'),
    dated: false,
  };
}

/** What is set cannot be missing. */
export function withoutMissing(format: Format, name: string): Format['checks'] {
  return format.checks.filter((check) => check.missing !== name);
}

/** What is mapped is missing only where nothing stands in its place. */
function stillMissing(format: Format, name: string, text: Sql): Format['checks'] {
  return format.checks.map((check) =>
    check.missing === name ? { ...check, when: sql`(${check.when}) and ${text} is null` } : check,
  );
}

function withCell(format: Format, name: keyof Format['facts'] | keyof Traits, value: Sql): Format {
  const inFacts = name in format.facts;
  const own = { ...format.traits, ...format.facts }[name];
  const cell = own === null ? value : 'constant' in own ? value : sql`coalesce(${value}, ${own})`;
  return inFacts
    ? { ...format, facts: { ...format.facts, [name]: cell } }
    : { ...format, traits: { ...format.traits, [name]: cell } };
}

/** A format with a tag more, from a text; null adds nothing. */
export function withTag(format: Format, tag: string, value: Sql): Format {
  const own = format.facts.tags;
  const added = sql`case when ${value} is not null then map([${literal(tag)}], [${value}]) end`;
  const tags =
    own === null || 'constant' in own
      ? added
      : sql`case when ${value} is null then ${own} when ${own} is null then ${added} else map_concat(${own}, ${added}) end`;
  return { ...format, facts: { ...format.facts, tags } };
}

/** To whom or to what a call belongs may stand on the span around it. */
const OF_TRACE = ['customer', 'feature', 'environment', 'user_id', 'session_id'];

/** A format that reads what paths lead to as well, and the first of it that has something. */
function readMore(format: Format, name: string, paths: readonly string[]): { grown: Format; value: Sql } {
  let grown = format;
  const values = paths.map((path) => {
    const list = format.attributeLists?.find((one) => path.startsWith(`${one}.`));
    if (list === undefined) {
      const { shape, value } = read(grown.fields, [path], format.reads);
      grown = { ...grown, fields: shape };
      return value;
    }
    const key = path.slice(list.length + 1).replaceAll('"', '');
    const column = `attribute:${path}`;
    const attribute = { list, key, ofTrace: OF_TRACE.includes(name) || TAG.test(name) };
    grown = { ...grown, attributes: { ...grown.attributes, [column]: attribute } };
    return textOf(identifier(`$${column}`));
  });
  return { grown, value: values.length === 1 ? (values[0] ?? sql`null`) : sql`coalesce(${join(values)})` };
}

/** The first of several paths that has something. A CSV header is taken as it stands, dots and all. */
function read(shape: Shape, paths: readonly string[], reads: Format['reads']): { shape: Shape; value: Sql } {
  let grown = shape;
  const values = paths.map((text) => {
    const path = reads === 'csv' || reads === 'parquet' ? [headerIn(grown, text)] : checkedPath(text);
    const twin = caseTwin(grown, path);
    if (twin !== undefined)
      throw new UsageError(
        `--map: '${twin.key}' and '${twin.twin}' differ in case only, and this format reads '${twin.twin}'.\nOnly one of them can be read.`,
      );
    const found = withPath(grown, path);
    if (found === undefined)
      throw new UsageError(`--map: '${text}' is an object in this format.\nName one of the values in it.`);
    grown = found.shape;
    return textOf(found.value);
  });
  return { shape: grown, value: values.length === 1 ? (values[0] ?? sql`null`) : sql`coalesce(${join(values)})` };
}

/** A header as the shape writes it already, else as it is given. */
function headerIn(shape: Shape, text: string): string {
  return Object.keys(shape).find((key) => sameHeader(key, text)) ?? text.trim();
}

function checkedPath(text: string): Path {
  const path = parsePath(text);
  if (path === undefined) throw unknownPath(text);
  return path;
}

function has<T extends string>(names: readonly T[], name: string): name is T {
  return names.some((known) => known === name);
}
