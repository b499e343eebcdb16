import { describe, expect, test } from 'vitest';
import type { ImportedFile } from '../../src/import/import.js';
import { sql } from '../../src/sql.js';
import { newWorld, type World } from '../import/world.js';
import {
  amountsOf,
  attodollars,
  costOf,
  linesOf,
  realFile,
  recordsOf,
  storedCosts,
  storedTotals,
} from './real_files.js';

/*
 * Logs of real systems, imported as a user would. Totals are those that the folder's README gives, or are counted here
 * from the file; recorded costs are what the source itself says a call cost.
 */

const AZURE = realFile('datasets/azure-llm-2023/AzureLLMInferenceTrace_code.csv');
const MOONCAKE = realFile('datasets/mooncake/conversation_trace.first6000.jsonl');
const OPENROUTER = realFile('datasets/openrouter-gemini3pro/generations.jsonl');
const AIDER = realFile('datasets/aider-analytics/sample-analytics.2024-08_2025-02.jsonl');
const PI = realFile('datasets/pi-sessions/large-session.jsonl');
const OPENHANDS = realFile('datasets/openhands/llm_calls.jsonl');
const INSPECT = realFile('datasets/inspect-ai/model_events.jsonl');
const LANGFUSE = realFile('datasets/langfuse/generations.jsonl');
const TRACELAB = realFile('datasets/tracelab/derived.round_trace.jsonl');
const AGENT_SDK = realFile('datasets/claude-agent-sdk/results.jsonl');

/** Recorded costs are sums of binary fractions: off by less than 10⁻¹² USD. */
const NOISE = 1_000_000n;

function agree(one: bigint | null, other: bigint | null): boolean {
  if (one === null || other === null) return false;
  const difference = one - other;
  return difference <= NOISE && difference >= -NOISE;
}

function mapped(pairs: Record<string, string>): string[] {
  return Object.entries(pairs).flatMap(([name, path]) => ['--map', `${name}=${path}`]);
}

