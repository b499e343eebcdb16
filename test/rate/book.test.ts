import { expect, test } from 'vitest';
import { pricesSetAside } from '../../src/query/prices/status.js';
import { mergeSource, priceBookId } from '../../src/rate/book/book.js';
import { stagePrices } from '../../src/rate/sources/recognise.js';
import { sql } from '../../src/sql.js';
import { type Store, withStore } from '../../src/store/store.js';

type Entry = Record<string, unknown>;

function inMemory<T>(fn: (store: Store) => Promise<T>): Promise<T> {
  return withStore(':memory:', { access: 'write' }, fn);
}

/** LiteLLM's list of one day; entries are OpenAI chat models unless they say otherwise. */
function litellm(store: Store, day: string, entries: Record<string, Entry>) {
  const chat = { litellm_provider: 'openai', mode: 'chat' };
  const list = Object.fromEntries(Object.entries(entries).map(([key, entry]) => [key, { ...chat, ...entry }]));
  return merge(store, day, JSON.stringify(list));
}

/** genai-prices' list of one day, one model of OpenAI. */
function genai(store: Store, day: string, prices: unknown) {
  const models = [{ id: 'o3', match: { equals: 'o3' }, prices }];
  return merge(store, day, JSON.stringify([{ id: 'openai', api_pattern: 'x', models }]));
}

function merge(store: Store, day: string, text: string) {
  const provenance = { observedAt: day, url: null, licence: 'MIT', sha256: `${day} ${text.length}` };
  return mergeSource(store, stagePrices(text, 'list.json', day), provenance);
}

async function timeline(store: Store, model: string): Promise<string[]> {
  const rows = await store.rows<{ line: string }>(
    sql`
    select concat_ws(' ',
      dimension, min_prompt_tokens, cast(usd_per_unit as varchar), coalesce(strftime(effective_from, '%Y-%m-%d'), '…'),
      coalesce(strftime(effective_to, '%Y-%m-%d'), '…'), supersede_reason) as line
    from price_rate
    where model = $model and supersede_reason is distinct from 'new_end'
    order by dimension, min_prompt_tokens, effective_from nulls first, rate_id`,
    { model },
  );
  return rows.map(({ line }) => line);
}

test('the first price seen holds for all the past; a changed one from the day it was seen', () =>
  inMemory(async (store) => {
    await litellm(store, '2026-01-31', { 'gpt-x': { input_cost_per_token: 2.5e-6 } });
    const again = await litellm(store, '2026-01-31', { 'gpt-x': { input_cost_per_token: 2.5e-6 } });
    expect(again).toMatchObject({ added: 0, changed: 0, unchanged: 1 });
    await litellm(store, '2026-08-01', { 'gpt-x': { input_cost_per_token: 2e-6 } });
    expect(await timeline(store, 'gpt-x')).toEqual([
      'input 0 0.000002500000000000 … 2026-08-01',
      'input 0 0.000002000000000000 2026-08-01 …',
    ]);
    expect(await priceBookId(store)).toBe('2 (litellm 2026-08-01)');
  }));

test('per million, per thousand and per hour become USD per one unit, exactly', () =>
  inMemory(async (store) => {
    // 0.36 / 3600 s = 0.0001; 10 / 1000 = 0.01; 0.0028 / 1,000,000 = 0.0000000028
    await genai(store, '2026-08-21', { cache_read_mtok: 0.0028, web_searches_kcount: 10, audio_hours: 0.36 });
    expect(await timeline(store, 'o3')).toEqual([
      'cache_read 0 0.000000002800000000 … …',
      'input_audio_seconds 0 0.000100000000000000 … …',
      'web_search_requests 0 0.010000000000000000 … …',
    ]);
  }));

test('what vanished upstream keeps pricing, but a dropped band of a living model ends', () =>
  inMemory(async (store) => {
    const banded = { input_cost_per_token: 3e-6, input_cost_per_token_above_200k_tokens: 6e-6 };
    await litellm(store, '2026-01-31', { 'gpt-a': banded, 'gpt-b': banded, 'gpt-c': {}, 'gpt-d': {} });
    await litellm(store, '2026-08-01', { 'gpt-a': { input_cost_per_token: 3e-6 }, 'gpt-c': {}, 'gpt-d': {} });
    expect(await timeline(store, 'gpt-a')).toEqual([
      'input 0 0.000003000000000000 … …',
      'input 200001 0.000006000000000000 … 2026-08-01',
    ]);
    expect(await timeline(store, 'gpt-b')).toEqual([
      'input 0 0.000003000000000000 … …',
      'input 200001 0.000006000000000000 … …',
    ]);
  }));

