import type { Dimension } from '../dimensions.js';

export type SourceName = 'litellm' | 'genai-prices' | 'models.dev' | 'openrouter';
export type ServiceTier = 'standard' | 'batch' | 'flex' | 'priority' | 'ultrafast';

/** What the number of a source counts, and what to multiply it with to get USD per one unit. */
export const UNIT_SCALES = {
  per_unit: '1',
  per_kcount: '0.001',
  per_mchar: '0.000001',
  per_mtok: '0.000001',
  per_hour: '0.000277777777777777777778',
} as const;
export type RawUnit = keyof typeof UNIT_SCALES;

/** One published price. Field names are the columns of `price_rate`; the product value × scale is DuckDB's work. */
export interface StagedRate {
  provider: string;
  model: string;
  dimension: Dimension;
  /** The number as published. */
  raw_value: string;
  raw_unit: RawUnit;
  /** The same number as decimal text, a float artefact rounded to 12 significant digits. */
  value: string;
  scale: string;
  /** The smallest prompt (all input classes together) it applies to. */
  min_prompt_tokens: number;
  service_tier: ServiceTier;
  speed: string | null;
  region: string | null;
  /** The hours of the day it holds for, UTC, `HH:MM`, start inclusive, end exclusive; may pass midnight; null is all day. */
  utc_start: string | null;
  utc_end: string | null;
  /** The days (1 Monday … 7 Sunday, UTC, of the start of the hours) it holds on; null is every day. */
  iso_weekdays: readonly number[] | null;
  /** UTC, `[from, to)`; null where the source does not say. */
  effective_from: string | null;
  effective_to: string | null;
}

/** A factor on the rates of a model: `kind` is batch, region or speed, and the conditions say when it applies. */
export interface StagedMultiplier {
  provider: string;
  model: string;
  kind: 'batch' | 'region' | 'speed';
  service_tier: ServiceTier | null;
  speed: string | null;
  region: string | null;
  value: string;
  raw_value: string;
}

/** What a source tells about a model besides its price. */
export interface StagedModel {
  provider: string;
  model: string;
  operation: string | null;
  context_window: number | null;
  max_output_tokens: number | null;
  supports_tools: boolean | null;
  supports_images: boolean | null;
  supports_json_schema: boolean | null;
  deprecation_date: string | null;
  /** Published at 0, which is not the same as without a price. */
  free: boolean;
}

/** A published price that is not used, and why. */
export interface Rejected {
  provider?: string;
  model: string;
  field: string;
  /** The number as published, where there is one. */
  raw_value?: string;
  reason: string;
}

/** One price file, read but not yet compared with what the book knows. */
export interface StagedSource {
  source: SourceName;
  /** YYYY-MM-DD: the day the file speaks of. */
  dataDate: string;
  models: StagedModel[];
  rates: StagedRate[];
  multipliers: StagedMultiplier[];
  rejected: Rejected[];
}

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const DECIMAL_TEXT = /^\d+(\.\d+)?(e[+-]?\d+)?$/i;
/** A double carries 15 digits faithfully; what has more came out of a calculation. */
const FAITHFUL_DIGITS = 15;

/** The published number as text, exact where it can be; undefined if it is no price (negative, NaN, not a number). */
export function priceText(value: unknown): { raw_value: string; value: string } | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const raw = String(value).trim();
  if (!DECIMAL_TEXT.test(raw)) return undefined;
  if (isArtefact(raw)) return { raw_value: raw, value: withoutExponent(Number(raw).toPrecision(12)) };
  return { raw_value: withoutExponent(raw), value: withoutExponent(raw) };
}

/** 2.5e-7 → 0.00000025, digit by digit. DuckDB reads text without exponent twenty times faster. */
function withoutExponent(text: string): string {
  const [mantissa = '', exponent] = text.toLowerCase().split('e');
  if (exponent === undefined) return text;
  const [whole = '', fraction = ''] = mantissa.split('.');
  const point = whole.length + Number(exponent);
  const digits = `${'0'.repeat(Math.max(0, 1 - point))}${whole}${fraction}`.padEnd(Math.max(0, point), '0');
  const at = Math.max(point, 1);
  const [before, after] = [digits.slice(0, at), digits.slice(at).replace(/0+$/, '')];
  return after === '' ? before : `${before}.${after}`;
}

function isArtefact(text: string): boolean {
  const mantissa = text.toLowerCase().split('e', 1)[0] ?? '';
  return mantissa.replace('.', '').replace(/^0+/, '').length > FAITHFUL_DIGITS;
}

/** Whether the text of a price is zero. */
export function isZero(value: string): boolean {
  return Number(value) === 0;
}
