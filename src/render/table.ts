import { Chalk } from 'chalk';
import CliTable from 'cli-table3';
import type { Io } from '../io.js';
import { type Cell, type Column, type Document, type Section, sectionsIn, type Table, textOf } from './document.js';
import { brokenName, displayWidth, plain, wrapped } from './text/text.js';

/** Where a table is shown. */
export interface Terminal {
  /** Its width; undefined where nobody looks (a pipe, a file): then there are no lines drawn and nothing is cut. */
  columns: number | undefined;
  color: boolean;
  /** Never break names, however narrow it is. */
  wide: boolean;
  /** All digits of large numbers. */
  exact?: boolean;
}

/** A table whose cells are texts that a terminal can show. */
interface PlainTable {
  columns: Column[];
  rows: string[][];
  footer: string[][];
}

/** What stdout is. `color` is false after --no-color; `toFile` is true if the answer goes to a file instead. */
export function terminalOf(
  io: Io,
  options: { color: boolean; wide?: boolean; exact?: boolean; toFile?: boolean },
): Terminal {
  const seen = io.stdout.isTTY === true && options.toFile !== true;
  const smart = io.env.TERM !== 'dumb';
  return {
    columns: seen && smart ? (io.stdout.columns ?? 80) : undefined,
    color: seen && smart && options.color && (io.env.NO_COLOR ?? '') === '',
    wide: options.wide === true,
    exact: options.exact === true,
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
  if (section.type === 'text') {
    const text = linesText(section.paragraphs, terminal);
    return section.faint === true ? faint(text, terminal) : text;
  }
  if (section.type !== 'table') return '';
  const { above = [], table, below = [] } = section;
  return `${linesText(above, terminal)}${renderTable(table, terminal)}${linesText(below, terminal)}`;
}

function faint(text: string, { color }: Terminal): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  return text.replace(/^.+$/gm, (line) => chalk.dim(line));
}

/** Sentences, each on a line of its own; on a terminal wrapped at words. */
export function linesText(texts: readonly string[], { columns }: Pick<Terminal, 'columns'>): string {
  return texts
    .map(plain)
    .flatMap((line) => (columns === undefined ? [line] : wrapped(line, columns - 1)))
    .map((line) => `${line}\n`)
    .join('');
}

/**
 * The table as text, each line ended by a line feed. Nothing is cut: where there is no room the lines between the columns go, then long
 * names are broken into lines, and if that is not enough there are several tables, each with the names.
 */
export function renderTable(table: Table, terminal: Terminal): string {
  const safe = plainTable(table, terminal.columns !== undefined && terminal.exact !== true);
  if (terminal.columns === undefined) return alignedText(safe);
  const room = terminal.columns;
  if (terminal.wide || widthOf(widthsOf(safe), BOX) + 1 <= room) return boxed(safe, terminal);
  const narrowed = narrowedNames(safe, room);
  if (narrowed.fits) return openTable(safe, narrowed.widths, terminal);
  const fewer = withoutOptional(safe, room);
  if (fewer !== undefined) {
    const missing = safe.columns.filter((column) => !fewer.columns.includes(column)).map(({ title }) => title);
    const note = `no room for ${missing.join(', ')}: a wider terminal, --wide or --format csv has them`;
    return `${openTable(fewer, narrowedNames(fewer, room).widths, terminal)}${faint(linesText([note], terminal), terminal)}`;
  }
  const parts = partsOf(safe, room);
  const widths = parts.map((part) => narrowedNames(part, room).widths);
  const names = namesOf(safe);
  return parts
    .map((part, index) => {
      // Names are as wide in all parts as in the one that has least room for them.
      const even = (widths[index] ?? []).map((width, at) =>
        at < names ? Math.min(...widths.map((one) => one[at] ?? width)) : width,
      );
      return openTable(part, even, terminal);
    })
    .join('\n');
}

/** The table without as many of its optional columns, from the right, as it takes to have room; undefined if that is not enough. */
function withoutOptional(table: PlainTable, room: number): PlainTable | undefined {
  const kept = indexes(0, table.columns.length);
  for (const index of kept.toReversed()) {
    if (table.columns[index]?.optional !== true) continue;
    kept.splice(kept.indexOf(index), 1);
    const fewer = pickColumns(table, kept);
    if (narrowedNames(fewer, room, READABLE).fits) return fewer;
  }
  return undefined;
}

