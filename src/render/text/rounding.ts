import { formatMoney } from './number.js';

/**
 * What is said where amounts, each rounded as it is shown, do not add up to the total as it is shown; undefined where they do, so that
 * nobody has to wonder about a cent. Digits of what is shown are compared, no amount is changed.
 */
export function roundingNote(amounts: readonly (string | null)[], total: string | null): string | undefined {
  if (total === null) return undefined;
  const sum = amounts.reduce((units, amount) => units + (amount === null ? 0n : shownUnits(amount)), 0n);
  if (cents(sum) === cents(shownUnits(total))) return undefined;
  return `amounts are rounded one by one; the total is the sum of the exact ones (--format json)`;
}

const PLACES = 18;

/** An amount as it is shown, in whole units of 10^-18. */
function shownUnits(amount: string): bigint {
  const text = formatMoney(amount);
  const [whole = '', rest = ''] = text.replace(/[^\d.]/g, '').split('.');
  const units = BigInt(`${whole}${rest.padEnd(PLACES, '0').slice(0, PLACES)}`);
  return text.startsWith('-') ? -units : units;
}

const CENT = 10n ** 16n;

/** Rounded half up, away from zero: amounts below a cent are shown with more places. */
function cents(units: bigint): bigint {
  return units < 0n ? -cents(-units) : (2n * units + CENT) / (2n * CENT);
}
