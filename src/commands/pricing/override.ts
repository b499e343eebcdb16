import type { Command } from 'commander';
import type { PricedName } from '../../config/amount.js';
import type { OverrideEntry } from '../../config/prices.js';
import { UsageError } from '../../errors.js';
import type { Io } from '../../io.js';
import { collect } from '../options.js';
import type { ConfigOptions } from './custom_prices.js';
import { day } from './book.js';
import {
  addOwn,
  checkedDays,
  checkedModel,
  registerOwnList,
  registerOwnRemove,
  withOwnOptions,
} from './custom.js';

interface OverrideOptions extends ConfigOptions {
  provider?: string;
  input?: string;
  output?: string;
  cacheRead?: string;
  cacheWrite?: string;
  cacheWrite1h?: string;
  reasoning?: string;
  rate?: string[];
  factor?: string;
  discount?: string;
  only?: string;
  tier?: string;
  region?: string;
  from?: string;
  to?: string;
  note?: string;
}

/** Declares `llmcost pricing override add | list | remove`; `add` may be left out. */
export function registerOverride(pricing: Command, io: Io): void {
  const override = pricing.command('override').description('prices of your own, and factors on the published ones');
  withOwnOptions(override.command('add', { isDefault: true }))
    .description('set prices, a factor or a discount')
    .argument('<model>', "PROVIDER/MODEL, or MODEL of any provider; * and ? stand for any letters: 'openai/gpt-4o*'")
    .option('--provider <name>', 'whose model it is, where it does not stand before the model')
    .option('--input <usd>', 'USD per million tokens of the prompt; another unit: --input "0.0021 per 1K"')
    .option('--output <usd>', 'the same for the answer')
    .option('--cache-read <usd>', 'for what is read from the cache')
    .option('--cache-write <usd>', 'for what is written to the cache')
    .option('--cache-write-1h <usd>', 'for what is written to the cache for an hour')
    .option('--reasoning <usd>', 'for thinking, where it does not cost what the answer costs')
    .option('--rate <name=usd>', 'for anything else: web_search_requests=0.01, characters=15/1M; repeat it', collect)
    .option('--factor <number>', 'the published prices times this, for example 0.85')
    .option('--discount <percent>', 'the published prices less this, for example 15%')
    .option('--only <names>', 'what the factor or discount is for, comma separated: input,output')
    .option('--tier <name>', 'only calls of this service tier, for example batch')
    .option('--region <name>', 'only calls of this region')
    .option('--from <day>', 'from this day on (UTC); default: always', day)
    .option('--to <day>', 'up to, and without, this day', day)
    .option('--note <text>', 'why, for example the number of the contract')
    .addHelpText('after', EXAMPLES)
    .action((model: string, options: OverrideOptions) => add(model, options, io));
  registerOwnList(override, 'override', io);
  registerOwnRemove(override, 'override', io);
}

const EXAMPLES = `
Examples:
  llmcost pricing override 'openai/gpt-4o*' --discount 15% --from 2026-01-01 --to 2027-01-01 --note 'contract 4711'
  llmcost pricing override self_hosted/llama-3-70b --input 0.20 --output 0.60
  llmcost pricing override anthropic/claude-sonnet-4-5 --input 1.40 --output 7 --tier batch`;

async function add(model: string, options: OverrideOptions, io: Io): Promise<void> {
  const { overrideRows } = await import('../../config/prices.js');
  await checkedModel(model, options.provider);
  checkedDays(options);
  const { provider, tier, region, from, to, note } = options;
  const entry = { model, provider, tier, region, from, to, note, ...(await said(model, options)) };
  await addOwn({ kind: 'override', overrides: overrideRows(entry, model) }, options, io);
}

type Said = Omit<OverrideEntry, 'model'>;

