import { NATIVE_COLUMNS } from '../names/native_columns.js';
import { either, keyed, list, object, oneOf, optional, parsed, type Read, ruled, words } from './schema.js';

/** The section `formats` of llmcost.yaml: files of one's own, and where in them the columns of usage stand. */

/** What may be the same in every row of a file. */
const SET_NAMES = [
  'timestamp',
  'request_id',
  'trace_id',
  'customer',
  'user_id',
  'session_id',
  'provider',
  'model',
  'request_model',
  'operation',
  'service_tier',
  'speed',
  'region',
  'feature',
  'environment',
  'billed_currency',
];

/** How much of what is stored one of what is written stands for, as a decimal, by column and unit. */
const UNITS: readonly { names: RegExp; units: Readonly<Record<string, string>> }[] = [
  { names: /^(latency|ttft)_ms$/, units: { s: '1000', ms: '1', us: '0.001', ns: '0.000001' } },
  { names: /_tokens$|^requests$/, units: { '1': '1', '1k': '1000', '1m': '1000000' } },
  { names: /^billed_cost$/, units: { '1': '1', cents: '0.01', micros: '0.000001' } },
];
const TIMES: readonly string[] = ['timestamp', 'bucket_end'];
const EPOCHS = ['epoch_s', 'epoch_ms', 'epoch_us', 'epoch_ns'] as const;

type Broken = { key: string; sentence: string } | undefined;

const FROM = 'where the value stands: a path in the JSON, or a column of the CSV';

/** Where the value of a column stands, and how it is written. */
export interface ColumnEntry {
  from: string;
  unit?: string;
  format?: string;
  zone?: string;
}

const column = either(
  parsed((text): ColumnEntry | undefined => (text === '' ? undefined : { from: text }), FROM),
  object({
    from: words(FROM),
    unit: optional(words('a unit, such as s, 1k or cents')),
    format: optional(
      parsed(timeFormat, `${EPOCHS.join(', ')} or a pattern such as '%d.%m.%Y %H:%M:%S', as strptime takes it`),
    ),
    zone: optional(parsed(zoneOf, 'a time zone, such as Europe/Berlin')),
  }),
);

export type FormatColumn = Read<typeof column>;

function timeFormat(text: string): string | undefined {
  const known = EPOCHS.some((name) => name === text);
  return known || /^([^%]|%-?[aAbBcdfGgHIjmMnpSuUVwWxXyYzZ%])*$/.test(text.includes('%') ? text : '%?')
    ? text
    : undefined;
}

function zoneOf(text: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const isTag = (name: string) => /^tag:./.test(name);
const isColumn = (name: string) => isTag(name) || NATIVE_COLUMNS.some((known) => known === name);
const isSet = (name: string) => isTag(name) || SET_NAMES.includes(name);

const columns = ruled(keyed(isColumn, `${NATIVE_COLUMNS.join(', ')}, tag:NAME`, column), (entries) => {
  const faults = Object.entries(entries).map(([name, one]) => columnRule(name, one));
  return faults.find((fault) => fault !== undefined);
});

function columnRule(name: string, { unit, format, zone }: FormatColumn): Broken {
  if (unit !== undefined && unitFactor(name, unit) === undefined) {
    const known = UNITS.find(({ names }) => names.test(name));
    const sentence =
      known === undefined
        ? 'has no unit: it is no duration, count or cost.'
        : `cannot be in '${unit}': its unit must be one of ${Object.keys(known.units).join(', ')}.`;
    return { key: name, sentence };
  }
  const given = format !== undefined ? 'format' : zone !== undefined ? 'zone' : undefined;
  if (given !== undefined && !TIMES.includes(name)) {
    return { key: name, sentence: `has no ${given}: that is for ${TIMES.join(' and ')}.` };
  }
  return undefined;
}

/** What a value in a unit is multiplied by, as a decimal; undefined if the column has no such unit. */
export function unitFactor(name: string, unit: string): string | undefined {
  const known = UNITS.find(({ names }) => names.test(name))?.units ?? {};
  return Object.hasOwn(known, unit) ? known[unit] : undefined;
}

const entry = ruled(
  object({
    name: parsed(
      (text) => (/^[a-z0-9][a-z0-9._-]*$/i.test(text) ? text : undefined),
      'a name of letters, digits, dots and dashes',
    ),
    title: optional(words('a few words')),
    reads: oneOf(['csv', 'jsonl', 'json']),
    records: optional(
      parsed(
        (text) => (/^[^.[\]]+(\.[^.[\]]+)*\[\*\](\.[^.[\]]+(\.[^.[\]]+)*\[\*\])*$/.test(text) ? text : undefined),
        'the path of a list, such as data[*] or data[*].results[*]',
      ),
    ),
    delimiter: optional(
      parsed(
        (text) => (text === 'tab' || text === '\\t' ? '\t' : text.length === 1 ? text : undefined),
        "one character, or 'tab'",
      ),
    ),
    decimals: optional(oneOf(['point', 'comma'])),
    signature: list(words('what must be there: a path in the JSON, or a column of the CSV')),
    counts: optional(oneOf(['inclusive', 'exclusive'])),
    reasoning: optional(oneOf(['inclusive', 'exclusive'])),
    columns,
    set: optional(keyed(isSet, `${SET_NAMES.join(', ')}, tag:NAME`, words('a value'))),
    skip: optional(list(words("a condition, such as 'type!=call'"))),
  }),
  entryRule,
);

export type FormatEntry = Read<typeof entry>;

/** What the section is declared as. */
export const FORMATS = list(entry);

function entryRule({ reads, records, delimiter, decimals, signature, columns: places, set = {} }: EntryKeys): Broken {
  if (reads !== 'json' && records !== undefined) return { key: 'records', sentence: 'goes with reads: json.' };
  if (reads !== 'csv' && (delimiter ?? decimals) !== undefined) {
    return { key: delimiter === undefined ? 'decimals' : 'delimiter', sentence: 'goes with reads: csv.' };
  }
  if (signature.length === 0) {
    return { key: 'signature', sentence: 'must name at least one thing that only such files have.' };
  }
  const has = (name: string) => Object.hasOwn(places, name) || Object.hasOwn(set, name);
  if (!has('model') && !has('request_model')) return { key: 'columns', sentence: 'must say where the model stands.' };
  if (!has('timestamp'))
    return { key: 'columns', sentence: 'must say where the timestamp stands, or set must have it.' };
  if (set.timestamp !== undefined && !/^\d{4}-\d{2}-\d{2}([T ][\d:.]+Z?)?$/.test(set.timestamp)) {
    return { key: 'set', sentence: 'must have a timestamp such as 2026-10-01 or 2026-10-01T12:00:00Z.' };
  }
  return undefined;
}

interface EntryKeys {
  reads: string;
  records?: string;
  delimiter?: string;
  decimals?: string;
  signature: string[];
  columns: Record<string, FormatColumn>;
  set?: Record<string, string>;
}
