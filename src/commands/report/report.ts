import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { InputError, UsageError } from '../../errors.js';
import type { Io } from '../../io.js';
import type { CostReport } from '../../query/report/answer.js';
import type { ReportQuery, ReportOptions as ReportWords } from '../../query/report/query.js';
import type { Every } from '../../query/scope/time_buckets.js';
import { withCurrencyOptions } from '../exchange.js';
import { withCommonOptions, withConfigOption, withScopeOptions } from '../options.js';
import type { ConfigOptions } from '../pricing/custom_prices.js';
import { type AnswerOptions, answerQuestion, type Question, withAnswerOptions } from '../question.js';
import { askedOf } from './build_rollups.js';

const EVERY = ['hour', 'day', 'week', 'month'] as const satisfies readonly Every[];
const FORMS = ['table', 'json', 'jsonl', 'csv', 'markdown', 'html', 'parquet'] as const;

export interface ReportOptions extends AnswerOptions, ConfigOptions, ReportWords {}

/** Declares `llmcost report`. */
export function registerReport(program: Command, io: Io): void {
  const command = withCurrencyOptions(withConfigOption(withCommonOptions(program.command('report'))))
    .description(
      'Show requests, tokens and cost, by model, customer, feature, day or anything else usage is marked with.',
    )
    .option(
      '--by <names>',
      'what to group by, comma separated: provider, model (unless told otherwise), customer, feature, day, tag:NAME, …',
    )
    .addOption(
      new Option('--every <span>', 'a series without gaps: in rows, or a line for each row of --by').choices(EVERY),
    );
  withScopeOptions(command)
    .option('--view <name>', 'the options that llmcost.yaml has under this name; those of the command line win')
    .option(
      '--metrics <names>',
      'what to show: names (latency_p95, error_rate, …), or cost, tokens, latency, errors, all',
    )
    .option('--sort <key>', 'any metric, or name; with --compare also change, of the cost; :asc or :desc')
    .option('--top <n>', 'show n rows and sum up the rest as (other)')
    .option('--min-cost <usd>', 'rows that cost less are summed up as (other), too');
  withAnswerOptions(command, FORMS)
    .option('--compare <what>', "'previous' (the period before, as long), a period, or the JSON of an earlier report")
    .option(
      '--effects',
      'with --compare: how much of the change of each row came by its requests, the models they went to, tokens and price; they sum up to it. JSON and CSV always say so',
    )
    .option('--heatmap', 'one metric by weekday and hour, drawn in shades; the other forms have its numbers')
    .option('--reproducible', 'nothing depends on the clock: the same question twice is the same bytes')
    .option('--bom', 'CSV that begins with a byte order mark, for Excel')
    .option('--wide', 'never break long names, however narrow the terminal')
    .option('--exact', 'all digits of large numbers: 69,321,281 instead of 69.3M')
    .option('--as-of <time>', 'the answer as it was at this time (or at the end of this day): its usage, its prices')
    .option('--price-book <id>', 'the cost by the price book of this number; calls rated since are rated by it')
    .addHelpText('after', EXAMPLES)
    .action((options: ReportOptions) => answerQuestion(REPORT, options, io));
}

const EXAMPLES = `
Examples:
  llmcost report --by customer,model --period 'last month'
  llmcost report --by day --tz Europe/Berlin --where customer=acme
  llmcost report --by feature --top 10 --format csv -o features.csv
  llmcost report --by day,model --format html -o days.html`;

type Asked = Awaited<ReturnType<typeof askedOf<CostReport>>>;

const REPORT: Question<ReportOptions, ReportQuery, Asked> = {
  inAnyCurrency: true,
  parse: async (options, io) => {
    if (options.format === 'parquet') fileOf(options);
    refuseOfForm(options);
    const { parseReportQuery } = await import('../../query/report/query.js');
    return parseReportQuery(options, io.now(), await savedReport(options.compare, io));
  },
  ask: async (query, { options, io }) => {
    const { costReport } = await import('../../query/report/report.js');
    return askedOf(options, io, (store) => costReport(store, query));
  },
  document: async ({ answer }, { options, io }) => {
    const seen = io.stdout.isTTY === true && options.output === undefined;
    const { reportDocument } = await import('../../render/answers/report/report.js');
    return reportDocument(answer, { ...options, seen, costFirst: options.metrics === undefined });
  },
  forms: ({ answer }, { options, io }) => ({ parquet: () => writeTable(answer, fileOf(options), io) }),
  conclude: ({ rollUp }) => rollUp(),
};

/** Throws UsageError where an option says nothing about the form asked for. */
function refuseOfForm({ format, bom, wide, effects, every }: ReportOptions): void {
  if (bom === true && format !== 'csv') {
    throw new UsageError(`--bom is about CSV, and this is ${format}.\nAdd --format csv, or leave out --bom.`);
  }
  if (wide === true && format === 'html') {
    throw new UsageError(
      '--wide is about tables of a terminal; a page cuts names only beyond 120 letters.\nLeave it out, or take --format csv, which cuts nothing.',
    );
  }
  const lines = ['csv', 'jsonl', 'parquet'].includes(format);
  if (effects !== true || every === undefined || !lines) return;
  throw new UsageError(
    `--effects are those of whole rows, and with --every a line of ${format} is one ${every} of a row.\nLeave out --every, or take --format json, which has both.`,
  );
}

/** The text of the file that --compare names; undefined where it names a period. Throws InputError. */
async function savedReport(name: string | undefined, io: Io): Promise<string | undefined> {
  if (name === undefined || name === 'previous') return undefined;
  const path = resolve(io.cwd, name);
  if (!name.endsWith('.json') && !existsSync(path)) return undefined;
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InputError(
      `--compare cannot read ${name}: ${reason}\nWrite one: llmcost report --format json -o ${name}`,
      { cause },
    );
  }
}

/** Parquet is no text: it cannot go to a terminal. */
function fileOf({ output }: ReportOptions): string {
  if (output !== undefined) return output;
  throw new UsageError('--format parquet needs a file.\nName it: llmcost report --format parquet -o report.parquet');
}

async function writeTable(answer: CostReport, output: string, io: Io): Promise<undefined> {
  const [{ assertReplaceable }, { reportLines }, { writeParquet }] = await Promise.all([
    import('../answer_file.js'),
    import('../../render/answers/report/lines.js'),
    import('../../query/report/parquet.js'),
  ]);
  await assertReplaceable(output, io);
  await writeParquet(reportLines(answer), resolve(io.cwd, output), output);
}
