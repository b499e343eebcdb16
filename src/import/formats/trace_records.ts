import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import { classified, jsonIn, tierInNames, USAGE_CLASSES, USAGE_PATHS, usageLeaves } from '../declare/usage_names.js';

/** What is read of a record and its surroundings besides counts: the attributes that may tell it, the first that is there wins. */
const RECORD: Readonly<Record<string, readonly string[]>> = {
  operation: ['gen_ai.operation.name', 'llm.request.type', 'langfuse.observation.type'],
  kind: [
    'openinference.span.kind',
    'traceloop.span.kind',
    'ai.operationId',
    'mlflow.spanType',
    'genkit:metadata:subtype',
  ],
  event: ['event.name', 'logfire.span_type'],
  provider: [
    'gen_ai.provider.name',
    'gen_ai.system',
    'llm.provider',
    'llm.system',
    'ai.model.provider',
    'mlflow.llm.provider',
    'langfuse.observation.metadata.ls_provider',
  ],
  request_model: ['gen_ai.request.model', 'llm.request.model_name', 'litellm.provider.model'],
  model_group: ['litellm.model_group'],
  model: [
    'gen_ai.response.model',
    'llm.response.model_name',
    'llm.model_name',
    'embedding.model_name',
    'reranker.model_name',
    'ai.response.model',
    'ai.model.id',
    'langfuse.observation.model.name',
    'mlflow.llm.model',
    'genkit:model',
    'model',
    'model_name',
  ],
  response_id: [
    'gen_ai.response.id',
    'ai.response.id',
    'llm.response.id',
    'langfuse.observation.metadata.response_id',
    'request_id',
    'anthropic.request.id',
  ],
  tier: [
    'openai.response.service_tier',
    'gen_ai.openai.response.service_tier',
    'gen_ai.response.service_tier',
    'anthropic.response.service_tier',
    'aws.bedrock.response.service_tier',
    'gen_ai.cost.service_tier',
    'service_tier',
  ],
  asked_tier: ['openai.request.service_tier', 'gen_ai.openai.request.service_tier', 'gen_ai.request.service_tier'],
  speed: ['speed', 'anthropic.response.speed', 'gen_ai.response.speed'],
  region: ['cloud.region', 'aws.region', 'gen_ai.response.inference_geo'],
  max_output: [
    'gen_ai.request.max_tokens',
    'llm.request.max_tokens',
    'ai.settings.maxOutputTokens',
    'ai.settings.maxTokens',
  ],
  first_chunk_s: [
    'gen_ai.response.time_to_first_chunk',
    'gen_ai.client.operation.time_to_first_chunk',
    'gen_ai.server.time_to_first_token',
  ],
  first_chunk_ms: ['ai.response.msToFirstChunk', 'ttft_ms'],
  duration_ms: ['duration_ms'],
  attempt: ['attempt'],
  cache_hit: ['cache_hit', 'metadata.cache_hit', 'litellm.cache_hit'],
  hidden: ['hidden_params'],
  error_type: ['error.type', 'exception.type', 'error'],
  http: ['http.response.status_code', 'http.status_code', 'status_code'],
  cost: [
    'gen_ai.cost.total_cost',
    'llm.cost.total',
    'llm.response.cost',
    'operation.cost',
    'cost_usd',
    'gen_ai.usage.cost',
    'langfuse.observation.metadata.litellm_response_cost',
  ],
};

/** To whom and to what a call belongs. It often stands on the span around the call, or on the first of the trace. */
export const ATTRIBUTION: Readonly<Record<string, readonly string[]>> = {
  customer: [
    'traceloop.association.properties.customer_id',
    'traceloop.association.properties.customer',
    'traceloop.association.properties.tenant_id',
    'ai.telemetry.metadata.customerId',
    'ai.telemetry.metadata.customer',
    'ai.telemetry.metadata.tenantId',
    'langfuse.trace.metadata.customer',
    'langfuse.trace.metadata.customer_id',
    'langfuse.observation.metadata.customer',
    'langfuse.observation.metadata.customer_id',
    'customer.id',
    'customer_id',
    'customer',
    'tenant.id',
    'tenant_id',
  ],
  feature: ['traceloop.workflow.name', 'ai.telemetry.functionId', 'langfuse.trace.name', 'app.feature', 'feature'],
  user: [
    'gen_ai.user',
    'user.id',
    'enduser.id',
    'langfuse.user.id',
    'traceloop.association.properties.user_id',
    'ai.telemetry.metadata.userId',
  ],
  session: [
    'gen_ai.conversation.id',
    'session.id',
    'langfuse.session.id',
    'conversation.id',
    'traceloop.association.properties.session_id',
    'ai.telemetry.metadata.sessionId',
  ],
};

