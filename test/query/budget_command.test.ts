import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { beforeAll, expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import { withStore } from '../../src/store/store.js';
import { fakeIo } from '../fake_io.js';
import { addPrices } from '../rate/price_rows.js';
import { daily } from './budget_rows.js';
import { addUsage } from './usage_rows.js';

const cwd = mkdtempSync(join(tmpdir(), 'llmcost-budget-'));
const BOOK = '1 (genai-prices 2026-01-01)';

/** One rule for each verdict. */
const CONFIG = `\
budgets:
  - {name: breached, where: [feature=chat], limit: 10 USD, max_price_age: any}
  - {name: projected, where: [feature=steady], limit: 30 USD, on: [actual, forecast], max_price_age: any}
  - {name: warned, where: [feature=chat], limit: 12.5 USD, warn_at: 80%, max_price_age: any}
  - {name: silent, where: [feature=chat, customer=nobody], limit: 5 USD}
  - {name: unsure, where: [feature=new], limit: 5 USD, max_price_age: any}
  - {name: fine, limit: 100k requests}
  - {name: lenient, where: [feature=chat], limit: 10 USD, level: warn, max_price_age: any}
  - {name: every, group_by: [customer], where: [feature=chat], limit: 1 USD, level: warn, max_price_age: any}
`;

beforeAll(async () => {
  writeFileSync(join(cwd, 'llmcost.yaml'), CONFIG);
  await withStore(join(cwd, 'llmcost.duckdb'), { access: 'write' }, async (store) => {
    await addPrices(store, [{ dimension: 'input', usd: '1' }]);
    await addUsage(store, [
      {
        feature: 'chat',
        customer: '=evil|*x*\u001b[31m',
        cost: '10.5',
        occurred_at: '2026-10-02 09:00:00',
        model: 'big',
      },
      ...daily('2026-08-01', '2026-10-15', () => ({ feature: 'steady', cost: '1', model: 'big' })),
      { feature: 'new', cost: null, occurred_at: '2026-10-02 09:00:00', model: 'unknown' },
    ]);
  });
});

async function run(...argv: string[]) {
  return runWith({}, ...argv);
}

async function runWith(env: Record<string, string>, ...argv: string[]) {
  const io = fakeIo({ cwd, env });
  await main(['budget-check', ...argv], io);
  return { out: io.out(), err: io.err(), code: io.exitCode() };
}

const OCTOBER = '2026-10-01 → 2026-11-01';
const six = ['breached', 'projected', 'warned', 'silent', 'unsure', 'fine'].flatMap((name) => ['--rule', name]);

// $10.50 on one of 13 days is one of a kind: nothing more is expected. Days scatter by 2.912, so 17 days by 1.356 × 2.912 × √(17 + 17² ÷ 13).
test('the table comes first, the verdict last and on stderr', async () => {
  expect(await run(...six)).toEqual({
    out: `\
2026-10-15 12:00 UTC, ${OCTOBER} (UTC) · price book ${BOOK}

verdict    budget      limit    used        %              forecast     80% interval  used up
breach     breached   $10.00  $10.50  105.00%  ██████████    $10.50  $10.50 – $35.23  2026-10-02
forecast   projected  $30.00  $15.00   50.00%  █████▒▒▒▒▒    $31.00  $30.20 – $31.80  2026-10-30
undecided  unsure      $5.00       ?
no data    silent      $5.00       ?
warn       warned     $12.50  $10.50   84.00%  ████████··    $10.50  $10.50 – $35.23
unsure: undecided, 100.00% of its usage has no price. llmcost pricing status names the models; max_unpriced of unsure can allow it.
silent: no data, there is no usage in its scope (${OCTOBER}). Import something, or say on_empty: pass.
`,
    err: 'verdict: breach (exit code 1): 1 breach, 1 forecast, 1 undecided, 1 no data, 1 warn, 1 ok\n',
    code: 1,
  });
});

test.each([
  ['breached', 'breach', 1],
  ['projected', 'forecast', 1],
  ['warned', 'warn', 0],
  ['silent', 'no_data', 4],
  ['unsure', 'undecided', 4],
  ['fine', 'ok', 0],
  ['lenient', 'breach', 0],
])('%s: one verdict in text, JSON and exit code', async (rule, verdict, code) => {
  const { out, err, code: exit } = await run('--rule', rule, '--format', 'json', '--all');
  const answer = JSON.parse(out);
  expect([answer.verdict, answer.exit_code, answer.rows[0].verdict, exit]).toEqual([verdict, code, verdict, code]);
  expect(err).toBe(`verdict: ${verdict.replace('_', ' ')} (exit code ${code}): 1 ${verdict.replace('_', ' ')}\n`);
});

test('quiet and ok is silent but for the answer', async () => {
  expect((await run('--rule', 'fine', '-q')).err).toBe('');
  expect((await run('--rule', 'silent', '-q')).err).toBe('verdict: no data (exit code 4): 1 no data\n');
});

test('JSON is an envelope; ok is only in it with --all', async () => {
  const answer = JSON.parse((await run('--rule', 'breached', '--rule', 'fine', '--format', 'json')).out);
  expect(answer).toMatchObject({
    schema: 'llmcost.budget-check/1',
    query: { at: '2026-10-15T12:00:00.000Z', tz: 'UTC', rules: ['breached', 'fine'], fail_on_warn: false },
    price_book: BOOK,
    currency: 'USD',
    counts: { breach: 1, ok: 1 },
    rows: [
      {
        rule: 'breached',
        file: 'llmcost.yaml',
        line: 2,
        metric: 'cost',
        unit: 'money',
        since: '2026-10-01T00:00:00.000Z',
        until: '2026-11-01T00:00:00.000Z',
        used: '10.500000000000000000',
        limit: '10.000000000000000000',
      },
    ],
  });
  expect(answer.rows).toHaveLength(1);
});

test('all is ok: one line, exit code 0', async () => {
  expect(await run('--rule', 'fine')).toEqual({
    out: `2026-10-15 12:00 UTC, periods in UTC · price book ${BOOK}\n\nAll budgets are ok; --all shows them.\n`,
    err: 'verdict: ok (exit code 0): 1 ok\n',
    code: 0,
  });
});

const EVERY = `every, =evil|*x*: breached, cost USD 10.5 of USD 1 (1050.00%) (${OCTOBER})`;

test('Markdown has a hidden marker, and names from data are no markup', async () => {
  const { out } = await run('--rule', 'every', '--rule', 'silent', '--format', 'markdown');
  expect(out).toBe(`\
<!-- llmcost:budget-check -->
**verdict: breach (exit code 4): 1 breach, 1 no data**

2026-10-15 12:00 UTC, ${OCTOBER} (UTC) · price book ${BOOK}

| verdict | budget | who | limit | used | % |  | forecast | 80% interval | used up |
| --- | --- | --- | ---: | ---: | ---: | --- | ---: | ---: | --- |
| breach | every | =evil\\|\\*x\\* | $1.00 | $10.50 | 1,050.00% | ██████████ | $10.50 | $10.50 – $35.23 | 2026-10-02 |
| no data | silent |  | $5.00 | ? |  |  |  |  |  |

- silent: no data, there is no usage in its scope (${OCTOBER}). Import something, or say on\\_empty: pass.
`);
});

test('CSV: exact money, no formulas', async () => {
  const { out } = await run('--rule', 'every', '--format', 'csv');
  expect(out.split('\r\n')[1]).toBe(
    `'=evil|*x*,breach,,every,warn,cost,money,${OCTOBER},2026-10-01T00:00:00.000Z,2026-11-01T00:00:00.000Z,1 USD,1.000000000000000000,10.500000000000000000,1050.00,0,10.500000000000000000,10.500000000000000000,35.233793000000000000,,2026-10-02,0,"${EVERY}"`,
  );
});

test('annotations of GitHub at the line of the rule, and a step summary', async () => {
  const summary = join(cwd, 'summary.md');
  writeFileSync(summary, 'before\n');
  const { out } = await runWith({ GITHUB_STEP_SUMMARY: summary }, ...six, '--format', 'github');
  expect(out).toBe(`\
::error file=llmcost.yaml,line=2,title=llmcost%3A breached::breached: breached, cost USD 10.5 of USD 10 (105.00%25) (${OCTOBER})
::error file=llmcost.yaml,line=3,title=llmcost%3A projected::projected: cost USD 15 of USD 30, forecast USD 31, used up on 2026-10-30 (${OCTOBER})
::error file=llmcost.yaml,line=6,title=llmcost%3A unsure::unsure: undecided, 100.00%25 of its usage has no price. llmcost pricing status names the models; max_unpriced of unsure can allow it.
::error file=llmcost.yaml,line=5,title=llmcost%3A silent::silent: no data, there is no usage in its scope (${OCTOBER}). Import something, or say on_empty: pass.
::warning file=llmcost.yaml,line=4,title=llmcost%3A warned::warned: cost USD 10.5 of USD 12.5 (84.00%25) (${OCTOBER})
::notice title=llmcost::verdict: breach (exit code 1): 1 breach, 1 forecast, 1 undecided, 1 no data, 1 warn, 1 ok
`);
  expect(readFileSync(summary, 'utf8')).toMatch(/^before\n<!-- llmcost:budget-check -->\n\*\*verdict: breach /);
  const broken = await runWith({ GITHUB_STEP_SUMMARY: '/nowhere/x.md' }, '--rule', 'fine');
  expect(broken.code).toBe(3);
  expect(broken.err).toBe(
    "llmcost: The step summary could not be written to /nowhere/x.md: ENOENT: no such file or directory, open '/nowhere/x.md'\nCheck GITHUB_STEP_SUMMARY, or unset it.\n",
  );
});

test('files are named from the top of the checkout, wherever the check runs', async () => {
  const one = ['--rule', 'breached', '--format'];
  const github = await runWith({ GITHUB_WORKSPACE: dirname(cwd) }, ...one, 'github');
  expect(github.out).toContain(`::error file=${basename(cwd)}/llmcost.yaml,line=2,`);
  const below = fakeIo({ cwd: join(cwd, 'sub'), env: { CI_PROJECT_DIR: cwd } });
  mkdirSync(join(cwd, 'sub'));
  await main(['budget-check', '--db', '../llmcost.duckdb', ...one, 'gitlab'], below);
  expect(JSON.parse(below.out())).toMatchObject([{ location: { path: 'llmcost.yaml', lines: { begin: 2 } } }]);
  const elsewhere = await runWith({ GITHUB_WORKSPACE: join(cwd, 'sub') }, ...one, 'sarif');
  expect(elsewhere.out).toContain('"uri": "llmcost.yaml"');
});

test('options that would change nothing are mistakes', async () => {
  const limited = ['--limit', '1 USD'];
  expect(await run(...limited, '--max-increase', '5%')).toMatchObject({
    code: 2,
    err: 'llmcost: --max-increase goes with --baseline.\nName it as well.\n',
  });
  for (const name of ['--map', '--set']) {
    expect(await run(...limited, name, 'model=x')).toMatchObject({
      code: 2,
      err: `llmcost: ${name} goes with --import.\nName the files it is about: --import run.jsonl\n`,
    });
  }
});

test('a wrong word of a rule is pointed at in its own line; tokens are a metric', async () => {
  writeFileSync(join(cwd, 'wrong.yaml'), 'budgets:\n  - name: one\n    limit: 5 USD\n    where: [custmer=acme]\n');
  const wrong = await run('--config', 'wrong.yaml');
  expect(wrong.code).toBe(2);
  expect(wrong.err).toMatch(/^llmcost: wrong\.yaml:4: budgets\[0\]\.where: There is no dimension 'custmer'\./);
  const tokens = await run('--limit', '2M tokens', '--metric', 'tokens', '--format', 'json', '--all');
  expect(JSON.parse(tokens.out).rows).toMatchObject([{ metric: 'total_tokens', unit: 'tokens' }]);
});

test('GitLab code quality', async () => {
  const { out } = await run(...six, '--format', 'gitlab');
  const issues = JSON.parse(out);
  expect(issues.map((issue: { severity: string; location: object }) => [issue.severity, issue.location])).toEqual([
    ['critical', { path: 'llmcost.yaml', lines: { begin: 2 } }],
    ['critical', { path: 'llmcost.yaml', lines: { begin: 3 } }],
    ['major', { path: 'llmcost.yaml', lines: { begin: 6 } }],
    ['major', { path: 'llmcost.yaml', lines: { begin: 5 } }],
    ['minor', { path: 'llmcost.yaml', lines: { begin: 4 } }],
  ]);
  expect(new Set(issues.map(({ fingerprint }: { fingerprint: string }) => fingerprint)).size).toBe(5);
});

test('a dry run that has nobody to tell says so', async () => {
  const { err, code } = await run('--limit', '1 USD', '--where', 'feature=chat', '--max-price-age', 'any', '--dry-run');
  expect(err).toBe(
    'note: nothing would be sent: there is no target to tell.\nverdict: breach (exit code 1): 1 breach\n',
  );
  expect(code).toBe(1);
});

test('where there is no usage, nobody is named', async () => {
  const nothing = await run(
    '--limit',
    '1 USD',
    '--where',
    'feature=chta',
    '--group-by',
    'customer',
    '--format',
    'junit',
  );
  expect(nothing.code).toBe(4);
  expect(nothing.out).toContain('<testcase classname="command line" name="cost"');
  expect(nothing.out).not.toContain('(none)');
});

test('at most N rows, and how many more', async () => {
  const { out } = await run('--top', '1', '--rule', 'breached', '--rule', 'silent', '--rule', 'warned');
  expect(out).toContain('\n… and 2 more; --top shows more, --format json all.\n');
  expect(await run('--top', '0')).toMatchObject({
    code: 2,
    err: "llmcost: --top '0' is not a number of rows.\nUse a whole number from 1 on, for example --top 10.\n",
  });
});

test('one rule of the command line; --fail-on-warn and --exit-zero', async () => {
  const rule = ['--limit', '12.5 USD', '--where', 'feature=chat', '--warn-at', '80%', '--max-price-age', 'any'];
  expect((await run(...rule)).code).toBe(0);
  expect((await run(...rule, '--fail-on-warn')).code).toBe(1);
  expect((await run(...rule, '--fail-on-warn', '--exit-zero')).code).toBe(0);
});

test.each([
  [
    ['--where', 'a=b'],
    '--where goes with --limit.\nRules of llmcost.yaml say it themselves; --rule NAME chooses among them.',
  ],
  [
    ['--on-empty', 'pass'],
    '--on-empty goes with --limit.\nRules of llmcost.yaml say it themselves; --rule NAME chooses among them.',
  ],
  [['--limit', '5 USD', '--rule', 'x'], '--limit cannot be combined with --rule.\nUse either the one or the other.'],
  [
    ['--rule', 'x'],
    "--rule 'x' is no budget of llmcost.yaml.\nThere are: breached, projected, warned, silent, unsure, fine, lenient, every.",
  ],
  [['--limit', '5 USD', '--level', 'fatal'], '--level must be one of error, warn.'],
])('%j is wrong usage', async (argv, message) => {
  expect(await run(...argv)).toEqual({ out: '', err: `llmcost: ${message}\n`, code: 2 });
});

test('without rules there is nothing to check, which is no pass', async () => {
  const io = fakeIo({ cwd: mkdtempSync(join(tmpdir(), 'llmcost-none-')) });
  await main(['budget-check'], io);
  expect([io.err(), io.exitCode()]).toEqual([
    "llmcost: There is no llmcost.yaml, so there is nothing to check.\nWrite a rule there, or give one: llmcost budget-check --limit '50 USD' --period month\n",
    2,
  ]);
});

test('files instead of a database: what is in them is the period, and nothing is kept', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'llmcost-stateless-'));
  // 100 × $2.50 + 10 × $10 per million tokens is $0.00035.
  const call = {
    timestamp: '2025-03-01T10:00:00Z',
    model: 'gpt-4o',
    provider: 'openai',
    input_tokens: 100,
    output_tokens: 10,
  };
  writeFileSync(join(folder, 'run.jsonl'), `${JSON.stringify(call)}\n`);
  const io = fakeIo({ cwd: folder });
  await main(['budget-check', '--import', 'run.jsonl', '--limit', '0.000349 USD', '--format', 'json'], io);
  expect(io.exitCode()).toBe(1);
  expect(JSON.parse(io.out()).rows).toMatchObject([
    { used: '0.000350000000000000', period: 'all time', verdict: 'breach' },
  ]);
  writeFileSync(join(folder, 'bad.jsonl'), 'nonsense\n');
  const bad = fakeIo({ cwd: folder });
  await main(['budget-check', '--import', 'bad.jsonl', '--limit', '1 USD'], bad);
  expect(bad.exitCode()).toBe(3);
});

