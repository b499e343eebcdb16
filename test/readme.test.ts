import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { buildProgram } from '../src/cli.js';
import { FORMATS } from '../src/import/formats/index.js';
import { fakeIo } from './fake_io.js';

/*
 * Runs everything the README shows, in its order, in an empty folder with the package beside it: `$ command` lines of
 * ```console blocks, whose output must be what follows them, and files given as ```json file=NAME.
 * UPDATE_README=1 writes the output of the program into the README instead; read the diff.
 */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const README = join(ROOT, 'README.md');
const text = readFileSync(README, 'utf8');

interface Fence {
  info: string;
  body: string;
  /** Where the body begins in the text. */
  at: number;
}

function fences(): Fence[] {
  return [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(({ index, 1: info = '', 2: body = '' }) => ({
    info,
    body,
    at: index + '```'.length + info.length + 1,
  }));
}

/** Without the time of this very run, which stands in the list of imports. */
function undated(output: string): string {
  return output.replaceAll(/\d{4}-\d{2}-\d{2} \d{2}:\d{2}(?= {2,}\d+ {2,}\d)/g, 'YYYY-MM-DD hh:mm');
}

/** An empty folder that has the package in node_modules and the program on its PATH. */
function newcomer(): { cwd: string; run: (command: string) => string } {
  const cwd = mkdtempSync(join(tmpdir(), 'llmcost-readme-'));
  const installed = join(cwd, 'node_modules/llmcost');
  cpSync(join(ROOT, 'fixtures/demo'), join(installed, 'fixtures/demo'), { recursive: true });
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

test('every command of the README prints what the README says', () => {
  const { cwd, run } = newcomer();
  const pieces: string[] = [];
  let written = 0;
  let commands = 0;
  for (const { info, body, at } of fences()) {
    const file = /\bfile=(\S+)/.exec(info)?.[1];
    if (file !== undefined) {
      mkdirSync(dirname(join(cwd, file)), { recursive: true });
      writeFileSync(join(cwd, file), body);
    }
    if (info !== 'console') continue;
    const steps = body.split(/^\$ /m).slice(1);
    const real = steps.map((step) => {
      const [command = ''] = step.split('\n', 1);
      commands += 1;
      return `$ ${command}\n${run(command)}`;
    });
    if (process.env.UPDATE_README === undefined) expect(undated(real.join(''))).toBe(undated(body));
    pieces.push(text.slice(written, at), real.join(''));
    written = at + body.length;
  }
  expect(commands).toBeGreaterThan(10);
  if (process.env.UPDATE_README !== undefined) writeFileSync(README, pieces.join('') + text.slice(written));
}, 600_000);

test('no command line stands where it is not run', () => {
  const others = fences().filter(({ info }) => info !== 'console');
  for (const { body } of others) expect(body).not.toMatch(/^(\$ )?(npx )?llmcost /m);
});

test('every command and every option is explained', () => {
  const missing = [...namesOf(buildProgram(fakeIo()))].filter((name) => !text.includes(name));
  expect(missing).toEqual([]);
});

test('every format is listed', () => {
  expect(FORMATS.filter(({ name }) => !text.includes(`\`${name}\``))).toEqual([]);
});

test('the files it points to exist', () => {
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path = '']) => path);
  expect(links.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test('the example of logging is valid JavaScript and writes what the program reads', () => {
  const { cwd, run } = newcomer();
  const source = fences().find(({ info }) => info.startsWith('ts '))?.body ?? '';
  writeFileSync(
    join(cwd, 'app.mjs'),
    `${source.replaceAll(/: (Date|string|OpenAI\.ChatCompletion)\b/g, '').replaceAll(/^import type .*$/gm, '')}
logCall({ id: 'chatcmpl-Ab12Cd34Ef56Gh78Ij90Kl12', model: 'gpt-4.1-2025-04-14', usage: { prompt_tokens: 1000, completion_tokens: 100, prompt_tokens_details: { cached_tokens: 400 } } }, new Date(), 'acme');\n`,
  );
  execFileSync(process.execPath, ['app.mjs'], { cwd });
  // 600 × $2 + 400 × $0.50 + 100 × $8 per million tokens
  expect(run('llmcost import calls.jsonl -q && llmcost report --by customer --format csv -q')).toContain(
    'group,acme,1,1000,100,400,0.0022',
  );
});

function* namesOf(command: Command, path = ''): Generator<string> {
  for (const option of command.options) if (option.long !== undefined && !option.hidden) yield option.long;
  for (const child of command.commands) {
    const name = `${path}${child.name()}`;
    yield `llmcost ${name}`;
    yield* namesOf(child, `${name} `);
  }
}
