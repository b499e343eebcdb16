import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type DocsFolder, newDocsFolder } from './docs_folder.js';
import { type Block, blocksIn, ROOT, readPages } from './docs_pages.js';

/*
 * Runs everything the README and the pages of docs/ show, each page in a new folder with the package beside it: `$ command` lines of
 * ```console blocks, whose output must be what follows them, and files given as ```json file=NAME. A comment <!-- setup: COMMAND -->
 * runs a command that is not shown, <!-- setup: demo --> imports the month of the demo.
 *
 * UPDATE_DOCS=1 writes the output of the program into the pages instead; read the diff. One page alone: -t docs/commands/report.md
 */
const UPDATE = process.env.UPDATE_DOCS !== undefined;
const pages = readPages().filter(({ text }) => blocksIn(text).some(({ info }) => info === 'console'));

/** A database in which the demo is imported. */
let demo: string;

beforeAll(() => {
  const { cwd, run } = newDocsFolder();
  const printed = run('llmcost import node_modules/llmcost/fixtures/demo/calls.jsonl.gz');
  expect(printed).toContain('3,265 imported');
  demo = join(cwd, 'llmcost.duckdb');
});

test('most pages show what they explain', () => {
  const commands = pages.flatMap(({ text }) => blocksIn(text)).flatMap(({ info, body }) => stepsOf(info, body));
  expect(pages.length).toBeGreaterThan(15);
  expect(commands.length).toBeGreaterThan(60);
});

test.each(pages.map(({ path, text }) => [path, text]))('%s prints what it says', (path, text) => {
  const folder = newDocsFolder();
  const pieces: string[] = [];
  let written = 0;
  for (const block of blocksIn(text)) {
    prepare(block, folder);
    if (block.info !== 'console') continue;
    const printed = stepsOf(block.info, block.body).map((command) => `$ ${command}\n${folder.run(command)}`);
    if (!UPDATE) expect(undated(printed.join(''))).toBe(undated(block.body));
    pieces.push(text.slice(written, block.at), printed.join(''));
    written = block.at + block.body.length;
  }
  if (UPDATE) writeFileSync(join(ROOT, path), pieces.join('') + text.slice(written));
});

/** Writes the file of a block, or does what a setup comment asks for. */
function prepare({ kind, info, body }: Block, { cwd, run }: DocsFolder): void {
  if (kind === 'setup' && info === 'demo') copyFileSync(demo, join(cwd, 'llmcost.duckdb'));
  else if (kind === 'setup') expect(run(info)).not.toMatch(/\(exit code (?!3)\d+\)/);
  const file = /\bfile=(\S+)/.exec(info)?.[1];
  if (file === undefined || kind === 'setup') return;
  mkdirSync(dirname(join(cwd, file)), { recursive: true });
  writeFileSync(join(cwd, file), body);
}

/** The commands of a ```console block. */
function stepsOf(info: string, body: string): string[] {
  if (info !== 'console') return [];
  return body
    .split(/^\$ /m)
    .slice(1)
    .map((step) => step.split('\n', 1)[0] ?? '');
}

/** Without the time of this very run, which is in the list of imports. */
function undated(output: string): string {
  return output.replaceAll(/\d{4}-\d{2}-\d{2} \d{2}:\d{2}(?= {2,}\d+ {2,}\d)/g, 'YYYY-MM-DD hh:mm');
}
