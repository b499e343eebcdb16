import type { Reject } from '../rejects/answer.js';

/** The sum of the entries of a ledger in one currency. */
export interface Billed {
  currency: string;
  amount: string;
}

/** The sum of entries of revenue in one currency; `per` is the interval of what recurs. */
export interface Earned extends Billed {
  per: string | null;
}

/** Tokens that a file counts under a name that no rule knows; `total` is what a total has beyond its parts. */
export interface UnknownName {
  name: string;
  calls: number;
  tokens: number;
}

/** What became of every line of a file: lines = imported + duplicates + updated + skipped + rejected. */
export interface Loaded {
  import_id: number;
  lines: number;
  imported: number;
  duplicates: number;
  updated: number;
  skipped: number;
  rejected: number;
  skip_reasons: Record<string, number>;
  rejects: Reject[];
  /** Duplicates with other token counts than what they are a copy of. */
  differing: number;
  /** Calls without a time. */
  undated: number;
  /** What is counted under names that no rule knows, the most tokens first. */
  unknown_names: readonly UnknownName[];
  /** What the file tells; null where nothing was loaded. */
  holds: 'usage' | 'ledger' | 'revenue' | null;
  /** What the imported calls cost, a decimal string, without the unpriced ones. */
  cost_usd: string;
  unpriced: number;
  first_at: string | null;
  last_at: string | null;
  /** What was billed, by currency, where the file tells that instead of usage; decimal strings. */
  billed: readonly Billed[] | null;
  /** What was earned, after refunds, by currency, where the file tells that; decimal strings. */
  earned: readonly Earned[] | null;
  /** False if too many lines were bad: then nothing was kept. */
  kept: boolean;
}

/** What is counted of a file. */
export type Unit = 'line' | 'record';

/** What became of one file. */
export interface ImportedFile extends Omit<Loaded, 'kept' | 'import_id'> {
  source: string;
  format: string | null;
  /** `ignored`: it lay in a folder and is no log; `unknown`: the same, but it counts tokens or money. */
  status: 'imported' | 'unchanged' | 'empty' | 'ignored' | 'unknown' | 'failed';
  /** Null where no import was recorded: nothing was loaded, or only for a rehearsal. */
  import_id: number | null;
  /** The import that read the beginning of a log that grew, where only the rest was read. */
  continues: number | null;
  /** What is counted: lines, or the records of documents and of lines that hold several. */
  unit: Unit;
  /** What the numbers of rejects count: a line that holds several records is named as a line. */
  rejects_by: Unit;
  /** Why the file failed or was ignored, in sentences. */
  problem: string | null;
  /** Columns of a CSV file that nothing reads. */
  unread: readonly string[];
  /** What `--map` looks for in places where nothing was found. */
  unfound: readonly string[];
}

/** Of a file of which nothing was loaded. */
export const NOTHING: Omit<ImportedFile, 'source' | 'status'> = {
  format: null,
  import_id: null,
  continues: null,
  lines: 0,
  imported: 0,
  duplicates: 0,
  updated: 0,
  skipped: 0,
  rejected: 0,
  skip_reasons: {},
  rejects: [],
  differing: 0,
  undated: 0,
  unknown_names: [],
  holds: null,
  cost_usd: '0',
  unpriced: 0,
  billed: null,
  earned: null,
  first_at: null,
  last_at: null,
  unit: 'line',
  rejects_by: 'line',
  problem: null,
  unread: [],
  unfound: [],
};
