import { describe, expect, test } from 'vitest';
import type { ExplainReport } from '../../src/query/explain/answer.js';
import { explainReport } from '../../src/query/explain/explain.js';
import { dayWithWeekBefore, withPrevious } from '../../src/query/explain/query.js';
import { parseCondition } from '../../src/query/scope/filter.js';
import { parsePeriod } from '../../src/query/scope/period.js';
import { withStore } from '../../src/store/store.js';
import { addCalls, type Calls } from './explain_rows.js';

const NOW = new Date('2026-11-15T12:00:00Z');
const AFTER = '2026-10-15';

/** 14 days before and 14 from 15 October on; 1 to 28 October. */
const days = Array.from({ length: 28 }, (_, index) => `2026-10-${String(index + 1).padStart(2, '0')}`);

/** What `each` makes of the calls of every day: three customers with two features, ten requests of $0.0022 each. */
function calls(each: (call: Calls, changed: boolean) => Calls | Calls[] = (call) => call): Calls[] {
  return days.flatMap((day) =>
    ['acme', 'globex', 'initech'].flatMap((customer) =>
      ['chat', 'search'].flatMap((feature) =>
        each(
          { day, customer, feature, model: 'big', requests: 10, input: 1000, cached: 400, output: 100 },
          day >= AFTER,
        ),
      ),
    ),
  );
}

async function explained(rows: readonly Calls[], where: string[] = []): Promise<ExplainReport> {
  const at = (day: number) => Date.UTC(2026, 9, day);
  return withStore(':memory:', { access: 'write' }, async (store) => {
    await addCalls(store, rows);
    return explainReport(store, {
      before: { since: at(1), until: at(15), label: 'before' },
      after: { since: at(15), until: at(29), label: 'after' },
      tz: 'UTC',
      where: where.map(parseCondition),
      now: new Date(at(29)),
    });
  });
}

/** The parts that are not 0, without zeros at the end. */
function partsOf({ parts }: ExplainReport): string[] {
  return parts.filter(({ amount }) => /[1-9]/.test(amount)).map(({ effect, amount }) => `${effect} ${bare(amount)}`);
}

function bare(amount: string): string {
  return amount.replace(/\.?0+$/, '');
}

function sum(amounts: readonly string[]): bigint {
  return amounts.reduce((total, amount) => total + BigInt(amount.replace('.', '')), 0n);
}

describe('a planted cause is named first, with its amount', () => {
  test.each<[string, (call: Calls, changed: boolean) => Calls | Calls[], string[], string]>([
    [
      // 420 requests with 1000 tokens more each, 600 at 2 and 400 at 0.5 per million: $0.0014
      'longer prompts of one feature',
      (call, changed) => (changed && call.feature === 'chat' ? { ...call, input: 2000, cached: 800 } : call),
      ['prompt_length 0.588'],
      'Longer prompts: +$0.59, all of it feature chat (1,000 → 2,000 input tokens per request).',
    ],
    [
      // 420 requests again at $0.0022
      'a retry storm',
      (call, changed) => (changed && call.feature === 'search' ? [call, { ...call, attempt: 2 }] : call),
      ['retries 0.924'],
      'More repeated attempts: +$0.92, all of it feature search (0 → 420 calls).',
    ],
    [
      // 20 requests a day become 200: 2520 more at $0.0022
      'a heavy customer',
      (call, changed) => (changed && call.customer === 'acme' ? { ...call, requests: 100 } : call),
      ['customer_mix 5.544'],
      'More requests of single customers: +$5.54, all of it customer acme (280 → 2,800 requests).',
    ],
    [
      // 840 requests at twice the price
      'a price change',
      (call, changed) => (changed ? { ...call, model: 'big_dear' } : call),
      ['price 1.848'],
      'Higher prices: +$1.85, all of it model big.',
    ],
    [
      // 420 requests with 400 tokens at 2 in place of 0.5 per million
      'a lost cache',
      (call, changed) => (changed && call.feature === 'chat' ? { ...call, cached: 0 } : call),
      ['caching 0.252'],
      'Less of the prompts from the cache: +$0.25, all of it feature chat (40% → 0% of the prompts cached).',
    ],
    [
      // 420 requests with 50 tokens less at 8 per million
      'shorter answers',
      (call, changed) => (changed && call.feature === 'chat' ? { ...call, output: 50 } : call),
      ['output_length -0.168'],
      'Shorter answers: -$0.17, all of it feature chat (100 → 50 output tokens per request).',
    ],
    [
      // 420 requests at a tenth of the price
      'another model',
      (call, changed) => (changed && call.feature === 'chat' ? { ...call, model: 'mini' } : call),
      ['model_mix -0.8316'],
      'Requests to cheaper models: -$0.83 (big 840 → 420, mini 0 → 420 requests).',
    ],
    [
      // Half as much again of 840 requests
      'growth of everybody',
      (call, changed) => (changed ? { ...call, requests: 15 } : call),
      ['volume 0.924'],
      'More requests of everybody: +$0.92.',
    ],
  ])('%s', async (_, plant, parts, sentence) => {
    const report = await explained(calls(plant));
    expect(partsOf(report)).toEqual(parts);
    expect(report.causes).toEqual([parts[0]?.split(' ')[0]]);
    expect(report.sentences[1]).toBe(sentence);
    expect(report.cost_before).toBe('1.848000000000000000');
    expect(sum(report.parts.map(({ amount }) => amount))).toBe(sum([report.change]));
  });
});

