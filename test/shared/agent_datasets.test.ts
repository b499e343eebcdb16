import { describe, expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import { newWorld } from '../import/world.js';
import {
  agree,
  attodollars,
  costOf,
  imported,
  linesOf,
  mapped,
  realFile,
  recordsOf,
  storedCosts,
  storedTotals,
  sum,
  total,
} from './real_files.js';

/*
 * Logs of agents and of what watches them, imported as a user would. Totals are those that the folder's README gives, or are counted here
 * from the file; recorded costs are what the source itself says a call cost.
 */

const PI = realFile('datasets/pi-sessions/large-session.jsonl');
const OPENHANDS = realFile('datasets/openhands/llm_calls.jsonl');
const INSPECT = realFile('datasets/inspect-ai/model_events.jsonl');
const LANGFUSE = realFile('datasets/langfuse/generations.jsonl');
const TRACELAB = realFile('datasets/tracelab/derived.round_trace.jsonl');
const AGENT_SDK = realFile('datasets/claude-agent-sdk/results.jsonl');

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
  test('known by its content: ids, tokens, times, seconds waited, and a model nobody knows', async () => {
    const world = await newWorld();
    expect(await imported(world, [OPENHANDS.path])).toMatchObject({
      format: 'openhands',
      lines: 105,
      imported: 105,
      rejected: 0,
      unpriced: 105,
    });
    expect(await storedTotals(world)).toMatchObject({ uncached: 1_913_342, text: 13_341, read: 0, cost: 0n });
    // Its earliest and latest response_id: gen-1746001974-…, gen-1746007447-…; latencies added up by jq -s 'map(.latency * 1000 | round) | add'.
    expect(
      await world.rows(
        sql`select epoch(min(occurred_at))::integer as first, epoch(max(occurred_at))::integer as last, sum(latency_ms)::integer as waited from usage`,
      ),
    ).toEqual([{ first: 1746001974, last: 1746007447, waited: 348515 }]);
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
