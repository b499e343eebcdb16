import type { Sql } from '../../sql.js';
import type { TimeUnit } from './convert.js';
import type { Told, UnitName } from './counts.js';
import type { Place, Shape } from './fields.js';

export type { UnitName } from './counts.js';
export type { Place } from './fields.js';

/** The same value in every row of the file. */
export interface Constant {
  readonly constant: string | number | boolean;
}

/** Where a column of usage comes from: an expression over the fields, one value for the whole file, or nothing. */
export type Cell = Sql | Constant | null;

export function constant(value: string | number | boolean): Constant {
  return { constant: value };
}

/** The columns that repeat from row to row; together they make a profile (src/store/schema.ts). */
export interface Traits {
  /** Who was paid, as the source names it; null where the model name has to tell. */
  provider: Cell;
  model: Cell;
  request_model: Cell;
  operation: Cell;
  service_tier: Cell;
  speed: Cell;
  region: Cell;
  status: Cell;
  error_class: Cell;
  http_status: Cell;
  feature: Cell;
  environment: Cell;
  attempt: Cell;
  bucket_seconds: Cell;
  billed_currency: Cell;
  gateway_cached: Cell;
  token_convention: Cell;
  max_output_tokens: Cell;
  has_tools: Cell;
  has_images: Cell;
  has_json_schema: Cell;
}

/** The columns that differ from call to call. */
export interface Facts {
  request_id: Cell;
  trace_id: Cell;
  occurred_at: Cell;
  requests: Cell;
  uncached_input_tokens: Cell;
  cache_read_tokens: Cell;
  cache_write_tokens: Cell;
  cache_write_1h_tokens: Cell;
  text_output_tokens: Cell;
  reasoning_tokens: Cell;
  latency_ms: Cell;
  ttft_ms: Cell;
  customer: Cell;
  user_id: Cell;
  session_id: Cell;
  tags: Cell;
  billed_cost: Cell;
}

/** A value in a list of names and values, as OpenTelemetry writes attributes. */
export interface Attribute {
  readonly list: string;
  readonly key: string;
  /** Where only one value of it stands in a whole trace, it is that of all of its spans. */
  readonly ofTrace: boolean;
}

/** A line that is left out because it is no usage, and how such lines are called in the summary. */
export interface Skip {
  readonly reason: string;
  readonly when: Sql;
}

/** A line that cannot be right: what is wrong with which field. */
export interface Check {
  readonly field: string;
  readonly reason: string;
  readonly when: Sql;
  /** The name of ours that is missing; `--set` of it settles the matter. */
  readonly missing?: string;
}

/** A list on the way to the rows of a document, and what is read of the object it stands in. */
export interface Level {
  /** Its key, or the keys that lead to it, with dots between. */
  readonly list: string;
  /** Fields beside the list; every row has them, by their own names. */
  readonly beside: Shape;
  /** The name that the place of an element in the list gets among the fields, counted from 1. */
  readonly position?: string;
  /** How an object whose list is empty is called in the summary, where it is skipped; without, an empty outermost list is nothing. */
  readonly empty?: string;
}

/** The lists that lead to the rows, the outermost first. `fields` are those of the elements of the innermost one. */
export type Rows = readonly [Level, ...Level[]];

/**
 * How one kind of file is read. A declaration: it knows the dialect of its file, but no connection and no price.
 *
 * Steps of a line: its `fields` are read as text, `computed` and `carried` complete them, `numbers`, `decimals`, `durations` and `times` are converted (a value that cannot
 * be converted rejects the line), `skip` and `checks` look at them, `traits`, `facts` and `units` make the usage.
 * Expressions name fields by `field('a.b')` and converted values by their plain names.
 */
export interface Reading {
  readonly name: string;
  /** What it is, in a few words for people. */
  readonly title: string;
  /** `json` is a document, or several, with rows in lists inside of it: see `rows`. */
  readonly reads: 'ndjson' | 'csv' | 'parquet' | 'json';
  readonly rows?: Rows;
  /**
   * Tells whether a sample line (JSON, named `line`) is of this format; for CSV and Parquet the columns that must be there, one
   * of several, or, after an exclamation mark, must not.
   */
  readonly signature: Sql | readonly (string | readonly string[])[];
  readonly fields: Shape;
  /**
   * The lines with further columns beside their fields, where more than one line has to be looked at, or one field in
   * many ways. Fields keep their names, and what becomes of none of them is null.
   */
  readonly resolved?: (lines: Sql, attributes: Readonly<Record<string, Attribute>>) => Sql;
  /** `resolved` may make several rows of one line; then they are what is counted. */
  readonly severalRows?: true;
  /** Lists of names and values that `--map` may name one of: `attributes.tenant.id`. */
  readonly attributeLists?: readonly string[];
  /** Those that are read besides, by the name that their column carries after a dollar sign. */
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly numbers: Readonly<Record<string, Place>>;
  readonly decimals: Readonly<Record<string, Place>>;
  /** Numbers that are rounded: milliseconds. */
  readonly durations?: Readonly<Record<string, Place>>;
  readonly times: Readonly<Record<string, Place & (string | object)>>;
  readonly timeUnit: TimeUnit;
  /** What numbers, decimals and durations are multiplied by, as a decimal, where the file counts in other units. */
  readonly scaled?: Readonly<Record<string, string>>;
  /** How a CSV file is written, where its declaration says so. */
  readonly csv?: { readonly delimiter?: string; readonly decimals?: 'point' | 'comma' };
  /**
   * Values that several columns need, computed once: JSON inside of a text, the last event of a list. Each step sees
   * the fields and the steps before it; a name as `field` gives it (`$usage`) lets the expressions of another format be used.
   */
  readonly computed?: readonly Readonly<Record<string, Sql>>[];
  /** Values computed over the whole file in its order, where lines complete each other; see `inOrder`. */
  readonly carried?: Readonly<Record<string, Sql>>;
  readonly skip: readonly Skip[];
  readonly checks: readonly Check[];
}