test('a part of the subscription: 60 % of 49 USD are 29.40', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'llmcost-revenue-'));
  writeFileSync(
    join(folder, 'llmcost.yaml'),
    `\
plans: {pro: 49 USD/month}
customers: {acme: {plan: pro}, globex: {plan: pro}}
budgets:
  - {name: share, group_by: [customer], limit: 60% of revenue, max_price_age: any}
  - {name: whole, limit: 60% of revenue, max_price_age: any}
  - {name: feature, group_by: [feature], limit: 60% of revenue, max_price_age: any}
`,
  );
  await withStore(join(folder, 'llmcost.duckdb'), { access: 'write' }, (store) =>
    addUsage(store, [
      { customer: 'acme', cost: '40', occurred_at: '2026-10-02 09:00:00', feature: 'chat' },
      { customer: 'globex', cost: '10', occurred_at: '2026-10-02 09:00:00', feature: 'chat' },
      { customer: 'free', cost: '1', occurred_at: '2026-10-02 09:00:00', feature: 'chat' },
    ]),
  );
  const asked = async (rule: string) => {
    const io = fakeIo({ cwd: folder });
    await main(['budget-check', '--rule', rule, '--format', 'json', '--all'], io);
    return io;
  };
  expect(JSON.parse((await asked('share')).out()).rows).toMatchObject([
    { group: { customer: 'acme' }, verdict: 'breach', limit: '29.400000000000000000', used_percent: '136.05' },
    { group: { customer: 'free' }, verdict: 'undecided', reason: 'no_base' },
    { group: { customer: 'globex' }, verdict: 'ok', limit: '29.400000000000000000', used_percent: '34.01' },
  ]);
  // 51 of 60 % of 98.
  expect(JSON.parse((await asked('whole')).out()).rows).toMatchObject([
    { limit: '58.800000000000000000', verdict: 'ok' },
  ]);
  const wrong = await asked('feature');
  expect([wrong.err(), wrong.exitCode()]).toEqual([
    "llmcost: llmcost.yaml:6: budgets[2].limit: '% of revenue' is known for each customer (group_by: [customer]) or for all together, not for this rule.\n",
    2,
  ]);

  // Revenue that no rate makes dollars of raises the limit by nobody knows how much.
  writeFileSync(join(folder, 'invoices.csv'), 'customer,period,amount,currency\nacme,2026-10,1000,EUR\n');
  await main(['import', 'invoices.csv'], fakeIo({ cwd: folder }));
  const share = await asked('share');
  expect(JSON.parse(share.out()).rows).toMatchObject([
    {
      group: { customer: 'acme' },
      verdict: 'undecided',
      reason: 'not_converted',
      message:
        "share, acme: undecided, part of the revenue of '60% of revenue' is in a currency without a rate for its day (2026-10-01 → 2026-11-01). Give one in llmcost.yaml, such as rates: {EUR: 1.08}; llmcost margin lists it.",
    },
    { group: { customer: 'free' }, verdict: 'undecided', reason: 'no_base' },
    { group: { customer: 'globex' }, verdict: 'ok' },
  ]);
  expect(share.exitCode()).toBe(4);
  expect(JSON.parse((await asked('whole')).out()).rows).toMatchObject([
    { verdict: 'undecided', reason: 'not_converted', exit_code: 4 },
  ]);
});

