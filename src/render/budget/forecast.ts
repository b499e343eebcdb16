import type { Page, PageCell } from '../page/data.js';
import { formatCount, formatPercent } from '../text/number.js';
import { renderTable, type Table, type Terminal } from '../text/table.js';
import { csvLines, markdownText, plain } from '../text/text.js';
import { amountCell } from './cells.js';
import type { Forecast, ForecastDay, ForecastRow } from "../../query/forecast/answer.js";

/** The forecast for people: a table, and a bar for each day of the period. */
export function forecastAsTable(answer: Forecast, top: number, terminal: Terminal): string {
  const rest = answer.rows.length - top;
  const more = rest > 0 ? `… and ${formatCount(rest)} more; --top shows more.\n` : '';
  return `${plain(forecastTitle(answer))}\n\n${renderTable(forecastTable(answer, top), terminal)}${more}\n${chart(answer)}`;
}

/** The forecast as it is, for programs. */
export function forecastAsJson(answer: Forecast): string {
  return `${JSON.stringify(answer, null, 2)}\n`;
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

/** One line for each group and one for the whole, told apart by `kind`; unknown is empty. */
export function forecastAsCsv({ query, rows, total }: Forecast): string {
  const line = (kind: string, row: ForecastRow) => [
    kind,
    ...query.by.map((name) => (kind === 'total' ? '' : (row.group[name] ?? NONE))),
    ...FIELDS.map((name) => String(row[name] ?? '')),
  ];
  return csvLines([['kind', ...query.by, ...FIELDS], ...rows.map((row) => line('group', row)), line('total', total)]);
}

/** The table in Markdown, and the warnings. */
export function forecastAsMarkdown(answer: Forecast, top: number): string {
  const { columns, rows, footer } = forecastTable(answer, top);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const lines = [
    markdownText(forecastTitle(answer)),
    '',
    line(columns.map(({ title }) => markdownText(title))),
    line(columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
    ...[...rows, ...footer].map((cells) => line(cells.map(markdownText))),
    ...(answer.warnings.length === 0
      ? []
      : ['', ...answer.warnings.map(({ message }) => `- ${markdownText(message)}`)]),
  ];
  return `${lines.join('\n')}\n`;
}

const NONE = '(none)';

/** '2026-10-01 → 2026-11-01 (UTC), as of 2026-10-24 · cost'. */
function forecastTitle({ query }: Forecast): string {
  const filters = query.where.map((text) => ` · ${text}`).join('');
  return `${query.period} (${query.tz}), as of ${query.at.slice(0, 16).replace('T', ' ')} UTC · ${query.metric}${filters}`;
}

function forecastTable({ query, rows, total }: Forecast, top: number): Table {
  const unit = query.unit;
  const amount = (text: string | null) => (text === null ? '' : amountCell(text, unit));
  const cells = (row: ForecastRow) => [
    amount(row.used),
    amount(row.projected),
    row.low === null || row.high === null ? (row.note ?? '') : `${amount(row.low)} – ${amount(row.high)}`,
    row.error_percent === null ? '' : `${formatPercent(row.error_percent, null)} in ${formatCount(row.trials)}`,
  ];
  const names = (row: ForecastRow) => query.by.map((name) => row.group[name] ?? NONE);
  const whole = ['total', ...query.by.slice(1).map(() => '')];
  return {
    columns: [
      ...(query.by.length === 0 ? [''] : query.by).map((title) => ({ title, align: 'left' as const })),
      { title: 'used', align: 'right' },
      { title: 'forecast', align: 'right' },
      { title: `${query.confidence_percent}% interval`, align: 'right' },
      { title: 'earlier error', align: 'right' },
    ],
    rows: rows.slice(0, top).map((row) => [...names(row), ...cells(row)]),
    footer: [[...whole, ...cells(total)]],
  };
}

const WIDTH = 40;

/** A line for each day: what was used, and what is expected. Bars are drawn from the numbers; only the numbers are exact. */
function chart({ query, days }: Forecast): string {
  const most = Math.max(...days.map((day) => Number(largerOf(day))), 0);
  if (most === 0) return '';
  const shown = days.map((day) => ({ ...day, text: amountCell(largerOf(day), query.unit) }));
  const width = Math.max(...shown.map(({ text }) => text.length));
  const line = ({ day, used, expected, text }: (typeof shown)[number]) => {
    const length = (amount: string | null) => Math.round((Number(amount ?? 0) / most) * WIDTH);
    const solid = '█'.repeat(length(used));
    const light = '▒'.repeat(Math.max(0, length(expected) - length(used)));
    return used === null && expected === null ? '' : `${day}  ${text.padStart(width)}  ${solid}${light}`.trimEnd();
  };
  const lines = shown.map(line).filter((text) => text !== '');
  return `${lines.map((text) => `${text}\n`).join('')}█ used  ▒ expected\n`;
}

function largerOf({ used, expected }: ForecastDay): string {
  return Number(expected ?? 0) > Number(used ?? 0) ? (expected ?? '0') : (used ?? '0');
}

/** The forecast as a page: the days as columns, the groups as a table. */
export function forecastAsPage(answer: Forecast): Page {
  const { query, days, total, warnings } = answer;
  const unit = query.unit === 'money' ? 'money' : 'count';
  const cell = (amount: string | null): PageCell =>
    amount === null ? { text: '', value: null } : { text: amountCell(amount, query.unit), value: amount };
  const { columns, rows, footer } = forecastTable(answer, answer.rows.length);
  const figure = (label: string, amount: string | null) => ({
    label,
    value: amount === null ? (total.note ?? 'unknown') : amountCell(amount, query.unit),
  });
  return {
    title: `Forecast of ${query.metric}`,
    subtitle: forecastTitle(answer),
    sections: [
      {
        type: 'figures',
        figures: [
          figure('Used', total.used),
          figure('Forecast', total.projected),
          figure('Most of 10 cases', total.high),
        ],
      },
      {
        type: 'chart',
        kind: 'columns',
        title: 'Day by day',
        text: 'What was used, and what is expected by the weekdays and the growth of the last weeks.',
        labelTitle: 'day',
        labels: days.map(({ day }) => day),
        value: { title: query.metric, unit },
        stacked: false,
        series: [
          { name: 'used', cells: days.map(({ used }) => cell(used)) },
          { name: 'expected', cells: days.map(({ expected }) => cell(expected)), tone: 'other' },
        ],
      },
      {
        type: 'table',
        title: query.by.length === 0 ? 'All' : `By ${query.by.join(', ')}`,
        columns: columns.map(({ title, align }) => ({ title, kind: align === 'right' ? 'number' : 'text' })),
        rows: rows.map((texts) => texts.map((text) => ({ text }))),
        footer: footer.map((texts) => texts.map((text) => ({ text }))),
      },
    ],
    notes: warnings.map(({ message }) => message),
    footer: [
      `Price book ${answer.price_book}. ${query.confidence_percent} of 100 periods end within the interval, by the errors of earlier projections.`,
    ],
  };
}
