import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';

/** What steers a terminal or hides in a text: control characters, marks that turn the direction of writing. */
const INVISIBLE = /[\p{Cc}\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** Text from data on one line: without escape sequences and control characters; line breaks and tabs become spaces. */
export function plain(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[\t\r\n]+/g, ' ')
    .replace(INVISIBLE, '')
    .replace(COMMAND, '$1\u200b$2');
}

/** What a CI runner carries out at the beginning of a line: https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions */
export const COMMAND = /^(\s*)(::|##\[|##vso\[)/;

/** The columns a text takes on a terminal: two for a Japanese letter or an emoji. */
export function displayWidth(text: string): number {
  return /^[ -~]*$/.test(text) ? text.length : stringWidth(text);
}

/** The text, cut in its middle so that it takes `width` columns at most: 'customer-…-eu'. */
export function cutInMiddle(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  const all = Array.from(LETTERS.segment(text), ({ segment }) => segment);
  const head = fitting(all, Math.ceil((width - 1) / 2));
  const tail = fitting(all.toReversed(), width - 1 - displayWidth(head.join(''))).reverse();
  return `${head.join('')}…${tail.join('')}`;
}

const LETTERS = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** As many of the first letters as fit. */
function fitting(all: readonly string[], width: number): string[] {
  const taken: string[] = [];
  let left = width;
  for (const letter of all) {
    left -= displayWidth(letter);
    if (left < 0) break;
    taken.push(letter);
  }
  return taken;
}

/**
 * A name in lines of at most `width` columns, broken after a mark such as - or /, within a word only where it must be. What would take
 * more than some four lines loses its middle.
 */
export function brokenName(text: string, width: number): string[] {
  if (displayWidth(text) <= width) return [text];
  const lines: string[] = [];
  let line = '';
  for (const piece of cutInMiddle(text, 4 * width)
    .split(/(?<=[-_/·.,:@ ])/)
    .flatMap((part) => pieces(part, width))) {
    if (line !== '' && displayWidth(line.concat(piece).trimEnd()) > width) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += piece;
  }
  return [...lines, line.trimEnd()];
}

function pieces(part: string, width: number): string[] {
  if (displayWidth(part.trimEnd()) <= width) return [part];
  const found: string[] = [];
  for (const { segment } of LETTERS.segment(part)) {
    const last = found.at(-1);
    if (last !== undefined && displayWidth(last + segment) <= width) found[found.length - 1] = last + segment;
    else found.push(segment);
  }
  return found;
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
