/**
 * A page as data: what a command wants to show, without a word of HTML. Every number comes as the text people read and, beside it, as
 * the raw value that it is sorted and drawn by; texts may hold anything, they are escaped.
 */
export interface Page {
  title: string;
  /** The period, the filters, the time zone. */
  subtitle: string;
  sections: Section[];
  /** Warnings and remarks, one sentence or more each. */
  notes: readonly string[];
  /** Small print: price book, methods. */
  footer: readonly string[];
}

export type Section = FiguresSection | Chart | TableSection | TextSection;

/** Half a row on a wide screen, or a row of its own (if not given). */
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

export interface TextSection {
  type: 'text';
  title: string;
  paragraphs: string[];
  width?: Width;
}

/** What stands in one place of a table or chart. */
export interface PageCell {
  /** As people read it. */
  text: string;
  /** A decimal number to sort and draw by; null where there is none. Not given: it is sorted as text. */
  value?: string | number | null;
}

export interface PageColumn {
  title: string;
  kind: 'text' | 'number';
}

/** Sorted by a click on a head or by the keyboard, filtered by words. Of many rows the first ones are shown, and the page says so. */
export interface TableSection {
  type: 'table';
  title: string;
  text?: string | undefined;
  columns: PageColumn[];
  rows: PageCell[][];
  /** Totals; they stay below whatever the order. */
  footer?: PageCell[][];
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
  cells: PageCell[];
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
  x: PageCell;
  y: PageCell;
  group?: string | undefined;
}

/** From one total over changes to another. */
export interface WaterfallChart extends ChartHead {
  kind: 'waterfall';
  labelTitle: string;
  value: Axis;
  /** Whether more is welcome (margin) or not (cost, if not given). */
  welcome?: 'more' | 'less';
  steps: { name: string; cell: PageCell; step: 'total' | 'change' }[];
}

/** The code a page carries: read by the caller, because rendering does not touch files. */
export interface PageParts {
  /** The charting library with its licence, as a classic script. */
  library: string;
  /** Our own scripts, as modules. */
  scripts: string[];
}
