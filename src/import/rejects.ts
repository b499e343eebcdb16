import { parse } from 'csv-parse';
import { sql } from '../sql.js';
import type { Store } from '../store/store.js';
import type { Format } from './format.js';
import { type Source, unpacked } from './source.js';
import { complaintOf, type Lines } from './statement.js';

/** A line that was set aside: where, which field, why. Never its content. */
export interface Reject {
  line: number;
  field: string;
  reason: string;
}

export interface Naming {
  format: Format;
  lines: Lines;
  source: Source;
  /** How many to name at most. */
  limit: number;
}

interface Complaint {
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
    query: sql`select *, row_number() over () as line_ordinal from (${lines.query}) as line`,
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
  if (format.reads === 'csv') return csvRejects(store, source, complaints);
  return locatedLines(source, complaints, format);
}

/** Finds the n-th line that is not blank, for each complaint, and looks into those DuckDB could not read at all. */
async function locatedLines(source: Source, complaints: readonly Complaint[], format: Format): Promise<Reject[]> {
  const found: Reject[] = [];
  let next = 0;
  for await (const { line, ordinal, text } of physicalLines(source, (n) => complaints[next]?.ordinal === n)) {
    const complaint = complaints[next];
    if (complaint?.ordinal !== ordinal) continue;
    const { field, reason } = complaint.reason === '' ? unreadable(text, format) : complaint;
    found.push({ line, field, reason });
    next++;
    if (next === complaints.length) break;
  }
  if (found.length < complaints.length)
    throw new Error(`${complaints.length - found.length} bad lines could not be found again`);
  return found;
}

interface PhysicalLine {
  /** Counted from 1, blank lines included. */
  line: number;
  /** Counted from 1, without blank lines. */
  ordinal: number;
  /** Empty if it was not wanted. */
  text: string;
}

async function* physicalLines(source: Source, wanted: (ordinal: number) => boolean): AsyncGenerator<PhysicalLine> {
  let line = 0;
  let ordinal = 0;
  for await (const bytes of wholeLines(source)) {
    line++;
    if (isBlank(bytes)) continue;
    ordinal++;
    if (wanted(ordinal)) yield { line, ordinal, text: bytes.toString('utf8') };
  }
}

async function* wholeLines(source: Source): AsyncGenerator<Buffer> {
  const rest: Buffer[] = [];
  for await (const chunk of unpacked(source)) {
    const bytes = Buffer.from(chunk);
    let from = 0;
    for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, from)) {
      yield Buffer.concat([...rest.splice(0), bytes.subarray(from, end)]);
      from = end + 1;
    }
    if (from < bytes.length) rest.push(bytes.subarray(from));
  }
  if (rest.length > 0) yield Buffer.concat(rest);
}

function isBlank(bytes: Buffer): boolean {
  return bytes.length < 1000 && bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}

/** What is wrong with a line that gave no field at all. */
function unreadable(text: string, format: Format): { field: string; reason: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return {
      field: '',
      reason: text.includes('\ufffd') ? 'is not valid UTF-8 or not valid JSON' : 'is not valid JSON',
    };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { field: '', reason: 'is JSON, but not an object' };
  }
  return { field: '', reason: `has none of the fields of ${format.name}` };
}

/** CSV records may span lines: csv-parse tells where the n-th record ends. Records DuckDB refused are among the rejects already. */
async function csvRejects(store: Store, source: Source, complaints: readonly Complaint[]): Promise<Reject[]> {
  const broken = await brokenRecords(store);
  const wanted = new Map(complaints.map((complaint) => [complaint.ordinal, complaint]));
  const found: Reject[] = [];
  const parser = unpacked(source).pipe(parse({ info: true, relax_column_count: true, relax_quotes: true, bom: true }));
  let record = 0;
  let ordinal = 0;
  let twice = 0;
  for await (const entry of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
    record++;
    // csv-parse counts a CRLF inside of a quoted field as two line ends.
    twice += entry.record.join().split('\r\n').length - 1;
    const line = entry.info.lines - twice;
    const problem = broken.get(record);
    const blank = entry.record.length === 1 && entry.record[0] === '';
    if (problem === undefined && record > 1 && !blank) ordinal++;
    const complaint = problem === undefined && !blank ? wanted.get(ordinal) : undefined;
    if (record > 1 && problem !== undefined) found.push({ line, field: '', reason: problem });
    if (record > 1 && complaint !== undefined && complaint.ordinal === ordinal) {
      found.push({ line, field: complaint.field, reason: complaint.reason });
      wanted.delete(ordinal);
    }
  }
  return found;
}

/** Records with a wrong number of fields or a broken quote, by their number in the file (the header is 1). */
async function brokenRecords(store: Store): Promise<Map<number, string>> {
  const rows = await store.rows<{ record: string; reason: string }>(sql`
    select line as record, min(case error_type
      when 'MISSING COLUMNS' then 'has fewer fields than the header'
      when 'TOO MANY COLUMNS' then 'has more fields than the header'
      when 'UNQUOTED VALUE' then 'has a quotation mark that is not closed'
      when 'INVALID ENCODING' then 'is not valid UTF-8'
      else 'is not valid CSV'
    end) as reason
    from csv_rejects
    group by line`);
  return new Map(rows.map(({ record, reason }) => [Number(record), reason]));
}

/** How many records of a CSV file DuckDB refused. */
export async function brokenRecordCount(store: Store): Promise<number> {
  const { broken } = await store.row<{ broken: string }>(sql`select count(distinct line) as broken from csv_rejects`);
  return Number(broken);
}
