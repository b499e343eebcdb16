import type { Behind, WasteReport, WasteRow } from '../../query/waste/answer.js';
import {
  type Cell,
  columnsOf,
  type Document,
  NONE,
  type Records,
  type Section,
  type TableSection,
} from '../document.js';
import { countCell, moneyCell } from '../text/cells.js';
import { counted, formatCount, formatMoney, formatPercent } from '../text/number.js';

/** What could be saved by kind, who is behind it, how each kind was decided, what caching brought. */
export function wasteDocument(report: WasteReport): Document {
  const { rows, cache, limits } = report;
  const title = titleOf(report);
  const decided = rows.map(({ title, confidence, decided }) => `${title} (${confidence}): ${decided}`);
  const more = remarks(report);
  return {
    json: report,
    head: [title],
    body: [
      keyFigures(report),
      ...(rows.length === 0 ? [] : wasteSections(report, decided)),
      ...(cache.length === 0 ? [] : cacheTables(report)),
      ...(limits.length === 0 ? [] : limitTables(report)),
      { type: 'text', in: ['terminal', 'markdown'], paragraphs: [...decided, ...more] },
    ],
    notes: report.warnings.map(({ message }) => message),
    records: recordsOfWaste(report),
    page: {
      title: 'Waste',
      subtitle: title,
      remarks: more,
      footer: [
        `Price book ${report.price_book}. No call is counted twice: the first kind that claims it has it, in the order of the table. A month has 30 days.`,
      ],
    },
  };
}

/** The scope and what could be saved in it. */
function titleOf({ query, totals, days }: WasteReport): string {
  const filters = query.where.length === 0 ? '' : ` · ${query.where.join(' · ')}`;
  const share = totals.share_percent === null ? '' : ` (${formatPercent(totals.share_percent, totals.saving)})`;
  return `${query.period} (${query.tz})${filters} · ${counted(days, 'day')} · ${formatMoney(totals.saving)} of ${formatMoney(totals.cost_in_scope)} could be saved${share}`;
}

function keyFigures({ totals }: WasteReport): Section {
  const share = totals.share_percent;
  return {
    type: 'figures',
    figures: [
      { label: 'could be saved', value: formatMoney(totals.saving), note: `of ${formatMoney(totals.cost_in_scope)}` },
      { label: 'in a month', value: formatMoney(totals.saving_per_month) },
      { label: 'of the cost', value: share === null ? '–' : formatPercent(share, totals.saving) },
      { label: 'calls', value: formatCount(totals.calls) },
    ],
  };
}

/** On a terminal those behind a kind are below it; on a page, which sorts, they have a table of their own. */
function wasteSections({ rows, totals, currency }: WasteReport, decided: string[]): Section[] {
  const columns = columnsOf(
    'waste',
    'sure?',
    ['calls', 'right'],
    ['cost', 'right'],
    ['saving', 'right'],
    ['per month', 'right'],
  );
  const kind = (row: WasteRow): Cell[] => [row.title, row.confidence, ...sums(row)];
  const footer = [['total', '', ...sums(totals)]];
  const below = (row: WasteRow): Cell[][] => [
    ...row.behind.map((one) => [`  ${nameOf(one)}`, '', countCell(one.calls), '', moneyCell(one.saving), '']),
    ...(row.more === 0 ? [] : [[`  … and ${formatCount(row.more)} more`, '', '', '', '', '']]),
  ];
  const left = rows.filter((row) => row.more !== 0).map((row) => `${row.title}: ${formatCount(row.more)}`);
  const table = { type: 'table', title: 'Kinds of waste', plainTotals: true } as const;
  return [
    {
      ...table,
      in: ['terminal', 'markdown'],
      table: { columns, rows: rows.flatMap((row) => [kind(row), ...below(row)]), footer },
    },
    {
      type: 'chart',
      kind: 'bars',
      title: 'What could be saved',
      labelTitle: 'waste',
      labels: rows.map(({ title }) => title),
      value: { title: currency, unit: 'money' },
      series: [{ name: 'saving', cells: rows.map(({ saving }) => moneyCell(saving)), tone: 'bad' }],
    },
    { ...table, in: ['page'], table: { columns, rows: rows.map(kind), footer } },
    {
      type: 'table',
      title: 'Who is behind it',
      in: ['page'],
      text: left.length === 0 ? undefined : `Left out, with less to save: ${left.join(', ')}.`,
      table: {
        columns: columnsOf('waste', 'customer · feature · model', ['calls', 'right'], ['saving', 'right']),
        rows: rows.flatMap((row) =>
          row.behind.map((one) => [row.title, nameOf(one), countCell(one.calls), moneyCell(one.saving)]),
        ),
        footer: [],
      },
    },
    { type: 'text', in: ['page'], title: 'How it was decided', paragraphs: decided },
  ];
}

