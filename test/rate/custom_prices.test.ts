import { expect, test } from 'vitest';
import { UsageError } from '../../src/errors.js';
import {
  addOwnPrices,
  configuredChanges,
  listOwnPrices,
  type OwnAlias,
  type OwnFlat,
  type OwnOverride,
  type OwnPrices,
  removeOwnPrices,
  syncConfiguredPrices,
} from '../../src/rate/custom/custom_prices.js';
import { currentRevision, newRevision } from '../../src/rate/revision.js';
import { sql } from '../../src/sql.js';
import type { Store } from '../../src/store/store.js';
import { addPrices, inMemory, NOW } from './price_rows.js';

function override(traits: Partial<OwnOverride> = {}): OwnOverride {
  return {
    provider: 'openai',
    model: 'gpt-x',
    dimension: 'input',
    raw_value: '2.10',
    raw_unit: 'per_mtok',
    service_tier: null,
    region: null,
    effective_from: null,
    effective_to: null,
    note: null,
    where: '--input',
    ...traits,
  };
}

const alias: OwnAlias = {
  provider: 'azure',
  model: 'my-deployment',
  price_provider: 'openai',
  price_model: 'gpt-x',
  note: null,
  where: 'llmcost.yaml:3: prices.aliases[0].is',
};

const flat: OwnFlat = {
  name: 'ptu',
  provider: 'azure',
  model: null,
  usd: '5000',
  per: 'month',
  effective_from: '2026-01-01',
  effective_to: '2026-07-01',
  note: null,
  where: 'llmcost.yaml:9: prices.flat[0]',
};

const nothing: OwnPrices = { aliases: [], overrides: [], flats: [] };

async function message(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof UsageError) return error.message;
  throw error ?? new Error('nothing was wrong');
}

const amounts = (store: Store) =>
  store.rows<{ usd_per_unit: string | null; factor: string | null }>(
    sql`select cast(usd_per_unit as varchar) as usd_per_unit, cast(factor as varchar) as factor from price_override order by override_id`,
  );

test('amounts are exact to the last place; a discount is the factor that remains', () =>
  inMemory(async (store) => {
    const given = [
      { raw_value: '2.123456789012' },
      { raw_value: '0.0021', raw_unit: 'per_kcount' },
      { raw_value: '0.000000000000000001', raw_unit: 'per_unit' },
      { raw_value: '999999.99', raw_unit: 'per_mchar' },
      { raw_value: '0.36', raw_unit: 'per_hour' },
      { raw_value: '1', raw_unit: 'per_hour' },
      { raw_value: '0.85', raw_unit: 'factor' },
      { raw_value: '12.3456', raw_unit: 'percent_off' },
      { raw_value: '100', raw_unit: 'percent_off' },
      { raw_value: '10', raw_unit: 'factor' },
    ] as const;
    const overrides = given.map((amount, n) => override({ ...amount, model: `m${n}` }));
    await addOwnPrices(store, { kind: 'override', overrides }, NOW);
    const rate = (usd_per_unit: string) => ({ usd_per_unit, factor: null });
    const share = (factor: string) => ({ usd_per_unit: null, factor });
    expect(await amounts(store)).toEqual([
      rate('0.000002123456789012'),
      rate('0.000002100000000000'),
      rate('0.000000000000000001'),
      rate('0.999999990000000000'),
      // 0.36 / 3600 and 1 / 3600
      rate('0.000100000000000000'),
      rate('0.000277777777777778'),
      share('0.850000'),
      share('0.876544'),
      share('0.000000'),
      share('10.000000'),
    ]);
  }));

test('a change is one revision; what is said already makes none', () =>
  inMemory(async (store) => {
    const before = await newRevision(store, 'refresh', 'before', NOW);
    const overrides = [override(), override({ dimension: 'output', raw_value: '8.40' })];
    expect(await addOwnPrices(store, { kind: 'override', overrides }, NOW)).toMatchObject({
      added: [1, 2],
      known: [],
      outdone: [],
    });
    expect(await currentRevision(store)).toBe(before + 1);
    expect(await addOwnPrices(store, { kind: 'override', overrides }, NOW)).toMatchObject({
      added: [],
      known: [1, 2],
      outdone: [],
    });
    expect(await currentRevision(store)).toBe(before + 1);
    expect(await store.rows(sql`select kind, detail from price_revision where revision > 1`)).toEqual([
      { kind: 'override', detail: '2 overrides added' },
    ]);
  }));

