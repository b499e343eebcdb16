import { expect, test } from 'vitest';
import {
  benjaminiHochberg,
  binomialTwoSided,
  newcombe,
  studentCritical,
  studentTwoSided,
  wilson,
} from '../../src/query/scope/statistics.js';

const Z = 1.959964;

test("Student's t as in the tables", () => {
  // https://www.itl.nist.gov/div898/handbook/eda/section3/eda3672.htm, columns 0.975 and 0.995
  expect(studentCritical(0.05, 1)).toBeCloseTo(12.706, 3);
  expect(studentCritical(0.05, 10)).toBeCloseTo(2.228, 3);
  expect(studentCritical(0.01, 21)).toBeCloseTo(2.831, 3);
  expect(studentTwoSided(2.086, 20)).toBeCloseTo(0.05, 4);
  expect(studentTwoSided(0, 5)).toBeCloseTo(1, 12);
  expect(studentTwoSided(Number.POSITIVE_INFINITY, 5)).toBe(0);
});

test('lots: 9 or more heads of 10, or as few', () => {
  // (10 + 1) of 1024 on either side
  expect(binomialTwoSided(9, 10, 0.5)).toBeCloseTo(22 / 1024, 12);
  expect(binomialTwoSided(1, 10, 0.5)).toBeCloseTo(22 / 1024, 12);
  expect(binomialTwoSided(0, 4, 0.5)).toBeCloseTo(2 / 16, 12);
  expect(binomialTwoSided(5, 10, 0.5)).toBe(1);
});

test("the examples of Newcombe's papers", () => {
  // Statistics in Medicine 17 (1998), 857-872, table I, method 3
  expect(wilson(81 / 263, 263, Z).low).toBeCloseTo(0.2553, 4);
  expect(wilson(81 / 263, 263, Z).high).toBeCloseTo(0.3662, 4);
  expect(wilson(0, 20, Z)).toEqual({ low: 0, high: expect.closeTo(0.1611, 4) });
  // 873-890, table II, method 10: 56/70 - 48/80, 9/10 - 3/10
  const a = newcombe({ share: 48 / 80, n: 80 }, { share: 56 / 70, n: 70 }, Z);
  expect(a.low).toBeCloseTo(0.0524, 4);
  expect(a.high).toBeCloseTo(0.3339, 4);
  const b = newcombe({ share: 3 / 10, n: 10 }, { share: 9 / 10, n: 10 }, Z);
  expect(b.low).toBeCloseTo(0.1705, 4);
  expect(b.high).toBeCloseTo(0.809, 4);
});

test('the example of Benjamini and Hochberg: four of fifteen', () => {
  const ps = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
  ];
  const adjusted = benjaminiHochberg(ps);
  expect(adjusted.filter((p) => p <= 0.05)).toHaveLength(4);
  // 0.0095 × 15 / 4
  expect(adjusted[3]).toBeCloseTo(0.035625, 12);
  expect(benjaminiHochberg([0.04, 0.01, 0.03, 0.02])).toEqual([0.04, 0.04, 0.04, 0.04]);
  expect(benjaminiHochberg([])).toEqual([]);
});