function sums({ calls, cost, saving, saving_per_month }: WasteReport['totals'] | WasteRow): Cell[] {
  return [countCell(calls), moneyCell(cost), moneyCell(saving), moneyCell(saving_per_month)];
}

/** Whose waste: 'acme · chat · gpt-5'. */
function nameOf({ customer, feature, model }: Behind): string {
  return [customer, feature, model].map((name) => name ?? NONE).join(' · ');
}

/** The column about an hour is on a terminal only where it says something. */
function cacheTables({ cache }: WasteReport): TableSection[] {
  const hours = cache.some(({ one_hour_instead }) => one_hour_instead !== null);
  const numbers = ['tokens read', 'written', 'for 1 hour', 'reads saved', 'writes cost', 'net'];
  const table = (name: string, withHours: boolean) => ({
    columns: columnsOf(
      name,
      ...[...numbers, ...(withHours ? ['1 hour instead'] : [])].map((title) => [title, 'right'] as [string, 'right']),
    ),
    rows: cache.map((row): Cell[] => [
      [row.provider, row.model].map((part) => part ?? NONE).join(' · '),
      countCell(row.read_tokens),
      countCell(row.written_tokens),
      countCell(row.written_1h_tokens),
      moneyCell(row.saved),
      moneyCell(row.paid),
      moneyCell(row.net),
      ...(withHours ? [moneyCell(row.one_hour_instead)] : []),
    ]),
    footer: [],
  });
  return [
    { type: 'table', title: 'Cache', in: ['terminal', 'markdown'], table: table('cache', hours) },
    {
      type: 'table',
      title: 'Cache',
      in: ['page'],
      text: 'What reads saved against ordinary input, what writes cost beyond it; what writing for an hour instead of 5 minutes would have saved.',
      table: table('model', true),
    },
  ];
}

function limitTables({ limits }: WasteReport): TableSection[] {
  const table = (name: string) => ({
    columns: columnsOf(name, ['calls', 'right'], ['limit', 'right'], ['largest answer', 'right']),
    rows: limits.map(({ feature, model, calls, max_output_tokens, largest_output }): Cell[] => [
      `${feature ?? NONE} · ${model ?? NONE}`,
      countCell(calls),
      countCell(max_output_tokens),
      countCell(largest_output),
    ]),
    footer: [],
  });
  const title = 'Limits on answers that are too high';
  return [
    { type: 'table', title, in: ['terminal', 'markdown'], table: table('limit on answers too high') },
    { type: 'table', title, in: ['page'], table: table('feature · model') },
  ];
}

/** What is to say beside the tables. */
function remarks({ retries, limits }: WasteReport): string[] {
  return [
    ...(retries.attempts === 0
      ? []
      : [
          `${formatCount(retries.requests)} requests took more than one attempt: ${formatCount(retries.attempts)} attempts beyond the first, ${formatMoney(retries.cost)}.`,
        ]),
    ...(limits.length === 0
      ? []
      : ['A high limit on answers costs nothing by itself; providers reserve it against rate limits.']),
  ];
}

/** One line for each kind of waste, each customer, feature and model behind it, and the total, told apart by `kind`. */
function recordsOfWaste({ rows, totals }: WasteReport): Records {
  return {
    columns: [
      'kind',
      'category',
      'confidence',
      'customer',
      'feature',
      'model',
      'calls',
      'cost',
      'saving',
      'saving_per_month',
      'decided',
    ],
    rows: [
      ...rows.flatMap((row) => [
        [
          'category',
          row.category,
          row.confidence,
          null,
          null,
          null,
          row.calls,
          row.cost,
          row.saving,
          row.saving_per_month,
          row.decided,
        ],
        ...row.behind.map(({ customer, feature, model, calls, saving }) => [
          'behind',
          row.category,
          row.confidence,
          customer ?? NONE,
          feature ?? NONE,
          model ?? NONE,
          calls,
          null,
          saving,
          null,
          null,
        ]),
      ]),
      ['total', null, null, null, null, null, totals.calls, totals.cost, totals.saving, totals.saving_per_month, null],
    ],
  };
}
