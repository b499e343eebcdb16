import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BUNDLE_DIRECTORY } from '../../src/commands/pricing/book.js';
import { loadBundledBook } from '../../src/rate/bundle/bundle.js';
import { readManifest } from '../../src/rate/bundle/manifest.js';
import { writeBundle } from '../../src/rate/bundle/write.js';
import { datedFiles, refreshFromFiles } from '../../src/rate/refresh/refresh.js';
import { sql } from '../../src/sql.js';
import { type Store, withStore } from '../../src/store/store.js';

function inMemory<T>(fn: (store: Store) => Promise<T>): Promise<T> {
  return withStore(':memory:', { access: 'write' }, fn);
}

/** A folder with a LiteLLM list of each day; prices are USD per token of gpt-x. */
function lists(prices: Record<string, number>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'llmcost-'));
  return Object.entries(prices).map(([day, price]) => {
    const entry = { litellm_provider: 'openai', mode: 'chat', input_cost_per_token: price, max_input_tokens: 1000 };
    const path = join(folder, `litellm-${day}.json`);
    writeFileSync(path, JSON.stringify({ 'gpt-x': entry, 'gpt, "y"': { ...entry, input_cost_per_token: 1e-6 } }));
    return path;
  });
}

async function bundleOf(paths: string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'llmcost-'));
  await inMemory(async (store) => {
    await refreshFromFiles(store, datedFiles(paths, undefined), 'rebuilding');
    await writeBundle(store, folder);
  });
  return folder;
}

const GPT_X = sql`
  select cast(usd_per_unit as varchar) as usd, strftime(effective_from, '%Y-%m-%d') as since,
    strftime(effective_to, '%Y-%m-%d') as until
  from price_rate
  where model = 'gpt-x' and supersede_reason is distinct from 'new_end'
  order by effective_from nulls first`;

test('a bundle read back is the book it was written from', async () => {
  const paths = lists({ '2026-01-31': 2.5e-6, '2026-08-01': 2e-6 });
  const folder = await bundleOf(paths);
  const tables = [
    sql`select * exclude (loaded_at, added_in) from price_book order by all`,
    sql`select * exclude (rate_id, added_in, removed_in) from price_rate where supersede_reason is distinct from 'new_end' order by all`,
    sql`select * from price_model order by all`,
  ];
  const [written, read] = await Promise.all([
    inMemory(async (store) => {
      await refreshFromFiles(store, datedFiles(paths, undefined));
      return Promise.all(tables.map((table) => store.rows(table)));
    }),
    inMemory(async (store) => {
      expect(await loadBundledBook(store, folder)).toBe('filled');
      expect(await loadBundledBook(store, folder)).toBe('current');
      return Promise.all(tables.map((table) => store.rows(table)));
    }),
  ]);
  expect(read).toEqual(written);
  expect(written[1]).toHaveLength(3);
});

test("a newer bundle adds what changed since; the user's own refresh stays", async () => {
  const day = { a: '2026-01-31', b: '2026-03-01', c: '2026-08-01' };
  const older = await bundleOf(lists({ [day.a]: 2.5e-6 }));
  const newer = await bundleOf(lists({ [day.a]: 2.5e-6, [day.c]: 2e-6 }));
  await inMemory(async (store) => {
    await loadBundledBook(store, older);
    await refreshFromFiles(store, datedFiles(lists({ [day.b]: 2.25e-6 }), undefined));
    expect(await loadBundledBook(store, newer)).toBe('merged');
    expect(await loadBundledBook(store, newer)).toBe('current');
    expect(await store.rows(GPT_X)).toEqual([
      { usd: '0.000002500000000000', since: null, until: day.b },
      { usd: '0.000002250000000000', since: day.b, until: day.c },
      { usd: '0.000002000000000000', since: day.c, until: null },
    ]);
  });
});

test('what a newer bundle corrected holds from its day in a store that is older', async () => {
  const provider = (price: number) => [
    {
      id: 'openai',
      api_pattern: 'x',
      models: [{ id: 'gpt-x', match: { equals: 'gpt-x' }, prices: { input_mtok: price } }],
    },
  ];
  const folder = mkdtempSync(join(tmpdir(), 'llmcost-'));
  const paths = ['2026-08-21', '2026-09-23'].map((day) => join(folder, `genai-${day}.json`));
  paths.forEach((path, index) => {
    writeFileSync(path, JSON.stringify(provider(index === 0 ? 2.5 : 5)));
  });
  const [older, newer] = [await bundleOf(paths.slice(0, 1)), await bundleOf(paths)];
  await inMemory(async (store) => {
    await loadBundledBook(store, newer);
    expect(await store.rows(sql`from (${GPT_X}) where until is null and since is null`)).toHaveLength(2);
  });
  await inMemory(async (store) => {
    await loadBundledBook(store, older);
    expect(await loadBundledBook(store, newer)).toBe('merged');
    expect(await store.rows(GPT_X)).toEqual([
      { usd: '0.000002500000000000', since: null, until: '2026-09-23' },
      { usd: '0.000005000000000000', since: '2026-09-23', until: null },
    ]);
  });
});

test('files are applied in the order of the days in their names', () => {
  const files = datedFiles(['/p/b-2026-08-01.json', '/p/a-2026-01-31.json'], undefined);
  expect(files.map((file) => file.dataDate)).toEqual(['2026-01-31', '2026-08-01']);
  expect(datedFiles(['/p/prices.json'], '2026-05-01')).toEqual([{ path: '/p/prices.json', dataDate: '2026-05-01' }]);
  expect(() => datedFiles(['/p/a.json', '/p/b.json'], '2026-05-01')).toThrow(
    '--date dates one file; give several files a date in their names (prices-2026-08-01.json).',
  );
});

test('the bundle that comes with the program loads, and says where it is from', async () => {
  const { books, counts } = readManifest(BUNDLE_DIRECTORY);
  expect([...new Set(books.map((book) => `${book.source}: ${book.licence}`))].sort()).toEqual([
    'genai-prices: MIT',
    'litellm: MIT',
    'models.dev: MIT',
    'openrouter: public API of OpenRouter',
    'published: MIT',
  ]);
  expect(counts.priced_models).toBeGreaterThan(2000);
  await inMemory(async (store) => {
    await loadBundledBook(store, BUNDLE_DIRECTORY);
    const { rates } = await store.row(sql`select cast(count(*) as integer) as rates from price_rate`);
    expect(rates).toBe(counts.rates);
  });
});
