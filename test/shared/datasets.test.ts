import { describe, expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import { newWorld } from '../import/world.js';
import {
  agree,
  amountsOf,
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
 * Large logs of real systems, imported as a user would. Totals are those that the folder's README gives, or are counted here
 * from the file; recorded costs are what the source itself says a call cost.
 */

const AZURE = realFile('datasets/azure-llm-2023/AzureLLMInferenceTrace_code.csv');
const MOONCAKE = realFile('datasets/mooncake/conversation_trace.first6000.jsonl');
const OPENROUTER = realFile('datasets/openrouter-gemini3pro/generations.jsonl');
const AIDER = realFile('datasets/aider-analytics/sample-analytics.2024-08_2025-02.jsonl');

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
    expect(file).toMatchObject({ format: 'openai-chat', lines: 4949, imported: 4949 });

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

  test('Portkey counts the reasoning of Gemini beside the answer, and leaves it out of the total', async () => {
    const world = await newWorld();
    await imported(world, [OPENROUTER.path]);
    const [tokens] = await world.rows(sql`
      select cast(count(*) as integer) as calls, cast(sum(text_output_tokens) as integer) as text,
        cast(sum(reasoning_tokens) as integer) as reasoning, cast(sum(input_tokens) as integer) as prompt
      from usage where starts_with(request_id, 'portkey-')`);
    const passed = recordsOf<Generation>(OPENROUTER.path).filter(({ id }) => id.startsWith('portkey-'));
    expect(tokens).toEqual({
      calls: 145,
      text: sum(passed.map(({ usage }) => usage.completion_tokens)),
      reasoning: sum(passed.map(({ usage }) => usage.completion_tokens_details.reasoning_tokens)),
      prompt: sum(passed.map(({ usage }) => usage.prompt_tokens)),
    });
  });
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
