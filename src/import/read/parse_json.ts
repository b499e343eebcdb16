/** A text in quotation marks, which is left alone, or a number that is none. */
const NO_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\b(?:NaN|Infinity)\b/g;

/**
 * The value of a JSON text. NaN and Infinity, which Python writes (https://docs.python.org/3/library/json.html#infinite-and-nan-number-values)
 * and DuckDB reads, are null. Throws SyntaxError.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError) || !/NaN|Infinity/.test(text)) throw error;
    return JSON.parse(text.replaceAll(NO_NUMBER, (found) => (found.startsWith('"') ? found : 'null')));
  }
}
