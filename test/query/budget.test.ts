import { beforeAll, expect, test } from 'vitest';
import { budgetPeriodOf } from '../../src/config/limit.js';
import { UsageError } from '../../src/errors.js';
import type { Verdict } from '../../src/query/budget/answer.js';
import { exitCodeOf, worstExit } from '../../src/query/budget/verdict.js';
import { projections } from '../../src/query/forecast/projection.js';
import { earlierPeriods, runningPeriod } from '../../src/query/scope/budget_period.js';
import { sql } from '../../src/sql.js';
import type { Store } from '../../src/store/store.js';
import { addPrices, inMemory } from '../rate/price_rows.js';
import { check, daily, NOW, verdicts } from './budget_rows.js';
import { addUsage } from './usage_rows.js';

const MONDAY = (day: string) => new Date(day).getUTCDay() === 1;

/** September and October of seven customers; what each used is added up beside it. */
const ROWS = [
  {
    customer: 'acme',
    cost: '20.000000000000000001',
    occurred_at: '2026-10-02 09:00:00',
    feature: 'chat',
    model: 'big',
  },
  { customer: 'acme', cost: '15', occurred_at: '2026-10-03 09:00:00', feature: 'chat', model: 'big' },
  { customer: 'acme', cost: '5', occurred_at: '2026-10-04 09:00:00', feature: 'search', model: 'small' },
  { customer: 'acme', cost: '20', occurred_at: '2026-09-04 09:00:00', feature: 'search', model: 'small' },
  { customer: 'globex', cost: '32', occurred_at: '2026-10-05 09:00:00', feature: 'chat', model: 'big' },
  { customer: 'globex', cost: '30', occurred_at: '2026-09-05 09:00:00', feature: 'chat', model: 'big' },
  { customer: 'hooli', cost: '40', occurred_at: '2026-10-06 09:00:00', feature: 'chat', model: 'big' },
  { customer: 'initech', cost: '5', occurred_at: '2026-10-07 09:00:00', input: 900 },
  { customer: 'initech', cost: null, occurred_at: '2026-10-07 10:00:00', input: 100, model: 'new' },
  { customer: 'umbrella', cost: '41', occurred_at: '2026-10-08 09:00:00', input: 10 },
  { customer: 'umbrella', cost: null, occurred_at: '2026-10-08 10:00:00', input: 990, model: 'new' },
  { customer: null, cost: '1', occurred_at: '2026-10-09 09:00:00' },
];

let answers: Awaited<ReturnType<typeof all>>;

/** Everything that is asked of the one store. */
async function all(store: Store) {
  await addPrices(store, [{ dimension: 'input', usd: '1' }]);
  await addUsage(store, ROWS);
  const group_by = ['customer'];
  const fresh = { max_price_age: 'any' };
  const asked = async (data: Record<string, unknown>) => check(store, { ...fresh, ...data });
  return {
    plain: await asked({ group_by, limit: '40 USD', warn_at: '80%' }),
    tolerant: await asked({ group_by, limit: '40 USD', max_unpriced: '10%' }),
    excepted: await asked({
      group_by,
      limit: '40 USD',
      exceptions: [
        { for: { customer: 'acme' }, limit: '50 USD', until: '2026-10-15' },
        { for: { customer: 'umbrella' }, limit: 'none' },
        { for: { customer: '(none)' }, limit: '0.5 USD' },
        { for: { customer: 'hooli' }, limit: '100 USD', until: '2026-10-14', note: 'trial' },
      ],
    }),
    stale: await check(store, { group_by, limit: '40 USD', max_price_age: '30d' }),
    tokens: await asked({ group_by, limit: '999 tokens' }),
    empty: await asked({ limit: '40 USD', where: ['customer=acme', 'feature=none'] }),
    growth: await asked({ group_by, limit: '+10% vs baseline' }),
    floor: await asked({ group_by, limit: '+10% vs baseline', floor: '21 USD' }),
    others: await asked({ group_by, limit: '1x median of others', max_unpriced: '100%' }),
    whole: await asked({ limit: '150 USD' }),
    rolling: await asked({ group_by, limit: '40 USD', period: 'rolling 10d' }),
    perRequest: await asked({ group_by, limit: '10 USD per request' }),
    errors: await store.rehearsal(async () => {
      const messages: string[] = [];
      for (const data of WRONG) {
        const message = await asked(data).then(
          () => 'nothing was wrong',
          (error: unknown) => (error instanceof UsageError ? error.message : String(error)),
        );
        messages.push(message);
      }
      return messages;
    }),
  };
}

