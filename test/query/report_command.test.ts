import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import { METRIC_NAMES } from '../../src/query/metrics/metrics.js';
import { withStore } from '../../src/store/store.js';
import { fakeIo } from '../fake_io.js';
import { addUsage } from './usage_rows.js';

const cwd = mkdtempSync(join(tmpdir(), 'llmcost-report-'));
const NASTY = ['=cmd()', '<script>', '\u001b[31mred', 'a|b', 'two\nlines', '日'.repeat(60)];

beforeAll(async () => {
  await withStore(join(cwd, 'llmcost.duckdb'), { access: 'write' }, (store) =>
    addUsage(store, [
      {
        occurred_at: '2026-09-01 10:00:00',
        provider: 'p',
        model: 'big',
        customer: 'acme',
        input: 1200,
        output: 30,
        cost: '12.5',
      },
      {
        occurred_at: '2026-09-02 10:00:00',
        provider: 'p',
        model: 'small',
        requests: 1500,
        cache_read: 9,
        cost: '0.0015',
      },
      { occurred_at: '2026-09-03 10:00:00', provider: 'p', model: 'new', customer: 'acme', input: 5, cost: null },
    ]),
  );
  await withStore(join(cwd, 'nasty.duckdb'), { access: 'write' }, (store) =>
    addUsage(
      store,
      NASTY.map((customer) => ({ customer })),
    ),
  );
  await withStore(join(cwd, 'empty.duckdb'), { access: 'write' }, async () => undefined);
});

async function llmcost(...argv: string[]) {
  const io = fakeIo({ cwd });
  await main(argv, io);
  return { out: io.out(), err: io.err(), code: io.exitCode() };
}

const NEW =
  'No price for p/new: 1 request with 5 input and 0 output tokens are not in the cost. If you know what it costs: llmcost pricing override p/new --input USD --output USD';

test('llmcost report', async () => {
  expect(await llmcost('report', '--period', 'last month')).toEqual({
    out: `\
2026-09-01 → 2026-10-01 (UTC) · 1,502 requests

model  requests  input tokens  output tokens  cached tokens       cost  cost/request    share  unpriced
big           1         1,200             30              0     $12.50        $12.50   99.99%         0
small     1,500             9              0              9  $0.001500  $0.000001000    0.01%         0
new           1             5              0              0   unpriced             –        –         1
total     1,502         1,214             30              9     $12.50     $0.008329  100.00%         1
coverage: 66.66% of 3 rows priced · no price list · 1 without customer · single calls · 2026-09-01 00:00 to 2026-10-01 00:00 (UTC)
`,
    err: `note: ${NEW}\n`,
    code: 0,
  });
});

test('llmcost report --by customer --top 1 --where … --format markdown', async () => {
  const { out } = await llmcost(
    'report',
    '--by',
    'customer,model',
    '--top',
    '1',
    '--where',
    'model!~n*',
    '--format',
    'markdown',
  );
  expect(out).toBe(`\
all time (UTC) · model!\\~n\\* · 1,501 requests

| customer | model | cost | share | requests | input tokens | output tokens | cached tokens | cost/request |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
| acme | big | $12.50 | 99.99% | 1 | 1,200 | 30 | 0 | $12.50 |
| (other) |  | $0.001500 | 0.01% | 1,500 | 9 | 0 | 9 | $0.000001000 |
| **total** |  | **$12.50** | **100.00%** | **1,501** | **1,209** | **30** | **9** | **$0.008329** |

- coverage: 100.00% of 2 rows priced · no price list · 1 without customer · single calls · UTC
`);
});

test('llmcost report --format csv -o FILE', async () => {
  const answer = await llmcost('report', '--by', 'customer', '--format', 'csv', '-o', 'out.csv', '-q');
  expect(answer).toEqual({ out: '', err: '', code: 0 });
  expect(readFileSync(join(cwd, 'out.csv'), 'utf8').split('\r\n')).toEqual([
    'kind,customer,requests,input_tokens,output_tokens,cached_tokens,cost,cost_per_request,share,unpriced_requests',
    'group,acme,2,1205,30,0,12.500000000000000000,12.500000000000000000,99.99,1',
    'group,(none),1500,9,0,9,0.001500000000000000,0.000001000000000000,0.01,0',
    'total,,1502,1214,30,9,12.501500000000000000,0.008328780812791472,100.00,1',
    '',
  ]);
});

