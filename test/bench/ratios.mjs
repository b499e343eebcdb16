// The bars of the README as ratios, measured in one run: npm run bench -- [--rows 2000000] [--rounds 3] [--growth] [--folder DIR]
// Nothing but reports, on databases of several sizes:    npm run bench -- --reports [--rows 1000000,5000000,20000000,50000000]
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generate } from './generate.mjs';
import { firstDay, growTo } from './grown.mjs';
import { growth } from './growth.mjs';
import { median, takenElsewhere } from './measure.mjs';
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

/** The same of programs, by the clock and by the time they had a processor: that of others makes only the first longer. */
function ratioOf(
  /** @type {string} */ name,
  /** @type {[Taken | undefined, Taken | undefined]} */ [ours = NOTHING, theirs = NOTHING],
  /** @type {string} */ bar,
) {
  const cpu = `${(ours.cpu / theirs.cpu).toFixed(2)} by processor time: ${seconds(ours.cpu)} ÷ ${seconds(theirs.cpu)}`;
  line(name, (ours.wall / theirs.wall).toFixed(2), bar, `${seconds(ours.wall)} ÷ ${seconds(theirs.wall)}; ${cpu}`);
}

/** @typedef {import('./measure.mjs').Taken} Taken */
const NOTHING = { wall: Number.NaN, cpu: Number.NaN };

/**
 * First and second import of one file beside DuckDB's own load of it.
 * @param {import('./generate.mjs').Log['kind']} kind
 * @param {{ calls: number, bar: string, also?: [name: string, kind: import('./raw_load.mjs').Raw] }} plan
 */
async function imports(kind, { calls, bar, also }) {
  const path = join(folder, `calls.${kind}`);
  const [raw, ours] = [join(folder, 'raw.duckdb'), join(folder, `${kind}.duckdb`)];
  await generate({ kind, rows: calls, path });
  /** @type {number[]} */
  const memory = [];
  const load = (/** @type {import('./raw_load.mjs').Raw} */ what) => () => {
    drop(raw);
    return loadRaw(what, path, raw);
  };
  const first = () => {
    drop(ours);
    const spent = importFile(path, ours);
    memory.push(spent.memory);
    return spent;
  };
  const others = also === undefined ? {} : { also: load(also[1]) };
  const times = await takenElsewhere(rounds, {
    first,
    second: () => importFile(path, ours),
    ...others,
    raw: load(kind),
  });
  const size = `${calls} calls, ${(statSync(path).size / 1e6).toFixed(0)} MB`;
  ratioOf(`import ÷ raw load, ${kind} (${size})`, [times.first, times.raw], bar);
  if (also !== undefined) ratioOf(`the same ÷ ${also[0]}`, [times.first, times.also], '');
  ratioOf(`second import of the same ${kind} file ÷ first`, [times.second, times.first], '< 1');
  line('peak memory of that import', `${(median(memory) / 1e9).toFixed(2)} GB`, '< 1.5', '');
  line('database ÷ raw table on disk', (statSync(ours).size / statSync(raw).size).toFixed(2), '', bytes(ours, calls));
  if (kind === 'chat') await grown(path, ours, times.first);
  drop(raw);
  rmSync(path);
  if (kind !== 'chat') drop(ours);
  return { database: ours, first: times.first?.wall ?? Number.NaN };
}

/** A log that grew by a tenth since it was imported. @param {string} path @param {string} database @param {Taken | undefined} first */
async function grown(path, database, first) {
  const [{ size }, more] = [statSync(path), join(folder, 'more')];
  await generate({ kind: 'chat', rows: Math.ceil(rows / 10), path: more, seed: 2 });
  appendFileSync(path, readFileSync(more));
  const { again } = await takenElsewhere(1, { again: () => importFile(path, database) });
  ratioOf('import of the log when it has grown by 10 % ÷ first', [again, first], '');
  truncateSync(path, size);
  rmSync(more);
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
  await imports('csv', { calls: rows, bar: '≤ 1.6' });
  const part = Math.ceil(rows / 4);
  await imports('otlp', { calls: part, bar: '≤ 1.6', also: ['raw load with a row for each span', 'otlp-spans'] });
  await imports('pages', { calls: part, bar: '≤ 3' });
  await imports('langfuse', { calls: part, bar: '≤ 3' });
  const kept = /** @type {const} */ (['raw load of the kept fields alone', 'chat-kept']);
  const { database, first } = await imports('chat', { calls: rows, bar: '≤ 1.6', also: [...kept] });
  await again(database, first);
  await asked(database, rows + Math.ceil(rows / 10));
  if (!values.growth) return;
  const grown = await growth(folder, rounds);
  for (const { name, ours, theirs } of grown.ratios) ratio(name, [ours, theirs], '≤ 1.2');
  await asked(grown.database, grown.calls);
}

try {
  line('what', 'figure', 'bar', '');
  await (values.reports ? growing() : everything());
} finally {
  rmSync(folder, { recursive: true });
}