const WRONG = [
  { limit: '5 USD', metric: 'costs' },
  { limit: '5 USD', metric: 'latency' },
  { limit: '5%' },
  { limit: '5 USD', metric: 'error_rate' },
  { limit: '60% of revenue', metric: 'requests' },
  { limit: '0.1 USD per request', metric: 'cost' },
  { limit: '40%', metric: 'cache_hit_rate' },
  { limit: '5', metric: 'tokens_per_minute' },
  { limit: '5 USD', group_by: ['costumer'] },
  { limit: '5 USD', group_by: ['tag:team'] },
  { limit: '5 USD', where: ['session=x'] },
  { limit: '5 USD', where: ['acme'] },
  { limit: '5 s', metric: 'latency_p95', on: ['actual', 'forecast'] },
];

beforeAll(async () => {
  answers = await inMemory(all);
});

test('above is breached, at the limit is not, and what has no price decides nothing unless the rest is too much already', () => {
  expect(verdicts(answers.plain)).toEqual({
    acme: 'breach',
    globex: 'warn',
    hooli: 'warn',
    initech: 'undecided',
    umbrella: 'breach',
    '(none)': 'ok',
  });
  expect(answers.plain.exit_code).toBe(1);
  expect(answers.plain.counts).toEqual({ ok: 1, warn: 2, forecast: 0, breach: 2, no_data: 0, undecided: 1 });
  const acme = answers.plain.rows.find(({ group }) => group.customer === 'acme');
  // 40.000000000000000001 of 40: no floating point tells them apart.
  expect(acme).toMatchObject({
    used: '40.000000000000000001',
    limit: '40.000000000000000000',
    used_percent: '100.00',
    period: '2026-10-01 → 2026-11-01',
    driver: { dimension: 'feature', value: 'chat', share_percent: '87.50' },
    message:
      'command line, acme: breached, cost USD 40.000000000000000001 of USD 40 (100.00%) (2026-10-01 → 2026-11-01)',
  });
});

test('how much may lack a price is for the rule to say', () => {
  const shares = answers.plain.rows.map(({ group, unpriced_percent }) => [group.customer, unpriced_percent]);
  // initech: 1 of 2 rows, 100 of 1,000 tokens; umbrella: 990 of 1,000 tokens.
  expect(Object.fromEntries(shares)).toMatchObject({ acme: '0', initech: '50.00', umbrella: '99.00' });
  expect(verdicts(answers.tolerant)).toMatchObject({ initech: 'undecided' });
  expect(answers.tolerant.rows.find(({ verdict }) => verdict === 'undecided')?.message).toBe(
    'command line, initech: undecided, 50.00% of its usage has no price. llmcost pricing status names the models; --max-unpriced can allow it.',
  );
});

test('an exception holds through its last day, and one that is over says so', () => {
  expect(verdicts(answers.excepted)).toMatchObject({ acme: 'ok', umbrella: 'ok', hooli: 'ok', '(none)': 'breach' });
  expect(answers.excepted.rows.find(({ group }) => group.customer === 'acme')?.exception).toBe(
    '50 USD until 2026-10-15',
  );
  expect(answers.excepted.rows.find(({ group }) => group.customer === 'hooli')?.limit).toBe('40.000000000000000000');
  expect(answers.excepted.warnings.filter(({ code }) => code === 'exception_expired')).toEqual([
    {
      code: 'exception_expired',
      message: 'The exception of command line for hooli ended on 2026-10-14: the usual limit holds.',
    },
  ]);
});

