import { type Command, Option } from 'commander';
import { UndecidedError } from '../errors.js';
import type { Io } from '../io.js';
import type { DriftQuery, DriftReport } from '../query/drift/answer.js';
import type { DriftOptions as DriftWords } from '../query/drift/query.js';
import { withCommonOptions, withConfigOption, withScopeOptions } from './options.js';
import { writeAnswer, writeNotes } from './output.js';
import { type ConfigOptions, withOwnStore } from './pricing/custom_prices.js';

const FORMATS = ['table', 'json', 'csv', 'markdown', 'html'] as const;

export interface DriftOptions extends ConfigOptions, DriftWords {
  all?: boolean;
  fail?: boolean;
  format: (typeof FORMATS)[number];
  output?: string;
  wide?: boolean;
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
    .option('--fail', 'end with exit code 1 if something drifted, 4 if nothing could be judged')
    .addOption(new Option('--format <format>', 'how to print it').choices(FORMATS).default('table'))
    .option('-o, --output <file>', 'write to a file instead of stdout')
    .option('--wide', 'never cut long names')
    .addHelpText('after', EXAMPLES)
    .action((options: DriftOptions) => drift(options, io));
}

const EXAMPLES = `
Examples:
  llmcost drift
  llmcost drift --by customer --metric output_tokens --threshold 20%
  llmcost drift --window 1d --metric latency,error_rate --fail`;

async function drift(options: DriftOptions, io: Io): Promise<void> {
  const [{ parseDriftQuery }, { driftReport, hasDrifted }] = await Promise.all([
    import('../query/drift/query.js'),
    import('../query/drift/drift.js'),
  ]);
  const query = parseDriftQuery(options, io.now());
  const answer = await withOwnStore(options, io, (store) => driftReport(store, query));
  await writeAnswer(await render(answer, options, io), options.output, io);
  if (!options.quiet) await writeNotes(answer.warnings, io);
  if (options.fail !== true) return;
  if (hasDrifted(answer)) io.setExitCode(1);
  else if (isUndecided(answer, query)) throw nothingJudged(answer);
}

/** A gate never passes on nothing: no comparison, or no usage whose models could be compared. */
function isUndecided({ totals, warnings }: DriftReport, { modelsOnly }: DriftQuery): boolean {
  return modelsOnly ? warnings.some(({ code }) => code === 'no_usage') : totals.compared === 0;
}

function nothingJudged({ query }: DriftReport): UndecidedError {
  return new UndecidedError(
    `Whether something drifted cannot be decided: of ${query.window.label}, against ${query.baseline.label}, nothing could be compared.\nChoose longer periods with --window and --baseline, or allow fewer requests with --min-sample.`,
  );
}

async function render(answer: DriftReport, options: DriftOptions, io: Io): Promise<string> {
  const rendered = await import('../render/drift.js');
  if (options.format === 'json') return rendered.driftAsJson(answer);
  if (options.format === 'csv') return rendered.driftAsCsv(answer);
  const shown = { all: options.all === true };
  if (options.format === 'markdown') return rendered.driftAsMarkdown(answer, shown);
  if (options.format === 'html') {
    const [{ driftPage }, { pageAnswer }] = await Promise.all([import('../render/drift_page.js'), import('./page.js')]);
    return pageAnswer(driftPage(answer, shown), options.output, io);
  }
  const { terminalOf } = await import('../render/text/table.js');
  const toFile = options.output !== undefined;
  const terminal = terminalOf(io, { color: options.color, wide: options.wide === true, toFile });
  return rendered.driftAsTable(answer, terminal, shown);
}
