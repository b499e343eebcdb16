import { Chalk } from 'chalk';
import CliTable from 'cli-table3';
import type { Io } from '../io.js';
import { cutInMiddle, displayWidth, plain } from './text.js';

/** Where a table is shown. */
export interface Terminal {
  /** Its width; undefined where nobody looks (a pipe, a file): then there are no lines drawn and nothing is cut. */
  columns: number | undefined;
  color: boolean;
  /** Never cut names, however narrow it is. */
  wide: boolean;
}

export interface Table {
  /** Left are names, which may be cut where there is no room, unless they are `fixed`. */
  columns: { title: string; align: 'left' | 'right'; fixed?: boolean }[];
  rows: string[][];
  /** Lines below the rows, set apart: the totals. */
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

/**
 * The table as text, each line ended by a line feed. Numbers are never cut. Where there is no room for it, long names are cut in the
 * middle; if that is not enough the lines between the columns go, and then the columns stand in several tables, each with the names.
 */
export function renderTable(table: Table, terminal: Terminal): string {
  const clean = (line: string[]) => line.map(plain);
  const safe = { columns: table.columns, rows: table.rows.map(clean), footer: table.footer.map(clean) };
  if (terminal.columns === undefined) return alignedText(safe);
  const room = terminal.wide ? Number.POSITIVE_INFINITY : terminal.columns;
  const drawn = fitted(safe, room - 1, 3);
  if (drawn.fits) return boxed(drawn.table, terminal);
  const plainly = fitted(safe, room + 2, 2);
  const parts = plainly.fits ? [safe] : partsOf(safe, room);
  if (parts.length === 1) return alignedText(plainly.table);
  return parts.map((part) => renderTable(part, terminal)).join('\n');
}

/** The table as several, each with the names and as many of the numbers as there is room for, but at least one. */
function partsOf(table: Table, room: number): Table[] {
  const names = table.columns.findIndex(({ align, fixed }) => align === 'right' || fixed === true);
  if (names < 0) return [table];
  const lead = Array.from({ length: names }, (_, index) => index);
  const parts: number[][] = [];
  for (let column = names; column < table.columns.length; column++) {
    const last = parts.at(-1);
    const wider = last === undefined ? undefined : [...last, column];
    if (last !== undefined && wider !== undefined && fitted(columnsOf(table, [...lead, ...wider]), room + 2, 2).fits) {
      last.push(column);
    } else parts.push([column]);
  }
  return parts.map((columns) => columnsOf(table, [...lead, ...columns]));
}

function columnsOf({ columns, rows, footer }: Table, chosen: readonly number[]): Table {
  const pick = (line: readonly string[]) => chosen.map((index) => line[index] ?? '');
  return {
    columns: chosen.flatMap((index) => columns[index] ?? []),
    rows: rows.map(pick),
    footer: footer.map(pick),
  };
}

function alignedText({ columns, rows, footer }: Table): string {
  const titles = columns.map(({ title }) => title);
  const widths = widthsOf({ columns, rows, footer });
  return [titles, ...rows, ...footer].map((line) => `${padded(line, columns, widths).trimEnd()}\n`).join('');
}

function padded(line: readonly string[], columns: Table['columns'], widths: readonly number[]): string {
  return columns
    .map(({ align }, index) => {
      const text = line[index] ?? '';
      const space = ' '.repeat((widths[index] ?? 0) - displayWidth(text));
      return align === 'right' ? space + text : text + space;
    })
    .join('  ');
}

function widthsOf({ columns, rows, footer }: Table): number[] {
  return columns.map(({ title }, index) =>
    [...rows, ...footer].reduce((width, line) => Math.max(width, displayWidth(line[index] ?? '')), displayWidth(title)),
  );
}

const NARROWEST = 12;

/** Takes from the widest column of names until the lines, with `gap` for each column, fit into `room`, or nothing is left to take. */
function fitted(table: Table, room: number, gap: number): { table: Table; fits: boolean } {
  const widths = widthsOf(table);
  const names = table.columns.flatMap(({ align, fixed }, index) => (align === 'left' && fixed !== true ? [index] : []));
  const widthOf = (index: number | undefined) => (index === undefined ? 0 : (widths[index] ?? 0));
  const taken = () => widths.reduce((sum, width) => sum + width + gap, 0);
  while (taken() > room) {
    const widest = names.toSorted((a, b) => widthOf(b) - widthOf(a))[0];
    if (widest === undefined || widthOf(widest) <= NARROWEST) break;
    widths[widest] = widthOf(widest) - 1;
  }
  const cut = (line: string[]) =>
    line.map((text, index) => (names.includes(index) ? cutInMiddle(text, widths[index] ?? 0) : text));
  const { columns, rows, footer } = table;
  return { table: { columns, rows: rows.map(cut), footer: footer.map(cut) }, fits: taken() <= room };
}

function boxed({ columns, rows, footer }: Table, { color }: Terminal): string {
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
