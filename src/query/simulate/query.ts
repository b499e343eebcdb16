import type { Routes } from '../../config/routes.js';
import { UsageError } from '../../errors.js';
import { canonicalProvider } from '../../rate/models/providers.js';
import { parseCondition } from '../scope/filter.js';
import { parseMoment } from '../scope/period.js';
import { parseList, parseQuery, type Query, type QueryOptions } from '../scope/query.js';
import type { Growth, MovesQuery, SurveyQuery } from './answer.js';
import type { MoveRule } from './routing_rules.js';
import type { Adjustments, OwnRatio, Setting } from './scenario.js';

/** The words that `llmcost simulate` has for every question. */
interface SettingOptions extends QueryOptions {
  cache: Adjustments['cache'];
  cacheHit?: string | undefined;
  priceBook?: string | undefined;
  reasoning: Adjustments['reasoning'];
  reasoningFactor?: string | undefined;
  outputFactor?: string | undefined;
  tokenAdjust: boolean;
  tokenRatio?: readonly string[] | undefined;
  calibrate?: boolean | undefined;
  assumeAble?: boolean | undefined;
  content: Adjustments['content'];
  fallback?: string | undefined;
}

/** The words of `llmcost simulate --all`. */
export interface SurveyOptions extends SettingOptions {
  rank: SurveyQuery['rank'];
  minQuality?: string | undefined;
  minFit: string;
  assumeSuccess: string;
  provider?: string | undefined;
}

/** The words of `llmcost simulate` with rules. */
export interface MovesOptions extends SettingOptions {
  swap?: readonly string[] | undefined;
  batch?: string | true | undefined;
  scale?: readonly string[] | undefined;
}

/** Checks the words of `simulate --all`; `quality` is the folder of the tokenizer ratios. Throws UsageError. */
export function parseSurveyQuery(
  options: SurveyOptions,
  clock: Date,
  quality: string,
): Omit<SurveyQuery, 'scores'> & Pick<Query, 'top'> {
  const query = parseQuery(options, clock);
  return {
    ...settingOf(options, query, quality),
    rank: options.rank,
    providers: parseList(options.provider ?? '')
      .filter((name) => name !== '')
      .map(canonicalProvider),
    minQuality: parseMinQuality(options.minQuality),
    assumed: parseSuccess(options.assumeSuccess),
    minFit: parseMinFit(options.minFit),
    fallback: options.fallback,
    top: query.top,
  };
}

/** Checks the words of the other simulations; `routes` are the rules of --routes, which take the place of --swap and --batch. */
export function parseMovesQuery(
  options: MovesOptions,
  clock: Date,
  { quality, routes }: { quality: string; routes: { rules: MoveRule[]; fallback: string | undefined } | undefined },
): MovesQuery {
  const query = parseQuery({ ...options, by: options.by ?? 'model' }, clock);
  return {
    ...settingOf(options, query, quality),
    mode: routes === undefined ? modeOf(options) : 'routes',
    rules: routes?.rules ?? parseRules(options),
    by: query.by,
    fallback: options.fallback ?? routes?.fallback,
    growth: (options.scale ?? []).map(parseGrowth),
    top: query.top,
  };
}

/** The rules of a file of routes. `where` names the place in the file. Throws UsageError, which names it too. */
export function parseRoutes(
  { routes, fallback }: Routes,
  where: (...path: (string | number)[]) => string,
): { rules: MoveRule[]; fallback: string | undefined } {
  return { rules: routes.map((route, index) => parseRoute(route, where('routes', index))), fallback };
}

function parseRoute({ name, from, where, to, tier }: Routes['routes'][number], place: string): MoveRule {
  const filters = where === undefined ? [] : Array.isArray(where) ? where : [where];
  const aims = to === undefined ? [{ model: null, share: 100 }] : Array.isArray(to) ? to : [{ model: to, share: 100 }];
  const goal = aims
    .map(({ model, share }) => `${model ?? 'its model'}${share === 100 ? '' : ` ${share}%`}`)
    .join(' + ');
  const who = [...(from === undefined ? [] : [from]), ...filters].join(' ') || 'all';
  const label = name ?? `${who} → ${goal}${tier === undefined ? '' : ` (${tier})`}`;
  try {
    return { label, from, where: filters.map(parseCondition), aims, tier };
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    throw new UsageError(`${place}.where: ${cause.message.replaceAll('--where ', '')}`, { cause });
  }
}

function settingOf(options: SettingOptions, { period, tz, where, now }: Query, quality: string): Setting {
  return { period, tz, where, adjust: parseAdjustments(options, tz), quality, now };
}

function parseAdjustments(options: SettingOptions, tz: string): Adjustments {
  const { cacheHit, reasoningFactor, outputFactor } = options;
  return {
    cache: options.cache,
    cacheHit: cacheHit === undefined ? undefined : parseShare(cacheHit),
    reasoning: options.reasoning,
    reasoningFactor: reasoningFactor === undefined ? undefined : parseFactor('--reasoning-factor', reasoningFactor),
    outputFactor: outputFactor === undefined ? undefined : parseFactor('--output-factor', outputFactor),
    tokenizers: options.tokenAdjust,
    calibrate: options.calibrate === true,
    assumeAble: options.assumeAble === true,
    content: options.content,
    ownRatios: (options.tokenRatio ?? []).map(parseRatio),
    ...parsePrices(options.priceBook, tz),
  };
}

