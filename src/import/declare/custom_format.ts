import type { FormatColumn, FormatEntry } from '../../config/formats.js';
import { UsageError } from '../../errors.js';
import { NATIVE_COLUMNS, type NativeColumn } from '../../names/native_columns.js';
import { identifier, type Sql, sql } from '../../sql.js';
import { FORMATS } from '../formats/index.js';
import { textOf } from './convert.js';
import {
  askedOf,
  askedSql,
  type Finding,
  type Found,
  listsOf,
  placeOf,
  rowsOf,
  signatureOf,
} from './custom_format_paths.js';
import { timeText } from './custom_format_times.js';
import { constant, type Format } from './format.js';
import { adapted, withTag } from './mapping.js';
import { ownFormat } from './native_format.js';

/** A format of llmcost.yaml, checked, and what tells where in the file a key of it stands. */
export interface DeclaredFormats {
  entries: readonly FormatEntry[];
  where: (...path: (string | number)[]) => string;
  /** What one unit stands for, as a decimal; see src/config/formats.ts. */
  factor: (name: string, unit: string) => string | undefined;
}

/** The formats of llmcost.yaml as declarations like those of the program. Throws UsageError that names file, line and key. */
export function namedFormats({ entries, where, factor }: DeclaredFormats): Format[] {
  return entries.map((entry, index) => {
    const at: Where = (...keys) => where('formats', index, ...keys);
    const other = [...FORMATS, ...entries.slice(0, index)].find(({ name }) => name === entry.name);
    if (other !== undefined) {
      throw new UsageError(`${at('name')}: there is a format '${entry.name}' already.\nGive it another name.`);
    }
    return namedFormat(entry, { at, factor });
  });
}

type Where = (...keys: (string | number)[]) => string;

interface Naming {
  at: Where;
  factor: DeclaredFormats['factor'];
}

type Place = { at: string; value: Sql };

function namedFormat(entry: FormatEntry, { at, factor }: Naming): Format {
  const { reads, records, name, counts = 'inclusive', reasoning = 'inclusive' } = entry;
  const finding = (...keys: (string | number)[]): Finding => ({ reads, records, where: at(...keys) });
  const columns = Object.entries(entry.columns);
  // A value that is read as a whole must be known before what is read inside of it.
  columns.sort(([, { from: one }], [, { from: other }]) => one.split('.').length - other.split('.').length);
  let found: Found = { fields: {}, beside: listsOf(records).map(() => ({})) };
  const read = (from: string, where: Finding): Sql => {
    const place = placeOf(found, from, where);
    found = place.found;
    return textOf(place.value);
  };
  const values = new Map(columns.map(([key, { from }]) => [key, read(from, finding('columns', key, 'from'))]));
  const skip = (entry.skip ?? []).map((text, index) => {
    const asked = askedOf(text);
    return { reason: `rows of ${text}`, when: askedSql(asked, read(asked.path, finding('skip', index))) };
  });
  const times = timesOf(entry, values);
  const format = ownFormat({
    name,
    title: entry.title ?? 'a format of llmcost.yaml',
    reads: reads === 'csv' ? 'csv' : records === undefined ? 'ndjson' : 'json',
    signature: reads === 'csv' ? entry.signature : signatureOf(entry.signature, finding('signature')),
    fields: found.fields,
    at: (field) => placedAt(field, { entry, values, times, exclusive: counts === 'exclusive' }),
  });
  const whole: Format = {
    ...format,
    rows: rowsOf(records, found.beside),
    skip,
    computed: [times],
    csv: { delimiter: entry.delimiter, decimals: entry.decimals },
    scaled: scalesOf(entry, factor),
  };
  return set(counted(whole, { counts, reasoning }), entry, values);
}

/** The times that are written in a way of their own, as a step before all others. */
function timesOf({ columns }: FormatEntry, values: ReadonlyMap<string, Sql>): Record<string, Sql> {
  const written = Object.entries(columns).flatMap(([name, { format, zone }]): [string, Sql][] => {
    const value = values.get(name);
    if (value === undefined || (format ?? zone) === undefined) return [];
    return [[`$written:${name}`, timeText(value, { format, zone })]];
  });
  return Object.fromEntries(written);
}

