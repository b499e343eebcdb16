import type { Source } from './source.js';
import type { Scratch } from './temp_file.js';
import { type TextLine, textLines } from './text_lines.js';

/*
 * A program that cuts a text after so many characters may cut one in two, and writes the half of it as `"\ud83d"`. Every
 * parser of JavaScript and Python reads that; DuckDB's refuses the whole line, though the text is one that is not kept.
 */

/** Half of a character, written as an escape, also in JSON inside of a text (`\\ud83d`). */
const ALONE = /\\ud[89ab][0-9a-f]{2}(?!\\+ud[c-f][0-9a-f]{2})|(?<!\\ud[89ab][0-9a-f]{2}\\*)\\ud[c-f][0-9a-f]{2}/gi;
/** What stands for a character that cannot be read; as long as what it stands for. */
const REPLACEMENT = '\\ufffd';

/** A file has such lines, and has to be read with others in their place. */
export class LoneSurrogates extends Error {}

/** The text with whole characters only. */
export function wellFormed(text: string): string {
  return text.replaceAll(ALONE, REPLACEMENT);
}

/** Throws LoneSurrogates where a line has half a character. */
export function refuseLoneSurrogates(lines: readonly string[]): void {
  if (lines.some(hasLoneSurrogate)) throw new LoneSurrogates('half a character in a text');
}

export function hasLoneSurrogate(text: string): boolean {
  return text.search(ALONE) >= 0;
}

/** The same for all lines of a file. */
export async function refuseLoneSurrogatesIn(source: Source): Promise<void> {
  for await (const line of textLines(source)) refuseLoneSurrogates([textOf(line)]);
}

/** A copy of a file in which every character is whole. */
export function copyWhole(source: Source, scratch: Scratch): Promise<Source> {
  return scratch.copy(source, wholeCharacters(source));
}

async function* wholeCharacters(source: Source): AsyncGenerator<Uint8Array> {
  for await (const line of textLines(source)) yield Buffer.from(`${wellFormed(textOf(line))}\n`, 'latin1');
}

/** One character for each byte: escapes are ASCII, and the others stay what they are. */
function textOf({ bytes }: TextLine): string {
  return bytes.toString('latin1');
}
