import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { wordsOf } from '../../src/commands/completion/candidates.js';
import { SCRIPTS } from '../../src/commands/completion/scripts.js';
import { call, newWorld, type World } from '../import/world.js';

let world: World;

beforeAll(async () => {
  world = await newWorld();
  const lines = [
    call('r-1', { customer: 'acme', feature: 'chat' }),
    call('r-2', { customer: 'acme eu', model: 'claude-sonnet-4-5' }),
    call('r-3', { customer: 'globex' }),
  ];
  world.write('calls.jsonl', lines.join('\n'));
  await world.imported(['calls.jsonl']);
  world.write(
    'llmcost.yaml',
    'budgets: [{name: all, limit: 5 USD}, {name: chat, limit: 1 USD}]\nviews: {weekly: {by: model}, daily: {by: day}}\n',
  );
});

/** The words that would fit, for words with the cursor in the last. */
async function fitting(...words: string[]): Promise<string[]> {
  const { out, err, code } = await world.llmcost(['completion', '--candidates', '--', ...words]);
  expect([err, code]).toEqual(['', 0]);
  return out.split('\n').flatMap((line) => line.split('\t')[0] || []);
}

test.each<[string[], string[]]>([
  [['rep'], ['report']],
  [['pricing', 'sh'], ['show']],
  [['report', '--cust'], ['--customer']],
  [
    ['report', '--customer', 'a'],
    ['acme', 'acme eu'],
  ],
  [['report', '--customer=g'], ['--customer=globex']],
  [['report', '--where', 'feat'], ['feature=']],
  [['report', '--where', 'customer=gl'], ['customer=globex']],
  [['report', '--where', 'customer!=acme '], ['customer!=acme eu']],
  [['report', '--by', 'model,feat'], ['model,feature']],
  [['report', '--every', 'd'], ['day']],
  [
    ['report', '--view', ''],
    ['weekly', 'daily'],
  ],
  [['budget-check', '--rule', 'c'], ['chat']],
  [
    ['budget-check', '--json', '--rule', ''],
    ['all', 'chat'],
  ],
  [['report', '--period', 'last m'], ['last month']],
  [['report', '--tz', 'Europe/Berl'], ['Europe/Berlin']],
  [['report', '--metrics', 'cost,error_r'], ['cost,error_rate']],
  [['pricing', 'show', 'cl'], ['claude-sonnet-4-5']],
  [['schema', 'why'], ['why']],
  [['--db', 'x', 'dri'], ['drift']],
  // A database that is not there, a word that is no dimension, a file: nothing of ours.
  [['report', '--db', 'none.duckdb', '--customer', ''], []],
  [['report', '--where', 'nonsense=a'], []],
  [['report', '-o', ''], []],
])('%j: %j', async (words, found) => {
  expect(await fitting(...words)).toEqual(found);
});

test('a configuration with a fault is told by the command, not by the key', async () => {
  world.write('bad.yaml', 'views: 3\n');
  expect(await fitting('report', '--config', 'bad.yaml', '--view', '')).toEqual([]);
});

test('a line as a shell reads it', () => {
  expect(wordsOf(`llmcost report --customer 'acme e`)).toEqual(['llmcost', 'report', '--customer', 'acme e']);
  expect(wordsOf('llmcost report --customer acme\\ e')).toEqual(['llmcost', 'report', '--customer', 'acme e']);
  expect(wordsOf('llmcost report ')).toEqual(['llmcost', 'report', '']);
});

test('an unknown shell is refused', async () => {
  const { code, err } = await world.llmcost(['completion', 'tcsh']);
  expect([code, err]).toEqual([
    2,
    "llmcost: There is no completion for 'tcsh'.\nName one of bash, zsh, fish, powershell: llmcost completion bash\n",
  ]);
  expect((await world.llmcost(['completion', 'bash'])).out).toBe(SCRIPTS.bash);
});

/** What bash would offer, with a program that answers as ours does to these words. */
function bashOffers(line: string, answers: string): string[] {
  const bin = join(world.cwd, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'llmcost'), `#!/bin/sh\nprintf %b '${answers}'\n`, { mode: 0o755 });
  const words = line.split(/(?<=[=: ])|(?=[=: ])/).filter((word) => word !== ' ');
  const last = /[ =:]$/.test(line) && !/[=:]$/.test(line) ? [...words, ''] : words;
  const script = `${SCRIPTS.bash}
COMP_LINE='${line}' COMP_POINT=${line.length} COMP_WORDS=(${last.map((word) => `'${word}'`).join(' ')}) COMP_CWORD=${last.length - 1}
compopt() { echo nospace; }
_llmcost_completion
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--noprofile', '--norc', '-c', script], {
    env: { PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` },
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return stdout.trimEnd().split('\n');
}

test('bash replaces what it takes for the word: only what follows = or :', () => {
  expect(bashOffers('llmcost report --cust', '--customer\\tonly this customer\\n')).toEqual(['--customer']);
  expect(bashOffers('llmcost report --customer=a', '--customer=acme\\t\\n--customer=acme eu\\t\\n')).toEqual([
    'acme',
    'acme\\ eu',
  ]);
  expect(bashOffers('llmcost report --customer=', '--customer=acme\\t\\n')).toEqual(['acme']);
  expect(bashOffers('llmcost report --where feat', 'feature=\\t\\n')).toEqual(['nospace', 'feature=']);
});
