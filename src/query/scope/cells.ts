import type { Row } from '../../store/store.js';

/** The text of a value of DuckDB; null stays null. */
export function textOf(value: Row[string] | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}

/** A moment in milliseconds as an ISO timestamp; null, an open end, stays null. */
export function isoText(instant: number | null): string | null {
  return instant === null ? null : new Date(instant).toISOString();
}
