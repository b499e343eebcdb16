import { literal, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { CSV_BUFFER, type CsvLayout, csvExtent, LONGEST_RECORD } from '../read/csv.js';
import { csvRecords, hasVastLine, lineCount } from '../read/csv_records.js';
import type { Source } from '../read/source.js';
import type { Complaint, Reject } from './answer.js';

export interface CsvFile {
  source: Source;
  layout: CsvLayout;
}

export interface CsvNaming extends CsvFile {
  /** What is wrong with records that DuckDB could read, in their order. */
  complaints: readonly Complaint[];
  limit: number;
}

const TOO_LONG = 'is longer than 32 MB';

/** A record that DuckDB refused. */
interface Broken {
  reason: string;
  /** A quotation mark is open: lines after it may be taken for a part of the field. */
  astray: boolean;
}

/** Names bad records by the line they begin with: those DuckDB refused, and those that cannot be right. */
export async function csvRejects(store: Store, { source, layout, complaints, limit }: CsvNaming): Promise<Reject[]> {
  const broken = await brokenRecords(store, layout);
  const found: Reject[] = [];
  let position = layout.linesAbove;
  let ordinal = -1;
  let named = 0;
  for await (const { line, lines, bytes, blank } of csvRecords(source, layout)) {
    position++;
    if (blank) continue;
    const problem = broken.get(position) ?? (bytes > LONGEST_RECORD ? { reason: TOO_LONG, astray: true } : undefined);
    if (problem === undefined) ordinal++;
    else found.push({ line, field: '', reason: problem.reason });
    // Where DuckDB found its way back nobody can tell, so what comes after cannot be numbered.
    if (problem?.astray === true && (lines > 1 || bytes > LONGEST_RECORD)) break;
    const complaint = problem === undefined ? complaints[named] : undefined;
    if (complaint?.ordinal === ordinal) {
      found.push({ line, field: complaint.field, reason: complaint.reason });
      named++;
    }
    if (found.length >= limit) break;
  }
  return found;
}

/**
 * How many lines DuckDB could not read, blank ones left out. A record that it refused is one of them; but an open
 * quotation mark takes all that follows with it, up to the next one or to the end of a block of many megabytes, and
 * then it is what is missing between the lines of the file and those of the records that were read.
 */
export async function countBrokenLines(store: Store, { source, layout }: CsvFile): Promise<number> {
  const broken = [...(await brokenRecords(store, layout)).values()];
  if (!broken.some(({ astray }) => astray) && !(await hasVastLine(source, CSV_BUFFER))) return broken.length;
  const { lines } = await store.row<{ lines: string }>(csvExtent(source, layout));
  return Math.max(broken.length, (await lineCount(source, layout)) - Number(lines));
}

/** The refused records by their position in the file: the header is 1 if no blank line is above it. */
async function brokenRecords(store: Store, { delimiter }: CsvLayout): Promise<Map<number, Broken>> {
  const blank = delimiter === '\t' ? ' \r\n' : ' \t\r\n';
  const rows = await store.rows<{ position: string; reason: string; astray: boolean }>(
    sql`
    select
      line as position,
      min_by(case error_type
        when 'MISSING COLUMNS' then 'has fewer fields than the header'
        when 'TOO MANY COLUMNS' then 'has more fields than the header'
        when 'UNQUOTED VALUE' then 'has a quotation mark in the wrong place, or one that is not closed'
        when 'LINE SIZE OVER MAXIMUM' then ${literal(TOO_LONG)}
        when 'INVALID ENCODING' then 'is not valid UTF-8'
        else 'is not valid CSV'
      end, case error_type when 'UNQUOTED VALUE' then 0 when 'LINE SIZE OVER MAXIMUM' then 1 else 2 end) as reason,
      bool_or(error_type in ('UNQUOTED VALUE', 'LINE SIZE OVER MAXIMUM')) as astray
    from csv_rejects
    where trim(csv_line, $blank) <> '' or csv_line is null
    group by line`,
    { blank },
  );
  return new Map(rows.map(({ position, reason, astray }) => [Number(position), { reason, astray }]));
}
