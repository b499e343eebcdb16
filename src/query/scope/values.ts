import type { Row } from '../../store/store.js';

/** A number of things: a number as long as JavaScript can hold it exactly, else its digits. */
export type Count = number | string;
/** A 64- or 128-bit integer of DuckDB; null (the sum of nothing) is 0. */
export function countOf(value: Row[string] | undefined): Count {
  const number = Number(value ?? 0);
  return Number.isSafeInteger(number) ? number : String(value);
}

/** The text of a value of DuckDB; null stays null. */
export function textOf(value: Row[string] | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}
/** A moment in milliseconds as an ISO timestamp; null, an open end, stays null. */
export function isoText(instant: number | null): string | null {
  return instant === null ? null : new Date(instant).toISOString();
}

/**
 * USD as a decimal string, exact.
 * @pattern ^-?[0-9]+(\.[0-9]+)?$
 */
export type Money = string;

/** How amounts in USD became another currency: each day's at the latest rate of that day (UTC) or before. */
export interface ExchangeNote {
  /** Whose rates. */
  source: string;
  /** No rate older than that was taken; null: a rate holds until the next one. */
  max_age_days: number | null;
}