test('llmcost report --format json: exact, and the same bytes each time', async () => {
  const { out } = await llmcost('report', '--where', 'model=new', '--period', '2026-Q3', '--format', 'json');
  const metrics = {
    requests: 1,
    requests_complete: true,
    input_tokens: 5,
    output_tokens: 0,
    cached_tokens: 0,
    cost: null,
    cost_per_request: null,
    share: null,
    unpriced_requests: 1,
    unpriced_rows: 1,
  };
  expect(JSON.parse(out)).toEqual({
    schema: 'llmcost.report/1',
    query: {
      by: ['model'],
      since: '2026-07-01T00:00:00.000Z',
      until: '2026-10-01T00:00:00.000Z',
      period: '2026-07-01 → 2026-10-01',
      tz: 'UTC',
      where: ['model=new'],
      sort: 'cost:desc',
      top: null,
      min_cost: null,
      every: null,
    },
    price_book: '',
    currency: 'USD',
    metrics: [
      ['requests', 'count'],
      ['input_tokens', 'tokens'],
      ['output_tokens', 'tokens'],
      ['cached_tokens', 'tokens'],
      ['cost', 'money'],
      ['cost_per_request', 'money'],
      ['share', 'percent'],
    ].map(([name, unit]) => ({ name, unit, title: expect.any(String), means: expect.stringMatching(/^[A-Z].*\.$/) })),
    rows: [{ kind: 'group', groups: 1, group: { model: 'new' }, ...metrics }],
    totals: metrics,
    coverage: {
      requests: 1,
      priced_requests: 0,
      unpriced_requests: 1,
      assumed_requests: 0,
      rows: 1,
      priced_percent: '0.00',
      rows_without_customer: 0,
      bucket_rows: 0,
      price_age_days: null,
      since: '2026-07-01T00:00:00.000Z',
      until: '2026-10-01T00:00:00.000Z',
      data_until: null,
      open_until: null,
    },
    unpriced: [{ provider: 'p', model: 'new', requests: 1, input_tokens: 5, output_tokens: 0 }],
    flat_costs: [],
    warnings: [{ code: 'unpriced', message: NEW }],
  });
  expect((await llmcost('report', '--where', 'model=new', '--period', '2026-Q3', '--format', 'json')).out).toBe(out);
});

test('llmcost report --by model --every day: a line of bars in the table, all numbers in CSV', async () => {
  const asked = [
    'report',
    '--by',
    'model',
    '--every',
    'day',
    '--metrics',
    'requests,cost',
    '--where',
    'model!=new',
    '-q',
  ];
  expect((await llmcost(...asked)).out).toBe(`\
all time (UTC) · model!=new · 1,501 requests

model  requests       cost  cost by day
big           1     $12.50  █·
small     1,500  $0.001500  ·█
total     1,501     $12.50  █▁
coverage: 100.00% of 2 rows priced · no price list · 1 without customer · single calls · UTC
`);
  expect((await llmcost(...asked, '--format', 'csv')).out.split('\r\n')).toEqual([
    'kind,model,day,requests,cost,unpriced_requests',
    'group,big,2026-09-01,1,12.500000000000000000,0',
    'group,big,2026-09-02,0,0.000000000000000000,0',
    'group,small,2026-09-01,0,0.000000000000000000,0',
    'group,small,2026-09-02,1500,0.001500000000000000,0',
    'total,,2026-09-01,1,12.500000000000000000,0',
    'total,,2026-09-02,1500,0.001500000000000000,0',
    '',
  ]);
});

test('llmcost report --heatmap', async () => {
  const { out } = await llmcost('report', '--heatmap', '--metrics', 'requests', '--tz', 'Asia/Tokyo');
  expect(out.split('\n')).toEqual([
    'all time (Asia/Tokyo) · 1,502 requests',
    '',
    `           ${Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0')).join('')}`,
    ...['Monday   ', 'Tuesday  ', 'Wednesday', 'Thursday ', 'Friday   ', 'Saturday ', 'Sunday   '].map(
      (day, index) => `${day}  ${'··'.repeat(19)}${['··', '░░', '██', '░░', '··', '··', '··'][index]}${'··'.repeat(4)}`,
    ),
    'requests by hour (Asia/Tokyo); ██ is Wednesday 19:00 with 1,500',
    'coverage: 66.66% of 3 rows priced · no price list · 1 without customer · single calls · UTC; days are those of Asia/Tokyo',
    '',
  ]);
});

test('an empty store: a zero total, a hint, exit code 0', async () => {
  expect(await llmcost('report', '--db', 'empty.duckdb')).toEqual({
    out: `\
all time (UTC) · 0 requests

model  requests  input tokens  output tokens  cached tokens   cost  cost/request  share
total         0             0              0              0  $0.00             –      –
coverage: no usage
`,
    err: 'note: There is no usage in this scope. Widen it (--period all, fewer --where), or import something: llmcost import <files>.\n',
    code: 0,
  });
});