test('several at once sum exactly, whatever has to be rounded', async () => {
  const report = await explained(
    calls((call, changed) => {
      const odd = { ...call, requests: 7, input: 1003, cached: 401, output: 97 };
      if (!changed) return odd;
      const more = { ...odd, requests: 11, input: 1717, cached: 13, output: 101 };
      return call.customer === 'acme'
        ? [more, { ...more, feature: 'new', requests: 3 }, { ...more, attempt: 2, requests: 2 }]
        : call.customer === 'globex'
          ? { ...more, customer: 'hooli', model: 'mini' }
          : { ...more, model: 'big_dear' };
    }),
  );
  expect(sum(report.parts.map(({ amount }) => amount))).toBe(sum([report.change]));
  expect(sum([report.cost_after]) - sum([report.cost_before])).toBe(sum([report.change]));
  for (const { amount, contributions } of report.parts) {
    const models = contributions.filter(({ of }) => of === 'model').map((one) => one.amount);
    expect(sum(models)).toBe(sum([amount]));
  }
  expect(report.parts.filter(({ amount }) => !/[1-9]/.test(amount)).map(({ effect }) => effect)).toEqual([
    'model_mix',
    'other_units',
  ]);
});

test('a filter chooses what is explained, and a day is named', async () => {
  const rows = calls((call) =>
    call.day === '2026-10-20' && call.customer === 'globex' && call.feature === 'chat'
      ? { ...call, requests: 500 }
      : call,
  );
  const acme = await explained(rows, ['customer=acme']);
  expect(acme.sentences).toEqual(['Cost stayed at $0.62.']);
  const all = await explained(rows);
  // 490 more at $0.0022
  expect(all.causes).toEqual(['customer_mix']);
  expect(all.peaks).toEqual([
    {
      time: '2026-10-20',
      cost: '1.210000000000000000',
      above: '1.078000000000000000',
      customer: 'globex',
      feature: 'chat',
      model: 'big',
    },
  ]);
  expect(all.sentences.at(-1)).toBe(
    'It shows most at 2026-10-20: $1.08 above the usual, most of it of customer globex in feature chat on big.',
  );
});

test('scatter alone is no cause', async () => {
  // A linear congruential generator: the same numbers every time.
  let seed = 20261015;
  const random = () => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed / 2147483648;
  };
  let alarms = 0;
  for (let store = 0; store < 10; store++) {
    const report = await explained(
      calls((call) => {
        const requests = Math.floor(5 + 10 * random());
        const input = Math.floor(700 + 600 * random());
        return {
          ...call,
          requests,
          input,
          cached: Math.floor(input * 0.4 * random() * 2),
          output: Math.floor(50 + 100 * random()),
        };
      }),
    );
    if (report.causes.length > 0) alarms++;
  }
  expect(alarms).toBe(0);
}, 240_000);

test('the period before', () => {
  const spans = (period: string, now = NOW) => {
    const { before, after } = withPrevious(parsePeriod(period, 'UTC', now), 'UTC', now);
    return [before.label, after.label];
  };
  expect(spans('2026-10')).toEqual(['2026-09-01 → 2026-10-01', '2026-10-01 → 2026-11-01']);
  expect(spans('2026-Q3')).toEqual(['2026-04-01 → 2026-07-01', '2026-07-01 → 2026-10-01']);
  expect(spans('2026-W40')).toEqual(['2026-09-21 → 2026-09-28', '2026-09-28 → 2026-10-05']);
  // Up to now, and as far before: 14 days and a half.
  expect(spans('this month')).toEqual(['2026-10-01 → 2026-10-15 12:00', '2026-11-01 → 2026-11-15 12:00']);
  const day = dayWithWeekBefore(parsePeriod('2026-10-14', 'UTC', NOW), 'UTC');
  expect([day.before.label, day.after.label]).toEqual(['2026-10-07 → 2026-10-08', '2026-10-14 → 2026-10-15']);
  expect(() => spans('2027')).toThrow(
    '2027-01-01 → 2028-01-01 has not begun: there is nothing to explain.\nChoose a period of the past.',
  );
  expect(() => spans('all')).toThrow(
    "--period all time has no beginning or no end, so nothing comes before it.\nName a period such as 'last week', 2026-10 or 'last 7 days'.",
  );
});

test('nothing to compare with', async () => {
  await expect(explained(calls().filter(({ day }) => day >= AFTER))).rejects.toThrow(
    'The change cannot be explained: nothing with a price was used in before. Usage ends on 2026-10-28.\nChoose other periods with --period and --versus, or fewer filters.',
  );
});

/** More or fewer requests of the big feature on every day, by the day of the month. */
const SWING = [1300, 700, 1150, 850, 1250, 900, 600, 1100, 1400, 750, 950, 1200, 650, 1050];

test('doubled prompts of a cheap feature are named, however much the number of requests swings', async () => {
  const both = days.flatMap((day, index): Calls[] => {
    const requests = SWING[index % SWING.length] ?? 0;
    const input = day >= AFTER ? 20_000 : 10_000;
    return [
      { day, customer: 'acme', feature: 'bulk', model: 'big', requests, input: 1000, cached: 0, output: 0 },
      { day, customer: 'acme', feature: 'notes', model: 'mini', requests: 100, input, cached: 0, output: 0 },
    ];
  });
  const report = await explained(both);
  // 14 days of 100 requests with 10,000 tokens more at $0.2 a million.
  expect(partsOf(report)).toEqual(['prompt_length 2.8']);
  expect(report.causes).toEqual(['prompt_length']);
  // The bill scatters by far more than that, the length of prompts not at all.
  expect(Number(report.scatter?.usd)).toBeGreaterThan(2.8);
  expect(report.parts.find(({ effect }) => effect === 'prompt_length')?.scatter).toBe('0.000000');
});
