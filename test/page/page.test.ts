import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pageText } from '../../src/commands/page.js';
import { writeDocument } from '../../src/commands/question.js';
import { columnsOf } from '../../src/render/document.js';
import { html } from '../../src/render/page/html.js';
import { fakeIo } from '../fake_io.js';
import { CHROMIUM, launch, type Opened, open, painted, WHERE } from './browser.js';
import { HOSTILE, inventedPage } from './invented.js';

describe('the file', () => {
  test('texts are escaped in elements and attributes, and lose what steers a terminal', () => {
    const name = `<b>"'&\u001b[31mred\u001b[0m\u202e`;
    expect(String(html`<td title="${name}">${name}</td>${[html`<i>${1}</i>`]}${undefined}`)).toBe(
      '<td title="&lt;b&gt;&quot;&#39;&amp;red">&lt;b&gt;&quot;&#39;&amp;red</td><i>1</i>',
    );
  });

  test('names no address to load from, and says whose code it carries', async () => {
    const text = await pageText(inventedPage());
    expect(text).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(text).not.toMatch(/\s(src|href)="(?!data:,")/);
    expect(text).not.toContain('sourceMappingURL');
    expect(text).toContain('Permission is hereby granted, free of charge');
    expect(Buffer.byteLength(text)).toBeLessThan(400_000);
    expect(text).toContain(`default-src &#39;none&#39;; script-src &#39;sha256-`);
    expect(text.match(/<script/g)).toHaveLength(5);
  });

  test('of many rows the first 200 are in it, and it says how many are not', async () => {
    const page = inventedPage();
    const rows = Array.from({ length: 12_345 }, (_, at) => [`customer-${at}`, { text: '1', value: 1 }]);
    const table = { columns: columnsOf('customer', ['requests', 'right']), rows, footer: [] };
    const text = await pageText({ ...page, body: [{ type: 'table', title: 'Customers', table }] });
    expect(text).toContain('customer-199<');
    expect(text).not.toContain('customer-200<');
    expect(text).toContain('The first 200 of 12,345 rows, and 12,145 more; --format csv has all.');
  });

  test('is not poured onto a terminal', async () => {
    const seen = fakeIo({ columns: 80 });
    await expect(writeDocument(inventedPage(), { format: 'html', color: false }, seen)).rejects.toThrow(
      'A page is for a browser, not for a terminal.\nName a file, for example -o report.html, or send it on with a pipe.',
    );
    const piped = fakeIo();
    await writeDocument(inventedPage(), { format: 'html', color: false }, piped);
    expect(piped.out()).toContain('</html>');
  });
});

