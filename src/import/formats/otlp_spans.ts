import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import { field, type Shape } from '../declare/fields.js';
import type { Attribute } from '../declare/format.js';

const VALUE: Shape = { stringValue: 'text', intValue: 'text', doubleValue: 'text', boolValue: 'text' };
/** Attributes are a list of keys and values of several types. A whole number is a text or a number, by exporter. */
export const ATTRIBUTES: readonly [Shape] = [{ key: 'text', value: VALUE }];

/** What is read of spans and of their surroundings: the attributes that may tell it, the first that is there wins. */
const SPAN: Readonly<Record<string, readonly string[]>> = {
  operation: ['gen_ai.operation.name', 'llm.request.type'],
  kind: ['openinference.span.kind', 'traceloop.span.kind', 'ai.operationId'],
  provider: ['gen_ai.provider.name', 'gen_ai.system', 'llm.provider', 'llm.system', 'ai.model.provider'],
  request_model: ['gen_ai.request.model', 'llm.request.model_name'],
  model: [
    'gen_ai.response.model',
    'llm.response.model_name',
    'llm.model_name',
    'embedding.model_name',
    'reranker.model_name',
    'ai.response.model',
    'ai.model.id',
  ],
  response_id: ['gen_ai.response.id', 'ai.response.id', 'llm.response.id'],
  input: [
    'gen_ai.usage.input_tokens',
    'gen_ai.usage.prompt_tokens',
    'llm.token_count.prompt',
    'llm.usage.prompt_tokens',
    'ai.usage.inputTokens',
    'ai.usage.promptTokens',
    'ai.usage.tokens',
  ],
  output: [
    'gen_ai.usage.output_tokens',
    'gen_ai.usage.completion_tokens',
    'llm.token_count.completion',
    'llm.usage.completion_tokens',
    'ai.usage.outputTokens',
    'ai.usage.completionTokens',
  ],
  cache_read: [
    'gen_ai.usage.cache_read.input_tokens',
    'gen_ai.usage.cache_read_input_tokens',
    'llm.token_count.prompt_details.cache_read',
    'ai.usage.cachedInputTokens',
    'ai.usage.inputTokenDetails.cacheReadTokens',
  ],
  cache_written: [
    'gen_ai.usage.cache_creation.input_tokens',
    'gen_ai.usage.cache_creation_input_tokens',
    'llm.token_count.prompt_details.cache_write',
    'ai.usage.inputTokenDetails.cacheWriteTokens',
  ],
  reasoning: [
    'gen_ai.usage.reasoning.output_tokens',
    'gen_ai.usage.reasoning_tokens',
    'llm.token_count.completion_details.reasoning',
    'ai.usage.reasoningTokens',
  ],
  audio_in: ['llm.token_count.prompt_details.audio'],
  audio_out: ['llm.token_count.completion_details.audio'],
  tier: ['openai.response.service_tier', 'gen_ai.openai.response.service_tier'],
  max_output: ['gen_ai.request.max_tokens', 'ai.settings.maxOutputTokens'],
  first_chunk_s: ['gen_ai.response.time_to_first_chunk', 'gen_ai.server.time_to_first_token'],
  first_chunk_ms: ['ai.response.msToFirstChunk'],
  error_type: ['error.type', 'exception.type'],
  http: ['http.response.status_code', 'http.status_code'],
  cost: ['llm.cost.total', 'gen_ai.usage.cost'],
};

/** To whom and to what a call belongs. It often stands on the span around the call, or on the first of the trace. */
const ATTRIBUTION: Readonly<Record<string, readonly string[]>> = {
  customer: [
    'traceloop.association.properties.customer_id',
    'traceloop.association.properties.customer',
    'traceloop.association.properties.tenant_id',
    'ai.telemetry.metadata.customerId',
    'ai.telemetry.metadata.customer',
    'ai.telemetry.metadata.tenantId',
    'customer.id',
    'customer_id',
    'customer',
    'tenant.id',
    'tenant_id',
  ],
  feature: ['traceloop.workflow.name', 'ai.telemetry.functionId', 'app.feature', 'feature'],
  user: [
    'gen_ai.user',
    'user.id',
    'enduser.id',
    'traceloop.association.properties.user_id',
    'ai.telemetry.metadata.userId',
  ],
  session: [
    'gen_ai.conversation.id',
    'session.id',
    'traceloop.association.properties.session_id',
    'ai.telemetry.metadata.sessionId',
  ],
};

