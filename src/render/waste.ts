import type { Behind, WasteReport } from '../query/waste/answer.js';
import { formatCount, formatMoney, formatPercent } from './text/number.js';
import { renderTable, type Table, type Terminal } from './text/table.js';
import { csvLines, markdownText, plain } from './text/text.js';

const NONE = '(none)';

/** The answer for people: the kinds of waste with who is behind them, how each was decided, what caching brought. */
export function wasteAsTable(report: WasteReport, terminal: Terminal): string {
  const lines = (texts: readonly string[]) => texts.map((text) => `${plain(text)}\n`).join('');
  const parts = [
    lines([titleOf(report)]),
    ...tablesOf(report).map((table) => renderTable(table, terminal)),
    lines([...decisions(report), ...remarks(report)]),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

/** The answer as it is, for programs. */
export function wasteAsJson(report: WasteReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** One line for each kind of waste, each customer, feature and model behind it, and the total, told apart by the column `kind`. */
export function wasteAsCsv({ rows, totals }: WasteReport): string {
  const head = [
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
  ];
  return csvLines([
    head,
    ...rows.flatMap((row) => [
      [
        'category',
        row.category,
        row.confidence,
        '',
        '',
        '',
        String(row.calls),
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
        String(calls),
        '',
        saving,
        '',
        '',
      ]),
    ]),
    ['total', '', '', '', '', '', String(totals.calls), totals.cost, totals.saving, totals.saving_per_month, ''],
  ]);
}

/** The tables in Markdown, with how each was decided and the notes as lists. */
export function wasteAsMarkdown(report: WasteReport): string {
  const line = (cells: readonly string[]) => `| ${cells.map(markdownText).join(' | ')} |`;
  const list = (texts: readonly string[]) =>
    texts.length === 0 ? [] : [...texts.map((text) => `- ${markdownText(text)}`), ''];
  const lines = [
    markdownText(titleOf(report)),
    '',
    ...tablesOf(report).flatMap(({ columns, rows, footer }) => [
      line(columns.map(({ title }) => title)),
      `| ${columns.map(({ align }) => (align === 'right' ? '---:' : '---')).join(' | ')} |`,
      ...[...rows, ...footer].map(line),
      '',
    ]),
    ...list([...decisions(report), ...remarks(report)]),
    ...list(report.warnings.map(({ message }) => message)),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

/** The scope and what could be saved in it. */
export function titleOf({ query, totals, days }: WasteReport): string {
  const filters = query.where.length === 0 ? '' : ` · ${query.where.join(' · ')}`;
  const share = totals.share_percent === null ? '' : ` (${formatPercent(totals.share_percent, totals.saving)})`;
  const span = `${formatCount(days)} ${days === 1 ? 'day' : 'days'}`;
  return `${query.period} (${query.tz})${filters} · ${span} · ${formatMoney(totals.saving)} of ${formatMoney(totals.cost_in_scope)} could be saved${share}`;
}

function tablesOf(report: WasteReport): Table[] {
  return [
    ...(report.rows.length === 0 ? [] : [wasteTable(report)]),
    ...(report.cache.length === 0 ? [] : [cacheTable(report)]),
    ...(report.limits.length === 0 ? [] : [limitTable(report)]),
  ];
}

function wasteTable({ rows, totals }: WasteReport): Table {
  return {
    columns: [
      { title: 'waste', align: 'left' },
      { title: 'sure?', align: 'left' },
      { title: 'calls', align: 'right' },
      { title: 'cost', align: 'right' },
      { title: 'saving', align: 'right' },
      { title: 'per month', align: 'right' },
    ],
    rows: rows.flatMap((row) => [
      [
        row.title,
        row.confidence,
        formatCount(row.calls),
        formatMoney(row.cost),
        formatMoney(row.saving),
        formatMoney(row.saving_per_month),
      ],
      ...row.behind.map((one) => [`  ${nameOf(one)}`, '', formatCount(one.calls), '', formatMoney(one.saving), '']),
      ...(row.more === 0 ? [] : [[`  … and ${formatCount(row.more)} more`, '', '', '', '', '']]),
    ]),
    footer: [
      [
        'total',
        '',
        formatCount(totals.calls),
        formatMoney(totals.cost),
        formatMoney(totals.saving),
        formatMoney(totals.saving_per_month),
      ],
    ],
  };
}

/** Whose waste: 'acme · chat · gpt-5'. */
export function nameOf({ customer, feature, model }: Behind): string {
  return [customer, feature, model].map((name) => name ?? NONE).join(' · ');
}

function cacheTable({ cache }: WasteReport): Table {
  const hours = cache.some(({ one_hour_instead }) => one_hour_instead !== null);
  return {
    columns: [
      { title: 'cache', align: 'left' },
      { title: 'tokens read', align: 'right' },
      { title: 'written', align: 'right' },
      { title: 'for 1 hour', align: 'right' },
      { title: 'reads saved', align: 'right' },
      { title: 'writes cost', align: 'right' },
      { title: 'net', align: 'right' },
      ...(hours ? [{ title: '1 hour instead', align: 'right' as const }] : []),
    ],
    rows: cache.map((row) => [
      [row.provider, row.model].map((name) => name ?? NONE).join(' · '),
      formatCount(row.read_tokens),
      formatCount(row.written_tokens),
      formatCount(row.written_1h_tokens),
      formatMoney(row.saved),
      formatMoney(row.paid),
      formatMoney(row.net),
      ...(hours ? [row.one_hour_instead === null ? '–' : formatMoney(row.one_hour_instead)] : []),
    ]),
    footer: [],
  };
}

function limitTable({ limits }: WasteReport): Table {
  return {
    columns: [
      { title: 'limit on answers too high', align: 'left' },
      { title: 'calls', align: 'right' },
      { title: 'limit', align: 'right' },
      { title: 'largest answer', align: 'right' },
    ],
    rows: limits.map(({ feature, model, calls, max_output_tokens, largest_output }) => [
      `${feature ?? NONE} · ${model ?? NONE}`,
      formatCount(calls),
      formatCount(max_output_tokens),
      formatCount(largest_output),
    ]),
    footer: [],
  };
}

/** How each kind of waste was decided. */
export function decisions({ rows }: WasteReport): string[] {
  return rows.map(({ title, confidence, decided }) => `${title} (${confidence}): ${decided}`);
}

/** What is to say beside the tables. */
export function remarks({ retries, limits }: WasteReport): string[] {
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
