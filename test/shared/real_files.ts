import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ImportedFile } from '../../src/import/load/answer.js';
import { sql } from '../../src/sql.js';
import type { World } from '../import/world.js';

const SHARED = fileURLToPath(new URL('../../../shared', import.meta.url));

/** A file of a real system, beside the repository; absent in a plain checkout. */
export function realFile(path: string): { path: string; present: boolean } {
  const full = `${SHARED}/${path}`;
  return { path: full, present: existsSync(full) };
}

/** The lines of a text file that have something. */
export function linesOf(path: string): string[] {
  return readFileSync(path, 'utf8')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
}

/** The records of a file of JSON lines, read by JSON.parse alone. */
export function recordsOf<T>(path: string): T[] {
  return linesOf(path).map((line) => JSON.parse(line) as T);
}

/** The amounts that a line of JSON has under a name, digit by digit as they are written there. */
export function amountsOf(line: string, name: string): string[] {
  return [...line.matchAll(new RegExp(`"${name}": ?([0-9.e+-]+)`, 'g'))].map(([, amount = '']) => amount);
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

/** An amount of USD, as JSON writes it, as a whole number of 10⁻¹⁸ USD; what is less than that is rounded. */
export function attodollars(usd: string): bigint {
  const match = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(usd);
  if (match === null) throw new Error(`${usd} is no amount`);
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const places = fraction.length - Number(exponent);
  const digits = BigInt(whole + fraction);
  if (places <= 18) return digits * 10n ** BigInt(18 - places);
  const unit = 10n ** BigInt(places - 18);
  return (digits + unit / 2n) / unit;
}

/** What tokens cost at a price per million, in attodollars. */
export function costOf(tokens: number, usdPerMillion: string): bigint {
  return (BigInt(tokens) * attodollars(usdPerMillion)) / 1_000_000n;
}

/** The ids, models, costs and recorded costs of all stored calls. */
export async function storedCosts(
  world: World,
): Promise<{ id: string | null; model: string; cost: bigint | null; billed: bigint | null }[]> {
  const rows = await world.rows<{ id: string | null; model: string; cost: string | null; billed: string | null }>(sql`
    select request_id as id, model, cast(cost_usd as varchar) as cost, cast(billed_cost as varchar) as billed from usage`);
  const amount = (text: string | null) => (text === null ? null : attodollars(text));
  return rows.map(({ id, model, cost, billed }) => ({ id, model, cost: amount(cost), billed: amount(billed) }));
}

/** Recorded costs are sums of binary fractions: off by less than 10⁻¹² USD. */
const NOISE = 1_000_000n;

/** Whether a cost is the recorded one. */
export function agree(one: bigint | null, other: bigint | null): boolean {
  if (one === null || other === null) return false;
  const difference = one - other;
  return difference <= NOISE && difference >= -NOISE;
}

/** The options that map names to paths, or to several alternatives. */
export function mapped(pairs: Readonly<Record<string, string | readonly string[]>>): string[] {
  return Object.entries(pairs).flatMap(([name, paths]) =>
    [paths].flat().flatMap((path) => ['--map', `${name}=${path}`]),
  );
}

/** Imports one file; fails unless `code` is the exit code. */
export async function imported(world: World, argv: string[], code = 0): Promise<ImportedFile> {
  const [file] = await world.imported(argv, code);
  if (file === undefined) throw new Error('no summary');
  return file;
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

export function total(amounts: readonly (bigint | null)[]): bigint {
  return amounts.reduce<bigint>((before, amount) => before + (amount ?? 0n), 0n);
}
