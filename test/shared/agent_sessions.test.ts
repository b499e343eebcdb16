import { describe, expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import { newWorld } from '../import/world.js';
import { attodollars, imported, realFile, recordsOf, storedTotals, sum } from './real_files.js';

/*
 * Logs of agents that are known by their content. Totals are those of the folder's README, which its authors counted,
 * or are counted here from the file by JSON.parse.
 */
const PI = realFile('datasets/pi-sessions/large-session.jsonl');
const AIDER = realFile('datasets/aider-analytics/sample-analytics.2024-08_2025-02.jsonl');
const INSPECT = realFile('datasets/inspect-ai/model_events.jsonl');
const CONVERSE = realFile('samples/bedrock-converse-jsonl/converse.jsonl');
const AGENT_SDK = realFile('datasets/claude-agent-sdk/results.jsonl');

describe.skipIf(!PI.present)(`logs of agents (SKIPPED when ${PI.path} is absent)`, () => {
  test('pi: every call costs what its session says; 22 of them failed', async () => {
    const world = await newWorld();
    expect(await imported(world, [PI.path])).toMatchObject({
      format: 'pi',
      lines: 1019,
      imported: 453,
      duplicates: 0,
      skipped: 1019 - 453,
      rejected: 0,
      unpriced: 0,
    });
    const { cost, ...tokens } = await storedTotals(world);
    expect(tokens).toMatchObject({ uncached: 1049, text: 83_156, read: 43_229_469, written: 4_296_232 });
    // The session adds up binary fractions.
    expect(cost - attodollars('30.3301977')).toBeLessThan(10n ** 6n);
    expect(attodollars('30.3301977') - cost).toBeLessThan(10n ** 6n);
    const errors = sql`
      select error_class, count(*) as calls from usage where status = 'error' group by all order by all`;
    expect(await world.rows(errors)).toEqual([
      { error_class: 'cancelled', calls: '21' },
      { error_class: 'other', calls: '1' },
    ]);
  });

  test('aider: calls among other events; what the session came to so far is no cost', async () => {
    interface Event {
      event: string;
      user_id: string | null;
      properties: { cost?: number };
    }
    const events = recordsOf<Event>(AIDER.path);
    const sent = events.filter(({ event }) => event === 'message_send');
    const failed = events.filter(({ event }) => event === 'message_send_exception');
    const world = await newWorld();
    expect(await imported(world, [AIDER.path])).toMatchObject({
      format: 'aider',
      lines: 16_067,
      imported: sent.length + failed.length,
      duplicates: 0,
      rejected: 0,
    });
    expect(await storedTotals(world)).toMatchObject({ uncached: 27_389_995, text: 897_004 });
    const [found] = await world.rows<Record<string, string>>(sql`
      select
        count(*) filter (where status = 'error') as errors,
        count(billed_cost) as billed,
        round(cast(sum(billed_cost) as double), 6) as cost,
        count(distinct user_id) as users
      from usage`);
    const costs = sent.map(({ properties: { cost = 0 } }) => cost).filter((cost) => cost > 0);
    expect(found).toEqual({
      errors: String(failed.length),
      billed: String(costs.length),
      cost: Number(sum(costs).toFixed(6)),
      users: String(new Set([...sent, ...failed].flatMap(({ user_id }) => user_id ?? [])).size),
    });
  });

  test('the Claude Agent SDK: results that cost what they say', async () => {
    const world = await newWorld();
    expect(await imported(world, [AGENT_SDK.path, '--set', 'timestamp=2026-03-01'])).toMatchObject({
      format: 'claude-agent-sdk',
      imported: 2,
      unpriced: 0,
    });
    const { cost, ...tokens } = await storedTotals(world);
    expect(tokens).toMatchObject({ uncached: 4 + 3, text: 415 + 5, read: 17_653 + 7166, written: 1215 + 2175 });
    expect(cost).toBe(attodollars('0.01608915') + attodollars('0.01039005'));
  });

  test('Inspect and Bedrock Converse: what was read from the cache', async () => {
    interface Event {
      usage: Record<'input_tokens' | 'output_tokens' | 'input_tokens_cache_read' | 'reasoning_tokens', number>;
    }
    const usages = recordsOf<Event>(INSPECT.path).map(({ usage }) => usage);
    const counted = (name: keyof Event['usage']) => sum(usages.map((usage) => usage[name]));
    const world = await newWorld();
    expect(await imported(world, [INSPECT.path])).toMatchObject({ format: 'inspect-ai', imported: 14, unpriced: 0 });
    expect(await storedTotals(world)).toMatchObject({
      uncached: counted('input_tokens') - counted('input_tokens_cache_read'),
      read: counted('input_tokens_cache_read'),
      text: counted('output_tokens') - counted('reasoning_tokens'),
    });
    const converse = await imported(world, [CONVERSE.path, '--map', 'model=_model', '--set', 'timestamp=2025-03-01']);
    // Two of the four lines are one recording; without an id they are two calls.
    expect(converse).toMatchObject({ format: 'bedrock-converse', lines: 4, imported: 4, rejected: 0 });
    const tokens = sql`
      select sum(uncached_input_tokens) as input, sum(text_output_tokens) as output, sum(latency_ms) as latency
      from usage where provider = 'bedrock'`;
    expect(await world.rows(tokens)).toEqual([
      {
        input: String(28 + 20 + 20 + 17),
        output: String(26 + 72 + 72 + 17),
        latency: String(2135 + 2900 + 2900 + 1562),
      },
    ]);
  });
});
