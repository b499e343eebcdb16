import { identifier, integer, join, literal, type Sql, sql } from '../../sql.js';
import type { Attribute } from '../declare/format.js';
import { among } from '../declare/normalize.js';
import { USAGE_CLASSES } from '../declare/usage_names.js';
import { ATTRIBUTION, type More, told, toldOf } from './trace_records.js';

const OPERATION = sql`lower(${told('operation')})`;
const KIND = sql`lower(${told('kind')})`;
/** The Vercel AI SDK: `ai.generateText` is the whole of `ai.generateText.doGenerate`, its calls. */
const SDK = sql`starts_with(${KIND}, 'ai.')`;

const CALLS = [
  'chat',
  'text_completion',
  'completion',
  'generate_content',
  'embeddings',
  'embedding',
  'responses',
  'generation',
  'rerank',
];
const AROUND = [
  'invoke_agent',
  'create_agent',
  'invoke_workflow',
  'plan',
  'execute_tool',
  'agent_step',
  'span',
  'event',
  'agent',
  'tool',
  'chain',
  'retriever',
  'evaluator',
  'guardrail',
];
const CALL_KINDS = ['llm', 'embedding', 'reranker', 'chat_model', 'model', 'embedder'];
const AROUND_KINDS = [
  'chain',
  'agent',
  'tool',
  'retriever',
  'guardrail',
  'evaluator',
  'prompt',
  'workflow',
  'task',
  'parser',
  'memory',
];

const COUNTED = sql`coalesce(${identifier('$n:input')}, ${identifier('$n:output')}, ${identifier('$n:total')}, ${identifier('$n:text_in')}, ${identifier('$n:text_out')}, ${identifier('$n:input_audio')}, ${identifier('$n:cache_read')}) is not null`;
const FAILED = sql`coalesce(${told('failed')}, false)`;
const NAMED = sql`coalesce(${told('request_model')}, ${told('model')}, ${identifier('$body:model')}, ${identifier('$body:asked_model')})`;

/** An event of the conventions that tells what is asked for; another one tells the answer. */
const IS_REQUEST = sql`coalesce(${told('event')} = 'gen_ai.client.inference.operation.details' and not ${COUNTED} and not ${FAILED}
    and ${told('model')} is null and ${told('response_id')} is null and ${told('error_type')} is null, false)`;

/** Two events of one call that a program writes one after the other, both when it has ended. */
const EVENTS_NS = 100_000_000n;

/**
 * A span of an SDK that says no more than whom it called: its usage is unknown, which is not nothing. Agents and tools name
 * their model too, but not so.
 */
const BARE = sql`coalesce(${told('event')} is null and ${told('request_model')} is not null and ${told('provider')} is not null
    and ${told('operation')} is null and ${told('kind')} is null
    and regexp_matches(${told('name')}, '[.](chat|completions?|messages|converse|invoke_model|generate_content|embeddings?)$'), false)`;

/**
 * What a record is, the column `$role`:
 * - `call`: one call of a model, with all that its copies tell
 * - `copy`: another record of the same call
 * - `around`: an agent, a chain or a tool, which may repeat what the calls inside of it used
 * - `unread`: a record that counts tokens in names nobody knows
 * - null: anything else
 */
const ROLE = sql`case
      when ${IS_REQUEST} then null
      when ${among(OPERATION, AROUND)}
        or (${among(KIND, AROUND_KINDS)} and not ${among(OPERATION, CALLS)})
        or coalesce(${SDK} and not regexp_matches(${KIND}, '[.]do[a-z]+$'), false) then 'around'
      when ${among(OPERATION, CALLS)} or ${among(KIND, CALL_KINDS)} or coalesce(${SDK}, false) then 'call'
      when ${told('event')} is null and ${COUNTED} or ${NAMED} is not null and coalesce(${identifier('$n:input')}, ${identifier('$n:output')}) is not null then 'call'
      when ${NAMED} is not null and ${FAILED} and ${told('event')} is null and not contains(coalesce(${told('name')}, ''), 'tool') then 'call'
      when len("$unknown") > 0 and ${told('event')} is null then 'unread'
      when ${BARE} then 'call'
    end`;

