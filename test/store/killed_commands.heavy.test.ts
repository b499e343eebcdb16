import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { drawing } from './drawing.js';

/*
 * Every command that writes, killed with SIGKILL at a moment between its begin and its end; then the same command again, undisturbed.
 * The store is then what it is after one undisturbed run: nothing is lost, nothing stands there twice.
 */
const BINARY = fileURLToPath(new URL('../../bin/llmcost.js', import.meta.url));
const DEMO = fileURLToPath(new URL('../../fixtures/demo/calls.jsonl.gz', import.meta.url));
const PRICES = fileURLToPath(new URL('../../fixtures/prices/openrouter.json', import.meta.url));
/** LLMCOST_KILLS=1000 for the long run: so many over all commands together. */
const KILLS = Number(process.env.LLMCOST_KILLS ?? 20);

const CONFIG = `attribution:
  - { where: ['feature=support-chat'], set: { customer: helpdesk }, overwrite: true }
`;
const BEFORE = [
  ['import', 'calls.jsonl', '-q'],
  ['team', 'init', 'place', '-q'],
  ['import', 'more.jsonl', '-q', '--db', 'other.duckdb'],
  ['push', 'place', '--machine', 'other', '--db', 'other.duckdb', '-q'],
];

/** A command that writes; `creates` where there is no database before it. `again` may say that there is nothing left to do. */
const WRITING: { argv: string[]; creates?: true }[] = [
  { argv: ['import', 'calls.jsonl', '-q'], creates: true },
  { argv: ['import', 'more.jsonl', '-q'] },
  { argv: ['imports', 'remove', '1'] },
  { argv: ['attribute'] },
  { argv: ['pricing', 'override', 'add', 'openai/gpt-4o-mini', '--input', '7', '--output', '9'] },
  { argv: ['pricing', 'alias', 'add', 'some-name', 'openai/gpt-4o-mini'] },
  { argv: ['pricing', 'refresh', '--from', 'openrouter.json'] },
  { argv: ['push', 'place', '--machine', 'here'] },
  { argv: ['sync', 'place'] },
];

const cwd = mkdtempSync(join(tmpdir(), 'llmcost-killed-commands-'));
const ready = join(cwd, 'ready');
let runs = 0;

function llmcost(folder: string, argv: readonly string[]): { status: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BINARY, ...argv], { cwd: folder, encoding: 'utf8' });
  return { status, out: stdout, err: stderr };
}

/** A folder of its own with all that was there before the command. */
function prepared(creates: boolean): string {
  const folder = join(cwd, `run-${runs++}`);
  cpSync(ready, folder, { recursive: true });
  if (creates) rmSync(join(folder, 'llmcost.duckdb'));
  return folder;
}

/** What the store answers: usage by all that commands change, own prices, names, and how many machines pushed. */
function answersOf(folder: string): unknown[] {
  const asked = [
    ['report', '--by', 'customer,feature,model,machine', '--format', 'json', '-q'],
    ['pricing', 'override', 'list', '--format', 'json'],
    ['pricing', 'alias', 'list', '--format', 'json'],
  ];
  return asked.map((argv) => {
    const { status, out, err } = llmcost(folder, argv);
    expect({ argv, status, err }).toEqual({ argv, status: 0, err: '' });
    const { rows, totals } = JSON.parse(out);
    return { rows: rows?.map(({ made_at: _, id: __, ...row }: Record<string, unknown>) => row), totals };
  });
}

/** A list of prices as long as the one that is known, so that it does not look cut off. */
function longList(): string {
  const { data }: { data: { id: string }[] } = JSON.parse(readFileSync(PRICES, 'utf8'));
  const copies = Array.from({ length: 60 }, (_, copy) =>
    data.map((model) => ({ ...model, id: `${model.id}-${copy}` })),
  );
  return JSON.stringify({ data: [...data, ...copies.flat()] });
}

beforeAll(() => {
  mkdirSync(ready);
  const lines = spawnSync('gzip', ['-dc', DEMO], { encoding: 'utf8', maxBuffer: 1 << 28 }).stdout.split('\n');
  writeFileSync(join(ready, 'calls.jsonl'), `${lines.slice(0, 2000).join('\n')}\n`);
  writeFileSync(join(ready, 'more.jsonl'), `${lines.slice(2000, 3000).join('\n')}\n`);
  writeFileSync(join(ready, 'openrouter.json'), longList());
  for (const argv of BEFORE) expect({ argv, ...llmcost(ready, argv) }).toMatchObject({ argv, status: 0 });
  // Its rules are for what is in the store from now on, and for `attribute`.
  writeFileSync(join(ready, 'llmcost.yaml'), CONFIG);
});

test.each(WRITING.map(({ argv, creates = false }) => [argv.join(' '), argv, creates] as const))(
  '%s',
  async (_, argv, creates) => {
    const whole = prepared(creates);
    const started = Date.now();
    const first = llmcost(whole, argv);
    const wholeMs = Date.now() - started;
    expect({ argv, ...first }).toMatchObject({ argv, status: 0 });
    const undisturbed = answersOf(whole);
    const draw = drawing(argv.join(' ').length * 7919);
    const kills = Math.max(1, Math.round(KILLS / WRITING.length));
    for (let kill = 0; kill < kills; kill++) {
      const folder = prepared(creates);
      const child = spawn(process.execPath, [BINARY, ...argv], { cwd: folder, stdio: 'ignore' });
      const ended = once(child, 'exit');
      const moment = ((kill + draw()) / kills) * wholeMs;
      await pause(moment);
      child.kill('SIGKILL');
      await ended;
      const again = llmcost(folder, argv);
      expect({ moment, ...again }).toMatchObject({ status: 0 });
      expect(answersOf(folder)).toEqual(undisturbed);
      rmSync(folder, { recursive: true });
    }
  },
);
