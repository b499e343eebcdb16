import type { Dimension } from '../../names/dimensions.js';
import { type PriceText, type RawUnit, UNIT_SCALES } from './price_text.js';

export type SourceName = 'litellm' | 'genai-prices' | 'models.dev' | 'openrouter';
export type ServiceTier = 'standard' | 'batch' | 'flex' | 'priority' | 'ultrafast';

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

/** A cell of a source that was left out, and why. */
export interface Rejected {
  /** The model as the source writes it. */
  model: string;
  field: string;
  reason: string;
  /** Canonical; absent where the source does not say whose model it is. */
  provider?: string | undefined;
  /** The number as published; absent where there is none. */
  raw_value?: string | undefined;
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

/** A published price without conditions; the readers add theirs. */
export function standardRate(of: {
  provider: string;
  model: string;
  dimension: Dimension;
  unit: RawUnit;
  price: PriceText;
}): StagedRate {
  return {
    provider: of.provider,
    model: of.model,
    dimension: of.dimension,
    ...of.price,
    raw_unit: of.unit,
    scale: UNIT_SCALES[of.unit],
    min_prompt_tokens: 0,
    service_tier: 'standard',
    speed: null,
    region: null,
    utc_start: null,
    utc_end: null,
    iso_weekdays: null,
    effective_from: null,
    effective_to: null,
  };
}

/** An empty list of one source. */
export function emptySource(source: SourceName, dataDate: string): StagedSource {
  return { source, dataDate, models: [], rates: [], multipliers: [], rejected: [] };
}
