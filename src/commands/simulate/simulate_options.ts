import type { MovesOptions, SurveyOptions } from '../../query/simulate/query.js';
import type { ConfigOptions } from '../pricing/custom_prices.js';
import type { AnswerOptions } from '../question.js';

/** What `llmcost simulate` takes, for both of its questions: all models ranked, or calls moved by rules. */
export interface SimulateOptions extends AnswerOptions, ConfigOptions, SurveyOptions, MovesOptions {
  all?: boolean;
  routes?: string;
  /** The name to keep it under. */
  save?: string;
  replace?: boolean;
  quality: string;
}
