import {
  benjaminiHochberg,
  binomialTwoSided,
  type Interval,
  newcombe,
  studentCritical,
  studentTwoSided,
} from '../scope/statistics.js';
import { type Count, countOf } from '../scope/values.js';
import { SHARES } from './latency_sql.js';
import { driftMetric } from './metrics.js';

/** A metric of a group in both periods, as COMPARED gives it. */
export interface Compared {
  metric: string;
  group_id: string;
  before: string;
  after: string;
  change_percent: string | null;
  exceeds: boolean;
  observed: number;
  expected: number;
  base: number;
  dispersion: number;
  spread: number;
  spread_before: number;
  n_before: Count;
  n_after: Count;
  days_before: Count;
  days_after: Count;
  freedom: Count;
}

/** Latencies at SHARES, in milliseconds. */
export interface Latencies {
  before: readonly number[];
  after: readonly number[];
}

/** What the numbers say of one comparison. */
export interface Judgement {
  /** The chance of a difference this large if nothing changed. */
  p: number;
  /** The same with regard to how many comparisons there were. */
  p_adjusted: number;
  /** Of the change: in percent, of a rate in percentage points; 95 %. */
  interval: Interval;
}

/** False alarms among alarms, at most. */
export const ALARM_LEVEL = 0.05;

const CONFIDENCE = 0.95;
const LEAST_DAYS = 3;

/** Why a comparison cannot be judged; undefined if it can. A quantile needs ten calls beyond it, however small a sample is allowed. */
export function tooFew(one: Compared, minSample: number): string | undefined {
  const { quantile } = driftMetric(one.metric);
  const least = quantile === undefined ? minSample : Math.max(minSample, Math.ceil(1000 / (100 - quantile)));
  const n = Math.min(Number(one.n_before), Number(one.n_after));
  if (n < least) return `fewer than ${least} requests`;
  return Number(one.freedom) < LEAST_DAYS ? 'too few days before' : undefined;
}

/** Judges comparisons that can be judged, all together. */
export function judged(all: readonly Compared[], latencies: ReadonlyMap<string, Latencies>): Judgement[] {
  const ps = all.map(chance);
  const adjusted = benjaminiHochberg(ps);
  // There are few degrees of freedom and many comparisons.
  const freedoms = new Set(all.map(({ freedom }) => Number(freedom)));
  const critical = new Map([...freedoms].map((freedom) => [freedom, studentCritical(1 - CONFIDENCE, freedom)]));
  return all.map((one, index) => ({
    p: ps[index] ?? 1,
    p_adjusted: adjusted[index] ?? 1,
    interval: intervalOf(one, critical.get(Number(one.freedom)) ?? Number.NaN, latencies.get(one.group_id)),
  }));
}

/** Shares of requests, and counts of calls slower than before: their scatter cannot be below that of drawing lots. */
function isCounted({ metric }: Compared): boolean {
  return metric.startsWith('error_rate') || driftMetric(metric).quantile !== undefined;
}

function scatter(one: Compared): number {
  if (!isCounted(one)) return one.dispersion;
  return Math.max(one.dispersion, 1 - pooledShare(one));
}

function pooledShare({ observed, expected, base }: Compared): number {
  return Math.min(1, (observed + expected) / (2 * base));
}

/**
 * Days are the unit: t of observed − expected, over how much days of the baseline scatter, with as many degrees of freedom as the
 * baseline has days beyond the weekdays estimated. Counts must also be unlikely as lots drawn, which matters where they are few.
 */
function chance(one: Compared): number {
  const variance = scatter(one) * one.spread;
  const off = one.observed - one.expected;
  if (variance <= 0) return off === 0 ? 1 : 0;
  const byDays = studentTwoSided(off / Math.sqrt(variance), Number(one.freedom));
  return isCounted(one) ? Math.max(byDays, chanceOfLots(one)) : byDays;
}

/** Whether so many of all hits fall into the window. */
function chanceOfLots({ observed, expected, base, n_before }: Compared): number {
  const before = Number(n_before);
  const hits = observed + (expected / base) * before;
  return hits === 0 ? 1 : binomialTwoSided(observed, hits, base / (base + before));
}

