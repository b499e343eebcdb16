import type { MarginReport, MarginRow, MarginVerdict } from '../../query/margin/answer.js';
import { type Cell, type Document, NONE, type Records, type SeriesChart, type Table, valuesOf } from '../document.js';
import { UNKNOWN } from '../text/metric.js';
import { formatAmount, formatMoney, formatPercent } from '../text/number.js';
import { roundingNote } from '../text/rounding.js';

/** What comes in against what its calls cost: the whole in figures, both side by side, and the table. */
export function marginDocument(report: MarginReport): Document {
  const { revenue, cost, margin, margin_percent } = report.totals;
  const complete = report.totals.cost_complete;
  const figure = (label: string, amount: string | null, bound = '') => ({
    label,
    value: amount === null ? 'unpriced' : `${complete ? '' : bound}${formatMoney(amount)}`,
  });
  const apart = notConverted(report);
  return {
    json: report,
    head: [titleOf(report)],
    body: [
      {
        type: 'figures',
        figures: [
          figure('Revenue', revenue),
          figure('Cost', cost, '≥ '),
          figure('Margin', margin, '≤ '),
          {
            label: 'Margin of revenue',
            value: margin_percent === null ? '–' : `${complete ? '' : '≤ '}${formatPercent(margin_percent, margin)}`,
          },
        ],
      },
      ...(report.rows.length === 0 ? [] : [chartOf(report)]),
      { type: 'table', title: 'Margins', table: marginTable(report), below: [...rounding(report), ...apart] },
    ],
    notes: report.warnings.map(({ message }) => message),
    besideRecords: apart,
    records: recordsOfMargin(report),
    page: {
      title: `Margin by ${report.query.by}`,
      subtitle: titleOf(report),
      remarks: apart,
      footer: [`Price book ${report.price_book}; amounts in ${report.currency}.`],
    },
  };
}

/** A footnote where amounts that are shown do not add up to the total that is shown. */
function rounding({ rows, totals }: MarginReport): string[] {
  const notes = (['revenue', 'cost', 'margin'] as const).flatMap(
    (name) =>
      roundingNote(
        rows.map((row) => row[name]),
        totals[name],
      ) ?? [],
  );
  return notes.slice(0, 1);
}

/** Period, time zone, filters and the target. */
function titleOf({ query: { period, tz, where, target } }: MarginReport): string {
  return [`${period} (${tz})`, ...where, ...(target === null ? [] : [`target margin ${target}%`])].join(' · ');
}

const BARS = 20;

function chartOf({ query: { by }, rows, currency }: MarginReport): SeriesChart {
  const shown = rows.slice(0, BARS);
  const cells = (amounts: (string | null)[]) =>
    amounts.map((amount) => ({ text: amount === null ? 'unpriced' : formatMoney(amount), value: amount }));
  return {
    type: 'chart',
    kind: by === 'month' ? 'columns' : 'bars',
    title: 'Revenue and cost',
    text: rows.length > BARS ? `The first ${BARS} of ${rows.length}; the table has all.` : undefined,
    labelTitle: by,
    labels: shown.map(nameOf),
    value: { title: currency, unit: 'money' },
    series: [
      { name: 'revenue', cells: cells(shown.map(({ revenue }) => revenue)), tone: 'good' },
      { name: 'cost', cells: cells(shown.map(({ cost }) => cost)), tone: 'bad' },
    ],
  };
}

interface Column {
  title: string;
  cell: (row: MarginRow) => Cell;
  align: 'left' | 'right';
}

function marginTable(report: MarginReport): Table {
  const columns = marginColumns(report);
  const cells = (row: MarginRow) => columns.map(({ cell }) => cell(row));
  return {
    columns: columns.map(({ title, align }) => ({ title, align })),
    rows: report.rows.map(cells),
    footer: [cells(report.totals)],
  };
}