test('of two that hold for the same the newest wins, and it is said which the older is', () =>
  inMemory(async (store) => {
    const add = (...overrides: OwnOverride[]) => addOwnPrices(store, { kind: 'override', overrides }, NOW);
    await add(override({ effective_to: '2026-07-01' }));
    const outdone = async (traits: Partial<OwnOverride>) =>
      (await add(override({ raw_value: '1', ...traits }))).outdone;
    expect(await outdone({ effective_from: '2026-07-01' })).toEqual([]);
    expect(await outdone({ effective_from: '2026-06-30', effective_to: '2026-07-01' })).toEqual([1]);
    expect(await outdone({ service_tier: 'batch' })).toEqual([]);
    expect(await outdone({ model: 'gpt-*' })).toEqual([]);
    expect(await outdone({ provider: null })).toEqual([]);
    expect(await outdone({ raw_unit: 'factor' })).toEqual([]);
    expect(await outdone({ model: 'GPT-X', provider: 'open_ai', note: 'again' })).toEqual([1, 2, 3]);
  }));

test('what was removed stays, with the revision that ended it', () =>
  inMemory(async (store) => {
    await addOwnPrices(store, { kind: 'override', overrides: [override(), override({ model: 'b' })] }, NOW);
    const added = await currentRevision(store);
    expect(await removeOwnPrices(store, { kind: 'override', ids: [2] }, NOW)).toMatchObject({
      removed: [2],
      configured: [],
    });
    expect(await listOwnPrices(store, 'override', {})).toMatchObject([{ id: 1 }]);
    expect(await listOwnPrices(store, 'override', { all: true })).toMatchObject([
      { id: 1, added_in: added, removed_in: null },
      { id: 2, added_in: added, removed_in: added + 1 },
    ]);
    expect(await message(removeOwnPrices(store, { kind: 'override', ids: [1, 2] }, NOW))).toBe(
      'There is no override 2 in force.\nThe numbers are in: llmcost pricing override list',
    );
    expect(await listOwnPrices(store, 'override', {})).toHaveLength(1);
    expect(await currentRevision(store)).toBe(added + 1);
  }));

test('the configuration: only what differs is touched, in one revision, and nothing the second time', () =>
  inMemory(async (store) => {
    await addPrices(store, [{ dimension: 'input', usd: '3' }]);
    await addOwnPrices(store, { kind: 'override', overrides: [override({ model: 'by-command' })] }, NOW);
    const first = { aliases: [alias], overrides: [override(), override({ model: 'b' })], flats: [flat] };
    const changes = {
      alias: { added: 1, removed: 0 },
      override: { added: 2, removed: 0 },
      flat: { added: 1, removed: 0 },
    };
    expect(await configuredChanges(store, first)).toEqual(changes);
    expect(await listOwnPrices(store, 'flat', {})).toEqual([]);
    expect(await syncConfiguredPrices(store, first, NOW)).toEqual(changes);
    const revision = await currentRevision(store);
    // Other places in the file are no other prices.
    const moved = { ...first, overrides: first.overrides.map((row) => ({ ...row, where: 'elsewhere' })).reverse() };
    expect(await syncConfiguredPrices(store, moved, NOW)).toBeUndefined();
    expect(await currentRevision(store)).toBe(revision);
    const second = { ...first, overrides: [override(), override({ model: 'b', raw_value: '2.1' })], flats: [] };
    expect(await syncConfiguredPrices(store, second, NOW)).toEqual({
      alias: { added: 0, removed: 0 },
      override: { added: 1, removed: 1 },
      flat: { added: 0, removed: 1 },
    });
    expect(await store.rows(sql`select kind, detail from price_revision order by revision desc limit 2`)).toEqual([
      { kind: 'configuration', detail: '1 override added, 1 override removed, 1 flat price removed' },
      { kind: 'configuration', detail: '2 overrides added, 1 alias added, 1 flat price added' },
    ]);
    expect(await listOwnPrices(store, 'override', {})).toMatchObject([
      { id: 1, model: 'by-command', origin: 'command' },
      { id: 2, model: 'gpt-x', origin: 'configuration' },
      { id: 4, model: 'b', raw_value: '2.1', origin: 'configuration' },
    ]);
    await syncConfiguredPrices(store, nothing, NOW);
    expect(await listOwnPrices(store, 'override', {})).toMatchObject([{ id: 1 }]);
    expect(await listOwnPrices(store, 'alias', {})).toEqual([]);
  }));

