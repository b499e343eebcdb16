import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { ROOT } from './docs_pages.js';

/** A new user's folder: empty but for the package in node_modules, with the program on its PATH. */
export interface DocsFolder {
  cwd: string;
  /** Runs a line in bash; returns both outputs in their order. */
  run: (command: string) => string;
}

/** Makes such a folder. The terminal is 200 columns wide, the database is llmcost.duckdb in the folder. */
export function newDocsFolder(): DocsFolder {
  const cwd = mkdtempSync(join(tmpdir(), 'llmcost-docs-'));
  cpSync(join(ROOT, 'fixtures/demo'), join(cwd, 'node_modules/llmcost/fixtures/demo'), { recursive: true });
  const bin = join(cwd, 'node_modules/.bin');
  mkdirSync(bin, { recursive: true });
  const program = `"${process.execPath}" "${join(ROOT, 'bin/llmcost.js')}"`;
  const commands = { llmcost: `exec ${program} "$@"`, npx: `shift\nexec ${program} "$@"` };
  for (const [name, script] of Object.entries(commands)) {
    writeFileSync(join(bin, name), `#!/bin/bash\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`, LLMCOST_DB: '', COLUMNS: '200' };
  return { cwd, run: (command) => execute(command, cwd, env) };
}

function execute(command: string, cwd: string, env: NodeJS.ProcessEnv): string {
  const { stdout, status } = spawnSync('bash', ['-c', `exec 2>&1\n${command}`], { cwd, env, encoding: 'utf8' });
  // CSV ends its lines with CRLF (RFC 4180). A failure is part of the example, and says so.
  const printed = stdout.replaceAll('\r\n', '\n');
  return status === 0 ? printed : `${printed}(exit code ${status})\n`;
}
