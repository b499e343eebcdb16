import { UsageError } from '../errors.js';
import type { Config } from './config.js';
import type { PlanPrice } from './plans.js';
import { type DatedRate, datedRates } from './rates.js';

/** What a customer pays by agreement, for a span of days; half open, null where it has no bound. */
export interface PlanTerm {
  customer: string;
  /** The name of the plan; null where the customer has a price of its own. */
  plan: string | null;
  /** For one seat and interval. */
  amount: string;
  currency: string;
  per: PlanPrice['per'];
  seats: number;
  from: string | null;
  to: string | null;
}

/** The revenue sections of llmcost.yaml. */
export interface RevenueTerms {
  terms: readonly PlanTerm[];
  /** Other names of customers; each is of one customer only. */
  aliases: readonly { alias: string; customer: string }[];
  rates: readonly DatedRate[];
}

type Said = Pick<Config, 'plans' | 'customers' | 'rates' | 'where'>;
type Customer = NonNullable<Config['customers']>[string];

/**
 * The sections `plans`, `customers` and `rates` of a configuration as rows. Throws UsageError if they contradict
 * each other: an unknown plan, two plans of a customer on one day, a name of two customers, a rate of no currency.
 */
export function revenueTerms(config: Said): RevenueTerms {
  const { customers = {}, where } = config;
  const rates = datedRates(config.rates);
  if ('sentence' in rates) throw new UsageError(`${where(...rates.path)}: ${rates.sentence}`);
  const terms = Object.entries(customers).flatMap(([name, customer]) => termsOf(name, customer, config));
  return { terms, aliases: aliasesOf(customers, config), rates };
}

function termsOf(name: string, customer: Customer, { plans = {}, where }: Said): PlanTerm[] {
  const listed = 'terms' in customer ? customer.terms : undefined;
  const given = listed ?? [customer];
  const found = given.flatMap((entry, index): (PlanTerm & { at: string })[] => {
    const at = where('customers', name, ...(listed === undefined ? [] : ['terms', index]));
    const own = 'price' in entry ? entry.price : undefined;
    if (entry.plan === undefined && own === undefined) return [];
    const price = own ?? (Object.hasOwn(plans, entry.plan ?? '') ? plans[entry.plan ?? '']?.price : undefined);
    if (price === undefined) throw unknownPlan(at, entry.plan ?? '', Object.keys(plans));
    const { seats = 1, from = null, to = null } = 'seats' in entry || 'from' in entry || 'to' in entry ? entry : {};
    return [{ customer: name, plan: entry.plan ?? null, ...price, seats, from, to, at }];
  });
  for (const [index, term] of found.entries()) {
    const clash = found.slice(0, index).find((before) => overlap(before, term));
    if (clash !== undefined)
      throw new UsageError(`${term.at}: ${name} has a plan for some of these days already.\nEnd that one with to.`);
  }
  return found.map(({ at, ...term }) => term);
}

function overlap(a: PlanTerm, b: PlanTerm): boolean {
  return (a.to === null || b.from === null || b.from < a.to) && (b.to === null || a.from === null || a.from < b.to);
}

function unknownPlan(at: string, plan: string, known: readonly string[]): UsageError {
  const possible = known.length === 0 ? 'There is no section plans yet.' : `Plans are: ${known.join(', ')}.`;
  return new UsageError(`${at}: there is no plan '${plan}'.\n${possible}`);
}

function aliasesOf(customers: NonNullable<Config['customers']>, { where }: Said): RevenueTerms['aliases'] {
  const owners = new Map<string, string>(Object.keys(customers).map((name) => [name, name]));
  return Object.entries(customers).flatMap(([customer, said]) => {
    const names = 'aliases' in said ? (said.aliases ?? []) : [];
    return names.map((alias, index) => {
      const owner = owners.get(alias);
      if (owner !== undefined && owner !== customer)
        throw new UsageError(
          `${where('customers', customer, 'aliases', index)}: ${alias} is a name of ${owner} already.\nA name can stand for one customer only.`,
        );
      owners.set(alias, customer);
      return { alias, customer };
    });
  });
}
