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

/**
 * What an emitter that does not tell something lets anybody know, of a call as it was billed. Each is a loss of knowledge
 * with one meaning, so that what llmcost makes of it is still compared to the last token.
 */
export const UNTOLD = {
  'cached tokens': ({ tokens, ...call }) => ({ ...call, tokens: move(tokens, 'cache_read', 'uncached') }),
  'cache writes': ({ tokens, ...call }) => ({
    ...call,
    tokens: move(move(tokens, 'cache_write_5m', 'uncached'), 'cache_write_1h', 'uncached'),
  }),
  'lifetime of cache writes': ({ tokens, ...call }) => ({
    ...call,
    tokens: move(tokens, 'cache_write_1h', 'cache_write_5m'),
  }),
  'cached tokens of flex calls': (call) => (call.tier === 'flex' ? UNTOLD['cached tokens'](call) : call),
  'reasoning tokens of streams': (call) => (call.streamed ? UNTOLD['reasoning tokens'](call) : call),
  'calls of streams without usage': (call) => (call.told ? call : undefined),
  'reasoning tokens': ({ tokens, ...call }) => ({ ...call, tokens: move(tokens, 'reasoning', 'text') }),
  tier: (call) => ({ ...call, tier: 'default' }),
  'usage of streams': (call) => (call.streamed ? { ...call, tokens: null } : call),
  embeddings: (call) => (/embed/.test(call.model) ? undefined : call),
};

function move(tokens, from, to) {
  return { ...tokens, [from]: 0, [to]: tokens[to] + tokens[from] };
}

/** Calls that were answered, as far as they can be known; a stream of which usage was not asked for has none. */
export function knownCalls(ledger, untold) {
  return ledger
    .filter(({ status }) => status === 200)
    .map((call) => untold.reduce((known, name) => (known ? UNTOLD[name](known) : known), call))
    .filter((call) => call !== undefined)
    .map((call) => (call.told ? call : { ...call, tokens: null }));
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
      sum.cost += costOf(call);
    }
  }
  return sums;
}

export const totalCost = (sums) => Object.values(sums).reduce((total, { cost }) => total + cost, 0n);
