/**
 * The provider's bill: tokens of each class × published rates, in exact whole numbers of 10⁻¹² US dollars (rates have at
 * most six places for a million tokens). It knows nothing of llmcost's own prices.
 */
import { readFileSync } from 'node:fs';

const RATES = JSON.parse(readFileSync(new URL('rates.json', import.meta.url), 'utf8'));
const CLASSES = ['uncached', 'cache_read', 'cache_write_5m', 'cache_write_1h', 'text', 'reasoning'];

/** Who bills it where another one than the API's owner speaks its language. */
const OWNERS = [
  ['mistral', /^mistral/],
  ['cohere', /^command/],
];

function ratesOf({ by, model, tier }) {
  const owner = OWNERS.find(([, names]) => names.test(model))?.[0] ?? by;
  const rates = RATES[owner]?.models[tier === 'default' ? model : `${model} ${tier}`];
  if (rates === undefined) throw new Error(`no rates for ${owner} ${model} ${tier}`);
  return rates;
}

/** A decimal number of dollars for a million tokens as 10⁻¹² dollars for a token. */
function picoDollars(rate) {
  const [whole, places = ''] = rate.split('.');
  return BigInt(whole + places.padEnd(6, '0'));
}

function costOf(call) {
  const rates = ratesOf(call);
  return CLASSES.reduce((sum, name) => {
    const rate = rates[name] ?? (name === 'text' || name === 'reasoning' ? rates.output : '0');
    return sum + BigInt(call.tokens[name]) * picoDollars(rate);
  }, 0n);
}

const NO_MODEL = '(none)';
const NOTHING = Object.fromEntries(CLASSES.map((name) => [name, 0]));

/** What can be untold: what anybody can know then of a call as it was billed. */
const LOSSES = {
  'cached tokens': ({ tokens, ...call }) => ({ ...call, tokens: move(tokens, 'cache_read', 'uncached') }),
  'cached tokens altogether': ({ tokens, ...call }) => ({ ...call, tokens: { ...tokens, cache_read: 0 } }),
  'lifetime of cache writes': ({ tokens, ...call }) => ({
    ...call,
    tokens: move(tokens, 'cache_write_1h', 'cache_write_5m'),
  }),
  'input tokens': ({ tokens, ...call }) => ({ ...call, tokens: { ...tokens, uncached: 0 } }),
  'reasoning tokens': ({ tokens, ...call }) => ({ ...call, tokens: move(tokens, 'reasoning', 'text') }),
  'reasoning tokens altogether': ({ tokens, ...call }) => ({ ...call, tokens: { ...tokens, reasoning: 0 } }),
  // LangChain for JavaScript adds the first token of a stream of Claude a second time.
  'exact answers': ({ tokens, ...call }) => ({ ...call, tokens: { ...tokens, text: tokens.text + 1 } }),
  'cache writes altogether': ({ tokens, ...call }) => ({
    ...call,
    tokens: { ...tokens, cache_write_5m: 0, cache_write_1h: 0 },
  }),
  // Without a model there is no price.
  model: (call) => ({ ...call, model: NO_MODEL }),
  tier: (call) => ({ ...call, tier: 'default' }),
  usage: (call) => ({ ...call, tokens: null }),
  // OpenLIT counts the text of `hi` and of the answer itself, and does not say so.
  'usage (it guesses)': (call) => ({ ...call, tokens: { ...NOTHING, uncached: 4, text: 10 } }),
  calls: () => undefined,
};

/** Of which calls something is untold. */
const OF = {
  streams: ({ streamed }) => streamed,
  'streams without usage': ({ told }) => !told,
  'Claude without streams': ({ streamed, by }) => !streamed && by === 'anthropic',
  'streams by Claude that write': ({ streamed, by, tokens }) =>
    streamed && by === 'anthropic' && tokens.cache_write_5m > 0,
  'streams by Claude': ({ streamed, by }) => streamed && by === 'anthropic',
  'flex calls': ({ tier }) => tier === 'flex',
  embeddings: ({ model }) => /embed/.test(model),
  'Chat Completions': ({ api }) => api === 'chat/completions',
  Responses: ({ api }) => api === 'responses',
  // Agents ask a small model for the title of a session.
  titles: ({ model }) => model === 'gpt-5-mini' || model === 'claude-haiku-4-5',
  'OpenAI without streams': ({ by, streamed }) => by === 'openai' && !streamed,
  Bedrock: ({ by }) => by === 'bedrock',
  Gemini: ({ by }) => by === 'google',
};

/**
 * A call as far as it can be known where something is not told, such as `tier`, `cached tokens of Bedrock` or
 * `calls of embeddings`; undefined where nothing is known of it. Each loss has one meaning, so that what llmcost makes of it
 * is still compared to the last token.
 */
function forget(call, loss) {
  const [, what, whom] = /^(.*?)(?: of (?!cache writes)(.*))?$/.exec(loss);
  if (LOSSES[what] === undefined || (whom !== undefined && OF[whom] === undefined)) throw new Error(`unknown: ${loss}`);
  if (whom !== undefined && !OF[whom](call)) return call;
  return call.tokens === null && what !== 'calls' && !what.startsWith('usage') ? call : LOSSES[what](call);
}

function move(tokens, from, to) {
  return { ...tokens, [from]: 0, [to]: tokens[to] + tokens[from] };
}

/** Calls that were answered, as far as they can be known; a stream of which usage was not asked for has none. */
export function knownCalls(ledger, untold) {
  return ledger
    .filter(({ status }) => status === 200)
    .map((call) => (call.told ? call : { ...call, tokens: null }))
    .map((call) => untold.reduce((known, loss) => (known === undefined ? known : forget(known, loss)), call))
    .filter((call) => call !== undefined);
}

/** Sums by model: calls, calls without usage, tokens by class, cost in 10⁻¹² dollars. */
export function sumByModel(calls) {
  const sums = {};
  for (const call of calls) {
    sums[call.model] ??= { calls: 0, unknown: 0, ...Object.fromEntries(CLASSES.map((name) => [name, 0])), cost: 0n };
    const sum = sums[call.model];
    sum.calls += 1;
    if (call.tokens === null) sum.unknown += 1;
    else {
      for (const name of CLASSES) sum[name] += call.tokens[name];
      if (call.model === NO_MODEL) sum.unknown += 1;
      else sum.cost += costOf(call);
    }
  }
  return sums;
}

export const totalCost = (sums) => Object.values(sums).reduce((total, { cost }) => total + cost, 0n);
