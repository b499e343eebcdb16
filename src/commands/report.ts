import { type Command, Option } from 'commander';
import { UsageError } from '../errors.js';
import type { Io } from '../io.js';
import type { Stand } from '../query/as_of.js';
import type { CostReport, ReportQuery } from '../query/report.js';
import { chosenScope, type ScopeOptions, withCommonOptions, withConfigOption, withScopeOptions } from './options.js';
import { writeAnswer } from './output.js';
import { type ConfigOptions, withOwnStore } from './own_book.js';

const FORMATS = ['table', 'json', 'csv', 'markdown'] as const;

export interface ReportOptions extends ConfigOptions, ScopeOptions {
  by: string;
  metrics?: string;
  minCost?: string;
  sort?: string;
  top?: string;
  format: (typeof FORMATS)[number];
  output?: string;
  wide?: boolean;
  asOf?: string;
  priceBook?: string;
}

/** Declares `llmcost report`. */
export function registerReport(program: Command, io: Io): void {
  const command = withConfigOption(withCommonOptions(program.command('report')))
    .description(
      'Show requests, tokens and cost, by model, customer, feature, day or anything else usage is marked with.',
    )
    .option(
      '--by <names>',
      'what to group by, comma separated: provider, model, customer, feature, day, tag:NAME, …',
      'model',
    );
  withScopeOptions(command)
    .option(
      '--metrics <names>',
      'what to show: names (latency_p95, error_rate, …), or cost, tokens, latency, errors, all',
    )
    .option('--sort <key>', 'any metric, or name; :asc or :desc')
    .option('--top <n>', 'show n rows and sum up the rest as (other)')
    .option('--min-cost <usd>', 'rows that cost less are summed up as (other), too')
    .addOption(new Option('--format <format>', 'how to print it').choices(FORMATS).default('table'))
    .option('-o, --output <file>', 'write to a file instead of stdout')
    .option('--wide', 'never cut long names')
    .option('--as-of <time>', 'the answer as it was at this time (or at the end of this day): its usage, its prices')
    .option('--price-book <id>', 'the cost by the price book of this number; calls rated since are rated by it')
    .addHelpText('after', EXAMPLES)
    .action((options: ReportOptions) => report(options, io));
}

const EXAMPLES = `
Examples:
  llmcost report --by customer,model --period 'last month'
  llmcost report --by day --tz Europe/Berlin --where customer=acme
  llmcost report --by feature --top 10 --format csv -o features.csv`;

async function report(options: ReportOptions, io: Io): Promise<void> {
  const stand = await standOf(options);
  const now = stand?.kind === 'time' ? stand.at : io.now();
  const query = await queryOf(options, now);
  const answer = await ask(query, { options, stand, io });
  await writeAnswer(await render(answer, options, io), options.output, io);
  if (!options.quiet) await note(answer, io);
}

/** The state of the store that is asked; undefined is the present one. */
async function standOf({ asOf, priceBook, tz }: ReportOptions): Promise<Stand | undefined> {
  if (asOf !== undefined && priceBook !== undefined) {
    throw new UsageError('--as-of cannot be combined with --price-book.\nUse either the one or the other.');
  }
  if (priceBook !== undefined) return { kind: 'price_book', revision: bookNumber(priceBook) };
  if (asOf === undefined) return undefined;
  const [{ momentOf }, { checkedZone }] = await Promise.all([import('../query/period.js'), import('../query/zone.js')]);
  return { kind: 'time', at: momentOf(asOf, '--as-of', checkedZone(tz)) };
}

function bookNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(
    `--price-book '${text}' is not the number of a price book.\nSee which there are: llmcost pricing history`,
  );
}

interface Asking {
  options: ReportOptions;
  stand: Stand | undefined;
  io: Io;
}

async function ask(query: ReportQuery, { options, stand, io }: Asking): Promise<CostReport> {
  const [{ costReport }, { standAt }] = await Promise.all([import('../query/report.js'), import('../query/as_of.js')]);
  return withOwnStore(options, io, async (store) => {
    if (stand !== undefined) await standAt(store, stand, io.now());
    return costReport(store, query);
  });
}

async function render(answer: CostReport, options: ReportOptions, io: Io): Promise<string> {
  const rendered = await import('../render/report.js');
  if (options.format === 'json') return rendered.reportAsJson(answer);
  if (options.format === 'csv') return rendered.reportAsCsv(answer);
  if (options.format === 'markdown') return rendered.reportAsMarkdown(answer);
  const { terminalOf } = await import('../render/table.js');
  const toFile = options.output !== undefined;
  return rendered.reportAsTable(answer, terminalOf(io, { color: options.color, wide: options.wide === true, toFile }));
}

const NOTES = 20;

/** The warnings on stderr; JSON and Markdown hold all of them. */
async function note({ warnings }: CostReport, io: Io): Promise<void> {
  const { plain } = await import('../render/text.js');
  for (const { message } of warnings.slice(0, NOTES)) io.stderr.write(`note: ${plain(message)}\n`);
  if (warnings.length > NOTES)
    io.stderr.write(`note: … and ${warnings.length - NOTES} more; --format json lists all.\n`);
}

/** The checked question. */
async function queryOf(options: ReportOptions, now: Date): Promise<ReportQuery> {
  const [{ checkedDimension }, { checkedMetrics }, { sortOf }] = await Promise.all([
    import('../query/dimensions.js'),
    import('../query/metrics/metrics.js'),
    import('../query/report_sort.js'),
  ]);
  const { by, metrics, sort, top, minCost } = options;
  return {
    by: [...new Set(by.split(',').map((name) => checkedDimension(name.trim())))],
    ...(await chosenScope(options, now)),
    metrics: metrics === undefined ? undefined : checkedMetrics(metrics.split(',')),
    sort: sort === undefined ? undefined : sortOf(sort),
    top: top === undefined ? undefined : rowsOf(top),
    minCost: minCost === undefined ? undefined : costOf(minCost),
    now,
  };
}

function rowsOf(text: string): number {
  const rows = Number(text);
  if (/^\d+$/.test(text) && rows >= 1 && Number.isSafeInteger(rows)) return rows;
  throw new UsageError(`--top '${text}' is not a number of rows.\nUse a whole number from 1 on, for example --top 10.`);
}

function costOf(text: string): string {
  if (/^\d{1,15}(\.\d{1,18})?$/.test(text)) return text;
  throw new UsageError(`--min-cost '${text}' is not an amount of USD.\nWrite digits, for example --min-cost 0.50.`);
}
