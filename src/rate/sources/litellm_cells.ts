import type { Dimension } from '../../names/dimensions.js';
import { fieldMeaning, inclusiveBound, isPriceField, type LitellmKey, whyLeftOut } from './litellm_fields.js';
import { isZero, type PriceText, publishedPrice, type RawUnit, rawText } from './price_text.js';
import { isObject, type JsonObject, type Rejected, type StagedRate, standardRate } from './source.js';

/** One entry of LiteLLM's list, whose cells are read. */
interface CellsOf {
  key: string;
  name: LitellmKey;
  entry: JsonObject;
  rejected: Rejected[];
}

const SEARCH = 'search_context_cost_per_query';
const SIZES = ['low', 'medium', 'high'] as const;

/** Reads the price fields of one entry; what cannot be used goes to `rejected`. */
export class LitellmCells {
  constructor(private readonly of: CellsOf) {}

  /** Notes a cell that is left out. */
  reject(field: string, reason: string, value: unknown): void {
    const { key, name, rejected } = this.of;
    rejected.push({ model: key, provider: name.provider, field, reason, raw_value: rawText(value) });
  }

  /** The rate of one field; none if it is empty, no price or of no dimension. */
  rate(field: string, value: unknown): StagedRate[] {
    const { name } = this.of;
    const meaning = fieldMeaning(field, this.modeFor(field), name);
    const price = publishedPrice(value, meaning?.unit ?? 'per_unit');
    if (value === null || (meaning === undefined && this.isSilent(price))) return [];
    if (meaning === undefined) this.reject(field, whyLeftOut(field), value);
    else if ('reason' in price) this.reject(field, price.reason, value);
    else if (!isNothing(meaning.dimension, price))
      return [
        {
          ...this.plain(meaning.dimension, meaning.unit, price),
          min_prompt_tokens: meaning.minPromptTokens,
          service_tier: meaning.tier,
        },
      ];
    return [];
  }

  /** A generator that names a price of finished images as well means those it reads by its "input" images. */
  private modeFor(field: string): string {
    const { entry } = this.of;
    if (field === 'input_cost_per_image' && 'output_cost_per_image' in entry) return 'chat';
    return typeof entry.mode === 'string' ? entry.mode : '';
  }

  /** A second per-second price of a transcription is the same fee again (whisper-1). */
  private isSilent(price: PriceText | { reason: string }): boolean {
    return this.of.entry.mode === 'audio_transcription' || ('value' in price && isZero(price.value));
  }

  /**
   * A search fee by context size, of which medium is the default (https://platform.openai.com/docs/pricing). Where the
   * sizes cost the same there is one price. Perplexity's is a fee on every request, which starts at the low size.
   */
  searches(value: unknown): StagedRate[] {
    const sizes = isObject(value) ? value : { search_context_size_medium: value };
    const sized = new Set(Object.values(sizes)).size > 1;
    if (this.of.name.provider === 'perplexity') {
      const low = sizes.search_context_size_low;
      const reason = `the fee depends on the search context size; that of the default size (${rawText(low)}) is used`;
      if (sized) this.reject(SEARCH, reason, value);
      return this.fee('requests', low);
    }
    const plain = this.fee('web_search_requests', sizes.search_context_size_medium);
    if (!sized) return plain;
    return [
      ...plain,
      ...SIZES.flatMap((size) => this.fee(`web_search_requests_${size}`, sizes[`search_context_size_${size}`])),
    ];
  }

  private fee(dimension: Dimension, value: unknown): StagedRate[] {
    if (value === undefined || value === null) return [];
    const price = publishedPrice(value, 'per_unit');
    if ('value' in price) return [this.plain(dimension, 'per_unit', price)];
    this.reject(SEARCH, price.reason, value);
    return [];
  }

  /** `tiered_pricing`: prices by prompt size. A range excludes its lower bound (0 < tokens ≤ 32000, 32000 < tokens ≤ …). */
  bands(value: unknown): StagedRate[] {
    const bands = Array.isArray(value) ? value.filter(isObject) : [];
    return bands.flatMap((band) => {
      const low = Array.isArray(band.range) ? Number(band.range[0]) : Number.NaN;
      if (!Number.isInteger(low)) {
        this.reject('tiered_pricing', 'its ranges do not count prompt tokens', band);
        return [];
      }
      const bound = low === 0 ? 0 : inclusiveBound(low, this.of.name);
      return Object.entries(band)
        .filter(([field]) => isPriceField(field))
        .flatMap(([field, cell]) => this.rate(field, cell))
        .map((rate) => ({ ...rate, min_prompt_tokens: bound }));
    });
  }

  private plain(dimension: Dimension, unit: RawUnit, price: PriceText): StagedRate {
    const { name } = this.of;
    return { ...standardRate({ ...name, dimension, unit, price }), region: name.region };
  }
}

/** dall-e's `output_cost_per_pixel: 0` stands beside the price of its pixels and says nothing. */
function isNothing(dimension: Dimension, price: PriceText): boolean {
  return dimension === 'output_pixels' && isZero(price.value);
}
