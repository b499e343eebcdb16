import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { withCommandFirst } from '../src/commands/habits.js';
import { call, newWorld, type World } from './import/world.js';

let world: World;

/** Three calls of gpt-4o, two of them of acme, at 10:00 on 1, 2 and 3 October 2026; $0.00035 each. It is noon of 15 October. */
beforeAll(async () => {
  world = await newWorld();
  const lines = ['01', '02', '03'].map((day, at) =>
    call(`r-${day}`, { timestamp: `2026-10-${day}T10:00:00Z`, customer: at === 2 ? 'globex' : 'acme' }),
  );
  world.write('calls.jsonl', lines.join('\n'));
  await world.imported(['calls.jsonl']);
});

async function report(...argv: string[]): Promise<string[]> {
  const { out, code, err } = await world.llmcost(['report', ...argv, '--format', 'csv', '-q']);
  expect([code, err]).toEqual([0, '']);
  return out.trimEnd().split('\r\n').slice(1);
}

describe('what other tools call it does the same here', () => {
  test.each<[string[], string[]]>([
    [['--json'], ['--format', 'json']],
    [
      ['-f', 'json'],
      ['--format', 'json'],
    ],
    [['--csv'], ['--format', 'csv']],
    [['--markdown'], ['--format', 'markdown']],
    [
      ['--json', '--by', 'model', '--by', 'day'],
      ['--format', 'json', '--by', 'model,day'],
    ],
    [
      ['--csv', '--group-by', 'customer'],
      ['--format', 'csv', '--by', 'customer'],
    ],
    [
      ['--csv', '--metrics', 'cost', '--metrics', 'requests'],
      ['--format', 'csv', '--metrics', 'cost,requests'],
    ],
    [
      ['--csv', '--by', 'day', '--limit', '1'],
      ['--format', 'csv', '--by', 'day', '--top', '1'],
    ],
    [
      ['--csv', '--customer', 'acme'],
      ['--format', 'csv', '--where', 'customer=acme'],
    ],
    [
      ['--csv', '--model', 'gpt*', '--where', 'customer=acme'],
      ['--format', 'csv', '--where', 'model~gpt*', '--where', 'customer=acme'],
    ],
    [
      ['--csv', '--last', '14d'],
      ['--format', 'csv', '--period', 'last 14 days'],
    ],
    [
      ['--csv', '--days', '13'],
      ['--format', 'csv', '--period', 'last 13 days'],
    ],
    [
      ['--csv', '--period', '14d'],
      ['--format', 'csv', '--period', 'last 14 days'],
    ],
    [
      ['--csv', '--since', '2026-10'],
      ['--format', 'csv', '--since', '2026-10-01'],
    ],
    [
      ['--csv', '--since', '13d'],
      ['--format', 'csv', '--since', '2026-10-02'],
    ],
  ])('%j is %j', async (habit, known) => {
    const [wanted, found] = [await world.llmcost(['report', ...known]), await world.llmcost(['report', ...habit])];
    expect(wanted.code).toBe(0);
    expect(found).toEqual(wanted);
  });

  test('--last 13d ends before today and begins 13 days before it', async () => {
    const rows = await report('--by', 'day', '--last', '13d', '--metrics', 'requests');
    expect(rows).toEqual(['group,2026-10-02,1', 'group,2026-10-03,1', 'total,,2']);
  });
});

test.each([
  ['out.csv', 'kind,model,'],
  ['out.json', '{\n  "schema": "llmcost.report/1"'],
  ['out.jsonl', '{"kind":"group","group":{"model":"gpt-4o"}'],
  ['out.md', 'all time \\(UTC\\)'],
  ['out.html', '<!doctype html>\n<html'],
  ['out.parquet', 'PAR1'],
  ['out.txt', 'all time (UTC)'],
])('-o %s is of the form its name says', async (name, start) => {
  expect((await world.llmcost(['report', '-o', name])).code).toBe(0);
  expect(readFileSync(join(world.cwd, name), 'latin1')).toContain(start.replaceAll('\\', ''));
});

test('--format says it whatever the name; a form the command does not have is refused', async () => {
  expect((await world.llmcost(['report', '-o', 'x.csv', '--format', 'json'])).code).toBe(0);
  expect(readFileSync(join(world.cwd, 'x.csv'), 'utf8')).toMatch(/^\{/);
  const { code, err } = await world.llmcost(['drift', '-o', 'x.parquet']);
  expect(code).toBe(2);
  expect(err).toBe(
    'llmcost: -o x.parquet: there is no parquet of this.\nPossible are table, json, csv, markdown, html; name one with --format, or another ending.\n',
  );
});

const HELP = 'Run the command with --help to see what it takes.\n';

test.each<[string, string]>([
  ['report --top 1 --top 2', "llmcost: --top is given twice: '1' and '2'.\nGive it once.\n"],
  [
    'report --last 7d --period 2026-10',
    "llmcost: --period '2026-10' cannot be combined with 'last 7d', which says the same.\nGive one of them.\n",
  ],
  ['explain --limit 3', 'llmcost: llmcost explain has no --top.\nRun it with --help to see what it takes.\n'],
  ['report --from 2026-10-01', `error: unknown option '--from'\nllmcost calls it --since.\n${HELP}`],
  ['report --fromat json', `error: unknown option '--fromat'\n(Did you mean --format?)\n${HELP}`],
  ['daily', `error: unknown command 'daily'\nTry: llmcost report --by day\n${HELP}`],
])('%s', async (line, message) => {
  expect(await world.llmcost(line.split(' '))).toEqual({ out: '', err: message, code: 2 });
});

test('options before the command go to it; --version has three names', () => {
  expect(withCommandFirst(['--db', 'x', '-q', 'report', '--top', '1'])).toEqual([
    ...['report', '--top', '1'],
    ...['--db', 'x', '-q'],
  ]);
  expect(withCommandFirst(['--db=x', 'pricing', 'list'])).toEqual(['pricing', 'list', '--db=x']);
  expect(withCommandFirst(['-v'])).toEqual(['--version']);
  expect(withCommandFirst(['version'])).toEqual(['--version']);
  for (const same of [['--help'], ['--db', 'x'], ['report', '-q'], []]) expect(withCommandFirst(same)).toEqual(same);
});
