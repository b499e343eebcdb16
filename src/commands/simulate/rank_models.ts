import type { SurveyAnswer } from '../../query/simulate/answer.js';
import type { parseSurveyQuery } from '../../query/simulate/query.js';
import { withOwnStore } from '../pricing/custom_prices.js';
import type { Question } from '../question.js';
import { chosenScores, QUALITY_DIRECTORY } from './quality_scores.js';
import type { SimulateOptions } from './simulate_options.js';

/** What the usage would have cost on every model of the book. */
export const RANK_MODELS: Question<SimulateOptions, ReturnType<typeof parseSurveyQuery>, SurveyAnswer> = {
  inAnyCurrency: true,
  parse: async (options, io) => {
    const { parseSurveyQuery } = await import('../../query/simulate/query.js');
    return parseSurveyQuery(options, io.now(), QUALITY_DIRECTORY);
  },
  ask: async (query, { options, io }) => {
    const { survey } = await import('../../query/simulate/rank_models.js');
    return withOwnStore(options, io, async (store) =>
      survey(store, { ...query, scores: await chosenScores(store, options.quality, io) }),
    );
  },
  document: async (answer, { query: { top } }) =>
    (await import('../../render/answers/rank_models.js')).rankModelsDocument(answer, { top: top ?? null }),
};
