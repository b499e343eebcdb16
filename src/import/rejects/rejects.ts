import { isUtf8 } from 'node:buffer';
import { sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import type { AnyFormat } from '../declare/format.js';
import { refuseLoneSurrogatesIn } from '../read/lone_surrogates.js';
import { linesBefore, type Source } from '../read/source.js';
import { isBlank, textLines } from '../read/text_lines.js';
import { isOpen, OpenLines, refuseOpenLinesIn } from '../read/unclosed_lines.js';
import { numberedLines } from '../rows/lines.js';
import type { Lines } from '../rows/statement.js';
import type { Complaint, Reject } from './answer.js';
import { csvRejects } from './csv_rejects.js';
import { complaintOf } from './reject_reasons.js';

export interface Naming {
  format: AnyFormat;
  lines: Lines;
  source: Source;
  /** How many to name at most. */
  limit: number;
}

/** How many bad lines of a file are remembered that was refused for them. */
export const REJECTS_OF_FAILED = 1000;

/**
 * Goes back to a file in which bad lines were counted, and names them: reads it again in its order, now with numbers.
 * Only a file with something to name pays for this (about as much as counting its lines). Throws LoneSurrogates where
 * lines may have been lost to half a character, and OpenLines to an open line.
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
  const unread = rows.some(({ complaint }) => complaint === null);
  if (unread && (format.reads === 'ndjson' || format.reads === 'json')) {
    await refuseLoneSurrogatesIn(source);
    // Rows have no line to look above of.
    if (format.rows !== undefined && source.longestRecord === undefined) await refuseOpenLinesIn(source);
  }
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
