/*
 * Exact arithmetic on decimals as whole numbers of 10^-18, and nothing of the program: a second opinion is one only if it shares no code.
 */

const PLACES = 18;

/** A decimal number in whole units of 10^-18; it has no more than 18 places. */
export function exact(text: string): bigint {
  const [, sign = '', whole = '', part = ''] = /^(-?)(\d+)(?:\.(\d{1,18}))?$/.exec(text) ?? [];
  if (whole === '') throw new Error(`${text} is no decimal of 18 places`);
  const units = BigInt(whole + part.padEnd(PLACES, '0'));
  return sign === '-' ? -units : units;
}

/** The same as text with 18 places. */
export function decimal(units: bigint): string {
  const digits = String(units < 0n ? -units : units).padStart(PLACES + 1, '0');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -PLACES)}.${digits.slice(-PLACES)}`;
}

/** A quotient rounded half up, away from zero. */
export function quotient(dividend: bigint, divisor: bigint): bigint {
  const negative = dividend < 0n !== divisor < 0n;
  const [a, b] = [dividend < 0n ? -dividend : dividend, divisor < 0n ? -divisor : divisor];
  const rounded = (2n * a + b) / (2n * b);
  return negative ? -rounded : rounded;
}
