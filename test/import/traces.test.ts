import { expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import { newWorld } from './world.js';

type Attributes = Record<string, string | number>;

/** An export of spans as the Collector writes it: a line. */
function exported(spans: readonly Attributes[]): string {
  const written = spans.map((attributes, index) => ({
    traceId: 'a'.repeat(32),
    spanId: String(index).padStart(16, '0'),
    name: 'chat',
    startTimeUnixNano: `${1_790_841_600 + index * 100}000000000`,
    endTimeUnixNano: `${1_790_841_601 + index * 100}000000000`,
    attributes: Object.entries(attributes).map(([key, value]) => ({
      key,
      value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
    })),
  }));
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ scope: { name: 'litellm' }, spans: written }] }] });
}

const CALL = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.usage.input_tokens': 100,
  'gen_ai.usage.output_tokens': 10,
};

test("a group of LiteLLM's deployments is no model; a model of the same name as its group is", async () => {
  const world = await newWorld();
  const spans = [
    { ...CALL, 'gen_ai.request.model': 'gpt-4o', 'gen_ai.response.model': 'support', 'litellm.model_group': 'support' },
    { ...CALL, 'gen_ai.request.model': 'o3', 'gen_ai.response.model': 'o3', 'litellm.model_group': 'o3' },
    {
      ...CALL,
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.response.model': 'gpt-4o-2024-08-06',
      'litellm.model_group': 'x',
    },
  ];
  world.write('traces.jsonl', exported(spans));
  await world.imported(['traces.jsonl']);
  expect(
    await world.rows(sql`select model, cast(cost_usd as varchar) as cost from usage order by occurred_at`),
  ).toEqual([
    // 100 × $2.50 + 10 × $10 per million, and 100 × $2 + 10 × $8.
    { model: 'gpt-4o', cost: '0.000350000000000000' },
    { model: 'o3', cost: '0.000280000000000000' },
    { model: 'gpt-4o-2024-08-06', cost: '0.000350000000000000' },
  ]);
});

test('tokens under names that no rule knows are counted, named and make the cost the least it can be', async () => {
  const world = await newWorld();
  const spans = [
    { ...CALL, 'gen_ai.request.model': 'gpt-4o', 'gen_ai.usage.glyph_tokens': 40, 'app.token_bucket': 9 },
    { ...CALL, 'gen_ai.request.model': 'gpt-4o', 'gen_ai.usage.details': '{"glyph_tokens": 2}' },
  ];
  world.write('traces.jsonl', exported(spans));
  const [file] = await world.imported(['traces.jsonl']);
  expect(file?.unknown_names).toEqual([{ name: 'gen_ai.usage.glyph_tokens', calls: 1, tokens: 40 }]);
  expect(await world.rows(sql`select cost_status from usage order by occurred_at`)).toEqual([
    { cost_status: 'assumed' },
    { cost_status: 'computed' },
  ]);
});

test("an answer of a proxy's own cache costs nothing; a call that the proxy gave its key costs what it does", async () => {
  const world = await newWorld();
  const hidden = (cost: number) => JSON.stringify({ cache_key: 'k'.repeat(64), response_cost: cost });
  const spans = [
    { ...CALL, 'gen_ai.request.model': 'gpt-4o', hidden_params: hidden(0) },
    { ...CALL, 'gen_ai.request.model': 'gpt-4o', hidden_params: hidden(0.00035), 'gen_ai.cost.total_cost': '0.00035' },
  ];
  world.write('traces.jsonl', exported(spans));
  await world.imported(['traces.jsonl']);
  expect(
    await world.rows(sql`select cast(cost_usd as varchar) as cost, gateway_cached from usage order by occurred_at`),
  ).toEqual([
    { cost: '0.000000000000000000', gateway_cached: true },
    { cost: '0.000350000000000000', gateway_cached: false },
  ]);
});