/** The texts of a table: with `brief` the short ones. */
function plainTable({ columns, rows, footer }: Table, brief: boolean): PlainTable {
  const text = (cell: Cell) => plain(brief && typeof cell !== 'string' ? (cell.short ?? cell.text) : textOf(cell));
  return {
    columns: brief ? columns.map((column) => ({ ...column, title: column.short ?? column.title })) : columns,
    rows: rows.map((line) => line.map(text)),
    footer: footer.map((line) => line.map(text)),
  };
}

/** What a column takes besides its text where lines are drawn, and where they are not. */
const BOX = 3;
const GAP = 2;
/** What a name has room for at least before it is broken, and before a table is divided. */
const READABLE = 16;
const NARROWEST = 12;

function widthOf(widths: readonly number[], gap: number): number {
  return widths.reduce((sum, width) => sum + width + gap, 0);
}

/** The widths of the columns, those of names reduced, the widest first, until they fit into `room` or none is wider than `narrowest`. */
function narrowedNames(table: PlainTable, room: number, narrowest = NARROWEST): { widths: number[]; fits: boolean } {
  const widths = widthsOf(table);
  const names = table.columns.flatMap(({ align, fixed }, index) => (align === 'left' && fixed !== true ? [index] : []));
  const width = (index: number | undefined) => (index === undefined ? 0 : (widths[index] ?? 0));
  while (widthOf(widths, GAP) - GAP > room) {
    const widest = names.toSorted((a, b) => width(b) - width(a))[0];
    if (widest === undefined || width(widest) <= narrowest) return { widths, fits: false };
    widths[widest] = width(widest) - 1;
  }
  return { widths, fits: true };
}

/** The table as several, each with the names and as many of the numbers as there is room for, but at least one. */
function partsOf(table: PlainTable, room: number): PlainTable[] {
  const names = namesOf(table);
  if (names === table.columns.length) return [table];
  const lead = indexes(0, names);
  const groups = groupsOf(table, names);
  const fit = (columns: readonly number[], narrowest: number) =>
    narrowedNames(pickColumns(table, [...lead, ...columns]), room, narrowest).fits;
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
  return parts.map((columns) => pickColumns(table, [...lead, ...columns]));
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

function pickColumns({ columns, rows, footer }: PlainTable, chosen: readonly number[]): PlainTable {
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

function padded(line: readonly string[], columns: readonly Column[], widths: readonly number[]): string {
  return columns
    .map(({ align }, index) => {
      const text = line[index] ?? '';
      const space = ' '.repeat(Math.max(0, (widths[index] ?? 0) - displayWidth(text)));
      return align === 'right' ? space + text : text + space;
    })
    .join(' '.repeat(GAP));
}

function widthsOf({ columns, rows, footer }: PlainTable): number[] {
  return columns.map(({ title }, index) =>
    [...rows, ...footer].reduce((width, line) => Math.max(width, displayWidth(line[index] ?? '')), displayWidth(title)),
  );
}

/** Without lines between the columns; names are broken to the widths given. */
function openTable({ columns, rows, footer }: PlainTable, widths: readonly number[], { color }: Terminal): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const lines = (row: readonly string[]) => {
    const cells = row.map((text, index) =>
      columns[index]?.align === 'left' ? brokenName(text, widths[index] ?? 0) : [text],
    );
    const height = Math.max(1, ...cells.map(({ length }) => length));
    return indexes(0, height).map((at) =>
      padded(
        cells.map((texts) => texts[at] ?? ''),
        columns,
        widths,
      ).trimEnd(),
    );
  };
  const rule = chalk.dim(widths.map((width) => '─'.repeat(width)).join(' '.repeat(GAP)));
  return [
    ...lines(columns.map(({ title }) => title)).map((line) => chalk.bold(line)),
    rule,
    ...rows.flatMap(lines),
    ...(footer.length === 0 ? [] : [rule, ...footer.flatMap(lines).map((line) => chalk.bold(line))]),
  ]
    .map((line) => `${line}\n`)
    .join('');
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
