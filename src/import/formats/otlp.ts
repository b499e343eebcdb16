import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import { field, type Shape } from '../declare/fields.js';
import { traces } from './traces.js';

const VALUE: Shape = { stringValue: 'text', intValue: 'text', doubleValue: 'text', boolValue: 'text' };
/** Attributes are a list of keys and values of several types. A whole number is a text or a number, by exporter. */
const ATTRIBUTES: readonly [Shape] = [{ key: 'text', value: VALUE }];

/** The lists of attributes as keys and values. */
function attributeColumns(): Sql {
  const types = Object.keys(VALUE).map((type) => sql`one.value.${identifier(type)}`);
  const keys = (list: Sql) => sql`coalesce(list_transform(${list}, lambda one: one.key), [])`;
  const values = (list: Sql) => sql`coalesce(list_transform(${list}, lambda one: coalesce(${join(types)})), [])`;
  return sql`
      ${keys(field('attributes'))} as keys,
      ${values(field('attributes'))} as vals,
      ${keys(field('resource.attributes'))} as resource_keys,
      ${values(field('resource.attributes'))} as resource_vals`;
}

/** An export: a list of resources, each with a resource or with scopes. Whatever has the list around it is not enough: see OF_PAGES. */
function signatureOf(list: string, scopes: string): Sql {
  const at = (path: string) => literal(`$.${list}${path}`);
  return sql`json_type(line, ${at('')}) = 'ARRAY' and (
    json_array_length(line, ${at('')}) = 0
    or json_exists(line, ${at(`[0].${scopes}`)})
    or json_exists(line, ${at('[0].resource')})
  )`;
}

const NANOSECONDS = (text: Sql) => sql`nullif(try_cast(${text} as bigint), 0)`;

/**
 * Traces in OTLP's JSON, as the Collector's file exporter writes them: one export per line, or one document.
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding. Calls to models are told by the conventions of
 * OpenTelemetry, old and new (https://github.com/open-telemetry/semantic-conventions-genai), OpenLLMetry
 * (https://www.traceloop.com/docs/openllmetry/contributing/semantic-conventions), OpenInference
 * (https://arize-ai.github.io/openinference/spec/semantic_conventions.html), the Vercel AI SDK
 * (https://ai-sdk.dev/docs/ai-sdk-core/telemetry), Langfuse (https://langfuse.com/integrations/native/opentelemetry) and
 * MLflow (https://mlflow.org/docs/latest/genai/tracing/opentelemetry/).
 */
export const otlpTraces = traces({
  name: 'otlp-traces',
  title: 'OpenTelemetry traces (OTLP JSON)',
  reads: 'json',
  rows: [
    { list: 'resourceSpans', beside: {} },
    { list: 'scopeSpans', beside: { resource: { attributes: ATTRIBUTES } }, empty: 'resources without spans' },
    { list: 'spans', beside: { scope: { name: 'text', version: 'text' } }, empty: 'scopes without spans' },
  ],
  signature: signatureOf('resourceSpans', 'scopeSpans'),
  fields: {
    traceId: 'text',
    spanId: 'text',
    parentSpanId: 'text',
    name: 'text',
    startTimeUnixNano: 'text',
    endTimeUnixNano: 'text',
    status: { code: 'text', message: 'text' },
    attributes: ATTRIBUTES,
  },
  attributeLists: ['attributes', 'resource.attributes'],
  record: 'spans',
  records: (lines) => sql`
    select
      * exclude ("$attributes", "$resource"),
      ${NANOSECONDS(field('startTimeUnixNano'))} as "$from",
      ${NANOSECONDS(field('endTimeUnixNano'))} as "$to",
      coalesce(${field('status.code')} in ('2', 'STATUS_CODE_ERROR'), false) as "$failed",
      ${field('status.message')} as "$message",
      ${attributeColumns()}
    from (${lines}) as lines`,
});

/** Log records need not be of a trace; what has neither time nor attributes is no record that can be read. */
const HELD = sql`case when coalesce(${field('timeUnixNano')}, ${field('observedTimeUnixNano')}) is not null or len(keys) > 0 then '-' end`;

/**
 * Log records in OTLP's JSON. Claude Code (`claude_code.api_request`), Codex (`codex.sse_event`), Gemini CLI and Qwen Code
 * (`…api_response`) and the conventions of OpenTelemetry (`gen_ai.client.inference.operation.details`) tell of calls so.
 */
export const otlpLogs = traces({
  name: 'otlp-logs',
  title: 'OpenTelemetry log records (OTLP JSON)',
  reads: 'json',
  rows: [
    { list: 'resourceLogs', beside: {} },
    { list: 'scopeLogs', beside: { resource: { attributes: ATTRIBUTES } }, empty: 'resources without log records' },
    { list: 'logRecords', beside: { scope: { name: 'text', version: 'text' } }, empty: 'scopes without log records' },
  ],
  signature: signatureOf('resourceLogs', 'scopeLogs'),
  fields: {
    traceId: 'text',
    spanId: 'text',
    timeUnixNano: 'text',
    observedTimeUnixNano: 'text',
    eventName: 'text',
    attributes: ATTRIBUTES,
  },
  attributeLists: ['attributes', 'resource.attributes'],
  record: 'log records',
  records: (lines) => sql`
    select
      * exclude ("$attributes", "$resource", "$traceId", "$spanId"),
      coalesce(nullif(${field('traceId')}, ''), ${HELD}) as "$traceId",
      coalesce(nullif(${field('spanId')}, ''), ${HELD}) as "$spanId",
      cast(null as varchar) as "$parentSpanId",
      ${field('eventName')} as "$name",
      "$to" - coalesce(try_cast(vals[list_position(keys, 'duration_ms')] as bigint), 0) * 1000000 as "$from",
      false as "$failed",
      cast(null as varchar) as "$message"
    from (
      select
        *,
        coalesce(${NANOSECONDS(field('timeUnixNano'))}, ${NANOSECONDS(field('observedTimeUnixNano'))}) as "$to",
        ${attributeColumns()}
      from (${lines}) as lines
    ) as timed`,
});
