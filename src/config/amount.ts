import { DIMENSIONS, type Dimension } from '../names/dimensions.js';

/** How much of what a published or agreed price is for; the words are those of the price book. */
export type AmountUnit = 'per_unit' | 'per_kcount' | 'per_mchar' | 'per_mtok' | 'per_hour';

/** USD as it was written, digit by digit, and for how much of it. */
export interface Amount {
  raw_value: string;
  raw_unit: AmountUnit;
}

/** A factor on published prices: as it is, or as what is taken off. */
export interface Share {
  raw_value: string;
  raw_unit: 'factor' | 'percent_off';
}

/** Token classes of a call, in the order they are asked for; every other quantity with a price is named with its unit, such as pages. */
export const CLASS_NAMES = [
  'input',
  'output',
  'cache_read',
  'cache_write',
  'cache_write_1h',
  'reasoning',
] as const satisfies Dimension[];

/** The other billed quantities a user may have a price for: the remaining dimensions of the price book. */
export const UNIT_NAMES = DIMENSIONS.filter((name) => !CLASS_NAMES.some((tokenClass) => tokenClass === name));

/** What a price can be for. */
export type PricedName = Dimension;

/** Whether a name is one of those a price can be for. */
export function isPricedName(name: string): name is PricedName {
  return [...CLASS_NAMES, ...UNIT_NAMES].some((known) => known === name);
}

/** How many places after the point can be kept exactly: a rate has 18 for a single unit. */
const PLACES: Record<AmountUnit, number> = { per_unit: 18, per_kcount: 15, per_mchar: 12, per_mtok: 12, per_hour: 8 };

const AMOUNT = /^(?<usd>\d{1,6}(?:\.(?<places>\d+))?)(?:\s*(?:\/|\bper\b)\s*(?<unit>[\w ]+)|\s+(?<each>each))?$/;

/**
 * `2.10`, `2.10 per 1M`, `10/1K`, `0.01 each`, `0.36 per hour`: plain decimals only. Without a unit tokens are meant by the million,
 * everything else one by one. Undefined if it is none of these, or has more places than a rate can keep.
 */
export function amountOf(text: string, name: PricedName): Amount | undefined {
  const { usd, places = '', unit, each } = AMOUNT.exec(text.trim())?.groups ?? {};
  if (usd === undefined) return undefined;
  const found = each === undefined ? unitOf(unit, name) : 'per_unit';
  if (found === undefined || places.length > PLACES[found]) return undefined;
  return { raw_value: usd, raw_unit: found };
}

/** What to write for a price of `name`; completes "must be …". */
export function amountWords(name: PricedName): string {
  return isTokens(name)
    ? "USD per million tokens as a plain decimal number, such as 2.10, or with its unit, such as '0.0021 per 1K'"
    : "USD for one as a plain decimal number, such as 0.01, or with its unit, such as '10 per 1K'";
}

function isTokens(name: PricedName): boolean {
  return name.endsWith('_tokens') || CLASS_NAMES.some((tokenClass) => tokenClass === name);
}

function unitOf(text: string | undefined, name: PricedName): AmountUnit | undefined {
  if (text === undefined) return isTokens(name) ? 'per_mtok' : 'per_unit';
  const noun = isTokens(name) ? 'token' : name.replace(/^.*_/, '').replace(/s$/, '');
  const amount = text
    .toLowerCase()
    .trim()
    .replace(new RegExp(`(^|\\s)(${noun}s?)$`), '')
    .trim();
  if (['1m', 'm', 'million', '1 million', '1000000'].includes(amount)) {
    return isTokens(name) ? 'per_mtok' : name === 'characters' ? 'per_mchar' : undefined;
  }
  if (['1k', 'k', 'thousand', '1000'].includes(amount)) return 'per_kcount';
  if (['', '1', 'unit'].includes(amount)) return 'per_unit';
  return amount === 'hour' && name.endsWith('_seconds') ? 'per_hour' : undefined;
}

/** A factor from 0 to 10 with up to six places; undefined if it is none. */
export function factorOf(text: string): Share | undefined {
  const fits = /^(?:\d(?:\.\d{1,6})?|10(?:\.0{1,6})?)$/.test(text.trim());
  return fits ? { raw_value: text.trim(), raw_unit: 'factor' } : undefined;
}

export const FACTOR_WORDS = 'a number between 0 and 10, such as 0.85';

/** `15%`, from 0% to 100%; the sign must be there, for 0.15 could mean either. */
export function discountOf(text: string): Share | undefined {
  const percent = /^(\d{1,2}(?:\.\d{1,4})?|100(?:\.0{1,4})?)\s*%$/.exec(text.trim())?.[1];
  return percent === undefined ? undefined : { raw_value: percent, raw_unit: 'percent_off' };
}

export const DISCOUNT_WORDS = 'a percentage from 0% to 100%, such as 15%';

/** USD as a plain decimal number below a million; undefined if it is none. */
export function usdOf(text: string): string | undefined {
  return /^\d{1,6}(?:\.\d{1,18})?$/.test(text.trim()) ? text.trim() : undefined;
}

export const USD_WORDS = 'USD as a plain decimal number, such as 2.50';
