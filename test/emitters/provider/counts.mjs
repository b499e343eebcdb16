/**
 * What the made-up provider says that a call used. Every call gets other counts, so that calls that are left out, counted
 * twice or mixed up change the sums; the cache is empty, smaller and larger than the rest of the prompt in turn, because
 * whether a prompt holds its cached tokens shows only where they are fewer.
 */

/** Tokens by the classes that have a price of their own; each token is in one class. Reasoning is billed as output. */
export function makeCounts(model, serial) {
  if (/embed/.test(model)) return { ...NONE, uncached: 500 + 41 * serial };
  const writes = /claude/.test(model);
  const caches = !/mistral|command|llama/.test(model);
  return {
    uncached: 1000 + 37 * serial,
    cache_read: caches ? [4096 + 11 * serial, 0, 300 + 7 * serial][serial % 3] : 0,
    cache_write_5m: writes && serial % 2 === 0 ? 512 + 13 * serial : 0,
    cache_write_1h: writes && serial % 4 === 0 ? 2100 + serial : 0,
    text: 100 + 17 * serial,
    reasoning: /gpt-5|gemini-2\.5/.test(model) ? 64 + 3 * serial : 0,
  };
}

const NONE = { uncached: 0, cache_read: 0, cache_write_5m: 0, cache_write_1h: 0, text: 0, reasoning: 0 };

/** Sums that providers tell. */
export function sumCounts(counts) {
  const written = counts.cache_write_5m + counts.cache_write_1h;
  const prompt = counts.uncached + counts.cache_read + written;
  const answer = counts.text + counts.reasoning;
  return { written, prompt, answer, total: prompt + answer };
}
