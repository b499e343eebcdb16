import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { writeBundle } from '../../src/rate/bundle/write.js';
import { refreshFromFiles } from '../../src/rate/refresh/refresh.js';
import { inMemory } from './price_rows.js';

const chat = { mode: 'chat', litellm_provider: 'openai' };

/** The lists by the day they are of; a later LiteLLM list names gpt-x and two models of OpenRouter. */
const LITELLM = {
  'gpt-x': { ...chat, input_cost_per_token: 2e-6, output_cost_per_token: 8e-6 },
  'claude-opus-9': { mode: 'chat', litellm_provider: 'anthropic', input_cost_per_token: 5e-6 },
  'openrouter/openai/gpt-x': { ...chat, litellm_provider: 'openrouter', input_cost_per_token: 2e-6 },
};
const seller = (id: string, models: Record<string, unknown>) => ({
  id,
  env: [],
  models: Object.fromEntries(Object.entries(models).map(([name, cost]) => [name, { id: name, cost }])),
});
const MODELS_DEV = {
  openai: seller('openai', { 'gpt-x': { input: 2, output: 9, cache_read: 0.2 }, 'gpt-y': { input: 1 } }),
  anthropic: seller('anthropic', { 'claude-opus-9': { input: 5 } }),
  'nano-gpt': seller('nano-gpt', { 'gpt-x': { input: 1 } }),
  'zai-coding-plan': seller('zai-coding-plan', { 'glm-x': { input: 0 } }),
};
const feed = (id: string, slug: string) => ({
  id,
  canonical_slug: slug,
  pricing: { prompt: '0.000002', completion: '0.000008' },
});
const OPENROUTER = {
  data: [feed('openai/gpt-x', 'openai/gpt-x-20260301'), feed('acme/only-here', 'acme/here-only-20260301')],
};

/** Builds a bundle of lists and returns the columns 2 to 5 of its rates, and its models and multipliers. */
function bundleOf(lists: Record<string, unknown>) {
  const folder = mkdtempSync(join(tmpdir(), 'llmcost-'));
  const files = Object.entries(lists).map(([dataDate, list]) => {
    const path = join(folder, `${dataDate}.json`);
    writeFileSync(path, JSON.stringify(list));
    return { path, dataDate };
  });
  return inMemory(async (store) => {
    await refreshFromFiles(store, files, 'rebuilding');
    const { counts } = await writeBundle(store, folder);
    const rows = (table: string, from: number, to: number) =>
      gunzipSync(readFileSync(join(folder, `${table}.csv.gz`)))
        .toString('utf8')
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(',').slice(from, to).join(' '));
    return { counts, rates: rows('rates', 1, 5), models: rows('models', 0, 3), multipliers: rows('multipliers', 0, 3) };
  });
}

test('what only repeats a source that goes before stays out, and so do sellers nobody else lists', async () => {
  const { counts, rates, models, multipliers } = await bundleOf({ '2026-05-01': MODELS_DEV, '2026-06-01': LITELLM });
  expect(rates).toEqual([
    'anthropic claude-opus-9 input 0.000005',
    'openai gpt-x input 0.000002',
    'openai gpt-x output 0.000008',
    'openrouter openai/gpt-x input 0.000002',
    // What LiteLLM does not know, and where the two disagree.
    'openai gpt-x cache_read 0.2',
    'openai gpt-x output 9',
    'openai gpt-y input 1',
  ]);
  expect(models.filter((line) => line.startsWith('models.dev'))).toEqual([
    'models.dev openai gpt-x',
    'models.dev openai gpt-y',
    // Of a plan the names, so that nobody takes the maker's price for them.
    'models.dev zai_coding_plan glm-x',
  ]);
  // LiteLLM's factors (file 2) for batches and US inference; those of models.dev (file 1) are the same.
  expect(multipliers).toEqual(['2 anthropic claude-opus-9', '2 anthropic claude-opus-9']);
  expect(counts).toMatchObject({ rates: 7, multipliers: 2, models: 6 });
});

test("OpenRouter's own feed gives way to a later list that names the model, under either of its names", async () => {
  const later = await bundleOf({ '2026-05-01': OPENROUTER, '2026-06-01': LITELLM });
  expect(later.rates.filter((line) => line.startsWith('openrouter'))).toEqual([
    'openrouter openai/gpt-x input 0.000002',
    'openrouter acme/here-only-20260301 input 0.000002',
    'openrouter acme/here-only-20260301 output 0.000008',
    'openrouter acme/only-here input 0.000002',
    'openrouter acme/only-here output 0.000008',
  ]);
  const earlier = await bundleOf({ '2026-06-01': LITELLM, '2026-07-01': OPENROUTER });
  expect(earlier.rates.filter((line) => line.startsWith('openrouter openai/gpt-x '))).toEqual([
    'openrouter openai/gpt-x input 0.000002',
    'openrouter openai/gpt-x input 0.000002',
    'openrouter openai/gpt-x output 0.000008',
  ]);
});

test('a bundle of models.dev alone has all its sellers', async () => {
  const { rates } = await bundleOf({ '2026-05-01': MODELS_DEV });
  expect(rates).toContain('nano_gpt gpt-x input 1');
});
