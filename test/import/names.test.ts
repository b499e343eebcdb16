import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import { call, newWorld } from './world.js';

const UNSEEN = ['\ufeff', '\u200b', '\u00a0', '\u2060', ' ', '\t', '\u0000'];

test('what nobody sees at the ends of a name is no part of it', async () => {
  const world = await newWorld();
  const lines = UNSEEN.flatMap((mark, index) => [
    call(`before${index}`, { model: `${mark}gpt-4o`, provider: `${mark}openai`, customer: `${mark}acme` }),
    call(`after${index}`, { model: `gpt-4o${mark}`, service_tier: `standard${mark}`, customer: `acme${mark}` }),
    call(`only${index}`, { feature: mark, customer: mark }),
  ]);
  world.write('calls.jsonl', `${lines.join('\n')}\n`);
  await world.imported(['calls.jsonl']);
  const found = await world.rows(sql`
    select distinct model, provider, service_tier, feature, customer, cost_status from usage order by all`);
  const same = { model: 'gpt-4o', provider: 'openai', feature: null, cost_status: 'computed' };
  expect(found).toEqual([
    { ...same, service_tier: 'standard', customer: 'acme' },
    { ...same, service_tier: null, customer: 'acme' },
    { ...same, service_tier: null, customer: null },
  ]);
});

test('names with such a character inside, or of other letters, stay as they are', async () => {
  const world = await newWorld();
  const names = ['東京', 'a\u200bb', 'a\ufeffb', 'naïve'];
  world.write(
    'calls.jsonl',
    `${names.map((name, index) => call(`c${index}`, { feature: name, customer: name })).join('\n')}\n`,
  );
  await world.imported(['calls.jsonl']);
  const found = await world.rows<{ feature: string; customer: string }>(
    sql`select feature, customer from usage order by request_id`,
  );
  expect(found).toEqual(names.map((name) => ({ feature: name, customer: name })));
});

test('pipes in a folder, and links to one, are passed over', async () => {
  const world = await newWorld();
  mkdirSync(join(world.cwd, 'logs'));
  world.write('logs/calls.jsonl', `${call('one')}\n`);
  execFileSync('mkfifo', [join(world.cwd, 'pipe'), join(world.cwd, 'logs/own.jsonl')]);
  symlinkSync('../pipe', join(world.cwd, 'logs/linked.jsonl'));
  for (const path of ['logs', 'logs/*.jsonl']) {
    const files = await world.imported([path]);
    expect(files.map(({ source }) => source)).toEqual(['logs/calls.jsonl']);
  }
  const { code, err } = await world.llmcost(['report', '--db', 'pipe']);
  expect(code).toBe(6);
  expect(err).toContain('a pipe, socket or device, not a file');
});

test('a record of CSV longer than a whole buffer is counted and named, packed or not', async () => {
  const world = await newWorld();
  const header = 'timestamp,model,input_tokens,output_tokens,customer\n';
  const small = '2026-10-01T08:00Z,gpt-4o,1,2,x\n';
  world.write('calls.csv', `${header}2026-10-01T08:00Z,gpt-4o,1,2,"${'y'.repeat(70_000_000)}"\n${small}`);
  const [file] = await world.imported(['calls.csv']);
  expect(file).toMatchObject({ lines: 2, imported: 1, rejected: 1 });
  expect(file?.rejects).toEqual([{ line: 2, field: '', reason: 'is longer than 32 MB' }]);
});
