import { copyFileSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { main } from '../src/cli.js';
import { SCHEMAS } from '../src/commands/schema.js';
import type { ImportedFile } from '../src/import/load/answer.js';
import { webhookBody } from '../src/notify/message.js';
import { reportSchema } from '../src/query/report/schema.js';
import { watchedAsJson } from '../src/render/answers/import.js';
import { fakeIo } from './fake_io.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const cwd = mkdtempSync(join(tmpdir(), 'llmcost-schemas-'));
const FEW = `{"timestamp": "2026-10-02T10:00:00Z", "model": "no-such-model", "input_tokens": 5, "output_tokens": 1, "customer": null}
{"timestamp": "2026-10-02T10:00:00Z", "request_id": "chatcmpl-0123456789abcdef", "provider": "openai", "model": "gpt-4o-mini", "input_tokens": 5, "output_tokens": 1, "trace_id": "t1", "customer": "acme"}
{"timestamp": "tomorrow", "model": "gpt-4o-mini", "input_tokens": 5, "output_tokens": 1}
`;
const CONFIG = `budgets:
  - { name: month, limit: 50 USD, period: month, warn_at: 80% }
  - { name: each, limit: 1000 tokens, period: day, group_by: [customer] }
plans: { pro: 49 USD/month }
customers: { acme: pro }
`;

async function llmcost(...argv: string[]) {
  const io = fakeIo({ cwd, now: '2026-11-05T12:00:00Z' });
  await main(argv, io);
  return { out: io.out(), err: io.err(), code: io.exitCode() };
}

beforeAll(async () => {
  copyFileSync(join(ROOT, 'fixtures/demo/calls.jsonl.gz'), join(cwd, 'calls.jsonl.gz'));
  writeFileSync(join(cwd, 'openrouter.json'), JSON.stringify(longList()));
  writeFileSync(join(cwd, 'few.jsonl'), FEW);
  writeFileSync(join(cwd, 'unknown.csv'), 'when,what,how much\n2026-10-02,gpt-4o,12\n');
  writeFileSync(join(cwd, 'llmcost.yaml'), CONFIG);
  const setUp = [
    ['import', 'calls.jsonl.gz', '-q'],
    ['import', 'few.jsonl', '--max-rejects', '50%', '-q'],
    ['pricing', 'override', 'add', 'openai/some-model', '--input', '1', '--output', '2'],
    ['pricing', 'alias', 'add', 'some-name', 'openai/gpt-4o-mini'],
    ['pricing', 'flat', 'add', 'seats', '--usd', '20', '--per', 'month', '--from', '2026-10-01'],
    ['report', '--format', 'json', '-o', 'former.json', '-q'],
    ['simulate', '--swap', 'gpt-5=gpt-5-mini', '--save', 'small', '-q'],
    ['baseline', 'write', '--import', 'few.jsonl', '--reason', 'first', '-o', 'baseline.json'],
  ];
  for (const argv of setUp) {
    const { err, code } = await llmcost(...argv);
    if (code !== 0) throw new Error(`${argv.join(' ')}: ${err}`);
  }
});

/** A list of prices as long as the one that is known, so that it does not look cut off. */
function longList(): unknown {
  const { data }: { data: { id: string }[] } = JSON.parse(
    readFileSync(join(ROOT, 'fixtures/prices/openrouter.json'), 'utf8'),
  );
  const copies = Array.from({ length: 60 }, (_, copy) =>
    data.map((model) => ({ ...model, id: `${model.id}-${copy}` })),
  );
  return { data: [...data, ...copies.flat()] };
}

const validators = new Map<string, ValidateFunction>();

/** What is wrong with an answer by its schema, as people can read it. */
function complaints(schema: string, answer: unknown): string[] {
  const known = validators.get(schema) ?? compiled(schema);
  validators.set(schema, known);
  known(answer);
  return (known.errors ?? [])
    .slice(0, 3)
    .map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`);
}

function compiled(schema: string): ValidateFunction {
  const options = { strict: true, allowUnionTypes: true, validateFormats: false };
  if (schema === 'report') return new Ajv2020(options).compile(reportSchema());
  return new Ajv(options).compile(JSON.parse(readFileSync(join(ROOT, 'schemas', `${schema}.json`), 'utf8')));
}

const REPORTS: string[] = [
  'report',
  'report --metrics all --by customer,model',
  'report --metrics all --every day --by model --top 3',
  'report --every week --tz Europe/Berlin --metrics requests,tokens_per_minute',
  'report --compare previous --period 2026-W43 --by feature --metrics all',
  'report --compare previous --period 2026-W43 --by customer --every day --top 2',
  'report --compare 2026-W40 --period 2026-W43 --every day',
  'report --compare former.json',
  'report --by tag:none,user',
  'report --heatmap',
];

const ANSWERS: [schema: keyof typeof SCHEMAS, line: string][] = [
  ...REPORTS.map((line): [keyof typeof SCHEMAS, string] => ['report', `${line} --format json`]),
  ['attribute', 'attribute --dry-run --format json'],
  ['baseline', 'baseline show baseline.json --format json'],
  ['budget-check', 'budget-check --all --at 2026-10-31 --format json'],
  ['budget-check', 'budget-check --limit 1USD --group-by model --period month --at 2026-10-31 --format json'],
  ['budget-explanation', 'budget-check --explain month --at 2026-10-31 --format json'],
  ['dashboard', 'dashboard --format json'],
  ['dashboard', 'dashboard --period 2026-W43 --format json'],
  ['drift', 'drift --until 2026-11-01 --all --format json'],
  ['explain', 'explain --period 2026-W43 --format json'],
  ['forecast', 'forecast --by model --at 2026-10-20 --format json'],
  ['import', 'import few.jsonl calls.jsonl.gz --dry-run --summary json'],
  ['import-explain', 'import --explain few.jsonl --summary json'],
  ['import-explain', 'import --explain unknown.csv --summary json'],
  ['imports', 'imports list --format json'],
  ['margin', 'margin --period 2026-10 --format json'],
  ['pricing-alias-list', 'pricing alias list --format json'],
  ['pricing-correct', 'pricing correct --all --dry-run --format json'],
  ['pricing-cost', 'pricing cost openai/gpt-4o --input-tokens 1000 --output-tokens 100 --format json'],
  ['pricing-diff', 'pricing diff 2026-01-01 2026-09-01 --on 2026-10 --format json'],
  ['pricing-flat-list', 'pricing flat list --format json'],
  ['pricing-history', 'pricing history --format json'],
  ['pricing-list', 'pricing list --provider openai --format json'],
  ['pricing-override-list', 'pricing override list --format json'],
  ['pricing-refresh', 'pricing refresh --from openrouter.json --dry-run --format json'],
  ['pricing-set-aside', 'pricing status --set-aside --format json'],
  ['pricing-show', 'pricing show gpt-4o --format json'],
  ['pricing-status', 'pricing status --format json'],
  ['quality', 'quality list --format json'],
  ['status', 'status --format json'],
  ['rejects', 'imports rejects 2 --format json'],
  ['realised', 'realised --format json'],
  ['realised', 'realised small --format json'],
  ['simulate', 'simulate --swap gpt-4o-mini=claude-haiku-4-5 --by customer --format json'],
  ['simulate', 'simulate --all --provider openai --where feature=summaries --period 2026-W43 --top 5 --format json'],
  ['waste', 'waste --format json'],
  ['why', 'why chatcmpl-0123456789abcdef --format json'],
];

/** What is wrong with the answer of a command line by its schema; a line that gives no answer at all is wrong, too. */
async function wrong(schema: string, line: string, ...more: string[]): Promise<unknown[]> {
  const { out, err, code } = await llmcost(...line.split(' '), ...more);
  // Nothing to simulate or to explain is an error, not an answer.
  if (out === '' && code === 4) return [];
  if (out === '' || code === 2) return [code, err.slice(0, 500)];
  return complaints(schema, JSON.parse(out));
}

describe('an answer keeps to its published schema', () => {
  test.each(ANSWERS)('%s: %s', async (schema, line) => {
    expect(await wrong(schema, line)).toEqual([]);
  });
});

describe('an answer about nothing keeps to it, too', () => {
  beforeAll(async () => {
    writeFileSync(join(cwd, 'nothing.jsonl'), '');
    await llmcost('import', 'nothing.jsonl', '--db', 'empty.duckdb');
  });

  test.each(
    ANSWERS.filter(([, line]) =>
      /^(report|attribute|dashboard|drift|explain|forecast|margin|waste|imports list)/.test(line),
    ),
  )('%s: %s', async (schema, line) => {
    expect(await wrong(schema, line, '--db', 'empty.duckdb')).toEqual([]);
  });
});

/** Questions about the place of a team, in the order of a push's life. {push} is the id of the push that stands there. */
const ABOUT_A_TEAM: [schema: keyof typeof SCHEMAS, line: string][] = [
  ['push', 'push place --machine here --dry-run'],
  ['push', 'push place --machine here'],
  ['push', 'push place --machine here'],
  ['sync', 'sync place --db synced.duckdb'],
  ['sync', 'sync place --db synced.duckdb'],
  ['team-status', 'team status place'],
  ['team-check', 'team check place'],
  ['team-compact', 'team compact place --machine here --before 2027-01'],
  ['team-remove', 'team remove {push} --dest place --machine here'],
  ['team-status', 'team status place'],
];

test('answers about a team keep to their schemas', async () => {
  expect(await llmcost('team', 'init', 'place', '-q')).toMatchObject({ code: 0 });
  for (const [schema, line] of ABOUT_A_TEAM) {
    const { out } = await llmcost('team', 'status', 'place', '--format', 'json');
    const { pushes = [] }: { pushes?: { push_id: string }[] } = JSON.parse(out);
    const id = pushes[0]?.push_id ?? '';
    const asked = `${line} --format json`.replace('{push}', id);
    expect([line, await wrong(schema, asked)]).toEqual([line, []]);
  }
});

test('what is written to a webhook, and while files are watched', async () => {
  const { out: check } = await llmcost('budget-check', '--all', '--at', '2026-10-31', '--format', 'json');
  const { rows } = JSON.parse(check);
  expect(rows.length).toBeGreaterThan(0);
  const message = webhookBody({
    subject: 'llmcost: 1 budget needs attention',
    lines: [],
    rows,
    at: '2026-10-31T00:00:00Z',
  });
  expect(complaints('notification', JSON.parse(message))).toEqual([]);
  const { out } = await llmcost('import', 'few.jsonl', '--dry-run', '--summary', 'json');
  const { files }: { files: ImportedFile[] } = JSON.parse(out);
  for (const file of files) {
    expect(complaints('import-watch', JSON.parse(watchedAsJson(file, new Date(0))))).toEqual([]);
  }
});

test('llmcost schema prints every schema, and refuses what is none; what an answer lacks or has too much is found', async () => {
  const { out } = await llmcost('schema');
  expect(out.split('\n').map((line) => line.split(' ')[0])).toEqual([...Object.keys(SCHEMAS), '']);
  const files = readdirSync(join(ROOT, 'schemas')).filter((name) => name.endsWith('.json'));
  expect([...files.map((name) => name.replace('.json', '')), 'config', 'report'].toSorted()).toEqual(
    Object.keys(SCHEMAS).toSorted(),
  );
  for (const name of Object.keys(SCHEMAS)) {
    const { $schema, title } = JSON.parse((await llmcost('schema', name)).out);
    expect([name, typeof $schema, typeof title]).toEqual([name, 'string', name === 'config' ? 'undefined' : 'string']);
  }
  const answered = new Set<string>([...ANSWERS, ...ABOUT_A_TEAM].map(([schema]) => schema));
  const others = Object.keys(SCHEMAS).filter((name) => !answered.has(name));
  expect(others).toEqual(['config', 'import-watch', 'notification']);
  expect(await llmcost('schema', 'nothing')).toMatchObject({ out: '', code: 2 });
  for (const name of ['waste', 'report']) {
    const answer = JSON.parse((await llmcost(name, '--format', 'json')).out);
    expect(complaints(name, answer)).toEqual([]);
    expect(complaints(name, { ...answer, more: 1 })).toEqual([expect.stringContaining('additional')]);
    expect(complaints(name, { ...answer, rows: undefined })).toEqual([expect.stringContaining('required')]);
    expect(complaints(name, { ...answer, schema: 'llmcost.other/1' })).toEqual([expect.stringContaining('constant')]);
  }
});
