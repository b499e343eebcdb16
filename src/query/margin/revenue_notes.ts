import { sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import type { RevenueWarning, Unconverted } from './answer.js';

type LeftOut = { left_out: string; entries: string; customers: string };

const SENTENCES: Readonly<Record<string, (entries: string, customers: string) => string>> = {
  invoiced: (entries) =>
    `${counted(entries, 'payment')} left out: the invoices paid by them count, of the payments only what was refunded.`,
  balance: (entries) =>
    `${counted(entries, 'line')} of Stripe's balance left out: of those days there are invoices or payments, which count.`,
  settled: (entries, customers) =>
    `${counted(entries, 'subscription')} left out: of ${counted(customers, 'customer')} there are invoices or payments, which count.`,
  imported: (entries, customers) =>
    `${counted(entries, 'plan')} of llmcost.yaml left out: of ${counted(customers, 'customer')} revenue was imported, which counts.`,
  fee: (entries) => `${counted(entries, 'fee')} of the payment provider left out: what it takes is no revenue.`,
};

/** What was left out so that nothing counts twice, what may count twice all the same, and what could not be converted. */
export async function revenueWarnings(store: Store, unconverted: readonly Unconverted[]): Promise<RevenueWarning[]> {
  const left = await store.rows<LeftOut>(sql`
    select left_out, count(*) as entries, count(distinct customer) as customers
    from revenue_judged
    where left_out is not null and kind <> 'refund'
    group by left_out
    order by left_out`);
  const { mixed } = await store.row<{ mixed: string }>(sql`
    select count(*) as mixed
    from (
      select customer
      from revenue_judged
      where left_out is null and customer is not null and amount > 0
      group by customer
      having count(distinct case when kind = 'plan' then 'subscription' else kind end) > 1
    )`);
  const currencies = [...new Set(unconverted.map(({ currency }) => currency))];
  return [
    ...left.map(({ left_out, entries, customers }) => ({
      code: 'counted_once' as const,
      message: sentenceOf(left_out)(entries, customers),
    })),
    ...(mixed === '0'
      ? []
      : [
          {
            code: 'mixed_revenue' as const,
            message: `${counted(mixed, 'customer')} with revenue of several kinds (invoices, other payments, events): all of it counts; take an import back with llmcost imports remove if they tell the same money.`,
          },
        ]),
    ...currencies.map((currency) => ({
      code: 'not_converted' as const,
      message: `Revenue in ${currency} is listed apart: there is no rate for its day. Give one in llmcost.yaml, for example rates: {${currency}: 1.08}, in USD for 1 ${currency}.`,
    })),
  ];
}

function sentenceOf(reason: string): (entries: string, customers: string) => string {
  const sentence = SENTENCES[reason];
  if (sentence === undefined) throw new Error(`no sentence for ${reason}`);
  return sentence;
}

function counted(number: string, noun: string): string {
  return `${new Intl.NumberFormat('en-US').format(BigInt(number))} ${noun}${number === '1' ? '' : 's'}`;
}