test('a removed row of the configuration comes back as long as it stands there', () =>
  inMemory(async (store) => {
    const prices = { ...nothing, overrides: [override()] };
    await syncConfiguredPrices(store, prices, NOW);
    expect((await removeOwnPrices(store, { kind: 'override', ids: [1] }, NOW)).configured).toEqual([1]);
    await syncConfiguredPrices(store, prices, NOW);
    expect(await listOwnPrices(store, 'override', {})).toMatchObject([{ id: 2 }]);
  }));

test('an alias stands for a model of the book, in its spelling, or for one that was given prices', () =>
  inMemory(async (store) => {
    await addPrices(store, [
      { dimension: 'input', usd: '3' },
      { dimension: 'input', usd: '3', model: 'gpt-x-mini' },
      { dimension: 'input', usd: '3', provider: 'azure', model: 'gpt-y' },
    ]);
    const add = (price_provider: string, price_model: string) =>
      addOwnPrices(store, { kind: 'alias', aliases: [{ ...alias, price_provider, price_model, where: 'mine' }] }, NOW);
    await add('OpenAI', 'GPT-X');
    expect(await listOwnPrices(store, 'alias', {})).toMatchObject([
      { id: 1, provider: 'azure', model: 'my-deployment', is: 'openai/gpt-x' },
    ]);
    expect(await message(add('openai', 'gpt-x-large'))).toBe(
      `mine: the price book has no model openai/gpt-x-large.
Names that begin like it: openai/gpt-x-mini.
All names of a provider: llmcost pricing list --provider openai. A model that is in no list needs prices first: llmcost pricing override openai/gpt-x-large --input USD --output USD.`,
    );
    expect(await message(add('openai', 'gpt-y'))).toContain(
      'Names that begin like it: openai/gpt-x, openai/gpt-x-mini.\n',
    );
    expect(await message(add('mistral', 'gpt-y'))).toContain('Names that begin like it: azure/gpt-y.\n');
    expect(await message(add('mistral', 'unheard-of'))).toContain('model mistral/unheard-of.\nAll names');
    await addOwnPrices(store, { kind: 'override', overrides: [override({ provider: 'self', model: 'llama' })] }, NOW);
    expect((await add('self', 'llama')).outdone).toEqual([1]);
    const own = { aliases: [{ ...alias, price_provider: 'mine', price_model: 'm' }], flats: [] };
    expect(
      await syncConfiguredPrices(store, { ...own, overrides: [override({ provider: 'mine', model: 'm' })] }, NOW),
    ).toBeDefined();
  }));

test('what contradicts itself is refused, and nothing is written', () =>
  inMemory(async (store) => {
    await addPrices(store, [{ dimension: 'input', usd: '3' }]);
    const twice = (prices: Partial<OwnPrices>) => message(syncConfiguredPrices(store, { ...nothing, ...prices }, NOW));
    expect(
      await twice({
        overrides: [override({ where: 'f:1' }), override({ model: 'GPT-x', raw_value: '9', where: 'f:2' })],
      }),
    ).toBe(
      'f:2: f:1 already sets this price for an overlapping time.\nKeep one of them, or let the one end where the other begins.',
    );
    expect(
      await twice({
        aliases: [
          { ...alias, where: 'f:1' },
          { ...alias, where: 'f:2' },
        ],
      }),
    ).toBe('f:2: f:1 already says what this name stands for.\nKeep one of them.');
    expect(
      await twice({
        flats: [
          { ...flat, where: 'f:1' },
          { ...flat, effective_from: '2026-06-30', where: 'f:2' },
        ],
      }),
    ).toBe(
      'f:2: f:1 already has this name at an overlapping time, and both would be counted.\nGive it another name, or let the one end where the other begins.',
    );
    await addOwnPrices(store, { kind: 'flat', flats: [flat] }, NOW);
    const clash =
      'g:1: the flat price 1 has the name ptu at an overlapping time, and both would be counted.\nGive it another name, or take that one out: llmcost pricing flat remove 1';
    expect(await twice({ flats: [{ ...flat, effective_to: null, where: 'g:1' }] })).toBe(clash);
    expect(
      await message(addOwnPrices(store, { kind: 'flat', flats: [{ ...flat, usd: '1', where: 'g:1' }] }, NOW)),
    ).toBe(clash);
    expect(await listOwnPrices(store, 'flat', { all: true })).toHaveLength(1);
    expect(await currentRevision(store)).toBe(2);
    const { overrides, flats } = {
      overrides: [override({ effective_to: '2026-01-01' }), override({ effective_from: '2026-01-01' })],
      flats: [{ ...flat, effective_from: '2026-07-01', effective_to: null }],
    };
    expect(await syncConfiguredPrices(store, { ...nothing, overrides, flats }, NOW)).toBeDefined();
  }));
