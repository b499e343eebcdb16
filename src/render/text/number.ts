import { AsyncLocalStorage } from 'node:async_hooks';
import { currencyMark } from '../../names/currency_mark.js';

const COUNT = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const MONEY = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const SMALL = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4, minimumSignificantDigits: 4 });

/** 1,234,567; takes digits beyond what a JavaScript number holds. */
export function formatCount(count: number | string): string {
  return COUNT.format(decimal(String(count)));
}

/** '1 day', '2,345 days'. The plural is the noun with an s if not given. */
export function counted(count: number | string, noun: string, nouns = `${noun}s`): string {
  return `${formatCount(count)} ${String(count) === '1' ? noun : nouns}`;
}

const SHORT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });

/** 69.3M for 69,321,281; below 10,000 as it is. */
export function formatShort(count: number | string): string {
  return /^-?\d{1,4}$/.test(String(count)) ? formatCount(count) : SHORT.format(decimal(String(count)));
}

/** The currency of the answer that is being drawn. */
const shown = new AsyncLocalStorage<string>();

/** Draws an answer whose amounts are in a currency: every amount of `draw` gets its sign. */
export function inCurrency<T>(currency: string, draw: () => T): T {
  return shown.run(currency, draw);
}

/** The currency of the answer that is being drawn; USD where nobody says. */
export function shownCurrency(): string {
  return shown.getStore() ?? 'USD';
}

/**
 * An amount of the answer's currency from a decimal string: $1,234.57; below a cent four significant digits, so what is not zero never looks like it: $0.0001235.
 * Nothing is calculated: Intl rounds the digits of the string.
 */
export function formatMoney(amount: string): string {
  const digits = decimal(amount.replace(/^-/, ''));
  const zero = /^[0.]*$/.test(digits);
  const belowCent = !zero && /^0+\.00/.test(digits);
  return `${amount.startsWith('-') && !zero ? '-' : ''}${currencyMark(shownCurrency())}${(belowCent ? SMALL : MONEY).format(digits)}`;
}

/** A change with its sign: +$1.20, -$0.30, $0.00. */
export function signedMoney(amount: string): string {
  return amount.startsWith('-') || !/[1-9]/.test(amount) ? formatMoney(amount) : `+${formatMoney(amount)}`;
}

/** What one thing costs: below a dollar four significant digits, so a small change is seen: $0.01234. */
export function formatUnitMoney(amount: string): string {
  const digits = decimal(amount);
  return /^0\.\d*[1-9]/.test(digits) ? `${currencyMark(shownCurrency())}${SMALL.format(digits)}` : formatMoney(digits);
}

/** An amount as of `formatMoney` in any currency: $1.23, EUR 1.23. */
export function formatAmount(amount: string, currency: string): string {
  if (currency === 'USD') return inCurrency(currency, () => formatMoney(amount));
  return `${currency} ${inCurrency('USD', () => formatMoney(amount)).replace('$', '')}`;
}

/** '41.32' → 41.32%; what is not zero never looks like it. */
export function formatPercent(percent: string, cost: string | null): string {
  const tiny = /^0(\.0*)?$/.test(percent) && cost !== null && /[1-9]/.test(cost);
  return tiny ? '<0.01%' : `${MONEY.format(decimal(percent))}%`;
}

function decimal(text: string): `${number}` {
  if (isDecimal(text)) return text;
  throw new TypeError(`not a decimal number: ${text}`);
}

function isDecimal(text: string): text is `${number}` {
  return /^-?\d+(\.\d+)?$/.test(text);
}

/** A score of a board with the digits that matter. */
export function formatScore(score: number): string {
  if (Math.abs(score) >= 1000) return score.toFixed(0);
  return Math.abs(score) < 1 ? score.toFixed(3) : score.toFixed(1);
}
