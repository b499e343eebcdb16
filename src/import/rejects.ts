import { isUtf8 } from 'node:buffer';
import { sql } from '../sql.js';
import type { Store } from '../store/store.js';
import { complaintOf } from './complaints.js';
import { csvRejects } from './csv_rejects.js';
import type { AnyFormat } from './format.js';
import { linesBefore } from './growing.js';
import { numberedLines } from './lines.js';
import type { Source } from './source.js';
import type { Lines } from './statement.js';
import { isBlank, textLines } from './text_lines.js';

/** A line that was set aside: where, which field, why. Never its content. */
export interface Reject {
  /** Of documents, the number of the record. */
  line: number;
  field: string;
  reason: string;
}

export interface Naming {
  format: AnyFormat;
  lines: Lines;
  source: Source;
  /** How many to name at most. */
  limit: number;
}

/** How many bad lines of a file are remembered that was refused for them. */
export const REJECTS_OF_FAILED = 1000;

/** What is wrong with the n-th line that could be read as such. */
export interface Complaint {
  ordinal: number;
  field: string;
  reason: string;
}

/**
 * Goes back to a file in which bad lines were counted, and names them: reads it again in its order, now with numbers.
 * Only a file with something to name pays for this (about as much as counting its lines).
 */
export async function nameBadLines(store: Store, naming: Naming): Promise<Reject[]> {
  const { format, lines, source } = naming;
  const numbered = {
    ...lines,
    query:
      format.reads === 'csv' || format.reads === 'parquet'
        ? sql`select *, row_number() over () as line_ordinal from (${lines.query}) as line`
        : numberedLines(source, format),
  };
  await store.run(sql`set preserve_insertion_order = true`);
  const rows = await store.rows<{ ordinal: string; complaint: string | null }>(
    sql`
    select line_ordinal as ordinal, case when unread then null else complaint end as complaint
    from (${complaintOf(format, numbered)}) as examined
    where unread or complaint is not null
    order by line_ordinal
    limit $limit`,
    { limit: naming.limit },
  );
  await store.run(sql`set preserve_insertion_order = false`);
  const complaints = rows.map(({ ordinal, complaint }) => {
    const [field = '', reason = ''] = (complaint ?? '').split('\n');
    return { ordinal: Number(ordinal), field, reason };
  });
  if (format.rows !== undefined || format.reads === 'parquet')
    return complaints.map((complaint) => recordReject(complaint, format));
  if (lines.csv !== undefined) return csvRejects(store, { source, layout: lines.csv, complaints, limit: naming.limit });
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

/** Finds the n-th line that is not blank, for each complaint, and looks into those DuckDB could not read at all. */
async function locatedLines(source: Source, complaints: readonly Complaint[], format: AnyFormat): Promise<Reject[]> {
  const found: Reject[] = [];
  let ordinal = 0;
  let brokenBefore = 0;
  const before = complaints.length === 0 ? 0 : await linesBefore(source);
  for await (const { line, bytes } of textLines(source)) {
    if (isBlank(bytes)) continue;
    ordinal++;
    const complaint = complaints[found.length];
    if (complaint === undefined) break;
    if (complaint.ordinal !== ordinal) continue;
    const { field, reason } =
      complaint.reason === '' ? unreadable(bytes, format, brokenBefore === ordinal - 1) : complaint;
    if (reason === BROKEN) brokenBefore = ordinal;
    found.push({ line: before + line, field, reason });
  }
  if (found.length < complaints.length)
    throw new Error(`${complaints.length - found.length} bad lines could not be found again`);
  return found;
}

const LOST = 'could not be read after the broken line above it; take that out and import the file again';
const BROKEN = 'is not valid JSON';

/** What is wrong with a line that gave no field at all. */
function unreadable(bytes: Buffer, format: AnyFormat, afterBroken: boolean): { field: string; reason: string } {
  if (!isUtf8(bytes)) return { field: '', reason: 'is not valid UTF-8' };
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    return { field: '', reason: BROKEN };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { field: '', reason: 'is JSON, but not an object' };
  }
  // DuckDB 1.5.6 takes a line that was cut off right after a bracket together with the next one, and gives up both.
  const told = Object.entries(value).some(([key, part]) => Object.hasOwn(format.fields, key) && part !== null);
  if (afterBroken && told) return { field: '', reason: LOST };
  return { field: '', reason: nothingOf(format) };
}

/** Remembers bad lines. */
export async function keepRejects(store: Store, id: number, rejects: readonly Reject[]): Promise<void> {
  if (rejects.length === 0) return;
  await store.run(
    sql`
    insert into rejects (import_id, line, field, reason)
    select $id, unnest(from_json($rejects, '[{"line":"BIGINT","field":"VARCHAR","reason":"VARCHAR"}]'), recursive := true)`,
    { id, rejects: JSON.stringify(rejects) },
  );
}
