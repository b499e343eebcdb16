import { integer, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import type { AnyFormat } from '../declare/format.js';
import type { Prepared } from '../identify/read_plan.js';
import { sampleLines } from '../read/sample.js';
import type { Source } from '../read/source.js';
import { complaintOf } from '../rejects/reject_reasons.js';
import type { Lines } from '../rows/statement.js';

/** How many lines of a file are looked at. */
export const ROWS_READ = 100;

/** The first lines of a file, as a statement reads them, and its parameters. */
export interface Sampled {
  lines: Lines;
  params: { lines: string } | undefined;
}

/** The lines that an explanation looks at. */
export async function sampled(ready: Prepared, plain: Source): Promise<Sampled> {
  const { sample, lines, format } = ready;
  if (format.reads === 'csv' || format.reads === 'parquet') {
    const query = sql`select * from (${sample.query}) limit ${integer(ROWS_READ)}`;
    return { lines: { ...sample, query, csv: lines.csv }, params: undefined };
  }
  const first = (await sampleLines(plain)).slice(0, ROWS_READ);
  return { lines: { ...sample, csv: lines.csv }, params: { lines: JSON.stringify(first) } };
}

/** A reason why lines would be rejected, and how many of those that were looked at. */
export interface Objection {
  field: string;
  reason: string;
  lines: number;
  of: number;
}

const SHOWN = 5;

/** What an import would have against the lines that were looked at, the most frequent first. */
export async function objections(store: Store, format: AnyFormat, { lines, params }: Sampled): Promise<Objection[]> {
  const rows = await store.rows<{ complaint: string | null; lines: string; examined: string }>(
    sql`
    with examined as (
      select unread or complaint is not null as bad, if(unread, null, complaint) as complaint
      from (${complaintOf(format, lines)}) as examined
    )
    select
      complaint,
      count(*) as lines,
      (select count(*) from examined) as examined
    from examined
    where bad
    group by complaint
    order by count(*) desc, complaint
    limit ${integer(SHOWN)}`,
    params,
  );
  return rows.map((row) => {
    const [field = '', reason = `has none of the fields of ${format.name}`] = (row.complaint ?? '').split('\n');
    return { field, reason, lines: Number(row.lines), of: Number(row.examined) };
  });
}
