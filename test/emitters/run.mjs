/**
 * Runs emitters, imports what they wrote and compares it with what was billed:
 *
 *   node test/emitters/run.mjs [NAME…] [--handful] [--new] [--keep] [--install] [--page]
 *
 * NAME is a part of an emitter's name; none: all of them. Every result goes into results.json and docs/verified.md. --new runs
 * those that have none yet.
 * --keep leaves the files and says where; --install only makes the environments, --page only the page. Ends with 1 if anything is wrong.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EMITTERS, HANDFUL } from './emitters.mjs';
import { prepareEnvironment } from './suite/environment.mjs';
import { RESULTS, readResults, writePage } from './suite/page.mjs';
import { verifyEmitter } from './suite/verify.mjs';

const words = process.argv.slice(2);
const options = new Set(words.filter((word) => word.startsWith('--')));
const names = words.filter((word) => !word.startsWith('--'));
const matching = EMITTERS.filter(({ name }) =>
  options.has('--handful') ? HANDFUL.includes(name) : names.length === 0 || names.some((part) => name.includes(part)),
);
const chosen = options.has('--new')
  ? matching.filter(({ name }) => readResults().every((result) => result.name !== name))
  : matching;
const print = (line) => process.stdout.write(`${line}\n`);

/** Puts a result among those that are known, and shows it on the page: a run that is ended leaves what it found. */
function keepResult(result) {
  const known = new Map([...readResults(), result].map((one) => [one.name, one]));
  const kept = EMITTERS.map(({ name }) => known.get(name)).filter((one) => one !== undefined);
  writeFileSync(RESULTS, `${JSON.stringify(kept, null, 2)}\n`);
  writePage(kept);
}

if (options.has('--install')) {
  for (const environment of new Set(chosen.map((emitter) => emitter.environment))) {
    prepareEnvironment(environment);
    print(`ready   ${environment}`);
  }
  process.exit(0);
}

if (options.has('--page')) {
  writePage(readResults());
  process.exit(0);
}

const folder = mkdtempSync(join(tmpdir(), 'emitters-'));
const results = [];
for (const emitter of chosen) {
  const { result, differences, folder: left, unknown } = await verifyEmitter(emitter, folder);
  results.push(result);
  if (!options.has('--handful') && result.verdict !== 'wrong') keepResult(result);
  print(
    `${result.verdict.padEnd(9)} ${emitter.name} ${result.version}: ${result.calls} calls, $${result.billed_usd}, told $${result.told_usd}`,
  );
  for (const difference of differences) print(`          ${difference}`);
  if (differences.length > 0 && unknown.length > 0)
    print(`          asked for and not known: ${[...new Set(unknown)].join(', ')}`);
  if (!options.has('--keep')) rmSync(left, { recursive: true, force: true });
}
if (options.has('--keep')) print(`kept in ${folder}`);
else rmSync(folder, { recursive: true, force: true });

const wrong = results.filter(({ verdict }) => verdict === 'wrong').length;
print(`${results.length - wrong} passed, ${wrong} failed`);
process.exit(wrong === 0 ? 0 : 1);