test('JUnit: an XML parser reads it, failures and errors are counted', async () => {
  const { out } = await run(...six, '--rule', 'every', '--format', 'junit');
  expect(XMLValidator.validate(out)).toBe(true);
  const parsed = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '' }).parse(out);
  expect(parsed.testsuites).toMatchObject({ tests: '7', failures: '2', errors: '2', skipped: '0' });
  const cases = parsed.testsuites.testsuite.testcase;
  const told = cases.map((one: Record<string, unknown>) => [
    one.classname,
    one.name,
    ['failure', 'error', 'system-out'].find((kind) => kind in one) ?? 'passed',
  ]);
  expect(told).toEqual([
    ['breached', 'cost', 'failure'],
    ['every', '=evil|*x*', 'system-out'],
    ['projected', 'cost', 'failure'],
    ['unsure', 'cost', 'error'],
    ['silent', 'cost', 'error'],
    ['warned', 'cost', 'system-out'],
    ['fine', 'requests', 'passed'],
  ]);
  expect(cases[0].failure).toMatchObject({ type: 'breach', message: expect.stringContaining('USD 10.5 of USD 10') });
});

test('SARIF 2.1.0: valid by its schema, at the lines of the rules', async () => {
  const { out } = await run(...six, '--format', 'sarif');
  const log = JSON.parse(out);
  // Its draft 4 says nothing that later drafts say otherwise, but for its name.
  const {
    $schema: _,
    id: __,
    ...schema
  } = createRequire(import.meta.url)('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
  const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema);
  validate(log);
  expect(validate.errors).toBe(null);
  // The schema does refuse what is wrong.
  expect(validate({ ...log, runs: [{ results: [] }] })).toBe(false);
  const [{ tool, results }] = log.runs;
  expect(tool.driver.rules.map(({ id }: { id: string }) => id)).toContain('fine');
  expect(
    results.map((result: { ruleId: string; level: string; locations: { physicalLocation: object }[] }) => [
      result.ruleId,
      result.level,
      result.locations[0]?.physicalLocation,
    ]),
  ).toEqual(
    [
      ['breached', 'error', 2],
      ['projected', 'error', 3],
      ['unsure', 'error', 6],
      ['silent', 'error', 5],
      ['warned', 'warning', 4],
    ].map(([rule, level, startLine]) => [
      rule,
      level,
      { artifactLocation: { uri: 'llmcost.yaml' }, region: { startLine } },
    ]),
  );
});

