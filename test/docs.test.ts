import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { buildProgram } from '../src/cli.js';
import { FORMATS } from '../src/import/formats/index.js';
import { newDocsFolder } from './docs_folder.js';
import { blocksIn, inlineCommandsIn, ROOT, readPages } from './docs_pages.js';
import { fakeIo } from './fake_io.js';

/* What the pages say without running it; docs_commands.heavy.test.ts runs what they show. */
const pages = readPages();
const text = pages.map((page) => page.text).join('\n');

test('the README is short', () => {
  expect(Buffer.byteLength(pages.find(({ path }) => path === 'README.md')?.text ?? '')).toBeLessThanOrEqual(15_000);
});

test('no command line is in a block that is not run', () => {
  const others = pages.flatMap((page) => blocksIn(page.text)).filter(({ info }) => !/^(console|sh)\b/.test(info));
  for (const { body } of others) expect(body).not.toMatch(/^(\$ )?(npx )?llmcost /m);
});

test('every command and every option is explained', () => {
  const missing = [...namesOf(buildProgram(fakeIo()))].filter((name) => !text.includes(name));
  expect(missing).toEqual([]);
});

test('every command has its page', () => {
  const names = buildProgram(fakeIo()).commands.map((command) => command.name());
  const missing = names.filter((name) => !existsSync(join(ROOT, `docs/commands/${name}.md`)));
  expect(missing).toEqual([]);
});

test('commands in the text exist and have the options they are given', () => {
  const program = buildProgram(fakeIo());
  const wrong = pages.flatMap(({ path, text: page }) =>
    inlineCommandsIn(page).flatMap((line) =>
      complaintsAbout(program, line).map((complaint) => `${path}: ${complaint}`),
    ),
  );
  expect(wrong).toEqual([]);
  expect(complaintsAbout(program, 'llmcost reprot --by model')).toEqual([
    "'llmcost reprot --by model': no command reprot",
  ]);
  expect(complaintsAbout(program, 'llmcost report --buy model')).toEqual([
    "'llmcost report --buy model': no option --buy",
  ]);
});

test('every format is listed', () => {
  expect(FORMATS.filter(({ name }) => !text.includes(`\`${name}\``)).map(({ name }) => name)).toEqual([]);
});

test('the files and headings they point to exist', () => {
  const dead = pages.flatMap(({ path, text: page }) =>
    [...page.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)].flatMap(([link, to = '', heading]) => {
      const target = to === '' ? path : normalize(join(dirname(path), to)).replaceAll('\\', '/');
      if (!existsSync(join(ROOT, target))) return [`${path}: ${link}`];
      const there = pages.find((other) => other.path === target);
      const missing = heading !== undefined && there !== undefined && !anchorsIn(there.text).includes(heading);
      return missing ? [`${path}: ${link}`] : [];
    }),
  );
  expect(dead).toEqual([]);
});

test('the example of logging is valid JavaScript and writes what the program reads', () => {
  const { cwd, run } = newDocsFolder();
  const source = blocksIn(text).find(({ info }) => info === 'ts app.ts')?.body ?? '';
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

/** GitHub's anchors of the headings of a page. */
function anchorsIn(page: string): string[] {
  return [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function* namesOf(command: Command, path = ''): Generator<string> {
  for (const option of command.options) if (option.long !== undefined && !option.hidden) yield option.long;
  for (const child of command.commands) {
    const name = `${path}${child.name()}`;
    yield `llmcost ${name}`;
    yield* namesOf(child, `${name} `);
  }
}

/** What is wrong with a command line as it is written in a text, where NAME, PATH… and `a|b` stand for what the user gives. */
function complaintsAbout(program: Command, line: string): string[] {
  const words = line.split(/\s+/).slice(1);
  const ways = [program];
  for (const word of words) {
    const child = ways.at(-1)?.commands.find((command) => command.name() === word || command.aliases().includes(word));
    if (child === undefined) break;
    ways.push(child);
  }
  const [first = ''] = words;
  if (ways.length === 1 && /^[a-z][a-z-]*$/.test(first)) return [`'${line}': no command ${first}`];
  const known = new Set(ways.flatMap(({ options }) => options.flatMap(({ long, short }) => [long, short])));
  const given = words.flatMap((word) => /^--[a-z][\w-]*|^-[a-z]$/.exec(word) ?? []);
  const global = ['--help', '--version', '-h', '--debug'];
  return given
    .filter((name) => !known.has(name) && !global.includes(name))
    .map((name) => `'${line}': no option ${name}`);
}
