import type { Source } from './source.js';
import type { Scratch } from './temp_file.js';
import { textLines } from './text_lines.js';

/**
 * DuckDB gives up a file of JSON lines, whatever it is told of errors, in which an object is broken over two lines
 * (`{"a":1,` and `"b":2}`), and takes a line that is cut off behind a bracket together with the next one. In this copy
 * the beginning of such an object is a line that is bad by itself.
 */
export function copyClosed(source: Source, scratch: Scratch): Promise<Source> {
  return scratch.copy(source, closedLines(source));
}

/** A line may have been lost to an open one above it. */
export class OpenLines extends Error {}

/** Throws OpenLines where a file has such a line. */
export async function refuseOpenLinesIn(source: Source): Promise<void> {
  for await (const { bytes } of textLines(source)) if (isOpen(bytes)) throw new OpenLines('an open line');
}

/** Whether a failure is that of a file with objects broken over two lines. */
export function hasOpenLines(error: unknown): boolean {
  if (error instanceof OpenLines) return true;
  return error instanceof Error && error.message.includes('Try auto-detecting the JSON format');
}

const BAD = Buffer.from('!');
const END = Buffer.from('\n');

async function* closedLines(source: Source): AsyncGenerator<Uint8Array> {
  for await (const { bytes } of textLines(source)) {
    yield isOpen(bytes) ? BAD : bytes;
    yield END;
  }
}

/** Whether a line ends inside of a text, an object or a list. */
export function isOpen(bytes: Buffer): boolean {
  // One character for each byte; what is not ASCII stands inside of texts.
  const text = bytes.toString('latin1');
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"?|[{}[\]]/g)) {
    if (token.startsWith('"')) {
      if (!/^"(?:[^"\\]|\\.)*"$/.test(token)) return true;
    } else depth += token === '{' || token === '[' ? 1 : -1;
  }
  return depth > 0;
}
