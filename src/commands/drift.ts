import type { Command } from 'commander';
import { UndecidedError } from '../errors.js';
import type { Io } from '../io.js';
import type { DriftQuery, DriftReport } from '../query/drift/answer.js';
import type { DriftOptions as DriftWords } from '../query/drift/query.js';
import { withCommonOptions, withConfigOption, withScopeOptions } from './options.js';
import { type ConfigOptions, withOwnStore } from './pricing/custom_prices.js';
import { type AnswerOptions, answerQuestion, type Question, withAnswerOptions, withWideOption } from './question.js';

export interface DriftOptions extends AnswerOptions, ConfigOptions, DriftWords {
  all?: boolean;
  fail?: boolean;
}

/** Declares `llmcost drift`. */
export function registerDrift(program: Command, io: Io): void {
  const command = withConfigOption(withCommonOptions(program.command('drift')))
    .description('Find what changed: latency, tokens, errors, cost per request, caching and the models that answer.')
    .option(
      '--by <names>',
      'what is compared one by one, comma separated: model, feature, customer, …',
      'feature,model',
    );
  withScopeOptions(command)
    .option('--window <days>', 'the days that are judged, up to --until or today: 7d (the default), 1d, 14d')
    .option('--baseline <days>', 'the days before them that they are compared with', '28d')
    .option('--threshold <percent>', 'how much must change to count', '30%')
    .option(
      '--metric <names>',
      'only these, comma separated: cost_per_request, input_tokens, output_tokens, cache_hit_rate, latency_p95, error_rate, refusals, …',
    )
    .option('--min-sample <n>', 'how many requests either side must have', '100')
    .option('--models', 'only which models are new, gone, switched or about to be retired')
    .option('--all', 'show what did not change, too')
    .option('--fail', 'end with exit code 1 if something drifted, 4 if nothing could be judged');
  withWideOption(withAnswerOptions(command))
    .addHelpText('after', EXAMPLES)
    .action((options: DriftOptions) => answerQuestion(DRIFT, options, io));
}

const EXAMPLES = `
Examples:
  llmcost drift
  llmcost drift --by customer --metric output_tokens --threshold 20%
  llmcost drift --window 1d --metric latency,error_rate --fail`;

const DRIFT: Question<DriftOptions, DriftQuery, DriftReport> = {
  parse: async (options, io) => (await import('../query/drift/query.js')).parseDriftQuery(options, io.now()),
  ask: async (query, { options, io }) => {
    const { driftReport } = await import('../query/drift/drift.js');
    return withOwnStore(options, io, (store) => driftReport(store, query));
  },
  document: async (answer, { options: { all } }) =>
    (await import('../render/answers/drift.js')).driftDocument(answer, { all: all === true }),
  conclude: async (answer, { query, options: { fail }, io }) => {
    if (fail !== true) {
      if (answer.warnings.some(({ code }) => code === 'no_usage')) io.setExitCode(4);
      return;
    }
    const { hasDrifted } = await import('../query/drift/drift.js');
    if (hasDrifted(answer)) io.setExitCode(1);
    else if (isUndecided(answer, query)) throw nothingJudged(answer);
  },
};

/** A gate never passes on nothing: no comparison, or no usage whose models could be compared. */
function isUndecided({ totals, warnings }: DriftReport, { modelsOnly }: DriftQuery): boolean {
  return modelsOnly ? warnings.some(({ code }) => code === 'no_usage') : totals.compared === 0;
}

function nothingJudged({ query }: DriftReport): UndecidedError {
  return new UndecidedError(
    `Whether something drifted cannot be decided: of ${query.window.label}, against ${query.baseline.label}, nothing could be compared.\nChoose longer periods with --window and --baseline, or allow fewer requests with --min-sample.`,
  );
}
