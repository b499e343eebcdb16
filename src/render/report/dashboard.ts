import { costCell, unitCostCell, unitText } from '../page/cells.js';
import type { Figure, FigureChange, Page, Section } from '../page/data.js';
import { formatCount, formatMoney } from '../text/number.js';
import { cacheSavings, errorClasses, latencies, requestsOverTime, spendCharts, topCharts } from './dashboard_charts.js';
import { breakdownTables, unpricedTable } from './dashboard_tables.js';
import type { Dashboard } from "../../query/dashboard/answer.js";

/** The dashboard as it is, for programs. */
export function dashboardAsJson(answer: Dashboard): string {
  return `${JSON.stringify(answer, null, 2)}\n`;
}

/** The dashboard as a page: how much, for what, how fast, how well, and what is not in the figures. */
export function dashboardPage(answer: Dashboard): Page {
  return {
    title: 'LLM cost and usage',
    subtitle: subtitle(answer),
    sections: [figures(answer), ...(isEmpty(answer) ? [] : details(answer)), coverage(answer)],
    notes: answer.warnings.map(({ message }) => message),
    footer: footer(answer),
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
