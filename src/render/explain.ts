import type { ExplainPart, ExplainReport } from '../query/explain/answer.js';
import { formatMoney, formatPercent } from './number.js';
import type { Page } from './page_data.js';
import { renderTable, type Table, type Terminal } from './table.js';
import { csvLines, markdownText, plain } from './text.js';

/** The sentences, then the waterfall, then who is behind the biggest part, and when. */
export function explainAsTable(report: ExplainReport, terminal: Terminal): string {
  const tables = [waterfallOf(report), contributionsOf(report), peaksOf(report)].filter(
    (table) => table.rows.length > 0,
  );
  return [
    `${plain(titleOf(report))}\n`,
    ...report.sentences.map((sentence) => `${plain(sentence)}\n`),
    ...tables.flatMap((table) => ['\n', renderTable(table, terminal)]),
  ].join('');
}

/** The answer as it is, for programs. */
export function explainAsJson(report: ExplainReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** One line for the cost before and after, for each part, each contribution and each peak, told apart by `kind`; money is exact. */
export function explainAsCsv({ cost_before, cost_after, change, parts, peaks }: ExplainReport): string {
  return csvLines([
    ['kind', 'effect', 'name', 'amount', 'stands_out'],
    ['before', '', '', cost_before, ''],
    ...parts.flatMap(({ effect, amount, stands_out, contributions }) => [
      ['part', effect, '', amount, String(stands_out)],
      ...contributions.map((one) => [one.of, effect, one.name ?? '(none)', one.amount, '']),
    ]),
    ['change', '', '', change, ''],
    ['after', '', '', cost_after, ''],
    ...peaks.map(({ time, above }) => ['peak', '', time, above, '']),
  ]);
}

/** The same in Markdown: sentences as paragraphs, tables, notes as a list. */
export function explainAsMarkdown(report: ExplainReport): string {
  const tables = [waterfallOf(report), contributionsOf(report), peaksOf(report)].filter(
    (table) => table.rows.length > 0,
  );
  const notes = report.warnings.map(({ message }) => `- ${markdownText(message)}`);
  const blocks = [
    markdownText(titleOf(report)),
    report.sentences.map(markdownText).join('\n'),
    ...tables.map(markdownTable),
    ...(notes.length === 0 ? [] : [notes.join('\n')]),
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** The same as a page, with the waterfall as a chart. */
export function explainAsPage(report: ExplainReport): Page {
  const total = (name: string, amount: string) => ({
    name,
    cell: { text: formatMoney(amount), value: amount },
    step: 'total' as const,
  });
  return {
    title: 'Why the cost changed',
    subtitle: titleOf(report),
    sections: [
      { type: 'text', title: 'In short', paragraphs: report.sentences },
      {
        type: 'chart',
        kind: 'waterfall',
        title: 'What the change is made of',
        labelTitle: 'part',
        value: { title: 'USD', unit: 'money' },
        steps: [
          total('before', report.cost_before),
          ...shownParts(report).map(({ words, amount }) => ({
            name: words,
            cell: { text: signed(amount), value: amount },
            step: 'change' as const,
          })),
          total('after', report.cost_after),
        ],
      },
      ...[
        { title: 'Who is behind it', table: contributionsOf(report) },
        { title: 'When', table: peaksOf(report) },
      ]
        .filter(({ table }) => table.rows.length > 0)
        .map(({ title, table }) => ({
          type: 'table' as const,
          title,
          columns: table.columns.map((column) => ({ title: column.title, kind: 'text' as const })),
          rows: table.rows.map((cells) => cells.map((text) => ({ text }))),
        })),
    ],
    notes: report.warnings.map(({ message }) => message),
    footer: [`Price book ${report.price_book}.`],
  };
}

function titleOf({ query: { before, after, tz, where } }: ExplainReport): string {
  return [`${after.label} against ${before.label} (${tz})`, ...where].join(' · ');
}

function shownParts({ parts }: ExplainReport): ExplainPart[] {
  return parts.filter(({ amount }) => /[1-9]/.test(amount));
}

const BAR = 30;

/** Each part begins where the one before it ends. The bars are drawn from rounded figures; the figures beside them are exact. */
function waterfallOf(report: ExplainReport): Table {
  const parts = shownParts(report);
  let upto = Number(report.cost_before);
  const steps = parts.map((part) => {
    const from = upto;
    upto += Number(part.amount);
    return { part, from, to: upto };
  });
  const edges = [0, Number(report.cost_before), Number(report.cost_after), ...steps.map(({ to }) => to)];
  const [low, high] = [Math.min(...edges), Math.max(...edges)];
  const at = (value: number) => Math.round(((value - low) / (high - low || 1)) * BAR);
  const bar = (from: number, to: number, mark: string) => {
    const [left, right] = [Math.min(at(from), at(to)), Math.max(at(from), at(to))];
    return ' '.repeat(left) + mark.repeat(Math.max(right - left, 1));
  };
  return {
    columns: [
      { title: 'part', align: 'left' },
      { title: 'change', align: 'right' },
      { title: '%', align: 'right' },
      { title: '', align: 'left' },
      { title: '', align: 'left' },
    ],
    rows: [
      ['before', formatMoney(report.cost_before), '', '', bar(0, Number(report.cost_before), '█')],
      ...steps.map(({ part, from, to }) => [
        part.words,
        signed(part.amount),
        percent(part.percent, part.amount),
        part.stands_out ? 'cause' : '',
        bar(from, to, part.amount.startsWith('-') ? '░' : '▓'),
      ]),
    ],
    footer: [
      [
        'after',
        formatMoney(report.cost_after),
        percent(report.change_percent, report.change),
        '',
        bar(0, Number(report.cost_after), '█'),
      ],
    ],
  };
}

/** Customers, features and models behind the biggest part. */
function contributionsOf(report: ExplainReport): Table {
  const biggest = report.parts
    .toSorted((a, b) => Math.abs(Number(b.amount)) - Math.abs(Number(a.amount)))
    .find(({ effect }) => report.causes.length === 0 || effect === report.causes[0]);
  return {
    columns: [
      { title: biggest?.words ?? '', align: 'left' },
      { title: 'name', align: 'left' },
      { title: 'change', align: 'right' },
      { title: 'requests', align: 'right' },
    ],
    rows: (biggest?.contributions ?? []).map(({ of, name, amount, before, after }) => [
      of,
      name ?? '(none)',
      signed(amount),
      `${before.requests} → ${after.requests}`,
    ]),
    footer: [],
  };
}

function peaksOf({ peaks }: ExplainReport): Table {
  return {
    columns: [
      { title: 'time', align: 'left' },
      { title: 'cost', align: 'right' },
      { title: 'above the usual', align: 'right' },
      { title: 'customer', align: 'left' },
      { title: 'feature', align: 'left' },
      { title: 'model', align: 'left' },
    ],
    rows: peaks.map(({ time, cost, above, customer, feature, model }) => [
      time,
      formatMoney(cost),
      signed(above),
      ...[customer, feature, model].map((name) => name ?? '(none)'),
    ]),
    footer: [],
  };
}

function markdownTable({ columns, rows, footer }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.map(markdownText).join(' | ')} |`;
  return [
    line(columns.map(({ title }) => title)),
    `| ${columns.map(({ align }) => (align === 'right' ? '---:' : '---')).join(' | ')} |`,
    ...[...rows, ...footer].map(line),
  ].join('\n');
}

function signed(amount: string): string {
  return amount.startsWith('-') || !/[1-9]/.test(amount) ? formatMoney(amount) : `+${formatMoney(amount)}`;
}

function percent(text: string, amount: string): string {
  const shown = formatPercent(text, amount);
  return text.startsWith('-') || shown.startsWith('<') ? shown : `+${shown}`;
}