test('names made to do harm', async () => {
  const names = ['report', '--db', 'nasty.duckdb', '--by', 'customer', '--sort', 'name'];
  const { out: table } = await llmcost(...names);
  expect(table).not.toContain('\u001b');
  expect(table.split('\n')).toHaveLength(NASTY.length + 6);
  expect(table).toContain(`\n${'日'.repeat(60)} `);
  const { out: csv } = await llmcost(...names, '--format', 'csv');
  for (const cell of [
    "\ngroup,'=cmd(),1",
    '\ngroup,<script>,1',
    '\ngroup,red,1',
    '\ngroup,a|b,1',
    '\ngroup,"two\nlines",1',
  ]) {
    expect(csv).toContain(cell);
  }
  const { out: markdown } = await llmcost(...names, '--format', 'markdown');
  for (const cell of ['\n| &lt;script&gt; | $1', '\n| a\\|b | $1', '\n| two lines | $1'])
    expect(markdown).toContain(cell);
  const { out: json } = await llmcost(...names, '--format', 'json');
  expect(json).not.toContain('\u001b');
  const { rows }: { rows: { group: { customer: string } }[] } = JSON.parse(json);
  expect(rows.map(({ group }) => group.customer).toSorted()).toEqual(NASTY.toSorted());
});

const DIMENSIONS =
  'Possible are: provider, model, request_model, feature, environment, operation, status, error_class, http_status, service_tier, speed, region, attempt, gateway_cached, token_convention, granularity, customer, user, session, trace, cost_status, agreement, import, machine, project, api_key, hour, day, week, month, quarter, year, weekday, hour_of_day, input_tokens:LIMITS, output_tokens:LIMITS, total_tokens:LIMITS, latency_ms:LIMITS, ttft_ms:LIMITS, cost:LIMITS, tag:NAME.';

test.each([
  [['--by', 'modle'], `There is no dimension 'modle'. Did you mean model?\n${DIMENSIONS}`],
  [['--by', 'model,'], `There is no dimension ''.\n${DIMENSIONS}`],
  [['--by', 'constructor'], `There is no dimension 'constructor'.\n${DIMENSIONS}`],
  [
    ['--by', 'input_tokens:10k,1k,model'],
    "'input_tokens:10k,1k' has no limits that ascend.\nWrite the lowest number of each range: --by input_tokens:0,1k,10k,100k.",
  ],
  [['--where', 'custmer=x'], `There is no dimension 'custmer'. Did you mean customer?\n${DIMENSIONS}`],
  [
    ['--where', 'customer'],
    "--where 'customer' is not a filter.\nWrite dimension=value, for example --where customer=acme, --where 'model~gpt-4*', --where 'feature!=(none)'.",
  ],
  [
    ['--sort', 'price'],
    `--sort 'price' is not an order.\nPossible are: name, change (with --compare), ${METRIC_NAMES.join(', ')}; with :asc or :desc, for example --sort requests:desc.`,
  ],
  [
    ['--metrics', 'cost,latency_p90'],
    `There is no metric 'latency_p90'. Did you mean latency_p50?\nPossible are: ${METRIC_NAMES.join(', ')}; and the presets default, cost, tokens, latency, errors, all.`,
  ],
  [['--min-cost', '-1'], "--min-cost '-1' is not an amount of USD.\nWrite digits, for example --min-cost 0.50."],
  [
    ['--every', 'day', '--top', '3'],
    '--top is about rows, and --every without --by has every day in its order.\nGroup by something (--by model), or ask for the dearest: --by day --top …',
  ],
  [
    ['--metrics', 'tokens_per_min'],
    'tokens_per_minute is counted over spans of time.\nSay which: --every hour, --every day, --every week or --every month.',
  ],
  [['--heatmap', '--every', 'day'], '--heatmap cannot be combined with --every.\nIt is always by weekday and hour.'],
  [
    ['--heatmap', '--metrics', 'latency'],
    "--heatmap draws one metric, and 'latency' is none.\nName one, for example --heatmap --metrics requests.",
  ],
  [
    ['--heatmap', '--compare', 'previous'],
    '--heatmap cannot be combined with --compare.\nIt is always by weekday and hour.',
  ],
  [
    ['--compare', 'previous', '--by', 'day,model', '--period', '2026-09'],
    'No day is in both periods: --by day has nothing to compare.\nSet every day beside that of the former period: --every day --by model --compare …',
  ],
  [
    ['--sort', 'change'],
    '--sort change orders by how much the cost changed, and nothing is compared.\nAdd --compare previous, or sort by another metric.',
  ],
  [['--effects'], '--effects says why the cost changed, and nothing is compared.\nAdd --compare previous.'],
  [
    ['--effects', '--compare', 'previous', '--every', 'day'],
    '--effects are those of rows, and --every without --by has none but every day.\nGroup by something, for example --by model.',
  ],
  [
    ['--effects', '--compare', 'previous', '--every', 'day', '--by', 'model', '--format', 'csv'],
    '--effects are those of whole rows, and with --every a line of csv is one day of a row.\nLeave out --every, or take --format json, which has both.',
  ],
  [['--bom'], '--bom is about CSV, and this is table.\nAdd --format csv, or leave out --bom.'],
  [['--bom', '--format', 'json'], '--bom is about CSV, and this is json.\nAdd --format csv, or leave out --bom.'],
  [
    ['--wide', '--format', 'html', '-o', 'wide.html'],
    '--wide is about tables of a terminal; a page cuts names only beyond 120 letters.\nLeave it out, or take --format csv, which cuts nothing.',
  ],
  [
    ['--compare', '2026-08', '--since', '2026-08-31'],
    'since 2026-08-31 and 2026-08-01 → 2026-09-01 have days in common: nothing can be said of their difference.\nCompare with a period that ends before, for example --compare previous.',
  ],
  [
    ['--compare', '2026-08'],
    "--compare compares two periods, and all time has no beginning.\nAdd one, for example --period 'this month'.",
  ],
  [['--top', '0'], "--top '0' is not a number of rows.\nUse a whole number from 1 on, for example --top 10."],
  [
    ['--period', 'today', '--since', '2026-09-01'],
    '--period cannot be combined with --since or --until.\nUse either the one or the others.',
  ],
  [
    ['--tz', 'Mars'],
    "There is no time zone 'Mars'.\nUse a name of the IANA list, for example --tz Europe/Berlin or --tz America/New_York.",
  ],
])('wrong usage: %j', async (argv, message) => {
  expect(await llmcost('report', ...argv)).toEqual({ out: '', err: `llmcost: ${message}\n`, code: 2 });
});

