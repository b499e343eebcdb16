import { InputError } from '../../errors.js';
import type { Store } from '../../store/store.js';
import { assumptionsOf, partNote, reasonOf, ruleInWords } from './explanations.js';
import { CALLS_SQL, FOUND_SQL, PARTS_SQL, TOTALS_SQL } from './sql.js';

/** USD, or a number of anything, as exact decimal text. */
type Decimal = string;

/** Where a rate comes from. */
export interface RateSource {
  /** The dimension of the price list; another one than the part's where that had no price of its own. */
  dimension: string;
  source: string;
  raw_value: string;
  raw_unit: string;
  min_prompt_tokens: string;
  service_tier: string;
  region: string | null;
  effective_from: string | null;
  effective_to: string | null;
  observed_at: string;
  url: string | null;
  upstream_rev: string | null;
}

/** One line of a cost: quantity × rate. */
export interface WhyPart {
  rate: string;
  quantity: Decimal | null;
  usd_per_unit: Decimal | null;
  /** Of tokens only. */
  usd_per_million: Decimal | null;
  /** Exact; null where the rate is not known. */
  cost: Decimal | null;
  /** false: it only describes the call, nothing is paid for it. */
  billed: boolean;
  assumed: boolean;
  /** Factors on the published price. */
  factors: { kind: string; factor: Decimal }[];
  note: string | null;
  source: RateSource | null;
}

export interface WhyCard {
  /** null: made for the question, and nowhere kept. */
  number: number | null;
  status: string;
  price_provider: string | null;
  price_model: string | null;
  rule: string;
  rule_in_words: string;
  /** The whole prompts it holds for, `[min, max)`. */
  min_prompt_tokens: string;
  max_prompt_tokens: string | null;
  /** The time it holds for, `[from, to)`, UTC; null is unlimited. */
  valid_from: string | null;
  valid_to: string | null;
  /** The minutes of the ISO week (UTC) it holds for, `[from, to)`; null is all of them. */
  week_from: number | null;
  week_to: number | null;
  created_at: string;
}

/** Who called what, as the usage tells it. */
export interface CallTraits {
  request_id: string | null;
  trace_id: string | null;
  attempt: number | null;
  occurred_at: string | null;
  bucket_end: string | null;
  requests: string | null;
  provider: string | null;
  source_provider: string | null;
  model: string | null;
  request_model: string | null;
  operation: string | null;
  service_tier: string | null;
  speed: string | null;
  region: string | null;
  status: string | null;
  error_class: string | null;
  feature: string | null;
  environment: string | null;
  customer: string | null;
}

export interface WhyImport {
  number: number;
  source: string | null;
  format: string | null;
  finished_at: string | null;
}

/** What the source itself says a call cost; `difference` is our cost − theirs, in USD only. */
export interface Billed {
  cost: Decimal;
  currency: string;
  difference: Decimal | null;
}

/** A cost that held until the call was rated again. */
export interface FormerCost {
  /** null is unpriced. */
  cost: Decimal | null;
  until: string;
  reason: string;
  /** The number of the price book that changed it. */
  price_book: number;
}

export interface WhyCall extends CallTraits {
  /** null of a call that never was. */
  import: WhyImport | null;
  parts: WhyPart[];
  /** The exact sum of the billed parts; null is unpriced. */
  cost: Decimal | null;
  cost_status: 'computed' | 'unpriced' | 'assumed' | 'free';
  /** Why there is no cost, or why it is 0. */
  reason: string | null;
  /** What had to be assumed about the call as a whole. */
  assumptions: string[];
  rate_card: WhyCard | null;
  billed: Billed | null;
  /** What it cost before, the last time first. */
  before: FormerCost[];
}

export interface Why {
  schema: 'llmcost.why/1';
  id: string;
  currency: 'USD';
  calls: WhyCall[];
  totals: { cost: Decimal | null; unpriced: number };
}

/** The calls with this request or trace id, each cost taken apart. Throws InputError if there is none. */
export async function why(store: Store, id: string): Promise<Why> {
  await store.run(FOUND_SQL, { id });
  const rows = await store.rows<CallRow>(CALLS_SQL);
  if (rows.length === 0) throw unknownId(store, id);
  const parts = await store.rows<PartRow>(PARTS_SQL);
  const totals = await store.row<{ cost: string | null; unpriced: number }>(TOTALS_SQL);
  const calls = rows.map((row) =>
    callOf(
      row,
      parts.filter((part) => part.call === row.call),
    ),
  );
  return { schema: 'llmcost.why/1', id, currency: 'USD', calls, totals };
}

function unknownId(store: Store, id: string): InputError {
  return new InputError(
    `There is no call with the request or trace id ${id} in ${store.path}.\nIds are compared letter by letter. If its log was never read: llmcost import <files>.`,
  );
}

/** An interface as a type a row of the store can have. */
type Plain<T> = { [field in keyof T]: T[field] };

/** A row of CALLS_SQL. */
export type CallRow = {
  call: number;
  shown: Plain<CallTraits>;
  import: Plain<WhyImport>;
  cost: Decimal | null;
  cost_status: number;
  gateway_cached: boolean;
  card: (Plain<Omit<WhyCard, 'rule_in_words'>> & { assumed: string[] }) | null;
  billed: Plain<Billed> | null;
  before: Plain<FormerCost>[];
};

/** A row of PARTS_SQL. */
export type PartRow = Plain<Omit<WhyPart, 'factors' | 'note' | 'source'>> & {
  call: number;
  source: Plain<RateSource> | null;
  batch_factor: Decimal | null;
  speed_factor: Decimal | null;
  region_factor: Decimal | null;
  own_factor: Decimal | null;
  doubled: boolean;
};

const STATUSES = ['computed', 'unpriced', 'assumed', 'free'] as const;

function callOf(row: CallRow, parts: readonly PartRow[]): WhyCall {
  return {
    ...row.shown,
    import: row.import,
    parts: parts.map((part) => partOf(part, row)),
    cost: row.cost,
    cost_status: STATUSES[row.cost_status] ?? 'unpriced',
    reason: reasonOf(row, parts),
    assumptions: assumptionsOf(row),
    rate_card: cardOf(row),
    billed: row.billed,
    before: row.before,
  };
}

function cardOf({ card }: CallRow): WhyCard | null {
  if (card === null) return null;
  const { assumed, ...shown } = card;
  return { ...shown, rule_in_words: ruleInWords(card.rule) };
}

function partOf(part: PartRow, row: CallRow): WhyPart {
  const { rate, quantity, usd_per_unit, usd_per_million, cost, billed, assumed, source } = part;
  const factors = [
    { kind: 'batch', factor: part.batch_factor },
    { kind: 'speed', factor: part.speed_factor },
    { kind: 'region', factor: part.region_factor },
    { kind: 'own', factor: part.own_factor },
  ].flatMap(({ kind, factor }) => (factor === null ? [] : [{ kind, factor }]));
  const note = partNote(part, row);
  return { rate, quantity, usd_per_unit, usd_per_million, cost, billed, assumed, factors, note, source };
}