const RESOURCE: Readonly<Record<string, readonly string[]>> = {
  service_name: ['service.name'],
  deployment: ['deployment.environment.name', 'deployment.environment', 'langfuse.environment'],
};

/** Attributes whose value is the provider's answer, or an object that holds one. */
const ANSWERS = [
  'output.value',
  'mlflow.spanOutputs',
  'genkit:output',
  'ai.response.providerMetadata',
  'langfuse.observation.output',
  'metadata',
] as const;
/** Attributes whose value is an object of usage: a name that ends in this. */
const USAGE_TEXT =
  '(usage|usage_object|usage_details|usage_metadata|usageMetadata|tokenUsage|token_usage|usageDetails|usage[.]raw)$';
/** What the request asked for. */
const REQUESTS = [
  'llm.invocation_parameters',
  'embedding.invocation_parameters',
  'langfuse.observation.model.parameters',
  'mlflow.spanInputs',
] as const;

/** Every attribute that is looked for by its name; usage is found by what names say. */
export const TOLD_BY: readonly string[] = [
  ...Object.values(RECORD).flat(),
  ...Object.values(ATTRIBUTION).flat(),
  ...ANSWERS,
  ...REQUESTS,
];

/** Names that speak of tokens, and count none of a call: limits, speeds, and the sums of an agent over its calls. */
const NO_COUNT =
  'max_?(output_?)?tokens|aggregated_usage|turn[.]token_usage|per_output_token|per_token|time_to_|limit|remaining|budget|quota|[.]cost|cost[.]|token[._]type|token_id|tokenizer|hit_ratio|established|prompt[.]tokens?_|auth|access_token|gen_ai[.]client[.]token[.]usage|agent[.]';

/** Names of a convention come before bare ones (`input_tokens`): a record may have both, and means different things by them. */
const CONVENTIONAL = '(usage|token_count|tokens)[._]';

/** Places in an answer, or in what frameworks make of one, of what sets the price. */
const IN_ANSWER = {
  tier: [
    '$.service_tier',
    '$.serviceTier',
    '$.usage.service_tier',
    '$.openai.serviceTier',
    '$.anthropic.usage.service_tier',
    '$.google.serviceTier',
    '$.generations[0][0].message.kwargs.response_metadata.service_tier',
    '$.generations[0][0].message.kwargs.response_metadata.usage.service_tier',
    '$.generations[0][0].generation_info.service_tier',
    '$.llm_output.service_tier',
    '$.custom.service_tier',
    '$.raw.service_tier',
    '$.usage_object.service_tier',
    '$.cost_breakdown.service_tier',
  ],
  id: [
    '$.id',
    '$.response_id',
    '$.responseId',
    '$.openai.responseId',
    '$.generations[0][0].message.kwargs.response_metadata.id',
    '$.llm_output.id',
    '$.custom.id',
    '$.custom.responseId',
    '$.raw.id',
  ],
  model: ['$.model', '$.model_version', '$.modelVersion', '$.custom.modelVersion', '$.custom.model'],
  speed: ['$.usage.speed', '$.anthropic.usage.speed'],
  region: ['$.usage.inference_geo', '$.anthropic.usage.inference_geo'],
} as const;

/** A column that an attribute or a text tells; it stands beside the fields of the record. */
export function told(name: string): Sql {
  return identifier(`$${name}`);
}

/** Attributes read besides, by `--map`, as lists of one name. */
export type More = Readonly<Record<string, readonly string[]>>;

/**
 * One row for each record with what it tells, from the columns `keys` and `vals` (its attributes), `resource_keys` and
 * `resource_vals`. Attributes come first, then objects of usage that stand in a text, then the answer itself: each fills
 * what those before it leave out. The lists of attributes, with prompts and answers in them, go no further.
 */
