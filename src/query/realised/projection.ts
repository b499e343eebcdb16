import { CACHE_READ_UNITS, INPUT_UNITS, OUTPUT_UNITS } from '../../names/dimensions.js';
import { join, literal, type Sql, sql } from '../../sql.js';
import type { Params, Store } from '../../store/store.js';
import { quotient, unitCost } from '../metrics/division.js';
import type { MovesAnswer, MovesQuery } from '../simulate/answer.js';
import { modelsNamed } from '../simulate/named_model.js';
import { stageMoves } from '../simulate/reroute.js';
import type { Adjustments } from '../simulate/scenario.js';
import type { UsedModel } from '../simulate/sources.js';
import type { Projection, SavedQuestion, SavedRule } from './answer.js';
import { questionOf } from './moves.js';

/** A simulation ready to be kept. */
export interface Projected {
  mode: MovesQuery['mode'];
  question: SavedQuestion;
  since: number | null;
  priceBook: string;
  projections: Projection[];
}

/**
 * What a simulation projects, by feature, whatever it is shown by; `answer` is what was shown of it. Calls that are on a target of their
 * rule already are left out: they do not move. Throws UsageError for a simulation that moves nothing to another model.
 */
export async function projectionsOf(
  store: Store,
  query: MovesQuery,
  { price_book, adjustments }: Pick<MovesAnswer, 'price_book' | 'adjustments'>,
): Promise<Projected> {
  const { plan, used, adjust } = await stageMoves(store, { ...query, by: ['feature'] }, true);
  const question = questionOf(query, plan.targets, adjustments);
  const moving = question.rules.flatMap((rule, index) => (rule.move === null ? [] : [{ ...rule, number: index + 1 }]));
  const settled = moving.flatMap((rule) => onTarget(rule, used).map((model_id) => ({ move: rule.move, model_id })));
  const projections = await store.rows<{ [K in keyof Projection]: Projection[K] }>(projectionSql(adjust), {
    ...factorsOf(adjust),
    rules: JSON.stringify(moving.map(({ move, number }) => ({ rule: number, move }))),
    settled: JSON.stringify(settled),
  });
  return { mode: query.mode, question, since: query.period.since, priceBook: price_book, projections };
}

/** The numbers of the used models that are a target of a rule: by their price, or by the name that the rule has for it. */
export function onTarget({ targets }: SavedRule, used: readonly UsedModel[]): number[] {
  const sellers = new Set(used.flatMap(({ provider, price_provider }) => [provider, price_provider]));
  const found = targets.flatMap(({ name, provider, model }) => [
    ...modelsNamed(used, (seller) => sellers.has(seller), name),
    ...used
      .filter((one) => one.price_provider === provider && one.price_model === model)
      .map(({ model_id }) => model_id),
  ]);
  return [...new Set(found)];
}

function unitSum(units: readonly string[]): Sql {
  const parts = units.map((unit) => sql`coalesce(call.units[${literal(unit)}], 0)`);
  return sql`if(call.units is null, 0, call.usage_rows * cast(${join(parts, ' + ')} as bigint))`;
}

const TEXT_PROMPT = sql`(coalesce(call.uncached_input_tokens, 0) + coalesce(call.cache_read_tokens, 0)
      + coalesce(call.cache_write_tokens, 0) + coalesce(call.cache_write_1h_tokens, 0))`;

/** Tokens of one in 10^-12: the ratio of tokenizers and the factor of --output-factor have six places each. */
const WHOLE = sql`cast(1000000000000 as hugeint)`;
const MILLION = sql`cast(1000000 as hugeint)`;

/** What is read from the cache on the target, by the policy of the simulation: as src/query/simulate/cards.ts prices it. */
function cacheReadSql({ cache, cacheHit }: Adjustments): Sql {
  if (cacheHit !== undefined) return sql`${TEXT_PROMPT} * ratio.ratio * cast($cache_hit as hugeint) * 100`;
  if (cache !== 'keep') return sql`0`;
  return sql`(coalesce(call.cache_read_tokens, 0) * ratio.ratio * ${MILLION} + ${unitSum(CACHE_READ_UNITS)} * ${WHOLE})`;
}

function outputSql({ reasoning, reasoningFactor, outputFactor }: Adjustments): Sql {
  const factor = outputFactor === undefined ? MILLION : sql`cast($output_factor as hugeint)`;
  const text = sql`coalesce(call.text_output_tokens, 0) * ratio.ratio * ${factor}`;
  const thought = reasoning === 'drop' ? sql`0` : sql`coalesce(call.reasoning_tokens, 0) * ${WHOLE}`;
  const added =
    reasoningFactor === undefined
      ? sql`0`
      : sql`if(coalesce(call.reasoning_tokens, 0) > 0, 0, coalesce(call.text_output_tokens, 0) * cast($reasoning_factor as hugeint) * ${MILLION})`;
  return sql`(${text} + ${thought} + ${added} + ${unitSum(OUTPUT_UNITS)} * ${WHOLE})`;
}

