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
