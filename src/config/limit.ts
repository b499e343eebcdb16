import { currencyCode } from './currency_code.js';

/** What a limit is measured in; it must be what its metric is measured in. */
export type LimitUnit = 'money' | 'tokens' | 'requests' | 'percent' | 'ms' | 'number';

/** A limit as written; amounts and factors are plain decimal text. */
export type Limit = { text: string; at_least: boolean } & (
  | { kind: 'amount'; amount: string; unit: LimitUnit; currency: string | null; per_request: boolean }
  | { kind: 'revenue'; percent: string }
  | { kind: 'baseline'; percent: string }
  | { kind: 'median'; factor: string; of: 'past' | 'others' }
);

export const LIMIT_WORDS =
  "a limit, such as '50 USD', '50 EUR', '0.02 USD per request', '2M tokens', '10k requests', '5%', '800 ms', '60% of revenue', '+10% vs baseline', '2x median' or 'at least 40%'";

const NUMBER = String.raw`(?<number>\d{1,15}(?:\.\d{1,12})?|\d{1,3}(?:,\d{3})+(?:\.\d{1,12})?)`;
const AT_LEAST = /^(?:at least|min|>=)\s*/i;
const AMOUNT = new RegExp(
  String.raw`^(?<dollar>\$)?\s*${NUMBER}(?<scale>[kmb])?\s*(?<unit>tokens?|requests?|calls?|%|ms|s|seconds?|[a-z]{3})?(?<each>\s*(?:/|per)\s*(?:request|call))?$`,
  'i',
);
const REVENUE = new RegExp(String.raw`^${NUMBER}\s*%\s*of\s*revenue$`, 'i');
const BASELINE = new RegExp(String.raw`^\+\s*${NUMBER}\s*%\s*(?:vs|versus|over)\.?\s*(?:the\s*)?baseline$`, 'i');
const MEDIAN = new RegExp(String.raw`^${NUMBER}\s*x\s*(?:the\s*)?median(?<others>\s*of\s*(?:the\s*)?others)?$`, 'i');

/** Parses a limit; undefined for any other text. */
export function limitOf(text: string): Limit | undefined {
  const at_least = AT_LEAST.test(text);
  const words = text.replace(AT_LEAST, '').trim();
  const said = { text, at_least };
  const revenue = REVENUE.exec(words)?.groups;
  if (revenue !== undefined) return below(MOST_PERCENT, { ...said, kind: 'revenue', percent: plain(revenue.number) });
  const baseline = BASELINE.exec(words)?.groups;
  if (baseline !== undefined)
    return below(MOST_PERCENT, { ...said, kind: 'baseline', percent: plain(baseline.number) });
  const median = MEDIAN.exec(words)?.groups;
  if (median !== undefined) {
    const of = median.others === undefined ? 'past' : 'others';
    return below(MOST_FACTOR, { ...said, kind: 'median', factor: plain(median.number), of });
  }
  const amount = amountOf(words);
  return amount === undefined ? undefined : below(MOST_AMOUNT, { ...said, kind: 'amount', ...amount });
}

/** Up to here a limit is compared exactly; a larger one is a typing error. */
const MOST_AMOUNT = 10 ** 14;
const MOST_PERCENT = 10 ** 5;
const MOST_FACTOR = 10 ** 3;

function below(most: number, limit: Limit): Limit | undefined {
  const number = limit.kind === 'amount' ? limit.amount : limit.kind === 'median' ? limit.factor : limit.percent;
  return Number(number) < most ? limit : undefined;
}

type Amount = Omit<Extract<Limit, { kind: 'amount' }>, 'text' | 'at_least' | 'kind'>;

/** `50 USD`, `$50`, `50 EUR`, `2.5M tokens`, `5%`, `1.5 s`: an amount with its unit. */
function amountOf(text: string): Amount | undefined {
  const { dollar, number, scale, unit, each } = AMOUNT.exec(text)?.groups ?? {};
  if (number === undefined) return undefined;
  const name = (unit ?? '').toLowerCase();
  if (dollar !== undefined && name !== '' && name !== 'usd') return undefined;
  const measured = dollar === undefined ? unitOf(name) : 'money';
  if (measured === undefined || (each !== undefined && measured !== 'money')) return undefined;
  const seconds = measured === 'ms' && name !== 'ms';
  const places = PLACES[(scale ?? '').toLowerCase()] ?? 0;
  return {
    amount: shifted(plain(number), places + (seconds ? 3 : 0)),
    unit: measured,
    currency: measured === 'money' ? (dollar === undefined ? (currencyCode(name) ?? null) : 'USD') : null,
    per_request: each !== undefined,
  };
}

const PLACES: Record<string, number> = { k: 3, m: 6, b: 9 };

function unitOf(name: string): LimitUnit | undefined {
  if (name === '%') return 'percent';
  if (name.startsWith('token')) return 'tokens';
  if (name.startsWith('request') || name.startsWith('call')) return 'requests';
  if (name === '') return 'number';
  if (/^(?:ms|s|seconds?)$/.test(name)) return 'ms';
  return currencyCode(name) === undefined ? undefined : 'money';
}

function plain(number = ''): string {
  return number.replaceAll(',', '');
}

/** The decimal point of a number moved to the right, digit by digit. */
function shifted(number: string, places: number): string {
  if (places === 0) return number;
  const [whole = '', fraction = ''] = number.split('.');
  const digits = whole + fraction.padEnd(places, '0');
  const point = whole.length + places;
  const moved = `${digits.slice(0, point).replace(/^0+(?=\d)/, '')}.${digits.slice(point)}`;
  return moved.replace(/\.$/, '');
}

/** A share such as `80%`, as its number; undefined for any other text, or above `most`. */
export function shareOf(text: string, most: number): string | undefined {
  const percent = /^(\d{1,4}(?:\.\d{1,4})?)\s*%$/.exec(text)?.[1];
  return percent === undefined || Number(percent) > most ? undefined : percent;
}

/** How long a budget lasts. */
export type BudgetPeriod =
  | { kind: 'calendar'; unit: 'day' | 'week' | 'month' | 'quarter' | 'year' }
  | { kind: 'rolling'; days: number }
  | { kind: 'billing'; day: number }
  | { kind: 'all' };

export const PERIOD_WORDS = "day, week, month, quarter, year, 'rolling 30d', 'billing day 15' or all";

/** Parses the period of a budget; undefined for any other text. */
export function budgetPeriodOf(text: string): BudgetPeriod | undefined {
  const word = text.toLowerCase().replace(/\s+/g, ' ');
  if (word === 'all') return { kind: 'all' };
  if (word === 'day' || word === 'week' || word === 'month' || word === 'quarter' || word === 'year') {
    return { kind: 'calendar', unit: word };
  }
  const days = Number(/^rolling (\d{1,3}) ?(?:d|days?)$/.exec(word)?.[1] ?? 0);
  if (days >= 1 && days <= 366) return { kind: 'rolling', days };
  const day = Number(/^billing day (\d{1,2})$/.exec(word)?.[1] ?? 0);
  return day >= 1 && day <= 31 ? { kind: 'billing', day } : undefined;
}

/** `30d` or `30 days`: the number of days; `any` is null. Undefined if it is neither. */
export function ageOf(text: string): number | null | undefined {
  if (text.toLowerCase() === 'any') return null;
  const days = /^(\d{1,4}) ?(?:d|days?)$/i.exec(text)?.[1];
  return days === undefined ? undefined : Number(days);
}
