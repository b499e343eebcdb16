import { UsageError } from '../errors.js';

/** The number of rows of --top. Throws UsageError. */
export function rowsOf(text: string): number {
  const rows = Number(text);
  if (/^\d+$/.test(text) && rows >= 1 && Number.isSafeInteger(rows)) return rows;
  throw new UsageError(`--top '${text}' is not a number of rows.\nUse a whole number from 1 on, for example --top 10.`);
}