/** The number of a price book, or a day whose prices all calls take. */
function parsePrices(text: string | undefined, tz: string): Pick<Adjustments, 'revision' | 'at'> {
  if (text === undefined) return {};
  if (/^\d{1,9}$/.test(text)) return { revision: Number(text) };
  return { at: parseMoment(text, '--price-book', tz) };
}

function modeOf({ swap, batch, cacheHit, priceBook }: MovesOptions): MovesQuery['mode'] {
  if (swap !== undefined) return 'swap';
  if (batch !== undefined) return 'batch';
  if (cacheHit !== undefined) return 'cache-hit';
  return priceBook !== undefined ? 'price-book' : 'scale';
}

/** The swaps, then what is bought in batches; without either all calls keep their models, under other conditions. */
function parseRules({ swap, batch, cacheHit, priceBook }: MovesOptions): MoveRule[] {
  const swaps = (swap ?? []).map(parseSwap);
  const stay = [{ model: null, share: 100 }];
  const where = typeof batch === 'string' ? [parseCondition(batch)] : [];
  const label = typeof batch === 'string' ? `${batch} in batches` : 'all in batches';
  const batches = batch === undefined ? [] : [{ label, where, aims: stay, tier: 'batch' }];
  const rules = [...swaps, ...batches];
  if (rules.length > 0 || (cacheHit === undefined && priceBook === undefined)) return rules;
  const condition =
    cacheHit === undefined ? `price book ${priceBook}` : `${cacheHit.replace(/\s*%$/, '')} % from the cache`;
  return [{ label: condition, where: [], aims: stay }];
}

function parseSwap(text: string): MoveRule {
  const [, from, to] = /^\s*([^=]+?)\s*=\s*(.+?)\s*$/.exec(text) ?? [];
  if (from !== undefined && to !== undefined)
    return { label: `${from} → ${to}`, from, where: [], aims: [{ model: to, share: 100 }] };
  throw new UsageError(`--swap '${text}' does not name two models.\nWrite --swap gpt-4o=gpt-4o-mini.`);
}

/** 2.5x, or customer=acme:3x. */
function parseGrowth(text: string): Growth {
  const [, customer, factor = ''] = /^(?:customer=(.+):)?(\d{1,3}(?:\.\d{1,4})?)x?$/.exec(text.trim()) ?? [];
  if (factor !== '') return { customer: customer ?? null, factor };
  throw new UsageError(
    `--scale '${text}' is not a growth.\nWrite --scale 2.5x, or --scale customer=acme:3x for one customer.`,
  );
}

function parseShare(text: string): number {
  const number = /^(\d{1,3}(?:\.\d{1,2})?)\s*%?$/.exec(text.trim())?.[1];
  if (number !== undefined && Number(number) <= 100) return Number(number);
  throw new UsageError(
    `--cache-hit '${text}' is not a share of the prompt.\nUse 0 to 100, for example --cache-hit 60%.`,
  );
}

function parseFactor(option: string, text: string): string {
  const number = /^(\d{1,3}(?:\.\d{1,4})?)x?$/.exec(text.trim())?.[1];
  if (number !== undefined) return number;
  throw new UsageError(
    `${option} '${text}' is not a factor.\nUse a number below 1000 with up to 4 decimals, for example ${option} 1.25.`,
  );
}

function parseRatio(text: string): OwnRatio {
  const [, source, target, ratio = ''] = /^(.+?)=(.+):(\d{1,2}(?:\.\d{1,6})?)$/.exec(text.trim()) ?? [];
  if (source !== undefined && target !== undefined && Number(ratio) > 0) return { source, target, ratio };
  throw new UsageError(
    `--token-ratio '${text}' is not a ratio of two models.\nWrite --token-ratio gpt-4o=claude-sonnet-4-6:1.17: the second makes 1.17 tokens of one of the first.`,
  );
}

/** 'same', '-3' or a number. */
function parseMinQuality(text: string | undefined): SurveyQuery['minQuality'] {
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

function parseSuccess(text: string): number {
  const number = Number(text);
  if (/^0?\.\d+$/.test(text) && number >= 0.01 && number <= 0.99) return number;
  throw new UsageError(
    `--assume-success '${text}' is no rate of success.\nUse 0.01 to 0.99, for example --assume-success 0.9.`,
  );
}

function parseMinFit(text: string): number {
  if (/^\d{1,3}%?$/.test(text) && Number.parseInt(text, 10) <= 100) return Number.parseInt(text, 10);
  throw new UsageError(
    `--min-fit '${text}' is no percentage.\nUse a whole number from 0 to 100, for example --min-fit 99.`,
  );
}
