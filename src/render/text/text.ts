import { stripVTControlCharacters } from 'node:util';

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
const COMMAND = /^(\s*)(::|##\[|##vso\[)/;

/** Text from data inside a Markdown table: shown as it is, never markup, never a new cell. */
export function markdownText(text: string): string {
  return plain(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_[\]|~]/g, '\\$&');
}

/** What a spreadsheet may pass over before a formula: blanks, line ends, and what has no width. */
const FORMULA = /^[\s\u00ad\u180e\u200b-\u200d\u2060\ufeff]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;
/** Marks that turn the direction of writing. */
const BIDI = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g;

/**
 * One field of RFC 4180, without escape sequences. What a spreadsheet would take for a formula gets a leading apostrophe, unless it is
 * a plain number; what a CI runner would carry out is put in quotation marks.
 */
export function csvField(text: string): string {
  const shown = stripVTControlCharacters(text)
    .replace(/(?![\t\r\n])\p{Cc}/gu, '')
    .replace(BIDI, '');
  const formula = FORMULA.test(shown) && !/^[+-]?\d+(\.\d+)?$/.test(shown);
  const safe = formula ? `'${shown}` : shown;
  return COMMAND.test(safe) || /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Lines of RFC 4180, each ended by CR LF. */
export function csvLines(lines: readonly (readonly string[])[]): string {
  return lines.map((line) => `${line.map(csvField).join(',')}\r\n`).join('');
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u;
const letters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The columns a text takes on a terminal: two for a Japanese letter or an emoji. */
export function displayWidth(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  return graphemes(text).reduce((width, letter) => width + letterWidth(letter), 0);
}

/** The text, cut in its middle so that it takes `width` columns at most: 'customer-…-eu'. */
export function cutInMiddle(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  const all = graphemes(text);
  const head = fitting(all, Math.ceil((width - 1) / 2));
  const tail = fitting(all.toReversed(), width - 1 - displayWidth(head.join(''))).reverse();
  return `${head.join('')}…${tail.join('')}`;
}

/** As many of the first letters as fit. */
function fitting(all: readonly string[], width: number): string[] {
  const taken: string[] = [];
  let left = width;
  for (const letter of all) {
    left -= letterWidth(letter);
    if (left < 0) break;
    taken.push(letter);
  }
  return taken;
}

function letterWidth(letter: string): number {
  if (/^\p{M}+$/u.test(letter)) return 0;
  return WIDE.test(letter) ? 2 : 1;
}

function graphemes(text: string): string[] {
  return Array.from(letters.segment(text), ({ segment }) => segment);
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
