/**
 * An answer as data, without a word of any form: the table of a terminal, Markdown, CSV, JSON, JSON lines and a page are made of it.
 * Texts may hold anything that data holds; each form escapes them.
 */
export interface Document {
  /** The answer itself, as JSON has it. */
  json: object;
  /** What was asked, a line each: the period, the filters, the result in a sentence. */
  head: readonly string[];
  /** Shown in this order. */
  body: readonly Section[];
  /** Warnings, a sentence or more each. On a terminal they go to stderr, Markdown and pages list them. */
  notes: readonly string[];
  /** What a terminal says instead of many notes alike; --verbose has all. */
  briefNotes?: readonly string[];
  /** What the records have no place for, but must be said beside them. */
  besideRecords?: readonly string[];
  /** What CSV says. Not given: the command does not offer it. */
  records?: Records;
  /** JSON lines, if they are more than the records. */
  lines?: readonly object[];
  /** The frame of a page. Not given: the command does not offer one. */
  page?: PageFrame;
}

/** What a page has besides the sections and notes of its document. */
export interface PageFrame {
  title: string;
  /** The period, the filters, the time zone. */
  subtitle: string;
  /** Sentences before the notes, which a terminal and Markdown have in the body. */
  remarks?: readonly string[];
  /** Small print: price book, methods. */
  footer: readonly string[];
}

/** Rows of the same columns, every value exact; null is unknown, and empty in CSV. */
export interface Records {
  columns: readonly string[];
  rows: readonly (readonly Value[])[];
}

export type Value = number | string | null;

export type Section = FiguresSection | Chart | TableSection | TextSection;

/** Where a section is shown. */
export type Medium = 'terminal' | 'markdown' | 'page';

interface Shown {
  /** Not given: everywhere. Charts and key figures are on pages only. */
  in?: readonly Medium[] | undefined;
}

/** Half a row of a page on a wide screen, or a row of its own (if not given). */
type Width = 'half' | 'full';

export interface FiguresSection {
  type: 'figures';
  figures: Figure[];
}

/** One headline figure, ready to read. */
export interface Figure {
  label: string;
  value: string;
  change?: FigureChange | undefined;
  /** A line below: what it is measured on, why it is unknown. */
  note?: string | undefined;
}

export interface FigureChange {
  /** '+12.34% against 2026-08'. */
  text: string;
  direction: 'up' | 'down' | 'same';
  /** Whether that is welcome: a rising cost is bad, a rising cache hit rate is good. */
  tone: 'good' | 'bad' | 'neutral';
}

export interface TextSection extends Shown {
  type: 'text';
  /** The heading of a page. */
  title?: string;
  paragraphs: readonly string[];
  /** In Markdown: a list (if not given), paragraphs of their own, or lines of one paragraph. */
  markdown?: 'list' | 'paragraphs' | 'lines';
  /** On a terminal it follows what is above without an empty line. */
  tight?: boolean;
  /** On a terminal with colours it steps back. */
  faint?: boolean;
  width?: Width;
}

/** A table. What a row is sorted or drawn by is the value of its cells; a cell that is only a text is sorted as text. */
export interface Table {
  columns: Column[];
  rows: Cell[][];
  /** Lines below the rows, set apart: the totals. They stay below in whatever order a page sorts. */
  footer: Cell[][];
}

export interface Column {
  title: string;
  /** The title on a terminal, where there is less room. */
  short?: string | undefined;
  /** Left are names, which are broken into lines where there is no room; right are numbers, which are not. */
  align: 'left' | 'right';
  /** Drawn with letters, such as a sparkline, or a date: never broken, and not on a page, which draws charts. */
  fixed?: boolean;
  /** Left out where a terminal has no room for all; a line below names it. */
  optional?: boolean | undefined;
  /** It says nothing without the column before it: where there is room they stay together. */
  joined?: boolean;
}

/** What is in one place of a table or chart: a text as people read it, or with the value it is sorted and drawn by. */
export type Cell = string | ValuedCell;

