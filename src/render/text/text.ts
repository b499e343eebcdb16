import { stripVTControlCharacters } from 'node:util';
import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';

/** What steers a terminal or hides in a text: control characters, marks that turn the direction of writing. */
const INVISIBLE = /[\p{Cc}\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** Text from data on one line: without escape sequences and control characters; line breaks and tabs become spaces. */
export function plain(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[\t\r\n]+/g, ' ')
    .replace(INVISIBLE, '');
}

/** The columns a text takes on a terminal: two for a Japanese letter or an emoji. */
export function displayWidth(text: string): number {
  return /^[ -~]*$/.test(text) ? text.length : stringWidth(text);
}

/** The text, cut in its middle so that it takes `width` columns at most: 'customer-…-eu'. */
export function cutInMiddle(text: string, width: number): string {
  return displayWidth(text) <= width ? text : cliTruncate(text, Math.max(width, 0), { position: 'middle' });
}

/** A sentence in lines of at most `width` columns, broken at blanks; those after the first are set in by two. A longer word stays whole. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line === undefined) lines.push(word);
    else if (displayWidth(line) + 1 + displayWidth(word) <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(`  ${word}`);
  }
  return lines;
}
