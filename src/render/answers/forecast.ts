import type { Forecast, ForecastDay, ForecastRow } from '../../query/forecast/answer.js';
import { columnsOf, type Document, NONE, type Records, type Table, type ValuedCell, valuesOf } from '../document.js';
import { formatCount, formatPercent } from '../text/number.js';
import { amountText } from './budget_columns.js';

/** A table of what will have been used, and a bar for each day of the period. A terminal and Markdown show the first `top` rows. */
export function forecastDocument(answer: Forecast, { top }: { top: number }): Document {
  const { query, total, warnings } = answer;
  const title = titleOf(answer);
  const rest = answer.rows.length - top;
  const figure = (label: string, amount: string | null) => ({
    label,
    value:
      amount === null ? (total.note ?? 'unknown') : amountText(amount, { unit: query.unit, currency: answer.currency }),
  });
  const table = { type: 'table', title: query.by.length === 0 ? 'All' : `By ${query.by.join(', ')}` } as const;
  return {
    json: answer,
    head: [title],
    body: [
      {
        type: 'figures',
        figures: [
          figure('Used', total.used),
          figure('Forecast', total.projected),
          figure('Most of 10 cases', total.high),
        ],
      },
      {
        ...table,
        in: ['terminal', 'markdown'],
        plainTotals: true,
        table: forecastTable(answer, top),
        below: rest > 0 ? [`… and ${formatCount(rest)} more; --top shows more.`] : [],
      },
      { type: 'text', in: ['terminal'], paragraphs: dayBars(answer) },
      dayChart(answer),
      { ...table, in: ['page'], table: forecastTable(answer, answer.rows.length) },
    ],
    notes: warnings.map(({ message }) => message),
    records: recordsOfForecast(answer),
    page: {
      title: `Forecast of ${query.metric}`,
      subtitle: title,
      footer: [
        `Price book ${answer.price_book}. ${query.confidence_percent} of 100 periods end within the interval, by the errors of earlier projections.`,
      ],
    },
  };
}

/** '2026-10-01 → 2026-11-01 (UTC), as of 2026-10-24 · cost'. */
function titleOf({ query }: Forecast): string {
  const filters = query.where.map((text) => ` · ${text}`).join('');
  return `${query.period} (${query.tz}), as of ${query.at.slice(0, 16).replace('T', ' ')} UTC · ${query.metric}${filters}`;
}

function forecastTable({ query, rows, total, currency }: Forecast, top: number): Table {
  const amount = (text: string | null) => (text === null ? '' : amountText(text, { unit: query.unit, currency }));
  const cells = (row: ForecastRow) => [
    amount(row.used),
    amount(row.projected),
    row.low === null || row.high === null ? (row.note ?? '') : `${amount(row.low)} – ${amount(row.high)}`,
    row.error_percent === null ? '' : `${formatPercent(row.error_percent, null)} in ${formatCount(row.trials)}`,
  ];
  return {
    columns: columnsOf(
      ...(query.by.length === 0 ? [''] : query.by),
      ['used', 'right'],
      ['forecast', 'right'],
      [`${query.confidence_percent}% interval`, 'right'],
      ['earlier error', 'right'],
    ),
    rows: rows.slice(0, top).map((row) => [...query.by.map((name) => row.group[name] ?? NONE), ...cells(row)]),
    footer: [['total', ...query.by.slice(1).map(() => ''), ...cells(total)]],
  };
}

const WIDTH = 40;

/** A line for each day: what was used, and what is expected. Bars are drawn from the numbers; only the numbers are exact. */
function dayBars({ query, days, currency }: Forecast): string[] {
  const most = Math.max(...days.map((day) => Number(largerOf(day))), 0);
  if (most === 0) return [];
  const shown = days.map((day) => ({ ...day, text: amountText(largerOf(day), { unit: query.unit, currency }) }));
  const width = Math.max(...shown.map(({ text }) => text.length));
  const line = ({ day, used, expected, text }: (typeof shown)[number]) => {
    const length = (amount: string | null) => Math.round((Number(amount ?? 0) / most) * WIDTH);
    const solid = '█'.repeat(length(used));
    const light = '▒'.repeat(Math.max(0, length(expected) - length(used)));
    return used === null && expected === null ? '' : `${day}  ${text.padStart(width)}  ${solid}${light}`.trimEnd();
  };
  return [...shown.map(line).filter((text) => text !== ''), '█ used  ▒ expected'];
}

function largerOf({ used, expected }: ForecastDay): string {
  return Number(expected ?? 0) > Number(used ?? 0) ? (expected ?? '0') : (used ?? '0');
}

function dayChart({ query, days, currency }: Forecast): Document['body'][number] {
  const cell = (amount: string | null): ValuedCell =>
    amount === null
      ? { text: '', value: null }
      : { text: amountText(amount, { unit: query.unit, currency }), value: amount };
  return {
    type: 'chart',
    kind: 'columns',
    title: 'Day by day',
    text: 'What was used, and what is expected by the weekdays and the growth of the last weeks.',
    labelTitle: 'day',
    labels: days.map(({ day }) => day),
    value: { title: query.metric, unit: query.unit === 'money' ? 'money' : 'count' },
    stacked: false,
    series: [
      { name: 'used', cells: days.map(({ used }) => cell(used)) },
      { name: 'expected', cells: days.map(({ expected }) => cell(expected)), tone: 'other' },
    ],
  };
}

const FIELDS = [
  'used',
  'projected',
  'low',
  'high',
  'error_percent',
  'trials',
  'history_days',
  'note',
] as const satisfies (keyof ForecastRow)[];

/** One line for each group and one for the whole, told apart by `kind`. */
function recordsOfForecast({ query, rows, total }: Forecast): Records {
  const line = (kind: string, row: ForecastRow) => [
    kind,
    ...query.by.map((name) => (kind === 'total' ? null : (row.group[name] ?? NONE))),
    ...valuesOf(FIELDS, row),
  ];
  return {
    columns: ['kind', ...query.by, ...FIELDS],
    rows: [...rows.map((row) => line('group', row)), line('total', total)],
  };
}