test('old prices decide nothing, but what is above the limit by them stays so', () => {
  expect(verdicts(answers.stale)).toMatchObject({ acme: 'breach', globex: 'undecided', hooli: 'undecided' });
  expect(answers.stale.rows.find(({ group }) => group.customer === 'globex')?.message).toBe(
    'command line, globex: undecided, its usage is priced by a list that is 287 days old. Refresh it: llmcost pricing refresh; --max-price-age can allow it.',
  );
});

test('tokens need no prices', () => {
  expect(verdicts(answers.tokens)).toMatchObject({ acme: 'ok', initech: 'breach', umbrella: 'breach' });
  expect(answers.tokens.rows[0]?.message).toContain('total_tokens 1,000 tokens of 999 tokens (100.10%)');
});

test('that usage ended days before the check is said', () => {
  expect(answers.excepted.data_until).toBe('2026-10-09T09:00:00.000Z');
  expect(answers.excepted.warnings.at(-1)).toEqual({
    code: 'data_ends',
    message:
      'There is usage until 2026-10-09 only, 6 days before the time of the check: what was used since is in no figure. Import it.',
  });
});

test('no usage is no pass', () => {
  expect(answers.empty).toMatchObject({ verdict: 'no_data', exit_code: 4 });
  expect(answers.empty.rows.map(({ message }) => message)).toEqual([
    'command line: no data, there is no usage in its scope (2026-10-01 → 2026-11-01). Import something, or say --on-empty pass.',
  ]);
});

test('against the period before: 20 + 10 % and 30 + 10 %; whoever is new has nothing to be compared with', () => {
  expect(verdicts(answers.growth)).toMatchObject({ acme: 'breach', globex: 'ok', hooli: 'undecided' });
  const limits = answers.growth.rows.map(({ group, limit }) => [group.customer, limit]);
  expect(Object.fromEntries(limits)).toMatchObject({
    acme: '22.000000000000000000',
    globex: '33.000000000000000000',
    hooli: null,
  });
  // The floor is 20 + 21 = 41, more than the 40 that acme used.
  expect(verdicts(answers.floor)).toMatchObject({ acme: 'ok', globex: 'ok' });
  expect(answers.growth.rows.find(({ group }) => group.customer === 'hooli')?.message).toBe(
    "command line, hooli: undecided, there is nothing '+10% vs baseline' could be relative to (2026-10-01 → 2026-11-01).",
  );
});

test('against the median of the others', () => {
  // Costs: 1, 5, 32, 40, 40.000000000000000001, 41. Without acme: 1, 5, 32, 40, 41, of which 32 is in the middle.
  const limits = answers.others.rows.map(({ group, limit }) => [group.customer ?? '(none)', limit]);
  expect(Object.fromEntries(limits)).toMatchObject({
    acme: '32.000000000000000000',
    hooli: '32.000000000000000000',
    globex: '40.000000000000000000',
  });
  expect(verdicts(answers.others)).toMatchObject({ acme: 'breach', globex: 'ok', '(none)': 'ok', hooli: 'breach' });
});

test('without groups there is one budget for all; ten days are today and the nine before', () => {
  // 20.000000000000000001 + 15 + 5 + 32 + 40 + 5 + 41 + 1
  expect(answers.whole.rows).toMatchObject([{ used: '159.000000000000000001', verdict: 'breach', group: {} }]);
  expect(answers.rolling.rows[0]).toMatchObject({ period: '2026-10-06 → 2026-10-16' });
  expect(Object.keys(verdicts(answers.rolling)).sort()).toEqual(['(none)', 'hooli', 'initech', 'umbrella']);
});

test('USD per request is of the priced requests: no lower bound, so what has no price leaves it undecided', () => {
  expect(verdicts(answers.perRequest)).toMatchObject({
    acme: 'breach',
    globex: 'breach',
    umbrella: 'undecided',
    '(none)': 'ok',
  });
});