test('two events of one call of one program are one call; an event of what is asked for is none', async () => {
  const world = await newWorld();
  const event = (name: string, ms: number, attributes: Attributes) =>
    JSON.stringify({
      hrTime: [1_790_841_600, ms * 1_000_000],
      instrumentationScope: { name: 'gemini-cli' },
      attributes: { 'event.name': name, ...attributes },
      _body: name,
    });
  const details = 'gen_ai.client.inference.operation.details';
  const asked = { 'gen_ai.operation.name': 'generate_content', 'gen_ai.request.model': 'gemini-2.5-flash' };
  world.write(
    'telemetry.log',
    [
      event(details, 0, asked),
      event('gemini_cli.api_response', 90, {
        model: 'gemini-2.5-flash',
        duration_ms: 90,
        input_token_count: 500,
        cached_content_token_count: 400,
        output_token_count: 30,
        thoughts_token_count: 12,
        tool_token_count: 0,
        total_token_count: 542,
      }),
      event(details, 91, {
        ...asked,
        'gen_ai.response.model': 'gemini-2.5-flash',
        'gen_ai.usage.input_tokens': 500,
        'gen_ai.usage.output_tokens': 30,
      }),
      JSON.stringify({ hrTime: [1_790_841_600, 0], _body: '', attributes: {}, scopeMetrics: [{}] }),
    ].join('\n'),
  );
  await world.imported(['telemetry.log']);
  expect(
    await world.rows(
      sql`select uncached_input_tokens as input, cache_read_tokens as cached, text_output_tokens as output, reasoning_tokens as thoughts from usage`,
    ),
  ).toEqual([{ input: '100', cached: '400', output: '30', thoughts: '12' }]);
});

test('attempts that one record tells of were all sent; a row of Braintrust without answer and counts has failed', async () => {
  const world = await newWorld();
  const trace = JSON.parse(exported([{ ...CALL, 'gen_ai.request.model': 'gpt-4o' }])) as {
    resourceSpans: { scopeSpans: { spans: Record<string, unknown>[] }[] }[];
  };
  const span = trace.resourceSpans[0]?.scopeSpans[0]?.spans[0] ?? {};
  span.status = { code: 2, message: 'Failed after 3 attempts. Last error: AI_APICallError: made up' };
  span.attributes = [
    { key: 'gen_ai.operation.name', value: { stringValue: 'chat' } },
    { key: 'gen_ai.request.model', value: { stringValue: 'gpt-4o' } },
  ];
  world.write('traces.jsonl', JSON.stringify(trace));
  const row = {
    span_id: 'a',
    root_span_id: 'a',
    created: '2026-10-01T09:00:00Z',
    span_attributes: { type: 'llm' },
    metadata: { model: 'gpt-4o' },
  };
  world.write(
    'logs.jsonl',
    [
      { ...row, id: '1', metrics: { start: 1_790_850_000, end: 1_790_850_001 } },
      {
        ...row,
        id: '2',
        span_id: 'b',
        root_span_id: 'b',
        output: [{}],
        metrics: { start: 1_790_860_000, end: 1_790_860_001 },
      },
    ]
      .map((one) => JSON.stringify(one))
      .join('\n'),
  );
  await world.imported(['traces.jsonl', 'logs.jsonl']);
  expect(await world.rows(sql`select requests, status, cost_status from usage order by occurred_at`)).toEqual([
    { requests: '3', status: 'error', cost_status: 'computed' },
    { requests: '1', status: 'error', cost_status: 'computed' },
    { requests: '1', status: 'ok', cost_status: 'unpriced' },
  ]);
});

