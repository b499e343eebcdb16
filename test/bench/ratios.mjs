// The bars of the README as ratios, measured in one run: npm run bench -- [--rows 2000000] [--rounds 3] [--growth] [--folder DIR]
// Nothing but reports, on databases of several sizes:    npm run bench -- --reports [--rows 1000000,5000000,20000000,50000000]
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generate } from './generate.mjs';
import { firstDay, growTo } from './grown.mjs';
import { growth } from './growth.mjs';
import { interleaved, median } from './measure.mjs';
import { drop, importFile, loadRaw } from './program.mjs';
import { addUp, dashboards, reports } from './reports.mjs';
import { rerating } from './rerating.mjs';
import { simulating } from './simulating.mjs';
import { startup } from './startup.mjs';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '2000000' },
    rounds: { type: 'string', default: '3' },
    growth: { type: 'boolean', default: false },
    reports: { type: 'boolean', default: false },
    folder: { type: 'string', default: tmpdir() },
  },
});
const sizes = values.rows.split(',').map(Number);
const rows = sizes[0] ?? 0;
const rounds = Number(values.rounds);
mkdirSync(values.folder, { recursive: true });
const folder = mkdtempSync(join(values.folder, 'llmcost-bench-'));

/** @param {string} name @param {string} figure @param {string} bar @param {string} detail */
function line(name, figure, bar, detail) {
  process.stdout.write(`${name.padEnd(72)} ${figure.padStart(8)} ${bar.padStart(8)}   ${detail}\n`);
}

/** @param {string} name @param {[number, number]} times @param {string} bar */
function ratio(name, [ours, theirs], bar) {
  line(name, (ours / theirs).toFixed(2), bar, `${seconds(ours)} ÷ ${seconds(theirs)}`);
}

/** @param {number} milliseconds */
function seconds(milliseconds) {
  return milliseconds < 1000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(2)} s`;
}

/** First and second import of one file beside DuckDB's own load of it. @param {'chat' | 'csv'} kind */
async function imports(kind) {
  const path = join(folder, `calls.${kind}`);
  const [raw, ours] = [join(folder, 'raw.duckdb'), join(folder, `${kind}.duckdb`)];
  await generate({ kind, rows, path });
  /** @type {number[]} */
  const memory = [];
  const times = await interleaved(rounds, {
    raw: () => {
      drop(raw);
      loadRaw(kind, path, raw);
    },
    first: () => {
      drop(ours);
      memory.push(importFile(path, ours));
    },
    second: () => importFile(path, ours),
    kept: () => {
      drop(raw);
      loadRaw(kind === 'chat' ? 'chat-kept' : kind, path, raw);
    },
  });
  const size = `${rows} calls, ${(statSync(path).size / 1e6).toFixed(0)} MB`;
  ratio(`import ÷ raw load, ${kind} (${size})`, [times.first ?? 0, times.raw ?? 0], '≤ 1.6');
  if (kind === 'chat') ratio('the same ÷ raw load of the kept fields alone', [times.first ?? 0, times.kept ?? 0], '');
  ratio(`second import of the same ${kind} file ÷ first`, [times.second ?? 0, times.first ?? 0], '< 1');
  line(`peak memory of that import`, `${(median(memory) / 1e9).toFixed(2)} GB`, '< 1.5', '');
  line(`database ÷ raw table on disk`, (statSync(ours).size / statSync(raw).size).toFixed(2), '', bytes(ours, rows));
  drop(raw);
  rmSync(path);
  if (kind === 'chat') await again(ours, times.first ?? 0);
  return ours;
}

/** What changed prices cost. @param {string} database @param {number} first the time of the import */
async function again(database, first) {
  const { unused, priced, again: corrected } = await rerating(database);
  ratio('new prices of models nobody used ÷ import', [unused, first], '');
  ratio('new prices of all models: what would change ÷ import', [priced, first], '');
  ratio('every call rated again ÷ import', [corrected, first], '');
}

/** @param {string} database @param {number} calls */
function bytes(database, calls) {
  return `${(statSync(database).size / calls).toFixed(0)} bytes a call`;
}

/** @param {string} database @param {number} calls */
async function asked(database, calls) {
  await answered(database, `${calls} calls`);
  const { models, all, rowByRow } = await simulating(database, rounds);
  ratio(`simulate, ${models} models ÷ one model row by row (${calls} calls)`, [all, rowByRow], '');
}

/** Reports beside the same by hand: the ratio of computing time, and both kinds of time. @param {string} database @param {string} what */
async function answered(database, what) {
  for (const { name, bar, ours, byHand } of await reports(database, rounds)) {
    const clock = `on the clock ${seconds(ours.wall)} ÷ ${seconds(byHand.wall)}`;
    const detail = `computing ${seconds(ours.cpu)} ÷ ${seconds(byHand.cpu)}, ${clock}`;
    line(`${name} ÷ SQL by hand, ${what}`, (ours.cpu / byHand.cpu).toFixed(2), bar, detail);
  }
}

/** Reports on one database as it grows, call by call and with the usage added up in advance. */
async function growing() {
  const database = await firstDay(folder);
  for (const calls of sizes) {
    await growTo(database, calls);
    const millions = `${calls / 1e6} million`;
    await answered(database, `${millions}, call by call`);
    const before = statSync(database).size;
    const { wall, cpu } = await addUp(database);
    const grown = `${((statSync(database).size - before) / calls).toFixed(1)} bytes a call`;
    line(`what is new added up, ${millions}`, seconds(cpu), '', `computing; on the clock ${seconds(wall)}, ${grown}`);
    await answered(database, `${millions}, added up`);
    const whole = await dashboards(database, rounds);
    line(`dashboard, ${millions}, added up`, seconds(whole.cpu), '', `computing; on the clock ${seconds(whole.wall)}`);
  }
}

async function everything() {
  const started = await startup(15);
  ratio('llmcost --help ÷ node -e 0', [started['llmcost --help'] ?? 0, started['node -e 0'] ?? 0], '≤ 2');
  await imports('csv');
  const store = await imports('chat');
  await asked(store, rows);
  if (!values.growth) return;
  const { database, calls, ratios } = await growth(folder, rounds);
  for (const { name, ours, theirs } of ratios) ratio(name, [ours, theirs], '≤ 1.2');
  await asked(database, calls);
}

try {
  line('what', 'figure', 'bar', '');
  await (values.reports ? growing() : everything());
} finally {
  rmSync(folder, { recursive: true });
}