test('what there is not is a mistake, and never passes', () => {
  const text = answers.errors;
  expect(text[0]).toMatch(/^--metric: There is no metric 'costs'\. Did you mean cost\?\nPossible are: /);
  expect(text[1]).toMatch(/^--metric: 'latency' stands for several metrics: .*latency_p95.*\nName one of them\.$/);
  expect(text.slice(2, 8)).toEqual([
    "--metric: is missing: '5%' does not say of what, such as error_rate or latency_p95.",
    "--limit: '5 USD' is no limit of error_rate; write for example '5%'.",
    "--limit: '60% of revenue' is a limit of cost, not of requests.",
    "--limit: '0.1 USD per request' is a limit of cost_per_request, not of cost.",
    "--limit: cache_hit_rate is better the higher it is: write 'at least 40%'.",
    '--metric: tokens_per_minute is only known by the hour or day, not for a budget.',
  ]);
  expect(text[8]).toMatch(/^--group-by: There is no dimension 'costumer'\. Did you mean customer\?/);
  expect(text[9]).toBe('--group-by: no usage in the database has a tag:team.');
  expect(text[10]).toBe('--where: no usage in the database has a session.');
  expect(text[12]).toBe('--on: latency_p95 does not add up from day to day, so it cannot be forecast.');
  expect(text[11]).toMatch(/^--where: --where 'acme' is not a filter\./);
});

test.each([
  ['breach', 'error', 'undecided', false, 1],
  ['forecast', 'error', 'undecided', false, 1],
  ['warn', 'error', 'undecided', false, 0],
  ['warn', 'error', 'undecided', true, 1],
  ['breach', 'warn', 'undecided', false, 0],
  ['breach', 'warn', 'undecided', true, 1],
  ['no_data', 'error', 'undecided', false, 4],
  ['no_data', 'error', 'pass', false, 0],
  ['no_data', 'error', 'fail', false, 1],
  ['undecided', 'error', 'pass', false, 4],
  ['undecided', 'warn', 'undecided', false, 0],
  ['ok', 'error', 'undecided', true, 0],
] as const)(
  '%s of a rule of level %s, on_empty %s, --fail-on-warn %s: exit code %d',
  (verdict, level, on_empty, fail_on_warn, code) => {
    expect(exitCodeOf(verdict as Verdict, { level, on_empty }, { fail_on_warn })).toBe(code);
  },
);

test('a breach comes before what cannot be decided', () => {
  expect([worstExit([0, 4, 1]), worstExit([4, 0]), worstExit([0]), worstExit([])]).toEqual([1, 4, 0, 0]);
});

test.each([
  ['month', '2026-10-31T23:30:00Z', 'Europe/Berlin', '2026-11-01 → 2026-12-01', '2026-10-01 → 2026-11-01'],
  ['week', '2026-10-25T22:30:00Z', 'Europe/Berlin', '2026-10-19 → 2026-10-26', '2026-10-12 → 2026-10-19'],
  ['quarter', '2026-01-01T03:00:00Z', 'America/New_York', '2025-10-01 → 2026-01-01', '2025-07-01 → 2025-10-01'],
  ['day', '2026-10-25T12:00:00Z', 'Europe/Berlin', '2026-10-25 → 2026-10-26', '2026-10-24 → 2026-10-25'],
  ['rolling 30d', '2026-10-15T12:00:00Z', 'UTC', '2026-09-16 → 2026-10-16', '2026-08-17 → 2026-09-16'],
  ['billing day 15', '2026-10-14T12:00:00Z', 'UTC', '2026-09-15 → 2026-10-15', '2026-08-15 → 2026-09-15'],
  ['billing day 15', '2026-10-15T12:00:00Z', 'UTC', '2026-10-15 → 2026-11-15', '2026-09-15 → 2026-10-15'],
  ['billing day 31', '2026-02-28T12:00:00Z', 'UTC', '2026-02-28 → 2026-03-31', '2026-01-31 → 2026-02-28'],
  ['billing day 31', '2026-02-27T12:00:00Z', 'UTC', '2026-01-31 → 2026-02-28', '2025-12-31 → 2026-01-31'],
  ['billing day 31', '2028-02-29T12:00:00Z', 'UTC', '2028-02-29 → 2028-03-31', '2028-01-31 → 2028-02-29'],
])('%s at %s in %s', (text, now, tz, label, before) => {
  const spec = budgetPeriodOf(text);
  if (spec === undefined) throw new Error('no period');
  const { whole, elapsed } = runningPeriod(spec, tz, new Date(now));
  expect(whole.label).toBe(label);
  expect(elapsed.until).toBe(Date.parse(now));
  expect(earlierPeriods(spec, tz, { whole, count: 1 }).map((period) => period.label)).toEqual([before]);
});

