import { CURRENCY_WORDS, currencyCode } from './currency_code.js';
import { ageOf } from './limit.js';
import { object, optional, parsed, words } from './schema.js';

/*
 * The section `currency` of llmcost.yaml: in which currency money is shown, and by which rates.
 *
 *     currency:
 *       show: EUR
 *       rates: eurofxref-hist.csv
 *       max_age: 7d
 */

/** What the section is declared as. */
export const CURRENCY = object({
  show: optional(parsed(currencyCode, CURRENCY_WORDS)),
  rates: optional(words("the ECB's file of reference rates, such as eurofxref-hist.csv")),
  max_age: optional(parsed(ageOf, 'a number of days, such as 7d, or any')),
});