const RESOURCE: Readonly<Record<string, readonly string[]>> = {
  service_name: ['service.name'],
  deployment: ['deployment.environment.name', 'deployment.environment'],
};

/** A span attribute, found as the comment of the tables above says; it stands beside the fields of the span. */
export function told(name: string): Sql {
  return identifier(`$${name}`);
}

/**
 * The spans with what their attributes tell. Attributes are looked through once, and only then spans meet each other:
 * what belongs to a whole trace, if it names only one customer, feature, user or session, and spans with counts of
 * their own around spans with counts (`$wraps`). The lists of attributes, with prompts and answers in them, go no further.
 */
export function resolvedSpans(lines: Sql, more: Readonly<Record<string, Attribute>>): Sql {
  const named = (list: string) =>
    Object.fromEntries(Object.entries(more).flatMap(([name, one]) => (one.list === list ? [[name, [one.key]]] : [])));
  const same = [...Object.keys(ATTRIBUTION), ...Object.keys(more).filter((name) => more[name]?.ofTrace === true)];
  return sql`
    with listed as (
      select
        *,
        ${keysOf(field('attributes'))} as keys,
        ${valuesOf(field('attributes'))} as vals,
        ${keysOf(field('resource.attributes'))} as resource_keys,
        ${valuesOf(field('resource.attributes'))} as resource_vals
      from (${lines}) as lines
    ),
    spans as materialized (
      select
        * exclude ("$attributes", "$resource", keys, vals, resource_keys, resource_vals),
        len(${field('attributes')}) as "$attributes",
        ${columnsOf({ ...SPAN, ...ATTRIBUTION, ...named('attributes') }, { keys: sql`keys`, values: sql`vals` })},
        ${columnsOf({ ...RESOURCE, ...named('resource.attributes') }, { keys: sql`resource_keys`, values: sql`resource_vals` })}
      from listed
    ),
    trace as (
      select
        file_number,
        ${told('traceId')} as trace,
        ${join(same.map((name) => sql`case when min(${told(name)}) = max(${told(name)}) then min(${told(name)}) end as ${identifier(name)}`))}
      from spans
      where coalesce(${join(same.map((name) => told(name)))}) is not null
      group by all
    ),
    counted as (
      select distinct file_number, ${told('traceId')} as trace, ${told('parentSpanId')} as span
      from spans
      where coalesce(${told('input')}, ${told('output')}) is not null and ${told('parentSpanId')} <> ''
    )
    select
      spans.* replace (
        ${join(same.map((name) => sql`coalesce(spans.${told(name)}, trace.${identifier(name)}) as ${told(name)}`))}
      ),
      counted.span is not null and coalesce(spans.${told('input')}, spans.${told('output')}) is not null as "$wraps"
    from spans
    left join trace on trace.file_number = spans.file_number and trace.trace = spans.${told('traceId')}
    left join counted on counted.file_number = spans.file_number and counted.trace = spans.${told('traceId')} and counted.span = spans.${told('spanId')}`;
}

function keysOf(attributes: Sql): Sql {
  return sql`list_transform(${attributes}, lambda one: one.key)`;
}

function valuesOf(attributes: Sql): Sql {
  const types = Object.keys(VALUE).map((type) => sql`one.value.${identifier(type)}`);
  return sql`list_transform(${attributes}, lambda one: coalesce(${join(types)}))`;
}

function columnsOf(
  told: Readonly<Record<string, readonly string[]>>,
  { keys, values }: { keys: Sql; values: Sql },
): Sql {
  const columns = Object.entries(told).map(([name, attributes]) => {
    const found = attributes.map((key) => sql`${values}[list_position(${keys}, ${literal(key)})]`);
    return sql`nullif(coalesce(${join(found)}), '') as ${identifier(`$${name}`)}`;
  });
  return join(columns, ',\n        ');
}