test('a forecast knows weekdays and growth, and tells when a limit will be reached', async () => {
  await inMemory(async (store) => {
    await addUsage(store, [
      ...daily('2026-08-01', '2026-10-15', () => ({ customer: 'steady', cost: '1' })),
      // Seven dollars on Mondays: 5 and 12 October are past, 19 and 26 to come.
      ...daily('2026-08-03', '2026-10-15', (day) => (MONDAY(day) ? { customer: 'mondays', cost: '7' } : undefined)),
      // Twice as much for two weeks: six of eight days of a weekday cost 1 and two cost 2, so 1.25, times 2 ÷ 1.25.
      ...daily('2026-08-01', '2026-10-15', (day) => ({ customer: 'growing', cost: day < '2026-10-01' ? '1' : '2' })),
      ...daily('2026-10-05', '2026-10-15', () => ({ customer: 'new', cost: '3' })),
      ...daily('2026-08-01', '2026-10-01', (day) => ({
        customer: 'exact',
        cost: day === '2026-10-01' ? '0.000000000003000001' : '0',
      })),
    ]);
    const data = { group_by: ['customer'], max_price_age: 'any' };
    const found = await check(store, {
      ...data,
      where: ['customer!=exact'],
      limit: '30 USD',
      on: ['actual', 'forecast'],
    });
    const shown = found.rows.map((row) => [
      row.group.customer,
      [row.verdict, Number(row.used), row.projected === null ? null : Number(row.projected), row.used_up_on],
    ]);
    expect(Object.fromEntries(shown)).toEqual({
      steady: ['forecast', 15, 31, '2026-10-30'],
      mondays: ['ok', 14, 28, null],
      growing: ['forecast', 30, 62, '2026-10-15'],
      // Eleven days at 3, and 16 more to come: 27 in all.
      new: ['breach', 33, 81, '2026-10-14'],
    });
    const steady = found.rows.find(({ group }) => group.customer === 'steady');
    // 75 days are over; 17 ahead were projected from the ends of the 14th to the 58th: 45 times, and never wrong.
    expect(steady).toMatchObject({
      // Never wrong so far, but no guess is surer than 5 % of the 16 to come.
      projected_low: '30.200000000000000000',
      projected_high: '31.800000000000000000',
      forecast_error_percent: '0.0',
      forecast_trials: 45,
      exit_code: 1,
      message:
        'command line, steady: cost USD 15 of USD 30, forecast USD 31, used up on 2026-10-30 (2026-10-01 → 2026-11-01)',
    });
    expect(found.rows.find(({ group }) => group.customer === 'new')?.forecast_note).toBe(null);
    // On the morning of its second day nothing can be said of a customer.
    const only = await check(
      store,
      { ...data, where: ['customer=new'], limit: '50 USD', on: ['forecast'] },
      { now: new Date('2026-10-06T11:00:00Z') },
    );
    expect(only.rows).toMatchObject([
      { verdict: 'undecided', reason: 'no_forecast', exit_code: 4, forecast_note: 'too little history (1 day)' },
    ]);
    const tiny = await check(store, { ...data, where: ['customer=exact'], limit: '0.000000000001 USD' });
    // What is exact stays so beside what is expected.
    expect(tiny.rows).toMatchObject([
      { used: '0.000000000003000001', projected: '0.000000000003000001', used_up_on: '2026-10-01' },
    ]);
    const month = { since: Date.UTC(2026, 9), until: Date.UTC(2026, 10), now: NOW, tz: 'UTC', where: [] };
    const [whole] = await projections(store, { ...month, metric: 'requests', by: [] });
    // 15 + 2 + 15 + 11 + 1 requests.
    expect(whole).toMatchObject({ key: [], used: '44.000000000000000000' });
  });
});

