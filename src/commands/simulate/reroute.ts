import { UsageError } from '../../errors.js';
import type { Io } from '../../io.js';
import type { MovesAnswer, MovesQuery } from '../../query/simulate/reroute.js';
import type { MoveRule } from '../../query/simulate/routing_rules.js';
import { writeAnswer } from '../output.js';
import { writePage } from '../page.js';
import { configuredRevenue, withOwnStore } from '../pricing/custom_prices.js';
import { chosenScores } from './quality_scores.js';
import { routesOf } from './routes.js';
import { growthOf, settingOf, topOf } from './settings.js';
import type { SimulateOptions } from './simulate.js';

/** Moves usage by the rules of the command line, and prints what that would have cost. */
export async function simulateMoves(options: SimulateOptions, io: Io): Promise<void> {
  const query = await queryOf(options, io);
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

async function queryOf(options: SimulateOptions, io: Io): Promise<MovesQuery> {
  const { checkedDimension } = await import('../../query/scope/dimensions.js');
  const by = (options.by ?? 'model').split(',').map((name) => checkedDimension(name.trim()));
  const routes = options.routes === undefined ? undefined : await routesOf(options.routes, io);
  return {
    ...(await settingOf(options, io.now())),
    mode: modeOf(options),
    rules: routes?.rules ?? (await rulesOf(options)),
    by: [...new Set(by)],
    fallback: options.fallback ?? routes?.fallback,
    growth: (options.scale ?? []).map(growthOf),
    top: topOf(options.top),
    terms: await configuredRevenue(options, io),
  };
}

function modeOf({ swap, routes, batch, cacheHit, priceBook }: SimulateOptions): MovesQuery['mode'] {
  if (routes !== undefined) return 'routes';
  if (swap !== undefined) return 'swap';
  if (batch !== undefined) return 'batch';
  if (cacheHit !== undefined) return 'cache-hit';
  return priceBook !== undefined ? 'price-book' : 'scale';
}

/** The swaps, then what is bought in batches; without either all calls stay on their models, under other conditions. */
async function rulesOf({ swap, batch, cacheHit, priceBook }: SimulateOptions): Promise<MoveRule[]> {
  const { conditionOf } = await import('../../query/scope/filter.js');
  const swaps = (swap ?? []).map(swapOf);
  const stay = [{ model: null, share: 100 }];
  const where = typeof batch === 'string' ? [conditionOf(batch)] : [];
  const label = typeof batch === 'string' ? `${batch} in batches` : 'all in batches';
  const batches = batch === undefined ? [] : [{ label, where, aims: stay, tier: 'batch' }];
  const rules = [...swaps, ...batches];
  if (rules.length > 0 || (cacheHit === undefined && priceBook === undefined)) return rules;
  const condition =
    cacheHit === undefined ? `price book ${priceBook}` : `${cacheHit.replace(/\s*%$/, '')} % from the cache`;
  return [{ label: condition, where: [], aims: stay }];
}

function swapOf(text: string): MoveRule {
  const [, from, to] = /^\s*([^=]+?)\s*=\s*(.+?)\s*$/.exec(text) ?? [];
  if (from !== undefined && to !== undefined)
    return { label: `${from} → ${to}`, from, where: [], aims: [{ model: to, share: 100 }] };
  throw new UsageError(`--swap '${text}' does not name two models.\nWrite --swap gpt-4o=gpt-4o-mini.`);
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
