import { sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { FIRST_PARTIES } from '../sources/precedence.js';
import { type ShownRate, showModel } from './listing.js';

/** A price of a model as it counts now. USD per million tokens, or per one of anything else, as decimal text. */
export interface PriceNow {
  dimension: string;
  /** What it holds under, in words; '' for none. */
  conditions: string;
  /** The unit in words: 'per million' or 'each'. */
  per: string;
  usd: string;
  since: string | null;
  until: string | null;
  source: string;
  data_date: string;
  /** What other sources say, where it is something else. */
  others: { source: string; usd: string }[];
}

/** One step of the history of a price. */
export interface PriceStep {
  dimension: string;
  conditions: string;
  source: string;
  usd: string;
  from: string | null;
  to: string | null;
  /** Why it does not hold (withdrawn_future, correction, …); null for history that is true. */
  withdrawn: string | null;
}

export interface Factor {
  kind: string;
  condition: string;
  factor: string;
  source: string;
  since: string | null;
}

/** What lists say of a model besides its price; null where none does. */
export type ModelFacts = {
  operation: string | null;
  context_window: string | null;
  max_output_tokens: string | null;
  supports_tools: boolean | null;
  supports_images: boolean | null;
  supports_json_schema: boolean | null;
  deprecation_date: string | null;
};

export interface ModelPrices {
  provider: string;
  model: string;
  /** It is the maker who sells it. */
  maker: boolean;
  facts: ModelFacts;
  prices: PriceNow[];
  factors: Factor[];
  /** Prices that changed, will change, or were taken back. */
  history: PriceStep[];
}

/** Everything the book knows of a model, seller by seller, the maker first. `now` is a UTC timestamp. Names compare without case. */
export async function modelPrices(
  store: Store,
  wanted: { model: string; provider: string | null; now: string },
): Promise<ModelPrices[]> {
  const rates = await showModel(store, { model: wanted.model, provider: wanted.provider });
  const makers: readonly string[] = FIRST_PARTIES;
  const sellers = [...new Set(rates.map(({ provider }) => provider))].sort(
    (a, b) => Number(makers.includes(b)) - Number(makers.includes(a)) || (a < b ? -1 : 1),
  );
  return Promise.all(
    sellers.map(async (provider) => {
      const own = rates.filter((rate) => rate.provider === provider);
      const model = own[0]?.model ?? wanted.model;
      const named = { provider, model };
      return {
        ...named,
        maker: makers.includes(provider),
        facts: await factsOf(store, named),
        prices: pricesNow(own, wanted.now),
        factors: await factorsOf(store, named, wanted.now),
        history: historyOf(own),
      };
    }),
  );
}

function pricesNow(rates: readonly ShownRate[], now: string): PriceNow[] {
  const holding = rates.filter(
    ({ withdrawn, effective_from, effective_to }) =>
      withdrawn === null && (effective_from ?? '') <= now && (effective_to === null || effective_to > now),
  );
  return [...grouped(holding).values()].flatMap((same) => {
    const [first, ...rest] = same.toSorted((a, b) => a.source_rank - b.source_rank);
    if (first === undefined) return [];
    const others = rest
      .filter(({ usd_per_unit, source }) => usd_per_unit !== first.usd_per_unit && source !== first.source)
      .map((other) => ({ source: other.source, usd: other.usd }));
    const { dimension, conditions, per, usd, source, data_date } = first;
    return [
      {
        dimension,
        conditions,
        per,
        usd,
        since: first.effective_from,
        until: first.effective_to,
        source,
        data_date,
        others,
      },
    ];
  });
}

/** The prices of the sources that changed at some time, and those that were taken back, oldest first. */
function historyOf(rates: readonly ShownRate[]): PriceStep[] {
  return [...grouped(rates, ({ source }) => source).values()]
    .filter((same) => same.length > 1)
    .flatMap((same) =>
      same
        .toSorted((a, b) => (a.effective_from ?? '').localeCompare(b.effective_from ?? ''))
        .map(({ dimension, conditions, source, usd, effective_from, effective_to, withdrawn }) => {
          return { dimension, conditions, source, usd, from: effective_from, to: effective_to, withdrawn };
        }),
    );
}

function grouped(rates: readonly ShownRate[], more: (rate: ShownRate) => string = () => ''): Map<string, ShownRate[]> {
  const groups = new Map<string, ShownRate[]>();
  for (const rate of rates) {
    const key = [rate.dimension, rate.conditions, more(rate)].join('|');
    groups.set(key, [...(groups.get(key) ?? []), rate]);
  }
  return groups;
}

async function factsOf(store: Store, named: { provider: string; model: string }): Promise<ModelFacts> {
  return store.row<ModelFacts>(
    sql`
    select
      any_value(operation) as operation,
      cast(max(context_window) as varchar) as context_window,
      cast(max(max_output_tokens) as varchar) as max_output_tokens,
      any_value(supports_tools) as supports_tools,
      any_value(supports_images) as supports_images,
      any_value(supports_json_schema) as supports_json_schema,
      cast(max(deprecation_date) as varchar) as deprecation_date
    from price_model
    where lower(provider) = lower($provider) and lower(model) = lower($model)`,
    named,
  );
}

async function factorsOf(store: Store, named: { provider: string; model: string }, now: string): Promise<Factor[]> {
  return store.rows<Factor & Record<string, string | null>>(
    sql`
    select
      kind,
      concat_ws(', ', service_tier, speed, region) as condition,
      rtrim(rtrim(cast(factor as varchar), '0'), '.') as factor,
      source,
      strftime(effective_from, '%Y-%m-%dT%H:%M:%SZ') as since
    from price_multiplier
    where lower(provider) = lower($provider)
      and lower(model) = lower($model)
      and removed_in is null
      and coalesce(effective_from <= cast($now as timestamp), true)
      and coalesce(effective_to > cast($now as timestamp), true)
    order by all`,
    { ...named, now },
  );
}
