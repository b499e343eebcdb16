import { NothingToSimulate } from '../../errors.js';
import { priceBookId } from '../../rate/book/book.js';
import { currentRevision } from '../../rate/revision.js';
import { identifier, join, type Sql, sql } from '../../sql.js';
import type { Params, Row, Store } from '../../store/store.js';
import { stageRevenue } from '../margin/revenue.js';
import { currencyOf, shownMoney } from '../scope/currency.js';
import { dimensionOf } from '../scope/dimensions.js';
import { lastUsage } from '../scope/freshness.js';
import { type Scope, scopeOf, withPeriod, zoneOffsets } from '../scope/scope.js';
import { checkRevision } from '../scope/snapshot.js';
import { type Count, countOf, isoText, textOf } from '../scope/values.js';
import type { Growth, MoveAmounts, MoveRow, MovesAnswer, MovesQuery } from './answer.js';
import { adjustmentTexts, BLIND_SPOTS, growthTexts, type UsedKinds } from './assumptions.js';
import { ratioOf } from './cards.js';
import { ownRatios } from './own_ratios.js';
import { policyScore } from './reroute_score.js';
import { familiesSql, movesSql } from './reroute_sql.js';
import { ratioTexts, targetsOf } from './reroute_targets.js';
import { type MoveRule, planned } from './routing_rules.js';
import { simulate } from './run.js';
import type { Target } from './scenario.js';
import { usedModels } from './sources.js';
import { familyRatios } from './tokenizers.js';

/** What the usage in scope would have cost under a set of rules; rows sum to the totals to the last digit. */
export async function moves(store: Store, query: MovesQuery): Promise<MovesAnswer> {
  const { scope, used, notes, plan, dimensions, families, adjust } = await stageMoves(store, query);
  const earns = await stagedRevenue(store, query);
  const form = {
    scale: query.growth.length > 0,
    grows: query.mode === 'scale',
    earns: earns === undefined ? undefined : currencyOf(store),
  };
  const parts = await store.rows(movesSql(dimensions, form), { top: query.top ?? null });
  const total = parts.find((part) => part.kind === 'total');
  if (total === undefined) throw new Error('a simulation without total');
  const unpriced = await unpricedIn(store, scope);
  if (Number(total.groups) === 0) throw new NothingToSimulate(unpriced.rows);
  const targets = await targetsOf(store, query.rules, plan.targets);
  const from = await store.rows<{ target_id: number; family: string }>(familiesSql());
  const told = targets.map(({ target, ...one }) => ({
    ...one,
    ratios: from
      .filter(({ target_id }) => target_id === target.id)
      .flatMap(({ family }) => ratioTexts(family, target, ratioOf(family, target.family, { families, adjust }))),
  }));
  return {
    schema: 'llmcost.simulate/1',
    mode: query.mode,
    query: described(query),
    price_book: await bookText(store, query.adjust.revision),
    ...shownMoney(store),
    data_until: isoText(await lastUsage(store, query.now)),
    adjustments: [
      ...growthTexts(query.growth, query.mode === 'scale'),
      ...adjustmentTexts(query.adjust, await usedKinds(store), told),
    ],
    rows: parts.filter((part) => part.kind !== 'total').map((part) => rowOf(part, query.by)),
    totals: amountsOf(total),
    targets: told,
    score: query.scores === undefined ? null : await policyScore(store, query.scores, { used, targets: plan.targets }),
    not_compared: unpriced,
    cannot_see: [...BLIND_SPOTS],
    warnings: [...warningsOn(query.rules, targets), ...uncountedWarning(total), ...notes, ...(earns?.warnings ?? [])],
  };
}

/**
 * Prices the usage of a question on the targets of its rules, by its dimensions: leaves `simulate_cell`, `simulate_part` and
 * `simulate_delta`, with the models of the usage `apart`. Throws NothingToSimulate where nothing is in scope, UnknownModel and NotUsed.
 */
export async function stageMoves(store: Store, query: MovesQuery, apart = query.scores !== undefined) {
  const named = [query.where, ...query.rules.map(({ where }) => where)].flat().map(({ dimension }) => dimension);
  const offsets = await zoneOffsets(store, [...query.by, ...named], query.tz);
  const scope = withPeriod(scopeOf(query.where, offsets), query.period);
  if (query.adjust.revision !== undefined) await checkRevision(store, query.adjust.revision);
  const logged = await usedModels(store, scope, query.adjust.revision);
  if (logged.length === 0) throw new NothingToSimulate(0);
  const { ratios, used, notes } = await ownRatios(store, { scope, used: logged, adjust: query.adjust });
  const plan = await planned(store, query.rules, { used, fallback: query.fallback, offsets, ratios });
  const dimensions = query.by.map((name) => dimensionOf(name, offsets));
  const families = await familyRatios(store, query.quality, query.adjust.content);
  const adjust = { ...query.adjust, ownRatios: ratios };
  const growth = growthSql(query.growth);
  const perModel = apart || plan.targets.some(({ own }) => own);
  const ruleParams = { ...plan.ruleParams, ...growth.params };
  const scale = growth.scale;
  await simulate(store, {
    ...plan,
    scope,
    used,
    families,
    adjust,
    by: dimensions,
    ruleParams,
    scale,
    perModel,
    now: query.now,
  });
  return { scope, used, notes, plan, dimensions, families, adjust };
}

