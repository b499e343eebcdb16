import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };

const BINARY = fileURLToPath(new URL('../bin/llmcost.js', import.meta.url));
const LIST = { 'gpt-x': { litellm_provider: 'openai', mode: 'chat', input_cost_per_token: 1e-6 } };
const REFRESH = ['pricing', 'refresh', '--from', 'prices-2026-01-01.json', '--db', 'a.duckdb'];

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(realpathSync(tmpdir()), 'llmcost-binary-'));
  writeFileSync(join(cwd, 'prices-2026-01-01.json'), JSON.stringify(LIST));
});

/** Runs a shell line in which "$@" is the real program. */
function shell(line: string, ...argv: string[]): [string, string, number | null] {
  const { stdout, stderr, status } = spawnSync('bash', ['-c', line, 'bash', process.execPath, BINARY, ...argv], {
    cwd,
    encoding: 'utf8',
  });
  return [stdout, stderr, status];
}

test('answers on stdout with exit code 0', () => {
  expect(shell('"$@"', '--version')).toEqual([`${manifest.version}\n`, '', 0]);
});

test('complains on stderr with an exit code', () => {
  const [out, err, code] = shell('"$@"', 'report');
  expect([out, code]).toEqual(['', 6]);
  expect(err).toContain(`There is no database at ${join(cwd, 'llmcost.duckdb')}.`);
});

test('a pipe that is closed early is no error', () => {
  const [out, err, code] = shell('set -o pipefail; "$@" | head -n 1', '--help');
  expect([out, err, code]).toEqual(['Usage: llmcost [options] [command]\n', '', 0]);
});

test('a pipe that is closed before anything is written is no error either', () => {
  shell('"$@"', ...REFRESH);
  const [, err, code] = shell('"$@" > >(exec 0<&-; exit 0); exit $?', 'pricing', 'list', '--db', 'a.duckdb');
  expect([err, code]).toEqual(['', 0]);
});

test('nobody listens to the errors: the exit code is what it would have been', () => {
  expect(shell('"$@" 2> >(exec 0<&-; exit 0); exit $?', 'report')).toEqual(['', '', 6]);
});

test('a result that cannot be written is no breach', () => {
  const [out, err, code] = shell('"$@" > /dev/full', '--help');
  expect([out, code]).toEqual(['', 3]);
  expect(err).toBe('llmcost: the result could not be written: ENOSPC: no space left on device, write\n');
});

test('a disk that is full: says so, keeps what was there, and the same command works when there is space', () => {
  const [out, err, code] = shell('ulimit -f 600; "$@"', ...REFRESH);
  expect([out, code]).toEqual(['', 6]);
  const path = join(cwd, 'a.duckdb');
  expect(err).toBe(
    `llmcost: There is no space left to write ${path}.\nThe database holds what it held before; free some space and run the same command again.\n`,
  );
  const [done, complaint, success] = shell('"$@"', ...REFRESH);
  expect([complaint, success]).toEqual(['', 0]);
  expect(done).toMatch(/^litellm 2026-01-01: 1 models; /);
});

test.skipIf(process.platform === 'win32')(
  'where too few files may be open, the answer is a sentence and exit code 3',
  () => {
    writeFileSync(join(cwd, 'a.jsonl'), '{"model":"gpt-4o","input_tokens":1,"output_tokens":1}\n');
    for (const limit of [30, 70]) {
      const [, err, code] = shell(`ulimit -n ${limit}; "$@"`, 'import', 'a.jsonl');
      expect([limit, code, err]).toEqual([
        limit,
        3,
        expect.stringMatching(/^llmcost: [^\n]+\nAllow more[^\n]*: ulimit -n 1024\n$/),
      ]);
    }
  },
);