/** Prices, a factor or a discount: one of the three. */
async function said(model: string, options: OverrideOptions): Promise<Said> {
  const prices = await pricesOf(options);
  const share = await shareOf(options);
  const kinds = [Object.keys(prices).length > 0, options.factor !== undefined, options.discount !== undefined];
  const given = kinds.filter((kind) => kind).length;
  if (given === 0) {
    throw new UsageError(
      `There is no price for ${model}.\nSay what it costs (--input 2.10 --output 8.40), or --factor 0.85, or --discount 15%.`,
    );
  }
  if (given > 1) {
    throw new UsageError(
      'Prices, --factor and --discount exclude one another.\nGive one of them; what holds for different models or days takes several commands.',
    );
  }
  if (options.only !== undefined && kinds[0] === true) {
    throw new UsageError('--only goes with --factor or --discount.\nA price is for what its option names.');
  }
  return { ...prices, ...share };
}

async function pricesOf(options: OverrideOptions): Promise<Said> {
  const { amountOf, amountWords } = await import('../../config/amount.js');
  const prices: Said = {};
  for (const [option, name, text] of await writtenPrices(options)) {
    const amount = amountOf(text, name);
    if (amount === undefined)
      throw new UsageError(`${option}: '${text}' is no price.\nIt must be ${amountWords(name)}.`);
    if (prices[name] !== undefined) throw new UsageError(`${option}: ${name} has a price already.\nGive one of them.`);
    prices[name] = amount;
  }
  return prices;
}

type Written = [option: string, name: PricedName, text: string];

async function writtenPrices(options: OverrideOptions): Promise<Written[]> {
  const { CLASS_NAMES } = await import('../../config/amount.js');
  const texts: Record<(typeof CLASS_NAMES)[number], string | undefined> = {
    input: options.input,
    output: options.output,
    cache_read: options.cacheRead,
    cache_write: options.cacheWrite,
    cache_write_1h: options.cacheWrite1h,
    reasoning: options.reasoning,
  };
  const classes = CLASS_NAMES.flatMap((name): Written[] => {
    const text = texts[name];
    return text === undefined ? [] : [[`--${name.replaceAll('_', '-')}`, name, text]];
  });
  const others = await Promise.all((options.rate ?? []).map(otherPrice));
  return [...classes, ...others];
}

async function otherPrice(text: string): Promise<Written> {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(at, 0)).trim();
  return [`--rate ${name}`, await checkedName(name, '--rate', text), text.slice(at + 1)];
}

async function shareOf({ factor, discount, only }: OverrideOptions): Promise<Said> {
  const { DISCOUNT_WORDS, discountOf, FACTOR_WORDS, factorOf } = await import('../../config/amount.js');
  const names =
    only === undefined
      ? undefined
      : await Promise.all([...new Set(only.split(','))].map((name) => checkedName(name.trim(), '--only', only)));
  const parsed = {
    ...(factor === undefined ? {} : { factor: factorOf(factor) }),
    ...(discount === undefined ? {} : { discount: discountOf(discount) }),
  };
  if (factor !== undefined && parsed.factor === undefined) {
    throw new UsageError(`--factor '${factor}' is no factor.\nIt must be ${FACTOR_WORDS}.`);
  }
  if (discount !== undefined && parsed.discount === undefined) {
    throw new UsageError(`--discount '${discount}' is no discount.\nIt must be ${DISCOUNT_WORDS}.`);
  }
  return { ...parsed, ...(names === undefined ? {} : { only: names }) };
}

async function checkedName(name: string, option: string, text: string): Promise<PricedName> {
  const { CLASS_NAMES, isPricedName, UNIT_NAMES } = await import('../../config/amount.js');
  if (isPricedName(name)) return name;
  const form = option === '--rate' ? 'NAME=USD' : 'names with commas between them';
  throw new UsageError(
    `${option} '${text}' names nothing that has a price.\nWrite ${form}; names are: ${[...CLASS_NAMES, ...UNIT_NAMES].join(', ')}.`,
  );
}
