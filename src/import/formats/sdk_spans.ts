import { join, type Sql, sql } from '../../sql.js';
import { field } from '../declare/fields.js';
import { traces } from './traces.js';

/** Keys and values of a JSON object of attributes; values that are objects stay JSON. */
export function attributesIn(object: Sql): { keys: Sql; values: Sql } {
  const entries = sql`coalesce(try(map_entries(json_transform(${object}, '"MAP(VARCHAR, JSON)"'))), [])`;
  return {
    keys: sql`list_transform(${entries}, lambda one: one.key)`,
    values: sql`list_transform(${entries}, lambda one: one.value->>'$')`,
  };
}

/** Nanoseconds of a time as SDKs write it: `[seconds, nanoseconds]`, a number since 1970, or ISO 8601; null where it is none. */
export function nanoseconds(text: Sql): Sql {
  const number = sql`try_cast(${text} as decimal(38, 9))`;
  return sql`case
      when left(${text}, 1) = '[' then try_cast(json_extract_string(${text}, '$[0]') as bigint) * 1000000000 + try_cast(json_extract_string(${text}, '$[1]') as bigint)
      when ${number} > 1e17 then cast(${number} as bigint)
      when ${number} > 1e14 then cast(${number} * 1000 as bigint)
      when ${number} > 1e11 then cast(${number} * 1000000 as bigint)
      when ${number} > 1e8 then cast(${number} * 1000000000 as bigint)
      else epoch_ns(cast(try_cast(${text} as timestamptz) as timestamp))
    end`;
}

const firstOf = (...paths: string[]) => sql`coalesce(${join(paths.map((path) => sql`nullif(${field(path)}, '')`))})`;
const ATTRIBUTES = attributesIn(field('attributes'));
const RESOURCE = attributesIn(field('resource.attributes'));
const RAW_RESOURCE = sql`coalesce(try(json_transform(${field('resource._rawAttributes')}, '[["VARCHAR"]]')), [])`;

/** Records need not be of a trace; what has no attributes is no record that can be read. */
const HELD = sql`case when ${field('attributes')} is not null then '-' end`;

/** Phoenix takes the kind of a span out of its attributes. */
const PHOENIX_KIND = sql`case when ${field('span_kind')} in ('LLM', 'EMBEDDING', 'RERANKER', 'CHAIN', 'AGENT', 'TOOL', 'RETRIEVER', 'GUARDRAIL', 'EVALUATOR', 'PROMPT') then ${field('span_kind')} end`;

/**
 * Spans and log records as SDKs of OpenTelemetry write them down themselves: `span.to_json()` of Python, the objects of
 * JavaScript's exporters (Gemini CLI's and Qwen Code's telemetry.outfile, Copilot CLI's file exporter), and the API of
 * Phoenix. https://opentelemetry.io/docs/languages/python/exporters/, https://arize.com/docs/phoenix/sdk-api-reference/rest-api
 */
