import { type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { countBrokenLines } from '../rejects/csv_rejects.js';
import type { Loaded } from './answer.js';
import type { Load } from './file_load.js';

/** What is known of the lines of a file once they were read. */
export interface Counted
  extends Pick<Loaded, 'lines' | 'skipped' | 'rejected' | 'skip_reasons' | 'undated' | 'first_at' | 'last_at'> {
  /** Of those that are rejected, how many gave no field. */
  unread: number;
}

interface Marks extends Record<string, string | number | null> {
  file: number;
  mark: string | null;
  lines: string;
  undated: string;
  first_at: string | null;
  last_at: string | null;
}

/** Counts lines that were read by file (`by` over `usage`) and by what became of them: `mark` is null for usage, `skip:REASON`, `bad` or `unread`. */
export async function countLines(
  store: Store,
  { usage, by, mark, lines = sql`1` }: { usage: Sql; by: Sql; mark: Sql; lines?: Sql },
): Promise<Map<number, Counted>> {
  const rows = await store.rows<Marks>(sql`
    select
      ${by} as file,
      ${mark} as mark,
      cast(sum(${lines}) as bigint) as lines,
      count(*) - count(occurred_at) as undated,
      min(occurred_at) as first_at,
      max(occurred_at) as last_at
    from ${usage}
    where ${mark} is distinct from 'usage'
    group by all
    order by file, mark`);
  const files = new Map<number, Marks[]>();
  for (const row of rows) files.set(row.file, [...(files.get(row.file) ?? []), row]);
  return new Map([...files].map(([file, marks]) => [file, countedOf(marks)]));
}

function countedOf(marks: readonly Marks[]): Counted {
  const sum = (some: readonly Marks[]) => some.reduce((lines, mark) => lines + Number(mark.lines), 0);
  const skips = marks.filter(({ mark }) => mark?.startsWith('skip:') === true);
  const times = (ends: readonly (string | null)[]) => ends.filter((time) => time !== null).sort();
  return {
    lines: sum(marks),
    skipped: sum(skips),
    rejected: sum(marks.filter(({ mark }) => mark === 'bad' || mark === 'unread')),
    unread: sum(marks.filter(({ mark }) => mark === 'unread')),
    skip_reasons: Object.fromEntries(skips.map(({ mark, lines }) => [mark?.slice('skip:'.length), Number(lines)])),
    undated: marks.reduce((rows, { mark, undated }) => rows + (mark === null ? Number(undated) : 0), 0),
    first_at: times(marks.map(({ first_at }) => first_at))[0] ?? null,
    last_at: times(marks.map(({ last_at }) => last_at)).at(-1) ?? null,
  };
}

/** The lines of a file that gave no row because they could not be read at all: records of CSV. */
export async function countBadLines(
  store: Store,
  { source, lines: { csv } }: Pick<Load, 'source' | 'lines'>,
): Promise<number> {
  return csv === undefined ? 0 : countBrokenLines(store, { source, layout: csv });
}
