import { UndecidedError } from '../../errors.js';
import { priceBookId } from '../../rate/book/book.js';
import { sql } from '../../sql.js';
import type { Params, Row, Store } from '../../store/store.js';
import { cellsSql, dayCellsSql } from '../effects/cells_sql.js';
import { EFFECTS, type Effect, wordsFor } from '../effects/effects.js';
import { effectsSql } from '../effects/steps_sql.js';
import { type SummedUsage, sideOf, sumUsage } from '../effects/usage.js';
import { shownMoney } from '../scope/currency.js';
import { type Dimension, dimensionOf } from '../scope/dimensions.js';
import { patternHint } from '../scope/filter.js';
import { endedText, lastUsage, movedEnd, spanOf } from '../scope/freshness.js';
import { type Scope, scopeOf, visibleNow, withEither, withPeriod } from '../scope/scope.js';
import { studentCritical } from '../scope/statistics.js';
import { instantOf, localDay, offsetsBetween, timestampText, wallTime } from '../scope/time_zone.js';
import { countOf, isoText } from '../scope/values.js';
import type { Contribution, ExplainPart, ExplainQuery, ExplainReport, Peak, Used } from './answer.js';
import { CONTRIBUTIONS, TOTALS } from './parts_sql.js';
import { sentencesOn } from './sentences.js';
import { dailyScatterSql, HOURLY_SCATTER, PART_SCATTER, peaksSql, type Step, timeSql } from './time_sql.js';

const DAY = 86_400_000;
/** How far back the scatter of days is looked for. */
const HISTORY_DAYS = 28;
/** Fewer days are looked at by the hour. */
const DAYS_ENOUGH = 5;
/** The chance of taking scatter for a cause is shared by all effects. */
const ALARM_LEVEL = 0.05 / EFFECTS.length;
/** What is less than this part of the cost before is no cause, however sure. */
const LEAST_PART = 0.02;

/**
 * Why the cost of a period differs from that of another one: parts that sum to the change to the last digit, the customers, features and
 * models with the biggest part in each, and the days or hours that stand out. UndecidedError if nothing with a price
 * was used in one of them.
 */
export async function explainReport(store: Store, asked: ExplainQuery): Promise<ExplainReport> {
  const { after, tz, now, floating } = asked;
  const end = floating === true ? await movedEnd(store, asked.before, { now, tz }) : null;
  if (end === null) return reportOf(store, asked, []);
  const back = (instant: number) =>
    instantOf(wallTime(end.until, tz) - (wallTime(after.until, tz) - wallTime(instant, tz)), tz);
  const moved = (span: ExplainQuery['after']) => spanOf(back(span.since), back(span.until), tz);
  const query = { ...asked, before: moved(asked.before), after: moved(after) };
  return reportOf(store, query, [{ code: 'data_ends', message: endedText(end.day, query.after.label) }]);
}

async function reportOf(store: Store, query: ExplainQuery, moved: ExplainReport['warnings']): Promise<ExplainReport> {
  const { before, after, tz, where } = query;
  const offsets = offsetsBetween(Math.min(before.since, after.since), Math.max(before.until, after.until), tz);
  const inAnyTime = scopeOf(where, offsets, await visibleNow(store));
  const scope = withEither(inAnyTime, before, after);
  const side = sideOf(after);
  const used = await sumUsage(store, { scope, span: side });
  const { counted, classes } = used;
  await store.run(cellsSql(sql`explain_cell`, { counted, classes }));
  await checkUsed(store, query);
  await store.run(effectsSql(sql`explain_cell`, sql`explain_effect`));
  const totals = await store.row(TOTALS);
  const days = Math.round((before.until - before.since) / DAY);
  const step: Step = days >= DAYS_ENOUGH ? 'day' : 'hour';
  await store.run(timeSql({ test: scope.test, side: side.key }, step, offsets), scope.params);
  const { scatter, ofPart } = await scatterOf(store, query, { scope: inAnyTime, counted });
  const parts = await partsOf(store, totals, { ofPart, counted });
  const report: Omit<ExplainReport, 'sentences'> = {
    schema: 'llmcost.explain/1',
    query: { before: spanned(before), after: spanned(after), tz, where: where.map(({ text }) => text) },
    price_book: await priceBookId(store),
    ...shownMoney(store),
    cost_before: String(totals.cost_before),
    cost_after: String(totals.cost_after),
    change: String(totals.change),
    change_percent: String(totals.change_percent),
    parts,
    causes: parts
      .filter(({ stands_out }) => stands_out)
      .toSorted((a, b) => size(b.amount) - size(a.amount))
      .map(({ effect }) => effect),
    scatter,
    peaks: await store.rows<Peak & Row>(peaksSql(step), {
      ...wallOf(query),
      ...(step === 'day' ? { weekdays: days >= 7 } : {}),
    }),
    requests_known: counted,
    data_until: isoText(await lastUsage(store, query.now)),
    warnings: [...moved, ...warningsOn(query, used, scatter === null)],
  };
  return { ...report, sentences: sentencesOn(report) };
}

