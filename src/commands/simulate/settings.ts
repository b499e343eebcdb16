import { UsageError } from '../../errors.js';
import type { Growth } from '../../query/simulate/reroute.js';
import type { Adjustments, OwnRatio, Setting } from '../../query/simulate/scenario.js';
import { chosenScope } from '../options.js';
import { QUALITY_DIRECTORY } from './quality_scores.js';
import type { SimulateOptions } from './simulate.js';

/** The checked setting of a simulation: which usage, and how it is carried over. */
export async function settingOf(options: SimulateOptions, now: Date): Promise<Setting> {
  const scope = await chosenScope(options, now);
  return { ...scope, adjust: await adjustmentsOf(options, scope.tz), quality: QUALITY_DIRECTORY, now };
}

async function adjustmentsOf(options: SimulateOptions, tz: string): Promise<Adjustments> {
  const { cacheHit, reasoningFactor, outputFactor } = options;
  return {
    cache: options.cache,
    cacheHit: cacheHit === undefined ? undefined : percentOf(cacheHit),
    reasoning: options.reasoning,
    reasoningFactor: reasoningFactor === undefined ? undefined : factorOf('--reasoning-factor', reasoningFactor),
    outputFactor: outputFactor === undefined ? undefined : factorOf('--output-factor', outputFactor),
    tokenizers: options.tokenAdjust,
    calibrate: options.calibrate === true,
    content: options.content,
    ownRatios: (options.tokenRatio ?? []).map(ratioOf),
    ...(await pricesOf(options.priceBook, tz)),
  };
}

/** The number of a price book, or a day whose prices all calls take. */
async function pricesOf(text: string | undefined, tz: string): Promise<Pick<Adjustments, 'revision' | 'at'>> {
  if (text === undefined) return {};
  if (/^\d{1,9}$/.test(text)) return { revision: Number(text) };
  const { momentOf } = await import('../../query/scope/period.js');
  return { at: momentOf(text, '--price-book', tz) };
}

function percentOf(text: string): number {
  const number = /^(\d{1,3}(?:\.\d{1,2})?)\s*%?$/.exec(text.trim())?.[1];
  if (number !== undefined && Number(number) <= 100) return Number(number);
  throw new UsageError(
    `--cache-hit '${text}' is not a share of the prompt.\nUse 0 to 100, for example --cache-hit 60%.`,
  );
}

function factorOf(option: string, text: string): string {
  const number = /^(\d{1,3}(?:\.\d{1,4})?)x?$/.exec(text.trim())?.[1];
  if (number !== undefined) return number;
  throw new UsageError(
    `${option} '${text}' is not a factor.\nUse a number below 1000 with up to 4 decimals, for example ${option} 1.25.`,
  );
}

function ratioOf(text: string): OwnRatio {
  const [, source, target, ratio = ''] = /^(.+?)=(.+):(\d{1,2}(?:\.\d{1,6})?)$/.exec(text.trim()) ?? [];
  if (source !== undefined && target !== undefined && Number(ratio) > 0) return { source, target, ratio };
  throw new UsageError(
    `--token-ratio '${text}' is not a ratio of two models.\nWrite --token-ratio gpt-4o=claude-sonnet-4-6:1.17: the second makes 1.17 tokens of one of the first.`,
  );
}

/** 2.5x, or customer=acme:3x. */
export function growthOf(text: string): Growth {
  const [, customer, factor = ''] = /^(?:customer=(.+):)?(\d{1,3}(?:\.\d{1,4})?)x?$/.exec(text.trim()) ?? [];
  if (factor !== '') return { customer: customer ?? null, factor };
  throw new UsageError(
    `--scale '${text}' is not a growth.\nWrite --scale 2.5x, or --scale customer=acme:3x for one customer.`,
  );
}

/** The number of --top. */
export function topOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text) && Number(text) >= 1) return Number(text);
  throw new UsageError(`--top '${text}' is not a number of rows.\nUse a whole number from 1 on, for example --top 10.`);
}