test('--explain: the days, the models and the calls that used a budget up', async () => {
  const { out, err, code } = await run('--explain', 'projected');
  const days = Array.from({ length: 15 }, (_, day) => `2026-10-${String(day + 1).padStart(2, '0')}  $1.00         1\n`);
  expect([err, code]).toEqual(['', 0]);
  expect(
    out.startsWith(`projected: cost $15.00 (${OCTOBER}, UTC)\n\nday          cost  requests\n${days.join('')}`),
  ).toBe(true);
  expect(out).toContain('2026-10-01T10:00:00Z  (none)  big    steady       0       0  $1.00\n');
  const json = JSON.parse((await run('--explain', 'every', '=evil|*x*\u001b[31m', '--format', 'json')).out);
  expect(json).toMatchObject({
    schema: 'llmcost.budget-explanation/1',
    query: { rule: 'every', metric: 'cost' },
    used: '10.500000000000000000',
    parts: [{ by: 'day', rows: [{ value: '2026-10-02', cost: '10.500000000000000000', requests: '1' }] }],
    calls: [{ at: '2026-10-02T09:00:00Z', model: 'big', cost: '10.500000000000000000' }],
  });
  expect((await run('--explain', 'projected', '--format', 'csv')).out).toContain(
    'day,2026-10-01,1.000000000000000000,1.000000000000000000,1\r\n',
  );
  expect((await run('--explain', 'projected', '--format', 'markdown')).out).toContain('| 2026-10-01 | $1.00 | 1 |\n');
});

test.each([
  [
    ['none'],
    "--explain 'none' is no budget of llmcost.yaml.\nThere are: breached, projected, warned, silent, unsure, fine, lenient, every.",
  ],
  [['every'], "--explain every needs a value for customer.\nWrite: llmcost budget-check --explain 'every' CUSTOMER"],
  [
    ['fine', 'x'],
    "--explain fine needs no value: it has one budget for all.\nWrite: llmcost budget-check --explain 'fine'",
  ],
  [['every', 'x'], `every has no usage of x (${OCTOBER}).\nIt has usage of: =evil|*x*\u001b[31m.`],
  [['fine', '--format', 'junit'], '--explain cannot be printed as junit.\nPossible are: table, json, csv, markdown.'],
])('--explain %j is wrong usage', async (argv, message) => {
  expect(await run('--explain', ...argv)).toEqual({ out: '', err: `llmcost: ${message}\n`, code: 2 });
});
