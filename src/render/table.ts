import { Chalk } from 'chalk';
import CliTable from 'cli-table3';
import type { Io } from '../io.js';
import { type Column, type Document, type Section, sectionsIn, type Table, textOf } from './document.js';
import { cutInMiddle, displayWidth, plain, wrapped } from './text/text.js';

/** Where a table is shown. */
export interface Terminal {
  /** Its width; undefined where nobody looks (a pipe, a file): then there are no lines drawn and nothing is cut. */
  columns: number | undefined;
  color: boolean;
  /** Never cut names, however narrow it is. */
  wide: boolean;
}

/** A table whose cells are texts that a terminal can show. */
interface PlainTable {
  columns: Column[];
  rows: string[][];
  footer: string[][];
}

/** What stdout is. `color` is false after --no-color; `toFile` is true if the answer goes to a file instead. */
export function terminalOf(io: Io, options: { color: boolean; wide?: boolean; toFile?: boolean }): Terminal {
  const seen = io.stdout.isTTY === true && options.toFile !== true;
  const smart = io.env.TERM !== 'dumb';
  return {
    columns: seen && smart ? (io.stdout.columns ?? 80) : undefined,
    color: seen && smart && options.color && (io.env.NO_COLOR ?? '') === '',
    wide: options.wide === true,
  };
}

/** The answer as people read it: what was asked, then the sections, an empty line between them. */
export function documentAsText(document: Document, terminal: Terminal): string {
  const parts: string[] = [linesText(document.head, terminal)];
  for (const section of sectionsIn(document, 'terminal')) {
    const text = sectionText(section, terminal);
    if (section.type === 'text' && section.tight === true) parts.push(`${parts.pop() ?? ''}${text}`);
    else parts.push(text);
  }
  return parts.filter((part) => part !== '').join('\n');
}

function sectionText(section: Section, terminal: Terminal): string {
  if (section.type === 'text') return linesText(section.paragraphs, terminal);
  if (section.type !== 'table') return '';
  const { above = [], table, below = [] } = section;
  return `${linesText(above, terminal)}${renderTable(table, terminal)}${linesText(below, terminal)}`;
}

/** Sentences, each on a line of its own; on a terminal wrapped at words. */
export function linesText(texts: readonly string[], { columns }: Terminal): string {
  return texts
    .map(plain)
    .flatMap((line) => (columns === undefined ? [line] : wrapped(line, columns - 1)))
    .map((line) => `${line}\n`)
    .join('');
}

/**
 * The table as text, each line ended by a line feed. Numbers are never cut. Where there is no room for it, long names are cut in the
 * middle; if that is not enough the lines between the columns go, and then the columns stand in several tables, each with the names, cut
 * to the same width in all of them.
 */
export function renderTable(table: Table, terminal: Terminal): string {
  const clean = (line: Table['rows'][number]) => line.map((cell) => plain(textOf(cell)));
  const safe: PlainTable = { columns: table.columns, rows: table.rows.map(clean), footer: table.footer.map(clean) };
  if (terminal.columns === undefined) return alignedText(safe);
  const room = terminal.wide ? Number.POSITIVE_INFINITY : terminal.columns;
  const drawn = fitted(safe, room - 1, BOX);
  if (drawn.fits) return boxed(drawn.table, terminal);
  const plainly = fitted(safe, room + 2, 2);
  const parts = plainly.fits ? [safe] : partsOf(safe, room);
  if (parts.length === 1) return alignedText(plainly.table);
  return evenNames(parts, room)
    .map((part) => {
      const { table: cut, fits } = fitted(part, room - 1, BOX);
      return fits ? boxed(cut, terminal) : alignedText(fitted(part, room + 2, 2).table);
    })
    .join('\n');
}

/** What a column takes besides its text where lines are drawn. */
const BOX = 3;
/** What is left of names at least, in a table that is divided anyway. */
const READABLE = 16;

/** The table as several, each with the names and as many of the numbers as there is room for, but at least one. */
function partsOf(table: PlainTable, room: number): PlainTable[] {
  const names = namesOf(table);
  if (names === table.columns.length) return [table];
  const lead = indexes(0, names);
  const groups = groupsOf(table, names);
  const fit = (columns: readonly number[], narrowest: number) =>
    fitted(columnsOf(table, [...lead, ...columns]), room - 1, BOX, narrowest).fits;
  // Names are as wide in all parts as in the one that has least room for them.
  const narrowest = groups.every((group) => fit(group, READABLE)) ? READABLE : NARROWEST;
  const fits = (columns: readonly number[]) => fit(columns, narrowest);
  const parts: number[][] = [];
  for (const group of groups) {
    // A group that is too wide for a table of its own is divided like the rest.
    for (const columns of fits(group) ? [group] : group.map((column) => [column])) {
      const last = parts.at(-1);
      if (last !== undefined && fits([...last, ...columns])) last.push(...columns);
      else parts.push([...columns]);
    }
  }
  return parts.map((columns) => columnsOf(table, [...lead, ...columns]));
}

