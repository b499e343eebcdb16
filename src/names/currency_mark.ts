const SIGNS: Readonly<Record<string, string>> = { USD: '$', EUR: '€', GBP: '£' };

/** What stands before an amount: a sign that only one currency has, else the code: $, €, £, `CHF `. */
export function currencyMark(currency: string): string {
  return SIGNS[currency] ?? `${currency} `;
}