test('an announced price that is not announced any more is withdrawn, the one before goes on', () =>
  inMemory(async (store) => {
    const announced = { constraint: { start_date: '2026-09-01' }, prices: { input_mtok: 3 } };
    await genai(store, '2026-08-21', [{ prices: { input_mtok: 2 } }, announced]);
    const { withdrawn } = await genai(store, '2026-09-23', { input_mtok: 2 });
    expect(withdrawn).toBe(1);
    expect(await timeline(store, 'o3')).toEqual([
      'input 0 0.000002000000000000 … …',
      'input 0 0.000003000000000000 2026-09-01 … withdrawn_future',
    ]);
  }));

test('an announced price that came true stays', () =>
  inMemory(async (store) => {
    const announced = { constraint: { start_date: '2026-09-01' }, prices: { input_mtok: 3 } };
    await genai(store, '2026-08-21', [{ prices: { input_mtok: 2 } }, announced]);
    await genai(store, '2026-09-23', { input_mtok: 3 });
    expect(await timeline(store, 'o3')).toEqual([
      'input 0 0.000002000000000000 … 2026-09-01',
      'input 0 0.000003000000000000 2026-09-01 …',
    ]);
  }));

test('dates of the source replace the day we saw the change, and reading it again changes nothing', () =>
  inMemory(async (store) => {
    const dated = [
      { prices: { input_mtok: 5 } },
      { constraint: { start_date: '2026-08-21' }, prices: { input_mtok: 4 } },
    ];
    await genai(store, '2026-08-20', { input_mtok: 5 });
    await genai(store, '2026-09-23', dated);
    await genai(store, '2026-09-24', dated);
    expect(await timeline(store, 'o3')).toEqual([
      'input 0 0.000005000000000000 … 2026-08-21',
      'input 0 0.000004000000000000 2026-08-21 …',
    ]);
  }));

test('a price that moves by a factor of a hundred was a wrong unit and is corrected for all its time', () =>
  inMemory(async (store) => {
    // granite at $200 per million in 2025-08, $0.20 later
    await litellm(store, '2025-08-05', { granite: { input_cost_per_token: 0.0002 } });
    const { corrected } = await litellm(store, '2026-01-31', { granite: { input_cost_per_token: 2e-7 } });
    expect(corrected).toBe(1);
    expect(await timeline(store, 'granite')).toEqual([
      'input 0 0.000200000000000000 … … correction',
      'input 0 0.000000200000000000 … …',
    ]);
  }));

test('a paid price that turns 0 is set aside', () =>
  inMemory(async (store) => {
    await litellm(store, '2026-01-31', { 'gpt-x': { output_cost_per_token: 3e-7 } });
    const { rejected } = await litellm(store, '2026-08-01', { 'gpt-x': { output_cost_per_token: 0 } });
    expect(rejected).toEqual([
      {
        provider: 'openai',
        model: 'gpt-x',
        raw_value: '0',
        field: '',
        reason: '0 without a page of the seller that says so',
      },
    ]);
    expect(await timeline(store, 'gpt-x')).toEqual(['output 0 0.000000300000000000 … …']);
  }));

test('a price that rises to ten times is set aside; one a little below that is believed', () =>
  inMemory(async (store) => {
    await litellm(store, '2026-01-31', { 'gpt-x': { input_cost_per_token: 1e-6, output_cost_per_token: 1e-6 } });
    const { rejected } = await litellm(store, '2026-08-01', {
      'gpt-x': { input_cost_per_token: 1e-5, output_cost_per_token: 9.9e-6 },
    });
    expect(rejected).toEqual([
      {
        provider: 'openai',
        model: 'openai/gpt-x',
        raw_value: '0.00001',
        field: 'input',
        reason:
          'rose to 10 times and more; 0.000001000000000000 USD per unit is kept until `llmcost pricing override` says otherwise',
      },
    ]);
    expect(await timeline(store, 'gpt-x')).toEqual([
      'input 0 0.000001000000000000 … …',
      'output 0 0.000001000000000000 … 2026-08-01',
      'output 0 0.000009900000000000 2026-08-01 …',
    ]);
  }));

