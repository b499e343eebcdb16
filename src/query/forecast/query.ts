import type { BudgetPeriod } from '../../config/limit.js';
import { UsageError } from '../../errors.js';
import { isTime } from '../scope/dimensions.js';
import { parseQuery, parseTop, type QueryOptions } from '../scope/query.js';
import type { ForecastQuery } from './answer.js';
import { parseForecastMetric } from './forecast.js';

/** The words of `llmcost forecast`. */
export interface ForecastOptions extends QueryOptions {
  metric: string;
  period: string;
  top: string;
}

/** Checks the words of `llmcost forecast`; `period` is what --period means, undefined where it means nothing. Throws UsageError. */
export function parseForecastQuery(
  options: ForecastOptions,
  clock: Date,
  period: BudgetPeriod | undefined,
): ForecastQuery & { top: number } {
  const { by, where, tz, now } = parseQuery({ ...options, by: options.by || undefined, period: undefined }, clock);
  const time = by.find(isTime);
  if (time !== undefined) {
    throw new UsageError(`--by ${time} cannot be forecast: the days are shown anyway.\nUse for example --by customer.`);
  }
  if (period === undefined || period.kind === 'all' || period.kind === 'rolling') {
    throw new UsageError(
      `--period '${options.period}' is not a period with an end.\nPossible are: day, week, month, quarter, year, 'billing day 15'.`,
    );
  }
  return { metric: parseForecastMetric(options.metric), by, where, period, tz, now, top: parseTop(options.top) };
}