function factorsOf({ cacheHit, outputFactor, reasoningFactor }: Adjustments): Params {
  const scaled = (factor: string | number, by: number) => String(Math.round(Number(factor) * by));
  return {
    ...(cacheHit === undefined ? {} : { cache_hit: scaled(cacheHit, 100) }),
    ...(outputFactor === undefined ? {} : { output_factor: scaled(outputFactor, 1_000_000) }),
    ...(reasoningFactor === undefined ? {} : { reasoning_factor: scaled(reasoningFactor, 1_000_000) }),
  };
}

/**
 * One row for each move and feature (k0). Shares are weights in percent and cancel out of everything that is per request.
 * Parameters: $rules (number of a rule → move), $settled (models that are on a target of their move already), and factors.
 */
function projectionSql(adjust: Adjustments): Sql {
  const unsettled = (model: Sql) => sql`not exists (
      from settled where settled.move = ruled.move and settled.model_id = ${model}
    )`;
  const moving = sql`join simulate_target as target on target.id = delta.target_id
    join ruled on ruled.rule = target.rule`;
  const weighed = (cost: Sql, variant: string) =>
    sql`sum(${cost} * target.share) filter (delta.variant = ${literal(variant)})`;
  const perRequest = (tokens: Sql) =>
    sql`cast(${quotient(tokens, sql`(cast(tokens.hundredths as hugeint) * ${WHOLE})`, 2)} as varchar)`;
  return sql`
    with ruled as (
      select unnest(from_json(cast($rules as json), '[{"rule": "INTEGER", "move": "INTEGER"}]'), recursive := true)
    ),
    settled as (
      select unnest(from_json(cast($settled as json), '[{"move": "INTEGER", "model_id": "INTEGER"}]'), recursive := true)
    ),
    whole as (
      select ruled.move, cell.k0 as feature, if(bool_or(cell.uncounted), null, sum(cell.requests)) as requests
      from simulate_cell as cell
      join ruled on ruled.rule = cell.rule_id
      where ${unsettled(sql`cell.model_id`)}
      group by all
    ),
    money as (
      select
        ruled.move,
        delta.k0 as feature,
        sum(delta.requests * target.share) filter (delta.variant = 'mid') as hundredths,
        ${weighed(sql`delta.before`, 'mid')} as before,
        ${weighed(sql`delta.cost`, 'mid')} as mid,
        ${weighed(sql`delta.cost`, 'low')} as low,
        ${weighed(sql`delta.cost`, 'high')} as high
      from simulate_delta as delta
      ${moving}
      where delta.reason is null and not delta.unpriced and ${unsettled(sql`delta.model_id`)}
      group by all
    ),
    tokens as (
      select
        ruled.move,
        call.k0 as feature,
        sum(call.requests * target.share) as hundredths,
        sum((${TEXT_PROMPT} * ratio.ratio * ${MILLION} + ${unitSum(INPUT_UNITS)} * ${WHOLE}) * target.share) as input,
        sum(${cacheReadSql(adjust)} * target.share) as cache_read,
        sum(${outputSql(adjust)} * target.share) as output
      from simulate_part as call
      join (select distinct rule, limit_id, source_id, target_id from simulate_pair) as pair
        on pair.limit_id = call.limit_id and pair.rule = call.rule_id and pair.source_id = call.source_id
      join simulate_target as target on target.id = pair.target_id
      join ruled on ruled.rule = target.rule
      join (select distinct source_id, family from simulate_source) as source on source.source_id = call.source_id
      join simulate_ratio as ratio
        on ratio.source_family = source.family and ratio.target_family = target.family and ratio.variant = 'mid'
      where call.reason is null and ${unsettled(sql`call.model_id`)}
      group by all
    )
    select
      whole.move,
      whole.feature,
      cast(whole.requests as varchar) as requests,
      cast(cast(coalesce(money.hundredths, 0) as decimal(36, 0)) * cast(0.01 as decimal(3, 2)) as varchar) as moved_requests,
      cast(${unitCost(sql`money.before`, sql`money.hundredths`)} as varchar) as cost_before,
      cast(${unitCost(sql`money.mid`, sql`money.hundredths`)} as varchar) as cost_after,
      cast(${unitCost(sql`coalesce(money.low, money.mid)`, sql`money.hundredths`)} as varchar) as cost_after_low,
      cast(${unitCost(sql`coalesce(money.high, money.mid)`, sql`money.hundredths`)} as varchar) as cost_after_high,
      ${perRequest(sql`tokens.input`)} as input_tokens,
      ${perRequest(sql`tokens.cache_read`)} as cache_read_tokens,
      ${perRequest(sql`tokens.output`)} as output_tokens
    from whole
    left join money on money.move = whole.move and money.feature is not distinct from whole.feature
    left join tokens on tokens.move = whole.move and tokens.feature is not distinct from whole.feature
    order by whole.move, whole.feature`;
}
