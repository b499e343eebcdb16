import { formatAmount, formatMoney, formatPercent } from './text/number.js';
import { renderTable, type Table, type Terminal } from './text/table.js';
import { csvLines, markdownText, plain } from './text/text.js';
import type { MarginReport, MarginRow, MarginVerdict } from "../query/margin/answer.js";

/** The margins for people: a line with the period, then the table, then what could not be converted. */
export function marginAsTable(report: MarginReport, terminal: Terminal): string {
  const apart = apartLines(report).map((line) => `${plain(line)}\n`);
  return `${plain(marginTitle(report))}\n\n${renderTable(marginTable(report), terminal)}${apart.join('')}`;
}

/** The answer as it is, for programs. */
export function marginAsJson(report: MarginReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** One line for each row and one for the total, told apart by `kind`; unknown is empty, money is exact. */
export function marginAsCsv(report: MarginReport): string {
  const head = ['kind', report.query.by, ...CSV_COLUMNS];
  return csvLines([
    head,
    ...[...report.rows, report.totals].map((row) => [row.kind, marginName(row), ...csvFields(row)]),
  ]);
}

const CSV_COLUMNS = [
  'revenue',
  'cost',
  'cost_complete',
  'margin',
  'margin_percent',
  'cost_percent',
  'requests',
  'verdict',
  'turned_negative',
  'months_negative',
  'first_percent',
  'last_percent',
  'revenue_needed',
  'cost_allowed',
  'usage_allowed_percent',
] as const;

function csvFields(row: MarginRow): string[] {
  const { trend, target, ...rest } = row;
  const fields: Record<string, unknown> = { ...rest, ...trend, ...target };
  return CSV_COLUMNS.map((name) => String(fields[name] ?? ''));
}

/** The table in Markdown, followed by the notes as a list. */
export function marginAsMarkdown(report: MarginReport): string {
  const { columns, rows, footer } = marginTable(report);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const notes = [...apartLines(report), ...report.warnings.map(({ message }) => message)];
  const lines = [
    markdownText(marginTitle(report)),
    '',
    line(columns.map(({ title }) => markdownText(title))),
    line(columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
    ...rows.map((cells) => line(cells.map(markdownText))),
    ...footer.map((cells) => line(cells.map((text) => (text === '' ? '' : `**${markdownText(text)}**`)))),
    ...(notes.length === 0 ? [] : ['', ...notes.map((text) => `- ${markdownText(text)}`)]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Period, time zone, filters and the target. */
export function marginTitle({ query: { period, tz, where, target } }: MarginReport): string {
  const parts = [`${period} (${tz})`, ...where, ...(target === null ? [] : [`target margin ${target}%`])];
  return parts.join(' · ');
}

interface Column {
  title: string;
  cell: (row: MarginRow) => string;
  align: 'left' | 'right';
}

/** The margins as the table people see; names are as the data has them, not yet escaped. */
export function marginTable(report: MarginReport): Table {
  const columns = columnsOf(report);
  const cells = (row: MarginRow) => columns.map(({ cell }) => cell(row));
  return {
    columns: columns.map(({ title, align }) => ({ title, align })),
    rows: report.rows.map(cells),
    footer: [cells(report.totals)],
  };
}

function columnsOf({ query, rows, totals }: MarginReport): Column[] {
  const right = (title: string, cell: Column['cell']): Column => ({ title, cell, align: 'right' });
  const columns: Column[] = [
    { title: query.by, cell: marginName, align: 'left' },
    right('revenue', ({ revenue }) => formatMoney(revenue)),
    right('cost', costCell),
    right('margin', ({ margin, cost_complete }) => bounded(margin, cost_complete ? '' : '≤ ')),
    right('margin %', ({ margin_percent, margin }) => percentCell(margin_percent, margin)),
    right(query.by === 'feature' ? 'cost % of all' : 'cost %', ({ cost_percent, cost }) =>
      percentCell(cost_percent, cost),
    ),
    {
      title: '',
      // Hardly any revenue names a feature: that there is none of it says nothing.
      cell: (row) =>
        query.by === 'feature' && row.kind === 'group' && row.verdict.startsWith('no_') ? '' : verdictCell(row),
      align: 'left',
    },
  ];
  if (rows.some(({ turned_negative }) => turned_negative !== null))
    columns.push(right('negative from', ({ turned_negative }) => turned_negative ?? ''));
  if (rows.some(({ trend }) => trend !== null)) columns.push(right('trend', trendCell));
  if (totals.target !== null)
    columns.push(
      right(`revenue for ${query.target}%`, ({ target }) => bounded(target?.revenue_needed ?? null, '')),
      right(`cost for ${query.target}%`, ({ target }) => bounded(target?.cost_allowed ?? null, '')),
      right('of its usage', ({ target }) => percentCell(target?.usage_allowed_percent ?? null, null)),
    );
  return columns;
}

/** What a row is called. */
export function marginName({ kind, key, groups }: MarginRow): string {
  if (kind === 'total') return 'total';
  if (kind === 'other') return `(other ${groups})`;
  return key ?? '(none)';
}

function costCell({ cost, cost_complete }: MarginRow): string {
  return cost === null ? 'unpriced' : `${cost_complete ? '' : '≥ '}${formatMoney(cost)}`;
}

function bounded(amount: string | null, bound: string): string {
  return amount === null ? '–' : `${bound}${formatMoney(amount)}`;
}

function percentCell(percent: string | null, amount: string | null): string {
  return percent === null ? '–' : formatPercent(percent, amount);
}

function trendCell({ trend }: MarginRow): string {
  return trend === null
    ? ''
    : `${formatPercent(trend.first_percent, null)} → ${formatPercent(trend.last_percent, null)}`;
}

const VERDICTS: Record<MarginVerdict, string> = {
  profitable: 'profitable',
  break_even: 'break-even',
  underwater: 'underwater',
  no_revenue: 'no revenue',
  no_usage: 'no usage',
  unpriced: 'unpriced',
  not_converted: 'not converted',
};

function verdictCell({ kind, verdict }: MarginRow): string {
  return kind === 'other' ? '' : VERDICTS[verdict];
}

/** Revenue that is in no sum. */
export function apartLines({ not_converted }: MarginReport): string[] {
  return not_converted.map(
    ({ customer, currency, amount }) => `not converted: ${formatAmount(amount, currency)} of ${customer ?? '(none)'}`,
  );
}
