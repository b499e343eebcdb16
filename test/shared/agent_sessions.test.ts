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
      user_id: string;
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
      users: String(new Set([...sent, ...failed].map(({ user_id }) => user_id)).size),
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
});
