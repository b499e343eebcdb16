import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { buildProgram, main } from '../src/cli.js';
import { type FakeIo, fakeIo } from './fake_io.js';

const cwd = mkdtempSync(join(tmpdir(), 'llmcost-cli-'));
const HINT = 'Run the command with --help to see what it takes.\n';

/** What a command line writes to stdout and stderr, and its exit code. */
async function run(argv: string[], io: FakeIo = fakeIo({ cwd })): Promise<[string, string, number]> {
  await main(argv, io);
  return [io.out(), io.err(), io.exitCode()];
}

/** Every command below, with its whole name. */
function commandsBelow(parent: Command, prefix = ''): [string, Command][] {
  return parent.commands.flatMap((command) => {
    const name = `${prefix}${command.name()}`;
    return [[name, command] satisfies [string, Command], ...commandsBelow(command, `${name} `)];
  });
}

const commands = commandsBelow(buildProgram(fakeIo()));

describe('help and version', () => {
  test('--help goes to stdout and names every command', async () => {
    const [out, err, code] = await run(['--help']);
    expect([err, code]).toEqual(['', 0]);
    expect(out).toMatch(/^Usage: llmcost \[options\] \[command\]\n/);
    for (const [name] of commands) if (!name.includes(' ')) expect(out).toContain(`\n  ${name}`);
  });

  test.each(['--version', '-V'])('%s', async (flag) => {
    expect(await run([flag])).toEqual([`${manifest.version}\n`, '', 0]);
  });

  test('options without a command: the help on stderr, exit code 2', async () => {
    const [out, err, code] = await run(['--debug']);
    expect([out, code]).toEqual(['', 2]);
    expect(err).toMatch(/^Usage: llmcost /);
  });

  test.each(commands)('%s --help', async (name) => {
    const [out, err, code] = await run([...name.split(' '), '--help']);
    expect([err, code]).toEqual(['', 0]);
    expect(out).toMatch(new RegExp(`^Usage: llmcost ${name} `));
  });

  test.each(commands)('%s says what it is and what its options and arguments are', (_, command) => {
    expect(command.description()).not.toBe('');
    expect(command.options.filter((option) => !option.description).map((option) => option.flags)).toEqual([]);
    const silent = command.registeredArguments.filter((argument) => !argument.description);
    expect(silent.map((argument) => argument.name())).toEqual([]);
  });
});

describe('wrong command lines', () => {
  test.each([
    [['reprot'], "error: unknown command 'reprot'\n(Did you mean report?)\n"],
    [['--nope'], "error: unknown option '--nope'\n"],
    [['report', '--tpo', '3'], "error: unknown option '--tpo'\n(Did you mean --top?)\n"],
    [['report', '--top'], "error: option '--top <n>' argument missing\n"],
    [['report', 'extra'], "error: too many arguments for 'report'. Expected 0 arguments but got 1.\n"],
    [['pricing', 'nope'], "error: unknown command 'nope'\n"],
    [['pricing', 'show'], "error: missing required argument 'model'\n"],
    [
      ['report', '--format', 'xml'],
      "error: option '-f, --format <format>' argument 'xml' is invalid. Allowed choices are table, json, jsonl, csv, markdown, html, parquet.\n",
    ],
  ])('%j', async (argv, message) => {
    expect(await run(argv)).toEqual(['', message + HINT, 2]);
  });
});

describe('a bug of ours', () => {
  const broken = (): FakeIo => ({
    ...fakeIo({ cwd }),
    now: () => {
      throw new TypeError('the clock broke');
    },
  });
  const argv = ['report', '--period', 'last month'];
  const apology = 'llmcost: this is a bug in llmcost, sorry. Please report it with the text below.\n';

  test('is told from a user error and leads to --debug', async () => {
    const [out, err, code] = await run(argv, broken());
    expect([out, code]).toEqual(['', 70]);
    expect(err).toBe(`${apology}TypeError: the clock broke\nRun it again with --debug for the whole stack.\n`);
  });

  test.each([[['--debug', ...argv]], [[...argv, '--debug']]])('shows its stack: %j', async (line) => {
    const [out, err, code] = await run(line, broken());
    expect([out, code]).toEqual(['', 70]);
    expect(err).toMatch(/^llmcost: this is a bug .*\nTypeError: the clock broke\n {4}at .*cli\.test\.ts/);
  });

  test('a user error shows its stack with --debug only', async () => {
    const [, plain, code] = await run(['report']);
    const [, debugged] = await run(['report', '--debug']);
    expect(code).toBe(6);
    expect(debugged.startsWith(plain)).toBe(true);
    expect(plain).not.toContain('    at ');
    expect(debugged).toContain('    at ');
  });
});
