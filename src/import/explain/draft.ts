import { guessOf, NAMES } from '../declare/likely_names.js';
import { holdsObjects } from '../identify/read_plan.js';
import { csvLayout, csvRecordsOf } from '../read/csv.js';
import { parseJson } from '../read/parse_json.js';

/** What a file shows of itself. */
export type Seen = { headers: readonly string[] } | { lines: readonly string[] };

const OBJECTS = 50;
const DEPTH = 6;

/** A field of a file nobody knows: a header or a path, and some of its values. */
interface Field {
  path: string;
  values: string[];
}

/** A draft for the section `formats` of llmcost.yaml, guessed from names and the shape of values; and what the file shows. */
export function draftOf(head: string, name: string, cutUp: boolean): { draft: string; seen: Seen } {
  if (!holdsObjects(head)) {
    const { delimiter, headers } = csvLayout(head, name, []);
    const records = csvRecordsOf(head, delimiter).slice(1);
    const fields = headers.flatMap((path, index) =>
      path === ''
        ? []
        : [{ path, values: records.map((record) => record[index]?.trim() ?? '').filter((text) => text !== '') }],
    );
    return { draft: written({ reads: 'csv', name, fields }), seen: { headers } };
  }
  const lines = head.split('\n').filter((line) => line.trim() !== '');
  const { records, fields } = rowsIn(lines.slice(0, OBJECTS).flatMap(objectOf));
  const reads = cutUp || records !== undefined ? 'json' : 'jsonl';
  return { draft: written({ reads, name, records, fields }), seen: { lines: lines.slice(0, OBJECTS) } };
}

/** A column that a format misses, and the field of the file that is likely meant. */
export interface Proposal {
  column: string;
  path: string;
}

/** For columns that are missing, the fields of a file whose names say that they hold them. */
export function proposalsFor(missing: readonly string[], seen: Seen): Proposal[] {
  const paths =
    'headers' in seen
      ? seen.headers.filter((header) => header !== '')
      : fieldsOf(seen.lines.slice(0, OBJECTS).flatMap(objectOf)).map(({ path }) => path);
  return missing.flatMap((column) => {
    const path = paths.find((one) => one !== column && guessOf(column, one));
    return path === undefined ? [] : [{ column, path }];
  });
}

/** Goes down the lists to rows that count tokens; what stands beside the lists keeps the way to it. */
function rowsIn(objects: readonly Json[]): { records?: string; fields: Field[] } {
  const beside: Field[] = [];
  let [rows, way] = [objects, ''];
  for (let level = 0; level < DEPTH; level++) {
    const list = recordsOf(rows);
    if (list === undefined) break;
    const before = way === '' ? '$.' : `${way}.`;
    beside.push(...fieldsOf(rows).map(({ path, values }) => ({ path: `${before}${path}`, values })));
    rows = rows.flatMap((one) => listAt(one, list));
    way = `${way === '' ? '' : `${way}.`}${list.join('.')}[*]`;
  }
  const fields = [...fieldsOf(rows), ...beside];
  return way === '' ? { fields } : { records: way, fields };
}

type Json = { readonly [key: string]: unknown };

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectOf(line: string): Json[] {
  try {
    const value: unknown = parseJson(line);
    return isObject(value) ? [value] : [];
  } catch {
    // The last line of the head may be cut off.
    return [];
  }
}

/** The longest list of objects in the first object, if it has no token counts of its own: `data[*]`. */
function recordsOf([first]: readonly Json[]): string[] | undefined {
  if (first === undefined) return undefined;
  const lists = listsIn(first, []).sort((one, other) => other.length - one.length);
  const own = fieldsOf([first]).some(({ path }) => guessOf('input_tokens', path) || guessOf('output_tokens', path));
  return own ? undefined : lists[0]?.path;
}

function listsIn(value: Json, path: readonly string[]): { path: string[]; length: number }[] {
  if (path.length >= DEPTH) return [];
  return Object.entries(value).flatMap(([key, part]) => {
    if (Array.isArray(part)) return part.some(isObject) ? [{ path: [...path, key], length: part.length }] : [];
    return isObject(part) ? listsIn(part, [...path, key]) : [];
  });
}

function listAt(value: Json, path: readonly string[]): Json[] {
  const found = path.reduce<unknown>((part, key) => (isObject(part) ? part[key] : undefined), value);
  return Array.isArray(found) ? found.filter(isObject).slice(0, OBJECTS) : [];
}

function fieldsOf(rows: readonly Json[]): Field[] {
  const values = new Map<string, string[]>();
  for (const row of rows) {
    for (const [path, text] of scalarsIn(row, [])) values.set(path, [...(values.get(path) ?? []), text]);
  }
  return [...values].map(([path, texts]) => ({ path, values: texts }));
}

