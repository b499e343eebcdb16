import { NothingToSimulate, UsageError } from '../../errors.js';
import { priceBookId } from '../../rate/book/book.js';
import { sql } from '../../sql.js';
import type { Row, Store } from '../../store/store.js';
import { type Scores, successOf } from '../quality/scores.js';
import { shownMoney } from '../scope/currency.js';
import { lastUsage } from '../scope/freshness.js';
import { scopeOf, withPeriod, zoneOffsets } from '../scope/scope.js';
import { checkRevision } from '../scope/snapshot.js';
import { countOf, isoText, textOf } from '../scope/values.js';
import { recommendationOf, warningsOn } from './advice.js';
import type { SurveyAnswer, SurveyQuery, SurveyRow } from './answer.js';
import { adjustmentTexts, BLIND_SPOTS } from './assumptions.js';
import { ratioOf } from './cards.js';
import { catalogue, type Sellers } from './catalogue.js';
import { putScores, type Today, todayOf } from './current_cost.js';
import { ownRatios } from './own_ratios.js';
import { surveySql } from './rank_models_sql.js';
import { standingOf } from './ranking_status.js';
import { unpricedIn, usedKinds } from './reroute.js';
import { reasonsSql } from './reroute_sql.js';
import { ratioTexts } from './reroute_targets.js';
import { planned } from './routing_rules.js';
import { simulate } from './run.js';
import type { Target } from './scenario.js';
import { type UsedModel, usedModels } from './sources.js';
import { familyRatios } from './tokenizers.js';

/** The usage in scope priced on every model of the book, with what a board says of them. */
export async function survey(store: Store, query: SurveyQuery): Promise<SurveyAnswer> {
  const offsets = await zoneOffsets(
    store,
    query.where.map(({ dimension }) => dimension),
    query.tz,
  );
  const scope = withPeriod(scopeOf(query.where, offsets), query.period);
  if (query.adjust.revision !== undefined) await checkRevision(store, query.adjust.revision);
  const logged = await usedModels(store, scope, query.adjust.revision);
  const { ratios, used, notes } = await ownRatios(store, { scope, used: logged, adjust: query.adjust });
  const { targets, free } = await catalogue(store, {
    sellers: sellersOf(query, used),
    revision: query.adjust.revision,
    ratios,
  });
  const spare = await planned(store, [], { used, fallback: query.fallback, offsets, ratios });
  const all = [...targets, ...spare.targets.map((target) => ({ ...target, id: targets.length + 1 }))];
  checkSellers(query, targets);
  const families = await familyRatios(store, query.quality, query.adjust.content);
  const adjust = { ...query.adjust, ownRatios: ratios };
  await simulate(store, {
    scope,
    used,
    targets: all,
    families,
    adjust,
    by: [],
    rule: sql`0`,
    ruleParams: {},
    scale: sql`1`,
    perModel: false,
    now: query.now,
  });
  const today = await todayOf(store, { scope, used, scores: query.scores });
  const unpriced = await unpricedIn(store, scope);
  if (today.models.length === 0) throw new NothingToSimulate(unpriced.rows);
  const floor = floorOf(query, today);
  await putScores(store, targets, {
    scoreOf: (model) => query.scores.of(model),
    success: (score) => successIn(query, today, score),
    retired: (target) => isRetired(target, query),
  });
  const parts = await store.rows(surveySql(query.rank), { floor, minFit: query.minFit });
  const reasons = await store.rows<{ target_id: number; reason: string; requests: string }>(reasonsSql());
  const rows = parts.map((part) => rowOf(part, targets, { query, today, floor, reasons }));
  const counted = await store.rows<{ family: string }>(sql`
    select distinct source.family
    from simulate_cell as cell
    join simulate_source as source on source.source_id = cell.source_id
    order by source.family`);
  const pricedFamilies = counted.map(({ family }) => family);
  const aims = targets.map((target) => ({ ...target, ratios: ratiosOf(pricedFamilies, target, { families, adjust }) }));
  const seen = new Set(rows.filter(({ frontier }) => frontier).map(({ provider, model }) => `${provider}/${model}`));
  return {
    schema: 'llmcost.simulate/1',
    mode: 'all',
    query: described(query),
    price_book: await priceBookId(store),
    ...shownMoney(store),
    data_until: isoText(await lastUsage(store, query.now)),
    adjustments: adjustmentTexts(
      query.adjust,
      await usedKinds(store),
      aims.filter(({ provider, model }) => seen.has(`${provider}/${model}`)),
    ),
    today,
    scores: { ...aboutScores(query.scores), floor, assumed_success: assumedIn(query, today) },
    rows,
    free,
    recommendation: recommendationOf(rows, { today, scores: query.scores, floor }),
    not_compared: unpriced,
    cannot_see: [...BLIND_SPOTS, 'how much effort was asked for: boards test at high effort, usage may think less'],
    warnings: [...warningsOn(query, today, rows), ...notes],
  };
}

