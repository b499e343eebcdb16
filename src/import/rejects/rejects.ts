import { isUtf8 } from 'node:buffer';
import { integer, join, type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import type { AnyFormat } from '../declare/format.js';
import { LoneSurrogates, refuseLoneSurrogatesIn } from '../read/lone_surrogates.js';
import { parseJson } from '../read/parse_json.js';
import { linesBefore, type Source } from '../read/source.js';
import { isBlank, textLines } from '../read/text_lines.js';
import { isOpen, OpenLines, refuseOpenLinesIn } from '../read/unclosed_lines.js';
import { hidesFileNumber, numberedLines, numberedRows } from '../rows/lines.js';
import { unread } from '../rows/row_checks.js';
import type { Lines } from '../rows/statement.js';
import type { Complaint, Reject } from './answer.js';
import { csvRejects } from './csv_rejects.js';
import { complaintOf } from './reject_reasons.js';

/** How many bad lines of a file are remembered that was refused for them. */
export const REJECTS_OF_FAILED = 1000;

/** A file in which bad lines were counted. */
export interface BadFile {
  lines: Lines;
  source: Source;
  /** How many to name at most. */
  limit: number;
  /** All of its bad lines are such that gave no field. */
  allUnread: boolean;
}

/**
 * Goes back to files of one format in which bad lines were counted, and names them: reads them again in their order, now
 * with numbers. Only files with something to name pay for this (about as much as counting their lines). The answers are
 * in the order of the files: LoneSurrogates where lines may have been lost to half a character, OpenLines to an open line.
 */
export async function nameBadLines(
  store: Store,
  format: AnyFormat,
  files: readonly BadFile[],
): Promise<(Reject[] | LoneSurrogates | OpenLines)[]> {
  if (files.length === 0) return [];
  await store.run(sql`set preserve_insertion_order = true`);
  const found: Complaint[][] = files.map(() => []);
  const places = [...files.keys()];
  const plain = places.filter((place) => files[place]?.allUnread === true && isPlain(format));
  const others = places.filter((place) => !plain.includes(place));
  const together = isNumberedTogether(format) ? [plain, others] : [plain, ...others.map((place) => [place])];
  for (const group of together) await findComplaints(store, format, { files, group, plain: group === plain, found });
  await store.run(sql`set preserve_insertion_order = false`);
  const named: (Reject[] | LoneSurrogates | OpenLines)[] = [];
  for (const [index, file] of files.entries()) {
    try {
      named.push(await located(store, format, { file, complaints: found[index] ?? [] }));
    } catch (error) {
      if (!(error instanceof LoneSurrogates) && !(error instanceof OpenLines)) throw error;
      named.push(error);
    }
  }
  return named;
}

/** A line that gave no field needs no line before it to be found, and nothing of it is converted. */
function isPlain(format: AnyFormat): boolean {
  return isJson(format) && format.rows === undefined && !hidesFileNumber(format);
}

/** Lines that mean something by those before them have to be read in their order: one file at a time. */
function isNumberedTogether(format: AnyFormat): boolean {
  const inOrder = format.carried !== undefined || format.resolved !== undefined;
  return isJson(format) && !inOrder && !hidesFileNumber(format);
}

/** Some files, by their places among all, that one statement goes through: what is wrong with their lines is added to `found`. */
interface Group {
  files: readonly BadFile[];
  group: readonly number[];
  plain: boolean;
  found: Complaint[][];
}

async function findComplaints(store: Store, format: AnyFormat, { files, group, plain, found }: Group): Promise<void> {
  const bad = group.flatMap((place) => files[place] ?? []);
  const [first, ...others] = bad.map(({ source }) => source);
  const [{ lines } = { lines: undefined }] = bad;
  if (first === undefined || lines === undefined) return;
  const query = isJson(format)
    ? (plain ? numberedRows : numberedLines)([first, ...others], format)
    : format.resolved === undefined
      ? sql`select *, row_number() over () as line_ordinal from (${lines.query}) as line`
      : // What completes the rows of a table has numbered them.
        lines.query;
  const examined = plain
    ? sql`select *, true as unread, null as complaint from (${query}) as line where ${join(unread(format), ' or ')}`
    : complaintOf(format, { ...lines, query });
  const limits = bad.map(({ limit }) => integer(limit));
  const limit = bad.length === 1 ? join(limits) : sql`[${join(limits)}][file_number]`;
  for (const { file, ...complaint } of await complaintsIn(store, examined, limit))
    found[group[bad.length === 1 ? 0 : file - 1] ?? 0]?.push(complaint);
}

function isJson({ reads }: AnyFormat): boolean {
  return reads === 'ndjson' || reads === 'json';
}

/** The first bad ones among examined lines of each file. */
async function complaintsIn(store: Store, examined: Sql, limit: Sql): Promise<(Complaint & { file: number })[]> {
  const rows = await store.rows<{ file: number; ordinal: string; complaint: string | null }>(sql`
    select file_number as file, line_ordinal as ordinal, case when unread then null else complaint end as complaint
    from (${examined}) as examined
    where unread or complaint is not null
    qualify row_number() over (partition by file_number order by line_ordinal) <= ${limit}
    order by file_number, line_ordinal`);
  return rows.map(({ file, ordinal, complaint }) => {
    const [field = '', reason = ''] = (complaint ?? '').split('\n');
    return { file: Number(file), ordinal: Number(ordinal), field, reason };
  });
}

/** Finds the places of complaints in their file. */
async function located(
  store: Store,
  format: AnyFormat,
  { file: { lines, source, limit }, complaints }: { file: BadFile; complaints: readonly Complaint[] },
): Promise<Reject[]> {
  if (isJson(format) && complaints.some(({ reason }) => reason === '')) {
    await refuseLoneSurrogatesIn(source);
    // Rows have no line to look above of.
    if (format.rows !== undefined && source.longestRecord === undefined) await refuseOpenLinesIn(source);
  }
  if (format.rows !== undefined || format.reads === 'parquet')
    return complaints.map((complaint) => recordReject(complaint, format));
  if (lines.csv !== undefined) return csvRejects(store, { source, layout: lines.csv, complaints, limit });
  return locatedLines(source, complaints, format);
}

/** A row of a document or of a table has no line of its own: it is the n-th. */
function recordReject({ ordinal, field, reason }: Complaint, format: AnyFormat): Reject {
  if (reason !== '') return { line: ordinal, field, reason };
  return { line: ordinal, field: '', reason: nothingOf(format) };
}

function nothingOf(format: AnyFormat): string {
  return `has none of the fields of ${format.name}`;
}

/**
 * Finds the n-th line that is not blank, for each complaint, and looks into those DuckDB could not read at all. Throws
 * OpenLines where one of them is good and stands behind an open one.
 */
async function locatedLines(source: Source, complaints: readonly Complaint[], format: AnyFormat): Promise<Reject[]> {
  const found: Reject[] = [];
  let ordinal = 0;
  let above: Buffer = Buffer.alloc(0);
  const before = complaints.length === 0 ? 0 : await linesBefore(source);
  for await (const { line, bytes } of textLines(source)) {
    if (isBlank(bytes)) continue;
    ordinal++;
    if (complaints[found.length] === undefined) break;
    // A line may hold several rows, each with a complaint of its own.
    for (
      let complaint = complaints[found.length];
      complaint?.ordinal === ordinal;
      complaint = complaints[found.length]
    ) {
      const { field, reason } = complaint.reason === '' ? unreadable(bytes, format) : complaint;
      if (reason === nothingOf(format) && isOpen(above)) throw new OpenLines('behind an open line');
      found.push({ line: before + line, field, reason });
    }
    above = bytes;
  }
  if (found.length < complaints.length)
    throw new Error(`${complaints.length - found.length} bad lines could not be found again`);
  return found;
}

/** What is wrong with a line that gave no field at all. */
function unreadable(bytes: Buffer, format: AnyFormat): { field: string; reason: string } {
  if (!isUtf8(bytes)) return { field: '', reason: 'is not valid UTF-8' };
  let value: unknown;
  try {
    value = parseJson(bytes.toString('utf8'));
  } catch {
    return { field: '', reason: 'is not valid JSON' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { field: '', reason: 'is JSON, but not an object' };
  }
  return { field: '', reason: nothingOf(format) };
}

/** Remembers the bad lines of imports. */
export async function keepRejects(
  store: Store,
  imports: readonly { import_id: number; rejects: readonly Reject[] }[],
): Promise<void> {
  const rejects = imports.flatMap(({ import_id, rejects: bad }) => bad.map((reject) => ({ import_id, ...reject })));
  if (rejects.length === 0) return;
  await store.run(
    sql`
    insert into rejects (import_id, line, field, reason)
    select unnest(from_json($rejects, '[{"import_id":"INTEGER","line":"BIGINT","field":"VARCHAR","reason":"VARCHAR"}]'), recursive := true)`,
    { rejects: JSON.stringify(rejects) },
  );
}