function scalarsIn(value: Json, path: readonly string[]): [string, string][] {
  return Object.entries(value).flatMap(([key, part]): [string, string][] => {
    const steps = [...path, /^[^."[\]]+$/.test(key) ? key : `"${key}"`];
    if (isObject(part)) return steps.length < DEPTH ? scalarsIn(part, steps) : [];
    return part === null || Array.isArray(part) ? [] : [[steps.join('.'), String(part)]];
  });
}

interface Draft {
  reads: 'csv' | 'jsonl' | 'json';
  name: string;
  records?: string | undefined;
  fields: readonly Field[];
}

const REQUIRED = ['timestamp', 'model', 'input_tokens', 'output_tokens'];

function written({ reads, name, records, fields }: Draft): string {
  const chosen = NAMES.flatMap(([column]) => {
    const found = fields.find(({ path }) => guessOf(column, path));
    return found === undefined ? [] : [{ column, field: found }];
  });
  const places = [...REQUIRED, ...NAMES.map(([column]) => column).filter((column) => !REQUIRED.includes(column))];
  const rest = fields.filter((one) => !chosen.some(({ field }) => field === one)).map(({ path }) => path);
  const choice = rest.length === 0 ? 'nothing is left' : rest.slice(0, 12).map(scalar).join(', ');
  const columns = places.flatMap((column) => {
    const found = chosen.find((one) => one.column === column);
    if (found !== undefined) return [`      ${key(column)}: ${placeText(found)} # guess`];
    // The uncached part of a prompt takes its place.
    if (column === 'input_tokens' && chosen.some((one) => one.column === 'uncached_input_tokens')) return [];
    return REQUIRED.includes(column) ? [`      # ${column}: choose one of: ${choice}`] : [];
  });
  const signature = REQUIRED.flatMap((column) => chosen.filter((one) => one.column === column)).map(({ field }) =>
    scalar(field.path),
  );
  const named = signature.length > 0 ? signature : fields.slice(0, 3).map(({ path }) => scalar(path));
  const lines = [
    'formats:',
    `  - name: ${nameOf(name)} # choose`,
    `    reads: ${reads}`,
    ...(records === undefined ? [] : [`    records: '${records}' # guess`]),
    `    signature: [${named.join(', ')}] # guess: what only such files have`,
    ...(chosen.some(({ column }) => column.startsWith('cache_'))
      ? ['    counts: inclusive # choose: exclusive, if cached tokens are not part of input_tokens']
      : []),
    '    columns:',
    ...columns,
    ...(chosen.some(({ column }) => column === 'timestamp')
      ? []
      : ['    # set: { timestamp: 2026-01-01 } # choose, if no field tells the time']),
    ...(rest.length === 0 ? [] : [`    # not used: ${rest.map(scalar).join(', ')}`]),
  ];
  return `${lines.join('\n')}\n`;
}

function placeText({ column, field }: { column: string; field: Field }): string {
  const path = scalar(field.path);
  const epoch = column === 'timestamp' ? epochOf(field.values) : undefined;
  if (epoch !== undefined) return `{ from: ${path}, format: ${epoch} }`;
  const unit = /_ms$/.test(column) ? unitOf(field) : undefined;
  if (unit !== undefined) return `{ from: ${path}, unit: ${unit} }`;
  return path;
}

/** By the number of digits; a time of this century. */
function epochOf(values: readonly string[]): string | undefined {
  if (values.length === 0 || !values.every((text) => /^\d+(\.\d+)?$/.test(text))) return undefined;
  const digits = Math.max(...values.map((text) => text.split('.')[0]?.length ?? 0));
  return { 10: 'epoch_s', 13: 'epoch_ms', 16: 'epoch_us', 19: 'epoch_ns' }[digits];
}

/** By its name, else seconds where the values have fractions and are small. */
function unitOf({ path, values }: Field): string | undefined {
  if (/(^|[^a-z])(s|sec|secs|seconds?)[)\]]?$/i.test(path)) return 's';
  if (/(^|[^a-z])(ms|msec|millis(econds)?)[)\]]?$/i.test(path)) return undefined;
  if (/(^|[^a-z])(us|micros(econds)?)[)\]]?$/i.test(path)) return 'us';
  if (/(^|[^a-z])(ns|nanos(econds)?)[)\]]?$/i.test(path)) return 'ns';
  return values.length > 0 && values.every((text) => /^\d{1,3}[.,]\d+$/.test(text)) ? 's' : undefined;
}

function nameOf(file: string): string {
  const base = file.split('/').at(-1)?.split('.')[0] ?? '';
  const name = base
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return name === '' ? 'my-format' : name;
}

function key(column: string): string {
  return column.includes(':') ? `'${column}'` : column;
}

/** A text as YAML takes it for a text. */
function scalar(text: string): string {
  const bare = /^[A-Za-z_]\w*([ .-]\w+)*$/.test(text) && !/^(true|false|null|yes|no|on|off|nan)$/i.test(text);
  return bare ? text : `'${text.replaceAll("'", "''")}'`;
}
