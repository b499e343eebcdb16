import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { sql } from '../../src/sql.js';
import type { World } from '../import/world.js';

const SHARED = fileURLToPath(new URL('../../../shared', import.meta.url));

/** A file of a real system, beside the repository; absent in a plain checkout. */
export function realFile(path: string): { path: string; present: boolean } {
  const full = `${SHARED}/${path}`;
  return { path: full, present: existsSync(full) };
}

/** The records of a file of JSON lines, read by JSON.parse alone. */
export function recordsOf<T>(path: string): T[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as T);
}

/** What the tokens of a file come to, by class, and its cost. */
export interface Totals {
  uncached: number;
  read: number;
  written: number;
  written_1h: number;
  image: number;
  text: number;
  reasoning: number;
  /** Attodollars. */
  cost: bigint;
}

export function noTotals(): Totals {
  return { uncached: 0, read: 0, written: 0, written_1h: 0, image: 0, text: 0, reasoning: 0, cost: 0n };
}

/** The totals of all calls in the database; calls without a known price cost nothing here. */
export async function storedTotals(world: World): Promise<Totals> {
  const [found] = await world.rows<Record<keyof Totals, string>>(sql`
    select
      coalesce(sum(uncached_input_tokens), 0) as uncached,
      coalesce(sum(cache_read_tokens), 0) as read,
      coalesce(sum(cache_write_tokens), 0) as written,
      coalesce(sum(cache_write_1h_tokens), 0) as written_1h,
      coalesce(sum(input_image_tokens), 0) as image,
      coalesce(sum(text_output_tokens), 0) as text,
      coalesce(sum(reasoning_tokens), 0) as reasoning,
      cast(coalesce(sum(cost_usd), 0) as varchar) as cost
    from usage`);
  if (found === undefined) throw new Error('a sum is one row');
  const { cost, ...tokens } = found;
  const numbers = Object.fromEntries(Object.entries(tokens).map(([name, text]) => [name, Number(text)]));
  return { ...noTotals(), ...numbers, cost: attodollars(cost) };
}

/** A decimal amount of USD as a whole number of 10⁻¹⁸ USD. */
export function attodollars(usd: string): bigint {
  const [whole = '', fraction = ''] = usd.split('.');
  if (!/^\d+$/.test(whole) || !/^\d{0,18}$/.test(fraction)) throw new Error(`${usd} is no exact amount`);
  return BigInt(whole + fraction.padEnd(18, '0'));
}

/** What tokens cost at a price per million, in attodollars. */
export function costOf(tokens: number, usdPerMillion: string): bigint {
  return (BigInt(tokens) * attodollars(usdPerMillion)) / 1_000_000n;
}
