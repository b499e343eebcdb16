import { type Command, Option } from 'commander';
import { UndecidedError, UsageError } from '../errors.js';
import type { Io } from '../io.js';
import type { DriftQuery, DriftReport } from '../query/drift/answer.js';
import { chosenScope, type ScopeOptions, withCommonOptions, withConfigOption, withScopeOptions } from './options.js';
import { writeAnswer, writeNotes } from './output.js';
import { type ConfigOptions, withOwnStore } from './pricing/custom_prices.js';

const FORMATS = ['table', 'json', 'csv', 'markdown', 'html'] as const;

export interface DriftOptions extends ConfigOptions, ScopeOptions {
  by: string;
  window?: string;
  baseline: string;
  threshold: string;
  metric?: string;
  minSample: string;
  models?: boolean;
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
  const query = await queryOf(options, io.now());
  const { driftReport, hasDrifted } = await import('../query/drift/drift.js');
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

/** The checked question. */
async function queryOf(options: DriftOptions, now: Date): Promise<DriftQuery> {
  const { chosenMetrics } = await import('../query/drift/metrics.js');
  const { tz, where, period } = await chosenScope(options, now);
  const { spansBefore } = await import('../query/drift/spans.js');
  if (options.window !== undefined && period.since !== null) {
    throw new UsageError('--window cannot be combined with --since or --period.\nUse either the one or the other.');
  }
  if (options.models === true && options.metric !== undefined) {
    throw new UsageError('--models cannot be combined with --metric.\nUse either the one or the other.');
  }
  return {
    by: await dimensionsOf(options.by),
    ...spansBefore(period, {
      window: daysOf('--window', options.window ?? '7d'),
      baseline: daysOf('--baseline', options.baseline),
      tz,
      now,
    }),
    tz,
    where,
    threshold: thresholdOf(options.threshold),
    metrics: options.metric === undefined ? undefined : chosenMetrics(listOf(options.metric)),
    minSample: sampleOf(options.minSample),
    modelsOnly: options.models === true,
    now,
  };
}

function listOf(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}

async function dimensionsOf(text: string): Promise<string[]> {
  const { checkedDimension, isTime } = await import('../query/scope/dimensions.js');
  const names = [...new Set(listOf(text).map(checkedDimension))];
  const time = names.find(isTime);
  if (time === undefined) return names;
  throw new UsageError(
    `--by ${time} cannot be compared: each ${time} is in one of the two periods only.\nGroup by feature, model, customer or another dimension that is not time.`,
  );
}

function daysOf(option: string, text: string): number {
  const days = Number(/^(\d{1,4})d?$/.exec(text)?.[1] ?? 0);
  if (days > 0) return days;
  throw new UsageError(`${option} '${text}' is not a number of days.\nWrite for example ${option} 7d.`);
}

function thresholdOf(text: string): string {
  const percent = /^(\d{1,6}(?:\.\d{1,6})?)%?$/.exec(text)?.[1];
  if (percent !== undefined && Number(percent) > 0) return percent;
  throw new UsageError(`--threshold '${text}' is not a percentage above 0.\nWrite for example --threshold 30%.`);
}

function sampleOf(text: string): number {
  const n = Number(text);
  if (/^\d{1,9}$/.test(text) && n >= 1) return n;
  throw new UsageError(
    `--min-sample '${text}' is not a number of requests.\nUse a whole number from 1 on, for example --min-sample 100.`,
  );
}
