const COUNT = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const MONEY = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const SMALL = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4, minimumSignificantDigits: 4 });

/** 1,234,567; takes digits beyond what a JavaScript number holds. */
export function formatCount(count: number | string): string {
  return COUNT.format(decimal(String(count)));
}

/**
 * USD from a decimal string: $1,234.57; below a cent four significant digits, so what is not zero never looks like it: $0.0001235.
 * Nothing is calculated: Intl rounds the digits of the string.
 */
export function formatMoney(amount: string): string {
  const digits = decimal(amount.replace(/^-/, ''));
  const zero = /^[0.]*$/.test(digits);
  const belowCent = !zero && /^0+\.00/.test(digits);
  return `${amount.startsWith('-') && !zero ? '-' : ''}$${(belowCent ? SMALL : MONEY).format(digits)}`;
}

/** What one thing costs: below a dollar four significant digits, so a small change is seen: $0.01234. */
export function formatUnitMoney(amount: string): string {
  const digits = decimal(amount);
  return /^0\.\d*[1-9]/.test(digits) ? `$${SMALL.format(digits)}` : formatMoney(digits);
}

/** An amount as of `formatMoney` in any currency: $1.23, EUR 1.23. */
export function formatAmount(amount: string, currency: string): string {
  return currency === 'USD' ? formatMoney(amount) : `${currency} ${formatMoney(amount).replace('$', '')}`;
}

/** '41.32' → 41.32%; what is not zero never looks like it. */
export function formatPercent(percent: string, cost: string | null): string {
  const tiny = /^0(\.0*)?$/.test(percent) && cost !== null && /[1-9]/.test(cost);
  return tiny ? '<0.01%' : `${MONEY.format(decimal(percent))}%`;
}

function decimal(text: string): `${number}` {
  if (isDecimal(text)) return text;
  throw new TypeError(`not a decimal number: ${text}`);
}

function isDecimal(text: string): text is `${number}` {
  return /^-?\d+(\.\d+)?$/.test(text);
}