test('a new price twenty times that of another source is set aside', () =>
  inMemory(async (store) => {
    await genai(store, '2026-07-01', { input_mtok: 2, output_mtok: 8 });
    const { rejected } = await litellm(store, '2026-08-01', {
      o3: { input_cost_per_token: 4e-5, output_cost_per_token: 9e-6 },
    });
    expect(rejected.map(({ field, reason }) => `${field} ${reason}`)).toEqual([
      'input 20 times and more of what another source says (0.000002000000000000 USD per unit): left out',
    ]);
  }));

test('a list in another unit is refused whole', () =>
  inMemory(async (store) => {
    const list = (price: number) =>
      Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`gpt-${n}`, { input_cost_per_token: price }]));
    await litellm(store, '2026-01-31', list(1e-6));
    await expect(litellm(store, '2026-08-01', list(1e-9))).rejects.toThrow(
      'The litellm file has 30 of 30 known prices at ten times or a tenth of before: it looks like another unit.\nThe price book was left as it was; download the file again.',
    );
    expect(await timeline(store, 'gpt-7')).toEqual(['input 0 0.000001000000000000 … …']);
  }));

test('what was not believed is kept with its reason', () =>
  inMemory(async (store) => {
    await litellm(store, '2026-01-31', { 'gpt-x': { output_cost_per_token: 3e-7 } });
    await litellm(store, '2026-08-01', { 'gpt-x': { output_cost_per_token: 0 } });
    expect(await pricesSetAside(store)).toEqual([
      {
        source: 'litellm',
        provider: 'openai',
        model: 'gpt-x',
        field: '',
        raw_value: '0',
        reason: '0 without a page of the seller that says so',
        seen_at: '2026-08-01',
      },
    ]);
  }));

test('an older list only adds what nobody had seen', () =>
  inMemory(async (store) => {
    await litellm(store, '2026-08-01', { 'gpt-x': { input_cost_per_token: 2e-6 } });
    await litellm(store, '2026-01-31', {
      'gpt-x': { input_cost_per_token: 2.5e-6 },
      'gpt-old': { input_cost_per_token: 1e-5 },
    });
    expect(await timeline(store, 'gpt-x')).toEqual(['input 0 0.000002000000000000 … …']);
    expect(await timeline(store, 'gpt-old')).toEqual(['input 0 0.000010000000000000 … …']);
  }));

test('a list that shrank below 70 % is refused and nothing changes', () =>
  inMemory(async (store) => {
    const price = { input_cost_per_token: 1e-6 };
    await litellm(store, '2026-01-31', { a: price, b: price, c: price });
    await expect(litellm(store, '2026-08-01', { a: { input_cost_per_token: 9e-6 }, b: price })).rejects.toThrow(
      'The litellm file has 2 models, the one of 2026-01-31 had 3: it looks cut off.\nThe price book was left as it was; download the file again.',
    );
    expect(await timeline(store, 'a')).toEqual(['input 0 0.000001000000000000 … …']);
    expect(await priceBookId(store)).toBe('1 (litellm 2026-01-31)');
  }));

test('a changed factor holds from the day it was seen', () =>
  inMemory(async (store) => {
    const opus = (fast: number) => ({ litellm_provider: 'anthropic', provider_specific_entry: { fast } });
    await litellm(store, '2026-01-31', { 'claude-x': opus(6) });
    await litellm(store, '2026-08-01', { 'claude-x': opus(2) });
    const rows = await store.rows(sql`
      select speed, cast(factor as varchar) as factor, cast(effective_from as varchar) as effective_from,
        cast(effective_to as varchar) as effective_to
      from price_multiplier
      where removed_in is null
      order by multiplier_id`);
    expect(rows).toEqual([
      { speed: 'fast', factor: '6.000000', effective_from: null, effective_to: '2026-08-01 00:00:00' },
      { speed: 'fast', factor: '2.000000', effective_from: '2026-08-01 00:00:00', effective_to: null },
    ]);
  }));

test('an empty book has no name', () => inMemory(async (store) => expect(await priceBookId(store)).toBe('')));

test('a discount on OpenRouter is taken off every price: a quarter of $2 and $4 a million leaves $1.50 and $3', () =>
  inMemory(async (store) => {
    const pricing = { prompt: '0.000002', completion: '0.000004', discount: 0.25 };
    await merge(store, '2026-10-01', JSON.stringify({ data: [{ id: 'acme/large', name: 'Acme: Large', pricing }] }));
    expect(await timeline(store, 'acme/large')).toEqual([
      'input 0 0.000001500000000000 … …',
      'output 0 0.000003000000000000 … …',
    ]);
  }));