test('llmcost report --compare FILE', async () => {
  await llmcost('report', '--period', '2026-09-01', '--format', 'json', '-o', 'former.json');
  const { out } = await llmcost('report', '--period', '2026-09-02', '--compare', 'former.json');
  expect(out.replaceAll(/ {2,}/g, '  ').split('\n')).toEqual([
    '2026-09-02 → 2026-09-03 (UTC) · compared with 2026-09-01 → 2026-09-02 (former.json) · 1,500 requests',
    '',
    'model  requests  before  Δ  Δ %  cost  before  Δ  Δ %  cost/request  before  Δ  Δ %',
    'small  1,500  0  +1,500  –  $0.001500  $0.00  +$0.001500  –  $0.000001000  –  –  –  new',
    'big  0  1  -1  -100.00%  $0.00  $12.50  -$12.50  -100.00%  –  $12.50  –  –  vanished',
    'total  1,500  1  +1,499  +149,900.00%  $0.001500  $12.50  -$12.50  -99.99%  $0.000001000  $12.50  -$12.50  -100.00%',
    'coverage: 100.00% of 1 row priced · no price list · 1 without customer · single calls · 2026-09-02 00:00 to 2026-09-03 00:00 (UTC)',
    '',
  ]);
  for (const [argv, message] of [
    [['--every', 'day'], '--every sets each span beside one of another period, not of a file.'],
    [['--sort', 'change'], '--sort change needs the usage of before, and a file has only its rows.'],
    [['--effects'], '--effects needs the usage of before, and a file has only its rows.'],
  ] as const) {
    const { err, code } = await llmcost('report', '--compare', 'former.json', ...argv);
    expect([err.split('\n')[0], code]).toEqual([`llmcost: ${message}`, 2]);
  }
  writeFileSync(join(cwd, 'other.json'), '{"schema": "llmcost.why/1"}');
  expect(await llmcost('report', '--compare', 'other.json')).toEqual({
    out: '',
    err: 'llmcost: other.json is no report: --compare takes a period, or what llmcost report --format json wrote.\nMake one: llmcost report --format json -o other.json\n',
    code: 3,
  });
  const { err, code } = await llmcost('report', '--compare', 'missing.json');
  expect(err).toBe(
    `llmcost: --compare cannot read missing.json: ENOENT: no such file or directory, open '${cwd}/missing.json'\nWrite one: llmcost report --format json -o missing.json\n`,
  );
  expect(code).toBe(3);
});

