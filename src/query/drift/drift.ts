import { priceBookId } from '../../rate/book/book.js';
import { identifier, join, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { dimensionOf } from '../scope/dimensions.js';
import { patternHint } from '../scope/filter.js';
import { endedText, lastUsage, movedEnd } from '../scope/freshness.js';
import { scopeOf, withPeriod, zoneOffsets } from '../scope/scope.js';
import type { Interval } from '../scope/statistics.js';
import { localDay, timestampText, wallTime } from '../scope/time_zone.js';
import { countOf, isoText, textOf } from '../scope/values.js';
import type { DriftQuery, DriftReport, DriftRow, NotJudged, Span, Verdict } from './answer.js';
import { COMPARED } from './compare_sql.js';
import { type Grain, measuresByDay, SMALL_GROUPS, usageByDay } from './daily_sql.js';
import { ALARM_LEVEL, type Compared, comparedOf, type Judgement, judged, type Latencies, tooFew } from './judge.js';
import { latencyByGroup, SHARES, slowCallsByDay } from './latency_sql.js';
import { driftMetric, isChosen } from './metrics.js';
import { modelFindings } from './models.js';
import { notesOn } from './notes.js';
import { spansBefore } from './query.js';

const DAY = 86_400_000;
const TWO_WEEKS = 14 * DAY;

/** What changed between the two periods, like compared with like. docs/commands/drift.md explains how. */
export async function driftReport(store: Store, asked: DriftQuery): Promise<DriftReport> {
  const { floating } = asked;
  const end = floating === undefined ? null : await movedEnd(store, asked.window, floating);
  if (floating === undefined || end === null) return reportOf(store, asked, []);
  const spans = spansBefore({ since: null, until: end.until, label: '' }, floating);
  return reportOf(store, { ...asked, ...spans }, [
    { code: 'data_ends', message: endedText(end.day, spans.window.label) },
  ]);
}

async function reportOf(store: Store, query: DriftQuery, moved: DriftReport['warnings']): Promise<DriftReport> {
  const { baseline, window, where, tz, by } = query;
  const offsets = await zoneOffsets(store, ['day', ...where.map(({ dimension }) => dimension)], tz);
  const both = { since: baseline.since, until: window.until, label: '' };
  const { test, params } = withPeriod(scopeOf(where, offsets), both);
  const dimensions = by.map((name) => dimensionOf(name, offsets));
  const grain: Grain = { dimensions, day: dimensionOf('day', offsets).key, test };
  const given = { ...params, split: timestampText(window.since) };
  const weekdays = window.since - baseline.since >= TWO_WEEKS;
  await store.run(usageByDay(grain), given);
  const usage = await store.row<{ sides: string }>(sql`select count(distinct recent) as sides from drift_usage`);
  const { rows: uncounted } = await store.row<{ rows: string }>(
    sql`select count(*) as rows from usage_fact as fact where fact.requests is null and ${test}`,
    params,
  );
  const found = query.modelsOnly ? NOTHING : await judgements(store, query, { grain, given, weekdays });
  const models = await modelFindings(store, localDay(query.now, tz));
  const drift = found.rows.filter(({ verdict }) => verdict === 'drift').length;
  const noise = found.rows.filter(({ verdict }) => verdict === 'noise').length;
  const report: DriftReport = {
    schema: 'llmcost.drift/1',
    query: described(query, weekdays),
    price_book: await priceBookId(store),
    currency: 'USD',
    ...found,
    models,
    totals: { compared: found.rows.length, drift, noise, not_judged: found.not_judged.length },
    data_until: isoText(await lastUsage(store, query.now)),
    warnings: [],
  };
  return {
    ...report,
    warnings: [...moved, ...notesOn(report, { sides: Number(usage.sides), uncounted, hint: patternHint(query.where) })],
  };
}

/** Whether something is there that a build should stop for. */
export function hasDrifted({ totals, models }: DriftReport): boolean {
  return totals.drift > 0 || models.some(({ drift }) => drift);
}

const NOTHING: Pick<DriftReport, 'rows' | 'not_judged'> = { rows: [], not_judged: [] };

interface Data {
  grain: Grain;
  given: Record<string, string | number | boolean | null>;
  weekdays: boolean;
}

async function judgements(
  store: Store,
  query: DriftQuery,
  { grain, given, weekdays }: Data,
): Promise<Pick<DriftReport, 'rows' | 'not_judged'>> {
  await store.run(measuresByDay(weekdays), { least: query.minSample });
  await store.run(latencyByGroup(grain, weekdays ? weekdaysOf(query) : ALL_WEEKDAYS), given);
  await store.run(slowCallsByDay(grain, weekdays), given);
  const answer = await store.rows(COMPARED, { threshold: query.threshold });
  const groups = await groupsOf(store, query.by);
  const all = answer.map(comparedOf).filter(({ metric }) => isChosen(metric, query.metrics));
  const refused = all.map((one) => tooFew(one, query.minSample));
  const usable = all.filter((_, index) => refused[index] === undefined);
  const verdicts = judged(usable, await latenciesOf(store, usable));
  const rows = usable.map((one, index) => rowOf(one, verdicts[index], groups));
  const not_judged = all.flatMap((one, index) => {
    const reason = refused[index];
    if (reason === undefined) return [];
    const { metric, n_before: requests_before, n_after: requests_after } = one;
    return [{ group: groupOf(groups, one), metric, reason, requests_before, requests_after }];
  });
  const small = await store.rows<Small>(SMALL_GROUPS, { least: query.minSample });
  return {
    rows: rows.toSorted(byWeight),
    not_judged: [...not_judged, ...small.map((one) => ofSmall(one, query, groups))],
  };
}

type Small = { group_id: string; n_before: string; n_after: string };

function ofSmall(one: Small, { minSample }: DriftQuery, groups: Groups): NotJudged {
  return {
    group: groupOf(groups, one),
    metric: null,
    reason: `fewer than ${minSample} requests`,
    requests_before: countOf(one.n_before),
    requests_after: countOf(one.n_after),
  };
}

const RANK: Record<Verdict, number> = { drift: 0, noise: 1, steady: 2 };

/** What matters first: by verdict, then by the size of the change. */
function byWeight(a: DriftRow, b: DriftRow): number {
  return RANK[a.verdict] - RANK[b.verdict] || sizeOf(b) - sizeOf(a);
}

function sizeOf({ change_percent }: DriftRow): number {
  return change_percent === null ? Number.MAX_VALUE : Math.abs(Number(change_percent));
}

function rowOf(one: Compared, judgement: Judgement | undefined, groups: Groups): DriftRow {
  if (judgement === undefined) throw new Error(`${one.metric} was not judged`);
  const { unit } = driftMetric(one.metric);
  const { p, p_adjusted, interval } = judgement;
  const real = p_adjusted <= ALARM_LEVEL;
  return {
    group: groupOf(groups, one),
    metric: one.metric,
    unit,
    verdict: one.exceeds ? (real ? 'drift' : 'noise') : 'steady',
    before: one.before,
    after: one.after,
    change_percent: one.change_percent,
    interval: { of: one.metric.startsWith('error_rate') ? 'points' : 'percent', ...rounded(interval) },
    p: significant(p),
    p_adjusted: significant(p_adjusted),
    requests_before: one.n_before,
    requests_after: one.n_after,
    days_before: one.days_before,
    days_after: one.days_after,
  };
}

function rounded({ low, high }: Interval): Interval {
  const places = (value: number | null) => (value === null ? null : Math.round(value * 100) / 100);
  return { low: places(low), high: places(high) };
}

function significant(p: number): number {
  return Number(p.toPrecision(3));
}

type Groups = ReadonlyMap<string, Record<string, string | null>>;

async function groupsOf(store: Store, by: readonly string[]): Promise<Groups> {
  const keys = join(by.map((_, index) => identifier(`k${index}`)));
  const rows = await store.rows(sql`select distinct group_id, ${keys} from drift_usage`);
  return new Map(
    rows.map((row) => [
      String(row.group_id),
      Object.fromEntries(by.map((name, index) => [name, textOf(row[`k${index}`])])),
    ]),
  );
}

function groupOf(groups: Groups, { group_id }: { group_id: string }): Record<string, string | null> {
  const group = groups.get(group_id);
  if (group === undefined) throw new Error(`no group ${group_id}`);
  return group;
}

/** The latencies of the groups whose latency is judged. */
async function latenciesOf(store: Store, all: readonly Compared[]): Promise<Map<string, Latencies>> {
  const wanted = new Set(
    all.filter(({ metric }) => driftMetric(metric).quantile !== undefined).map(({ group_id }) => group_id),
  );
  if (wanted.size === 0) return new Map();
  const sides = new Map<string, { before: number[]; after: number[] }>();
  for (const row of await store.rows(sql`from drift_latency`)) {
    const id = String(row.group_id);
    if (!wanted.has(id)) continue;
    const side = sides.get(id) ?? { before: [], after: [] };
    side[row.recent === true ? 'after' : 'before'] = SHARES.map((share) => Number(row[`v${share}`]));
    sides.set(id, side);
  }
  return sides;
}

const ALL_WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];

/** The weekdays the window touches, 1 is Monday. */
function weekdaysOf({ window, tz }: DriftQuery): number[] {
  const found = new Set<number>();
  const last = wallTime(window.until - 1, tz);
  for (let wall = wallTime(window.since, tz); found.size < 7; wall += DAY) {
    found.add(isoWeekday(Math.min(wall, last)));
    if (wall >= last) break;
  }
  return ALL_WEEKDAYS.filter((day) => found.has(day));
}

function isoWeekday(wall: number): number {
  return new Date(wall).getUTCDay() || 7;
}

function described(query: DriftQuery, same_weekdays: boolean): DriftReport['query'] {
  const { by, window, baseline, tz, where, threshold, metrics, minSample, modelsOnly } = query;
  const span = ({ since, until, label }: Span) => ({
    since: new Date(since).toISOString(),
    until: new Date(until).toISOString(),
    label,
  });
  return {
    by,
    window: span(window),
    baseline: span(baseline),
    tz,
    where: where.map(({ text }) => text),
    threshold_percent: threshold,
    metrics: metrics ?? null,
    min_sample: minSample,
    same_weekdays,
    models_only: modelsOnly,
  };
}
