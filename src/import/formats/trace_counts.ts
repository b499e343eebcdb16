import { identifier, literal, type Sql, sql } from '../../sql.js';
import { among } from '../declare/normalize.js';
import { writerRule } from '../declare/writers.js';
import { told } from './trace_records.js';

/** Objects of usage whose writer has put what is cached into the prompt already. */
const INCLUSIVE_TEXTS = [
  'mlflow.chat.tokenUsage',
  'metadata.usage_object',
  'metadata',
  'langfuse.observation.metadata.usage_object',
];
/** Langfuse's kinds of usage stand beside each other, where they are called by Langfuse's names. */
const LANGFUSE = 'langfuse.observation.usage_details';

const SCOPE = sql`lower(coalesce(${told('scope')}.name, ''))`;
/** What is known of the instrumentation that wrote a record. */
const WRITER = writerRule(SCOPE, sql`${told('scope')}.version`);

const number = (name: string) => sql`try_cast(${identifier(`$n:${name}`)} as bigint)`;
const some = (name: string) => sql`coalesce(${number(name)}, 0)`;
/** A whole number as the text of a field. */
const text = (value: Sql) => sql`cast(${value} as varchar)`;

/**
 * The records with the prompt and the answer as wholes that hold their parts (`$whole:input`, `$whole:output`,
 * `$whole:reasoning`), and whether what is cached stood beside the prompt (`$beside`). Decided by what the counts come to,
 * then by who wrote them. What its tools brought Gemini counts beside the prompt, unless a total of both alone has it inside.
 */
export function withWholes(records: Sql): Sql {
  const model = sql`lower(coalesce(${told('model')}, ${told('request_model')}, ${told('provider')}, ''))`;
  const claude = sql`regexp_matches(concat(${model}, ' ', lower(coalesce(${told('provider')}, ''))), 'claude|anthropic|bedrock|amazon')`;
  return sql`
    select
      * exclude ("#tools", "#cached", "#reads", "#in_parts", "#out_parts", "#total", "#reasoning", "#input", "#output", "#by_in", "#by_out", "#prompt", "#thoughts"),
      case when "#prompt" is null then ${identifier('$n:input')} else ${text(sql`"#prompt"`)} end as "$whole:input",
      case when "#output" is null then ${identifier('$n:output')} else ${text(sql`"#output" + "#thoughts"`)} end as "$whole:output",
      case when "#reasoning" = 0 and "#thoughts" > 0 then ${text(sql`"#thoughts"`)} else ${identifier('$n:reasoning')} end as "$whole:reasoning"
    from (
      select
        *,
        case
          when "#reasoning" > 0 and ("#by_out" or "#total" = "#prompt" + "#output" + "#reasoning" or "#reasoning" > "#output"
            or (starts_with(${SCOPE}, 'openlit') and contains(${model}, 'gemini'))) then "#reasoning"
          when "#reasoning" = 0 and contains(${model}, 'gemini') and "#total" > "#prompt" + coalesce("#output", 0) then "#total" - "#prompt" - coalesce("#output", 0)
          else 0
        end as "#thoughts"
      from (
        select *, "#input" + "#tools" + case when not "$beside" then 0 when "#reads" > 0 and "#total" in ("#input" + "#reads" + coalesce("#output", 0), "#input" + "#reads" + coalesce("#output", 0) + "#reasoning") then "#reads" else "#cached" end as "#prompt"
        from (
          select
            *,
            coalesce("#cached" > 0 and (
              "#by_in"
              or "#total" in ("#input" + "#cached" + coalesce("#output", 0), "#input" + "#cached" + coalesce("#output", 0) + "#reasoning")
              or ("#reads" > 0 and "#total" in ("#input" + "#reads" + coalesce("#output", 0), "#input" + "#reads" + coalesce("#output", 0) + "#reasoning"))
              or "#cached" > "#input"
              or ${WRITER.input} = 'nothing'
              or (starts_with(${SCOPE}, 'com.anthropic.claude_code') and ${told('told_as')} = 'input_tokens')
              or (${identifier('$n:uncached')} is null and ${SCOPE} = 'ai' and ${claude})
              or (${told('told_in')} is not null and not ${among(told('told_in'), INCLUSIVE_TEXTS)} and ${claude})
              or (${told('told_in')} = ${literal(LANGFUSE)} and "#total" is null and ${told('told_as')} = 'input')
            ), false) as "$beside"
          from (
            select
              *,
              case when "#by_in" then "#in_parts" when ${number('input')} is null and ${number('output')} is null and "#cached" = 0 then "#total" else ${number('input')} end as "#input",
              case when "#by_out" then "#out_parts" else ${number('output')} end as "#output",
              case when "#total" in (${number('input')} + ${some('output')}, ${number('input')} + ${some('output')} + "#reasoning") then 0 else ${some('tool_in')} end as "#tools"
            from (
              select *, ${some('input')} = 0 and "#in_parts" > 0 as "#by_in", ${some('output')} = 0 and "#out_parts" > 0 as "#by_out"
              from (
                select
                  *,
                  ${some('cache_read')} + ${some('cache_read_audio')} + ${some('cache_read_image')} + greatest(${some('cache_write')}, ${some('cache_write_5m')} + ${some('cache_write_1h')}) as "#cached",
                  ${some('cache_read')} + ${some('cache_read_audio')} + ${some('cache_read_image')} as "#reads",
                  ${some('text_in')} + ${some('input_audio')} + ${some('input_image')} as "#in_parts",
                  ${some('text_out')} + ${some('output_audio')} + ${some('output_image')} as "#out_parts",
                  ${number('total')} as "#total",
                  ${some('reasoning')} as "#reasoning"
                from (${records}) as record
              ) as summed
            ) as by_parts
          ) as told
        ) as decided
      ) as prompted
    ) as answered`;
}
