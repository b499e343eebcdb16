import { UsageError } from '../../errors.js';

/** What one case of a recorded run used. Amounts and counts are decimal text, exact. */
export interface BaselineCase {
  case: string;
  requests: string;
  input_tokens: string;
  output_tokens: string;
  /** USD of the part that has a price. */
  cost: string;
  unpriced_rows: string;
}

/** A recorded run that later ones are compared with: small, and meant to be committed. */
export interface Baseline {
  schema: 'llmcost.baseline/1';
  written_at: string;
  /** Why it is what it is; the reasons before it are in `history`. */
  reason: string;
  /** What tells the cases apart: request_id, trace_id or tag:NAME. */
  case_by: string;
  price_book: string;
  currency: 'USD';
  totals: Omit<BaselineCase, 'case'> & { cases: number };
  cases: BaselineCase[];
  /** The rate cards the run was priced by, each a row of texts: later runs are priced by the same, so prices do not look like code. */
  rate_cards: Record<string, string | null>[];
  history: { written_at: string; reason: string; cost: string; cases: number }[];
}

/** Reads the text of a baseline; `name` is the file, for messages. Throws UsageError if it is none. */
export function parsedBaseline(text: string, name: string): Baseline {
  const data = parsedJson(text, name);
  if (isBaseline(data)) return data;
  throw new UsageError(
    `${name} is not a baseline of llmcost.\nWrite one: llmcost baseline write --import FILE --reason WHY -o ${name}`,
  );
}

function parsedJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`${name} is not JSON: ${why}\nTake the file back from version control, or write it anew.`, {
      cause,
    });
  }
}

const AMOUNTS = ['requests', 'input_tokens', 'output_tokens', 'cost', 'unpriced_rows'];

function isBaseline(data: unknown): data is Baseline {
  return (
    isObject(data) &&
    data.schema === 'llmcost.baseline/1' &&
    ['written_at', 'reason', 'case_by', 'price_book'].every((key) => typeof data[key] === 'string') &&
    isListOf(data.cases, (one) => typeof one.case === 'string' && AMOUNTS.every((key) => isAmount(one[key]))) &&
    isListOf(data.rate_cards, (card) =>
      Object.values(card).every((value) => value === null || typeof value === 'string'),
    ) &&
    isListOf(
      data.history,
      (one) => typeof one.reason === 'string' && typeof one.written_at === 'string' && isAmount(one.cost),
    ) &&
    isObject(data.totals) &&
    isAmount(data.totals.cost)
  );
}

function isObject(data: unknown): data is Record<string, unknown> {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}

function isListOf(data: unknown, check: (one: Record<string, unknown>) => boolean): boolean {
  return Array.isArray(data) && data.every((one) => isObject(one) && check(one));
}

function isAmount(data: unknown): boolean {
  return typeof data === 'string' && /^\d{1,20}(\.\d{1,18})?$/.test(data);
}
