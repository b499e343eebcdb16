import { expect, test } from 'vitest';
import { publishedPrice } from '../../src/rate/sources/price_text.js';

test.each([
  // What is written exactly stays exactly that, whatever the notation.
  ['per_unit', 2.5e-6, '0.0000025'],
  ['per_unit', '2.5E-06', '0.0000025'],
  ['per_unit', 0.000075, '0.000075'],
  ['per_unit', 1, '1'],
  ['per_unit', '0', '0'],
  ['per_unit', 1.5e-17, '0.000000000000000015'],
  ['per_mtok', 0.003625, '0.003625'],
  ['per_mtok', 150, '150'],
  // The noise of a calculation becomes the number it stands for: 12 digits.
  ['per_unit', 3.0001999999999996e-7, '0.00000030002'],
  ['per_mtok', 0.8500000000000001, '0.85'],
  ['per_mtok', 14.993999999999998, '14.994'],
  ['per_unit', 3.3333333333333335e-5, '0.0000333333333333'],
  // 12 digits would need 19 places; 18 keep eleven of them.
  ['per_unit', '0.00000008333333333333334', '0.000000083333333333'],
] as const)('%s %s is %s', (unit, published, value) => {
  expect(publishedPrice(published, unit)).toMatchObject({ value });
});

test.each([
  ['per_unit', -1, 'a negative price: -1'],
  ['per_unit', '-1', 'a negative price: -1'],
  ['per_unit', -0, 'a negative price: -0'],
  ['per_unit', JSON.parse('1E400'), 'not a price: Infinity'],
  ['per_unit', 'NaN', 'not a price: NaN'],
  ['per_unit', '', 'not a price: '],
  ['per_unit', '0x10', 'not a price: 0x10'],
  ['per_unit', true, 'not a price: true'],
  ['per_unit', { input: 1 }, 'not a price: {"input":1}'],
  // 18 places of one unit are kept: what is finer would become 0 or another price.
  ['per_unit', 1e-30, `finer than 18 decimal places per unit: 0.${'0'.repeat(29)}1`],
  ['per_unit', 2.0751953125e-9, 'finer than 18 decimal places per unit: 0.0000000020751953125'],
  ['per_mtok', 0.00000000012, 'finer than 10 decimal places per mtok: 0.00000000012'],
  ['per_unit', 1.2345678901234567e-14, 'finer than 18 decimal places per unit: 1.2345678901234567e-14'],
  ['per_unit', 1e21, 'implausibly large: 1000000000000000000000'],
  ['per_mtok', 20000, 'implausibly large: 20000'],
] as const)('%s %s is refused: %s', (unit, published, reason) => {
  expect(publishedPrice(published, unit)).toEqual({ reason });
});
