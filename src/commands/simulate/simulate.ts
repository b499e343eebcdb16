import { type Command, Option } from 'commander';
import { UsageError } from '../../errors.js';
import type { Io } from '../../io.js';
import { withCurrencyOptions } from '../exchange.js';
import { collect, withCommonOptions, withConfigOption, withScopeOptions } from '../options.js';
import { answerQuestion, withAnswerOptions, withWideOption } from '../question.js';
import type { SimulateOptions } from './simulate_options.js';

/** Declares `llmcost simulate`. */
export function registerSimulate(program: Command, io: Io): void {
  const command = withCurrencyOptions(withConfigOption(withCommonOptions(program.command('simulate'))))
    .description('Show what the same traffic would have cost elsewhere: on another model or under other conditions.')
    .option(
      '--swap <A=B>',
      'move the calls of model A to model B; may be repeated, A may be a glob such as claude-*',
      collect,
    )
    .option('--all', 'price it on every model of the price book')
    .option('--routes <file>', 'move calls by the ordered rules of a YAML file')
    .option('--batch [filter]', 'buy in batches what the filter says, or everything: --batch feature=summaries')
    .option('--cache-hit <percent>', 'as if so much of every prompt came from the cache')
    .option('--price-book <id>', 'the same calls by the price book of this number, or by the prices of this day')
    .option('--scale <factor>', 'so much more traffic: 2.5x, or customer=acme:3x; may be repeated', collect);
  withScopeOptions(command)
    .option('--by <names>', 'what to group by, comma separated', 'model')
    .option('--fallback <model>', 'where calls go that do not fit; default: they stay where they are')
    .option('--assume-able', 'take models to see images, call tools and keep to schemas where that is not known')
    .addOption(choice('--cache <policy>', 'what becomes of cached tokens', ['keep', 'none', 'cold'], 'keep'))
    .addOption(choice('--reasoning <policy>', 'what becomes of tokens of thinking', ['keep', 'drop'], 'keep'))
    .option('--reasoning-factor <x>', 'tokens of thinking for each visible token, for calls that did not think')
    .option('--output-factor <x>', 'how much longer or shorter the other model answers')
    .option('--no-token-adjust', 'take the tokens as they were counted, whatever the tokenizer of the other model')
    .option('--token-ratio <A=B:x>', 'your own ratio: B makes x tokens of one of A; may be repeated', collect)
    .option('--calibrate', 'measure the ratios on your own traces that ran on two models')
    .addOption(choice('--content <kind>', 'the kind of text', ['mixed', 'prose', 'code', 'structured'], 'mixed'))
    .addOption(
      choice(
        '--rank <key>',
        'what --all ranks by: expected cost per success, cost, or quality',
        ['value', 'cost', 'quality'],
        'value',
      ),
    )
    .option('--quality <name>', 'the scores of --all: eci, gpqa, arena, aider, or a FILE.csv of your own', 'eci')
    .option(
      '--min-quality <score>',
      "the least score that is ranked: a number, 'same', or -3 for 3 below today; default: one step below",
    )
    .option('--min-fit <percent>', 'rank models that at least so many of the requests fit', '100')
    .option('--assume-success <p>', 'how often the model of today succeeds, 0.01 to 0.99', '0.8')
    .option(
      '--provider <names>',
      "only offers of these sellers, comma separated, or 'all'; default: who is paid today and the makers",
    )
    .option('--top <n>', 'show n rows; of --swap and the like the rest is summed up as (other)')
    .option('--save <name>', 'keep what is projected, to compare it later: llmcost realised NAME')
    .option('--replace', 'together with --save: in place of what is saved under this name');
  withWideOption(withAnswerOptions(command))
    .addHelpText('after', EXAMPLES)
    .action((options: SimulateOptions, called: Command) => {
      checkMeant(called);
      return run(options, io);
    });
}

const EXAMPLES = `
Examples:
  llmcost simulate --swap gpt-4o=gpt-4o-mini --period 'last month' --by customer
  llmcost simulate --swap 'claude-*=gpt-5-mini' --where feature=chat --cache none
  llmcost simulate --all --where feature=chat --top 10
  llmcost simulate --batch feature=summaries
  llmcost simulate --swap gpt-4o=gpt-4o-mini --save october-swap   (then: llmcost realised october-swap)`;

function choice(flags: string, description: string, values: readonly string[], usual: string): Option {
  return new Option(flags, description).choices(values).default(usual);
}

/** Options that only one kind of question looks at. */
const OF_ALL = ['rank', 'minQuality', 'minFit', 'assumeSuccess', 'provider'];
const OF_MOVES = ['by', 'save', 'replace'];

const WHY_IDLE: Readonly<Record<string, string>> & { by: string } = {
  by: 'looks at all usage in scope.\nAsk for one with --where, for example --where customer=acme.',
  save: 'proposes no move.\nSave one: llmcost simulate --swap gpt-4o=gpt-4o-mini --save NAME',
  replace: 'proposes no move.\nSave one: llmcost simulate --swap gpt-4o=gpt-4o-mini --save NAME --replace',
};

/** What would be ignored is refused: a figure must not look like the answer to what was not asked. */
function checkMeant(called: Command): void {
  const all = called.getOptionValue('all') === true;
  const given = called.options.filter(
    (option) => called.getOptionValueSource(option.attributeName()) === 'cli' && option.long !== undefined,
  );
  const [idle] = given.filter((option) => (all ? OF_MOVES : OF_ALL).includes(option.attributeName()));
  if (idle === undefined) return;
  throw new UsageError(
    all
      ? `${idle.long} does nothing together with --all, which ${WHY_IDLE[idle.attributeName()] ?? WHY_IDLE.by}`
      : `${idle.long} does nothing without --all.\nLeave it out, or rank every model: llmcost simulate --all`,
  );
}

async function run(options: SimulateOptions, io: Io): Promise<void> {
  const { all, swap, routes, batch, cacheHit, priceBook, scale } = options;
  if (all === true) return surveyAll(options, io);
  if (routes !== undefined && (swap !== undefined || batch !== undefined)) {
    throw new UsageError('--routes cannot be combined with --swap or --batch.\nWrite them as rules of the file.');
  }
  if ([swap, routes, batch, cacheHit, priceBook, scale].every((one) => one === undefined)) {
    throw new UsageError(
      `Nothing is asked. Say what to try: --all, --swap gpt-4o=gpt-4o-mini, --batch, --cache-hit 60, --price-book 2026-10-01 or --scale 2x.`,
    );
  }
  const { REROUTE } = await import('./reroute.js');
  await answerQuestion(REROUTE, options, io);
}

async function surveyAll(options: SimulateOptions, io: Io): Promise<void> {
  const { swap, routes, batch, scale } = options;
  if (swap !== undefined || routes !== undefined || batch !== undefined || scale !== undefined) {
    throw new UsageError(
      '--all cannot be combined with --swap, --routes, --batch or --scale.\nAsk one after the other.',
    );
  }
  const { RANK_MODELS } = await import('./rank_models.js');
  await answerQuestion(RANK_MODELS, options, io);
}