/** A kind of file that holds usage. */
export interface Format extends Reading {
  readonly traits: Traits;
  readonly facts: Facts;
  readonly units: Readonly<Partial<Record<UnitName, Sql>>>;
  /** What the lines say of tokens; the columns of TOKEN_FACTS are made of it (counts.ts). */
  readonly told?: Told;
  /** A ready map of further units, where the file brings one. */
  readonly unitMap?: Sql;
  /** The id that tells calls apart, if it is not `request_id`. */
  readonly key?: Sql;
  /**
   * Of several lines with one key: `same` are copies of one line; `grows` are states of one call, of which the one
   * with the most tokens is whole; `last` the same, where the last line of the file counts; `bucket` are states of one
   * bucket, of which the one that counts most is whole, and its key tells it from all others although it has no id.
   */
  readonly repeats: 'same' | 'grows' | 'last' | 'bucket';
  /** `tags['cwd']` is the folder an agent worked in. */
  readonly tellsFolder?: true;
  /** Sessions may be forks of each other; request_id is `ORIGIN/TOTALS`, the session that this one came from, or it itself, and the running totals. */
  readonly forks?: true;
  /** Its rows are sums of sessions whose single calls are in files of this format; where the store has these calls, the sums are not counted. */
  readonly sumsOf?: string;
  /** The file tells when a call happened. If not, the same call may come again under another time. */
  readonly dated: boolean;
  /** How the same file is read for what was earned, where it tells that beside usage. */
  readonly earns?: LedgerFormat;
}

/** What a provider billed: the columns of ledger_entry (src/store/schema.ts), of which all but the amount say for what. */
export interface Entry {
  provider: Cell;
  charged_from: Cell;
  charged_to: Cell;
  /** What has to be paid, after credits, in whole units of the currency. */
  amount: Cell;
  /** What was taken off before, as a negative amount; null where the source does not tell. */
  credits: Cell;
  currency: Cell;
  /** What it is for, in the words of the bill. */
  line_item: Cell;
  model: Cell;
  service: Cell;
  service_tier: Cell;
  region: Cell;
  project: Cell;
  api_key: Cell;
  user_id: Cell;
  quantity: Cell;
  quantity_unit: Cell;
  tags: Cell;
}

/** What a customer pays: the columns of revenue_entry (src/store/schema_revenue.ts). */
export interface Earning {
  /** The id it has in its source; null where the source has none, then all that it says tells it from others. */
  source_id: Cell;
  kind: Cell;
  status: Cell;
  customer: Cell;
  customer_names: Cell;
  plan: Cell;
  feature: Cell;
  period_start: Cell;
  period_end: Cell;
  recurs: Cell;
  amount: Cell;
  currency: Cell;
  paid: Cell;
  refunded: Cell;
  refunded_at: Cell;
  invoice: Cell;
  invoice_number: Cell;
}

/** A kind of file that holds what was billed, or earned. It never becomes usage: the same calls are in other exports. */
export interface LedgerFormat extends Reading {
  /** What of: bills of providers go to the ledger, what customers pay to revenue. */
  readonly entry: Entry | Earning;
  /** Of lines that agree in all but the amount: `every` one counts, or they are states of one and the `last` counts. */
  readonly alike: 'every' | 'last';
}

export type AnyFormat = Format | LedgerFormat;

/** Whether what a file tells is revenue. */
export function isEarning(entry: Entry | Earning): entry is Earning {
  return 'customer_names' in entry;
}

/** Whether a file of the format tells what was billed or earned, and not what was used. */
export function isLedger(format: AnyFormat): format is LedgerFormat {
  return 'entry' in format;
}

/** Every trait absent; a format spreads nothing of this: it exists for tests and tools that list the names. */
export const TRAIT_NAMES = [
  'provider',
  'model',
  'request_model',
  'operation',
  'service_tier',
  'speed',
  'region',
  'status',
  'error_class',
  'http_status',
  'feature',
  'environment',
  'attempt',
  'bucket_seconds',
  'billed_currency',
  'gateway_cached',
  'token_convention',
  'max_output_tokens',
  'has_tools',
  'has_images',
  'has_json_schema',
] as const satisfies readonly (keyof Traits)[];

export type TraitName = (typeof TRAIT_NAMES)[number];
