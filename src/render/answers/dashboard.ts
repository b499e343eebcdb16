import type { Dashboard, DashboardBreakdown, DashboardRow } from '../../query/dashboard/answer.js';
import {
  columnsOf,
  type Document,
  type Figure,
  type FigureChange,
  type Section,
  type TableSection,
  type ValuedCell,
} from '../document.js';
import { costCell, nameCell, shareCell, unitCell, unitCostCell, unitText } from '../text/cells.js';
import { formatCount, formatMoney } from '../text/number.js';
import {
  cacheSavings,
  errorClasses,
  isNamed,
  latencies,
  requestsOverTime,
  spendCharts,
  topCharts,
} from './dashboard_charts.js';

/** How much, for what, how fast, how well, and what is not in the figures. */
export function dashboardDocument(answer: Dashboard): Document {
  return {
    json: answer,
    head: [subtitle(answer)],
    body: [figures(answer), ...(isEmpty(answer) ? [] : details(answer)), coverage(answer)],
    notes: answer.warnings.map(({ message }) => message),
    page: { title: 'LLM cost and usage', subtitle: subtitle(answer), footer: footer(answer) },
  };
}

function isEmpty({ breakdowns }: Dashboard): boolean {
  return breakdowns.every(({ rows }) => rows.every(({ kind }) => kind === 'total'));
}

function subtitle({ query }: Dashboard): string {
  const compared = query.previous === null ? [] : [`compared with ${query.previous.period}`];
  return [`${query.period} (${query.tz})`, ...query.where, ...compared].join(' · ');
}

function details(answer: Dashboard): Section[] {
  return [
    ...spendCharts(answer),
    ...topCharts(answer),
    latencies(answer),
    errorClasses(answer),
    cacheSavings(answer),
    requestsOverTime(answer),
    ...breakdownTables(answer),
    ...unpricedTable(answer),
  ];
}

function figures(answer: Dashboard): Section {
  return { type: 'figures', figures: answer.headline.map((figure) => headlineFigure(figure, answer)) };
}

type HeadlineFigure = Dashboard['headline'][number];

const LABELS: Record<HeadlineFigure['metric'], string> = {
  cost: 'Cost',
  requests: 'Requests',
  cost_per_request: 'Cost per request',
  error_rate: 'Error rate',
  latency_p95: 'Latency p95',
  cache_savings: 'Saved by caching',
};

/** What is welcome: more, less, or neither. */
const WELCOME: Record<HeadlineFigure['metric'], 'more' | 'less' | 'either'> = {
  cost: 'less',
  requests: 'either',
  cost_per_request: 'less',
  error_rate: 'less',
  latency_p95: 'less',
  cache_savings: 'more',
};

function headlineFigure(figure: HeadlineFigure, { query, coverage: { requests } }: Dashboard): Figure {
  const { metric, unit, value, previous } = figure;
  const change = changeOf(figure);
  const text = (one: typeof value) =>
    metric === 'cost_per_request' ? unitCostCell(one === null ? null : String(one)).text : unitText(unit, one);
  const known =
    metric === 'cost' && requests !== 0 ? costCell(value === null ? null : String(value)).text : text(value);
  const before = previous === null ? 'nothing to compare with' : `was ${text(previous)}`;
  return { label: LABELS[metric], value: known, change, note: query.previous === null ? undefined : before };
}

function changeOf({ metric, unit, change, change_percent }: HeadlineFigure): FigureChange | undefined {
  if (change === null) return undefined;
  const direction = /[1-9]/.test(change) ? (change.startsWith('-') ? 'down' : 'up') : 'same';
  if (direction === 'same') return { text: 'unchanged', direction, tone: 'neutral' };
  const welcome = WELCOME[metric];
  const tone = welcome === 'either' ? 'neutral' : (welcome === 'more') === (direction === 'up') ? 'good' : 'bad';
  const text =
    unit === 'percent' ? `${points(change)} points` : change_percent === null ? 'from 0' : signed(change_percent);
  return { text, direction, tone };
}

function signed(percent: string): string {
  return `${percent.startsWith('-') ? '−' : '+'}${unitText('percent', percent.replace('-', ''))}`;
}

/** '-0.300000000000000000' → '−0.30' */
function points(change: string): string {
  return `${change.startsWith('-') ? '−' : '+'}${unitText('percent', change.replace('-', '')).replace('%', '')}`;
}

