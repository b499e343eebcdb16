/*
 * node test/parity/compare.mjs --before DIR [--after DIR] [--only PATTERN]
 *
 * Runs the same commands (commands.mjs) with two builds of the program and lists the answers that differ, byte by byte. `--after` is this
 * checkout by default; both have to be built. Samples come from `--before`, data of real systems from a folder `shared` beside this checkout.
 *
 * allowed.json explains differences that are meant: `{ "command": PATTERN, "lines": PATTERN, "why": "…" }`. A difference is explained if
 * every line that only one of the answers has matches `lines` of such an entry (no `lines`: all of them). Exit code 1 if one is not.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: {
    before: { type: 'string' },
    after: { type: 'string' },
    only: { type: 'string' },
    lines: { type: 'string' },
  },
});
if (values.before === undefined) throw new Error('say which build to compare with: --before DIR');

const scratch = mkdtempSync(join(tmpdir(), 'llmcost-parity-'));
const before = answersOf(resolve(values.before), 'before');
const after = answersOf(resolve(values.after ?? root), 'after');
const allowed = JSON.parse(readFileSync(join(here, 'allowed.json'), 'utf8')).map(({ command, lines, why }) => ({
  command: new RegExp(command),
  lines: new RegExp(lines ?? ''),
  why,
}));

let [equal, explained, open] = [0, 0, 0];
for (const [command, text] of Object.entries(before)) {
  const other = after[command] ?? '';
  if (text === other) {
    equal++;
    continue;
  }
  const reasons = allowed.filter((entry) => entry.command.test(command));
  const changed = changedLines(text, other);
  const unexplained = changed.filter((line) => !reasons.some(({ lines }) => lines.test(line.slice(2))));
  if (unexplained.length === 0 && reasons.length > 0) {
    explained++;
    continue;
  }
  open++;
  print(`\n${command}\n`);
  const shown = unexplained.length > 0 ? unexplained : ['  the same lines in another order, or other ends of lines'];
  for (const line of shown.slice(0, Number(values.lines ?? 8))) print(`  ${line.slice(0, 240)}\n`);
  if (shown.length > Number(values.lines ?? 8)) print(`  … ${shown.length} lines\n`);
}
print(`\n${equal} equal, ${explained} explained by allowed.json, ${open} not explained\n`);
process.exitCode = open === 0 ? 0 : 1;

function answersOf(build, name) {
  const out = join(scratch, `${name}.json`);
  const argv = [join(here, 'answers.mjs'), build, resolve(values.before), join(root, '../shared'), out];
  execFileSync(process.execPath, values.only === undefined ? argv : [...argv, values.only], { stdio: 'inherit' });
  return JSON.parse(readFileSync(out, 'utf8'));
}

/** Lines that only one of the texts has: `- ` of the first, `+ ` of the second. */
function changedLines(text, other) {
  const [mine, yours] = [text.split('\n'), other.split('\n')];
  return [...without(mine, yours).map((line) => `- ${line}`), ...without(yours, mine).map((line) => `+ ${line}`)];
}

function without(lines, others) {
  const counts = new Map();
  for (const line of others) counts.set(line, (counts.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const left = counts.get(line) ?? 0;
    counts.set(line, left - 1);
    return left <= 0;
  });
}

function print(text) {
  process.stdout.write(text);
}
