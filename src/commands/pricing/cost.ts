import type { Command } from 'commander';
import { UsageError } from '../../errors.js';
import type { Io } from '../../io.js';
import type { ImaginedCall } from '../../query/why/answer.js';
import { collect, withCommonOptions, withConfigOption } from '../options.js';
import { type AnswerOptions, withAnswerOptions, writeDocument } from '../question.js';
import { type ConfigOptions, withOwnBook } from './custom_prices.js';

interface CostOptions extends AnswerOptions, ConfigOptions {
  provider?: string;
  inputTokens?: string;
  cacheReadTokens?: string;
  cacheWriteTokens?: string;
  cacheWrite1hTokens?: string;
  outputTokens?: string;
  reasoningTokens?: string;
  unit?: string[];
  tier?: string;
  speed?: string;
  region?: string;
  at?: string;
  requests: string;
}

/** Declares `llmcost pricing cost`. */
export function registerCost(pricing: Command, io: Io): void {
  withAnswerOptions(withConfigOption(withCommonOptions(pricing.command('cost'))), ['table', 'json', 'markdown'])
    .description('what a call would cost, taken apart: tokens × rate, conditions, and where each rate comes from')
    .argument('<model>', 'the model, as a log would name it')
    .option('--provider <name>', 'who is paid, where the model does not say it')
    .option('--input-tokens <n>', 'the whole prompt, cached parts and all')
    .option('--cache-read-tokens <n>', 'of the prompt: read from the cache')
    .option('--cache-write-tokens <n>', 'of the prompt: written to the cache')
    .option('--cache-write-1h-tokens <n>', 'of the prompt: written to the cache for an hour')
    .option('--output-tokens <n>', 'the whole answer, thinking and all')
    .option('--reasoning-tokens <n>', 'of the answer: thinking')
    .option('--unit <name=n>', 'anything else: web_search_requests=2, input_audio_tokens=400; repeat it', collect)
    .option('--tier <name>', 'the service tier, for example batch')
    .option('--speed <name>', 'the speed, for example fast')
    .option('--region <name>', 'the region, for example eu')
    .option('--at <time>', 'a date or an ISO timestamp (UTC); default: now')
    .option('--requests <n>', 'how many calls share these counts', '1')
    .addHelpText('after', EXAMPLES)
    .action((model: string, options: CostOptions) => cost(model, options, io));
}

const EXAMPLES = `
Examples:
  llmcost pricing cost claude-sonnet-4-5 --input-tokens 250000 --cache-read-tokens 200000 --output-tokens 1000
  llmcost pricing cost gpt-4o --provider azure --input-tokens 1000 --output-tokens 200 --tier batch --at 2026-01-01`;

async function cost(model: string, options: CostOptions, io: Io): Promise<void> {
  const { missingPrice, priceCost } = await import('../../query/why/price_cost.js');
  const call = await callOf(model, options, io);
  const answer = await withOwnBook('read', options, io, (store) => priceCost(store, call, io.now()));
  const { priceCostDocument } = await import('../../render/answers/why.js');
  await writeDocument(priceCostDocument(answer), options, io);
  const missing = missingPrice(answer);
  if (missing !== undefined) throw missing;
}

async function callOf(model: string, options: CostOptions, io: Io): Promise<ImaginedCall> {
  const [{ disjointCounts }, { parseInstant }] = await Promise.all([
    import('../../query/why/call_counts.js'),
    import('../../query/scope/period.js'),
  ]);
  const counts = disjointCounts({
    input: options.inputTokens,
    cacheRead: options.cacheReadTokens,
    cacheWrite: options.cacheWriteTokens,
    cacheWrite1h: options.cacheWrite1hTokens,
    output: options.outputTokens,
    reasoning: options.reasoningTokens,
    units: options.unit ?? [],
  });
  const { units, ...classes } = counts;
  if (Object.keys(units).length === 0 && Object.values(classes).every((tokens) => tokens === null)) {
    throw new UsageError(
      'There is nothing to price.\nSay what the call uses, for example --input-tokens 1000 --output-tokens 200.',
    );
  }
  return {
    provider: options.provider ?? null,
    model,
    service_tier: options.tier?.toLowerCase() ?? null,
    speed: options.speed?.toLowerCase() ?? null,
    region: options.region ?? null,
    occurred_at: options.at === undefined ? io.now() : new Date(parseInstant(options.at, '--at', 'UTC')),
    requests: requestsOf(options.requests),
    counts,
  };
}

function requestsOf(text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new UsageError(`--requests '${text}' is no number of calls.\nUse a whole number from 1 on.`);
}
