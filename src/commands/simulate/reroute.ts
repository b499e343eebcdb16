import { readFile } from 'node:fs/promises';
import { InputError } from '../../errors.js';
import type { Io } from '../../io.js';
import type { parseRoutes } from '../../query/simulate/query.js';
import { writeAnswer } from '../output.js';
import { writePage } from '../page.js';
import { absolute } from '../pricing/book.js';
import { configuredRevenue, withOwnStore } from '../pricing/custom_prices.js';
import { chosenScores, QUALITY_DIRECTORY } from './quality_scores.js';
import type { SimulateOptions } from './simulate.js';
import type { MovesAnswer, MovesQuery } from "../../query/simulate/answer.js";

/** Moves usage by the rules of the command line, and prints what that would have cost. */
export async function simulateMoves(options: SimulateOptions, io: Io): Promise<void> {
  const query = await parse(options, io);
  const answer = await ask(query, options, io);
  if (options.format === 'html') {
    const { movesPage } = await import('../../render/simulate/page.js');
    await writePage(movesPage(answer), options.output, io);
  } else await writeAnswer(await render(answer, options, io), options.output, io);
  if (!options.quiet) await note(answer, io);
}

async function ask(query: MovesQuery, options: SimulateOptions, io: Io): Promise<MovesAnswer> {
  const { moves } = await import('../../query/simulate/reroute.js');
  // Only what changes the model changes the score.
  const scored = query.mode === 'swap' || query.mode === 'routes';
  return withOwnStore(options, io, async (store) =>
    moves(store, { ...query, scores: scored ? await chosenScores(store, options.quality, io) : undefined }),
  );
}

async function parse(options: SimulateOptions, io: Io): Promise<MovesQuery> {
  const { parseMovesQuery } = await import('../../query/simulate/query.js');
  const routes = options.routes === undefined ? undefined : await readRoutes(options.routes, io);
  return {
    ...parseMovesQuery(options, io.now(), { quality: QUALITY_DIRECTORY, routes }),
    terms: await configuredRevenue(options, io),
  };
}

/** The rules of --routes, and the model that takes the calls that fit nowhere. Throws UsageError and InputError that name the file. */
async function readRoutes(path: string, io: Io): Promise<ReturnType<typeof parseRoutes>> {
  const [{ readRoutes: read }, { parseRoutes: parse }] = await Promise.all([
    import('../../config/routes.js'),
    import('../../query/simulate/query.js'),
  ]);
  const { value, where } = read(await readText(path, io), path);
  return parse(value, where);
}

async function readText(path: string, io: Io): Promise<string> {
  try {
    return await readFile(absolute(path, io), 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InputError(`The routes ${path} cannot be read: ${reason}\nName a file that exists with --routes FILE.`, {
      cause,
    });
  }
}

async function render(answer: MovesAnswer, options: SimulateOptions, io: Io): Promise<string> {
  const rendered = await import('../../render/simulate/reroute.js');
  if (options.format === 'json') return rendered.movesAsJson(answer);
  if (options.format === 'csv') return rendered.movesAsCsv(answer);
  if (options.format === 'markdown') return rendered.movesAsMarkdown(answer);
  const { terminalOf } = await import('../../render/text/table.js');
  const toFile = options.output !== undefined;
  return rendered.movesAsTable(answer, terminalOf(io, { color: options.color, wide: options.wide === true, toFile }));
}

async function note({ warnings }: MovesAnswer, io: Io): Promise<void> {
  const { plain } = await import('../../render/text/text.js');
  for (const { message } of warnings) io.stderr.write(`note: ${plain(message)}\n`);
}
