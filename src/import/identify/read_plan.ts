import { InputError } from '../../errors.js';
import { integer, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { earningMapped } from '../declare/earning_map.js';
import { type AnyFormat, type Format, isLedger } from '../declare/format.js';
import { checkUnambiguous, columnOf, sameHeader, twins } from '../declare/headers.js';
import { guessOf } from '../declare/likely_names.js';
import { adapted, describesFile, type Mapping, mappedFormat, withoutMissing } from '../declare/mapping.js';
import { csvLayout, csvLines } from '../read/csv.js';
import { refuseLoneSurrogates } from '../read/lone_surrogates.js';
import { isParquet, parquetColumns, parquetLines } from '../read/parquet.js';
import { firstLines, linesOfHead, sampleLines } from '../read/sample.js';
import type { Source } from '../read/source.js';
import { mayHoldOddBytes } from '../read/utf8.js';
import { givenLines, jsonLines, tableRows } from '../rows/lines.js';
import type { Lines } from '../rows/statement.js';
import {
  type Claims,
  findUnfound,
  formatNamed,
  formatOfHeaders,
  holdsNothing,
  parseLine,
  topKeys,
  unknownFormat,
} from './identify.js';

/** A file with everything it takes to read it. */
export interface Prepared {
  format: AnyFormat;
  lines: Lines;
  /** The same for some of its rows; of JSON for the lines given as `$lines`. */
  sample: Lines;
  /** Columns of a CSV or Parquet file that nothing reads. */
  unread: readonly string[];
  /** What `--map` looks for in places where nothing was found. */
  unfound: readonly string[];
}

export interface Preparing {
  source: Source;
  /** The beginning of the file, as text. */
  head: string;
  claims: Claims;
  format?: string;
  mapping: Mapping;
}

/** Finds out what a file is, by its content, and how it is to be read; undefined for pages that have no rows. */
export async function prepared(store: Store, preparing: Preparing): Promise<Prepared | undefined> {
  const { head, source } = preparing;
  if (isParquet(head)) return parquetPrepared(store, preparing);
  if (!head.includes('\n') && head.trimEnd().includes('\r')) throw carriageReturns(source.name);
  if (holdsObjects(head)) return jsonPrepared(store, preparing);
  if (isBinary(head)) throw binary(source.name);
  return csvPrepared(preparing);
}

/** Whether half of the lines begin as JSON objects do: a log may begin with a line that was cut off, or a greeting. */
export function holdsObjects(head: string): boolean {
  if (head.trimStart().startsWith('{')) return true;
  const lines = head.split('\n').filter((line) => line.trim() !== '');
  return lines.filter((line) => line.startsWith('{"')).length * 2 >= lines.length;
}

function isBinary(head: string): boolean {
  return head.slice(0, 4096).includes('\0');
}

function binary(name: string): InputError {
  return new InputError(
    `${name} is a binary file, neither JSON lines nor CSV nor Parquet.\nExport a spreadsheet as CSV first.`,
  );
}

async function jsonPrepared(store: Store, preparing: Preparing): Promise<Prepared | undefined> {
  const { source, head, claims, format, mapping } = preparing;
  const lines = mapping.map.size === 0 ? firstLines(source, head) : linesOfHead(source, head);
  refuseLoneSurrogates(lines);
  const choice = { name: source.name, format, mapping, claims };
  const chosen = (await jsonFormat(lines, choice)) ?? (await formatOfMore(store, await sampleLines(source), choice));
  if (chosen === undefined) return undefined;
  return {
    format: chosen,
    lines: { query: jsonLines([source], chosen), style: 'json' },
    sample: { query: givenLines(chosen), style: 'json' },
    unread: [],
    // Paths begin at the rows of a page, which a line of the sample holds many of.
    unfound: chosen.rows === undefined ? findUnfound(lines, mapping.map) : [],
  };
}

const PAGES_LOOKED_AT = 20;

interface Choice {
  name: string;
  format?: string;
  mapping: Mapping;
  claims: Claims;
}

/** The format that is named, or that claims the first lines of a file; undefined if none does. */
async function jsonFormat(
  lines: readonly string[],
  { name, format, mapping, claims }: Choice,
): Promise<AnyFormat | undefined> {
  if (!lines.some((line) => isObject(parseLine(line)))) return undefined;
  if (format !== undefined) return withMapping(readable(formatNamed(format, claims.own), 'ndjson', name), mapping);
  if (describesFile(mapping)) return mappedFormat(mapping, 'ndjson');
  const found = await claims.only(lines, name);
  return found && withMapping(found, mapping);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The same with lines from all over a file; undefined if these are pages without rows. */
async function formatOfMore(store: Store, lines: readonly string[], choice: Choice): Promise<AnyFormat | undefined> {
  refuseLoneSurrogates(lines);
  const found = await jsonFormat(lines, choice);
  if (found !== undefined) return found;
  const { name, claims } = choice;
  const keys = await topKeys(store, lines);
  if (keys.length === 0) {
    if (lines.every((line) => /^\{\s*\}$/.test(line))) return undefined;
    throw noLines(name);
  }
  if (await holdsNothing(store, lines.slice(0, PAGES_LOOKED_AT), claims.own)) return undefined;
  throw unknownFormat(name, keys, claims.own);
}

const SAMPLE_ROWS = 20_000;

async function csvPrepared({ source, head, claims, format, mapping }: Preparing): Promise<Prepared> {
  const { name } = source;
  const { own } = claims;
  const declared = own.filter((one) => format === undefined || one.name === format).map(({ csv }) => csv?.delimiter);
  const found = csvLayout(
    head,
    name,
    declared.filter((delimiter) => delimiter !== undefined),
  );
  const chosen = columnsFormat(found.headers, { name, format, mapping, claims, reads: 'csv' });
  // A packed file would have to be unpacked to tell.
  const oddBytes = source.compression !== 'none' || (await mayHoldOddBytes(source));
  const layout = { ...found, style: chosen.csv?.decimals ?? found.style, oddBytes };
  const read = columnsRead(layout.headers, { file: name, format: chosen, mapping });
  const query = tableRows(chosen, csvLines(source, layout, chosen.fields));
  return {
    format: chosen,
    lines: { query, style: layout.style, csv: layout },
    sample: { query: sql`${query} limit ${integer(SAMPLE_ROWS)}`, style: layout.style },
    // What a ledger does not read, no mapping can.
    unread: isLedger(chosen) ? [] : layout.headers.filter((header, index) => header !== '' && !read.has(index)),
    unfound: [],
  };
}

async function parquetPrepared(store: Store, { source, claims, format, mapping }: Preparing): Promise<Prepared> {
  const { name } = source;
  const columns = await parquetColumns(store, source);
  const names = columns.map((column) => column.name);
  const chosen = columnsFormat(names, { name, format, mapping, claims, reads: 'parquet' });
  const read = columnsRead(names, { file: name, format: chosen, mapping });
  const query = tableRows(chosen, parquetLines(source, columns, chosen.fields));
  return {
    format: chosen,
    lines: { query, style: 'json' },
    sample: { query: sql`${query} limit ${integer(SAMPLE_ROWS)}`, style: 'json' },
    unread: names.filter((_, index) => !read.has(index)),
    unfound: [],
  };
}

/** Which columns of a file a format reads. Throws InputError where that is not certain. */
function columnsRead(
  headers: readonly string[],
  { file, format, mapping }: { file: string; format: AnyFormat; mapping: Mapping },
): ReadonlySet<number> {
  const wanted = Object.keys(format.fields);
  checkUnambiguous(headers, wanted, file);
  for (const name of [...mapping.map.values()].flat()) {
    const taken = wanted.find((key) => key !== name && sameHeader(key, name));
    // The format reads the other one of two headers that differ in case only.
    if (taken !== undefined && columnOf(headers, taken) !== columnOf(headers, name)) throw twins(file, taken, name);
  }
  return new Set(wanted.map((key) => columnOf(headers, key)));
}

/** The format of a file whose columns have names. */
function columnsFormat(
  headers: readonly string[],
  { name, format, mapping, claims, reads }: Choice & { reads: 'csv' | 'parquet' },
): AnyFormat {
  const { own } = claims;
  for (const alternatives of mapping.map.values()) {
    if (!alternatives.some((header) => columnOf(headers, header) >= 0))
      throw missingHeader(name, alternatives.join("' or '"), headers);
  }
  if (format !== undefined) return withMapping(readable(formatNamed(format, own), reads, name), mapping);
  if (describesFile(mapping)) return mappedFormat(mapping, reads);
  const found = formatOfHeaders(headers, { name, reads, own });
  if (found === undefined) throw refusedHeaders(name, headers) ?? unknownFormat(name, headers, own);
  return withMapping(isLedger(found) ? found : withoutTime(found, headers), mapping);
}

/** A table of sums names no time at all: its rows are undated. Where a column looks like a time, rows without one are faults. */
function withoutTime(format: Format, headers: readonly string[]): Format {
  const timed = headers.some((header) => guessOf('timestamp', header)) || headers.some(isTimeColumn);
  return timed ? format : { ...format, checks: withoutMissing(format, 'timestamp'), dated: false };
}

function isTimeColumn(header: string): boolean {
  return sameHeader(header, 'timestamp') || sameHeader(header, 'bucket_end');
}

/** A format with what the user says on top; what was billed is read as it stands. */
export function withMapping(format: AnyFormat, mapping: Mapping): AnyFormat {
  return isLedger(format) ? earningMapped(format, mapping) : adapted(format, mapping);
}

function readable(format: AnyFormat, reads: AnyFormat['reads'], name: string): AnyFormat {
  const kinds = { csv: 'CSV', parquet: 'Parquet', ndjson: 'JSON', json: 'JSON' };
  if (kinds[format.reads] === kinds[reads]) return format;
  throw new InputError(
    `${name} holds ${kinds[reads]}, but ${format.name} is ${kinds[format.reads]}.\nLeave --format out to let llmcost recognise the file.`,
  );
}

function missingHeader(name: string, header: string, headers: readonly string[]): InputError {
  return new InputError(`${name} has no column '${header}' that --map names.\nIts columns are: ${headers.join(', ')}.`);
}

function noLines(name: string): InputError {
  return new InputError(
    `${name} is no JSON that can be read: neither a line at its beginning nor all of it is a whole object.\nLook where it breaks: jq empty ${name}`,
  );
}

function carriageReturns(name: string): InputError {
  return new InputError(
    `${name} has lines that end in a carriage return only.\nConvert it: tr '\\r' '\\n' < ${name} > lines.txt`,
  );
}

/** A table without what a price needs, by its headers; undefined where it is none. */
function refusedHeaders(name: string, headers: readonly string[]): InputError | undefined {
  const has = (header: string) => columnOf(headers, header) >= 0;
  if (has('Spend ($)') && has('Total Tokens') && !has('Model')) {
    return new InputError(
      `${name} is an export of LiteLLM's usage page that names no models, so nothing in it has a price.\nExport the table LiteLLM_SpendLogs or LiteLLM_DailyUserSpend of its database instead, or say a model: --map input_tokens='Prompt Tokens' --map output_tokens='Completion Tokens' --map timestamp=Date --set model=…`,
    );
  }
  return undefined;
}