describe.skipIf(CHROMIUM === undefined)(WHERE, () => {
  let browser: Browser;
  let wide: Opened;
  let text: string;

  beforeAll(async () => {
    [browser, text] = await Promise.all([launch(), pageText(inventedPage())]);
    wide = await open(browser, text);
  });
  afterAll(() => browser?.close());

  const column = (at: number) =>
    wide.page.locator(`table.sortable tbody tr:visible td:nth-child(${at})`).allTextContents();

  test('every chart is drawn, and nothing complains', async () => {
    const parts = await painted(wide.page);
    expect(parts).toHaveLength(5);
    for (const part of parts) expect(part).toBeGreaterThan(0.01);
    expect(wide.complaints).toEqual([]);
  });

  test('names are text, however they look', async () => {
    expect(await column(1)).toEqual([
      HOSTILE.script,
      HOSTILE.image,
      HOSTILE.formula,
      HOSTILE.japanese,
      'redover',
      `${'x'.repeat(60)}…${'x'.repeat(59)}`,
      'acme',
      'globex',
      '(other)',
    ]);
    expect(await wide.page.locator('img, main script').count()).toBe(0);
  });

  test('a policy stops what is not ours', async () => {
    const { page, complaints } = await open(
      browser,
      text.replace('<footer>', '<script>alert(3)</script><img src="http://127.0.0.1:9/x.png"><footer>'),
    );
    expect(complaints.join('\n')).toMatch(/script-src/);
    expect(complaints.join('\n')).toMatch(/img-src/);
    expect(complaints.filter((line) => line.startsWith('dialog'))).toEqual([]);
    await page.close();
  });

  test('tables are sorted by click and by keyboard; what has no value comes last', async () => {
    const head = (name: string) => wide.page.locator('table.sortable').getByRole('button', { name, exact: true });
    await head('cost').click();
    expect(await column(3)).toEqual(['$10.00', '$9.00', '$8.00', '$6.00', '$5.00', '$4.00', '$2.00', '$1.00', '$0.00']);
    expect(await wide.page.locator('th[aria-sort="descending"]').textContent()).toBe('cost');
    await head('p95').press('Enter');
    expect((await column(4)).slice(-2)).toEqual(['900 ms', '–']);
    await head('p95').press('Enter');
    expect(await column(4)).toEqual([
      '900 ms',
      '1010 ms',
      '1230 ms',
      '1340 ms',
      '1450 ms',
      '1560 ms',
      '1670 ms',
      '1780 ms',
      '–',
    ]);
    await head('customer').click();
    expect((await column(1)).slice(-4, -1)).toEqual(['globex', 'redover', `${'x'.repeat(60)}…${'x'.repeat(59)}`]);
    expect(await wide.page.locator('tfoot td').first().textContent()).toBe('total');
  });

  test('tables are filtered by words', async () => {
    const filter = wide.page.getByRole('searchbox', { name: 'Filter the rows of Customers' });
    await filter.fill('acme 460');
    expect(await column(1)).toEqual(['acme']);
    expect(await wide.page.locator('.filter output').textContent()).toBe('1 of 9 rows; the total is of all rows');
    await filter.fill('');
    expect(await column(1)).toHaveLength(9);
  });

  test('a chart tells its numbers in a table, and hides a series on demand', async () => {
    const figure = wide.page.locator('figure').first();
    const [before = 0] = await painted(wide.page);
    await figure.getByRole('button', { name: '(other)' }).click();
    const [after = 0] = await painted(wide.page);
    expect(after).not.toBe(before);
    await figure.getByText('Numbers').click();
    expect(await figure.locator('tbody tr').first().locator('td').first().textContent()).toBe('$0.00');
    expect(await figure.locator('tbody tr').count()).toBe(31);
  });

  test('a phone shows it without scrolling sideways', async () => {
    const { page, complaints } = await open(browser, text, { viewport: { width: 375, height: 800 } });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(375);
    const boxes = await page
      .locator('.card, .figure, canvas')
      .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().right));
    expect(Math.max(...boxes)).toBeLessThanOrEqual(375);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('it is dark where the screen is, and changes while it is open', async () => {
    const { page } = await open(browser, text, { colorScheme: 'dark' });
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await paper()).toBe('rgb(18, 22, 28)');
    const bar = () =>
      page
        .locator('figure canvas')
        .first()
        .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    const dark = await bar();
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await paper()).toBe('rgb(245, 246, 248)');
    expect(await bar()).not.toBe(dark);
    await page.close();
  });

  test('on paper it is light, and without what can only be clicked', async () => {
    const { page, complaints } = await open(browser, text, { colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--ink').trim())).toBe(
      '#1b2430',
    );
    expect(await page.locator('.filter').isVisible()).toBe(false);
    expect((await page.pdf({ format: 'A4' })).length).toBeGreaterThan(20_000);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('without scripts all numbers are there', async () => {
    const { page } = await open(browser, text, { javaScriptEnabled: false });
    expect(await page.locator('table.sortable tbody tr').count()).toBe(9);
    expect(await page.locator('figure table').first().locator('tbody tr').count()).toBe(31);
    await page.close();
  });
});
