import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import { withStore } from '../../src/store/store.js';
import { fakeIo } from '../fake_io.js';
import { addUsage, type UsageRow } from '../query/usage_rows.js';
import { CHROMIUM, launch, open, painted, WHERE } from './browser.js';
import { HOSTILE } from './invented.js';

const cwd = mkdtempSync(join(tmpdir(), 'llmcost-dashboard-'));
const CUSTOMERS = 3000;

/** 3,000 customers over 90 days, some with names that would do harm, twenty models, errors, latencies. */
function rows(): UsageRow[] {
  const hostile = Object.values(HOSTILE);
  return Array.from({ length: CUSTOMERS }, (_, at) => ({
    occurred_at: new Date(Date.UTC(2026, 6, 3) + ((at * 7919) % 90) * 86_400_000).toISOString().replace('Z', ''),
    provider: 'p',
    model: hostile[at % 26] ?? `model-${at % 26}`,
    customer: hostile[at] ?? `customer-${at}-with-a-name-of-some-length`,
    feature: hostile[at % 9] ?? `feature-${at % 9}`,
    cost: at % 50 === 7 ? null : `${(at % 17) + 1}.25`,
    status: at % 10 === 0 ? 'error' : 'ok',
    error_class: at % 10 === 0 ? ['rate_limit', 'timeout', 'server_error'][at % 3] : undefined,
    latency_ms: (at % 40) * 100,
    input: 100,
    cache_read: 50,
    output: 10,
  }));
}

async function run(...argv: string[]): Promise<{ out: string; err: string; code: number }> {
  const io = fakeIo({ cwd, now: '2026-10-15T12:00:00Z' });
  await main(argv, io);
  return { out: io.out(), err: io.err(), code: io.exitCode() };
}

let text: string;
let said: string;

beforeAll(async () => {
  await withStore(join(cwd, 'llmcost.duckdb'), { access: 'write' }, (store) => addUsage(store, rows()));
  said = (await run('dashboard', '-o', 'page.html', '--since', '2026-07-01', '--until', '2026-10-01')).err;
  text = readFileSync(join(cwd, 'page.html'), 'utf8');
});

describe('the page of a store with thousands of customers', () => {
  test('stays far below a megabyte', () => {
    expect(said).toMatch(/^note: No price for p\//);
    expect(said).toMatch(/\npage.html is written; open it in a browser.\n$/);
    expect(Buffer.byteLength(text)).toBeLessThan(700_000);
    expect(text.includes('(2,800 more)')).toBe(true);
  });

  test('says what is compared and what is not in the figures', () => {
    expect(text.includes('2026-07-01 → 2026-10-01 (UTC) · compared with 2026-04-01 → 2026-07-01')).toBe(true);
    expect(text.includes('nothing to compare with')).toBe(true);
    expect(text.includes('2,940 of 3,000 requests have a price; 60 have no price and are not in the cost.')).toBe(true);
    expect(text.includes('No price for p/')).toBe(true);
  });

  test('the same numbers as JSON', async () => {
    const { out } = await run('dashboard', '--format', 'json', '--period', '2026-08', '-q');
    const { schema, breakdowns } = JSON.parse(out);
    expect(schema).toBe('llmcost.dashboard/1');
    expect(breakdowns.map(({ by }: { by: string }) => by)).toEqual(['model', 'customer', 'feature']);
  });
});

test('an empty period has a page that says so', async () => {
  const { out, code } = await run('dashboard', '--period', '2020');
  expect(code).toBe(0);
  expect(out.includes('There is no usage in this scope.')).toBe(true);
  expect(out.includes('<canvas')).toBe(false);
});

describe.skipIf(CHROMIUM === undefined)(WHERE, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  test('every chart is drawn, names do no harm, and a phone need not scroll sideways', async () => {
    for (const viewport of [
      { width: 1280, height: 900 },
      { width: 375, height: 800 },
    ]) {
      const { page, complaints } = await open(browser, text, { viewport });
      const parts = await painted(page);
      expect(parts).toHaveLength(8);
      for (const part of parts) expect(part).toBeGreaterThan(0.01);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(viewport.width);
      expect(await page.locator('img, main script').count()).toBe(0);
      expect(complaints).toEqual([]);
      await page.close();
    }
  });
});
