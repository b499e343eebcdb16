import type { UnpricedModel } from '../report/answer.js';
import type { Count, Money } from '../scope/values.js';

/** One source of prices as the book holds it. */
export type SourceStatus = {
  source: string;
  /** The day its newest list is of, and how many days ago that is. */
  data_date: string;
  age_days: number;
  /** The SHA-256 of the list as it was read, where from, and when; null where nobody wrote it down. */
  sha256: string | null;
  url: string | null;
  fetched_at: string;
  models: number;
  /** Rates that hold in the present book. */
  rates: number;
  /** Published prices of its newest list that are not used. */
  set_aside: number;
  /** When it was last asked over the network, and how that went; null if never. */
  checked_at: string | null;
  outcome: string | null;
};
export interface PriceStatus {
  price_book: string;
  revisions: number;
  sources: SourceStatus[];
  own: { overrides: number; aliases: number; flat: number };
  /** Models in the usage that have no price, those with most tokens first. */
  unpriced: UnpricedModel[];
}
/** A published price that is not used, and why. */
export type SetAside = {
  source: string;
  provider: string | null;
  model: string;
  field: string;
  raw_value: string | null;
  reason: string;
  seen_at: string;
};
/** One change of the prices, and what it did to usage; money is exact decimal text. */
export type PastRevision = {
  revision: number;
  made_at: string;
  kind: string;
  detail: string;
  rates_added: number;
  rates_removed: number;
  calls_rated: string;
  cost_change: string;
};

/** A state of the prices to take a bill by; `at` null: each call by the prices of its own time. */
export interface BillPoint {
  revision: number;
  at: string | null;
}
/** What one model or customer would have paid by either state of the prices. Unpriced calls count 0 and are told. */
export interface BillChange {
  name: string | null;
  requests: Count;
  before: Money;
  after: Money;
  change: Money;
  unpriced_before: Count;
  unpriced_after: Count;
}
export interface BillDiff {
  period: string;
  models: BillChange[];
  customers: BillChange[];
  totals: BillChange;
}
