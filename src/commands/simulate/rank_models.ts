import type { Io } from '../../io.js';
import { writeAnswer, writeNotes } from '../output.js';
import { writePage } from '../page.js';
import { withOwnStore } from '../pricing/custom_prices.js';
import { chosenScores, QUALITY_DIRECTORY } from './quality_scores.js';
import type { SimulateOptions } from './simulate.js';
import type { SurveyAnswer, SurveyQuery } from "../../query/simulate/answer.js";

/** Prices the usage on every model of the book, and prints where each of them stands. */
export async function simulateAll(options: SimulateOptions, io: Io): Promise<void> {
  const { parseSurveyQuery } = await import('../../query/simulate/query.js');
  const { top, ...query } = parseSurveyQuery(options, io.now(), QUALITY_DIRECTORY);
  const answer = await ask(query, options, io);
  if (options.format === 'html') {
    const { surveyPage } = await import('../../render/simulate/page.js');
    await writePage(surveyPage(answer), options.output, io);
  } else await writeAnswer(await render({ ...answer, shown: top ?? null }, options, io), options.output, io);
  if (!options.quiet) await writeNotes(answer.warnings, io);
}

async function ask(query: Omit<SurveyQuery, 'scores'>, options: SimulateOptions, io: Io): Promise<SurveyAnswer> {
  const { survey } = await import('../../query/simulate/rank_models.js');
  return withOwnStore(options, io, async (store) =>
    survey(store, { ...query, scores: await chosenScores(store, options.quality, io) }),
  );
}

async function render(
  answer: SurveyAnswer & { shown: number | null },
  options: SimulateOptions,
  io: Io,
): Promise<string> {
  const rendered = await import('../../render/simulate/rank_models.js');
  if (options.format === 'json') return rendered.surveyAsJson(answer);
  if (options.format === 'csv') return rendered.surveyAsCsv(answer);
  if (options.format === 'markdown') return rendered.surveyAsMarkdown(answer);
  const { terminalOf } = await import('../../render/text/table.js');
  const toFile = options.output !== undefined;
  return rendered.surveyAsTable(answer, terminalOf(io, { color: options.color, wide: options.wide === true, toFile }));
}
