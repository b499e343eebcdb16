import type { Condition } from '../scope/filter.js';
import type { Period } from '../scope/period.js';
import type { Count } from '../scope/values.js';
import type { AttributionRule } from './rules.js';

export interface AttributeQuery {
  rules: readonly AttributionRule[];
  period: Period;
  /** IANA, checked. */
  tz: string;
  where: readonly Condition[];
  /** Show what would change, and change nothing. */
  dryRun: boolean;
  /** How many values, and how many groups of what is left, to show of each column. */
  top: number;
}
/** Usage whose value of a column becomes another one. */
export interface AttributedValue extends Sums {
  /** A dimension. */
  column: string;
  kind: 'value' | 'other';
  before: string | null;
  after: string | null;
}
/** Usage that has no value of a column, by what could tell it. */
export interface Unattributed extends Sums {
  column: string;
  kind: 'group' | 'other' | 'total';
  api_key: string | null;
  model: string | null;
  user: string | null;
}
export interface AttributeAnswer {
  schema: 'llmcost.attribute/1';
  dry_run: boolean;
  query: { period: string; tz: string; where: string[]; top: number; rules: string[] };
  price_book: string;
  currency: 'USD';
  /** Rows of usage that change. */
  changed: Count;
  rows: AttributedValue[];
  unattributed: Unattributed[];
  warnings: { code: 'no_rules'; message: string }[];
}

export interface Sums {
  /** Rows of usage. */
  rows: Count;
  /** The requests they stand for; null if none of them tells. */
  requests: Count | null;
  /** USD as a decimal string; null if nothing in it has a price. */
  cost: string | null;
}
