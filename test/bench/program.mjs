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

/** @typedef {{ memory: number, cpu: number }} Spent the most memory in bytes, and processor time in milliseconds */

/** The same; resolves to what it took. @param {string} report where that may be written @param {string[]} argv @returns {Spent} */
function measured(report, ...argv) {
  process.env.LLMCOST_BENCH_SPENT = report;
  node('--import', file('spent.mjs'), ...argv);
  delete process.env.LLMCOST_BENCH_SPENT;
  return JSON.parse(readFileSync(report, 'utf8'));
}

/** Imports a file, or all files of a folder, with the real program. @param {string} path @param {string} database */
export function importFile(path, database) {
  return measured(`${database}.spent`, BINARY, 'import', path, '--db', database, '--quiet');
}

/** Loads a file with nothing but DuckDB. @param {import('./raw_load.mjs').Raw} kind @param {string} path @param {string} database */
export function loadRaw(kind, path, database) {
  return measured(`${database}.spent`, file('raw_load.mjs'), kind, path, database);
}

/** Removes a database and what lies beside it. @param {string} database */
export function drop(database) {
  for (const end of ['', '.wal', '.spent']) if (existsSync(database + end)) rmSync(database + end);
}
