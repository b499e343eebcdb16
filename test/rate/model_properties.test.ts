import { beforeAll, expect, test } from 'vitest';
import { BUNDLE_DIRECTORY } from '../../src/commands/pricing/book.js';
import { loadBundledBook } from '../../src/rate/bundle/bundle.js';
import { knownModels } from '../../src/rate/models/index.js';
import { isSelfHosted } from '../../src/rate/models/providers.js';
import { buildResolver, type KnownModel, type Resolver } from '../../src/rate/models/resolve.js';
import { inMemory, NOW } from './price_rows.js';

let priced: KnownModel[];
let resolve: Resolver;

beforeAll(() =>
  inMemory(async (store) => {
    await loadBundledBook(store, BUNDLE_DIRECTORY, NOW);
    const known = await knownModels(store);
    resolve = buildResolver(known, []);
    // What a list has at 0 for a program on machines of one's own is no price of it.
    priced = known.filter(({ priced: has, free, provider }) => has && !(free === true && isSelfHosted(provider)));
  }),
);

/** Routers are listed with the price 0, which is not what a call through them costs. */
const ROUTER = /(^|\/)(auto|auto-beta|bodybuilder|fusion|pareto-code)$/;

/** Without a provider in the log this is how Hugging Face names open weights: any host may have been paid. */
const WEIGHTS = /^openai\/gpt-oss-/;

function target(provider: string | null, model: string): string {
  const found = resolve({ provider, model, region: null });
  return found.kind === 'priced' ? `${found.price_provider}/${found.price_model}` : found.kind;
}

/** Compared without case: a book may list one model in two spellings of case. */
function missed(strings: { provider: string | null; model: string; wanted: string }[]): string[] {
  return strings
    .filter(({ provider, model, wanted }) => target(provider, model).toLowerCase() !== wanted.toLowerCase())
    .map(({ provider, model, wanted }) => `${provider} ${model}: ${target(provider, model)}, not ${wanted}`);
}

test('every priced name is its own row', () => {
  expect(priced.length).toBeGreaterThan(3000);
  const names = priced.filter(({ model }) => !ROUTER.test(model));
  expect(missed(names.map(({ provider, model }) => ({ provider, model, wanted: `${provider}/${model}` })))).toEqual([]);
});

test('and so it is with its provider before it, if the log names one or not', () => {
  const listed = new Set(priced.map(({ provider, model }) => `${provider}\n${model}`.toLowerCase()));
  // Perplexity sells `sonar` and, in another API at another price, `perplexity/sonar`.
  const isOther = ({ provider, model }: KnownModel) => listed.has(`${provider}\n${provider}/${model}`.toLowerCase());
  const names = priced.filter((model) => !ROUTER.test(model.model) && !isOther(model));
  for (const given of [true, false]) {
    const prefixed = names.map(({ provider, model }) => {
      return { provider: given ? provider : null, model: `${provider}/${model}`, wanted: `${provider}/${model}` };
    });
    expect(missed(prefixed.filter(({ model }) => given || !WEIGHTS.test(model)))).toEqual([]);
  }
});

/** What sets one model apart from another, in the words makers use. */
const SIZE =
  /-(?:mini|nano|micro|lite|flash|pro|premier|max|codex|fast|turbo|terra|luna|sol|haiku|opus|sonnet|small|medium|large|ultra|instruct|preview|image|audio|search|realtime|reasoner|vision)(?=[-.:@]|$)/gi;
const SIZE_WORD = new RegExp(SIZE.source, 'i');

/** The name without one of its size words, with one digit changed, and with one digit more. */
function mutations(model: string): string[] {
  const sizes = [...model.matchAll(SIZE)].map(
    ({ index, 0: word }) => model.slice(0, index) + model.slice(index + word.length),
  );
  const digits = [...model.matchAll(/\d/g)].flatMap(({ index, 0: digit }) => {
    const other = String((Number(digit) + 1) % 10);
    const [before, after] = [model.slice(0, index), model.slice(index + 1)];
    return [before + other + after, before + digit + other + after];
  });
  return [...sizes, ...digits];
}

/** Numbers and size words of a name: what must be the same in the row, in whatever order. */
function identity(model: string): string {
  const bare = model
    .toLowerCase()
    .replace(/^.*\//, '')
    .replace(/(?:-v1:0|-1:0|-v1|(?<=b):0)$/, '')
    .replace(/:0$/, '');
  return bare
    .split(/[^a-z0-9]+/)
    .filter((word) => /\d/.test(word) || SIZE_WORD.test(`-${word}`))
    .sort()
    .join(' ');
}

/** `claude-opus-4-20250514` and `claude-opus-4@20250514` of `claude-opus-4`. */
function isSnapshotOf(model: string, undated: string): boolean {
  return model.startsWith(undated) && /^[-@]20\d{2}-?\d{2}-?\d{2}/.test(model.slice(undated.length));
}

/** What the rules say may be left off; whether a date may, is asked of the book. */
function leftOff(
  provider: string,
  model: string,
  { price_model, rule }: { price_model: string; rule: string },
): string {
  const without = (name: string, pattern: RegExp, fired: string) =>
    rule.includes(fired) ? name.replace(pattern, '') : name;
  const undated = without(model, /[-@]20\d{2}-?\d{2}-?\d{2}(?=$|-v\d|:)/, 'date_stripped');
  const plain = without(without(undated, /-001$/, 'number_stripped'), /[-.]0$/, 'zero_stripped');
  if (undated !== model && priced.some((row) => row.provider === provider && isSnapshotOf(row.model, price_model)))
    return model;
  return plain;
}

test('a size word less, or one digit changed or more, is never taken for another model', () => {
  const wrong = priced.flatMap(({ provider, model }) =>
    mutations(model).flatMap((mutation) => {
      const found = resolve({ provider, model: mutation, region: null });
      if (found.kind !== 'priced') return [];
      if (identity(found.price_model) === identity(leftOff(provider, mutation, found))) return [];
      return [`${provider} ${mutation}: ${found.price_model} by ${found.rule}`];
    }),
  );
  expect(wrong).toEqual([]);
});