async function checkUsed(store: Store, { before, after, tz, now, where }: ExplainQuery): Promise<void> {
  const used = await store.row<{ before: boolean; after: boolean }>(
    sql`select coalesce(sum(c1), 0) > 0 and coalesce(sum(n1) filter (where not retry), 0) > 0 as before,
      coalesce(sum(c2), 0) > 0 as after from explain_cell`,
  );
  const empty = used.before ? (used.after ? undefined : after) : before;
  if (empty === undefined) return;
  const last = await lastUsage(store, now);
  const ends = last === null ? '' : ` Usage ends on ${localDay(new Date(last), tz)}.`;
  throw new UndecidedError(
    `The change cannot be explained: nothing with a price was used in ${empty.label}.${ends}\nChoose other periods with --period and --versus, or fewer filters.${patternHint(where)}`,
  );
}

function wallOf({ before, tz }: ExplainQuery): Params {
  return {
    before_from: timestampText(wallTime(before.since, tz)),
    before_to: timestampText(wallTime(before.until, tz)),
  };
}

interface Scatter {
  scatter: ExplainReport['scatter'];
  /** The same of each part, USD; null where nothing can be told. */
  ofPart: (effect: Effect) => number | null;
}

/**
 * What the two sums may differ by through the scatter of single days, of those before; of hours where there are too few. Each part has the
 * scatter of its own: prompts of one length stand still while the number of requests goes up and down. Not rounded to money, for it is an
 * estimate.
 */
async function scatterOf(
  store: Store,
  query: ExplainQuery,
  { scope, counted }: { scope: Scope; counted: boolean },
): Promise<Scatter> {
  const { before, after, tz } = query;
  const since = after.since - HISTORY_DAYS * DAY;
  const offsets = offsetsBetween(since, after.since, tz);
  const history = withPeriod(scope, { since, until: after.since });
  const wall = {
    history_from: timestampText(wallTime(since, tz)),
    history_to: timestampText(wallTime(after.since, tz)),
  };
  type Found = { slots: string; freedom: string; deviation: number | null };
  const daily = await store.row<Found>(dailyScatterSql(history.test, offsets), {
    ...history.params,
    ...wall,
  });
  const enough = Number(daily.slots) >= DAYS_ENOUGH;
  const nothing: Scatter = { scatter: null, ofPart: () => null };
  if (!enough && before.until - before.since >= DAYS_ENOUGH * DAY) return nothing;
  const { slots, freedom, deviation } = enough ? daily : await store.row<Found>(HOURLY_SCATTER, wallOf(query));
  if (Number(slots) < DAYS_ENOUGH) return nothing;
  const slot = enough ? DAY : DAY / 24;
  const [first, second] = [(before.until - before.since) / slot, (after.until - after.since) / slot];
  const sums = studentCritical(ALARM_LEVEL, Number(freedom)) * Math.sqrt(second + second ** 2 / first);
  const usd = sums * Number(deviation);
  const parts = enough
    ? await partDeviations(store, { history, day: dimensionOf('day', offsets), wall, counted })
    : new Map<string, number>();
  return {
    scatter: { usd: usd.toFixed(6), from: enough ? 'days' : 'hours', count: countOf(slots) },
    ofPart: (effect) => {
      const own = parts.get(effect);
      return own === undefined ? usd : sums * own;
    },
  };
}

