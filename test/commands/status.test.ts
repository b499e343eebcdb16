import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import { fakeIo } from '../fake_io.js';
import { call, newWorld, type World } from '../import/world.js';

let world: World;

const BUDGETS = `budgets:
  - {name: all, period: month, limit: 1 USD}
  - {name: each, group_by: [customer], period: month, limit: 0.0006 USD}
  - {name: calls, period: day, limit: 10 requests}
  - {name: chat, where: [feature=chat], period: month, limit: 5 USD}
`;

/** It is noon of 15 October 2026. Today one call of acme; on 1 October two more of acme and one of globex: $0.00035 each. */
beforeAll(async () => {
  world = await newWorld();
  const lines = [
    call('r-1', { customer: 'acme' }),
    call('r-2', { customer: 'acme' }),
    call('r-3', { customer: 'globex' }),
    call('r-4', { customer: 'acme', timestamp: '2026-10-15T09:00:00Z' }),
    call('r-5', { customer: 'acme', feature: 'chat', timestamp: '2026-09-15T09:00:00Z' }),
  ];
  world.write('calls.jsonl', lines.join('\n'));
  await world.imported(['calls.jsonl']);
  world.write('llmcost.yaml', BUDGETS);
});

async function status(words: string[] = [], more: { now?: string; stdin?: string; cwd?: string; cache?: string } = {}) {
  const env = { XDG_CACHE_HOME: join(world.cwd, more.cache ?? 'cache') };
  const io = fakeIo({ cwd: more.cwd ?? world.cwd, env, ...more });
  await main(['status', ...words], io);
  return [io.out(), io.err(), io.exitCode()];
}

// 0.00105 of acme are 0.00045 above 0.0006; 4 × 0.00035 = 0.0014 of 1 USD; 1 of 10 requests
const LINE =
  '$0.0003500 today · $0.001400 this month · all: $1.00 left (0% used) · each acme: $0.0004500 over · calls: 9 left (10% used) · 1 more\n';

test('today, this month, what is left of each budget; the same again from the cache', async () => {
  expect(await status()).toEqual([LINE, '', 0]);
  expect(readdirSync(join(world.cwd, 'cache/llmcost'))).toHaveLength(1);
  expect(await status()).toEqual([LINE, '', 0]);
});

test('as JSON, exactly', async () => {
  const [out] = await status(['--json']);
  expect(JSON.parse(String(out))).toMatchObject({
    schema: 'llmcost.status/1',
    state: 'current',
    today: { period: '2026-10-15 → 2026-10-16', cost: '0.000350000000000000', requests: 1 },
    month: { cost: '0.001400000000000000', requests: 4, unpriced_rows: 0 },
    budgets: [
      { rule: 'all', left: '0.998600000000000000', used_percent: '0.14', groups: 1 },
      { rule: 'each', group: { customer: 'acme' }, left: '-0.000450000000000000', used_percent: '175.00', groups: 2 },
      { rule: 'calls', unit: 'count', left: '9.000000000000000000', used_percent: '10.00' },
      { rule: 'chat', used: '0', left: '5.000000000000000000', used_percent: '0.00' },
    ],
  });
});

test('a new day, another configuration and a new import are seen', async () => {
  expect((await status([], { now: '2026-10-16T00:00:30Z' }))[0]).toContain('$0.00 today · $0.001400 this month');
  world.write('llmcost.yaml', 'budgets: []\n');
  expect((await status())[0]).toBe('$0.0003500 today · $0.001400 this month\n');
  world.write('more.jsonl', call('r-6', { timestamp: '2026-10-15T10:00:00Z', model: 'house-model' }));
  await world.imported(['more.jsonl']);
  expect((await status())[0]).toBe('≥ $0.0003500 today · ≥ $0.001400 this month\n');
});

test('what Claude Code tells: its model, the session, the folder', async () => {
  const told = {
    model: { display_name: 'Opus\u001b[31m' },
    workspace: { current_dir: world.cwd },
    cost: { total_cost_usd: 0.4249 },
  };
  const [out] = await status(['--from-stdin'], { cwd: '/', stdin: JSON.stringify(told) });
  expect(out).toBe('Opus · session $0.42 · ≥ $0.0003500 today · ≥ $0.001400 this month\n');
  expect((await status(['--from-stdin'], { stdin: 'no JSON' }))[0]).toMatch(/^≥ /);
});

test('a database in use: the line of before, or that it is in use; never a wait, exit code 0', async () => {
  const holder = spawn(process.execPath, [
    '-e',
    `const { DuckDBInstance } = require('@duckdb/node-api'); DuckDBInstance.create(${JSON.stringify(world.db)}).then(() => { console.log('held'); setInterval(() => {}, 1000); });`,
  ]);
  try {
    await once(holder.stdout, 'data');
    const later = { now: '2026-10-15T12:30:00Z' };
    expect(await status([], later)).toEqual(['≥ $0.0003500 today · ≥ $0.001400 this month · as of 12:00 UTC\n', '', 0]);
    expect(await status([], { ...later, cache: 'other' })).toEqual(['llmcost: the database is in use\n', '', 0]);
  } finally {
    holder.kill();
    await once(holder, 'exit');
  }
});

test('without a database', async () => {
  expect(await status(['--db', 'none.duckdb'])).toEqual(['llmcost: nothing imported yet\n', '', 0]);
});
