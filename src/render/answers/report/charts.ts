import type { CostReport, ReportMetric, ReportMetrics, ReportRow, ReportSpan } from '../../../query/report/answer.js';
import type { Chart, Figure, FigureChange, Series, SeriesChart, Unit, ValuedCell } from '../../document.js';
import { metricCell } from '../../text/metric.js';
import { formatPercent } from '../../text/number.js';
import { differenceText, hasFormerSpans, namesOf, signed } from './columns.js';

const TIMES = ['hour', 'day', 'week', 'month'];
const BARS = 15;
const SERIES = 8;

/** A chart of the cost, or of the first metric; nothing where there is nothing to draw. */
export function reportCharts(report: CostReport): Chart[] {
  const metric = report.metrics.find(({ name }) => name === 'cost') ?? report.metrics[0];
  if (metric === undefined || report.rows.every((row) => cellOf(metric, row).value === null)) return [];
  const { by } = report.query;
  if (hasFormerSpans(report)) return [besideFormer(report, metric)];
  if (report.spans !== undefined) return [inSpans(report, metric, report.spans)];
  if (by.join() === 'weekday,hour_of_day') return [byHour(report, metric)];
  const time = by.find((name) => TIMES.includes(name));
  return [time === undefined ? bars(report, metric) : overTime(report, metric, time)];
}

/** The series of --every: a colour for each of the first rows, one for the others where they can be added up. */
function inSpans({ query, rows }: CostReport, metric: ReportMetric, spans: readonly ReportSpan[]): SeriesChart {
  const summable = isSum(metric);
  const drawn = rows.filter(({ kind }) => kind === 'group').slice(0, SERIES);
  const other = rows.filter(({ kind }) => kind === 'other');
  const hidden = rows.length - other.length - drawn.length;
  return {
    ...head(metric, `${capital(metric.title)} by ${[query.every, ...query.by].join(', ')}`),
    kind: summable ? 'columns' : 'lines',
    text: hidden > 0 ? `The first ${SERIES} rows; the table has all.` : undefined,
    labelTitle: query.every ?? '',
    labels: spans.map(({ label }) => label ?? '(no time)'),
    stacked: summable,
    series: [...drawn, ...(summable && hidden === 0 ? other : [])].map((row) => ({
      name: nameOf(row, query.by),
      tone: row.kind === 'other' ? 'other' : undefined,
      cells: (row.series ?? []).map((cell) => ({ text: metricCell(metric, cell), value: cell[metric.name] ?? null })),
    })),
  };
}

/** The spans of time beside those of the former period. */
function besideFormer({ query, rows }: CostReport, metric: ReportMetric): SeriesChart {
  const cell = (metrics: ReportMetrics | undefined): ValuedCell =>
    metrics === undefined ? NOTHING : { text: metricCell(metric, metrics), value: metrics[metric.name] ?? null };
  return {
    ...head(metric, `${capital(metric.title)} by ${query.every}`),
    kind: isSum(metric) ? 'columns' : 'lines',
    labelTitle: query.every ?? '',
    labels: rows.map(({ group, before_span }) => Object.values(group)[0] ?? `(${before_span?.label})`),
    series: [
      {
        name: 'before',
        tone: 'other',
        cells: rows.map((row) => (row.before_span === null ? NOTHING : cell(row.before))),
      },
      { name: 'now', cells: rows.map((row) => (Object.values(row.group)[0] === null ? NOTHING : cell(row))) },
    ],
  };
}

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const HOURS = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'));

/** The week by hour of day, a colour for each weekday. */
function byHour({ query, rows }: CostReport, metric: ReportMetric): SeriesChart {
  const found = new Map(rows.map((row) => [`${row.group.weekday} ${row.group.hour_of_day}`, cellOf(metric, row)]));
  const summable = isSum(metric);
  return {
    ...head(metric, `${capital(metric.title)} by hour of day (${query.tz})`),
    kind: summable ? 'columns' : 'lines',
    labelTitle: 'hour',
    labels: HOURS.map((hour) => `${hour}:00`),
    stacked: summable,
    series: WEEKDAYS.map((day) => ({ name: day, cells: HOURS.map((hour) => found.get(`${day} ${hour}`) ?? NOTHING) })),
  };
}

