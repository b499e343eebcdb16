import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const HERE = fileURLToPath(new URL('.', import.meta.url));
const REQUIREMENTS = readFileSync(join(HERE, 'requirements.txt'), 'utf8');

/** What pip says where it reaches no registry: everything else is a fault of ours. */
const UNREACHABLE = /connection|timed out|name resolution|no matching distribution|proxy|ssl/i;

/** The releases that are compared with, by package. */
export function pinnedVersions(): Map<string, string> {
  const pins = REQUIREMENTS.split('\n').filter((line) => /^[a-z]/.test(line));
  return new Map(pins.map((line) => line.split('==') as [string, string]));
}

/**
 * A Python with both calculators, made once for each set of releases (a minute; 400 MB in the folder for temporary files), or in words
 * why there is none: no python3, no registry.
 */
export async function pythonWithCalculators(): Promise<{ python: string } | { missing: string }> {
  const digest = createHash('sha256').update(REQUIREMENTS).digest('hex').slice(0, 12);
  const place = join(tmpdir(), `llmcost-calculators-${digest}`);
  const python = join(place, 'bin/python');
  const ready = join(place, 'ready');
  if (existsSync(ready)) return { python };
  try {
    execFileSync('python3', ['--version'], { stdio: 'pipe' });
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return { missing: 'there is no python3' };
    throw cause;
  }
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  await run('python3', ['-m', 'venv', place]);
  const install = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--retries',
    '1',
    '--timeout',
    '20',
  ];
  try {
    await run(python, [...install, '--requirement', join(HERE, 'requirements.txt')]);
  } catch (cause) {
    const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr) : String(cause);
    if (UNREACHABLE.test(said)) return { missing: `pip reached no registry: ${said.trim().split('\n').at(-1)}` };
    throw cause;
  }
  writeFileSync(ready, REQUIREMENTS);
  return { python };
}

/** Makes `count` random calls and asks both calculators; the files are calls.jsonl and prices.jsonl in `folder`. */
export async function priceCalls(python: string, count: number, folder: string): Promise<void> {
  await run(python, [join(HERE, 'price_calls.py'), '19', String(count), folder], { maxBuffer: 1e8 });
}