/** How many columns of names the table begins with. */
function namesOf({ columns }: PlainTable): number {
  const names = columns.findIndex(({ align, fixed }) => align === 'right' || fixed === true);
  return names < 0 ? columns.length : names;
}

function indexes(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

/** The columns from one on, each with those joined to it. */
function groupsOf({ columns }: PlainTable, from: number): number[][] {
  const groups: number[][] = [];
  for (const index of indexes(from, columns.length)) {
    const last = groups.at(-1);
    if (last !== undefined && columns[index]?.joined === true) last.push(index);
    else groups.push([index]);
  }
  return groups;
}

/** The parts with their names cut to what the narrowest of them has room for. */
function evenNames(parts: readonly PlainTable[], room: number): PlainTable[] {
  const widths = parts.map((part) => widthsOf(fitted(part, room - 1, BOX).table));
  const cut = (line: string[], names: number) =>
    line.map((text, index) =>
      index < names ? cutInMiddle(text, Math.min(...widths.map((one) => one[index] ?? 0))) : text,
    );
  return parts.map((part) => {
    const names = namesOf(part);
    return {
      columns: part.columns,
      rows: part.rows.map((line) => cut(line, names)),
      footer: part.footer.map((line) => cut(line, names)),
    };
  });
}

function columnsOf({ columns, rows, footer }: PlainTable, chosen: readonly number[]): PlainTable {
  const pick = (line: readonly string[]) => chosen.map((index) => line[index] ?? '');
  return {
    columns: chosen.flatMap((index) => columns[index] ?? []),
    rows: rows.map(pick),
    footer: footer.map(pick),
  };
}

function alignedText({ columns, rows, footer }: PlainTable): string {
  const titles = columns.map(({ title }) => title);
  const widths = widthsOf({ columns, rows, footer });
  return [titles, ...rows, ...footer].map((line) => `${padded(line, columns, widths).trimEnd()}\n`).join('');
}

function padded(line: readonly string[], columns: Column[], widths: readonly number[]): string {
  return columns
    .map(({ align }, index) => {
      const text = line[index] ?? '';
      const space = ' '.repeat((widths[index] ?? 0) - displayWidth(text));
      return align === 'right' ? space + text : text + space;
    })
    .join('  ');
}

function widthsOf({ columns, rows, footer }: PlainTable): number[] {
  return columns.map(({ title }, index) =>
    [...rows, ...footer].reduce((width, line) => Math.max(width, displayWidth(line[index] ?? '')), displayWidth(title)),
  );
}

const NARROWEST = 12;

/** Takes from the widest column of names until the lines, with `gap` for each column, fit into `room`, or none is wider than `narrowest`. */
function fitted(
  table: PlainTable,
  room: number,
  gap: number,
  narrowest = NARROWEST,
): { table: PlainTable; fits: boolean } {
  const widths = widthsOf(table);
  const names = table.columns.flatMap(({ align, fixed }, index) => (align === 'left' && fixed !== true ? [index] : []));
  const widthOf = (index: number | undefined) => (index === undefined ? 0 : (widths[index] ?? 0));
  const taken = () => widths.reduce((sum, width) => sum + width + gap, 0);
  while (taken() > room) {
    const widest = names.toSorted((a, b) => widthOf(b) - widthOf(a))[0];
    if (widest === undefined || widthOf(widest) <= narrowest) break;
    widths[widest] = widthOf(widest) - 1;
  }
  const cut = (line: string[]) =>
    line.map((text, index) => (names.includes(index) ? cutInMiddle(text, widths[index] ?? 0) : text));
  const { columns, rows, footer } = table;
  return { table: { columns, rows: rows.map(cut), footer: footer.map(cut) }, fits: taken() <= room };
}

function boxed({ columns, rows, footer }: PlainTable, { color }: Terminal): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const drawn = new CliTable({
    head: columns.map(({ title }) => chalk.bold(title)),
    colAligns: columns.map(({ align }) => align),
    style: { head: [], border: [], compact: true },
  });
  drawn.push(...rows, ...footer.map((line) => line.map((text) => chalk.bold(text))));
  return `${withRule(drawn.toString(), footer.length)}\n`;
}

/** Repeats the line below the head above the footer. */
function withRule(text: string, footer: number): string {
  const lines = text.split('\n');
  const rule = lines[2];
  if (footer > 0 && rule !== undefined && lines.length > footer + 4) lines.splice(-1 - footer, 0, rule);
  return lines.join('\n');
}