/** How far apart copies of a call may begin: within one of these, or the one before. */
const NEAR_NS = 60_000_000_000n;

/** Columns that a copy may know and the record that is kept does not. */
const SHARED = [
  'provider',
  'model',
  'request_model',
  'response_id',
  'tier',
  'asked_tier',
  'speed',
  'region',
  'max_output',
  'first_chunk_s',
  'first_chunk_ms',
  'attempt',
  'cost',
  'body:tier',
  'body:id',
  'body:model',
  'body:speed',
  'body:region',
  'body:asked_tier',
  'body:asked_model',
];
/** These are told by one record together: what they mean depends on who wrote them. */
const WHOLES = ['input', 'output', 'total', 'text_in', 'text_out', 'tool_in', 'uncached'];

/**
 * The records of traces as calls, from their fields and the columns `keys`, `vals`, `resource_keys`, `resource_vals`
 * (attributes), `$name`, `$failed` (boolean), `$from` and `$to` (nanoseconds, bigint, null where there are none).
 * Only here records meet each other:
 * - what belongs to a whole trace, if it names only one customer, feature, user or session
 * - the model of a record that only the ones around it name
 * - records that tell of one call: one id, or one around the other in time with the same model and counts. The call
 *   keeps the record that tells most, and takes from the others what that leaves out
 * - records whose counts are the sum of those inside of them
 */
