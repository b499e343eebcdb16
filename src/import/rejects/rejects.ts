import { isUtf8 } from 'node:buffer';
import { integer, join, type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import type { AnyFormat } from '../declare/format.js';
import { LoneSurrogates, refuseLoneSurrogatesIn } from '../read/lone_surrogates.js';
import { linesBefore, type Source } from '../read/source.js';
import { isBlank, textLines } from '../read/text_lines.js';
import { isOpen, OpenLines, refuseOpenLinesIn } from '../read/unclosed_lines.js';
import { hidesFileNumber, numberedLines } from '../rows/lines.js';
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
  const found = isNumberedTogether(format)
    ? await complaintsOfAll(store, format, files)
    : await complaintsOfEach(store, format, files);
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

/** Lines that mean something by those before them have to be read in their order: one file at a time. */
function isNumberedTogether(format: AnyFormat): boolean {
  const inOrder = format.carried !== undefined || format.resolved !== undefined;
  return isJson(format) && !inOrder && !hidesFileNumber(format);
}

/** What is wrong with the lines of files of JSON: of those that only gave no field by one short statement, of the others by another one. */
async function complaintsOfAll(store: Store, format: AnyFormat, files: readonly BadFile[]): Promise<Complaint[][]> {
  const complaints: Complaint[][] = files.map(() => []);
  const simple = format.rows === undefined && format.resolved === undefined;
  for (const plain of simple ? [true, false] : [false]) {
    const places = files.flatMap(({ allUnread }, place) => (!simple || allUnread === plain ? [place] : []));
    const [first, ...others] = places.flatMap((place) => files[place]?.source ?? []);
    if (first === undefined) continue;
    const query = numberedLines([first, ...others], format);
    const examined = plain
      ? sql`select *, true as unread, null as complaint from (${query}) as line where ${join(unread(format), ' or ')}`
      : complaintOf(format, { query, style: 'json' });
    const limits = places.map((place) => integer(files[place]?.limit ?? 0));
    for (const { file, ...complaint } of await complaintsIn(store, examined, sql`[${join(limits)}][file_number]`))
      complaints[places[file - 1] ?? 0]?.push(complaint);
  }
  return complaints;
}

async function complaintsOfEach(store: Store, format: AnyFormat, files: readonly BadFile[]): Promise<Complaint[][]> {
  const complaints: Complaint[][] = [];
  for (const { lines, source, limit } of files) {
    const query = isJson(format)
      ? numberedLines([source], format)
      : format.resolved === undefined
        ? sql`select *, row_number() over () as line_ordinal from (${lines.query}) as line`
        : lines.query;
    complaints.push(await complaintsIn(store, complaintOf(format, { ...lines, query }), integer(limit)));
  }
  return complaints;
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
    value = JSON.parse(bytes.toString('utf8'));
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