test('llmcost report --compare --every: each span beside that of the former period', async () => {
  const asked =
    'report --every day --period 2026-09-02..2026-09-04 --compare 2026-08-31..2026-09-02 --metrics requests,cost -q';
  expect((await llmcost(...asked.split(' '))).out.replaceAll(/ {2,}/g, '  ').split('\n').slice(0, 6)).toEqual([
    '2026-09-02 → 2026-09-04 (UTC) · compared with 2026-08-31 → 2026-09-02 · 1,501 requests',
    '',
    'day  former day  requests  before  Δ  Δ %  cost  before  Δ  Δ %  unpriced',
    '2026-09-02  2026-08-31  1,500  0  +1,500  –  $0.001500  $0.00  +$0.001500  –  0  new',
    '2026-09-03  2026-09-01  1  1  0  0.00%  unpriced  $12.50  –  –  1',
    'total  1,501  1  +1,500  +150,000.00%  $0.001500  $12.50  -$12.50  -99.99%  1',
  ]);
  expect((await llmcost(...asked.split(' '), '--format', 'csv')).out.split('\r\n')).toEqual([
    'kind,day,requests,cost,unpriced_requests,day_before,requests_before,requests_change,requests_change_percent,cost_before,cost_change,cost_change_percent,presence',
    'group,2026-09-02,1500,0.001500000000000000,0,2026-08-31,0,1500,,0.000000000000000000,0.001500000000000000,,new',
    'group,2026-09-03,1,,1,2026-09-01,1,0,0.00,12.500000000000000000,,,both',
    'total,,1501,0.001500000000000000,1,,1,1500,150000.00,12.500000000000000000,-12.498500000000000000,-99.99,both',
    '',
  ]);
  const lines = (await llmcost(...asked.split(' '), '--by', 'customer', '--format', 'csv')).out.split('\r\n');
  expect(lines[0]).toMatch(/^kind,customer,day,requests,cost,unpriced_requests,day_before,requests_before,/);
  expect(lines[2]).toBe('group,acme,2026-09-03,1,,1,2026-09-01,1,0,0.00,12.500000000000000000,,,both');
  const table = (await llmcost(...asked.split(' '), '--by', 'customer')).out;
  expect(table).toMatch(/ cost by day {2}before\n/);
  // Of acme nothing is priced now, and one day was before: the second.
  expect(table).toMatch(/\nacme .* ·· {9,}·█\n/);
});

test('llmcost report --compare --effects: why the cost of every row changed', async () => {
  const asked = 'report --by customer --period 2026-09-02 --compare 2026-09-01 --effects -q';
  // The one customer there was asked nothing more: $12.50 less of everybody. Who asked now was not there before, and counts with all of it.
  expect((await llmcost(...asked.split(' '))).out.replaceAll(/ {2,}/g, '  ').split('\n').slice(2, 6)).toEqual([
    'customer  cost  before  Δ  Δ %  by requests  by mix  by tokens  by price',
    'acme  $0.00  $12.50  -$12.50  -100.00%  -$12.50  $0.00  $0.00  $0.00  vanished',
    '(none)  $0.001500  $0.00  +$0.001500  –  +$0.001500  $0.00  $0.00  $0.00  new',
    'total  $0.001500  $12.50  -$12.50  -99.99%  -$12.50  $0.00  $0.00  $0.00',
  ]);
  const { out } = await llmcost(...asked.split(' '), '--format', 'jsonl');
  expect(JSON.parse(out.split('\n')[0] ?? '')).toMatchObject({
    group: { customer: 'acme' },
    cost_change: '-12.500000000000000000',
    cost_change_volume: '-12.500000000000000000',
    cost_change_mix: '0.000000000000000000',
    presence: 'vanished',
  });
});

test('an output file that cannot be written', async () => {
  const { err, code } = await llmcost('report', '-o', 'no/such/folder.txt');
  expect(err).toBe(
    `llmcost: The answer could not be written to no/such/folder.txt: ENOENT: no such file or directory, open '${cwd}/no/such/folder.txt'\nName another file with -o FILE.\n`,
  );
  expect(code).toBe(3);
});

test('no database', async () => {
  const { err, code } = await llmcost('report', '--db', 'none.duckdb');
  expect(err).toContain(`There is no database at ${join(cwd, 'none.duckdb')}.`);
  expect(code).toBe(6);
});
