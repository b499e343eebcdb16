import { UsageError } from '../../errors.js';
import type { Io } from '../../io.js';
import type { SurveyAnswer, SurveyQuery } from '../../query/simulate/rank_models.js';
import { writeAnswer, writeNotes } from '../output.js';
import { writePage } from '../page.js';
import { withOwnStore } from '../pricing/custom_prices.js';
import { chosenScores } from './quality_scores.js';
import { settingOf, topOf } from './settings.js';
import type { SimulateOptions } from './simulate.js';

/** Prices the usage on every model of the book, and prints where each of them stands. */
export async function simulateAll(options: SimulateOptions, io: Io): Promise<void> {
  const query = await queryOf(options, io.now());
  const top = topOf(options.top);
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

async function queryOf(options: SimulateOptions, now: Date): Promise<Omit<SurveyQuery, 'scores'>> {
  const { canonicalProvider } = await import('../../rate/models/providers.js');
  const providers = (options.provider ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return {
    ...(await settingOf(options, now)),
    rank: options.rank,
    providers: providers.map(canonicalProvider),
    minQuality: minQualityOf(options.minQuality),
    assumed: assumedOf(options.assumeSuccess),
    minFit: minFitOf(options.minFit),
    fallback: options.fallback,
  };
}

/** 'same', '-3' or a number. */
function minQualityOf(text: string | undefined): SurveyQuery['minQuality'] {
  if (text === undefined) return undefined;
  if (text === 'same') return { below: 0 };
  const [, minus, number] = /^(-?)(\d+(?:\.\d+)?)$/.exec(text.trim()) ?? [];
  if (number === undefined) {
    throw new UsageError(
      `--min-quality '${text}' is no score.\nUse a number, 'same' for no less than today, or --min-quality=-3 for 3 below it.`,
    );
  }
  return minus === '-' ? { below: Number(number) } : { at: Number(number) };
}

function assumedOf(text: string): number {
  const number = Number(text);
  if (/^0?\.\d+$/.test(text) && number >= 0.01 && number <= 0.99) return number;
  throw new UsageError(
    `--assume-success '${text}' is no rate of success.\nUse 0.01 to 0.99, for example --assume-success 0.9.`,
  );
}

function minFitOf(text: string): number {
  if (/^\d{1,3}%?$/.test(text) && Number.parseInt(text, 10) <= 100) return Number.parseInt(text, 10);
  throw new UsageError(
    `--min-fit '${text}' is no percentage.\nUse a whole number from 0 to 100, for example --min-fit 99.`,
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