function isSum({ unit, name }: ReportMetric): boolean {
  return ['count', 'tokens', 'money'].includes(unit) && !/_per_|_p\d\d$|_max$/.test(name) && name !== 'customers';
}

function bars({ query, rows, comparison }: CostReport, metric: ReportMetric): SeriesChart {
  const shown = rows.slice(0, BARS);
  const earlier = ({ before }: CostReport['rows'][number]): ValuedCell =>
    before === undefined ? NOTHING : { text: metricCell(metric, before), value: before[metric.name] ?? null };
  return {
    ...head(metric, `${capital(metric.title)} by ${query.by.join(', ')}`),
    kind: 'bars',
    text: shown.length < rows.length ? `The first ${BARS} rows; the table has all.` : undefined,
    labelTitle: query.by.join(', '),
    labels: shown.map((row) => nameOf(row, query.by)),
    series: [
      ...(comparison === undefined ? [] : [{ name: 'before', tone: 'other' as const, cells: shown.map(earlier) }]),
      { name: comparison === undefined ? metric.title : 'now', cells: shown.map((row) => cellOf(metric, row)) },
    ],
  };
}

/** A column for each span of time that has usage; sums are stacked, what cannot be added up has a line. */
function overTime({ query, rows, metrics }: CostReport, metric: ReportMetric, time: string): SeriesChart {
  const others = query.by.filter((name) => name !== time);
  const groups = rows.filter(({ kind }) => kind === 'group');
  const labels = [...new Set(groups.map(({ group }) => group[time] ?? '(no time)'))].sort();
  const names = [...new Set(groups.map((row) => nameOf(row, others)))];
  const summable = isSum(metric);
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

const NOTHING: ValuedCell = { text: '–', value: null };

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

function cellOf(metric: ReportMetric, row: ReportRow): ValuedCell {
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

const FIGURES = 6;

/** The totals of the first metrics; with --compare how they changed. */
export function reportFigures({ metrics, totals, comparison }: CostReport): Figure[] {
  return metrics.slice(0, FIGURES).map((metric): Figure => {
    const { before } = totals;
    return {
      label: capital(metric.title),
      value: metricCell(metric, totals),
      change: comparison === undefined ? undefined : changeOf(metric, totals),
      note: before === undefined ? undefined : `was ${metricCell(metric, before)}`,
    };
  });
}

function changeOf(metric: ReportMetric, { change, change_percent }: CostReport['totals']): FigureChange | undefined {
  const by = change?.[metric.name] ?? null;
  if (by === null) return undefined;
  const text = String(by);
  if (!/[1-9]/.test(text)) return { text: 'unchanged', direction: 'same', tone: 'neutral' };
  const percent = change_percent?.[metric.name] ?? null;
  const direction = text.startsWith('-') ? 'down' : 'up';
  const shown =
    metric.unit === 'percent' || percent === null
      ? signed(by, (value) => differenceText(metric, value))
      : signed(percent, (value) => formatPercent(value, null));
  return { text: shown, direction, tone: toneOf(metric.name, direction) };
}

/** A rising cost, latency or error rate is bad; a rising cache hit rate is good; more requests and tokens are neither. */
function toneOf(name: string, direction: 'up' | 'down'): FigureChange['tone'] {
  const less = /cost|latency|ttft|error|failed/.test(name);
  const more = /^cache_(savings|hit_rate)$|^tokens_per_second$/.test(name);
  if (!less && !more) return 'neutral';
  return more === (direction === 'up') ? 'good' : 'bad';
}
