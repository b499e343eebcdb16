import type { RevenueTerms } from '../../config/revenue.js';
import { UsageError } from '../../errors.js';
import type { Store } from '../../store/store.js';
import { revenueByCustomer } from '../margin/revenue.js';
import type { Circumstances, Rule } from './rule.js';
import { keyText } from './usage.js';

/** The revenue of groups, in USD as decimal text, and the groups that have more of it, in currencies without a rate. */
export interface GroupRevenue {
  known: Map<string, string>;
  notConverted: ReadonlySet<string>;
}

/**
 * The revenue that each group of a rule is measured by, over the whole of its period: of its customer if the rule has one budget for
 * each, of all customers if it has one for all; by the name of the group. UsageError for any other groups.
 */
export async function revenueOfGroups(
  store: Store,
  rule: Rule,
  { tz, now, terms }: Circumstances & { terms: RevenueTerms },
): Promise<GroupRevenue> {
  const { dimensions, conditions, budget } = rule;
  const names = dimensions.map(({ name }) => name);
  const byCustomer = names.length === 1 && names[0] === 'customer';
  const ofAll = names.length === 0 && conditions.every(({ dimension }) => dimension !== 'customer');
  if (!byCustomer && !ofAll) {
    const where = budget.place.keys.limit ?? '--limit';
    throw new UsageError(
      `${where}: '% of revenue' is known for each customer (group_by: [customer]) or for all together, not for this rule.`,
    );
  }
  const { rows, total, unconverted } = await revenueByCustomer(store, { period: rule.period.whole, tz, now, terms });
  const nameOf = (customer: string | null) => keyText(ofAll ? [] : [customer]);
  const notConverted = new Set(unconverted.map(({ customer }) => nameOf(customer)));
  if (ofAll) return { known: new Map(rows.length === 0 ? [] : [[keyText([]), total]]), notConverted };
  return { known: new Map(rows.map(({ customer, revenue }) => [nameOf(customer), revenue])), notConverted };
}
