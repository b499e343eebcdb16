import { type Command, Option } from 'commander';
import { UsageError } from '../errors.js';
import type { Io } from '../io.js';
import type { Bounded, ExplainQuery, ExplainReport } from '../query/explain/answer.js';
import { chosenScope, type ScopeOptions, withCommonOptions, withConfigOption, withScopeOptions } from './options.js';
import { writeAnswer, writeNotes } from './output.js';
import { writePage } from './page.js';
import { type ConfigOptions, withOwnStore } from './pricing/custom_prices.js';

const FORMATS = ['table', 'json', 'csv', 'markdown', 'html'] as const;

export interface ExplainOptions extends ConfigOptions, ScopeOptions {
  versus: string;
  day?: string;
  format: (typeof FORMATS)[number];
  output?: string;
  wide?: boolean;
}

/** Declares `llmcost explain`. */
export function registerExplain(program: Command, io: Io): void {
  const command = withConfigOption(withCommonOptions(program.command('explain'))).description(
    'Take a change of cost apart: more requests, other models, longer prompts, prices, caching, retries.',
  );
  withScopeOptions(command)
    .option(
      '--versus <words>',
      'what to compare with: the period before (previous), or one such as 2026-09',
      'previous',
    )
    .option('--day <date>', 'explain this day against the same weekday a week before, hour by hour')
    .addOption(new Option('--format <format>', 'how to print it').choices(FORMATS).default('table'))
    .option('-o, --output <file>', 'write to a file instead of stdout')
    .option('--wide', 'never cut long names')
    .addHelpText('after', EXAMPLES)
    .action((options: ExplainOptions) => explain(options, io));
}

const EXAMPLES = `
Examples:
  llmcost explain                                (the last 7 days against the 7 before)
  llmcost explain --period 'last month' --where customer=acme
  llmcost explain --period 2026-10 --versus 2026-08
  llmcost explain --day 2026-10-14`;

async function explain(options: ExplainOptions, io: Io): Promise<void> {
  const query = await queryOf(options, io.now());
  const { explainReport } = await import('../query/explain/explain.js');
  const answer = await withOwnStore(options, io, (store) => explainReport(store, query));
  if (options.format === 'html') {
    const { explainPage } = await import('../render/explain_page.js');
    await writePage(explainPage(answer), options.output, io);
  } else {
    await writeAnswer(await render(answer, options, io), options.output, io);
  }
  if (!options.quiet) await writeNotes(answer.warnings, io);
}

async function render(answer: ExplainReport, options: ExplainOptions, io: Io): Promise<string> {
  const rendered = await import('../render/explain.js');
  if (options.format === 'json') return rendered.explainAsJson(answer);
  if (options.format === 'csv') return rendered.explainAsCsv(answer);
  if (options.format === 'markdown') return rendered.explainAsMarkdown(answer);
  const { terminalOf } = await import('../render/text/table.js');
  const toFile = options.output !== undefined;
  return rendered.explainAsTable(answer, terminalOf(io, { color: options.color, wide: options.wide === true, toFile }));
}

/** The checked question. */
async function queryOf(options: ExplainOptions, now: Date): Promise<ExplainQuery> {
  const { period, since, until, day } = options;
  const timed = period !== undefined || since !== undefined || until !== undefined;
  if (day !== undefined && timed) {
    throw new UsageError(
      '--day cannot be combined with --period, --since or --until.\nUse either the one or the others.',
    );
  }
  const scope = await chosenScope(timed || day !== undefined ? options : { ...options, period: 'last 7 days' }, now);
  return { ...(await spansOf(options, scope, now)), tz: scope.tz, where: scope.where };
}

async function spansOf(
  { day, versus }: ExplainOptions,
  { period, tz }: Awaited<ReturnType<typeof chosenScope>>,
  now: Date,
): Promise<{ before: Bounded; after: Bounded }> {
  const [{ bounded, dayWithWeekBefore, withPrevious }, { periodOf }] = await Promise.all([
    import('../query/explain/periods.js'),
    import('../query/scope/period.js'),
  ]);
  const spans =
    day === undefined ? withPrevious(period, tz, now) : dayWithWeekBefore(dayOf(day, periodOf, { tz, now }), tz);
  if (versus === 'previous') return spans;
  const before = bounded(periodOf(versus, tz, now), '--versus');
  if (before.since < spans.after.until && spans.after.since < before.until) {
    throw new UsageError(
      `--versus ${before.label} and ${spans.after.label} have days in common: they cannot be compared.\nChoose periods that do not overlap.`,
    );
  }
  return { before, after: spans.after };
}

function dayOf(
  text: string,
  periodOf: typeof import('../query/scope/period.js').periodOf,
  { tz, now }: { tz: string; now: Date },
): ReturnType<typeof periodOf> {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) || text === 'yesterday' || text === 'today') return periodOf(text, tz, now);
  throw new UsageError(`--day '${text}' is not a day.\nWrite for example --day 2026-10-14, or --day yesterday.`);
}
