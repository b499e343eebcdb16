/** Environments of pinned packages, each in a folder of its own outside the checkout; made once, and again when its pins change. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where environments are kept: $LLMCOST_EMITTERS, else below the user's cache. */
export const CACHE = process.env.LLMCOST_EMITTERS ?? join(homedir(), '.cache', 'llmcost-emitters');
const PYTHON = process.env.PYTHON ?? 'python3';

/** Pins by environment: `npm/sdks` or `pypi/otel` to a list of packages. */
export const PINS = JSON.parse(readFileSync(new URL('../environments.json', import.meta.url), 'utf8'));

/** The folder of an environment, installed if it is not. Throws what the registry's client said if it cannot be. */
export function prepareEnvironment(name) {
  const pins = PINS[name];
  if (pins === undefined) throw new Error(`environments.json has no ${name}`);
  const kind = name.split('/')[0];
  const folder = join(CACHE, name);
  const mark = join(folder, 'pins.json');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === JSON.stringify(pins)) return { kind, folder };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  if (kind === 'npm') {
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
    must('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...pins], folder);
  } else {
    must(PYTHON, ['-m', 'venv', '.'], folder);
    must(join(folder, 'bin/python'), ['-m', 'pip', 'install', '--quiet', ...pins], folder);
  }
  writeFileSync(mark, JSON.stringify(pins));
  return { kind, folder };
}

/** Whether an environment is there or can be made. */
export function isInstalled(name) {
  const mark = join(CACHE, name, 'pins.json');
  return existsSync(mark) && readFileSync(mark, 'utf8') === JSON.stringify(PINS[name]);
}

/** The pinned version of a package. */
export function pinnedVersion(name, packageName) {
  const separator = name.startsWith('npm/') ? '@' : '==';
  const pin = PINS[name].find((entry) => entry.replace(/\[.*\]/, '').startsWith(`${packageName}${separator}`));
  if (pin === undefined) throw new Error(`${name} does not pin ${packageName}`);
  return pin.slice(pin.lastIndexOf(separator) + separator.length);
}

function must(command, words, folder) {
  const run = spawnSync(command, words, { cwd: folder, encoding: 'utf8', timeout: 900_000 });
  if (run.status !== 0)
    throw new Error(`${command} ${words.join(' ')}: ${(run.stderr ?? String(run.error)).slice(-2000)}`);
}
