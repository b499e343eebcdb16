import { expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import { newWorld, type World } from './world.js';

const SESSION = '7d9e2f31-44a1-4b0c-8f5e-0a1b2c3d4e5f';
const MODEL = 'claude-sonnet-4-5-20250929';

/** Two calls of a session of Claude Code: 10 + 20,000 written and 100 out, 30 + 20,000 read and 50 out. */
const CALLS = [
  { input_tokens: 10, cache_creation_input_tokens: 20_000, cache_read_input_tokens: 0, output_tokens: 100 },
  { input_tokens: 30, cache_creation_input_tokens: 0, cache_read_input_tokens: 20_000, output_tokens: 50 },
]
  .map((usage, index) =>
    JSON.stringify({
      type: 'assistant',
      timestamp: `2026-10-02T08:00:0${index}.000Z`,
      sessionId: SESSION,
      uuid: `u${index}`,
      requestId: `req_${index}`,
      version: '2.1.150',
      cwd: '/home/dev/shop',
      message: { id: `msg_${index}`, type: 'message', role: 'assistant', model: MODEL, usage },
    }),
  )
  .join('\n');

/** What `claude -p --output-format json` printed of a run: both calls. */
function result(session: string): string {
  return JSON.stringify({
    type: 'result',
    subtype: 'success',
    is_error: false,
    session_id: session,
    total_cost_usd: 0.084,
    usage: {
      input_tokens: 40,
      cache_creation_input_tokens: 20_000,
      cache_read_input_tokens: 20_000,
      output_tokens: 150,
    },
    modelUsage: {
      [MODEL]: { inputTokens: 40, outputTokens: 150, cacheReadInputTokens: 20_000, cacheCreationInputTokens: 20_000 },
    },
    uuid: `result of ${session}`,
  });
}

async function tokens(world: World): Promise<Record<string, unknown>> {
  const [sum] = await world.rows(sql`
    select count(*)::integer as calls, sum(input_tokens)::integer as input, sum(output_tokens)::integer as output from usage`);
  return sum ?? {};
}

test.each([
  ['session.jsonl', 'run.json'],
  ['run.json', 'session.jsonl'],
])('a run whose session is there too counts once: %s, then %s', async (...order) => {
  const world = await newWorld();
  world.write('session.jsonl', `${CALLS}\n`);
  world.write('run.json', `${result(SESSION)}\n`);
  for (const name of order) {
    const [file] = await world.imported([name]);
    if (file === undefined) throw new Error('nothing was imported');
    expect(file.imported + file.duplicates + file.updated + file.skipped + file.rejected).toBe(file.lines);
  }
  expect(await tokens(world)).toEqual({ calls: 2, input: 40_040, output: 150 });
  // Nothing new the second time, and the run alone is back when its session is removed.
  await world.imported(order);
  expect(await tokens(world)).toEqual({ calls: 2, input: 40_040, output: 150 });
  const [session] = await world.rows<{ import_id: number }>(
    sql`select import_id from imports where source = 'session.jsonl' and status = 'done' order by import_id limit 1`,
  );
  await world.llmcost(['imports', 'remove', String(session?.import_id)]);
  await world.imported(['run.json']);
  expect(await tokens(world)).toEqual({ calls: 1, input: 40_040, output: 150 });
});

test('the result of another session stays', async () => {
  const world = await newWorld();
  world.write('session.jsonl', `${CALLS}\n`);
  world.write('run.json', `${result('another')}\n`);
  await world.imported(['session.jsonl', 'run.json']);
  expect(await tokens(world)).toEqual({ calls: 3, input: 80_080, output: 300 });
});

/** A session of Codex: its parent if it is a fork, and the running totals of input and output after each call. */
function rollout(
  id: string,
  parent: string | null,
  copied: number,
  totals: readonly [input: number, output: number][],
): string {
  const counts = totals.map(([input_tokens, output_tokens], index) => {
    const [before = [0, 0]] = index === 0 ? [] : [totals[index - 1]];
    const total = { input_tokens, cached_input_tokens: 0, output_tokens, reasoning_output_tokens: 0 };
    const last = { ...total, input_tokens: input_tokens - before[0], output_tokens: output_tokens - before[1] };
    return {
      type: 'event_msg',
      payload: { type: 'token_count', info: { total_token_usage: total, last_token_usage: last } },
    };
  });
  const lines = [
    {
      type: 'session_meta',
      payload: { id, model_provider: 'openai', ...(parent === null ? {} : { forked_from_id: parent }) },
    },
    ...counts.slice(0, copied),
    { type: 'turn_context', payload: { model: 'gpt-5.4' } },
    ...counts.slice(copied),
  ];
  return lines
    .map((line, index) => `${JSON.stringify({ timestamp: `2026-10-03T0${index}:00:00.000Z`, ...line })}\n`)
    .join('');
}

const FIRST: [number, number][] = [
  [10_000, 500],
  [30_000, 1500],
];
const SESSIONS: Record<string, string> = {
  'a.jsonl': rollout('a', null, 0, FIRST),
  'b.jsonl': rollout('b', 'a', 2, [...FIRST, [42_000, 1900]]),
  'c.jsonl': rollout('c', 'b', 3, [...FIRST, [42_000, 1900], [50_000, 2000]]),
  'd.jsonl': rollout('d', 'c', 4, [...FIRST, [42_000, 1900], [50_000, 2000], [51_000, 2100]]),
};

test.each([
  [['a.jsonl', 'b.jsonl', 'c.jsonl', 'd.jsonl']],
  [['d.jsonl', 'c.jsonl', 'b.jsonl', 'a.jsonl']],
  [['c.jsonl', 'a.jsonl', 'd.jsonl', 'b.jsonl']],
])('what a fork of a fork repeats counts once, in any order: %s', async (order) => {
  const world = await newWorld();
  for (const [name, text] of Object.entries(SESSIONS)) world.write(name, text);
  for (const name of order) await world.imported([name]);
  // Five calls: the last total of the last fork holds all of them.
  expect(await tokens(world)).toEqual({ calls: 5, input: 51_000, output: 2100 });
});

test('without its parents a fork has all of its calls; unrelated sessions with equal totals are apart', async () => {
  const world = await newWorld();
  world.write('d.jsonl', SESSIONS['d.jsonl'] ?? '');
  await world.imported(['d.jsonl']);
  expect(await tokens(world)).toEqual({ calls: 5, input: 51_000, output: 2100 });
  world.write('x.jsonl', rollout('x', null, 0, [[700, 7]]));
  world.write('y.jsonl', rollout('y', null, 0, [[700, 7]]));
  await world.imported(['x.jsonl', 'y.jsonl']);
  expect(await tokens(world)).toEqual({ calls: 7, input: 52_400, output: 2114 });
});
