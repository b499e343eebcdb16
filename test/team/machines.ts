import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { main } from '../../src/cli.js';
import { fakeIo } from '../fake_io.js';
import { longId, type World } from '../import/world.js';

export interface Machine {
  cwd: string;
  run: (...argv: string[]) => Promise<{ out: string; err: string; code: number }>;
}

/** The key of the team. */
const KEY = 'a key of all machines';

/** A machine: a folder with a database that has the bundled prices; one of an earlier test is as it was left. */
export function machineOf(world: World, name: string, env: Record<string, string> = {}): Machine {
  const cwd = join(world.cwd, name);
  mkdirSync(cwd, { recursive: true });
  cpSync(world.db, join(cwd, 'llmcost.duckdb'), { force: false });
  return {
    cwd,
    run: async (...argv) => {
      const own = { LLMCOST_MACHINE: name, XDG_CACHE_HOME: join(cwd, 'cache'), LLMCOST_TEAM_KEY: KEY };
      const io = fakeIo({ cwd, env: { ...own, ...env } });
      await main(argv, io);
      return { out: io.out(), err: io.err(), code: io.exitCode() };
    },
  };
}

/** Calls number `from` to `to`: 100 input tokens of gpt-4o ($0.00025) and `output` tokens ($0.00001 each). */
export function calls(from: number, to: number, output = 10, more: object = {}): string {
  const lines = Array.from({ length: to - from + 1 }, (_, index) =>
    JSON.stringify({
      request_id: longId(from + index),
      timestamp: `2026-${index % 2 === 0 ? '09' : '10'}-05T10:00:00Z`,
      model: 'gpt-4o',
      input_tokens: 100,
      output_tokens: output,
      ...more,
    }),
  );
  return `${lines.join('\n')}\n`;
}

/** The rows of `report --by machine`, as text. */
export async function byMachine(one: Machine): Promise<string[]> {
  const { out } = await one.run('report', '--by', 'machine', '--format', 'csv');
  return out.split('\n').sort();
}

/** The files of a team place. */
export function objectsIn(path: string): string[] {
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => /\.(parquet|json|enc)$/.test(name)).sort();
}

/** Ids of live pushes by their machines. */
export async function pushIds(asking: Machine, path: string): Promise<Record<string, string>> {
  const { out } = await asking.run('team', 'status', path, '--json');
  const { pushes } = JSON.parse(out) as { pushes: { machine: string; push_id: string }[] };
  return Object.fromEntries(pushes.map((push) => [push.machine, push.push_id]));
}
