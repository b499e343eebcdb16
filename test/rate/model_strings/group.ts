/**
 * Model strings that are resolved by one rule. Each line of `strings` is
 *
 *     provider of the log | string of the log | expected | input price
 *
 * The provider is `-` where the log names none; a region follows an `@`. Expected is `seller/row` of the price book, `~` before
 * it where the price is assumed; `free`; or `-rule` for no price and the rule that says why. `≠ seller/row` names a row of the
 * book that is tempting and wrong. The price, in USD per million tokens, is one that the seller publishes.
 */
export interface StringGroup {
  title: string;
  /** The rule, and where it comes from. */
  because: string;
  strings: string;
}

/** One line of a group, taken apart. */
export interface StringCase {
  provider: string | null;
  region: string | null;
  model: string;
  expected: string;
  not: string | null;
  usd: string | null;
}

export function casesOf({ strings }: StringGroup): StringCase[] {
  const lines = strings.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const [log = '', model = '', result = '', usd = null] = line.split(' | ').map((cell) => cell.trim());
    const [provider = '', region = null] = log.split('@');
    const [expected = '', not = null] = result.split(' ≠ ');
    if (expected === '') throw new Error(`a line without an expectation: ${line}`);
    return { provider: provider === '-' ? null : provider, region, model, expected, not, usd };
  });
}
