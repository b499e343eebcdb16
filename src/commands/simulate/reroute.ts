import { readFile } from 'node:fs/promises';
import { InputError } from '../../errors.js';
import type { Io } from '../../io.js';
import type { Projected } from '../../query/realised/projection.js';
import type { MovesAnswer, MovesQuery } from '../../query/simulate/answer.js';
import type { parseRoutes } from '../../query/simulate/query.js';
import { absolute } from '../pricing/book.js';
import { configuredRevenue, withOwnStore } from '../pricing/custom_prices.js';
import type { Question } from '../question.js';
import { chosenScores, QUALITY_DIRECTORY } from './quality_scores.js';
import { checkSave } from './save.js';
import type { SimulateOptions } from './simulate_options.js';

/** What the usage would have cost, moved by the rules of the command line. */
export const REROUTE: Question<SimulateOptions, MovesQuery, Rerouted> = {
  inAnyCurrency: true,
  parse: async (options, io) => {
    const { parseMovesQuery } = await import('../../query/simulate/query.js');
    const routes = options.routes === undefined ? undefined : await readRoutes(options.routes, io);
    const query = {
      ...parseMovesQuery(options, io.now(), { quality: QUALITY_DIRECTORY, routes }),
      terms: await configuredRevenue(options, io),
    };
    await checkSave(query, options);
    return query;
  },
  ask: async (query, { options, io }) => {
    const { moves } = await import('../../query/simulate/reroute.js');
    // Only what changes the model changes the score.
    const scored = query.mode === 'swap' || query.mode === 'routes';
    return withOwnStore(options, io, async (store) => {
      const asked = { ...query, scores: scored ? await chosenScores(store, options.quality, io) : undefined };
      if (options.save === undefined) return { answer: await moves(store, asked), projected: undefined };
      const { checkFree, parseName } = await import('../../query/realised/saved.js');
      const { projectionsOf } = await import('../../query/realised/projection.js');
      if (options.replace !== true) await checkFree(store, parseName(options.save));
      const answer = await moves(store, asked);
      return { answer, projected: await projectionsOf(store, asked, answer) };
    });
  },
  document: async ({ answer }) => (await import('../../render/answers/reroute.js')).rerouteDocument(answer),
  conclude: async ({ projected }, { options, io }) => {
    if (projected === undefined) return;
    const { save } = await import('./save.js');
    await save(projected, options, io);
  },
};

interface Rerouted {
  answer: MovesAnswer;
  /** What is kept of it; undefined without --save. */
  projected: Projected | undefined;
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
