import { day, either, list, named, object, optional, parsed, type Read, ruled, words } from './schema.js';

/*
 * The sections `plans` and `customers` of llmcost.yaml: what customers pay by agreement, and under which other names they are known.
 *
 *     plans:
 *       pro: 49 USD/month
 *       team: {price: 490 USD/year}
 *     customers:
 *       acme: {plan: pro, from: 2026-01-01, aliases: [cus_123]}
 *       globex:
 *         terms:
 *           - {plan: pro, to: 2026-10-16}
 *           - {plan: team, from: 2026-10-16, seats: 5}
 */

/** What is paid for one interval: `490 USD/year`. */
export interface PlanPrice {
  /** A decimal number as it was written. */
  amount: string;
  /** The code of the currency, in capitals. */
  currency: string;
  per: 'day' | 'week' | 'month' | 'year';
}

export const PLAN_PRICE_WORDS = "an amount for a day, week, month or year, such as '49 USD/month'";

const PRICE =
  /^(?:\$(?<dollars>\d{1,9}(?:\.\d{1,6})?)|(?<amount>\d{1,9}(?:\.\d{1,6})?)\s*(?<currency>[A-Za-z]{3}))\s*(?:\/|\s+per\s+)\s*(?<per>day|week|month|year)$/;

/** `49 USD/month`, `$49/month`, `490 EUR per year`; undefined if it is none of these. */
export function planPriceOf(text: string): PlanPrice | undefined {
  const { dollars, amount = dollars, currency = 'USD', per } = PRICE.exec(text.trim())?.groups ?? {};
  if (amount === undefined || (per !== 'day' && per !== 'week' && per !== 'month' && per !== 'year')) return undefined;
  return { amount, currency: currency.toUpperCase(), per };
}

const price = () => parsed(planPriceOf, PLAN_PRICE_WORDS);
const asPlan = (text: string) => {
  const found = planPriceOf(text);
  return found === undefined ? undefined : { price: found };
};

/** What the section `plans` is declared as. */
export const PLANS = named(
  either(parsed(asPlan, PLAN_PRICE_WORDS), object({ price: price() })),
  'an object: the name of a plan and its price',
);

const term = {
  plan: optional(words('the name of a plan')),
  price: optional(price()),
  seats: optional(parsed(seatsOf, 'how many times the price is paid: a whole number from 1 on')),
  from: optional(day()),
  to: optional(day()),
};

function seatsOf(text: string): number | undefined {
  return /^[1-9]\d{0,5}$/.test(text) ? Number(text) : undefined;
}

const termRule = (entry: Read<ReturnType<typeof bareTerm>>) => {
  if (entry.plan !== undefined && entry.price !== undefined)
    return { key: 'price', sentence: 'goes without plan: a plan has a price already.' };
  if (entry.from !== undefined && entry.to !== undefined && entry.from >= entry.to)
    return { key: 'to', sentence: `must be after from, ${entry.from}: it is the first day that is out.` };
  return undefined;
};

function bareTerm() {
  return object(term);
}

const listedTerm = ruled(bareTerm(), (entry) =>
  entry.plan === undefined && entry.price === undefined
    ? { key: '', sentence: 'must have a plan or a price.' }
    : termRule(entry),
);

const customer = ruled(
  object({
    ...term,
    terms: optional(list(listedTerm)),
    aliases: optional(list(words('a name of the customer elsewhere, such as cus_123'))),
  }),
  (entry) => {
    const bare = entry.plan === undefined && entry.price === undefined;
    const stray = (['seats', 'from', 'to'] as const).find((key) => entry[key] !== undefined);
    if (!bare && entry.terms !== undefined) return { key: 'terms', sentence: 'goes without a plan beside it.' };
    if (bare && stray !== undefined) return { key: stray, sentence: 'goes with a plan or a price.' };
    return termRule(entry);
  },
);

const asCustomer = (text: string) => (text === '' ? undefined : { plan: text });

/** What the section `customers` is declared as: the name of a plan, or all that is known of the customer. */
export const CUSTOMERS = named(
  either(parsed(asCustomer, 'the name of a plan'), customer),
  'an object: the name of a customer and its plan',
);
