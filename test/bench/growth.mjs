import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from './generate.mjs';
import { median, milliseconds } from './measure.mjs';
import { drop, importFile } from './program.mjs';

const BATCH = 2_000_000;
const BATCHES = 10;
const MILLION = 1_000_000;
const FIRST = '2026-09-01';
const NEXT = '2026-10-01';

/**
 * A million calls into a store of twenty million and into one that is as good as empty: the next day's log, and one
 * that is spread over the same thirty days as everything before.
 * @param {string} folder
 * @param {number} rounds
 */
export async function growth(folder, rounds) {
  const database = join(folder, 'large.duckdb');
  await fill(folder, database);
  const ratios = [];
  for (const [name, start, days] of /** @type {const} */ ([
    ['the next day', NEXT, 1],
    ['the same 30 days', FIRST, 30],
  ])) {
    const { large, empty } = await compare(folder, { database, rounds, start, days });
    ratios.push({ name: `1 million calls of ${name}: large ÷ empty`, ours: large, theirs: empty });
  }
  return { database, ratios, calls: BATCH * BATCHES + 2 * rounds * MILLION };
}

/** @param {string} folder @param {string} database */
async function fill(folder, database) {
  const path = join(folder, 'batch.jsonl');
  for (let batch = 0; batch < BATCHES; batch++) {
    const start = new Date(Date.parse(FIRST) + batch * 3 * 86_400_000).toISOString().slice(0, 10);
    await generate({ kind: 'chat', rows: BATCH, path, seed: 100 + batch, start, days: 3 });
    importFile(path, database);
  }
  rmSync(path);
}

/**
 * Every round has a million calls of its own, so nothing has to be taken out again.
 * @param {string} folder
 * @param {{ database: string, rounds: number, start: string, days: number }} plan
 */
async function compare(folder, { database, rounds, start, days }) {
  const [path, few, small] = ['million.jsonl', 'few.jsonl', 'small.duckdb'].map((name) => join(folder, name));
  if (path === undefined || few === undefined || small === undefined) throw new Error('no paths');
  await generate({ kind: 'chat', rows: 10, path: few, seed: 7 });
  /** @type {{ large: number[], empty: number[] }} */
  const times = { large: [], empty: [] };
  for (let round = 0; round < rounds; round++) {
    await generate({ kind: 'chat', rows: MILLION, path, seed: 1000 * days + round, start, days });
    // An empty store has to build its tables first; that is not what is compared.
    drop(small);
    importFile(few, small);
    times.empty.push(await milliseconds(() => importFile(path, small)));
    times.large.push(await milliseconds(() => importFile(path, database)));
  }
  rmSync(path);
  return { large: median(times.large), empty: median(times.empty) };
}