test('numbers of requests that are not known decide nothing below the limit, and above it everything', async () => {
  await inMemory(async (store) => {
    const row = { customer: 'acme', occurred_at: '2026-10-02 09:00:00', status: 'ok' };
    await addUsage(store, [row, { ...row, requests: 10 }, { ...row, requests: null }]);
    const verdict = async (data: Record<string, unknown>) => {
      const { rows, exit_code } = await check(store, { max_price_age: 'any', ...data });
      return [rows[0]?.verdict, rows[0]?.reason, exit_code];
    };
    expect(await verdict({ limit: '20 requests' })).toEqual(['undecided', 'unknown_requests', 4]);
    expect(await verdict({ limit: '10 requests' })).toEqual(['breach', null, 1]);
    expect(await verdict({ limit: 'at least 10 requests' })).toEqual(['ok', null, 0]);
    expect(await verdict({ limit: 'at least 12 requests' })).toEqual(['undecided', 'unknown_requests', 4]);
    expect(await verdict({ limit: '5%', metric: 'error_rate' })).toEqual(['undecided', 'unknown_requests', 4]);
    expect(await verdict({ limit: '0.5 USD per request' })).toEqual(['undecided', 'not_known', 4]);
    // Cost and tokens are known all the same.
    expect(await verdict({ limit: '20 USD' })).toEqual(['ok', null, 0]);
  });
});

test('prices are as old as the list that they come from, not as the newest one', async () => {
  await inMemory(async (store) => {
    await addPrices(store, [
      { model: 'old', source: 'litellm', dimension: 'input', usd: '1' },
      { model: 'old', source: 'models.dev', dimension: 'output', usd: '1' },
    ]);
    await store.run(sql`
      insert into price_book (book_id, source, data_date, loaded_at, models, rates, added_in) values
        (2, 'litellm', date '2026-08-01', timestamp '2026-08-01', 1, 1, 1),
        (3, 'models.dev', date '2026-02-01', timestamp '2026-02-01', 1, 1, 1),
        (4, 'openrouter', date '2026-10-14', timestamp '2026-10-14', 1, 1, 1);
      insert into rate_card (
        rate_card_id, min_prompt_tokens, status, uncached_input, text_output, rule, assumed, rate_ids, created_at
      ) values
        (1, 0, 'priced', 0.000001, 0.000001, 'test', [], map {'uncached_input': 1, 'text_output': 2}, timestamp '2026-01-01'),
        (2, 0, 'priced', 0.000001, 0.000001, 'test', [], map {'uncached_input': -1, 'text_output': -2}, timestamp '2026-01-01')`);
    const at = '2026-10-02 09:00:00';
    await addUsage(store, [
      { customer: 'prompts', input: 10, rate_card_id: 1, occurred_at: at },
      { customer: 'answers', input: 10, output: 10, rate_card_id: 1, occurred_at: at },
      { customer: 'own', input: 10, output: 10, rate_card_id: 2, occurred_at: at },
    ]);
    const found = await check(store, { group_by: ['customer'], limit: '40 USD', max_price_age: '100d' });
    // 1 August to 15 October are 75 days, from 1 February 256; a price of one's own has no age.
    expect(
      Object.fromEntries(found.rows.map((row) => [row.group.customer, [row.verdict, row.price_age_days]])),
    ).toEqual({
      prompts: ['ok', 75],
      answers: ['undecided', 256],
      own: ['ok', null],
    });
    const strict = await check(store, { group_by: ['customer'], limit: '40 USD', max_price_age: '74d' });
    expect(verdicts(strict)).toEqual({ prompts: 'undecided', answers: 'undecided', own: 'ok' });
  });
});
