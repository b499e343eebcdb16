import type { Dashboard, DashboardBreakdown, DashboardSpan } from '../../query/dashboard/answer.js';
import type { Section, Series, SeriesChart, TextSection, ValuedCell } from '../document.js';
import { costCell, nameCell, unitCell } from '../text/cells.js';
import { formatCount } from '../text/number.js';

/** The cost over time, stacked by model, and by customer if usage names any. */
export function spendCharts({ query, over_time, breakdowns }: Dashboard): SeriesChart[] {
  const shown = breakdowns.filter(({ by, spend }) => by === 'model' || (by === 'customer' && isNamed(spend)));
  return shown.map(({ by, spend }) => ({
    type: 'chart',
    kind: 'columns',
    title: `Cost by ${query.every} and ${by}`,
    labelTitle: query.every,
    labels: over_time.map(timeName),
    value: { title: 'USD', unit: 'money' },
    stacked: true,
    series: spend.map(({ kind, name, groups, costs }): Series => {
      if (kind === 'other')
        return { name: `(${formatCount(groups)} others)`, tone: 'other', cells: costs.map(costCell) };
      return { name: nameCell(name).text, tone: name === null ? 'other' : undefined, cells: costs.map(costCell) };
    }),
  }));
}

/** Whether usage has names at all. */
export function isNamed(rows: readonly { kind: string; name: string | null }[]): boolean {
  return rows.some(({ kind, name }) => kind === 'group' && name !== null);
}

function timeName({ time }: DashboardSpan): string {
  return time ?? '(no time)';
}

/** The dearest customers and features; a sentence where usage does not name them. */
export function topCharts({ breakdowns }: Dashboard): Section[] {
  return breakdowns.filter(({ by }) => by !== 'model').map(topChart);
}

const BARS = 10;

function topChart({ by, rows }: DashboardBreakdown): SeriesChart | TextSection {
  const title = `Top ${by}s by cost`;
  if (!isNamed(rows)) {
    const text = `No usage names its ${by}. Give it one where it is imported: llmcost import --map ${by}=FIELD, or --set ${by}=NAME.`;
    return { type: 'text', title, width: 'half', paragraphs: [text] };
  }
  const shown = rows.filter(({ kind }) => kind === 'group').slice(0, BARS);
  const total = rows.find(({ kind }) => kind === 'total');
  const left = Number(total?.groups ?? 0) - shown.length;
  return {
    type: 'chart',
    kind: 'bars',
    title,
    text: left > 0 ? `The ${BARS} dearest; ${formatCount(left)} more are in the table below.` : undefined,
    width: 'half',
    labelTitle: by,
    labels: shown.map(({ name }) => nameCell(name).text),
    value: { title: 'USD', unit: 'money' },
    series: [{ name: 'cost', cells: shown.map(({ cost }) => costCell(cost)) }],
  };
}

/** How long requests took, over time. */
export function latencies(answer: Dashboard): SeriesChart | TextSection {
  const title = `Latency by ${answer.query.every}`;
  if (answer.over_time.every(({ latency_p50 }) => latency_p50 === null)) {
    return { type: 'text', title, width: 'half', paragraphs: ['No usage tells how long its requests took.'] };
  }
  const percentile = (name: 'latency_p50' | 'latency_p95' | 'latency_p99', title: string): Series => ({
    name: title,
    cells: answer.over_time.map((span) => unitCell('ms', span[name])),
  });
  return {
    ...overTime(answer, { title, unit: 'ms', axis: 'time to the end of the answer' }),
    kind: 'lines',
    text: 'p50, p95 and p99: so many percent of the requests were at least as fast.',
    series: [percentile('latency_p50', 'p50'), percentile('latency_p95', 'p95'), percentile('latency_p99', 'p99')],
  };
}

const ERRORS = {
  rate_limit_errors: 'rate limit',
  timeout_errors: 'timeout',
  content_filter_errors: 'content filter',
  server_errors: 'server error',
  client_errors: 'client error',
  cancelled_errors: 'cancelled',
  other_errors: 'other',
} as const;

/** What failed, by class of error, over time; a sentence where nothing did or nobody tells. */
export function errorClasses(answer: Dashboard): SeriesChart | TextSection {
  const title = `Errors by ${answer.query.every} and class`;
  const { over_time } = answer;
  const known = answer.headline.some(({ metric, value }) => metric === 'error_rate' && value !== null);
  const failed = over_time.some(({ errors }) => errors !== null && errors !== 0);
  if (!failed) {
    const text = known ? 'No request failed.' : 'No usage tells what became of its requests.';
    return { type: 'text', title, width: 'half', paragraphs: [text] };
  }
  const names = ERROR_NAMES.filter((name) => over_time.some((span) => span[name] !== null && span[name] !== 0));
  return {
    ...overTime(answer, { title, unit: 'count', axis: 'failed requests' }),
    kind: 'columns',
    stacked: true,
    series: names.map((name) => ({
      name: ERRORS[name],
      tone: name === 'other_errors' ? 'other' : undefined,
      cells: over_time.map((span) => unitCell('count', span[name])),
    })),
  };
}

const ERROR_NAMES = Object.keys(ERRORS) as (keyof typeof ERRORS)[];

/** What caching saved, over time. */
export function cacheSavings(answer: Dashboard): SeriesChart | TextSection {
  const title = `Saved by caching by ${answer.query.every}`;
  if (answer.over_time.every(({ cache_hit_rate }) => cache_hit_rate === null)) {
    return {
      type: 'text',
      title,
      width: 'half',
      paragraphs: ['No usage tells how much of its prompts came from a cache.'],
    };
  }
  return {
    ...overTime(answer, { title, unit: 'money', axis: 'USD' }),
    kind: 'columns',
    text: 'Cached input at the price of plain input, less what it cost, and less what writing to the cache cost on top.',
    series: [column(answer, 'saved', ({ cache_savings }) => unitCell('money', cache_savings))],
  };
}

/** How many requests there were, over time. */
export function requestsOverTime(answer: Dashboard): SeriesChart {
  return {
    ...overTime(answer, { title: `Requests by ${answer.query.every}`, unit: 'count', axis: 'requests' }),
    kind: 'columns',
    series: [column(answer, 'requests', ({ requests }) => unitCell('count', requests))],
  };
}

function column({ over_time }: Dashboard, name: string, cell: (span: DashboardSpan) => ValuedCell): Series {
  return { name, cells: over_time.map(cell) };
}

function overTime(
  { query, over_time }: Dashboard,
  { title, unit, axis }: { title: string; unit: 'money' | 'count' | 'ms'; axis: string },
): Omit<SeriesChart, 'kind' | 'series'> {
  return {
    type: 'chart',
    title,
    width: 'half',
    labelTitle: query.every,
    labels: over_time.map(timeName),
    value: { title: axis, unit },
  };
}