function marginColumns({ query, rows, totals }: MarginReport): Column[] {
  const right = (title: string, cell: Column['cell']): Column => ({ title, cell, align: 'right' });
  const columns: Column[] = [
    { title: query.by, cell: nameOf, align: 'left' },
    right('revenue', ({ revenue }) => formatMoney(revenue)),
    right('cost', costText),
    right('margin', ({ margin, cost_complete }) => bounded(margin, cost_complete ? '' : '≤ ')),
    right('margin %', ({ margin_percent, margin, cost_complete }) =>
      percentText(margin_percent, margin, cost_complete ? '' : '≤ '),
    ),
    right(query.by === 'feature' ? 'cost % of all' : 'cost %', ({ cost_percent, cost, cost_complete }) =>
      percentText(cost_percent, cost, cost_complete ? '' : '≥ '),
    ),
    {
      title: '',
      // Hardly any revenue names a feature: that there is none of it says nothing.
      cell: (row) =>
        query.by === 'feature' && row.kind === 'group' && row.verdict.startsWith('no_') ? '' : verdictText(row),
      align: 'left',
    },
  ];
  if (rows.some(({ turned_negative }) => turned_negative !== null))
    columns.push(right('negative from', ({ turned_negative }) => turned_negative ?? ''));
  if (rows.some(({ trend }) => trend !== null)) columns.push(right('trend', trendText));
  if (totals.target !== null)
    columns.push(
      right(`revenue for ${query.target}%`, ({ target, cost_complete }) =>
        bounded(target?.revenue_needed ?? null, cost_complete ? '' : '≥ '),
      ),
      right(`cost for ${query.target}%`, ({ target }) => bounded(target?.cost_allowed ?? null, '')),
      right('of its usage', ({ target, cost_complete }) =>
        percentText(target?.usage_allowed_percent ?? null, null, cost_complete ? '' : '≤ '),
      ),
    );
  return columns;
}

/** What a row is called. */
function nameOf({ kind, key, groups }: MarginRow): string {
  if (kind === 'total') return 'total';
  return kind === 'other' ? `(other ${groups})` : (key ?? NONE);
}

function costText({ cost, cost_complete }: MarginRow): string {
  return cost === null ? 'unpriced' : `${cost_complete ? '' : '≥ '}${formatMoney(cost)}`;
}

function bounded(amount: string | null, bound: string): string {
  return amount === null ? UNKNOWN : `${bound}${formatMoney(amount)}`;
}

function percentText(percent: string | null, amount: string | null, bound = ''): string {
  return percent === null ? UNKNOWN : `${bound}${formatPercent(percent, amount)}`;
}

function trendText({ trend }: MarginRow): string {
  return trend === null
    ? ''
    : `${formatPercent(trend.first_percent, null)} → ${formatPercent(trend.last_percent, null)}`;
}

const VERDICTS: Record<MarginVerdict, string> = {
  profitable: 'profitable',
  break_even: 'break-even',
  underwater: 'underwater',
  undecided: 'undecided',
  no_revenue: 'no revenue',
  no_usage: 'no usage',
  unpriced: 'unpriced',
  not_converted: 'not converted',
};

function verdictText({ kind, verdict }: MarginRow): string {
  return kind === 'other' ? '' : VERDICTS[verdict];
}

/** Revenue that is in no sum. */
function notConverted({ not_converted }: MarginReport): string[] {
  return not_converted.map(
    ({ customer, currency, amount }) => `not converted: ${formatAmount(amount, currency)} of ${customer ?? NONE}`,
  );
}

const FIELDS = [
  'revenue',
  'cost',
  'cost_bound',
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

/** One line for each row and one for the total, told apart by `kind`. */
function recordsOfMargin({ query, rows, totals }: MarginReport): Records {
  return {
    columns: ['kind', query.by, ...FIELDS],
    rows: [...rows, totals].map((row) => [
      row.kind,
      nameOf(row),
      ...valuesOf(FIELDS, { ...row, ...row.trend, ...row.target }),
    ]),
  };
}
