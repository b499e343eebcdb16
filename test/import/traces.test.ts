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
