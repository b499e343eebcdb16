import type { Params, Row, Store } from '../../store/store.js';
import { lastUsage } from '../scope/freshness.js';
import { localDay } from '../scope/time_zone.js';
import { countOf, isoText, textOf } from '../scope/values.js';
import type { RealisedAnswer, RealisedQuery, RealisedRow, RealisedStatus, RealisedTotals, Saved } from './answer.js';
import { putPool, putSteps } from './pool.js';
import { newcomersSql, rowsSql, shownRowsSql, totalsSql } from './rows_sql.js';
import { savedNamed } from './saved.js';
import { sentencesOn } from './sentences.js';

/** So few calls say nothing about what a request costs: they are withheld. */
export const MIN_REQUESTS = 20;

/**
 * What became of a saved simulation: for each feature when its calls went to the target, and what a request costs since then, beside
 * what was projected and what it cost before. Throws UsageError where nothing is saved under the name.
 */
export async function realised(store: Store, { name, tz, now }: RealisedQuery): Promise<RealisedAnswer> {
  const saved = await savedNamed(store, name);
  const { undated } = await putPool(store, saved, now);
  await putSteps(store, MIN_REQUESTS);
  const params: Params = { name };
  await store.run(rowsSql(MIN_REQUESTS), params);
  const rows = (await store.rows(shownRowsSql())).map((row) => rowOf(row, saved, tz));
  const totals = totalsOf(await store.row(totalsSql()));
  const newcomers = await store.rows<{ feature: string | null }>(newcomersSql(), params);
  const { saved_at, price_book, question } = saved;
  const { rules, fallback, period, where, adjustments } = question;
  const answer = {
    schema: 'llmcost.realised/1' as const,
    name,
    saved_at,
    query: { rules: rules.map(({ label }) => label), fallback, period, where, tz },
    price_book,
    currency: 'USD' as const,
    data_until: isoText(await lastUsage(store, now)),
    adjustments,
    min_requests: MIN_REQUESTS,
    rows,
    totals,
  };
  const warnings = [
    ...keptWarning(rules.flatMap(({ label, move }) => (move === null ? [label] : []))),
    ...newcomerWarning(newcomers.map(({ feature }) => feature)),
    ...undatedWarning(undated),
  ];
  return { ...answer, sentences: sentencesOn(answer), warnings };
}

function keptWarning(labels: readonly string[]): RealisedAnswer['warnings'] {
  if (labels.length === 0) return [];
  const message = `Not compared, because the calls keep their model: ${labels.join(', ')}.`;
  return [{ code: 'same_model', message }];
}

function newcomerWarning(features: readonly (string | null)[]): RealisedAnswer['warnings'] {
  if (features.length === 0) return [];
  const names = features.slice(0, 5).map((feature) => feature ?? '(none)');
  const more = features.length > names.length ? `, … ${features.length - names.length} more` : '';
  const message = `Not in the simulation, but on a target of it now: ${names.join(', ')}${more}. Nothing was projected for them, so they are in no figure.`;
  return [{ code: 'new_features', message }];
}

function undatedWarning(undated: number): RealisedAnswer['warnings'] {
  if (undated === 0) return [];
  const message = `${undated} rows of usage have no time: whether they were made before or after the move is not known, and they are in no figure.`;
  return [{ code: 'undated', message }];
}

function rowOf(row: Row, { question: { rules } }: Saved, tz: string): RealisedRow {
  const own = rules.filter(({ move }) => move === row.move);
  const tokens = (kind: string) => ({
    before: textOf(row[`${kind}_before`]),
    projected: textOf(row[`${kind}_projected`]),
    actual: textOf(row[`${kind}_actual`]),
    deviation_percent: textOf(row[`${kind}_deviation`]),
  });
  const shares = own.map(({ targets }) => targets.reduce((sum, { share }) => sum + share, 0));
  return {
    rules: own.map(({ label }) => label),
    feature: textOf(row.feature),
    status: statusOf(row.status),
    moved_at: momentOf(row.moved_at),
    moved_back_at: momentOf(row.moved_back_at),
    moved_on: dayOf(row.moved_at, tz),
    moved_back_on: dayOf(row.moved_back_at, tz),
    share_percent: textOf(row.share),
    share_planned: Math.max(0, ...shares),
    requests_before: row.requests_before === null ? null : countOf(row.requests_before),
    requests_after: row.requests_after === null ? null : countOf(row.requests_after),
    unpriced_before: countOf(row.unpriced_before),
    unpriced_after: countOf(row.unpriced_after),
    cost_saved: textOf(row.cost_saved),
    cost_before: textOf(row.cost_before),
    cost_projected: textOf(row.cost_projected),
    cost_projected_low: textOf(row.cost_projected_low),
    cost_projected_high: textOf(row.cost_projected_high),
    cost_actual: textOf(row.cost_actual),
    projected_percent: textOf(row.projected_percent),
    realised_percent: textOf(row.realised_percent),
    deviation_percent: textOf(row.deviation_percent),
    drift_percent: textOf(row.drift_percent),
    input_tokens: tokens('input'),
    cache_read_tokens: tokens('cache_read'),
    output_tokens: tokens('output'),
    error_rate_before: textOf(row.error_rate_before),
    error_rate_after: textOf(row.error_rate_after),
  };
}

const STATUSES: readonly RealisedStatus[] = [
  ...(['realised', 'unpriced', 'too_few', 'unknown_requests', 'no_projection'] as const),
  ...(['not_moved', 'no_step', 'no_before', 'no_usage'] as const),
];

function statusOf(value: Row[string] | undefined): RealisedStatus {
  const found = STATUSES.find((status) => status === value);
  if (found === undefined) throw new Error(`no status ${String(value)}`);
  return found;
}

function momentOf(value: Row[string] | undefined): string | null {
  return value === null || value === undefined ? null : isoText(Number(value));
}

function dayOf(value: Row[string] | undefined, tz: string): string | null {
  return value === null || value === undefined ? null : localDay(new Date(Number(value)), tz);
}

function totalsOf(row: Row): RealisedTotals | null {
  if (Number(row.features) === 0) return null;
  return {
    features: Number(row.features),
    left_out: Number(row.left_out),
    requests: countOf(row.requests),
    cost_actual: String(row.cost_actual),
    cost_before: String(row.cost_before),
    cost_projected: String(row.cost_projected),
    projected_percent: textOf(row.projected_percent),
    realised_percent: textOf(row.realised_percent),
  };
}
