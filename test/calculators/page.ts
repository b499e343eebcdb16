import { readFileSync, writeFileSync } from 'node:fs';
import { type Cause, readCauses } from './causes.js';
import type { Side } from './differences.js';
import { pinnedVersions } from './python.js';

const PAGE = new URL('../../docs/price-differences.md', import.meta.url);
const MEASURED = new URL('measured.json', import.meta.url);
const [BEGIN, END] = ['<!-- causes -->', '<!-- end of causes -->'];

/** What a run over all calls found, for the page. */
export interface Measured {
  /** YYYY-MM-DD */
  day: string;
  calls: number;
  sides: Side[];
  /** Calls that a cause explains a part of. */
  causes: Record<string, number>;
}

export function readMeasured(): Measured {
  return JSON.parse(readFileSync(MEASURED, 'utf8')) as Measured;
}

/** Writes what was found, and the page with it. */
export function writeMeasured(measured: Measured): void {
  writeFileSync(MEASURED, `${JSON.stringify(measured, undefined, 2)}\n`);
  const [before, , after] = readPage();
  writeFileSync(PAGE, [before, causesText(measured), after].join(''));
}

/** The page: what stands before the table, the table, what stands after it. */
export function readPage(): [before: string, table: string, after: string] {
  const text = readFileSync(PAGE, 'utf8');
  const [from, to] = [text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)];
  return [text.slice(0, from), text.slice(from, to), text.slice(to)];
}

const SIDES = [
  ['litellm', 'LiteLLM'],
  ['genai-prices', 'genai-prices'],
  ['both', 'Both'],
] as const;

/** The tables of causes, those that explain most first, laid out as the formatter of the repository has them. */
export function causesText({ day, calls, sides, causes }: Measured): string {
  const versions = pinnedVersions();
  const figures = table(
    ['calculator', 'asked', 'has a price', 'another total'],
    sides.map(({ side, asked, priced, differ }) => [
      `${side} ${versions.get(side)}`,
      grouped(asked),
      grouped(priced),
      grouped(differ),
    ]),
  );
  const tables = SIDES.map(([side, name]) => {
    const rows = readCauses()
      .filter((cause) => cause.side === side)
      .toSorted((a, b) => (causes[b.id] ?? 0) - (causes[a.id] ?? 0))
      .map((cause) => row(cause, causes[cause.id] ?? 0));
    return `## ${name}\n\n${table(['what it does', 'calls', 'where', 'who is right, and why'], rows)}`;
  });
  return `\n\n${[`${grouped(calls)} calls, ${day}:`, figures, ...tables].join('\n\n')}\n\n`;
}

const RIGHT = { llmcost: '', they: '**They are right.** ', open: '**Open.** ' };

function row({ what, right, why, page, sellers, models }: Cause, calls: number): string[] {
  const names = models?.map((model) => `\`${model}\``) ?? [];
  const where = [...(sellers ?? ['any']), ...(names.length > 0 ? [names.join(' ')] : [])].join(', ');
  return [what, grouped(calls), where, `${RIGHT[right]}[${why.replace(/\.$/, '')}](${page}).`];
}

/** A table of Markdown; columns of numbers are on the right. */
function table(titles: string[], rows: string[][]): string {
  const widths = titles.map((title, column) =>
    Math.max(3, ...[title, ...rows.map((cells) => cells[column] ?? '')].map((text) => text.length)),
  );
  const numeric = titles.map((_, column) => rows.every((cells) => /^[\d,]+$/.test(cells[column] ?? '')));
  const line = (cells: string[]) =>
    `| ${cells.map((cell, at) => (numeric[at] ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, at) => (numeric[at] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
  return [line(titles), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n');
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
