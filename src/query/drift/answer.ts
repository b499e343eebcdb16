import type { Condition } from '../scope/filter.js';
import type { Period } from '../scope/period.js';
import type { Count } from '../scope/values.js';
import type { Unit } from './metrics.js';
import type { ModelFinding } from './models.js';

/** A period with both ends. */
export interface Span extends Period {
  since: number;
  until: number;
}

/** How long the two periods are. */
export interface Lengths {
  /** Whole days, of the clock on the wall in `tz`. */
  window: number;
  baseline: number;
  tz: string;
  now: Date;
}

export interface DriftQuery {
  /** Names of dimensions, checked, none of time. */
  by: readonly string[];
  /** What is judged, and what it is compared with: the time right before it. */
  window: Span;
  baseline: Span;
  tz: string;
  where: readonly Condition[];
  /** In percent, a decimal number as text: '30'. */
  threshold: string;
  /** Undefined: all. */
  metrics?: readonly string[] | undefined;
  /** Requests that either period must have. */
  minSample: number;
  /** Only which models answer, no numbers. */
  modelsOnly: boolean;
  now: Date;
  /** The window is that of now, and moves to where usage ends where there is none in it; undefined: it was asked for. */
  floating?: Lengths | undefined;
}

/** `drift`: it moved by the threshold or more, and not by chance. `noise`: it moved, but days scatter as much. */
export type Verdict = 'drift' | 'noise' | 'steady';

export interface DriftRow {
  group: Record<string, string | null>;
  metric: string;
  unit: Unit;
  verdict: Verdict;
  /** Decimal text: USD with 18 places. `before` is what the calls of the window would have had by the baseline. */
  before: string;
  after: string;
  /** Exact, 9 places, half up; null where it was 0 before. */
  change_percent: string | null;
  /** 95 %, of the change: in percent, of an error rate in percentage points (of which `before` and `after` are shares). */
  interval: { of: 'percent' | 'points'; low: number | null; high: number | null };
  p: number;
  p_adjusted: number;
  requests_before: Count;
  requests_after: Count;
  days_before: Count;
  days_after: Count;
}

export interface NotJudged {
  group: Record<string, string | null>;
  /** null: the group has too few requests for any. */
  metric: string | null;
  reason: string;
  requests_before: Count;
  requests_after: Count;
}

export interface DriftReport {
  schema: 'llmcost.drift/1';
  query: {
    by: readonly string[];
    window: { since: string; until: string; label: string };
    baseline: { since: string; until: string; label: string };
    tz: string;
    where: string[];
    threshold_percent: string;
    metrics: readonly string[] | null;
    min_sample: number;
    same_weekdays: boolean;
    models_only: boolean;
  };
  price_book: string;
  currency: 'USD';
  rows: DriftRow[];
  models: ModelFinding[];
  not_judged: NotJudged[];
  totals: { compared: number; drift: number; noise: number; not_judged: number };
  /** The last call before now, of whatever scope; null without usage. */
  data_until: string | null;
  warnings: { code: 'no_usage' | 'not_judged' | 'unknown_requests' | 'data_ends' | 'weekdays'; message: string }[];
}
