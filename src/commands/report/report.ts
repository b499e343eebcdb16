import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { UsageError } from '../../errors.js';
import type { Io } from '../../io.js';
import type { CostReport, ReportQuery } from '../../query/report/report.js';
import type { Stand } from '../../query/scope/snapshot.js';
import { withCommonOptions, withConfigOption, withScopeOptions } from '../options.js';
import { assertReplaceable, writeAnswer, writeNotes } from '../output.js';
import type { ConfigOptions } from '../pricing/custom_prices.js';
import { type Asked, askedOf } from './build_rollups.js';
import { type AskedOptions, EVERY, queryOf } from './query.js';

const FORMATS = ['table', 'json', 'jsonl', 'csv', 'markdown', 'html', 'parquet'] as const;

export interface ReportOptions extends ConfigOptions, AskedOptions {
  format: (typeof FORMATS)[number];
  output?: string;
  wide?: boolean;
  bom?: boolean;
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
      'what to group by, comma separated: provider, model (unless told otherwise), customer, feature, day, tag:NAME, …',
    )
    .addOption(
      new Option('--every <span>', 'a series without gaps: in rows, or a line for each row of --by').choices(EVERY),
    );
  withScopeOptions(command)
    .option(
      '--metrics <names>',
      'what to show: names (latency_p95, error_rate, …), or cost, tokens, latency, errors, all',
    )
    .option('--sort <key>', 'any metric, or name; with --compare also change, of the cost; :asc or :desc')
    .option('--top <n>', 'show n rows and sum up the rest as (other)')
    .option('--min-cost <usd>', 'rows that cost less are summed up as (other), too')
    .addOption(new Option('--format <format>', 'how to print it').choices(FORMATS).default('table'))
    .option('-o, --output <file>', 'write to a file instead of stdout')
    .option('--compare <what>', "'previous' (the period before, as long), a period, or the JSON of an earlier report")
    .option(
      '--effects',
      'with --compare: how much of the change of each row came by its requests, the models they went to, tokens and price; they sum up to it. JSON and CSV always say so',
    )
    .option('--heatmap', 'one metric by weekday and hour, drawn in shades; the other forms have its numbers')
    .option('--reproducible', 'nothing depends on the clock: the same question twice is the same bytes')
    .option('--bom', 'CSV that begins with a byte order mark, for Excel')
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
  llmcost report --by feature --top 10 --format csv -o features.csv
  llmcost report --by day,model --format html -o days.html`;

async function report(options: ReportOptions, io: Io): Promise<void> {
  if (options.format === 'parquet') fileOf(options);
  refuseOfForm(options);
  const stand = await standOf(options);
  const now = stand?.kind === 'time' ? stand.at : io.now();
  const query = await queryOf(options, now, io);
  const { answer, rollUp } = await ask(query, { options, stand, io });
  if (options.format === 'parquet') await writeTable(answer, fileOf(options), io);
  else await writeAnswer(await render(answer, options, io), options.output, io);
  if (!options.quiet) await writeNotes(answer.warnings, io);
  await rollUp();
}

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

/** The state of the store that is asked; undefined is the present one. */
async function standOf({ asOf, priceBook, tz }: ReportOptions): Promise<Stand | undefined> {
  if (asOf !== undefined && priceBook !== undefined) {
    throw new UsageError('--as-of cannot be combined with --price-book.\nUse either the one or the other.');
  }
  if (priceBook !== undefined) return { kind: 'price_book', revision: bookNumber(priceBook) };
  if (asOf === undefined) return undefined;
  const [{ momentOf }, { checkedZone }] = await Promise.all([
    import('../../query/scope/period.js'),
    import('../../query/scope/time_zone.js'),
  ]);
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

async function ask(query: ReportQuery, { options, stand, io }: Asking): Promise<Asked<CostReport>> {
  const { costReport } = await import('../../query/report/report.js');
  return askedOf(options, io, async (store) => {
    if (stand !== undefined) {
      const { standAt } = await import('../../query/scope/snapshot.js');
      await standAt(store, stand, io.now());
    }
    return costReport(store, query);
  });
}

async function render(answer: CostReport, options: ReportOptions, io: Io): Promise<string> {
  const rendered = await import('../../render/report/report.js');
  if (options.format === 'json') return rendered.reportAsJson(answer);
  if (options.format === 'csv' || options.format === 'jsonl') {
    const { reportAsCsv, reportAsJsonl } = await import('../../render/report/lines.js');
    return options.format === 'csv' ? reportAsCsv(answer, options) : reportAsJsonl(answer);
  }
  if (options.format === 'markdown') return rendered.reportAsMarkdown(answer, options);
  if (options.format === 'html') {
    const [{ reportPage }, { pageAnswer }] = await Promise.all([
      import('../../render/report/page.js'),
      import('../page.js'),
    ]);
    return pageAnswer(reportPage(answer, options), options.output, io);
  }
  const { terminalOf } = await import('../../render/text/table.js');
  const toFile = options.output !== undefined;
  const terminal = terminalOf(io, { color: options.color, wide: options.wide === true, toFile });
  if (options.heatmap !== true) return rendered.reportAsTable(answer, terminal, options);
  const { reportAsHeatMap } = await import('../../render/report/heat_map.js');
  return reportAsHeatMap(answer, terminal);
}

/** Parquet is no text: it cannot go to a terminal. */
function fileOf({ output }: ReportOptions): string {
  if (output !== undefined) return output;
  throw new UsageError('--format parquet needs a file.\nName it: llmcost report --format parquet -o report.parquet');
}

async function writeTable(answer: CostReport, output: string, io: Io): Promise<void> {
  const [{ reportLines }, { writeParquet }] = await Promise.all([
    import('../../render/report/lines.js'),
    import('../../query/report/parquet.js'),
  ]);
  await assertReplaceable(output, io);
  await writeParquet(reportLines(answer), resolve(io.cwd, output), output);
}
