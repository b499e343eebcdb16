import { UsageError } from '../../errors.js';
import type { Baseline } from './answer.js';

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
