import { interleaved } from './measure.mjs';
import { built } from './program.mjs';

const MEASURES = `
  sum(fact.requests) as requests,
  sum(fact.requests) filter (where fact.cost_usd is null) as unpriced,
  sum(fact.uncached_input_tokens) + sum(coalesce(fact.cache_read_tokens, 0)) as input_tokens,
  sum(fact.text_output_tokens) + sum(coalesce(fact.reasoning_tokens, 0)) as output_tokens,
  sum(fact.cache_read_tokens) as cached_tokens,
  sum(fact.cost_usd) as cost`;

/** The same answers as somebody who knows the tables would ask for them: no total, no notes, nothing unusual. */
const BY_HAND = {
  'customer,model': `
select fact.customer, profile.model, ${MEASURES}
from usage_fact as fact
left join usage_profile as profile using (profile_id)
group by all
order by cost desc`,
  model: `
with used as (select fact.profile_id, ${MEASURES} from usage_fact as fact group by all)
select profile.model, sum(requests), sum(unpriced), sum(input_tokens), sum(output_tokens), sum(cached_tokens), sum(cost) as cost
from used
left join usage_profile as profile using (profile_id)
group by all
order by cost desc`,
  day: `
select cast(fact.occurred_at as date) as day, ${MEASURES}
from usage_fact as fact
group by all
order by day`,
};

/**
 * Reports and the same by hand on the same open database: what start-up costs is measured elsewhere.
 * @param {string} database
 * @param {number} rounds
 */
export async function reports(database, rounds) {
  const { withStore } = await built('store/store.js');
  const { costReport } = await built('query/report.js');
  const { periodBetween } = await built('query/period.js');
  const { Sql } = await built('sql.js');
  const period = periodBetween(undefined, undefined, 'UTC');
  return withStore(
    database,
    { access: 'read' },
    async (/** @type {import('../../src/store/store.js').Store} */ store) => {
      const results = [];
      for (const [by, statement] of Object.entries(BY_HAND)) {
        const query = { by: by.split(','), period, tz: 'UTC', where: [] };
        const ours = () => costReport(store, { ...query, now: new Date() });
        const byHand = () => store.rows(new Sql(statement));
        await ours();
        const times = await interleaved(rounds + 4, { ours, byHand });
        results.push({ name: `report --by ${by}`, ours: times.ours ?? 0, byHand: times.byHand ?? 0 });
      }
      return results;
    },
  );
}