interface Placing {
  entry: FormatEntry;
  values: ReadonlyMap<string, Sql>;
  times: Readonly<Record<string, Sql>>;
  exclusive: boolean;
}

/** Where a column of ours stands; what is not declared is not there. */
function placedAt(field: NativeColumn, { entry, values, times, exclusive }: Placing): Place {
  const none = sql`cast(null as varchar)`;
  const column = columnOf(entry, field);
  const label = { at: column?.from ?? field, value: none };
  // The count of a prompt without what is cached is what is stored.
  if (exclusive && field === 'input_tokens') return label;
  if (exclusive && field === 'uncached_input_tokens' && column === undefined) {
    const input = columnOf(entry, 'input_tokens');
    return input === undefined ? label : { at: input.from, value: values.get('input_tokens') ?? none };
  }
  const written = `$written:${field}`;
  if (Object.hasOwn(times, written)) return { ...label, value: identifier(written) };
  return { ...label, value: values.get(field) ?? none };
}

function columnOf({ columns }: FormatEntry, name: NativeColumn): FormatColumn | undefined {
  return Object.hasOwn(columns, name) ? columns[name] : undefined;
}

/** How the numbers of our own names are called among the converted ones of `ownFormat`. */
const NUMBERS: Partial<Record<NativeColumn, string>> = {
  requests: 'requests_given',
  input_tokens: 'input',
  uncached_input_tokens: 'uncached',
  output_tokens: 'output',
  cache_read_tokens: 'cache_read',
  cache_write_tokens: 'cache_write',
  cache_write_1h_tokens: 'cache_write_1h',
  reasoning_tokens: 'reasoning',
  input_audio_tokens: 'input_audio',
  input_image_tokens: 'input_image',
  cache_read_audio_tokens: 'cache_read_audio',
  output_audio_tokens: 'output_audio',
  output_image_tokens: 'output_image',
  max_output_tokens: 'max_output',
  latency_ms: 'latency',
  ttft_ms: 'ttft',
  billed_cost: 'billed',
};

function scalesOf({ columns, counts }: FormatEntry, factor: DeclaredFormats['factor']): Record<string, string> {
  const scales = NATIVE_COLUMNS.flatMap((name): [string, string][] => {
    const unit = columns[name]?.unit;
    const by = unit === undefined ? undefined : factor(name, unit);
    if (by === undefined || by === '1') return [];
    const moved = counts === 'exclusive' && name === 'input_tokens' ? 'uncached' : NUMBERS[name];
    return moved === undefined ? [] : [[moved, by]];
  });
  return Object.fromEntries(scales);
}

/** What is counted outside of the whole prompt, or of the whole answer. */
function counted(format: Format, { counts, reasoning }: Pick<FormatEntry, 'counts' | 'reasoning'>): Format {
  const facts = { ...format.facts };
  if (counts === 'exclusive')
    facts.uncached_input_tokens = sql`uncached - coalesce(input_audio, 0) - coalesce(input_image, 0)`;
  if (reasoning === 'exclusive')
    facts.text_output_tokens = sql`output - coalesce(output_audio, 0) - coalesce(output_image, 0)`;
  const convention = counts === 'exclusive' ? constant('exclusive') : format.traits.token_convention;
  return { ...format, facts, traits: { ...format.traits, token_convention: convention } };
}

/** Tags, and what is the same in every row. */
function set(format: Format, entry: FormatEntry, values: ReadonlyMap<string, Sql>): Format {
  const tags = [...values].filter(([name]) => name.startsWith('tag:'));
  const tagged = tags.reduce((before, [name, value]) => withTag(before, name.slice('tag:'.length), value), format);
  return adapted(tagged, { map: new Map(), set: new Map(Object.entries(entry.set ?? {})) });
}
