import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import { withStore } from '../../src/store/store.js';
import { fakeIo } from '../fake_io.js';
import { addUsage } from '../query/usage_rows.js';
import { CHROMIUM, launch, open, painted, WHERE } from './browser.js';
import { HOSTILE } from './invented.js';

const cwd = mkdtempSync(join(tmpdir(), 'llmcost-report-page-'));

beforeAll(() =>
  withStore(join(cwd, 'llmcost.duckdb'), { access: 'write' }, (store) =>
    addUsage(store, [
      { occurred_at: '2026-09-01 10:00:00', model: 'big', customer: HOSTILE.script, cost: '12.5', latency_ms: 900 },
      { occurred_at: '2026-09-01 11:00:00', model: 'small', customer: 'acme', cost: '0.5', latency_ms: 100 },
      { occurred_at: '2026-09-03 10:00:00', model: 'big', customer: 'acme', cost: '3', latency_ms: 500 },
      { occurred_at: '2026-09-03 10:00:00', model: 'new', customer: HOSTILE.image, cost: null },
    ]),
  ),
);

async function report(...argv: string[]): Promise<string> {
  const io = fakeIo({ cwd });
  await main(['report', '--format', 'html', '-o', 'page.html', ...argv], io);
  expect([io.exitCode(), io.out()]).toEqual([0, '']);
  return readFileSync(join(cwd, 'page.html'), 'utf8');
}

test('a terminal gets no page', async () => {
  const io = fakeIo({ cwd, columns: 80 });
  await main(['report', '--format', 'html'], io);
  expect(io.exitCode()).toBe(2);
  expect(io.err()).toContain('A page is for a browser, not for a terminal.');
});

describe.skipIf(CHROMIUM === undefined)(WHERE, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  const seen = async (...argv: string[]) => {
    const { page, complaints } = await open(browser, await report(...argv));
    const texts = (selector: string) => page.locator(selector).allTextContents();
    const chart = page.locator('figure');
    const answer = {
      title: await page.locator('h1').textContent(),
      kind: await chart.getAttribute('data-chart'),
      stacked: (await chart.getAttribute('data-stacked')) !== null,
      series: (await texts('figure thead th')).slice(1),
      numbers: await texts('figure tbody tr'),
      rows: await texts('table.sortable tbody tr'),
      footer: await texts('table.sortable tfoot tr'),
      drawn: (await painted(page)).every((part) => part > 0.01),
      complaints,
    };
    await page.close();
    return answer;
  };

  test('names lie beside bars, in the order of the table', async () => {
    const { title, kind, numbers, rows, drawn, complaints } = await seen('--by', 'customer', '--metrics', 'cost');
    expect(title).toBe('LLM usage by customer');
    expect(kind).toBe('bars');
    expect(numbers).toEqual([`${HOSTILE.script}$12.50`, 'acme$3.50', `${HOSTILE.image}unpriced`]);
    expect(rows[0]).toContain(`${HOSTILE.script}1$12.50`);
    expect(drawn).toBe(true);
    expect(complaints).toEqual([]);
  });

  test('costs stand over time, stacked by what else is asked for', async () => {
    const { kind, stacked, series, numbers, footer } = await seen('--by', 'day,model', '--metrics', 'requests,cost');
    expect([kind, stacked]).toEqual(['columns', true]);
    expect(series).toEqual(['big', 'small', 'new']);
    expect(numbers).toEqual(['2026-09-01$12.50$0.50–', '2026-09-03$3.00–unpriced']);
    expect(footer[0]).toMatch(/^total4\$16\.00/);
  });

  test('what cannot be added up is a line for each metric of its unit', async () => {
    const { kind, series, numbers } = await seen('--by', 'day', '--metrics', 'p50,requests,latency_max');
    expect([kind, series]).toEqual(['lines', ['latency p50', 'latency max']]);
    expect(numbers).toEqual(['2026-09-01100 ms900 ms', '2026-09-03500 ms500 ms']);
  });

  test('a series stands in spans without gaps, the others of --top together', async () => {
    const { kind, series, numbers, rows } = await seen(
      '--every',
      'day',
      '--by',
      'model',
      '--top',
      '1',
      '--metrics',
      'cost',
    );
    expect([kind, series]).toEqual(['columns', ['big', '(other)']]);
    expect(numbers).toEqual(['2026-09-01$12.50$0.50', '2026-09-02$0.00$0.00', '2026-09-03$3.00unpriced']);
    // Without the line that a terminal draws with letters.
    expect(rows[0]).toMatch(/^big2\$15\.50[^▁-█]*$/);
  });

  test('weekdays and hours of the day: a column for each hour', async () => {
    const { series, numbers } = await seen('--heatmap', '--metrics', 'requests');
    expect(series).toHaveLength(7);
    // Tuesday 1 and Thursday 3 September 2026.
    expect(numbers[10]).toBe('10:00–1–2–––');
    expect(numbers[11]).toBe('11:00–1–––––');
  });

  test('a comparison: what was and is, and why the cost changed, to the last digit', async () => {
    const line = '--by model --since 2026-09-03 --until 2026-09-05 --compare 2026-09-01 --metrics requests,cost';
    const { page, complaints } = await open(browser, await report(...line.split(' ')));
    const figures = await page.locator('.figure').allTextContents();
    // 13 dollars of two calls on the 1st, 3 dollars of one priced call on the 3rd: 10 ÷ 13 = 76.92 % less.
    expect(figures[1]).toBe('Cost$3.00▼ -76.92%was $13.00');
    const kinds = await page.locator('figure').evaluateAll((all) => all.map((one) => one.getAttribute('data-chart')));
    expect(kinds).toEqual(['bars', 'waterfall']);
    const steps = page.locator('figure').last().locator('tbody tr');
    const amounts = await steps
      .locator('td')
      .evaluateAll((all) => all.map((one) => Number(one.getAttribute('data-v'))));
    const [before, ...rest] = amounts;
    const now = rest.pop();
    expect([before, now]).toEqual([13, 3]);
    expect(13 + rest.reduce((sum, part) => sum + part, 0)).toBeCloseTo(3, 9);
    expect((await painted(page)).every((part) => part > 0.01)).toBe(true);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('a comparison of series: the days of both periods beside each other', async () => {
    const line = '--every day --since 2026-09-03 --until 2026-09-05 --compare 2026-09-01 --metrics cost,requests';
    const { page, complaints } = await open(browser, await report(...line.split(' ')));
    const rows = await page
      .locator('table.sortable tbody tr')
      .evaluateAll((all) =>
        all.map((row) => [...row.querySelectorAll('td')].slice(0, 4).map((cell) => cell.textContent)),
      );
    expect(rows).toEqual([
      ['2026-09-03', '2026-09-01', '$3.00', '$13.00'],
      ['2026-09-04', '–', '$0.00', '$0.00'],
    ]);
    const drawn = page.locator('figure').first();
    expect(await drawn.getAttribute('data-chart')).toBe('columns');
    expect(await drawn.locator('tbody tr').allTextContents()).toEqual(['2026-09-03$13.00$3.00', '2026-09-04–$0.00']);
    expect(await page.locator('caption').count()).toBe(await page.locator('table').count());
    expect((await painted(page)).every((part) => part > 0.01)).toBe(true);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
