import type { BudgetPeriod } from '../../config/limit.js';
import type { Unit } from '../metrics/metric.js';
import type { MetricName } from '../metrics/metrics.js';
import type { Condition } from '../scope/filter.js';
import type { Count, ExchangeNote } from '../scope/values.js';
import type { ForecastMetric } from './series.js';

/** What is asked of a forecast; names are checked. */
export interface ForecastQuery {
  metric: ForecastMetric;
  /** None: only the whole. */
  by: readonly string[];
  where: readonly Condition[];
  period: BudgetPeriod;
  tz: string;
  now: Date;
}
/** A group, or the whole: what it used of the period, and what it will have used at its end. */
export interface ForecastRow extends Omit<Projection, 'g' | 'key'> {
  /** Dimension → value; null is missing. Empty for the whole. */
  group: Record<string, string | null>;
  /** Why there is no projection, or none with an interval. */
  note: string | null;
}
/** A day of the period, of the whole: what was used, or what is expected of it and all of the period up to it. */
export interface ForecastDay {
  day: string;
  /** null: it is to come. */
  used: string | null;
  /** null: it is over, or there is too little history. Of today the larger of the two counts. */
  expected: string | null;
}
/** A day that is far above its like and alone: what was used, and what days like it usually use (an estimate). */
export type ForecastSpike = { day: string; used: string; usual: string };
export interface Forecast {
  schema: 'llmcost.forecast/1';
  query: {
    metric: MetricName;
    unit: Unit;
    by: readonly string[];
    where: string[];
    period: string;
    since: string;
    until: string;
    at: string;
    tz: string;
    /** How many of 100 periods end within the interval. */
    confidence_percent: number;
  };
  price_book: string;
  /** Of all amounts that do not name their own. */
  currency: string;
  /** By which rates USD became it; only where it is not USD. */
  exchange?: ExchangeNote;
  /** Those with the largest projection first. */
  rows: ForecastRow[];
  /** Projected by itself: what the rows expect need not sum to it, what they used does. */
  total: ForecastRow;
  days: ForecastDay[];
  /** Days of the last eight weeks, of the whole, that are left out of what is expected because they stand alone; in order. */
  spikes: ForecastSpike[];
  /** The last call before `at`; null without usage. */
  data_until: string | null;
  warnings: { code: 'unpriced' | 'unknown_requests' | 'no_usage' | 'data_ends' | 'spike'; message: string }[];
}

/** What a group used of a period and will have used at its end; amounts are decimal text in the unit of the metric. */
export interface Projection {
  /** The number of the group in the temporary tables of the forecast. */
  g: number;
  /** The values of the dimensions; null is missing. */
  key: (string | null)[];
  used: string;
  /** Days from the first use to yesterday. */
  history_days: Count;
  /** null: there is too little history. Of a period that is over what was used. */
  projected: string | null;
  /** The ends of the interval; null: too few earlier projections. */
  low: string | null;
  high: string | null;
  /** By how many percent earlier projections of as many days were wrong, all in all; null if there were none, or nothing was used. */
  error_percent: string | null;
  /** How many earlier projections that is. */
  trials: Count;
}
