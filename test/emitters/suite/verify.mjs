/** One emitter from end to end: run, imported, compared with the bill. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { knownCalls, sumByModel, totalCost } from './bill.mjs';
import { pinnedVersion, prepareEnvironment } from './environment.mjs';
import { MERGES } from './merge.mjs';
import { importFiles } from './told.mjs';

const HERE = new URL('..', import.meta.url).pathname;
const RUNNER = new URL('run_emitter.mjs', import.meta.url).pathname;
const ISOLATED = spawnSync('unshare', ['-n', 'true']).status === 0;
if (!ISOLATED) process.stderr.write('no network namespaces here: emitters run without one\n');

/**
 * The result as results.json has it: `verdict` is verified, untold (all that is told was read; `untold` is what is not),
 * refused (named as not readable, as expected) or wrong; `differences` says what is.
 */
export async function verifyEmitter(emitter, workFolder) {
  const folder = join(workFolder, emitter.name.replaceAll(/[^a-z0-9.]+/gi, '-'));
  rmSync(folder, { recursive: true, force: true });
  for (const name of ['out', 'home']) mkdirSync(join(folder, name), { recursive: true });
  const { exit, ledger, unknown } = runEmitter(emitter, folder);
  if (emitter.merge) MERGES[emitter.merge](join(folder, 'out'));
  const untold = emitter.untold ?? [];
  const billed = sumByModel(knownCalls(ledger, []));
  const known = sumByModel(knownCalls(ledger, untold));
  const paths = (emitter.reads ?? ['out']).filter((path) => existsSync(join(folder, path)));
  const told = await importFiles(folder, paths, emitter.options ?? []);
  const failed = ledger.filter(({ status }) => status !== 200).length;
  const differences = [
    ...(exit === 0 || emitter.exits?.includes(exit) ? [] : [`the emitter ended with ${exit}`]),
    ...(ledger.length === 0 ? ['no call was made'] : []),
    ...(told.exit === (emitter.refused ? 3 : 0)
      ? []
      : [`the import ended with ${told.exit}: ${told.output.trim().slice(0, 400)}`]),
    ...(emitter.refused ? [] : compareSums(renamed(known, emitter.models), told.sums)),
    ...(told.failed > failed ? [`${told.failed} failed calls, billed were ${failed}`] : []),
  ];
  const result = {
    name: emitter.name,
    package: emitter.package,
    version: pinnedVersion(emitter.environment, emitter.package),
    environment: emitter.environment,
    tells: emitter.tells,
    read_as: told.formats,
    covers: listScenarios(ledger),
    calls: Object.values(billed).reduce((total, { calls }) => total + calls, 0),
    unknown_calls: Object.values(known).reduce((total, sum) => total + sum.unknown, 0),
    failed: { billed: failed, told: told.failed },
    billed_usd: inDollars(totalCost(billed)),
    told_usd: inDollars(totalCost(told.sums)),
    untold,
    ...(emitter.note && { note: emitter.note }),
    verdict: differences.length > 0 ? 'wrong' : emitter.refused ? 'refused' : untold.length > 0 ? 'untold' : 'verified',
  };
  return { result, differences, folder, unknown };
}

function runEmitter(emitter, folder) {
  const { kind, folder: packages } = prepareEnvironment(emitter.environment);
  // Node finds packages beside the script.
  if (kind === 'npm') cpSync(join(HERE, 'js'), join(packages, 'suite'), { recursive: true });
  const fill = (text) => text.replaceAll('{packages}', packages).replaceAll('{here}', HERE);
  const [command, ...words] = emitter.run.map(fill);
  const specification = {
    name: emitter.name,
    folder,
    command: command === 'python' ? join(packages, 'bin/python') : command === 'node' ? process.execPath : command,
    words,
    environment: {
      PACKAGES: packages,
      ...Object.fromEntries(Object.entries(emitter.set ?? {}).map(([key, value]) => [key, fill(value)])),
    },
    limit: emitter.limit ?? 180,
  };
  const file = join(folder, 'specification.json');
  writeFileSync(file, JSON.stringify(specification));
  const isolated = ['-n', 'sh', '-c', 'ip link set lo up && exec "$0" "$@"', process.execPath, RUNNER, file];
  const run = ISOLATED ? spawnSync('unshare', isolated) : spawnSync(process.execPath, [RUNNER, file]);
  if (run.status !== 0) throw new Error(`${emitter.name}: ${run.stderr}`);
  return JSON.parse(readFileSync(join(folder, 'ledger.json'), 'utf8'));
}

/** An emitter may know a model by another name (an alias, a deployment): `models` says which. */
function renamed(sums, models = {}) {
  return Object.fromEntries(Object.entries(sums).map(([model, sum]) => [models[model] ?? model, sum]));
}

function compareSums(known, told) {
  const models = [...new Set([...Object.keys(known), ...Object.keys(told)])];
  return models.flatMap((model) => {
    const expected = known[model] ?? {};
    const found = told[model] ?? {};
    const names = [...new Set([...Object.keys(expected), ...Object.keys(found)])];
    return names
      .filter(
        (name) =>
          (expected[name] ?? 0) !== (found[name] ?? 0) && BigInt(expected[name] ?? 0) !== BigInt(found[name] ?? 0),
      )
      .map((name) => `${model}: ${name} ${found[name] ?? 0}, billed ${expected[name] ?? 0}`);
  });
}

/** What the calls had, so that "verified" says of what. */
function listScenarios(ledger) {
  const some = (test) => ledger.some(test);
  return [
    ['cached', some(({ tokens }) => tokens?.cache_read > 0)],
    ['written', some(({ tokens }) => tokens?.cache_write_5m > 0)],
    ['written for 1 h', some(({ tokens }) => tokens?.cache_write_1h > 0)],
    ['reasoning', some(({ tokens }) => tokens?.reasoning > 0)],
    ['streams', some(({ streamed }) => streamed)],
    ['flex', some(({ tier }) => tier === 'flex')],
    ['priority', some(({ tier }) => tier === 'priority')],
    ['embeddings', some(({ model }) => /embed/.test(model))],
    ['failures', some(({ status }) => status !== 200)],
  ]
    .filter(([, there]) => there)
    .map(([name]) => name);
}

/** 10⁻¹² dollars as a decimal number of dollars. */
function inDollars(pico) {
  const digits = String(pico).padStart(13, '0');
  return `${digits.slice(0, -12)}.${digits.slice(-12).replace(/0+$/, '')}`.replace(/\.$/, '');
}
