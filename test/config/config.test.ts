import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import { readConfig } from '../../src/config/config.js';
import { pricesOf } from '../../src/config/prices.js';
import { UsageError } from '../../src/errors.js';
import { fakeIo } from '../fake_io.js';

const SECTIONS =
  'db, tz, period, metrics, theme, views, prices, plans, customers, rates, currency, formats, attribution, budgets, notify, team';

function folder(files: Record<string, string> = {}): string {
  const cwd = mkdtempSync(join(tmpdir(), 'llmcost-config-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
  return cwd;
}

/** What is wrong with a file. */
async function complaint(text: string): Promise<string> {
  try {
    await readConfig(undefined, fakeIo({ cwd: folder({ 'llmcost.yaml': text }) }));
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  throw new Error('nothing was wrong');
}

async function rows(text: string) {
  return pricesOf(await readConfig(undefined, fakeIo({ cwd: folder({ 'llmcost.yaml': text }) })));
}

test('the section prices as rows: money as it is written, two prices are two rows', async () => {
  const { aliases, overrides, flats } = await rows(`\
prices:
  aliases:
    - {model: my-deployment, provider: azure, is: azure/gpt-4o}
  overrides:
    - {model: 'openai/gpt-4o*', factor: 0.850, from: 2026-01-01, to: 2027-01-01, note: contract 4711}
    - model: openai/gpt-4o
      input: 2.10 per 1M
      output: 8.40
      tier: batch
    - {model: claude-*, provider: anthropic, discount: 15%, only: [input, output]}
  flat:
    - {name: gpu-a100, model: self_hosted/llama-3-70b, usd: 2.50, per: hour, from: 2026-01-01}
    - {name: ptu, provider: azure, usd: 5000, per: month, from: 2026-01-01, to: 2026-07-01}
`);
  expect(aliases).toEqual([
    {
      provider: 'azure',
      model: 'my-deployment',
      price_provider: 'azure',
      price_model: 'gpt-4o',
      note: null,
      where: 'llmcost.yaml:3: prices.aliases[0].is',
    },
  ]);
  const always = { service_tier: null, region: null, effective_from: null, effective_to: null, note: null };
  expect(overrides).toEqual([
    {
      ...always,
      provider: 'openai',
      model: 'gpt-4o*',
      dimension: null,
      raw_value: '0.850',
      raw_unit: 'factor',
      effective_from: '2026-01-01',
      effective_to: '2027-01-01',
      note: 'contract 4711',
      where: 'llmcost.yaml:5: prices.overrides[0]',
    },
    ...[
      { dimension: 'input', raw_value: '2.10' },
      { dimension: 'output', raw_value: '8.40' },
    ].map((amount) => ({
      ...always,
      ...amount,
      provider: 'openai',
      model: 'gpt-4o',
      raw_unit: 'per_mtok',
      service_tier: 'batch',
      where: 'llmcost.yaml:6: prices.overrides[1]',
    })),
    ...['input', 'output'].map((dimension) => ({
      ...always,
      dimension,
      provider: 'anthropic',
      model: 'claude-*',
      raw_value: '15',
      raw_unit: 'percent_off',
      where: 'llmcost.yaml:10: prices.overrides[2]',
    })),
  ]);
  expect(flats).toEqual([
    {
      provider: 'self_hosted',
      model: 'llama-3-70b',
      name: 'gpu-a100',
      usd: '2.50',
      per: 'hour',
      effective_from: '2026-01-01',
      effective_to: null,
      note: null,
      where: 'llmcost.yaml:12: prices.flat[0]',
    },
    {
      provider: 'azure',
      model: null,
      name: 'ptu',
      usd: '5000',
      per: 'month',
      effective_from: '2026-01-01',
      effective_to: '2026-07-01',
      note: null,
      where: 'llmcost.yaml:13: prices.flat[1]',
    },
  ]);
});

test('where it is looked for: the current folder, then those above; --config names another', async () => {
  const cwd = folder({ 'llmcost.yml': 'prices:\n', 'other.yaml': '' });
  const below = join(cwd, 'a', 'b');
  mkdirSync(below, { recursive: true });
  expect((await readConfig(undefined, fakeIo({ cwd: below }))).path).toBe(join(cwd, 'llmcost.yml'));
  expect((await readConfig('../../other.yaml', fakeIo({ cwd: below }))).path).toBe(join(cwd, 'other.yaml'));
  expect(pricesOf(await readConfig('other.yaml', fakeIo({ cwd })))).toEqual({ aliases: [], overrides: [], flats: [] });
  writeFileSync(join(below, 'llmcost.yaml'), 'wishes: 1\n');
  await expect(readConfig(undefined, fakeIo({ cwd: below }))).rejects.toThrow(
    `llmcost.yaml:1: wishes: is not known here. Known are: ${SECTIONS}.`,
  );
  await expect(readConfig('gone.yaml', fakeIo({ cwd }))).rejects.toThrow(
    'There is no configuration at gone.yaml.\nName a file that exists with --config PATH; without it, llmcost.yaml of the current folder or one above it is read.',
  );
  writeFileSync(join(cwd, 'llmcost.yaml'), '');
  await expect(readConfig(undefined, fakeIo({ cwd }))).rejects.toThrow(
    `There are both llmcost.yaml and llmcost.yml in ${cwd}.\nKeep one of them, or say which one with --config PATH.`,
  );
  await expect(readConfig('.', fakeIo({ cwd }))).rejects.toThrow(
    /cannot be read: EISDIR.*\nName another file with --config PATH\.$/,
  );
});

test('without a file there is no path, which is not a file without prices', async () => {
  const config = await readConfig(undefined, fakeIo({ cwd: '/' }));
  expect([config.path, config.prices]).toEqual([undefined, undefined]);
});

const ENTRY = 'prices:\n  overrides:\n    - model: openai/gpt-4o\n';

test.each([
  ['- 1\n', `llmcost.yaml:1: must have the keys ${SECTIONS}.`],
  ['prices: [1]\n', 'llmcost.yaml:1: prices: must have the keys aliases, overrides, flat.'],
  ['prices:\n  overrides: 3\n', 'llmcost.yaml:2: prices.overrides: must be a list: lines that begin with a dash.'],
  [
    'prices:\n  overide: 3\n',
    'llmcost.yaml:2: prices.overide: is not known here. Known are: aliases, overrides, flat.',
  ],
  [
    `${ENTRY}      factor: 11\n`,
    'llmcost.yaml:4: prices.overrides[0].factor: must be a number between 0 and 10, such as 0.85.',
  ],
  [
    `${ENTRY}      factor: -1\n`,
    'llmcost.yaml:4: prices.overrides[0].factor: must be a number between 0 and 10, such as 0.85.',
  ],
  [
    `${ENTRY}      factor: .nan\n`,
    'llmcost.yaml:4: prices.overrides[0].factor: must be a number between 0 and 10, such as 0.85.',
  ],
  [
    `${ENTRY}      discount: 101%\n`,
    'llmcost.yaml:4: prices.overrides[0].discount: must be a percentage from 0% to 100%, such as 15%.',
  ],
  [
    `${ENTRY}      input: 1e3\n`,
    "llmcost.yaml:4: prices.overrides[0].input: must be USD per million tokens as a plain decimal number, such as 2.10, or with its unit, such as '0.0021 per 1K'.",
  ],
  [
    `${ENTRY}      pages: -0.01\n`,
    "llmcost.yaml:4: prices.overrides[0].pages: must be USD for one as a plain decimal number, such as 0.01, or with its unit, such as '10 per 1K'.",
  ],
  [
    `${ENTRY}      note: x\n`,
    'llmcost.yaml:3: prices.overrides[0]: must have a price (input, output, …), a factor or a discount.',
  ],
  [
    `${ENTRY}      input: 2\n      factor: 0.9\n`,
    'llmcost.yaml:3: prices.overrides[0]: must have either prices, a factor or a discount, not several.',
  ],
  [
    `${ENTRY}      input: 2\n      only: [input]\n`,
    'llmcost.yaml:5: prices.overrides[0].only: goes with factor or discount: a price is for what it names.',
  ],
  [
    `${ENTRY}      factor: 0.9\n      only: [inputs]\n`,
    'llmcost.yaml:5: prices.overrides[0].only[0]: must be input, output or another price.',
  ],
  [
    `${ENTRY}      input: 2\n      from: 2026-02-30\n`,
    'llmcost.yaml:5: prices.overrides[0].from: must be a day, written YYYY-MM-DD.',
  ],
  [
    `${ENTRY}      input: 2\n      from: 2026-03-01\n      to: 2026-03-01\n`,
    'llmcost.yaml:6: prices.overrides[0].to: must be after from, 2026-03-01: it is the first day that is out.',
  ],
  [
    'prices:\n  overrides:\n    - {model: /gpt-4o, input: 2}\n',
    "llmcost.yaml:3: prices.overrides[0].model: must be a model, such as openai/gpt-4o or 'azure/gpt-4*'.",
  ],
  [
    'prices:\n  overrides:\n    - input: 2\n',
    "llmcost.yaml:3: prices.overrides[0].model: is missing: it must be a model, such as openai/gpt-4o or 'azure/gpt-4*'.",
  ],
  [
    'prices:\n  aliases:\n    - {model: x, is: gpt-4o}\n',
    'llmcost.yaml:3: prices.aliases[0].is: must be a model of the price book, such as azure/gpt-4o.',
  ],
  [
    'prices:\n  flat:\n    - {name: a, usd: -5, per: hour, from: 2026-01-01}\n',
    'llmcost.yaml:3: prices.flat[0].usd: must be USD as a plain decimal number, such as 2.50.',
  ],
  [
    'prices:\n  flat:\n    - {name: a, usd: 5, per: week, from: 2026-01-01}\n',
    'llmcost.yaml:3: prices.flat[0].per: must be one of hour, day, month.',
  ],
  ['prices: *x\n', 'llmcost.yaml:1: *x: no anchor of this name comes before it.'],
  ['prices: &x\n  flat: *x\n', 'llmcost.yaml:2: *x: the anchor refers to itself.'],
  ['prices:\nprices:\n', 'llmcost.yaml:2: prices: stands there twice.'],
  ['prices: [1\n', 'llmcost.yaml:2: flow sequence in block collection must be sufficiently indented and end with a ].'],
])('%j', async (text, message) => {
  expect(await complaint(text)).toBe(message);
});

test('all problems at once, in the order of the file, ten at most', async () => {
  const lines = Array.from({ length: 12 }, (_, n) => `    - {model: m${n}, factor: 11}\n`).join('');
  const told = (await complaint(`other: 1\nprices:\n  overrides:\n${lines}`)).split('\n');
  expect(told).toHaveLength(11);
  expect(told[0]).toBe(`llmcost.yaml:1: other: is not known here. Known are: ${SECTIONS}.`);
  expect(told[1]).toBe('llmcost.yaml:4: prices.overrides[0].factor: must be a number between 0 and 10, such as 0.85.');
  expect(told[10]).toBe('… and 3 more.');
});

test('anchors may be used again', async () => {
  const { overrides } = await rows(`\
prices:
  overrides:
    - {model: a, factor: &share 0.10}
    - {model: b, factor: *share}
`);
  expect(overrides.map(({ raw_value }) => raw_value)).toEqual(['0.10', '0.10']);
});

test('llmcost schema config: what an editor needs to check the file', async () => {
  const io = fakeIo();
  await main(['schema', 'config'], io);
  const schema = JSON.parse(io.out());
  expect(schema).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    additionalProperties: false,
    properties: {
      prices: {
        properties: {
          overrides: {
            type: 'array',
            items: {
              required: ['model'],
              additionalProperties: false,
              properties: {
                input: { type: ['string', 'number'], description: expect.stringMatching(/^Must be USD per million/) },
                from: { type: 'string', format: 'date' },
                only: { type: 'array' },
              },
            },
          },
          flat: {
            items: {
              required: ['name', 'usd', 'per', 'from'],
              properties: { per: { enum: ['hour', 'day', 'month'] } },
            },
          },
        },
      },
    },
  });
});

test('a format that cannot be: every problem by line and key', async () => {
  expect(
    await complaint(`\
formats:
  - name: my format
    reads: xml
    signature: []
    columns: { model: m, timestamp: { from: t, zone: Mars } }
  - name: b
    reads: jsonl
    records: data[*]
    signature: [a]
    columns: { model: m, timestamp: t }
  - name: c
    reads: json
    records: data
    signature: [a]
    columns: { model: { from: m, unit: s }, timestamp: t }
  - name: d
    reads: csv
    signature: [a]
    columns: { customer: { from: m, zone: UTC }, timestamp: { from: t, format: '%Q' } }
    set: { latency_ms: 5 }
  - { name: e, reads: csv, signature: [a], columns: { model: m } }
  - { name: f, reads: csv, signature: [a], columns: { model: m, timestamp: t, latency_ms: { from: d, unit: hours } } }
`),
  ).toBe(`\
llmcost.yaml:2: formats[0].name: must be a name of letters, digits, dots and dashes.
llmcost.yaml:3: formats[0].reads: must be one of csv, jsonl, json.
llmcost.yaml:5: formats[0].columns.timestamp.zone: must be a time zone, such as Europe/Berlin.
llmcost.yaml:8: formats[1].records: goes with reads: json.
llmcost.yaml:13: formats[2].records: must be the path of a list, such as data[*] or data[*].results[*].
llmcost.yaml:15: formats[2].columns.model: has no unit: it is no duration, count or cost.
llmcost.yaml:19: formats[3].columns.timestamp.format: must be epoch_s, epoch_ms, epoch_us, epoch_ns or a pattern such as '%d.%m.%Y %H:%M:%S', as strptime takes it.
llmcost.yaml:20: formats[3].set.latency_ms: is not known here. Known are: timestamp, request_id, trace_id, customer, user_id, session_id, provider, model, request_model, operation, service_tier, speed, region, feature, environment, billed_currency, tag:NAME.
llmcost.yaml:21: formats[4].columns: must say where the timestamp stands, or set must have it.
llmcost.yaml:22: formats[5].columns.latency_ms: cannot be in 'hours': its unit must be one of s, ms, us, ns.`);
  expect(
    await complaint('formats:\n  - { name: a, reads: csv, signature: [], columns: { model: m, clients: c } }\n'),
  ).toContain('llmcost.yaml:2: formats[0].columns.clients: is not known here. Known are: request_id, trace_id,');
  expect(await complaint('formats:\n  - { name: a, reads: csv, signature: [], columns: { model: m } }\n')).toBe(
    'llmcost.yaml:2: formats[0].signature: must name at least one thing that only such files have.',
  );
});

test('a file that grows without end behind its aliases, or is nested too deeply, is refused at once', async () => {
  const levels = Array.from({ length: 10 }, (_, level) =>
    level === 0 ? 'a0: &a0 [x, x, x, x, x, x, x, x, x]' : `a${level}: &a${level} [${`*a${level - 1}, `.repeat(9)}]`,
  );
  expect(await complaint(levels.join('\n'))).toContain(
    'has more than 100000 values, those that aliases repeat included.',
  );
  expect(await complaint(`prices: ${'['.repeat(500)}${']'.repeat(500)}`)).toContain('is nested too deeply.');
  expect(await complaint(`prices: ${'['.repeat(200_000)}`)).toContain('is nested too deeply.');
});

test('text that the database cannot keep is named with its line', async () => {
  expect(await complaint('budgets:\n  - name: "a\\0b"\n    limit: 1 USD\n')).toBe(
    'llmcost.yaml:2: budgets[0].name: has a NUL character in it, which is no text.',
  );
  expect(await complaint('budgets:\n  - name: "a\\ud800b"\n    limit: 1 USD\n')).toBe(
    'llmcost.yaml:2: budgets[0].name: has half of a surrogate pair in it, which is no text.',
  );
});
