import { takenInTurn } from './measure.mjs';
import { built } from './program.mjs';

const MEASURES = `
  sum(fact.requests) as requests,
  sum(fact.requests) filter (where fact.cost_usd is null) as unpriced,
  sum(fact.uncached_input_tokens) + sum(coalesce(fact.cache_read_tokens, 0)) as input_tokens,
  sum(fact.text_output_tokens) + sum(coalesce(fact.reasoning_tokens, 0)) as output_tokens,
  sum(fact.cache_read_tokens) as cached_tokens,
  sum(fact.cost_usd) as cost`;

const LATENCIES = `
  sum(fact.requests) as requests,
  sum(fact.cost_usd) as cost,
  count(fact.latency_ms) as timed,
  sum(fact.latency_ms) as latency_sum,
  max(fact.latency_ms) as latency_max,
  quantile_disc(fact.latency_ms, [0.5, 0.95, 0.99]) as latency,
  sum(fact.ttft_ms) as ttft_sum,
  quantile_disc(fact.ttft_ms, [0.5, 0.95, 0.99]) as ttft,
  sum(fact.text_output_tokens + coalesce(fact.reasoning_tokens, 0)) filter (where fact.latency_ms > 0) as answered`;

/**
 * @typedef {object} Question
 * @property {string} name as the command line has it
 * @property {object} query what the report is asked for
 * @property {string} byHand the same answer as somebody who knows the tables would ask for it: no total, no notes, nothing unusual
 * @property {string} bar
 */

/** @type {Question[]} */
const QUESTIONS = [
  {
    name: '--by model',
    query: { by: ['model'] },
    byHand: `
with used as (select fact.profile_id, ${MEASURES} from usage_fact as fact group by all)
select profile.model, sum(requests), sum(unpriced), sum(input_tokens), sum(output_tokens), sum(cached_tokens), sum(cost) as cost
from used
left join usage_profile as profile using (profile_id)
group by all
order by cost desc`,
    bar: '≤ 1.5',
  },
  {
    name: '--by customer,model',
    query: { by: ['customer', 'model'] },
    byHand: `
select fact.customer, profile.model, ${MEASURES}
from usage_fact as fact
left join usage_profile as profile using (profile_id)
group by all
order by cost desc`,
    bar: '≤ 1.5',
  },
  {
    name: '--by day',
    query: { by: ['day'] },
    byHand: `
select cast(fact.occurred_at as date) as day, ${MEASURES}
from usage_fact as fact
group by all
order by day`,
    bar: '≤ 1.5',
  },
  {
    name: '--by feature --every day',
    query: { by: ['feature'], every: 'day' },
    byHand: `
with used as (select fact.profile_id, cast(fact.occurred_at as date) as day, ${MEASURES} from usage_fact as fact group by all)
select profile.feature, day, sum(requests), sum(unpriced), sum(input_tokens), sum(output_tokens), sum(cached_tokens), sum(cost) as cost
from used
left join usage_profile as profile using (profile_id)
group by all
order by all`,
    bar: '≤ 1.5',
  },
  {
    name: '--by customer --metrics latency',
    query: { by: ['customer'], preset: 'latency' },
    byHand: `select fact.customer, ${LATENCIES} from usage_fact as fact group by all order by cost desc`,
    bar: '≤ 2',
  },
  {
    name: '--by model --metrics latency',
    query: { by: ['model'], preset: 'latency' },
    byHand: `
select profile.model, ${LATENCIES}
from usage_fact as fact
left join usage_profile as profile using (profile_id)
group by all
order by cost desc`,
    bar: '≤ 2',
  },
];

/**
 * @typedef {object} Answered
 * @property {string} name
 * @property {string} bar
 * @property {import('./measure.mjs').Taken} ours
 * @property {import('./measure.mjs').Taken} byHand
 */

/**
 * Reports and the same by hand on the same open database: what start-up costs is measured elsewhere.
 * @param {string} database
 * @param {number} rounds
 * @returns {Promise<Answered[]>}
 */
export async function reports(database, rounds) {
  const { withStore } = await built('store/store.js');
  const { costReport } = await built('query/report.js');
  const { presetOf } = await built('query/metrics/metrics.js');
  const { periodBetween } = await built('query/period.js');
  const { Sql } = await built('sql.js');
  const period = periodBetween(undefined, undefined, 'UTC');
  return withStore(
    database,
    { access: 'read' },
    async (/** @type {import('../../src/store/store.js').Store} */ store) => {
      /** @type {Answered[]} */
      const results = [];
      for (const { name, query, byHand, bar } of QUESTIONS) {
        const { preset, ...asked } = /** @type {{ preset?: string }} */ (query);
        const metrics = preset === undefined ? undefined : presetOf(preset);
        const ours = () => costReport(store, { ...asked, metrics, period, tz: 'UTC', where: [], now: new Date() });
        await ours();
        const taken = await takenInTurn(rounds, { ours, byHand: () => store.rows(new Sql(byHand)) });
        results.push({ name: `report ${name}`, bar, ours: taken.ours, byHand: taken.byHand });
      }
      return results;
    },
  );
}

/** Adds all usage up in advance, as reports do once there is enough of it; what it takes. @param {string} database */
export async function addUp(database) {
  const { withStore } = await built('store/store.js');
  const { rollUp } = await built('query/roll_up.js');
  const added = () =>
    withStore(database, { access: 'write' }, (/** @type {import('../../src/store/store.js').Store} */ store) =>
      rollUp(store, ['hourly', 'daily'], { patience: Number.POSITIVE_INFINITY }),
    );
  return (await takenInTurn(1, { added })).added;
}

/** A whole dashboard. @param {string} database @param {number} rounds */
export async function dashboards(database, rounds) {
  const { withStore } = await built('store/store.js');
  const { dashboard } = await built('query/dashboard/dashboard.js');
  const { periodBetween } = await built('query/period.js');
  const query = { period: periodBetween(undefined, undefined, 'UTC'), tz: 'UTC', where: [], now: new Date() };
  return withStore(
    database,
    { access: 'read' },
    async (/** @type {import('../../src/store/store.js').Store} */ store) =>
      (await takenInTurn(rounds, { whole: () => dashboard(store, query) })).whole,
  );
}
