import { resolverOf } from '../../rate/cards/cards.js';
import { type ModelFacts, modelFacts } from '../../rate/models/facts.js';
import { integer, join, type Sql, sql } from '../../sql.js';
import type { Params, Store } from '../../store/store.js';
import { familyOf } from '../quality/model_family.js';
import { type Condition, filterSql } from '../scope/filter.js';
import type { Offset } from '../scope/time_zone.js';
import { type NamedModel, namedModel, usedNamed } from './named_model.js';
import type { OwnRatio, Target } from './scenario.js';
import type { UsedModel } from './sources.js';

/** Where a part of the calls of a rule goes; `model` null stays on its model, under the conditions of the rule. */
export interface Aim {
  model: string | null;
  /** Percent of the calls, whole numbers. */
  share: number;
}

/** One rule of a policy: the first that a call falls under decides. What is not shared out stays where it is. */
export interface MoveRule {
  label: string;
  /** The present model, a name or glob; undefined is any. */
  from?: string | undefined;
  where: readonly Condition[];
  aims: readonly Aim[];
  tier?: string | undefined;
}

/** The rules as the engine takes them. */
export interface Planned {
  targets: Target[];
  rule: Sql;
  ruleParams: Params;
}

/** The target of a spare model: the rule of nobody. */
const NO_RULE = -1;

/** Resolves the models of all rules and of the fallback. Throws UnknownModel and NotUsed. */
export async function planned(
  store: Store,
  rules: readonly MoveRule[],
  context: {
    used: readonly UsedModel[];
    fallback: string | undefined;
    offsets: readonly Offset[];
    ratios: readonly OwnRatio[];
  },
): Promise<Planned> {
  const [facts, resolve] = [await modelFacts(store), await resolverOf(store)];
  const targets: Target[] = [];
  const add = (one: NamedModel, more: Partial<Target>) =>
    targets.push(targetOf(targets.length + 1, one, { ...more, facts }, context.ratios));
  for (const [index, { aims, tier }] of rules.entries()) {
    for (const { model, share } of aims) {
      const traits = { rule: index + 1, share, tier };
      if (model !== null) add(await namedModel(store, resolve, model), traits);
      else for (const one of pricedModels(context.used)) add(one, { ...traits, own: true });
    }
  }
  if (context.fallback !== undefined) {
    add(await namedModel(store, resolve, context.fallback), { rule: NO_RULE, spare: true });
  }
  return { targets, ...ruleSql(rules, context) };
}

type FactsOf = (provider: string, model: string) => ModelFacts;

/** A price row as a target of a rule. */
export function targetOf(
  id: number,
  { provider, model }: NamedModel,
  { facts, ...more }: Partial<Omit<Target, 'facts'>> & { facts: FactsOf },
  ratios: readonly OwnRatio[],
): Target {
  const measured = ratios.some(({ target }) => target === ownFamily(provider, model));
  const family = measured ? ownFamily(provider, model) : familyOf(model);
  return { id, rule: 0, share: 100, own: false, ...more, provider, model, family, facts: facts(provider, model) };
}

/** The family of a model whose ratio the user gave. */
export function ownFamily(provider: string, model: string): string {
  return `own:${provider}/${model}:${familyOf(model)}`;
}

function pricedModels(used: readonly UsedModel[]): NamedModel[] {
  const models = new Map<string, NamedModel>();
  for (const { price_provider: provider, price_model: model } of used) {
    if (provider !== null && model !== null) models.set(`${provider}\n${model}`, { provider, model });
  }
  return [...models.values()];
}

/** The first rule that a row (alias `fact`, its model in `placed`) falls under. */
function ruleSql(
  rules: readonly MoveRule[],
  { used, offsets }: { used: readonly UsedModel[]; offsets: readonly Offset[] },
): { rule: Sql; ruleParams: Params } {
  const ruleParams: Params = {};
  const sellers = new Set(used.flatMap(({ provider, price_provider }) => [provider, price_provider]));
  const cases = rules.map(({ from, where }, index) => {
    const { test, params } = filterSql(where, offsets, `rule_${index}`);
    Object.assign(ruleParams, params);
    const ids = from === undefined ? undefined : usedNamed(used, (name) => sellers.has(name), from);
    const on = ids === undefined ? sql`true` : sql`placed.model_id in (${join(ids.map(integer))})`;
    return sql`when ${on} and ${test} then ${integer(index + 1)}`;
  });
  return { rule: cases.length === 0 ? sql`0` : sql`case ${join(cases, ' ')} else 0 end`, ruleParams };
}