export interface ValuedCell {
  text: string;
  /** The text on a terminal, unless all digits are asked for: 69.3M for 69,321,281. */
  short?: string | undefined;
  /** A decimal number; null where there is none. Not given: it is sorted as text. */
  value?: Value;
}

/** On a page sorted by a click on a head or by the keyboard, filtered by words. Of many rows the first ones are shown, and the page says so. */
export interface TableSection extends Shown {
  type: 'table';
  /** The heading of a page. */
  title: string;
  /** A sentence below the heading of a page. */
  text?: string | undefined;
  /** Lines directly above and below the table, on a terminal and in Markdown. */
  above?: readonly string[];
  below?: readonly string[];
  table: Table;
  /** In Markdown totals are bold, unless they are like the rows. */
  plainTotals?: boolean;
  width?: Width;
}

export type Chart = SeriesChart | ScatterChart | WaterfallChart;

interface ChartHead {
  type: 'chart';
  title: string;
  /** A sentence below the title: what is shown, by which method. */
  text?: string | undefined;
  width?: Width;
}

/** How the marks of an axis are written; the numbers in tables and tooltips are the texts of the cells. */
export type Unit = 'money' | 'count' | 'percent' | 'ms' | 'ratio';

export interface Axis {
  title: string;
  unit: Unit;
  scale?: 'linear' | 'log';
}

/** A colour with a meaning: grey for the sum of the rest, green and red for what is welcome and not. */
export type Tone = 'other' | 'good' | 'bad';

/** Columns and lines stand over their labels (mostly times); bars lie beside them (mostly names). */
export interface SeriesChart extends ChartHead {
  kind: 'columns' | 'lines' | 'bars';
  /** What the labels are: 'day', 'customer'. */
  labelTitle: string;
  labels: string[];
  value: Axis;
  stacked?: boolean;
  series: Series[];
}

/** One cell for each label. */
export interface Series {
  name: string;
  cells: ValuedCell[];
  tone?: Tone | undefined;
}

export interface ScatterChart extends ChartHead {
  kind: 'scatter';
  /** What a point is: 'model'. */
  labelTitle: string;
  x: Axis;
  y: Axis;
  points: Point[];
}

/** Points of one group have one colour and an entry in the legend. */
export interface Point {
  name: string;
  x: ValuedCell;
  y: ValuedCell;
  group?: string | undefined;
}

/** From one total over changes to another. */
export interface WaterfallChart extends ChartHead {
  kind: 'waterfall';
  labelTitle: string;
  value: Axis;
  /** Whether more is welcome (margin) or not (cost, if not given). */
  welcome?: 'more' | 'less';
  steps: { name: string; cell: ValuedCell; step: 'total' | 'change' }[];
}

/** The sections a medium shows. */
export function sectionsIn(document: Document, medium: Medium): Section[] {
  return document.body.filter((section) =>
    section.type === 'figures' || section.type === 'chart' ? medium === 'page' : (section.in?.includes(medium) ?? true),
  );
}

/** The text of a cell. */
export function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

/** What a missing name is called in every answer. */
export const NONE = '(none)';

/** What the rows that --top leaves out are summed up as. */
export const OTHER = '(other)';

/** Columns of a table from their titles: names, or `right` for numbers. */
export function columnsOf(...titles: (string | [title: string, align: 'right'])[]): Column[] {
  return titles.map((title) =>
    typeof title === 'string' ? { title, align: 'left' } : { title: title[0], align: title[1] },
  );
}

/** The named fields of each row as records; missing is null. */
export function recordsOf<Field extends string>(
  columns: readonly Field[],
  rows: readonly Partial<Record<NoInfer<Field>, unknown>>[],
): Records {
  return { columns, rows: rows.map((row) => valuesOf(columns, row)) };
}

/** The named fields of a row; missing is null. */
export function valuesOf<Field extends string>(
  columns: readonly Field[],
  row: Partial<Record<NoInfer<Field>, unknown>>,
): Value[] {
  return columns.map((name) => {
    const value = row[name] ?? null;
    return value === null || typeof value === 'number' ? value : String(value);
  });
}