/** Sellers that were named have to sell something: a name that is misspelt must not look like a seller without a chance. */
function checkSellers({ providers }: SurveyQuery, targets: readonly Target[]): void {
  const selling = new Set(targets.map(({ provider }) => provider));
  const unknown = providers.filter((name) => name !== 'all' && !selling.has(name));
  if (unknown.length === 0) return;
  throw new UsageError(
    `--provider ${unknown.join(',')}: no price list has a model of this seller that calls could go to.\nSee who sells what: llmcost pricing list`,
  );
}

function sellersOf({ providers }: SurveyQuery, used: readonly UsedModel[]): Sellers {
  const all = providers.includes('all');
  return { all, named: all ? [] : providers, paid: new Set(used.map(({ provider }) => provider)) };
}

/** The least score that is ranked; null where the models of today have none and no number was given. */
function floorOf({ minQuality, scores }: SurveyQuery, today: Today): number | null {
  if (minQuality !== undefined && 'at' in minQuality) return minQuality.at;
  if (today.score === null) return null;
  return Math.round((today.score - (minQuality?.below ?? scores.step)) * 1000) / 1000;
}

/** The rate of success that is taken for today's models; null where no figure rests on it. */
function assumedIn({ scores, assumed }: SurveyQuery, today: Today): number | null {
  const rests = scores.success?.kind === 'curve' && today.score !== null;
  return rests ? assumed : null;
}

function successIn({ scores, assumed }: SurveyQuery, today: Today, score: number): number | null {
  if (today.score === null && scores.success?.kind !== 'rate') return null;
  return successOf(scores, score, { score: today.score ?? 0, assumed });
}

/** Out of service already, or before the end of the period that was asked for. */
function isRetired({ facts }: Target, { now, period }: SurveyQuery): boolean {
  const end = Math.max(now.getTime(), period.until ?? 0);
  return facts.deprecation_date !== null && Date.parse(`${facts.deprecation_date}T00:00:00Z`) <= end;
}

interface Context {
  query: SurveyQuery;
  today: Today;
  floor: number | null;
  reasons: readonly { target_id: number; reason: string; requests: string }[];
}

function rowOf(part: Row, targets: readonly Target[], { query, today, floor, reasons }: Context): SurveyRow {
  const target = targets[Number(part.target_id) - 1];
  if (target === undefined) throw new Error(`no target ${part.target_id}`);
  const score = query.scores.of(target.model);
  const lacking = reasons.filter(({ target_id }) => target_id === target.id);
  const fit = Number(part.fit);
  const standing = standingOf(
    {
      target,
      score,
      eligible: part.eligible === true,
      frontier: part.frontier === true,
      fits: {
        all: fit === Number(part.requests),
        enough: lacking.length === 0 || (query.minFit < 100 && 100 * fit >= query.minFit * Number(part.requests)),
        percent: textOf(part.fits_percent),
        reasons: lacking.map(({ reason, requests }) => `${requests} for ${reason.replace('_', ' ')}`),
      },
      unpriced: Number(part.unpriced) > 0,
      retired: isRetired(target, query),
    },
    { today, floor, scores: query.scores },
  );
  return {
    provider: target.provider,
    model: target.model,
    ...standing,
    frontier: part.frontier === true,
    after: String(part.after),
    after_low: String(part.after_low),
    after_high: String(part.after_high),
    surely_cheaper: part.surely_cheaper === true,
    change: String(part.change),
    change_percent: textOf(part.change_percent),
    score: score?.score ?? null,
    score_low: score?.low ?? null,
    score_high: score?.high ?? null,
    score_confidence: score?.confidence ?? null,
    score_note: score?.note ?? null,
    cost_per_success: textOf(part.cost_per_success),
    successes_per_dollar: textOf(part.successes_per_dollar),
    fits_percent: textOf(part.fits_percent),
    fits_cost_percent: textOf(part.fits_cost_percent),
    not_fitting: Object.fromEntries(lacking.map(({ reason, requests }) => [reason, countOf(requests)])),
    unsure: countOf(part.unsure),
    unpriced: countOf(part.unpriced),
    break_even: textOf(part.break_even),
    times_cheapest: textOf(part.times_cheapest),
    deprecation_date: target.facts.deprecation_date,
    order_unsure: part.order_unsure === true,
  };
}

function ratiosOf(from: readonly string[], target: Target, known: Parameters<typeof ratioOf>[2]) {
  return from.flatMap((family) => ratioTexts(family, target, ratioOf(family, target.family, known)));
}

function described({ rank, providers, fallback, period, tz, where, minFit }: SurveyQuery): SurveyAnswer['query'] {
  return {
    rank,
    providers,
    fallback: fallback ?? null,
    period: period.label,
    tz,
    where: where.map(({ text }) => text),
    min_fit: minFit,
  };
}

function aboutScores({ name, title, as_of, licence, attribution, stale }: Scores) {
  return { name, title, as_of, licence, attribution, stale };
}
