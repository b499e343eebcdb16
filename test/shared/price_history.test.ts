import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { mappingOf } from '../../src/import/declare/mapping.js';
import { importFiles } from '../../src/import/load/import.js';
import { datedFiles, refreshFromFiles } from '../../src/rate/refresh/refresh.js';
import { rateUnpriced } from '../../src/rate/rerate/rerate.js';
import { sql } from '../../src/sql.js';
import { type Store, withStore } from '../../src/store/store.js';
import { realFile } from './real_files.js';

const { path: SOURCES, present } = realFile('pricing-sources');

/** The first and the last day of each quarter of two years. */
const DAYS = [
  '2024-10-01',
  '2025-03-31',
  '2025-08-04',
  '2025-08-06',
  '2026-01-30',
  '2026-02-01',
  '2026-07-31',
  '2026-09-30',
];

/** What every priced call costs, by the number of its card. */
async function costs(store: Store): Promise<Map<string, string>> {
  const rows = await store.rows<{ id: string; cost: string }>(sql`
    select request_id as id, concat_ws(' ', cost_usd, rate_card_id, cost_status) as cost
    from usage_fact
    where cost_usd is not null`);
  return new Map(rows.map(({ id, cost }) => [id, cost]));
}

/** One call of each model a store knows on each day, those it will only learn of later included. */
function writeCalls(path: string, models: readonly { provider: string; model: string }[]): void {
  const lines = models.flatMap(({ provider, model }, index) =>
    DAYS.map((day, n) =>
      JSON.stringify({
        request_id: `req_${String(index * DAYS.length + n).padStart(20, '0')}`,
        timestamp: `${day}T12:00:00Z`,
        provider,
        model,
        input_tokens: 250_000 + index,
        cache_read_tokens: 1000,
        output_tokens: 700,
        service_tier: n % 4 === 3 ? 'batch' : 'standard',
      }),
    ),
  );
  writeFileSync(path, lines.join('\n'));
}

async function modelsOf(files: readonly string[]): Promise<{ provider: string; model: string }[]> {
  return withStore(':memory:', { access: 'write' }, async (store) => {
    await refreshFromFiles(store, datedFiles(files, undefined));
    return store.rows<{ provider: string; model: string }>(
      sql`select provider, min(model) as model from price_rate group by provider, lower(model) order by all`,
    );
  });
}

describe.skipIf(!present)(`a closed month stays closed (SKIPPED when ${SOURCES} is absent)`, () => {
  test('refreshing through four real lists of LiteLLM and two of genai-prices changes no priced call of two years', async () => {
    const named = (pattern: RegExp) =>
      readdirSync(SOURCES)
        .filter((name) => pattern.test(name))
        .sort()
        .map((name) => join(SOURCES, name));
    const lists = [...named(/^litellm-/), ...named(/^genai-prices-(v2-data-\d|npm)/)];
    expect(lists).toHaveLength(6);
    const folder = mkdtempSync(join(tmpdir(), 'llmcost-history-'));
    const calls = join(folder, 'calls.jsonl');
    const known = await modelsOf([...named(/^litellm-/).slice(0, 1), ...named(/^litellm-/).slice(-1)]);
    const models = known.filter((_, index) => index % 3 === 0);
    writeCalls(calls, models);
    await withStore(join(folder, 'history.duckdb'), { access: 'write' }, async (store) => {
      const [first = '', ...others] = lists;
      await refreshFromFiles(store, datedFiles([first], undefined));
      const options = {
        mapping: mappingOf([], []),
        tolerance: () => 0,
        dryRun: false,
        now: new Date(),
        stdin: new PassThrough(),
      };
      const [file] = await importFiles(store, [{ path: calls, name: 'calls.jsonl' }], options);
      expect(file?.imported).toBe(models.length * DAYS.length);
      let before = await costs(store);
      expect(before.size).toBeGreaterThan(1500);
      for (const list of others) {
        await refreshFromFiles(store, datedFiles([list], undefined));
        const rated = await store.transaction(() => rateUnpriced(store, new Date()));
        const after = await costs(store);
        const changed = [...before].filter(([id, cost]) => after.get(id) !== cost);
        expect(changed).toEqual([]);
        expect(after.size - before.size).toBe(rated.rows);
        before = after;
      }
      // Most of what the first list did not know has its price in the end.
      expect(before.size).toBeGreaterThan(5000);
    });
  }, 600_000);
});
