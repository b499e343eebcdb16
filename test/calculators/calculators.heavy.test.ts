import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withStore } from '../../src/store/store.js';
import { newWorld } from '../import/world.js';
import { readCauses } from './causes.js';
import { countByCause, decideDifferences, undecided } from './differences.js';
import { writeMeasured } from './page.js';
import { priceCalls, pythonWithCalculators } from './python.js';

/*
 * Random calls, priced here and by the calculators of LiteLLM and genai-prices: every difference has a decided cause
 * (causes.json; the table is docs/price-differences.md). `npm run test:calculators` prices 16,000; without it there are a
 * tenth of them. `CALCULATOR_CALLS=N` says how many; with UPDATE_DOCS=1 a run over all writes what it found into the page.
 */
const COUNT = Number(process.env.CALCULATOR_CALLS ?? 1600);
/** With fewer calls a cause that is rarely met need not be met. */
const ALL = 16_000;

test(`${COUNT} calls cost what LiteLLM and genai-prices say, or the cause is decided`, async (context) => {
  const found = await pythonWithCalculators();
  if ('missing' in found) return context.skip(`SKIPPED: ${found.missing}`);
  const world = await newWorld();
  await priceCalls(found.python, COUNT, world.cwd);
  const imported = await world.imported(['calls.jsonl']);
  expect(imported).toMatchObject([{ rejected: 0 }]);

  const causes = readCauses();
  await withStore(world.db, { access: 'read' }, async (store) => {
    const sides = await decideDifferences(store, join(world.cwd, 'prices.jsonl'), causes);
    const counts = await countByCause(store);
    await context.annotate(summary(sides, counts));
    expect((await undecided(store)).map(({ line }) => line)).toEqual([]);
    // Enough was compared that an empty answer means something.
    for (const { asked, priced } of sides) expect(priced).toBeGreaterThan(asked / 2);
    if (COUNT < ALL) return;
    if (process.env.UPDATE_DOCS === '1') {
      const day = new Date().toISOString().slice(0, 10);
      writeMeasured({ day, calls: COUNT, sides, causes: Object.fromEntries([...counts].toSorted()) });
    }
    expect(causes.filter(({ id }) => !counts.has(id)).map(({ id }) => id)).toEqual([]);
  });
});

function summary(sides: Awaited<ReturnType<typeof decideDifferences>>, counts: ReadonlyMap<string, number>): string {
  const lines = sides.map(
    ({ side, asked, priced, differ }) =>
      `${side}: asked ${asked}, has a price for ${priced}, another one for ${differ}`,
  );
  const causes = [...counts].toSorted(([, a], [, b]) => b - a).map(([cause, calls]) => `${cause} ${calls}`);
  return [...lines, ...causes].join('\n');
}