/** By how much each part of the cost of single days scatters, USD; empty where there are too many cells to tell. */
async function partDeviations(
  store: Store,
  { history, day, wall, counted }: { history: Scope; day: Dimension; wall: Params; counted: boolean },
): Promise<Map<string, number>> {
  const { classes } = await sumUsage(store, { scope: history, span: day });
  await store.run(dayCellsSql(sql`explain_day_cell`, { counted, classes }), wall);
  await store.run(effectsSql(sql`explain_day_cell`, sql`explain_day_effect`));
  const rows = await store.rows<{ effect: string; deviation: number | null }>(PART_SCATTER);
  return new Map(rows.flatMap(({ effect, deviation }) => (deviation === null ? [] : [[effect, Number(deviation)]])));
}

async function partsOf(
  store: Store,
  totals: Row,
  { ofPart, counted }: { ofPart: Scatter['ofPart']; counted: boolean },
): Promise<ExplainPart[]> {
  const contributions = (await store.rows(CONTRIBUTIONS)).map((row) => ({
    effect: row.effect,
    ...contributionOf(row, counted),
  }));
  return EFFECTS.map((effect) => {
    const amount = String(totals[effect]);
    const scatter = ofPart(effect);
    const least = Math.max(scatter ?? 0, LEAST_PART * Number(totals.cost_before));
    return {
      effect,
      words: wordsFor(effect, amount, counted),
      amount,
      percent: String(totals[`${effect}_percent`]),
      scatter: scatter === null ? null : scatter.toFixed(6),
      stands_out: scatter !== null && size(amount) > least,
      contributions: contributions.filter((one) => one.effect === effect).map(({ effect: _, ...one }) => one),
    };
  });
}

function contributionOf(row: Row, counted: boolean): Contribution {
  const used = (side: 1 | 2): Used => ({
    requests: counted ? countOf(row[`requests${side}`]) : null,
    retries: countOf(row[`retries${side}`]),
    input_tokens: countOf(row[`input${side}`]),
    cached_tokens: countOf(row[`cached${side}`]),
    output_tokens: countOf(row[`output${side}`]),
  });
  return {
    of: row.kind as Contribution['of'],
    name: row.name === null || row.name === undefined ? null : String(row.name),
    amount: String(row.amount),
    before: used(1),
    after: used(2),
  };
}

/** For comparing only. */
function size(amount: string): number {
  return Math.abs(Number(amount));
}

function spanned({ since, until, label }: ExplainQuery['before']) {
  return { since: new Date(since).toISOString(), until: new Date(until).toISOString(), label };
}

function warningsOn(
  { before, after }: ExplainQuery,
  { unpriced, counted, customers }: SummedUsage,
  unsure: boolean,
): ExplainReport['warnings'] {
  const warnings: ExplainReport['warnings'] = [];
  if (unpriced !== '0') {
    const rows = unpriced === '1' ? '1 row' : `${unpriced} rows`;
    warnings.push({
      code: 'unpriced',
      message: `${rows} of usage without a price are in no sum; llmcost report names the models.`,
    });
  }
  if (!counted) {
    const message =
      'Some rows do not tell how many requests they stand for: tokens take their place, and nothing is said per request.';
    warnings.push({ code: 'unknown_requests', message });
  }
  if (!customers) {
    const message =
      'There are too many customers to tell them apart: their growth is that of everybody. --where customer=NAME asks of one.';
    warnings.push({ code: 'many_customers', message });
  }
  const lengths = [before, after].map(({ since, until }) => Math.round((until - since) / 3_600_000));
  if (lengths[0] !== lengths[1]) {
    const [first, second] = lengths.map((hours) => (hours % 24 === 0 ? `${hours / 24} days` : `${hours} hours`));
    warnings.push({
      code: 'lengths_differ',
      message: `The periods are not equally long (${first}, ${second}): part of the volume is that.`,
    });
  }
  if (unsure) {
    const message = 'The time before is too short to tell what scatter is: no part is called a cause.';
    warnings.push({ code: 'no_scatter', message });
  }
  return warnings;
}
