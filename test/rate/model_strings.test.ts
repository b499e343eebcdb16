import { beforeAll, describe, expect, test } from 'vitest';
import { BUNDLE_DIRECTORY } from '../../src/commands/pricing/book.js';
import { loadBundledBook } from '../../src/rate/bundle/bundle.js';
import { knownModels } from '../../src/rate/models/index.js';
import { buildResolver, type Resolution, type Resolver } from '../../src/rate/models/resolve.js';
import { sql } from '../../src/sql.js';
import { CLOUDS } from './model_strings/clouds.js';
import { casesOf } from './model_strings/group.js';
import { MAKERS } from './model_strings/makers.js';
import { OTHERS } from './model_strings/others.js';
import { inMemory, NOW } from './price_rows.js';

const GROUPS = [...CLOUDS, ...MAKERS, ...OTHERS];
const ALL = GROUPS.flatMap(casesOf);

let resolve: Resolver;
/** `provider/model` of every row with a price. */
let rows: ReadonlySet<string>;
/** `provider/model USD`: input prices now in force without conditions, per million tokens. */
let prices: ReadonlySet<string>;

beforeAll(() =>
  inMemory(async (store) => {
    await loadBundledBook(store, BUNDLE_DIRECTORY, NOW);
    const known = await knownModels(store);
    resolve = buildResolver(known, []);
    rows = new Set(known.filter(({ priced }) => priced).map(({ provider, model }) => `${provider}/${model}`));
    const inputs = await store.rows<{ price: string }>(sql`
      select
        provider || '/' || model || ' '
          || rtrim(rtrim(cast(cast(usd_per_unit * 1000000 as decimal(38, 6)) as varchar), '0'), '.') as price
      from price_rate
      where removed_in is null
        and dimension = 'input'
        and min_prompt_tokens = 0
        and service_tier = 'standard'
        and region is null
        and speed is null
        and effective_to is null`);
    prices = new Set(inputs.map(({ price }) => price));
  }),
);

/** As the lines of the groups write it. */
function written(found: Resolution): string {
  if (found.kind === 'priced') return `${found.assumed ? '~' : ''}${found.price_provider}/${found.price_model}`;
  return found.kind === 'free' ? 'free' : `-${found.rule.slice(found.rule.lastIndexOf('+') + 1)}`;
}

describe.each(GROUPS)('$title', (group) => {
  test.each(casesOf(group))('$provider $model: $expected', ({ provider, region, model, expected, not, usd }) => {
    const found = resolve({ provider, model, region });
    expect(written(found)).toBe(expected);
    const target = expected.replace(/^~/, '');
    if (found.kind === 'priced') expect(rows).toContain(target);
    if (found.kind === 'unpriced') expect(found.reason).toMatch(/\w+ \w+/);
    if (not !== null) {
      expect(rows).toContain(not);
      expect(target).not.toBe(not);
    }
    if (usd !== null) expect(prices).toContain(`${target} ${usd}`);
  });
});

test('the table is as large as it claims', () => {
  expect(ALL.length).toBeGreaterThanOrEqual(200);
  expect(ALL.filter(({ not }) => not !== null).length).toBeGreaterThanOrEqual(50);
});