function intervalOf(one: Compared, t: number, latencies: Latencies | undefined): Interval {
  const { quantile, unit } = driftMetric(one.metric);
  if (quantile !== undefined) {
    if (latencies === undefined) throw new Error(`no latencies of group ${one.group_id}`);
    return ofQuantile(one, latencies, t);
  }
  return unit === 'share' && isCounted(one) ? ofRate(one, t) : ofRatio(one, t);
}

/** Of observed ÷ expected, on the scale of logarithms. */
function ofRatio(one: Compared, t: number): Interval {
  if (one.observed <= 0 || one.expected <= 0) return { low: null, high: null };
  const variance = scatter(one) * (1 / one.expected + one.spread_before / one.expected ** 2);
  const [ratio, width] = [one.observed / one.expected, t * Math.sqrt(variance)];
  return { low: 100 * (ratio * Math.exp(-width) - 1), high: 100 * (ratio * Math.exp(width) - 1) };
}

/** Newcombe's, in percentage points, for as many calls as these would be if days did not differ. */
function ofRate(one: Compared, t: number): Interval {
  const share = pooledShare(one);
  const effect = share >= 1 ? 1 : Math.max(1, scatter(one) / (1 - share));
  const before = { share: Math.min(1, one.expected / one.base), n: Number(one.n_before) / effect };
  const after = { share: one.observed / one.base, n: one.base / effect };
  const { low, high } = newcombe(before, after, t);
  return { low: 100 * low, high: 100 * high };
}

/**
 * Woodruff's (1952, https://doi.org/10.1080/01621459.1952.10483443): the latencies at the bounds of the quantile's share, on both
 * sides, and of their ratio as Newcombe's takes it from two intervals. No bound where the sample has none.
 */
function ofQuantile(one: Compared, { before, after }: Latencies, t: number): Interval {
  const share = (driftMetric(one.metric).quantile ?? 0) / 100;
  const effect = Math.max(1, scatter(one) / share);
  const was = boundsOf(before, share, t * Math.sqrt((effect * share * (1 - share)) / Number(one.n_before)));
  const is = boundsOf(after, share, t * Math.sqrt((effect * share * (1 - share)) / Number(one.n_after)));
  const change = is.at - was.at;
  const bound = (sign: 1 | -1, a: number | null, b: number | null) =>
    a === null || b === null ? null : 100 * (Math.exp(change + sign * Math.hypot(a - is.at, was.at - b)) - 1);
  return { low: bound(-1, is.low, was.high), high: bound(1, is.high, was.low) };
}

/** Logarithms of the latency at a share and at the next shares of SHARES beyond `width` on both sides of it. */
function boundsOf(values: readonly number[], share: number, width: number) {
  const at = (index: number) => (values[index] === undefined ? null : Math.log(values[index]));
  const low = SHARES.findLastIndex((known) => known / 1000 <= share - width);
  const high = SHARES.findIndex((known) => known / 1000 >= share + width);
  const middle = at(SHARES.indexOf(Math.round(share * 1000)));
  if (middle === null) throw new Error('a latency without values');
  return { at: middle, low: at(low), high: at(high) };
}

/** Numbers of DuckDB's answer as Compared. */
export function comparedOf(row: Record<string, unknown>): Compared {
  const text = (name: string) => String(row[name]);
  const number = (name: string) => Number(row[name]);
  const count = (name: string) => countOf(text(name));
  return {
    metric: text('metric'),
    group_id: text('group_id'),
    before: text('before'),
    after: text('after'),
    change_percent: row.change_percent === null ? null : text('change_percent'),
    exceeds: row.exceeds === true,
    observed: number('observed'),
    expected: number('expected'),
    base: number('base'),
    dispersion: number('dispersion'),
    spread: number('spread'),
    spread_before: number('spread_before'),
    n_before: count('n_before'),
    n_after: count('n_after'),
    days_before: count('days_before'),
    days_after: count('days_after'),
    freedom: count('freedom'),
  };
}
