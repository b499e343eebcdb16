import type { CostReport, ReportMetric, ReportRow } from '../query/report.js';
import { metricCell } from './metric_cells.js';
import type { Chart, Page, PageCell, Series, SeriesChart, TableSection, Unit } from './page_data.js';
import { namesOf, reportTable, reportTitle } from './report_cells.js';

/** The report as a page: its totals, a chart of the first of its metrics (of the cost if it is there), and the whole table. */
export function reportPage(report: CostReport): Page {
  const { query, totals, metrics } = report;
  const figures = metrics.slice(0, 6).map((metric) => ({ label: metric.title, value: metricCell(metric, totals) }));
  return {
    title: `LLM usage by ${query.by.join(', ')}`,
    subtitle: reportTitle(report),
    sections: [{ type: 'figures', figures }, ...chartOf(report), tableOf(report)],
    notes: report.warnings.map(({ message }) => message),
    footer: [
      `Price book ${report.price_book}; amounts in ${report.currency}; ${query.since ?? 'from the first usage'} to ${query.until ?? 'the last usage'}, half open; time zone ${query.tz}.`,
      ...metrics.map(({ title, means }) => `${title}: ${means}`),
    ],
  };
}

/** The table that a terminal shows, with the values to sort by. */
function tableOf(report: CostReport): TableSection {
  const { columns, rows, footer } = reportTable(report);
  const values = columns.map(({ title }) => sortValue(report, title));
  const line = (texts: readonly string[], row: ReportRow | CostReport['totals']): PageCell[] =>
    texts.map((text, index) => ({ text, ...values[index]?.(row) }));
  const others = report.rows.findIndex(({ kind }) => kind === 'other');
  const groups = others < 0 ? report.rows.length : others;
  const lines = rows.map((texts, index) => line(texts, report.rows[index] ?? report.totals));
  return {
    type: 'table',
    title: report.query.by.join(', '),
    columns: columns.map(({ title, align }) => ({ title, kind: align === 'right' ? 'number' : 'text' })),
    rows: lines.slice(0, groups),
    footer: [...lines.slice(groups), ...footer.map((texts) => line(texts, report.totals))],
  };
}

/** What a column is sorted by: the value of its metric, the requests without a price, or (undefined) its text. */
function sortValue(
  { metrics, query }: CostReport,
  title: string,
): ((row: CostReport['totals']) => { value: PageCell['value'] }) | undefined {
  if (query.by.includes(title)) return undefined;
  if (title === 'unpriced') return ({ unpriced_requests }) => ({ value: unpriced_requests });
  const metric = metrics.find((known) => known.title === title);
  return metric === undefined ? undefined : (row) => ({ value: row[metric.name] ?? null });
}

const TIMES = ['hour', 'day', 'week', 'month'];
const BARS = 15;
const SERIES = 8;

/** Nothing where there is nothing to draw. */
function chartOf(report: CostReport): Chart[] {
  const metric = report.metrics.find(({ name }) => name === 'cost') ?? report.metrics[0];
  if (metric === undefined || report.rows.every((row) => cellOf(metric, row).value === null)) return [];
  const { by } = report.query;
  const time = by.find((name) => TIMES.includes(name));
  return [time === undefined ? bars(report, metric) : overTime(report, metric, time)];
}

function bars({ query, rows }: CostReport, metric: ReportMetric): SeriesChart {
  const shown = rows.slice(0, BARS);
  return {
    ...head(metric, `${capital(metric.title)} by ${query.by.join(', ')}`),
    kind: 'bars',
    text: shown.length < rows.length ? `The first ${BARS} rows; the table has all.` : undefined,
    labelTitle: query.by.join(', '),
    labels: shown.map((row) => nameOf(row, query.by)),
    series: [{ name: metric.title, cells: shown.map((row) => cellOf(metric, row)) }],
  };
}

/** A column for each span of time that has usage; sums are stacked, what cannot be added up has a line. */
function overTime({ query, rows, metrics }: CostReport, metric: ReportMetric, time: string): SeriesChart {
  const others = query.by.filter((name) => name !== time);
  const groups = rows.filter(({ kind }) => kind === 'group');
  const labels = [...new Set(groups.map(({ group }) => group[time] ?? '(no time)'))].sort();
  const names = [...new Set(groups.map((row) => nameOf(row, others)))];
  const summable = ['count', 'tokens', 'money'].includes(metric.unit) && !metric.name.includes('_per_');
  const line = (name: string, own: readonly ReportRow[], shown: ReportMetric): Series => {
    const cells = new Map(own.map((row) => [row.group[time] ?? '(no time)', cellOf(shown, row)]));
    return { name, cells: labels.map((label) => cells.get(label) ?? NOTHING) };
  };
  const alike = summable ? [metric] : metrics.filter(({ unit }) => unit === metric.unit);
  const series =
    others.length === 0
      ? alike.map((shown) => line(shown.title, groups, shown))
      : names.slice(0, SERIES).map((name) =>
          line(
            name,
            groups.filter((row) => nameOf(row, others) === name),
            metric,
          ),
        );
  return {
    ...head(metric, `${capital(metric.title)} by ${query.by.join(', ')}`),
    kind: summable ? 'columns' : 'lines',
    text:
      names.length > SERIES
        ? `The first ${SERIES} of ${names.length} ${others.join(', ')}; the table has all.`
        : undefined,
    labelTitle: time,
    labels,
    stacked: summable,
    series,
  };
}

const NOTHING: PageCell = { text: '–', value: null };

function head(metric: ReportMetric, title: string): Pick<SeriesChart, 'type' | 'title' | 'value'> {
  return { type: 'chart', title, value: { title: metric.title, unit: AXES[metric.unit] } };
}

const AXES: Record<ReportMetric['unit'], Unit> = {
  count: 'count',
  tokens: 'count',
  money: 'money',
  percent: 'percent',
  ratio: 'ratio',
  ms: 'ms',
  per_second: 'count',
  per_minute: 'count',
};

function cellOf(metric: ReportMetric, row: ReportRow): PageCell {
  return { text: metricCell(metric, row), value: row[metric.name] ?? null };
}

function nameOf(row: ReportRow, by: readonly string[]): string {
  return namesOf(row, by)
    .filter((name) => name !== '')
    .join(' · ');
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