export const sdkSpans = traces({
  name: 'otel-sdk',
  title: "spans and log records as OpenTelemetry's SDKs write them to files, and Phoenix's API",
  reads: 'ndjson',
  signature: sql`json_type(line, '$.attributes') = 'OBJECT' and (
    (json_exists(line, '$.context.trace_id') and json_exists(line, '$.context.span_id') and json_exists(line, '$.start_time'))
    or json_exists(line, '$._spanContext.traceId')
    or (json_exists(line, '$.hrTime') and json_exists(line, '$.instrumentationScope'))
    or (json_exists(line, '$.hrTime') and json_exists(line, '$._body'))
    or (json_type(line, '$.startTime') = 'ARRAY' and json_exists(line, '$.endTime') and (json_exists(line, '$.spanContext') or json_exists(line, '$.traceId') or json_extract_string(line, '$.type') = 'span'))
  )`,
  fields: {
    name: 'text',
    span_kind: 'text',
    type: 'text',
    context: { trace_id: 'text', span_id: 'text' },
    _spanContext: { traceId: 'text', spanId: 'text' },
    spanContext: { traceId: 'text', spanId: 'text' },
    parentSpanContext: { spanId: 'text' },
    traceId: 'text',
    spanId: 'text',
    id: 'text',
    parent_id: 'text',
    parentId: 'text',
    parentSpanId: 'text',
    start_time: 'text',
    end_time: 'text',
    startTime: 'text',
    endTime: 'text',
    hrTime: 'text',
    status: { code: 'text', message: 'text', status_code: 'text', description: 'text' },
    status_code: 'text',
    status_message: 'text',
    attributes: 'text',
    resource: { attributes: 'text', _rawAttributes: 'text' },
    instrumentationScope: { name: 'text', version: 'text' },
    instrumentationLibrary: { name: 'text', version: 'text' },
    scope: { name: 'text', version: 'text' },
    scopeMetrics: 'text',
  },
  record: 'records',
  others: [{ reason: 'sums of metrics over calls', when: sql`${field('scopeMetrics')} is not null` }],
  records: (lines) => sql`
    select
      * exclude ("$attributes", "$traceId", "$spanId", "$parentSpanId", "$name", "$scope"),
      coalesce(${firstOf('context.trace_id', '_spanContext.traceId', 'spanContext.traceId', 'traceId')}, ${HELD}) as "$traceId",
      coalesce(${firstOf('context.span_id', '_spanContext.spanId', 'spanContext.spanId', 'spanId', 'id')}, ${HELD}) as "$spanId",
      ${firstOf('parent_id', 'parentSpanId', 'parentSpanContext.spanId', 'parentId')} as "$parentSpanId",
      ${field('name')} as "$name",
      {'name': ${firstOf('scope.name', 'instrumentationScope.name', 'instrumentationLibrary.name')}, 'version': ${firstOf('scope.version', 'instrumentationScope.version')}} as "$scope",
      coalesce(
        ${nanoseconds(firstOf('start_time', 'startTime'))},
        ${nanoseconds(field('hrTime'))} - coalesce(try_cast(json_extract_string(${field('attributes')}, '$.duration_ms') as bigint), 0) * 1000000
      ) as "$from",
      coalesce(${nanoseconds(firstOf('end_time', 'endTime'))}, ${nanoseconds(field('hrTime'))}) as "$to",
      coalesce(${firstOf('status.code', 'status.status_code', 'status_code')} in ('2', 'ERROR', 'STATUS_CODE_ERROR', 'StatusCode.ERROR'), false) as "$failed",
      ${firstOf('status.message', 'status.description', 'status_message')} as "$message",
      list_concat(${ATTRIBUTES.keys}, ['openinference.span.kind']) as keys,
      list_concat(${ATTRIBUTES.values}, [${PHOENIX_KIND}]) as vals,
      list_concat(${RESOURCE.keys}, list_transform(${RAW_RESOURCE}, lambda one: one[1])) as resource_keys,
      list_concat(${RESOURCE.values}, list_transform(${RAW_RESOURCE}, lambda one: one[2])) as resource_vals
    from (${lines}) as lines`,
});

/** A value that stands as JSON in its text, as MLflow keeps all of them. */
const UNQUOTED = sql`list_transform(${ATTRIBUTES.values}, lambda one: case when left(one, 1) = '"' then coalesce(try(json_extract_string(one, '$')), one) else one end)`;

/** Traces of MLflow, `Trace.to_json()`. https://mlflow.org/docs/latest/genai/tracing/ */
export const mlflowTraces = traces({
  name: 'mlflow-traces',
  title: 'traces of MLflow (Trace.to_json)',
  reads: 'json',
  rows: [{ list: 'data.spans', beside: { info: { trace_id: 'text', tags: 'text' } } }],
  signature: sql`json_type(line, '$.data.spans') = 'ARRAY' and json_exists(line, '$.info')`,
  fields: {
    trace_id: 'text',
    span_id: 'text',
    parent_span_id: 'text',
    name: 'text',
    start_time_unix_nano: 'text',
    end_time_unix_nano: 'text',
    status: { code: 'text', message: 'text' },
    attributes: 'text',
  },
  record: 'spans',
  records: (lines) => sql`
    select
      * exclude ("$attributes", "$name"),
      coalesce(${field('info.trace_id')}, ${field('trace_id')}) as "$traceId",
      ${field('span_id')} as "$spanId",
      ${field('parent_span_id')} as "$parentSpanId",
      ${field('name')} as "$name",
      {'name': 'mlflow', 'version': cast(null as varchar)} as "$scope",
      try_cast(${field('start_time_unix_nano')} as bigint) as "$from",
      try_cast(${field('end_time_unix_nano')} as bigint) as "$to",
      coalesce(${field('status.code')} in ('STATUS_CODE_ERROR', 'ERROR', '2'), false) as "$failed",
      ${field('status.message')} as "$message",
      ${ATTRIBUTES.keys} as keys,
      ${UNQUOTED} as vals,
      cast([] as varchar[]) as resource_keys,
      cast([] as varchar[]) as resource_vals
    from (${lines}) as lines`,
});

const GENKIT = attributesIn(sql`(span->'$.attributes')`);

