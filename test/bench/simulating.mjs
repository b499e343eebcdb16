import { fileURLToPath } from 'node:url';
import { interleaved } from './measure.mjs';
import { built } from './program.mjs';

const QUALITY = fileURLToPath(new URL('../../quality', import.meta.url));

/**
 * Every model of the price book on all calls, beside rating all calls row by row on the one model they are on.
 * @param {string} database
 * @param {number} rounds
 */
export async function simulating(database, rounds) {
  const { withStore } = await built('store/store.js');
  const { survey } = await built('query/simulate/survey.js');
  const { boardScores } = await built('query/quality/scores.js');
  const { BOARDS } = await built('query/quality/boards.js');
  const { periodBetween } = await built('query/period.js');
  const { CARD_MATCH, COST_USD, ratedProfiles } = await built('rate/rating.js');
  const { sql } = await built('sql.js');
  const now = new Date();
  return withStore(
    database,
    { access: 'read' },
    async (/** @type {import('../../src/store/store.js').Store} */ store) => {
      const scores = await boardScores(store, QUALITY, { board: BOARDS[0], about: undefined });
      const period = periodBetween(undefined, undefined, 'UTC');
      const adjust = { cache: 'keep', reasoning: 'keep', tokenizers: true, content: 'mixed', ownRatios: [] };
      const query = {
        rank: 'value',
        providers: ['all'],
        scores,
        assumed: 0.8,
        minFit: 100,
        period,
        tz: 'UTC',
        where: [],
        adjust,
        quality: QUALITY,
        now,
      };
      let models = 0;
      const all = async () => {
        models = (await survey(store, query)).rows.length;
      };
      const rowByRow = () =>
        store.rows(
          sql`
          select cast(sum(${COST_USD}) as varchar) as cost
          from usage_fact as call
          join (${ratedProfiles(sql`usage_profile`)}) as card on card.profile_id = call.profile_id and ${CARD_MATCH}`,
          { now: now.toISOString().replace('Z', '') },
        );
      await rowByRow();
      const times = await interleaved(rounds, { all, rowByRow });
      return { models, all: times.all ?? 0, rowByRow: times.rowByRow ?? 0 };
    },
  );
}
