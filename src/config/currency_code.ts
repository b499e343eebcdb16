const KNOWN = new Set(Intl.supportedValuesOf('currency'));

/** The code of a currency in capitals; undefined for any other text. */
export function currencyCode(text: string): string | undefined {
  const code = text.trim().toUpperCase();
  return KNOWN.has(code) ? code : undefined;
}

export const CURRENCY_WORDS = 'the code of a currency, such as EUR';
