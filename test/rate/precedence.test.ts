import { expect, test } from 'vitest';
import { SOURCE_RANK } from '../../src/rate/sources/precedence.js';
import { sql } from '../../src/sql.js';
import { addPrices, inMemory } from './price_rows.js';

test.each([
  ['openai', ['user', 'published', 'genai-prices', 'litellm', 'models.dev']],
  ['azure', ['user', 'published', 'litellm', 'genai-prices', 'models.dev']],
  ['siliconflow', ['user', 'published', 'litellm', 'genai-prices', 'models.dev']],
  ['openrouter', ['user', 'published', 'openrouter', 'litellm', 'genai-prices', 'models.dev']],
])('%s: %j', (provider, sources) =>
  inMemory(async (store) => {
    await addPrices(
      store,
      [...sources].reverse().map((source) => ({ provider, source, dimension: 'input', usd: '1' })),
    );
    const ranked = await store.rows<{ source: string }>(sql`select source from price_rate order by ${SOURCE_RANK}`);
    expect(ranked.map((row) => row.source)).toEqual(sources);
  }),
);