test('what instrumentations tell beside counts: a tier in names, lifetimes in an answer, a failure in a level', async () => {
  const world = await newWorld();
  const langfuse = { 'langfuse.observation.type': 'generation', 'langfuse.observation.model.name': 'gpt-5' };
  const spans: Attributes[] = [
    // LangChain's usage of a flex call, as Langfuse takes it apart: what is left of a whole is called after the tier.
    {
      ...langfuse,
      'langfuse.observation.usage_details':
        '{"input": 0, "output": 0, "total": 1784, "input_flex_cache_read": 335, "input_flex": 1185, "output_flex_reasoning": 79, "output_flex": 185}',
    },
    { ...langfuse, 'langfuse.observation.level': 'ERROR', 'langfuse.observation.status_message': 'Error: 429 limit' },
    // Bedrock lists what was written by how long it is kept.
    {
      'openinference.span.kind': 'LLM',
      'llm.model_name': 'global.anthropic.claude-haiku-4-5-20251001-v1:0',
      'llm.provider': 'aws',
      'llm.token_count.prompt': 3816,
      'llm.token_count.completion': 168,
      'llm.token_count.prompt_details.cache_write': 2668,
      'output.value':
        '{"usage": {"inputTokens": 1148, "cacheDetails": [{"ttl": "5m", "inputTokens": 564}, {"ttl": "1h", "inputTokens": 2104}]}}',
    },
  ];
  world.write('traces.jsonl', exported(spans));
  await world.imported(['traces.jsonl']);
  const rows = await world.rows(sql`
    select status, service_tier as tier, uncached_input_tokens::integer as uncached, cache_read_tokens::integer as read,
      cache_write_tokens::integer as written, cache_write_1h_tokens::integer as kept, text_output_tokens::integer as text,
      reasoning_tokens::integer as reasoning, cast(cost_usd as varchar) as cost
    from usage order by occurred_at`);
  const none = { tier: null, uncached: null, read: null, written: null, kept: null, text: null, reasoning: null };
  expect(rows).toEqual([
    // (1,185 × $0.625 + 335 × $0.0625 + 264 × $5) per million.
    {
      ...none,
      status: 'ok',
      tier: 'flex',
      uncached: 1185,
      read: 335,
      text: 185,
      reasoning: 79,
      cost: '0.002081562500000000',
    },
    { ...none, status: 'error', cost: '0.000000000000000000' },
    // (1,148 × $1 + 564 × $1.25 + 2,104 × $2 + 168 × $5) per million.
    { ...none, status: 'ok', uncached: 1148, written: 564, kept: 2104, text: 168, cost: '0.006901000000000000' },
  ]);
});

test('a span that says no more than whom it called is a call whose usage is unknown', async () => {
  const world = await newWorld();
  const asked = {
    'gen_ai.provider.name': 'aws.bedrock',
    'gen_ai.request.model': 'anthropic.claude-haiku-4-5-20251001-v1:0',
  };
  const line = exported([asked, asked])
    .replace('"name":"chat"', '"name":"bedrock.completion"')
    .replace('"name":"chat"', '"name":"run_step"');
  world.write('traces.jsonl', line);
  await world.imported(['traces.jsonl']);
  expect(await world.rows(sql`select uncached_input_tokens, cost_status from usage`)).toEqual([
    { uncached_input_tokens: null, cost_status: 'unpriced' },
  ]);
});

test('a call whose inner span begins with the outer one and ends after it is one call', async () => {
  const world = await newWorld();
  const span = (id: string, parent: string, end: string, provider: string) => ({
    traceId: 'b'.repeat(32),
    spanId: id.repeat(16),
    parentSpanId: parent.repeat(16),
    name: 'chat',
    startTimeUnixNano: '1790841600000000000',
    endTimeUnixNano: `17908416000${end}000000`,
    attributes: Object.entries({ ...CALL, 'gen_ai.provider.name': provider, 'gen_ai.request.model': 'gpt-4o' }).map(
      ([key, value]) => ({
        key,
        value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
      }),
    ),
  });
  const scopeSpans = [
    { scope: { name: 'openinference.instrumentation.openai' }, spans: [span('1', '', '53', 'openai')] },
    { scope: { name: 'sdk.of.the.provider' }, spans: [span('2', '1', '70', 'openai')] },
  ];
  world.write('traces.jsonl', JSON.stringify({ resourceSpans: [{ scopeSpans }] }));
  await world.imported(['traces.jsonl']);
  expect(
    await world.rows(sql`select sum(requests)::integer as calls, sum(input_tokens)::integer as tokens from usage`),
  ).toEqual([{ calls: 1, tokens: 100 }]);
});
