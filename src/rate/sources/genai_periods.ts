import { isObject, type JsonObject } from './source.js';

/** Prices and the time they hold, `[from, to)`, UTC midnights as YYYY-MM-DD. */
export interface Period {
  from: string | null;
  to: string | null;
  prices: JsonObject;
}

export interface Periods {
  periods: Period[];
  /** Entries that hold at certain hours only: left out. */
  windows: number;
  /** Constraints we do not know. */
  unknown: string[];
}

/**
 * The periods of a model's `prices`: one map, or a list of {constraint?, prices} of which the last that matches wins.
 * A model priced by the hour of the day alone has no price we could use: its first entry holds for some hours only.
 * https://github.com/pydantic/genai-prices/blob/main/prices/new_data/v2/data.schema.json
 */
export function pricePeriods(prices: unknown): Periods {
  if (isObject(prices)) return { periods: [{ from: null, to: null, prices }], windows: 0, unknown: [] };
  const entries = Array.isArray(prices) ? prices.filter(isObject) : [];
  const found: Periods = { periods: [], windows: 0, unknown: [] };
  const starts = new Map<string, JsonObject>();
  for (const { constraint, prices: priced } of entries) {
    if (!isObject(priced)) continue;
    if (constraint === undefined || constraint === null) starts.set('', priced);
    else if (isObject(constraint) && typeof constraint.start_date === 'string')
      starts.set(constraint.start_date, priced);
    else if (isObject(constraint) && 'start_time' in constraint) found.windows += 1;
    else found.unknown.push(JSON.stringify(constraint));
  }
  const sorted = [...starts].sort(([a], [b]) => (a < b ? -1 : 1));
  if (found.windows > 0 && sorted.length === 1) return found;
  found.periods = sorted.map(([from, priced], index) => ({
    from: from === '' ? null : from,
    to: sorted[index + 1]?.[0] ?? null,
    prices: priced,
  }));
  return found;
}
