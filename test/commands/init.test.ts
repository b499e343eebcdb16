import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import { readSections } from '../../src/config/sections.js';
import { fakeIo } from '../fake_io.js';
import { call, newWorld, type World } from '../import/world.js';

let world: World;

const NASTY = 'a"b\n- limit: 0 USD # \u2028\u0085 {';

/**
 * It is noon of 15 October 2026. September: 50,000 requests' worth of gpt-4o for acme and one for a customer with a wild name; a model
 * without a price; October: another call, which is of no whole month.
 */
beforeAll(async () => {
  world = await newWorld();
  world.write(
    'calls.jsonl',
    [
      // 10 million input tokens at $2.50 and 100 output tokens at $10 a million: $25.001
      call('r-1', {
        timestamp: '2026-09-03T10:00:00Z',
        customer: 'acme',
        feature: 'chat',
        input_tokens: 10_000_000,
        output_tokens: 100,
      }),
      call('r-2', {
        timestamp: '2026-09-04T10:00:00Z',
        customer: NASTY,
        feature: 'chat',
        input_tokens: 60_000_000,
        output_tokens: 0,
      }),
      call('r-3', { timestamp: '2026-10-04T10:00:00Z', customer: 'acme', input_tokens: 900_000_000 }),
      call('r-4', { timestamp: '2026-08-04T10:00:00Z', model: 'house-model', customer: 'acme' }),
    ].join('\n'),
  );
  await world.imported(['calls.jsonl']);
});

/** The file with every line that only has to lose its #. */
function uncommented(text: string): string {
  return text.replaceAll(/^#(?! \S)/gm, '');
}

test('writes what was seen: a budget of the last whole month, the names, and prices that are missing', async () => {
  const { out, err, code } = await world.llmcost(['init']);
  expect([out, err, code]).toEqual(['', 'llmcost.yaml is written. Look it over, then: llmcost budget-check\n', 0]);
  const text = readFileSync(join(world.cwd, 'llmcost.yaml'), 'utf8');
  // 25.001 + 150 = 175.001 USD in September; two digits up: 180
  expect(text).toContain('# 2026-09 cost USD 175.00;');
  expect(text).toContain('{name: all, period: month, limit: 180 USD, warn_at: 80%}');
  expect(text).toContain('group_by: [customer], period: month, limit: 150 USD, level: warn}');
  expect(text).toContain('- {model: "house-model", is: provider/model}');
  expect(readSections(text, 'llmcost.yaml').budgets).toHaveLength(1);
  const whole = readSections(uncommented(text), 'llmcost.yaml');
  expect(whole.budgets?.map(({ name }) => name)).toEqual(['all', 'each customer']);
  expect(Object.keys(whole.customers ?? {}).toSorted()).toEqual([NASTY, 'acme']);
  expect(Object.keys(whole.views ?? {})).toEqual(['weekly', 'customers']);
  const check = await world.llmcost(['budget-check', '--format', 'json', '--at', '2026-09-30', '-q']);
  expect(JSON.parse(check.out)).toMatchObject({
    rows: [{ rule: 'all', limit: '180.000000000000000000', used: '175.001000000000000000', verdict: 'warn' }],
  });
});

test('nothing is replaced but with --force; --stdout and -o write elsewhere', async () => {
  writeFileSync(join(world.cwd, 'llmcost.yaml'), '# mine\n');
  const refused = await world.llmcost(['init']);
  expect(refused.code).toBe(2);
  expect(refused.err).toBe(
    'llmcost: llmcost.yaml is there already and was left as it is.\nSee what would be written with --stdout, name another file with -o FILE, or replace it with --force.\n',
  );
  const shown = await world.llmcost(['init', '--stdout']);
  expect(shown.out).toContain('limit: 180 USD');
  expect(readFileSync(join(world.cwd, 'llmcost.yaml'), 'utf8')).toBe('# mine\n');
  expect((await world.llmcost(['init', '-o', 'other.yaml', '-q'])).err).toBe('');
  expect(readFileSync(join(world.cwd, 'other.yaml'), 'utf8')).toBe(shown.out);
  expect((await world.llmcost(['init', '--force', '-o', 'llmcost.duckdb'])).code).toBe(2);
  expect((await world.llmcost(['init', '-o', 'llmcost.yml'])).code).toBe(2);
  expect((await world.llmcost(['init', '--force'])).code).toBe(0);
  expect(readFileSync(join(world.cwd, 'llmcost.yaml'), 'utf8')).toBe(shown.out);
});

test('without a database there is a file to begin with, and no database afterwards', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'llmcost-init-'));
  const io = fakeIo({ cwd });
  await main(['init'], io);
  expect(io.exitCode()).toBe(0);
  expect(existsSync(join(cwd, 'llmcost.duckdb'))).toBe(false);
  const text = readFileSync(join(cwd, 'llmcost.yaml'), 'utf8');
  expect(Object.keys(readSections(text, 'llmcost.yaml'))).toEqual(['views', 'where']);
  const whole = readSections(uncommented(text), 'llmcost.yaml');
  expect([whole.db, whole.tz, whole.period, whole.metrics, whole.theme]).toEqual([
    ...['llmcost.duckdb', 'system', 'this month', 'cost,requests', 'dark'],
  ]);
  expect(whole.budgets).toMatchObject([{ limit: { amount: '100' } }]);
});
