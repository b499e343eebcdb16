import { expect, test } from 'vitest';
import { roundingNote } from '../../src/render/text/rounding.js';

test.each([
  // 0.33 + 0.33 + 0.33 is shown, and 1.00.
  [['0.3333', '0.3333', '0.3334'], '1.0000', true],
  [['0.30', '0.70'], '1.00', false],
  [['-1.005', '2.00'], '0.995', true],
  // Shown with more places, but in cents they add up.
  [['0.001', '0.002', '1.00'], '1.003', false],
  [[null, '2'], '2', false],
  [[], '0', false],
])('%j as parts of %s', (amounts, total, noted) => {
  expect(roundingNote(amounts, total) !== undefined).toBe(noted);
});
