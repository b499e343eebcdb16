/** What the number of a source counts, and what to multiply it with to get USD per one unit. */
export const UNIT_SCALES = {
  per_unit: '1',
  per_kcount: '0.001',
  per_mchar: '0.000001',
  per_mtok: '0.000001',
  per_hour: '0.000277777777777777777778',
} as const;
export type RawUnit = keyof typeof UNIT_SCALES;

/** A published number: as it is written there, and as plain decimal text. */
export interface PriceText {
  raw_value: string;
  value: string;
}

const DECIMAL_TEXT = /^\d+(\.\d+)?(e[+-]?\d+)?$/i;
/** A double carries 15 digits faithfully; what has more came out of a calculation. */
const FAITHFUL_DIGITS = 15;
/** The digits an artefact is rounded to, and those that must be left of it for the number to be believed. */
const ROUNDED_DIGITS = 12;
const FEWEST_DIGITS = 9;

/** The published number as text, exact where it can be; undefined if it is no price (negative, NaN, not a number). */
export function priceText(value: unknown): PriceText | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const raw = Object.is(value, -0) ? '-0' : String(value).trim();
  if (!DECIMAL_TEXT.test(raw)) return undefined;
  if (!isArtefact(raw)) return { raw_value: withoutExponent(raw), value: withoutExponent(raw) };
  return { raw_value: raw, value: withoutIdleZeros(withoutExponent(Number(raw).toPrecision(ROUNDED_DIGITS))) };
}

/** Decimal places and whole digits the price book keeps of a number in a unit: 18 places of one unit of it. */
const ROOM: Record<RawUnit, { places: number; whole: number }> = {
  per_unit: { places: 18, whole: 6 },
  per_kcount: { places: 10, whole: 4 },
  per_mchar: { places: 10, whole: 4 },
  per_mtok: { places: 10, whole: 4 },
  per_hour: { places: 10, whole: 4 },
};

/**
 * The same, or why the book cannot hold it: a number that would have to be rounded is refused. Only what is the noise
 * of a calculation anyway (3.0001999999999996e-7) is rounded, to 12 digits.
 */
export function publishedPrice(value: unknown, unit: RawUnit): PriceText | { reason: string } {
  const price = priceText(value);
  if (price === undefined) return { reason: whyNoPrice(value) };
  const room = ROOM[unit];
  if ((price.value.split('.')[0] ?? '').length > room.whole) return { reason: `implausibly large: ${price.raw_value}` };
  if (places(price.value) <= room.places) return price;
  const rounded = isArtefact(price.raw_value) ? Number(price.raw_value).toFixed(room.places) : '';
  if (digits(rounded) >= FEWEST_DIGITS) return { ...price, value: withoutIdleZeros(rounded) };
  return { reason: `finer than ${room.places} decimal places ${unit.replace('_', ' ')}: ${price.raw_value}` };
}

function whyNoPrice(value: unknown): string {
  const negative = Number(value) < 0 || Object.is(Number(value), -0);
  return `${negative ? 'a negative price' : 'not a price'}: ${rawText(value)}`;
}

/** A cell of a source in a line of text. */
export function rawText(value: unknown): string {
  if (Object.is(value, -0)) return '-0';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** 2.5e-7 → 0.00000025, digit by digit. DuckDB reads text without exponent twenty times faster. */
function withoutExponent(text: string): string {
  const [mantissa = '', exponent] = text.toLowerCase().split('e');
  if (exponent === undefined) return text;
  const [whole = '', fraction = ''] = mantissa.split('.');
  const point = whole.length + Number(exponent);
  const all = `${'0'.repeat(Math.max(0, 1 - point))}${whole}${fraction}`.padEnd(Math.max(0, point), '0');
  const at = Math.max(point, 1);
  const [before, after] = [all.slice(0, at), all.slice(at).replace(/0+$/, '')];
  return after === '' ? before : `${before}.${after}`;
}

function isArtefact(text: string): boolean {
  return digits(text) > FAITHFUL_DIGITS;
}

/** Significant digits, those of the noise included. */
function digits(text: string): number {
  const mantissa = text.toLowerCase().split('e', 1)[0] ?? '';
  return mantissa.replace('.', '').replace(/^0+/, '').length;
}

/** 0.3500 → 0.35, 14.0 → 14. */
function withoutIdleZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function places(text: string): number {
  return (withoutIdleZeros(text).split('.')[1] ?? '').length;
}

/** Whether the text of a price is zero. */
export function isZero(value: string): boolean {
  return !/[1-9]/.test(value);
}
