import type { Count } from '../scope/values.js';

/** Calls whose source says what it billed, in dollars, beside what they cost by the price book. */
export interface Agreement {
  calls: Count;
  /** Within 0.1 %, or a millionth of a dollar. */
  agree: Count;
  differ: Count;
  /** No price is known. */
  unpriced: Count;
  /** Of those that differ: the cost less what was billed, USD, a decimal string. */
  difference: string;
  /** The request id of the call that differs most. */
  furthest: string | null;
}

/** What the calls of some imports came to. */
export interface ImportedSum {
  /** USD, a decimal string, without the calls that no price is known for. */
  cost: string;
  unpriced: Count;
  /** Calls whose counts exclude each other: parts that come to more than their total, a prompt smaller than what the cache gave of it. */
  contradicted: Count;
  /** Undefined where no source says what it billed. */
  agreement: Agreement | undefined;
}
