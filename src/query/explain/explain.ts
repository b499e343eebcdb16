import { UndecidedError } from '../../errors.js';
import { priceBookId } from '../../rate/book/book.js';
import { sql } from '../../sql.js';
import type { Params, Row, Store } from '../../store/store.js';
import { type Scope, scopeOf } from '../scope/scope.js';
import { studentCritical } from '../scope/statistics.js';
import { offsetsBetween, timestampText, wallTime } from '../scope/time_zone.js';
import { countOf } from '../scope/values.js';
import {
  type Contribution,
  EFFECTS,
  type ExplainPart,
  type ExplainQuery,
  type ExplainReport,
  type Peak,
  type Used,
} from './answer.js';
import { cellsSql, inEither } from './cells_sql.js';
import { CONTRIBUTIONS, EFFECTS_SQL, TOTALS } from './effects_sql.js';
import { sentencesOn, wordsFor } from './sentences.js';
import { dailyScatterSql, HOURLY_SCATTER, peaksSql, type Step, timeSql } from './time_sql.js';

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
export async function explainReport(store: Store, query: ExplainQuery): Promise<ExplainReport> {
  const { before, after, tz, where } = query;
  const spans: Params = {
    before_since: timestampText(before.since),
    before_until: timestampText(before.until),
    after_since: timestampText(after.since),
    after_until: timestampText(after.until),
  };
  const offsets = offsetsBetween(Math.min(before.since, after.since), Math.max(before.until, after.until), tz);
  const { test, params } = scopeOf(where, offsets);
  await store.run(cellsSql(test), { ...params, ...spans });
  await checkUsed(store, query);
  await store.run(EFFECTS_SQL);
  const totals = await store.row(TOTALS);
  const days = Math.round((before.until - before.since) / DAY);
  const step: Step = days >= DAYS_ENOUGH ? 'day' : 'hour';
  await store.run(timeSql(test, step, offsets), { ...params, ...spans });
  const scatter = await scatterOf(store, query, { test, params });
  const parts = await partsOf(store, totals, scatter?.usd ?? null);
  const unpriced = await leftOut(store, { test, params: { ...params, ...spans } });
  const report: Omit<ExplainReport, 'sentences'> = {
    schema: 'llmcost.explain/1',
    query: { before: spanned(before), after: spanned(after), tz, where: where.map(({ text }) => text) },
    price_book: await priceBookId(store),
    currency: 'USD',
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
    warnings: warningsOn(query, unpriced, scatter === null),
  };
  return { ...report, sentences: sentencesOn(report) };
}

async function checkUsed(store: Store, { before, after }: ExplainQuery): Promise<void> {
  const used = await store.row<{ before: boolean; after: boolean }>(
    sql`select coalesce(sum(c1), 0) > 0 and coalesce(sum(n1) filter (where not retry), 0) > 0 as before,
      coalesce(sum(c2), 0) > 0 as after from explain_cell`,
  );
  const empty = used.before ? (used.after ? undefined : after) : before;
  if (empty === undefined) return;
  throw new UndecidedError(
    `The change cannot be explained: nothing with a price was used in ${empty.label}.\nChoose other periods with --period and --versus, or fewer filters.`,
  );
}

function wallOf({ before, tz }: ExplainQuery): Params {
  return {
    before_from: timestampText(wallTime(before.since, tz)),
    before_to: timestampText(wallTime(before.until, tz)),
  };
}

/**
 * What the two sums may differ by through the scatter of single days, of those before; of hours where there are too few. Not rounded to
 * money, for it is an estimate.
 */
async function scatterOf(store: Store, query: ExplainQuery, scope: Scope): Promise<ExplainReport['scatter']> {
  const { before, after, tz } = query;
  const since = after.since - HISTORY_DAYS * DAY;
  const offsets = offsetsBetween(since, after.since, tz);
  type Scatter = { slots: string; freedom: string; deviation: number | null };
  const daily = await store.row<Scatter>(dailyScatterSql(scope.test, offsets), {
    ...scope.params,
    history_since: timestampText(since),
    history_until: timestampText(after.since),
    history_from: timestampText(wallTime(since, tz)),
    history_to: timestampText(wallTime(after.since, tz)),
  });
  const enough = Number(daily.slots) >= DAYS_ENOUGH;
  if (!enough && before.until - before.since >= DAYS_ENOUGH * DAY) return null;
  const { slots, freedom, deviation } = enough ? daily : await store.row<Scatter>(HOURLY_SCATTER, wallOf(query));
  if (Number(slots) < DAYS_ENOUGH) return null;
  const slot = enough ? DAY : DAY / 24;
  const [first, second] = [(before.until - before.since) / slot, (after.until - after.since) / slot];
  const usd =
    studentCritical(ALARM_LEVEL, Number(freedom)) * Number(deviation) * Math.sqrt(second + second ** 2 / first);
  return { usd: usd.toFixed(6), from: enough ? 'days' : 'hours', count: countOf(slots) };
}

async function partsOf(store: Store, totals: Row, scatter: string | null): Promise<ExplainPart[]> {
  const contributions = (await store.rows(CONTRIBUTIONS)).map((row) => ({
    effect: row.effect,
    ...contributionOf(row),
  }));
  const least = Math.max(Number(scatter ?? 0), LEAST_PART * Number(totals.cost_before));
  return EFFECTS.map((effect) => {
    const amount = String(totals[effect]);
    return {
      effect,
      words: wordsFor(effect, amount),
      amount,
      percent: String(totals[`${effect}_percent`]),
      stands_out: scatter !== null && size(amount) > least,
      contributions: contributions.filter((one) => one.effect === effect).map(({ effect: _, ...one }) => one),
    };
  });
}

function contributionOf(row: Row): Contribution {
  const used = (side: 1 | 2): Used => ({
    requests: countOf(row[`requests${side}`]),
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

async function leftOut(store: Store, { test, params }: { test: ReturnType<typeof scopeOf>['test']; params: Params }) {
  return store.row<{ unpriced: string; uncounted: string }>(
    sql`select
      count(*) filter (where fact.cost_usd is null) as unpriced,
      count(*) filter (where fact.requests is null) as uncounted
    from usage_fact as fact
    where ${test} and ${inEither(sql`fact.occurred_at`)}`,
    params,
  );
}

function spanned({ since, until, label }: ExplainQuery['before']) {
  return { since: new Date(since).toISOString(), until: new Date(until).toISOString(), label };
}

function warningsOn(
  { before, after }: ExplainQuery,
  { unpriced, uncounted }: { unpriced: string; uncounted: string },
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
  if (uncounted !== '0') {
    const message = 'Some rows do not tell how many requests they stand for: each counts as one.';
    warnings.push({ code: 'unknown_requests', message });
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
