import { type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';

/** Why a call does not fit a model, in the order in which they are looked for. */
export const REASONS = [
  'context',
  'output',
  'images',
  'tools',
  'json_schema',
  'images_unknown',
  'tools_unknown',
  'json_schema_unknown',
] as const;
export type Reason = (typeof REASONS)[number];

/** What is needed and not there: 'no'; not known: 'unknown', or 'assumed' where the question takes it to be there. */
const ableSql = (needed: Sql, able: Sql, assumeAble: boolean) =>
  sql`if(${needed}, case when ${able} then 'yes' when not ${able} then 'no' else ${assumeAble ? sql`'assumed'` : sql`'unknown'`} end, 'yes')`;

/** What the call allowed as answer. `least` passes over nulls. */
const ANSWER = sql`least(source.max_output_tokens, coalesce(target.max_output_tokens, source.max_output_tokens))`;

/**
 * Makes `simulate_limit` (what a call of a source may not pass on some targets, in tokens as logged: the least count that is
 * too many) and `simulate_pair` (source, target → limit). A prompt must leave room for the answer the call allowed, as far as
 * the target allows it; where the log does not tell that, prompt and answer together must fit into the window. What
 * stays on its model has no limits, whatever a list says: it ran there. Limits above the largest call in scope are left out: they stop nothing.
 */
export async function putLimits(
  store: Store,
  largest: { prompt: string; total: string; answer: string },
  assumeAble: boolean,
): Promise<void> {
  await store.run(
    sql`
    create or replace temp table simulate_pair as
    with stated as (
      select
        source.source_id,
        target.id as target_id,
        target.rule,
        case when target.unlimited then null else least(
          target.max_input_tokens * 1000000 // ratio.ratio + 1,
          case when target.context_window is not null and source.max_output_tokens is not null
            then greatest(target.context_window - ${ANSWER}, 0) * 1000000 // ratio.ratio + 1 end
        ) end as prompt_over,
        if(target.unlimited or source.max_output_tokens is not null, null,
          target.context_window * 1000000 // ratio.ratio + 1) as total_over,
        if(target.unlimited, null, target.max_output_tokens * 1000000 // ratio.ratio + 1) as output_over,
        if(target.unlimited, 'yes', ${ableSql(sql`true`, sql`target.supports_images`, assumeAble)}) as images,
        if(target.unlimited, 'yes', ${ableSql(sql`source.has_tools`, sql`target.supports_tools`, assumeAble)}) as tools,
        if(target.unlimited, 'yes', ${ableSql(sql`source.has_json_schema`, sql`target.supports_json_schema`, assumeAble)}) as json_schema,
        not target.unlimited and (
          coalesce(target.context_window, target.max_input_tokens) is null or target.max_output_tokens is null
        ) as unbounded
      from simulate_source as source
      join (select *, spare or own as unlimited from simulate_target) as target
        on not target.own or (source.price_provider = target.provider and source.price_model = target.model)
      join simulate_ratio as ratio
        on ratio.source_family = source.family and ratio.target_family = target.family and ratio.variant = 'mid'
    ),
    bounded as (
      select * replace (
        if(prompt_over > cast($prompt as bigint), null, prompt_over) as prompt_over,
        if(total_over > cast($total as bigint), null, total_over) as total_over,
        if(output_over > cast($answer as bigint), null, output_over) as output_over
      )
      from stated
    )
    select
      *,
      dense_rank() over (order by
        source_id, prompt_over, total_over, output_over, images, tools, json_schema, unbounded
      ) as limit_id
    from bounded`,
    largest,
  );
  await store.run(sql`
    create or replace temp table simulate_limit as
    select distinct limit_id, source_id, prompt_over, total_over, output_over, images, tools, json_schema, unbounded
    from simulate_pair`);
}

/** Why a group of calls does not fit, null where it does. Aliases: `cell`, `bound` (simulate_limit). */
export const REASON = sql`case
      when cell.prompt >= bound.prompt_over or cell.total >= bound.total_over then 'context'
      when cell.answer >= bound.output_over then 'output'
      when cell.sees and bound.images = 'no' then 'images'
      when bound.tools = 'no' then 'tools'
      when bound.json_schema = 'no' then 'json_schema'
      when cell.sees and bound.images = 'unknown' then 'images_unknown'
      when bound.tools = 'unknown' then 'tools_unknown'
      when bound.json_schema = 'unknown' then 'json_schema_unknown'
    end`;

/** Whether it is not known that a group fits: a fact of the model, or the size of its calls, is missing; abilities that are assumed are. */
export const UNSURE = sql`bound.unbounded or not cell.sized or (cell.sees and bound.images = 'assumed')
      or bound.tools = 'assumed' or bound.json_schema = 'assumed'`;