/** How much of the usage the figures stand for, and what was paid besides. */
function coverage({
  coverage: { requests, priced_requests, unpriced_requests, assumed_requests },
  flat_costs,
}: Dashboard): Section {
  const of = requests === null ? '' : ` of ${formatCount(requests)}`;
  const unpriced =
    unpriced_requests === 0 ? '' : `; ${formatCount(unpriced_requests)} have no price and are not in the cost`;
  const assumed =
    assumed_requests === 0 ? '' : `; ${formatCount(assumed_requests)} of them were priced with an assumed rate`;
  const flat = flat_costs.map(
    ({ name, cost, from, to }) =>
      `Beside it, ${name} was paid by time: ${formatMoney(cost)}, ${from.slice(0, 10)} → ${to.slice(0, 10)}.`,
  );
  return {
    type: 'text',
    title: 'What the figures stand for',
    paragraphs: [`${formatCount(priced_requests)}${of} requests have a price${assumed}${unpriced}.`, ...flat],
  };
}

function footer({ price_book, currency, query }: Dashboard): string[] {
  const window =
    query.since === null && query.until === null
      ? 'all time'
      : `${query.since ?? 'the first usage'} to ${query.until ?? 'the last usage'}`;
  return [
    `Price book ${price_book}; amounts in ${currency}; ${window}, half open; spans of time in ${query.tz}.`,
    'Percentiles are exact, of the nearest rank, over requests that tell how long they took. Charts are drawn by Chart.js.',
  ];
}

const COLUMNS: { title: string; cell: (row: DashboardRow) => ValuedCell }[] = [
  { title: 'requests', cell: ({ requests }) => unitCell('count', requests) },
  { title: 'cost', cell: ({ cost }) => costCell(cost) },
  { title: 'share', cell: ({ share, cost }) => shareCell(share, cost) },
  { title: 'cost/request', cell: ({ cost_per_request }) => unitCostCell(cost_per_request) },
  { title: 'input tokens', cell: ({ input_tokens }) => unitCell('tokens', input_tokens) },
  { title: 'output tokens', cell: ({ output_tokens }) => unitCell('tokens', output_tokens) },
  { title: 'cache hits', cell: ({ cache_hit_rate }) => unitCell('percent', cache_hit_rate) },
  { title: 'saved', cell: ({ cache_savings }) => unitCell('money', cache_savings) },
  { title: 'latency p95', cell: ({ latency_p95 }) => unitCell('ms', latency_p95) },
  { title: 'error rate', cell: ({ error_rate }) => unitCell('percent', error_rate) },
];

/** A table for models, and for customers and features where usage names them. Columns nobody has a value for are left out. */
function breakdownTables({ breakdowns }: Dashboard): TableSection[] {
  return breakdowns.filter(({ by, rows }) => by === 'model' || isNamed(rows)).map(breakdownTable);
}

function breakdownTable({ by, rows }: DashboardBreakdown): TableSection {
  const columns = COLUMNS.filter(({ cell }) => rows.some((row) => cell(row).value !== null));
  const line = (row: DashboardRow) => [nameOf(row), ...columns.map(({ cell }) => cell(row))];
  return {
    type: 'table',
    title: `${by.charAt(0).toUpperCase()}${by.slice(1)}s`,
    table: {
      columns: columnsOf(by, ...columns.map(({ title }) => [title, 'right'] as [string, 'right'])),
      rows: rows.filter(({ kind }) => kind === 'group').map(line),
      footer: rows.filter(({ kind }) => kind !== 'group').map(line),
    },
  };
}

function nameOf({ kind, name, groups }: DashboardRow): ValuedCell {
  if (kind === 'other') return { text: `(${formatCount(groups)} more)` };
  return kind === 'total' ? { text: 'total' } : nameCell(name);
}

/** The models without a price, those with most tokens first; nothing if there are none. */
function unpricedTable({ unpriced }: Dashboard): TableSection[] {
  if (unpriced.length === 0) return [];
  return [
    {
      type: 'table',
      title: 'Models without a price',
      text: 'Their usage is not in the cost. The notes below name the command that gives them a price.',
      table: {
        columns: columnsOf(
          'provider',
          'model',
          ['requests', 'right'],
          ['input tokens', 'right'],
          ['output tokens', 'right'],
        ),
        rows: unpriced.map(({ provider, model, requests, input_tokens, output_tokens }) => [
          nameCell(provider),
          nameCell(model),
          unitCell('count', requests),
          unitCell('tokens', input_tokens),
          unitCell('tokens', output_tokens),
        ]),
        footer: [],
      },
    },
  ];
}