async function imported(world: World, argv: string[], code = 0): Promise<ImportedFile> {
  const [file] = await world.imported(argv, code);
  if (file === undefined) throw new Error('no summary');
  return file;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function total(amounts: readonly (bigint | null)[]): bigint {
  return amounts.reduce<bigint>((so_far, amount) => so_far + (amount ?? 0n), 0n);
}

describe.skipIf(!AZURE.present)(`Azure, 2023 (SKIPPED when ${AZURE.path} is absent)`, () => {
  test('CR LF, no line end at the end, seven digits of a second', async () => {
    const world = await newWorld();
    const columns = mapped({ timestamp: 'TIMESTAMP', input_tokens: 'ContextTokens', output_tokens: 'GeneratedTokens' });
    const file = await imported(world, [AZURE.path, ...columns, '--set', 'model=gpt-4o', '--set', 'provider=azure']);
    expect(file).toMatchObject({ format: 'mapped-csv', lines: 8819, imported: 8819, duplicates: 0, rejected: 0 });
    expect(file.unread).toEqual([]);
    const stored = await storedTotals(world);
    expect(stored).toMatchObject({ uncached: 18_059_974, text: 245_896 });
    // $2.50 and $10 per million: https://azure.microsoft.com/pricing/details/cognitive-services/openai-service/
    expect(stored.cost).toBe(costOf(18_059_974, '2.5') + costOf(245_896, '10'));
    const times = linesOf(AZURE.path)
      .slice(1)
      .map((line) => line.slice(0, '2023-11-16 18:17:03.979960'.length))
      .sort();
    const [range] = await world.rows(
      sql`select cast(min(occurred_at) as varchar) as first, cast(max(occurred_at) as varchar) as last from usage`,
    );
    // DuckDB leaves out zeros at the end.
    expect(range).toEqual({ first: times[0]?.replace(/0+$/, ''), last: times.at(-1)?.replace(/0+$/, '') });
  });
});

describe.skipIf(!MOONCAKE.present)(`Mooncake (SKIPPED when ${MOONCAKE.path} is absent)`, () => {
  const columns = mapped({ input_tokens: 'input_length', output_tokens: 'output_length' });
  const model = ['--set', 'model=kimi-k2'];

  test('milliseconds from the start of the trace are no times', async () => {
    const world = await newWorld();
    const file = await imported(world, [MOONCAKE.path, ...columns, ...model], 3);
    expect(file).toMatchObject({ status: 'failed', lines: 6000, imported: 0, rejected: 6000 });
    expect(file.rejects[0]).toEqual({ line: 1, field: 'timestamp', reason: 'is not a time between 2000 and 2099' });
    expect(await storedTotals(world)).toMatchObject({ uncached: 0, text: 0 });
  });

  test('with a time that is set every line is a call, also of equal ones', async () => {
    const world = await newWorld();
    const file = await imported(world, [MOONCAKE.path, ...columns, ...model, '--set', 'timestamp=2026-10-01']);
    expect(file).toMatchObject({ lines: 6000, imported: 6000, duplicates: 0, rejected: 0, undated: 0 });
    expect(await storedTotals(world)).toMatchObject({ uncached: 76_643_649, text: 2_081_764 });
  });
});

describe.skipIf(!OPENROUTER.present)(`OpenRouter (SKIPPED when ${OPENROUTER.path} is absent)`, () => {
  interface Generation {
    id: string;
    usage: {
      prompt_tokens: number;
      completion_tokens: number;
      prompt_tokens_details: { cached_tokens: number };
      completion_tokens_details: { reasoning_tokens: number };
    };
  }

  test('every cost is what OpenRouter billed, to the last digit', async () => {
    const world = await newWorld();
    const generations = recordsOf<Generation>(OPENROUTER.path);
    expect(sum(generations.map(({ usage }) => usage.prompt_tokens))).toBe(79_512_980);
    expect(sum(generations.map(({ usage }) => usage.prompt_tokens_details.cached_tokens))).toBe(66_428_057);
    expect(sum(generations.map(({ usage }) => usage.completion_tokens))).toBe(1_274_302);

    const file = await imported(world, [OPENROUTER.path]);
    expect(file).toMatchObject({ format: 'openai-chat', lines: 4949, duplicates: 0, skipped: 0 });
    expect(file.imported + file.rejected).toBe(4949);

    // $2, $0.20 from the cache and $12 per million
    const counted = new Map(
      generations
        .filter(({ id }) => id.startsWith('gen-'))
        .map(({ id, usage }) => {
          const cached = usage.prompt_tokens_details.cached_tokens;
          const input = costOf(usage.prompt_tokens - cached, '2') + costOf(cached, '0.2');
          return [id, input + costOf(usage.completion_tokens, '12')];
        }),
    );
    const recorded = linesOf(OPENROUTER.path).flatMap((line) => amountsOf(line, 'cost').map(attodollars));
    expect(total(recorded)).toBe(attodollars('53.5176534'));
    const stored = (await storedCosts(world)).filter(({ id }) => id?.startsWith('gen-'));
    expect(new Map(stored.map(({ id, cost }) => [id, cost]))).toEqual(counted);
    expect(stored.filter(({ cost, billed }) => cost !== billed)).toEqual([]);
    expect(total(stored.map(({ billed }) => billed))).toBe(attodollars('53.5176534'));

    const [tokens] = await world.rows(sql`
      select cast(sum(uncached_input_tokens + cache_read_tokens) as integer) as prompt,
        cast(sum(text_output_tokens + reasoning_tokens) as integer) as completion,
        cast(sum(reasoning_tokens) as integer) as reasoning
      from usage where starts_with(request_id, 'gen-')`);
    const routed = generations.filter(({ id }) => id.startsWith('gen-')).map(({ usage }) => usage);
    expect(tokens).toEqual({
      prompt: sum(routed.map((usage) => usage.prompt_tokens)),
      completion: sum(routed.map((usage) => usage.completion_tokens)),
      reasoning: sum(routed.map((usage) => usage.completion_tokens_details.reasoning_tokens)),
    });
  });

  test.todo('Portkey counts the reasoning of Gemini beside the answer, and leaves it out of the total');
});

describe.skipIf(!AIDER.present)(`aider, an event log (SKIPPED when ${AIDER.path} is absent)`, () => {
  interface Event {
    event: string;
    properties: { main_model: string; prompt_tokens: number; completion_tokens: number };
  }
  const columns = mapped({
    timestamp: 'time',
    model: 'properties.main_model',
    input_tokens: 'properties.prompt_tokens',
    output_tokens: 'properties.completion_tokens',
    billed_cost: 'properties.cost',
    user: 'user_id',
  });
  /** USD per million tokens, as the vendors published them; the same from 2024-08 to 2025-02. */
  const PRICES: Record<string, [input: string, output: string]> = {
    'claude-3-5-sonnet-20241022': ['3', '15'],
    'anthropic/claude-3-7-sonnet-20250219': ['3', '15'],
    'o1-preview': ['15', '60'],
    o1: ['15', '60'],
    'o3-mini': ['1.1', '4.4'],
    'gpt-4o': ['2.5', '10'],
    'gpt-4o-mini': ['0.15', '0.6'],
    'gpt-4-0613': ['30', '60'],
  };

  test('events that are no calls are not kept in silence', async () => {
    const world = await newWorld();
    const file = await imported(world, [AIDER.path, ...columns], 3);
    expect(file).toMatchObject({ status: 'failed', lines: 16_067, imported: 0, rejected: 13_398 });
    expect(await storedTotals(world)).toMatchObject({ uncached: 0, text: 0 });
  });

  test('the calls among them', async () => {
    const world = await newWorld();
    const lines = linesOf(AIDER.path);
    const events = lines.map((line) => JSON.parse(line) as Event);
    const calls = events.filter(({ event }) => event === 'message_send');
    const file = await imported(world, [AIDER.path, ...columns, '--max-rejects', '100%']);
    expect(file).toMatchObject({ lines: 16_067, imported: 2669, duplicates: 0, skipped: 0, rejected: 13_398 });
    expect(file.lines - file.rejected).toBe(calls.length);
    expect(await storedTotals(world)).toMatchObject({ uncached: 27_389_995, text: 897_004 });

    const recorded = lines.filter((line) => line.startsWith('{"event": "message_send",'));
    const amounts = recorded.flatMap((line) => amountsOf(line, 'cost').map(attodollars));
    expect(amounts.length).toBe(2669);
    const stored = await storedCosts(world);
    expect(total(stored.map(({ billed }) => billed))).toBe(total(amounts));

    // A model that its user did not want to name, or that aider did not know.
    const unknown = calls.filter(({ properties: { main_model: model } }) => /REDACTED$|^None$/.test(model));
    expect(file.unpriced).toBe(unknown.length);
    for (const [model, [input, output]] of Object.entries(PRICES)) {
      const used = calls.map(({ properties }) => properties).filter((properties) => properties.main_model === model);
      const priced = stored.filter((call) => call.model === model);
      expect(priced.length).toBe(used.length);
      const spent = used.map((call) => costOf(call.prompt_tokens, input) + costOf(call.completion_tokens, output));
      expect(total(priced.map(({ cost }) => cost))).toBe(total(spent));
    }
    // The other 20 used prompt caching, which aider did not record.
    const sonnet = stored.filter(({ model }) => model === 'claude-3-5-sonnet-20241022');
    expect(sonnet.length).toBe(1577);
    expect(sonnet.filter(({ cost, billed }) => agree(cost, billed)).length).toBe(1557);
  });
});

describe.skipIf(!PI.present)(`pi, an agent's session (SKIPPED when ${PI.path} is absent)`, () => {
  test('every call costs what its session says', async () => {
    const world = await newWorld();
    const calls = linesOf(PI.path).filter((line) => line.includes('"usage":{"input":'));
    world.write('calls.jsonl', calls.join('\n'));
    const usage = 'message.usage';
    const columns = mapped({
      model: 'message.model',
      provider: 'message.provider',
      uncached_input_tokens: `${usage}.input`,
      output_tokens: `${usage}.output`,
      cache_read_tokens: `${usage}.cacheRead`,
      cache_write_tokens: `${usage}.cacheWrite`,
      billed_cost: `${usage}.cost.total`,
    });
    const file = await imported(world, ['calls.jsonl', ...columns]);
    expect(file).toMatchObject({ lines: 453, imported: 453, duplicates: 0, rejected: 0, unpriced: 0 });
    const stored = await storedTotals(world);
    expect(stored).toMatchObject({ uncached: 1049, text: 83_156, read: 43_229_469, written: 4_296_232 });
    expect(agree(stored.cost, attodollars('30.3301977'))).toBe(true);
    expect((await storedCosts(world)).filter(({ cost, billed }) => !agree(cost, billed))).toEqual([]);
  });
});

describe.skipIf(!OPENHANDS.present)(`OpenHands (SKIPPED when ${OPENHANDS.path} is absent)`, () => {
  test('ids, tokens, and a model nobody knows', async () => {
    const world = await newWorld();
    const columns = mapped({
      request_id: 'response_id',
      session: 'instance_id',
      input_tokens: 'prompt_tokens',
      output_tokens: 'completion_tokens',
    });
    const file = await imported(world, [OPENHANDS.path, ...columns, '--set', 'timestamp=2025-04-30']);
    expect(file).toMatchObject({ lines: 105, imported: 105, rejected: 0, unpriced: 105 });
    expect(await storedTotals(world)).toMatchObject({ uncached: 1_913_342, text: 13_341, read: 0, cost: 0n });
  });
});

describe.skipIf(!INSPECT.present)(`Inspect (SKIPPED when ${INSPECT.path} is absent)`, () => {
  test('times with an offset; what was read from the cache is in the input', async () => {
    const world = await newWorld();
    const columns = mapped({
      input_tokens: 'usage.input_tokens',
      output_tokens: 'usage.output_tokens',
      cache_read_tokens: 'usage.input_tokens_cache_read',
      reasoning_tokens: 'usage.reasoning_tokens',
      session: 'eval_id',
    });
    const file = await imported(world, [INSPECT.path, ...columns]);
    const events = recordsOf<{ timestamp: string; usage: Record<string, number> }>(INSPECT.path);
    const counted = (name: string) => sum(events.map(({ usage }) => usage[name] ?? 0));
    expect(file).toMatchObject({ lines: events.length, imported: events.length, rejected: 0, unpriced: 0 });
    const read = counted('input_tokens_cache_read');
    const uncached = counted('input_tokens') - read;
    const text = counted('output_tokens');
    expect(read).toBeGreaterThan(0);
    // gpt-4o-mini: $0.15, $0.075 from the cache and $0.60 per million
    const cost = costOf(uncached, '0.15') + costOf(read, '0.075') + costOf(text, '0.6');
    expect(await storedTotals(world)).toMatchObject({ uncached, read, text, reasoning: 0, cost });
    const [first = 0] = events.map(({ timestamp }) => Date.parse(timestamp)).sort((one, other) => one - other);
    const [stored] = await world.rows<{ first: string }>(
      sql`select cast(cast(epoch_ms(min(occurred_at)) as varchar) as varchar) as first from usage`,
    );
    expect(Number(stored?.first)).toBe(first);
  });
});

describe.skipIf(!LANGFUSE.present)(`Langfuse (SKIPPED when ${LANGFUSE.path} is absent)`, () => {
  test('tokens, and the costs that Langfuse has', async () => {
    const world = await newWorld();
    const columns = mapped({
      request_id: 'id',
      trace_id: 'traceId',
      timestamp: 'startTime',
      input_tokens: 'inputUsage',
      output_tokens: 'outputUsage',
      billed_cost: 'totalCost',
      user: '_userId',
      session: '_sessionId',
    });
    const file = await imported(world, [LANGFUSE.path, ...columns]);
    const observations = recordsOf<{ inputUsage: number; outputUsage: number }>(LANGFUSE.path);
    expect(file).toMatchObject({ lines: 25, imported: 25, rejected: 0, unpriced: 0 });
    expect(await storedTotals(world)).toMatchObject({
      uncached: sum(observations.map(({ inputUsage }) => inputUsage)),
      text: sum(observations.map(({ outputUsage }) => outputUsage)),
    });
    const stored = await storedCosts(world);
    expect(total(stored.map(({ billed }) => billed))).toBe(attodollars('0.006992599997'));
    // There it has this model at $1 per million of everything.
    const other = stored.filter(({ cost, billed }) => !agree(cost, billed));
    expect(other.map(({ model }) => model)).toEqual(['gpt-4o-2024-08-06', 'gpt-4o-2024-08-06']);
    expect(stored.length - other.length).toBe(23);
  });
});

describe.skipIf(!TRACELAB.present)(`TraceLab (SKIPPED when ${TRACELAB.path} is absent)`, () => {
  test('the whole prompt less what was read from and written to the cache', async () => {
    const world = await newWorld();
    const columns = mapped({
      request_id: 'round_id',
      timestamp: 'timing_events[0].timestamp',
      input_tokens: 'input_tokens_total',
      cache_read_tokens: 'prefix_tokens',
      cache_write_tokens: 'claude_cache_creation_input_tokens',
      reasoning_tokens: 'reasoning_output_tokens',
    });
    const file = await imported(world, [TRACELAB.path, ...columns]);
    const rounds = recordsOf<Record<string, number | null>>(TRACELAB.path);
    const counted = (name: string) => sum(rounds.map((round) => round[name] ?? 0));
    expect(file).toMatchObject({ lines: 19, imported: 19, rejected: 0, undated: 0 });
    const written = counted('claude_cache_creation_input_tokens');
    const reasoning = counted('reasoning_output_tokens');
    expect(await storedTotals(world)).toMatchObject({
      uncached: counted('newly_append_tokens') - written,
      read: counted('prefix_tokens'),
      written,
      reasoning,
      text: counted('output_tokens') - reasoning,
    });
  });
});

describe.skipIf(!AGENT_SDK.present)(`Claude Agent SDK (SKIPPED when ${AGENT_SDK.path} is absent)`, () => {
  test('costs are those of the SDK', async () => {
    const world = await newWorld();
    const columns = mapped({
      request_id: 'uuid',
      uncached_input_tokens: 'usage.input_tokens',
      output_tokens: 'usage.output_tokens',
      cache_read_tokens: 'usage.cache_read_input_tokens',
      cache_write_tokens: 'usage.cache_creation.ephemeral_5m_input_tokens',
      cache_write_1h_tokens: 'usage.cache_creation.ephemeral_1h_input_tokens',
      latency_ms: 'duration_ms',
      billed_cost: 'total_cost_usd',
    });
    const set = ['--set', 'model=claude-sonnet-4-6', '--set', 'timestamp=2026-03-01'];
    const file = await imported(world, [AGENT_SDK.path, ...columns, ...set]);
    expect(file).toMatchObject({ lines: 2, imported: 2, rejected: 0, unpriced: 0 });
    const stored = await storedCosts(world);
    expect(stored.map(({ cost }) => cost).sort()).toEqual([attodollars('0.01039005'), attodollars('0.01608915')]);
    expect(stored.filter(({ cost, billed }) => cost !== billed)).toEqual([]);
  });
});