/** Traces of Genkit: its spans stand in an object, under their ids. https://genkit.dev/docs/observability/ */
export const genkitTraces = traces({
  name: 'genkit-traces',
  title: 'traces of Genkit',
  reads: 'ndjson',
  signature: sql`json_exists(line, '$.traceId') and json_type(line, '$.spans') = 'OBJECT'`,
  fields: { traceId: 'text', spans: 'text' },
  severalRows: true,
  record: 'spans',
  records: (lines) => sql`
    select
      * exclude ("$spans", span),
      left(${field('spans')}, 1) as "$spans",
      case when span is null then left(${field('traceId')}, 1) else json_extract_string(span, '$.spanId') end as "$spanId",
      json_extract_string(span, '$.parentSpanId') as "$parentSpanId",
      json_extract_string(span, '$.displayName') as "$name",
      {'name': 'genkit', 'version': cast(null as varchar)} as "$scope",
      cast(try_cast(json_extract_string(span, '$.startTime') as decimal(38, 6)) * 1000000 as bigint) as "$from",
      cast(try_cast(json_extract_string(span, '$.endTime') as decimal(38, 6)) * 1000000 as bigint) as "$to",
      coalesce(json_extract_string(span, '$.status.code') = '2' or json_extract_string(span, '$.attributes."genkit:state"') = 'error', false) as "$failed",
      json_extract_string(span, '$.status.message') as "$message",
      list_concat(${GENKIT.keys}, ['genkit:model', 'openinference.span.kind']) as keys,
      list_concat(${GENKIT.values}, [
        case when json_extract_string(span, '$.attributes."genkit:metadata:subtype"') = 'model' then regexp_replace(json_extract_string(span, '$.attributes."genkit:name"'), '^.*/', '') end,
        case when json_extract_string(span, '$.attributes."genkit:metadata:subtype"') in ('model', 'embedder') then null else 'chain' end
      ]) as vals,
      cast([] as varchar[]) as resource_keys,
      cast([] as varchar[]) as resource_vals
    from (
      select *, unnest(coalesce(nullif(map_values(json_transform(${field('spans')}, '"MAP(VARCHAR, JSON)"')), []), [null])) as span
      from (${lines}) as lines
    ) as spans`,
});

const METRICS = attributesIn(field('metrics'));
const METADATA = attributesIn(field('metadata'));

/** A call that has ended without an answer and without a count has failed, whether or not a row has the error. */
const UNANSWERED = sql`coalesce(${field('output')}, 'null') = 'null' and json_exists(${field('metrics')}, '$.end')
        and len(list_filter(${METRICS.keys}, lambda one: contains(one, 'token'))) = 0`;

/** Rows of Braintrust's logs. https://www.braintrust.dev/docs/reference/api */
export const braintrustLogs = traces({
  name: 'braintrust-logs',
  title: "rows of Braintrust's logs",
  reads: 'ndjson',
  signature: sql`json_type(line, '$.metrics') = 'OBJECT' and json_exists(line, '$.span_id') and json_exists(line, '$.root_span_id')`,
  fields: {
    id: 'text',
    span_id: 'text',
    root_span_id: 'text',
    span_parents: 'text',
    created: 'text',
    error: 'text',
    output: 'text',
    metrics: 'text',
    metadata: 'text',
    span_attributes: { name: 'text', type: 'text' },
  },
  record: 'rows',
  records: (lines) => sql`
    select
      *,
      ${field('root_span_id')} as "$traceId",
      ${field('span_id')} as "$spanId",
      json_extract_string(${field('span_parents')}, '$[0]') as "$parentSpanId",
      ${field('span_attributes.name')} as "$name",
      {'name': 'braintrust', 'version': cast(null as varchar)} as "$scope",
      coalesce(${nanoseconds(sql`json_extract_string(${field('metrics')}, '$.start')`)}, ${nanoseconds(field('created'))}) as "$from",
      ${nanoseconds(sql`json_extract_string(${field('metrics')}, '$.end')`)} as "$to",
      coalesce(${field('error')} <> '', false) or (${UNANSWERED}) as "$failed",
      ${field('error')} as "$message",
      list_concat(list_transform(list_filter(${METRICS.keys}, lambda one: contains(one, 'token')), lambda one: concat('usage.', one)), ${METADATA.keys}, ['openinference.span.kind']) as keys,
      list_concat(
        list_transform(list_filter(list_zip(${METRICS.keys}, ${METRICS.values}), lambda one: contains(one[1], 'token')), lambda one: one[2]),
        ${METADATA.values},
        [case ${field('span_attributes.type')} when 'llm' then 'llm' else 'chain' end]
      ) as vals,
      cast([] as varchar[]) as resource_keys,
      cast([] as varchar[]) as resource_vals
    from (${lines}) as lines`,
});
