import type { RevenueTerms } from '../../config/revenue.js';
import { UsageError } from '../../errors.js';
import { parseQuery, type QueryOptions } from '../scope/query.js';
import type { MarginBy, MarginQuery } from './answer.js';

/** The words of `llmcost margin`. */
export interface MarginOptions extends Omit<QueryOptions, 'by'> {
  by: MarginBy;
  target?: string | undefined;
}

/** Checks the words of `llmcost margin`; `terms` is what llmcost.yaml says of revenue. Throws UsageError. */
export function parseMarginQuery(options: MarginOptions, clock: Date, terms: RevenueTerms): MarginQuery {
  const { period, tz, where, top, now } = parseQuery({ ...options, by: undefined }, clock);
  const target = options.target === undefined ? undefined : parseTarget(options.target);
  return { by: options.by, period, tz, where, terms, target, top, now };
}

/** 70% → 70 */
function parseTarget(text: string): string {
  const percent = /^(\d{1,2}(?:\.\d{1,2})?)%?$/.exec(text.trim())?.[1];
  if (percent !== undefined) return percent;
  throw new UsageError(
    `--target '${text}' is not a margin.\nWrite a percentage from 0% to 99.99%, for example --target 70%.`,
  );
}
