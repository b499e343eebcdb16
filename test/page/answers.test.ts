import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pageText } from '../../src/commands/page.js';
import { columnsOf } from '../../src/render/document.js';
import { newWorld, type World } from '../import/world.js';
import { CHROMIUM, launch, open, painted, WHERE } from './browser.js';

const DEMO = fileURLToPath(new URL('../../fixtures/demo/calls.jsonl.gz', import.meta.url));

let world: World;

/** The demo, with answers of one feature that are longer from one day on. */
beforeAll(async () => {
  const lines = gunzipSync(readFileSync(DEMO)).toString().split('\n');
  const late = /2026-10-(2[5-9]|3.)T.*support-chat/;
  const longer = lines.map((line) => (late.test(line) ? line.replace('"output_tokens":', '$&1') : line));
  world = await newWorld();
  world.write('longer.jsonl', longer.join('\n'));
  await world.imported(['longer.jsonl']);
});

async function page(...argv: string[]): Promise<string> {
  const { out, code } = await world.llmcost([...argv, '--format', 'html', '-o', 'page.html', '-q']);
  expect([code, out]).toEqual([0, '']);
  return readFileSync(join(world.cwd, 'page.html'), 'utf8');
}

/** Each command that can answer with a page: its title, and the kinds of its charts. */
const PAGES: [string, string, string[]][] = [
  ['drift --until 2026-11-01', 'What changed', ['bars']],
  ['drift --until 2026-10-25', 'What changed', []],
];

describe.skipIf(CHROMIUM === undefined)(WHERE, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  test.each(PAGES)('%s', async (line, title, charts) => {
    const seen = await open(browser, await page(...line.split(' ')), { viewport: { width: 375, height: 800 } });
    expect(await seen.page.locator('h1').textContent()).toBe(title);
    const figures = seen.page.locator('figure');
    expect(await figures.evaluateAll((all) => all.map((one) => one.getAttribute('data-chart')))).toEqual(charts);
    for (const part of await painted(seen.page)) expect(part).toBeGreaterThan(0.01);
    expect(await seen.page.evaluate(() => document.documentElement.scrollWidth)).toBe(375);
    expect(seen.complaints).toEqual([]);
    await seen.page.close();
  });

  test('a table of texts is sorted by the numbers they show', async () => {
    const rows = ['$1,234.50', '≥ $20.00', '-$3.00', '–', '0.25 … 7'].map((text) => [text]);
    const table = { columns: columnsOf(['amount', 'right']), rows, footer: [] };
    const text = await pageText({
      json: {},
      head: [],
      body: [{ type: 'table', title: 'Amounts', table }],
      notes: [],
      page: { title: 't', subtitle: '', footer: [] },
    });
    const seen = await open(browser, text);
    await seen.page.getByRole('button', { name: 'amount' }).click();
    expect(await seen.page.locator('tbody td').allTextContents()).toEqual([
      '$1,234.50',
      '≥ $20.00',
      '0.25 … 7',
      '-$3.00',
      '–',
    ]);
    await seen.page.close();
  });
});
