import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * Runs once before all tests: those that start the real binary need a `dist` as new as `src`, and new databases begin as a copy of a
 * template with the present schema and prices.
 */
export default function setup(): void {
  if (!existsSync(join(ROOT, 'dist/cli.js')) || newest('dist') < newest('src')) compile();
  const template = join(ROOT, 'dist/template.duckdb');
  const made = existsSync(template) ? statSync(template).mtimeMs : 0;
  if (made >= Math.max(...['src/rate', 'src/store', 'pricing', 'scripts'].map(newest))) return;
  execFileSync(process.execPath, [join(ROOT, 'scripts/make_template.mjs')], { cwd: ROOT, stdio: 'pipe' });
}

function compile(): void {
  try {
    execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
      cwd: ROOT,
      stdio: 'pipe',
    });
  } catch (cause) {
    // Wrong types are named by `npm run check`; the files are written all the same.
    if (!existsSync(join(ROOT, 'dist/cli.js'))) throw new Error('npm run build failed', { cause });
  }
}

function newest(folder: string): number {
  const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return Math.max(...files.map((name) => statSync(join(ROOT, folder, name)).mtimeMs));
}
