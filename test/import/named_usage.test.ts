import { expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import { newWorld } from './world.js';

/** What a list of usage has to be read as; parts that are not named are 0. */
interface Read {
  input: number;
  cached?: number;
  written?: number;
  output: number;
  reasoning?: number;
  units?: Record<string, number>;
}

interface Case {
  model: string;
  usage: Record<string, unknown>;
  read: Read;
}

const CLAUDE = 'claude-sonnet-4-5';
const GEMINI = 'gemini-2.5-flash';

/** Kinds of usage as Langfuse keeps them, by names, order and total. */
const LANGFUSE: readonly Case[] = [
  // Beside each other: 210 + 3,000 + 40 and 60 + 25.
  {
    model: 'gpt-5',
    usage: { output_reasoning: 25, output: 60, input_cache_read: 3000, input: 210, total: 3295 },
    read: { input: 3210, cached: 3000, output: 85, reasoning: 25 },
  },
  // The same without a total: Langfuse's own names.
  {
    model: 'gpt-5',
    usage: { input: 210, input_cached_tokens: 3000, output: 60, output_reasoning_tokens: 25 },
    read: { input: 3210, cached: 3000, output: 85, reasoning: 25 },
  },
  // A total of input and output alone holds the parts.
  {
    model: 'gpt-5',
    usage: {
      input: 3210,
      'prompt_details.cache_read': 3000,
      output: 85,
      'completion_details.reasoning': 25,
      total: 3295,
    },
    read: { input: 3210, cached: 3000, output: 85, reasoning: 25 },
  },
  // Names of a provider mean what they mean there.
  {
    model: 'gpt-4o',
    usage: { prompt_tokens: 900, completion_tokens: 80, prompt_tokens_details: { cached_tokens: 640 } },
    read: { input: 900, cached: 640, output: 80 },
  },
  {
    model: CLAUDE,
    usage: { input_tokens: 70, output_tokens: 9, cache_read_input_tokens: 500, cache_creation_input_tokens: 30 },
    read: { input: 600, cached: 500, written: 30, output: 9 },
  },
  {
    model: GEMINI,
    usage: { promptTokenCount: 800, cachedContentTokenCount: 600, candidatesTokenCount: 40, thoughtsTokenCount: 15 },
    read: { input: 800, cached: 600, output: 55, reasoning: 15 },
  },
  {
    model: GEMINI,
    usage: { promptTokenCount: 800, toolUsePromptTokenCount: 50, candidatesTokenCount: 40, totalTokenCount: 890 },
    read: { input: 850, output: 40 },
  },
  // What was read stands beside the prompt, what was written in it.
  {
    model: CLAUDE,
    usage: { input: 128, cache_read_input_tokens: 500, cache_creation_input_tokens: 30, output: 9, total: 637 },
    read: { input: 628, cached: 500, written: 30, output: 9 },
  },
  // Lifetimes of writes, with and without the sum of them.
  {
    model: CLAUDE,
    usage: { input: 10, input_cache_creation: 700, input_ephemeral_1h_input_tokens: 200, output: 5, total: 715 },
    read: { input: 710, written: 700, output: 5 },
  },
  {
    model: CLAUDE,
    usage: { input: 10, input_cache_creation: 700, input_cache_creation_1h: 200, output: 5, total: 915 },
    read: { input: 910, written: 900, output: 5 },
  },
  // Parts alone: their sum is the prompt, whatever stands for the whole.
  {
    model: 'gpt-4o-transcribe',
    usage: { input_audio_tokens: 400, input_text_tokens: 7, output_text_tokens: 90 },
    read: { input: 407, output: 90, units: { input_audio_tokens: 400 } },
  },
  {
    model: GEMINI,
    usage: { input: 0, input_modality_1: 300, input_modality_2: 258, output_modality_1: 20, total: 578 },
    read: { input: 558, output: 20, units: { input_image_tokens: 258 } },
  },
  // Audio beside the prompt, told by the total, and in it.
  {
    model: 'gpt-4o-audio-preview',
    usage: { input: 100, input_audio: 30, output: 20, output_audio: 12, total: 162 },
    read: { input: 130, output: 32, units: { input_audio_tokens: 30, output_audio_tokens: 12 } },
  },
  {
    model: 'gpt-4o-audio-preview',
    usage: { input: 130, input_audio: 30, output: 32, output_audio: 12, total: 162 },
    read: { input: 130, output: 32, units: { input_audio_tokens: 30, output_audio_tokens: 12 } },
  },
  // Predicted text that was not taken is billed beside the answer.
  {
    model: 'gpt-4o',
    usage: {
      input: 50,
      output: 20,
      output_rejected_prediction_tokens: 6,
      output_accepted_prediction_tokens: 4,
      total: 80,
    },
    read: { input: 50, output: 30 },
  },
  // What is searched is counted in the total and is no token.
  {
    model: 'gemini-3-flash-preview',
    usage: { input: 50, output: 20, grounding_queries: 3, total: 73 },
    read: { input: 50, output: 20, units: { web_search_requests: 3 } },
  },
  // Thoughts that stand in the total alone.
  { model: GEMINI, usage: { input: 9, output: 30, total: 139 }, read: { input: 9, output: 130, reasoning: 100 } },
];

const NUMBERS = sql`
  select
    uncached_input_tokens, coalesce(cache_read_tokens, 0) as cached,
    coalesce(cache_write_tokens, 0) + coalesce(cache_write_1h_tokens, 0) as written,
    coalesce(text_output_tokens, 0) as output, coalesce(reasoning_tokens, 0) as reasoning,
    coalesce(to_json(units), '{}') as units
  from usage_fact order by occurred_at`;

async function readBack(world: Awaited<ReturnType<typeof newWorld>>): Promise<Read[]> {
  const rows = await world.rows<Record<string, string>>(NUMBERS);
  return rows.map((row) => {
    const units = Object.fromEntries(
      Object.entries(JSON.parse(row.units ?? '{}') as Record<string, unknown>).map(([name, value]) => [
        name,
        Number(value),
      ]),
    );
    const kinds = (side: string) =>
      Object.entries(units).reduce((sum, [name, value]) => (name.startsWith(side) ? sum + value : sum), 0);
    const [cached, written, reasoning] = [Number(row.cached), Number(row.written), Number(row.reasoning)];
    return {
      input: Number(row.uncached_input_tokens) + cached + written + kinds('input_') + kinds('cache_read_'),
      ...(cached > 0 ? { cached } : {}),
      ...(written > 0 ? { written } : {}),
      output: Number(row.output) + reasoning + kinds('output_'),
      ...(reasoning > 0 ? { reasoning } : {}),
      ...(Object.keys(units).length > 0 ? { units } : {}),
    };
  });
}

function observation(usageDetails: unknown, number: number, model: string): string {
  const startTime = new Date(Date.UTC(2026, 9, 1, 8, number)).toISOString();
  return JSON.stringify({
    id: `o${number}`,
    traceId: `t${number}`,
    projectId: 'p',
    type: 'GENERATION',
    startTime,
    model,
    usageDetails,
  });
}

test("kinds of usage of Langfuse are read by their names, their total and the provider's rule", async () => {
  const world = await newWorld();
  world.write('o.jsonl', LANGFUSE.map(({ model, usage }, index) => observation(usage, index, model)).join('\n'));
  await world.imported(['o.jsonl']);
  expect(await readBack(world)).toEqual(LANGFUSE.map(({ read }) => read));
});

test('the same kinds are read alike where they stand as text in an attribute of a span', async () => {
  const world = await newWorld();
  const spans = LANGFUSE.map(({ model, usage }, index) => ({
    traceId: String(index + 1).padStart(32, '0'),
    spanId: String(index + 1).padStart(16, '0'),
    name: 'generation',
    startTimeUnixNano: `${1_790_841_600 + index * 100}000000000`,
    endTimeUnixNano: `${1_790_841_601 + index * 100}000000000`,
    attributes: Object.entries({
      'langfuse.observation.type': 'generation',
      'langfuse.observation.model.name': model,
      'langfuse.observation.usage_details': JSON.stringify(usage),
    }).map(([key, value]) => ({ key, value: { stringValue: value } })),
  }));
  const scope = { name: 'langfuse-sdk', version: '4.0.0' };
  world.write('traces.jsonl', JSON.stringify({ resourceSpans: [{ scopeSpans: [{ scope, spans }] }] }));
  await world.imported(['traces.jsonl']);
  expect(await readBack(world)).toEqual(LANGFUSE.map(({ read }) => read));
});

test('the names and details of LangSmith are read alike: the same list, in the same rules', async () => {
  const runs = [
    {
      prompt_tokens: 3210,
      completion_tokens: 85,
      total_tokens: 3295,
      prompt_token_details: { priority_cache_read: 3000, priority: 210 },
      completion_token_details: { priority_reasoning: 25, priority: 60 },
    },
    {
      prompt_tokens: 90,
      completion_tokens: 8,
      total_tokens: 98,
      prompt_token_details: { cache_read: 700, cache_creation: 40 },
    },
    { prompt_tokens: 800, completion_tokens: 40, total_tokens: 855, completion_token_details: { reasoning: 15 } },
  ];
  const world = await newWorld();
  const lines = runs.map((run, index) =>
    JSON.stringify({
      id: `run-${index}`,
      trace_id: `trace-${index}`,
      run_type: 'llm',
      status: 'success',
      start_time: `2026-10-01T08:0${index}:00`,
      end_time: `2026-10-01T08:0${index}:01`,
      extra: { metadata: { ls_model_name: ['gpt-5', CLAUDE, GEMINI][index], ls_max_tokens: -1 } },
      ...run,
    }),
  );
  world.write('runs.jsonl', lines.join('\n'));
  await world.imported(['runs.jsonl']);
  expect(await readBack(world)).toEqual([
    { input: 3210, cached: 3000, output: 85, reasoning: 25 },
    { input: 830, cached: 700, written: 40, output: 8 },
    { input: 800, output: 55, reasoning: 15 },
  ]);
  expect(await world.rows(sql`select service_tier from usage where service_tier is not null`)).toEqual([
    { service_tier: 'priority' },
  ]);
});

test('what nobody knows is counted and named; where it is the most of a call, the call has no price', async () => {
  const world = await newWorld();
  world.write(
    'o.jsonl',
    [
      observation({ input: 1000, output: 100, input_glyph_tokens: 30, total: 1130 }, 1, 'gpt-4o'),
      observation({ input: 10, output: 10, input_glyph_tokens: 5000, total: 5020 }, 2, 'gpt-4o'),
      observation({ total: 400 }, 3, 'gpt-4o'),
    ].join('\n'),
  );
  const [file] = await world.imported(['o.jsonl']);
  expect(file?.unknown_names).toEqual([
    { name: 'input_glyph_tokens', calls: 2, tokens: 5030 },
    { name: 'total', calls: 1, tokens: 400 },
  ]);
  // 1,000 × $2.50 + 100 × $10 per million.
  expect(
    await world.rows(sql`select cast(cost_usd as varchar) as cost, cost_status from usage order by occurred_at`),
  ).toEqual([
    { cost: '0.003500000000000000', cost_status: 'assumed' },
    { cost: null, cost_status: 'unpriced' },
    { cost: null, cost_status: 'unpriced' },
  ]);
});

test('a count of Langfuse that is no number rejects its line; a limit that is none does not', async () => {
  const world = await newWorld();
  world.write(
    'o.jsonl',
    [observation({ input: 'many', output: 1 }, 1, 'gpt-4o'), observation({ input: 5, output: 1 }, 2, 'gpt-4o')].join(
      '\n',
    ),
  );
  const [file] = await world.imported(['o.jsonl']);
  expect(file?.rejects).toEqual([{ line: 1, field: 'usageDetails.input', reason: 'is not a whole number' }]);
});
