import { authorOf } from '../../rate/models/authors.js';
import { modelFacts } from '../../rate/models/facts.js';
import { isSubscription } from '../../rate/models/providers.js';
import { inRevision, LATEST_REVISION } from '../../rate/revision.js';
import { sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { bareName } from '../quality/model_family.js';
import { targetOf } from './routing_rules.js';
import type { OwnRatio, Target } from './scenario.js';

/** Sellers whose offers a question is about. */
export interface Sellers {
  /** By name; empty: of each model those who are paid today and its maker, or all where none of them sells it. */
  named: readonly string[];
  /** Every seller of the book. */
  all: boolean;
  paid: ReadonlySet<string | null>;
}

/** Names of what no chat can move to, where no list tells what a model is for. */
const NO_TALK = /whisper|embed|rerank|tts|guard|moderation|ocr|transcri|speech|safety|bge-|gte-|e5-/i;

/** Models that answer in text; other operations cannot take over a chat. */
const TALKS: ReadonlySet<string | null> = new Set([null, 'chat', 'completion', 'responses']);

/**
 * Every model of the price book that text can be bought from by the token, as a target: one for each seller and name.
 * `free` are those all of whose rates are 0: limits apply there that no price book knows.
 */
export async function catalogue(
  store: Store,
  {
    sellers,
    revision = LATEST_REVISION,
    ratios,
  }: { sellers: Sellers; revision?: number | undefined; ratios: readonly OwnRatio[] },
): Promise<{ targets: Target[]; free: { provider: string; model: string }[] }> {
  const facts = await modelFacts(store);
  const rows = await store.rows<{ provider: string; model: string; free: boolean }>(
    sql`
    select provider, min(model) as model, bool_and(usd_per_unit = 0) as free
    from price_rate as rate
    where ${inRevision(sql`rate`)} and service_tier = 'standard' and dimension in ('input', 'output')
    group by provider, lower(model)
    having count(distinct dimension) = 2
    order by provider, length(min(model)), model`,
    { revision },
  );
  const sold = rows.filter(
    ({ provider, model }) =>
      (sellers.named.length === 0 || sellers.named.includes(provider)) &&
      !isSubscription(provider) &&
      !NO_TALK.test(model) &&
      TALKS.has(facts(provider, model).operation),
  );
  const paid = preferred(
    sold.filter(({ free }) => !free),
    sellers,
  );
  return {
    targets: paid.map((row, index) => targetOf(index + 1, row, { facts }, ratios)),
    free: sold.filter(({ free }) => free).map(({ provider, model }) => ({ provider, model })),
  };
}

function preferred<T extends { provider: string; model: string }>(
  offers: readonly T[],
  { named, all, paid }: Sellers,
): T[] {
  if (all || named.length > 0) return [...offers];
  const isPreferred = ({ provider, model }: T) => paid.has(provider) || authorOf(bareName(model)) === provider;
  const found = new Set(offers.filter(isPreferred).map(({ model }) => bareName(model)));
  return offers.filter((offer) => isPreferred(offer) || !found.has(bareName(offer.model)));
}
