import type { Row } from '../../store/store.js';

/** A number of things: a number as long as JavaScript can hold it exactly, else its digits. */
export type Count = number | string;

/** A 64- or 128-bit integer of DuckDB; null (the sum of nothing) is 0. */
export function countOf(value: Row[string] | undefined): Count {
  const number = Number(value ?? 0);
  return Number.isSafeInteger(number) ? number : String(value);
}