export function callsOf(records: Sql, attributes: Readonly<Record<string, Attribute>>): Sql {
  const named = (list: string): More =>
    Object.fromEntries(
      Object.entries(attributes).flatMap(([name, one]) => (one.list === list ? [[name, [one.key]]] : [])),
    );
  const same = [
    ...Object.keys(ATTRIBUTION),
    ...Object.keys(attributes).filter((name) => attributes[name]?.ofTrace === true),
  ];
  const names = [...SHARED, ...same];
  const counts = USAGE_CLASSES.filter((name) => !WHOLES.includes(name)).map((name) => `n:${name}`);
  const columns = [...names, ...counts].map((name) => identifier(`$${name}`));
  const wholes = WHOLES.map((name) => identifier(`$n:${name}`));
  const number = (name: string) =>
    sql`coalesce(try_cast(try_cast(${identifier(`$n:${name}`)} as double) as bigint), 0)`;
  // A count of 0 is what a copy says that does not know it.
  const listed = sql`[${join(columns.map((column, index) => (index < names.length ? sql`recorded.${column}` : sql`nullif(recorded.${column}, '0')`)))}]`;
  const kept = (column: Sql, index: number) => {
    const own = index < names.length ? sql`recorded.${column}` : sql`nullif(recorded.${column}, '0')`;
    const more = [sql`merged.known[${integer(index + 1)}]`];
    const name = names[index] ?? '';
    if (same.includes(name)) more.push(sql`trace.${identifier(name)}`);
    if (name === 'model') more.push(sql`models.model`);
    return sql`coalesce(${join([own, ...more, sql`recorded.${column}`])})`;
  };
  return sql`
    with recorded as materialized (
      select *, ${ROLE} as "$role", row_number() over () as "$record"
      from (${toldOf(records, named('attributes'), named('resource.attributes'))}) as told
    ),
    trace as (
      select
        file_number,
        ${told('traceId')} as trace,
        ${join(same.map((name) => sql`case when min(${told(name)}) = max(${told(name)}) then min(${told(name)}) end as ${identifier(name)}`))}
      from recorded
      where ${told('traceId')} <> '-' and coalesce(${join(same.map((name) => told(name)))}) is not null
      group by all
    ),
    candidate as materialized (
      select
        "$record" as record, file_number, ${told('traceId')} as trace, ${told('spanId')} as span, ${told('parentSpanId')} as parent,
        ${told('scope')}.name as scope, "$from" as start, "$to" as "end", ${FAILED} as failed, ${COUNTED} as counted,
        case when strlen(coalesce(${told('response_id')}, ${identifier('$body:id')})) >= 16 then coalesce(${told('response_id')}, ${identifier('$body:id')}) end as id,
        lower(regexp_replace(coalesce(${told('request_model')}, ${told('model')}, ${identifier('$body:model')}, ${identifier('$body:asked_model')}), '^.*[/]', '')) as model,
        lower(regexp_replace(coalesce(${told('model')}, ${identifier('$body:model')}, ${told('request_model')}), '^.*[/]', '')) as answered,
        ${number('output')} as answer, ${number('output')} + ${number('reasoning')} as answer_and_thoughts, ${number('input')} as prompt,
        ${number('input')} + ${number('cache_read')} + ${number('cache_write')} as prompt_and_cache,
        (${join(
          [...wholes, ...columns.slice(names.length)].map((one) => sql`(${one} is not null)::int`),
          ' + ',
        )}) as tells,
        ${told('event')} = 'log' as is_log, ${told('event')} as event
      from recorded
      where "$role" = 'call'
    ),
    parents as (select distinct file_number, ${told('traceId')} as trace, ${told('spanId')} as span, ${told('parentSpanId')} as parent, "$role" as role, ${told('model')} as model from recorded),
    above as (
      with recursive up as (
        select candidate.record, candidate.file_number, candidate.trace, candidate.parent as at, 1 as depth
        from candidate
        where candidate.parent <> ''
        union all
        select up.record, up.file_number, up.trace, parents.parent, up.depth + 1
        from up
        join parents on parents.file_number = up.file_number and parents.trace = up.trace and parents.span = up.at
        where parents.role is distinct from 'call' and parents.parent <> '' and up.depth < 16
      )
      select up.record, outside.record as around
      from up
      join candidate as outside on outside.file_number = up.file_number and outside.trace = up.trace and outside.span = up.at
    ),
    models as (
      with recursive up as (
        select candidate.record, candidate.file_number, candidate.trace, candidate.parent as at, 1 as depth
        from candidate
        where candidate.parent <> '' and candidate.model is null
        union all
        select up.record, up.file_number, up.trace, parents.parent, up.depth + 1
        from up
        join parents on parents.file_number = up.file_number and parents.trace = up.trace and parents.span = up.at
        where parents.model is null and parents.parent <> '' and up.depth < 16
      )
      select up.record, any_value(parents.model) as model
      from up
      join parents on parents.file_number = up.file_number and parents.trace = up.trace and parents.span = up.at
      where parents.model is not null
      group by up.record
    ),
    pairs as (
      select above.around, above.record, inside.counted as counted, outside.counted as around_counted,
        case
          when inside.counted and outside.counted then (inside.answer in (outside.answer, outside.answer_and_thoughts) or inside.answer_and_thoughts in (outside.answer, outside.answer_and_thoughts))
            and (inside.prompt in (outside.prompt, outside.prompt_and_cache) or inside.prompt_and_cache in (outside.prompt, outside.prompt_and_cache))
          when inside.counted then not outside.failed
          when outside.counted then not inside.failed
          else inside.failed = outside.failed
        end as same
      from above
      join candidate as inside on inside.record = above.record
      join candidate as outside on outside.record = above.around
    ),
    around as (
      select around, bool_and(same) and (count(*) = 1 or bool_and(counted)) and (count(*) = 1 or any_value(around_counted)) as copies, count(*) as inside
      from pairs
      where same or counted = around_counted or counted
      group by around
    ),
    sums as (select around as record from around where not copies),
    open as (select * from candidate where record not in (select record from sums)),
    near as (
      select inside.record, outside.record as around
      from (select *, unnest([start // ${literal(String(NEAR_NS))}::bigint, start // ${literal(String(NEAR_NS))}::bigint - 1]) as near from open) as inside
      join (select *, start // ${literal(String(NEAR_NS))}::bigint as near from open) as outside
        on outside.file_number = inside.file_number and outside.near = inside.near and outside.answer = inside.answer
        and (outside.model in (inside.model, inside.answered) or outside.answered in (inside.model, inside.answered))
        and outside.counted = inside.counted and outside.failed = inside.failed
      where inside.record <> outside.record
        and outside.start <= inside.start
        and outside."end" >= inside."end" - case when outside.event <> inside.event then ${literal(String(EVENTS_NS))}::bigint else 0 end
        and (outside.start < inside.start or outside."end" > inside."end" or outside.record < inside.record)
        and (inside.id is null or outside.id is null or inside.id = outside.id)
        and (inside.scope is distinct from outside.scope or outside.event <> inside.event)
        and (inside.prompt in (outside.prompt, outside.prompt_and_cache) or inside.prompt_and_cache in (outside.prompt, outside.prompt_and_cache))
    ),
    blank as (
      select inside.record, outside.record as around
      from (select *, unnest([start // ${literal(String(NEAR_NS))}::bigint, start // ${literal(String(NEAR_NS))}::bigint - 1]) as near from open where counted) as inside
      join (select *, start // ${literal(String(NEAR_NS))}::bigint as near from open where not counted and not failed) as outside
        on outside.file_number = inside.file_number and outside.near = inside.near
      where (outside.model in (inside.model, inside.answered) or outside.answered in (inside.model, inside.answered))
        and ((outside.start <= inside.start and outside."end" >= inside."end") or (outside.start >= inside.start and outside."end" <= inside."end"))
        and inside.scope is distinct from outside.scope and (outside.id is null or outside.id = inside.id)
    ),
    streamed as (
      select log.record, arg_max(span.record, span.start) as around
      from open as log
      join open as span
        on span.file_number = log.file_number and span.scope is not distinct from log.scope and span.model = log.model and not span.counted and not span.failed and span.is_log is distinct from true
        and span."end" <= log.start and span.start > log.start - ${literal(String(NEAR_NS * 10n))}::bigint
      where log.is_log
      group by log.record
    ),
    linked as (
      select outer_record as record, min(inner_record) as to_record
      from (
        select pairs.around as outer_record, pairs.record as inner_record from pairs join around on around.around = pairs.around and around.copies where pairs.same
        union all
        select around, record from near
        union all
        select around, record from blank
        union all
        select around, record from streamed
      ) as links
      group by outer_record
    ),
    -- Of two that begin at once, the inner one by its parent may end later: then each would be inside of the other.
    link as (
      select * from linked as one
      where one.record < one.to_record
        or not exists (select 1 from linked as back where back.record = one.to_record and back.to_record = one.record)
    ),
    jumped as (
      select one.record, coalesce(three.to_record, two.to_record, one.to_record) as to_record
      from link as one
      left join link as two on two.record = one.to_record
      left join link as three on three.record = two.to_record
    ),
    rooted as (
      select candidate.*, coalesce(jumped.to_record, candidate.record) as root
      from candidate
      left join jumped on jumped.record = candidate.record
      where candidate.record not in (select record from sums)
    ),
    known as (
      select *, coalesce(max(case when record = root then id end) over whole, max(id) over whole) as call_id
      from rooted
      window whole as (partition by root)
    ),
    keyed as (
      select
        record, call_id as id, concat(file_number, ' ', coalesce(call_id, cast(root as varchar))) as call,
        row_number() over (partition by file_number, coalesce(call_id, cast(root as varchar)) order by tells desc, "end" - start, record) as place
      from known
    ),
    shared as (
      select
        first(keyed.record order by keyed.place) as record,
        list(${listed} order by keyed.place) as known,
        min("$from") as "from",
        max("$to") as "to"
      from keyed
      join recorded on recorded."$record" = keyed.record
      where keyed.call in (select call from keyed where place > 1)
      group by keyed.call
    ),
    merged as (
      select
        record, "from", "to",
        list_transform(range(1, ${integer(columns.length + 1)}), lambda i: list_filter(list_transform(known, lambda one: one[i]), lambda one: one is not null)[1]) as known
      from shared
    )
    select
      recorded.* replace (
        ${join(columns.map((column, index) => sql`${kept(column, index)} as ${column}`))},
        coalesce(merged."from", recorded."$from") as "$from",
        coalesce(merged."to", recorded."$to") as "$to",
        case
          when recorded."$role" is distinct from 'call' then recorded."$role"
          when keyed.record is null then 'around'
          when keyed.place > 1 then 'copy'
          else 'call'
        end as "$role"
      ),
      keyed.id as "$call_id"
    from recorded
    left join keyed on keyed.record = recorded."$record"
    left join merged on merged.record = recorded."$record"
    left join trace on trace.file_number = recorded.file_number and trace.trace = recorded.${told('traceId')}
    left join models on models.record = recorded."$record"`;
}