export function toldOf(records: Sql, more: More, moreResource: More): Sql {
  const answers = join(ANSWERS.map(literal));
  const requests = join(REQUESTS.map(literal));
  const pairs = sql`list_transform(keys, lambda k, i: {'k': k, 'v': vals[i]})`;
  return sql`
    select
      * exclude (keys, vals, resource_keys, resource_vals, pairs, speaking, texts, asked, counted, dicts, counts, numbered, classes)
        replace (
          "$failed" or coalesce(vals[list_position(keys, 'langfuse.observation.level')] = 'ERROR', false) as "$failed",
          coalesce(nullif("$message", ''), vals[list_position(keys, 'langfuse.observation.status_message')]) as "$message"
        ),
      nullif(len(keys), 0) as "$attributes",
      ${join(
        USAGE_CLASSES.map((name) =>
          name === 'predicted'
            ? sql`${PREDICTED} as "$n:predicted"`
            : sql`numbered[list_position(classes, ${literal(name)})].v as ${identifier(`$n:${name}`)}`,
        ),
      )},
      list_filter(numbered, lambda e: e.c = 'unknown' and e.v <> '0') as "$unknown",
      nullif(numbered[list_position(classes, 'input')].s, '') as "$told_in",
      numbered[list_position(classes, 'input')].k as "$told_as",
      ${tierInNames(sql`numbered`)} as "$named_tier",
      ${columnsOf({ ...RECORD, ...ATTRIBUTION, ...more }, { keys: sql`keys`, values: sql`vals` })},
      ${columnsOf({ ...RESOURCE, ...moreResource }, { keys: sql`resource_keys`, values: sql`resource_vals` })},
      ${join(
        Object.entries(IN_ANSWER).map(
          ([name, paths]) => sql`${inTexts(sql`texts`, paths)} as ${identifier(`$body:${name}`)}`,
        ),
      )},
      ${inTexts(sql`asked`, ['$.service_tier', '$.serviceTier'])} as "$body:asked_tier",
      ${inTexts(sql`asked`, ['$.model', '$.model_name'])} as "$body:asked_model"
    from (
      select *, list_transform(numbered, lambda e: e.c) as classes
      from (
        select
          *,
          list_concat(list_filter(counts, lambda e: e.v not in ('0', '0.0')), list_filter(counts, lambda e: e.v in ('0', '0.0'))) as numbered
        from (
          select
            *,
            list_filter(${classified(sql`list_concat(counted, coalesce(flatten(list_transform(dicts, lambda d: ${usageLeaves(sql`d.v`, sql`d.k`)})), []))`)}, lambda e: e.c <> 'none') as counts
          from (
            select
              *,
              list_concat(
                list_filter(speaking, lambda e: regexp_matches(e.k, ${literal(CONVENTIONAL)})),
                list_filter(speaking, lambda e: not regexp_matches(e.k, ${literal(CONVENTIONAL)}))
              ) as counted,
              list_concat(
                list_filter(list_transform(list_filter(pairs, lambda e: left(e.v, 1) = '{' and regexp_matches(e.k, ${literal(USAGE_TEXT)})), lambda e: {'k': e.k, 'v': ${jsonIn(sql`e.v`)}}), lambda e: e.v is not null),
                flatten(list_transform(texts, lambda t: list_transform(list_filter(json_extract(t.v, [${join(USAGE_PATHS.map(literal))}]), lambda u: json_type(u) = 'OBJECT'), lambda u: {'k': t.k, 'v': cast(u as varchar)})))
              ) as dicts
            from (
              select
                *,
                list_transform(list_filter(pairs, lambda e: e.v is not null and regexp_matches(lower(e.k), 'token|usage') and not regexp_matches(e.k, ${literal(NO_COUNT)})), lambda e: {'s': '', 'k': e.k, 'v': e.v}) as speaking,
                list_filter(list_transform(list_filter(pairs, lambda e: list_contains([${answers}], e.k)), lambda e: {'k': e.k, 'v': ${jsonIn(sql`e.v`)}}), lambda e: e.v is not null) as texts,
                list_filter(list_transform(list_filter(pairs, lambda e: list_contains([${requests}], e.k)), lambda e: {'k': e.k, 'v': ${jsonIn(sql`e.v`)}}), lambda e: e.v is not null) as asked
              from (select *, ${pairs} as pairs from (${records}) as record) as paired
            ) as with_texts
          ) as with_usage
        ) as with_counts
      ) as in_order
    ) as with_classes`;
}

/** Predicted text that was taken, and that was not: both are billed. A record may tell each in several places. */
const PREDICTED = sql`cast(cast(list_sum(list_transform(
        list_distinct(list_transform(list_filter(numbered, lambda e: e.c = 'predicted'), lambda e: {'n': regexp_extract(lower(e.k), 'accepted|rejected'), 'v': e.v})),
        lambda e: try_cast(e.v as double))) as bigint) as varchar)`;

/** The first text that stands at one of some places of one of some JSON texts. */
function inTexts(texts: Sql, paths: readonly string[]): Sql {
  const found = sql`flatten(list_transform(${texts}, lambda t: json_extract_string(t.v, [${join(paths.map(literal))}])))`;
  return sql`list_filter(${found}, lambda one: one is not null and one <> '' and one <> 'auto')[1]`;
}

function columnsOf(names: More, { keys, values }: { keys: Sql; values: Sql }): Sql {
  const columns = Object.entries(names).map(([name, attributes]) => {
    const found = attributes.map((key) => sql`${values}[list_position(${keys}, ${literal(key)})]`);
    return sql`nullif(coalesce(${join(found.map((one) => sql`nullif(${one}, '')`))}), '') as ${identifier(`$${name}`)}`;
  });
  return join(columns, ',\n        ');
}
