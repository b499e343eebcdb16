import type { ExplainPart, ExplainReport } from '../query/explain/answer.js';
import { formatCount, formatMoney, formatPercent } from './text/number.js';
import { renderTable, type Table, type Terminal } from './text/table.js';
import { csvLines, markdownText, plain } from './text/text.js';

/** The sentences, then the waterfall, then who is behind the biggest part, and when. */
export function explainAsTable(report: ExplainReport, terminal: Terminal): string {
  const tables = [waterfallOf(report), contributionTable(report), peakTable(report)].filter(
    (table) => table.rows.length > 0,
  );
  return [
    `${plain(explainTitle(report))}\n`,
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
  const tables = [withoutBars(waterfallOf(report)), contributionTable(report), peakTable(report)].filter(
    (table) => table.rows.length > 0,
  );
  const notes = report.warnings.map(({ message }) => `- ${markdownText(message)}`);
  const blocks = [
    markdownText(explainTitle(report)),
    report.sentences.map(markdownText).join('\n'),
    ...tables.map(markdownTable),
    ...(notes.length === 0 ? [] : [notes.join('\n')]),
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** Markdown takes the blanks away that bars begin with. */
function withoutBars({ columns, rows, footer }: Table): Table {
  const cut = (line: string[]) => line.slice(0, -1);
  return { columns: columns.slice(0, -1), rows: rows.map(cut), footer: footer.map(cut) };
}

/** The periods, the time zone and the filters. */
export function explainTitle({ query: { before, after, tz, where } }: ExplainReport): string {
  return [`${after.label} against ${before.label} (${tz})`, ...where].join(' · ');
}

/** The parts that are not nothing. */
export function shownParts({ parts }: ExplainReport): ExplainPart[] {
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
        signedMoney(part.amount),
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
export function contributionTable(report: ExplainReport): Table {
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
      signedMoney(amount),
      `${formatCount(before.requests)} → ${formatCount(after.requests)}`,
    ]),
    footer: [],
  };
}

/** The days or hours that lie furthest above the usual. */
export function peakTable({ peaks }: ExplainReport): Table {
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
      signedMoney(above),
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

/** +$1.20, -$0.30, $0.00 */
export function signedMoney(amount: string): string {
  return amount.startsWith('-') || !/[1-9]/.test(amount) ? formatMoney(amount) : `+${formatMoney(amount)}`;
}

function percent(text: string, amount: string): string {
  const shown = formatPercent(text, amount);
  return text.startsWith('-') || shown.startsWith('<') ? shown : `+${shown}`;
}
