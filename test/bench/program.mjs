import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const file = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));

/** The built program. */
export const BINARY = file('../../bin/llmcost.js');

/** A module of the built program. @param {string} path */
export function built(path) {
  return import(new URL(`../../dist/${path}`, import.meta.url).href);
}

/** Runs Node with these arguments and waits; fails loudly. @param {string[]} argv */
export function node(...argv) {
  const { status, stderr } = spawnSync(process.execPath, argv, {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(`node ${argv.join(' ')} ended with ${status}: ${stderr}`);
}

/** Imports a file with the real program; the most memory it took, in bytes. @param {string} path @param {string} database */
export function importFile(path, database) {
  const report = `${database}.memory`;
  process.env.LLMCOST_BENCH_MEMORY = report;
  node('--import', file('peak_memory.mjs'), BINARY, 'import', path, '--db', database, '--quiet');
  delete process.env.LLMCOST_BENCH_MEMORY;
  return Number(readFileSync(report, 'utf8'));
}

/** Loads a file with nothing but DuckDB. @param {'chat' | 'csv' | 'chat-kept'} kind @param {string} path @param {string} database */
export function loadRaw(kind, path, database) {
  node(file('raw_load.mjs'), kind, path, database);
}

/** Removes a database and what lies beside it. @param {string} database */
export function drop(database) {
  for (const end of ['', '.wal', '.memory']) if (existsSync(database + end)) rmSync(database + end);
}
