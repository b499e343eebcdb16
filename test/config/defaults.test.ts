import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import { fakeIo } from '../fake_io.js';
import { call, newWorld, type World } from '../import/world.js';

let world: World;

/** Calls of 10 September (acme), 10 October at 23:30 UTC (acme) and 12 October (globex); $0.00035 each. It is noon of 15 October. */
beforeAll(async () => {
  world = await newWorld();
  const lines = [
    call('r-1', { timestamp: '2026-09-10T10:00:00Z', customer: 'acme' }),
    call('r-2', { timestamp: '2026-10-10T23:30:00Z', customer: 'acme' }),
    call('r-3', { timestamp: '2026-10-12T10:00:00Z', customer: 'globex' }),
  ];
  world.write('calls.jsonl', lines.join('\n'));
  await world.imported(['calls.jsonl']);
  mkdirSync(join(world.cwd, 'below'));
});

/** Runs a command line with a configuration and an environment. */
async function run(yaml: string, line: string, env: Record<string, string> = {}, cwd = world.cwd) {
  world.write('llmcost.yaml', yaml);
  const io = fakeIo({ cwd, env });
  await main(line.split(' '), io);
  return { out: io.out(), err: io.err(), code: io.exitCode() };
}

/** The rows of a report as CSV, without its head. */
async function rows(yaml: string, words: string, env: Record<string, string> = {}): Promise<string[]> {
  const { out, err, code } = await run(yaml, `report --csv -q ${words}`.trim(), env);
  expect([err, code]).toEqual(['', 0]);
  return out.trimEnd().split('\r\n').slice(1);
}

const MONTH = 'period: this month\nmetrics: [requests]\n';

test('period, metrics and zone of the file hold where nothing else is said', async () => {
  expect(await rows(MONTH, '--by customer')).toEqual(['group,acme,1', 'group,globex,1', 'total,,2']);
  expect(await rows(`${MONTH}tz: Asia/Tokyo\n`, '--by day')).toEqual([
    ...['group,2026-10-11,1', 'group,2026-10-12,1', 'total,,2'],
  ]);
});

test('the command line wins over the environment, that over a view, that over the file', async () => {
  const yaml = 'metrics: requests\nperiod: 2026-09\nviews: {v: {by: customer, period: this month}}\n';
  expect(await rows(yaml, '--by customer')).toEqual(['group,acme,1', 'total,,1']);
  expect(await rows(yaml, '--view v')).toEqual(['group,acme,1', 'group,globex,1', 'total,,2']);
  expect(await rows(yaml, '--view v', { LLMCOST_PERIOD: '2026-10-12' })).toEqual(['group,globex,1', 'total,,1']);
  expect(await rows(yaml, '--view v --period all', { LLMCOST_PERIOD: '2026-10-12' })).toEqual([
    ...['group,acme,2', 'group,globex,1', 'total,,3'],
  ]);
  expect(await rows(yaml, '--view v --since 2026-10-11')).toEqual(['group,globex,1', 'total,,1']);
  expect(await rows(yaml, '--view v --last 4d')).toEqual(['group,globex,1', 'total,,1']);
  expect(await rows(yaml, '--by customer --period all', { LLMCOST_METRICS: 'input_tokens' })).toEqual([
    ...['group,acme,200', 'group,globex,100', 'total,,300'],
  ]);
});

test('a view is what its options are on the command line', async () => {
  const yaml = `views:
  all: {by: [customer, day], where: ['customer=acme'], metrics: [requests], sort: 'requests:asc', min_cost: 0.0001}
  weeks: {by: customer, every: week, since: 2026-10-01, until: 2026-10-15, metrics: requests, top: 1}
`;
  expect(await rows(yaml, '--view all')).toEqual(
    await rows('', '--by customer,day --where customer=acme --metrics requests --sort requests:asc --min-cost 0.0001'),
  );
  expect(await rows(yaml, '--view weeks')).toEqual(
    await rows('', '--by customer --every week --since 2026-10-01 --until 2026-10-15 --metrics requests --top 1'),
  );
  expect(await rows(yaml, '--view all --where customer=globex --by customer')).toEqual(['group,globex,1', 'total,,1']);
  const heat = await run(yaml, 'report --view weeks --heatmap -q');
  expect([heat.err, heat.code]).toEqual(['', 0]);
});

test('a path of a database begins at the file, whatever the current folder; the environment wins', async () => {
  const below = join(world.cwd, 'below');
  const found = await run('db: llmcost.duckdb\n', 'report --csv -q --metrics requests', {}, below);
  expect([found.err, found.code]).toEqual(['', 0]);
  const other = await run('db: llmcost.duckdb\n', 'report', { LLMCOST_DB: 'none.duckdb' }, below);
  expect([other.code, other.err]).toEqual([6, expect.stringContaining(join(below, 'none.duckdb'))]);
  expect((await run('db: none.duckdb\n', 'why r-1')).code).toBe(6);
});

test('a theme is that of a page', async () => {
  expect((await run('theme: dark\n', 'report -o dark.html')).code).toBe(0);
  const dark = readFileSync(join(world.cwd, 'dark.html'), 'utf8');
  expect(dark).toContain('<meta name="color-scheme" content="dark">');
  expect(dark).not.toContain('prefers-color-scheme: dark) {');
  expect((await run('theme: dark\n', 'report -o auto.html --theme auto')).code).toBe(0);
  expect(readFileSync(join(world.cwd, 'auto.html'), 'utf8')).toContain('content="light dark"');
});

test('what another command means by --period is not that of the file', async () => {
  const check = await run(`${MONTH}budgets: [{name: all, limit: 1 USD, max_price_age: any}]\n`, 'budget-check -q');
  expect([check.err, check.code]).toEqual(['', 0]);
  expect((await run(MONTH, 'forecast -q')).code).toBe(0);
});

test.each([
  ['views: {weekly: {by: model}}', '--view wekly', "There is no view 'wekly'.\nThe nearest: weekly."],
  [
    'views: {quarterly: {}, daily: {}, weekly: {}, monthly: {}}',
    '--view weeky',
    "There is no view 'weeky'.\nThe nearest: weekly, daily, monthly (and 1 more in llmcost.yaml).",
  ],
  ['', '--view weekly', "There is no view 'weekly': llmcost.yaml has no section views.\nWrite one there: views:"],
  [
    'views:\n  weekly:\n    by: model\n    filter: x\n',
    '',
    'llmcost.yaml:4: views.weekly.filter: is not known here. Known are: by, every, period, since, until, tz, where,',
  ],
  [
    'views:\n  weekly:\n    by: modle\n',
    '--view weekly',
    "llmcost.yaml:3: views.weekly.by: There is no dimension 'modle'.",
  ],
  ['\nperiod: fortnight\n', '', "llmcost.yaml:2: period: 'fortnight' is not a period."],
  ['tz: Europe/Belrin\n', '', 'llmcost.yaml:1: tz: must be a time zone: system, UTC or a name of the IANA list'],
  ['theme: pink\n', '', 'llmcost.yaml:1: theme: must be one of auto, light, dark.'],
  ['metrics: costs\n', '', "llmcost.yaml:1: metrics: There is no metric 'costs'. Did you mean cost?"],
])('%j %s', async (yaml, words, message) => {
  const { err, code } = await run(yaml, `report ${words}`.trim());
  expect([code, err]).toEqual([2, expect.stringContaining(`llmcost: ${message}`)]);
});