/** Revenue by customer, in `revenue_part`, where it is asked by customer, all usage is looked at, and there is any. */
async function stagedRevenue(store: Store, { by, where, growth, terms, period, tz, now }: MovesQuery) {
  if (terms === undefined || by.length !== 1 || by[0] !== 'customer' || growth.length > 0) return undefined;
  if (where.some(({ dimension }) => dimension !== 'customer')) return undefined;
  const staged = await stageRevenue(store, { period, tz, now, terms });
  const { found } = await store.row<{ found: boolean }>(sql`select exists (from revenue_part) as found`);
  return found ? staged : undefined;
}

async function bookText(store: Store, revision: number | undefined): Promise<string> {
  const present = await currentRevision(store);
  return revision === undefined || revision === present ? priceBookId(store) : `revision ${revision} of ${present}`;
}

/** How much a row counts for: the word on its customer before the word on everybody. */
function growthSql(growth: readonly Growth[]): { scale: Sql; params: Params } {
  const params: Params = {};
  const ordered = [...growth].sort((a, b) => Number(a.customer === null) - Number(b.customer === null));
  const cases = ordered.map(({ customer, factor }, index) => {
    params[`growth_${index}`] = factor;
    if (customer !== null) params[`grows_${index}`] = customer;
    const who = customer === null ? sql`true` : sql`fact.customer = $${identifier(`grows_${index}`)}`;
    return sql`when ${who} then cast($${identifier(`growth_${index}`)} as decimal(8, 4))`;
  });
  return { scale: cases.length === 0 ? sql`1` : sql`case ${join(cases, ' ')} else 1 end`, params };
}

/** The sums with unknown numbers of requests in them. */
function uncountedWarning(total: Row): MovesAnswer['warnings'] {
  if (Number(total.uncounted) === 0) return [];
  const message =
    'Some rows do not tell how many requests they stand for: the numbers of requests are the least they can be.';
  return [{ code: 'unknown_requests', message }];
}

/** Rules that no call falls under, because another takes them first or the filter finds nothing. */
function warningsOn(rules: readonly MoveRule[], targets: readonly { target: Target }[]): MovesAnswer['warnings'] {
  return rules
    .filter((rule, index) => rule.aims.length > 0 && targets.every(({ target }) => target.rule !== index + 1))
    .map(({ label }) => ({ code: 'idle_rule', message: `No call falls under the rule ${label}.` }));
}

/** Which kinds of tokens there are in the calls that move: what is assumed of others is used nowhere. Reads `simulate_cell`. */
export async function usedKinds(store: Store): Promise<UsedKinds> {
  return store.row<{ [K in keyof UsedKinds]: boolean }>(sql`
    select
      coalesce(sum(cell.cache_read_tokens) > 0, false) as reads_cache,
      coalesce(sum(cell.cache_read_tokens) > 0 or sum(cell.cache_write_tokens) > 0 or sum(cell.cache_write_1h_tokens) > 0, false) as caches,
      coalesce(sum(cell.reasoning_tokens) > 0, false) as thinks
    from simulate_cell as cell
    where exists (from simulate_pair as pair where pair.source_id = cell.source_id and pair.rule = cell.rule_id)`);
}

/** Usage that has no price today cannot be compared with anything. */
export async function unpricedIn(store: Store, scope: Scope): Promise<{ rows: Count; requests: Count }> {
  const row = await store.row(
    sql`
    select count(*) as unpriced_rows, coalesce(sum(fact.requests), 0) as requests
    from usage_fact as fact
    where ${scope.test} and fact.cost_status = 1`,
    scope.params,
  );
  return { rows: countOf(row.unpriced_rows), requests: countOf(row.requests) };
}

function described(query: MovesQuery): MovesAnswer['query'] {
  const { period, tz, where, by, top, fallback, rules, growth } = query;
  return {
    rules: rules.map(({ label }) => label),
    by,
    fallback: fallback ?? null,
    scale: growth.map(({ customer, factor }) => (customer === null ? `${factor}x` : `customer=${customer}:${factor}x`)),
    period: period.label,
    since: isoText(period.since),
    until: isoText(period.until),
    tz,
    where: where.map(({ text }) => text),
    top: top ?? null,
  };
}

function rowOf(part: Row, by: readonly string[]): MoveRow {
  const other = part.kind === 'other';
  const values = by.map((name, index) => [name, textOf(part[`k${index}`])] as const);
  return {
    kind: other ? 'other' : 'group',
    groups: countOf(part.groups),
    group: other ? {} : Object.fromEntries(values),
    ...amountsOf(part),
  };
}

function amountsOf(part: Row): MoveAmounts {
  return {
    requests: part.requests === null ? null : countOf(part.requests),
    requests_complete: Number(part.uncounted) === 0,
    moved: String(part.moved),
    before: String(part.before),
    after: String(part.after),
    after_low: String(part.after_low),
    after_high: String(part.after_high),
    change: String(part.change),
    change_percent: textOf(part.change_percent),
    revenue: textOf(part.revenue),
    margin_before: textOf(part.margin_before),
    margin_after: textOf(part.margin_after),
  };
}
