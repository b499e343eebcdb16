import { expect, test } from 'vitest';
import { readCauses } from './causes.js';
import { causesText, readMeasured, readPage } from './page.js';

test('docs/price-differences.md has the table of causes.json', () => {
  const [, table] = readPage();
  expect(table).toBe(causesText(readMeasured()));
});

test('every cause was met, and has the page where its reason stands', () => {
  const causes = readCauses();
  const { causes: met } = readMeasured();
  expect(new Set(causes.map(({ id }) => id)).size).toBe(causes.length);
  expect(causes.filter(({ id }) => !((met[id] ?? 0) > 0)).map(({ id }) => id)).toEqual([]);
  expect(Object.keys(met).filter((id) => !causes.some((cause) => cause.id === id))).toEqual([]);
  for (const { id, page } of causes) expect(page, id).toMatch(/^https:\/\/\S+$/);
});

test('a cause says what the other number has to be, or names a few models or a part at some sellers', () => {
  const vague = readCauses().filter(
    ({ theirs, ratio, unpriced, ours_from, sellers, models, parts, tiers }) =>
      (theirs ?? ratio ?? unpriced ?? ours_from) === undefined &&
      (sellers === undefined || (models ?? parts ?? tiers) === undefined || models?.includes('*')),
  );
  expect(vague.map(({ id }) => id)).toEqual([]);
});
