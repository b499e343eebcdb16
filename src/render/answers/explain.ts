import type { ExplainPart, ExplainReport } from '../../query/explain/answer.js';
import {
  type Cell,
  columnsOf,
  type Document,
  NONE,
  type Records,
  type Section,
  type Table,
  type WaterfallChart,
} from '../document.js';
import { formatCount, formatMoney, formatPercent, signedMoney } from '../text/number.js';

/** The sentences, the waterfall, who is behind the biggest part, and when. */
export function explainDocument(report: ExplainReport): Document {
  const title = [
    `${report.query.after.label} against ${report.query.before.label} (${report.query.tz})`,
    ...report.query.where,
  ].join(' · ');
  const waterfall = waterfallTable(report);
  const sections: Section[] = [
    { type: 'text', in: ['page'], title: 'In short', paragraphs: report.sentences },
    {
      type: 'text',
      in: ['terminal', 'markdown'],
      paragraphs: report.sentences,
      markdown: 'lines',
      tight: true,
    },
    waterfallChart(report),
    { type: 'table', title: 'Parts', in: ['terminal'], table: waterfall },
    { type: 'table', title: 'Parts', in: ['markdown'], plainTotals: true, table: withoutBars(waterfall) },
    { type: 'table', title: 'Who is behind it', table: contributionTable(report) },
    { type: 'table', title: 'When', table: peakTable(report) },
  ];
  return {
    json: report,
    head: [title],
    body: sections.filter((section) => section.type !== 'table' || section.table.rows.length > 0),
    notes: report.warnings.map(({ message }) => message),
    records: recordsOfExplain(report),
    page: {
      title: 'Why the cost changed',
      subtitle: title,
      footer: [`Price book ${report.price_book}; amounts in ${report.currency}.`],
    },
  };
}

/** The parts that are half a cent or more: what is left of rounding is no part of an explanation. Of a bill of cents all are shown. */
function shownParts({ parts, cost_before, cost_after }: ExplainReport): ExplainPart[] {
  const least = Math.max(Number(cost_before), Number(cost_after)) >= SMALL_BILL ? 0.005 : 0;
  return parts.filter(({ amount }) => /[1-9]/.test(amount) && Math.abs(Number(amount)) >= least);
}

/** USD from which on residues below half a cent are none of its parts. */
const SMALL_BILL = 1;

const BAR = 30;

/** Each part begins where the one before it ends. The bars are drawn from rounded figures; the figures beside them are exact. */
function waterfallTable(report: ExplainReport): Table {
  let end = Number(report.cost_before);
  const steps = shownParts(report).map((part) => {
    const from = end;
    end += Number(part.amount);
    return { part, from, to: end };
  });
  const edges = [0, Number(report.cost_before), Number(report.cost_after), ...steps.map(({ to }) => to)];
  const [low, high] = [Math.min(...edges), Math.max(...edges)];
  const at = (value: number) => Math.round(((value - low) / (high - low || 1)) * BAR);
  const bar = (from: number, to: number, mark: string) => {
    const [left, right] = [Math.min(at(from), at(to)), Math.max(at(from), at(to))];
    return ' '.repeat(left) + mark.repeat(Math.max(right - left, 1));
  };
  return {
    columns: [...columnsOf('part', ['change', 'right'], ['%', 'right'], ''), { title: '', align: 'left', fixed: true }],
    rows: [
      ['before', formatMoney(report.cost_before), '', '', bar(0, Number(report.cost_before), '█')],
      ...steps.map(({ part, from, to }) => [
        part.words,
        signedMoney(part.amount),
        percentText(part.percent, part.amount),
        part.stands_out ? 'cause' : '',
        bar(from, to, part.amount.startsWith('-') ? '░' : '▓'),
      ]),
    ],
    footer: [
      [
        'after',
        formatMoney(report.cost_after),
        percentText(report.change_percent, report.change),
        '',
        bar(0, Number(report.cost_after), '█'),
      ],
    ],
  };
}

/** Markdown takes the blanks away that bars begin with. */
function withoutBars({ columns, rows, footer }: Table): Table {
  const cut = (line: Cell[]) => line.slice(0, -1);
  return { columns: columns.slice(0, -1), rows: rows.map(cut), footer: footer.map(cut) };
}

/** Customers, features and models behind the biggest part. */
function contributionTable(report: ExplainReport): Table {
  const biggest = report.parts
    .toSorted((a, b) => Math.abs(Number(b.amount)) - Math.abs(Number(a.amount)))
    .find(({ effect }) => report.causes.length === 0 || effect === report.causes[0]);
  return {
    columns: columnsOf(biggest?.words ?? '', 'name', ['change', 'right'], ['requests', 'right']),
    rows: (biggest?.contributions ?? []).map(({ of, name, amount, before, after }) => [
      of,
      name ?? NONE,
      signedMoney(amount),
      before.requests === null || after.requests === null
        ? 'unknown'
        : `${formatCount(before.requests)} → ${formatCount(after.requests)}`,
    ]),
    footer: [],
  };
}

/** The days or hours that are furthest above the usual. */
function peakTable({ peaks }: ExplainReport): Table {
  return {
    columns: columnsOf('time', ['cost', 'right'], ['above the usual', 'right'], 'customer', 'feature', 'model'),
    rows: peaks.map(({ time, cost, above, customer, feature, model }) => [
      time,
      formatMoney(cost),
      signedMoney(above),
      ...[customer, feature, model].map((name) => name ?? NONE),
    ]),
    footer: [],
  };
}

function waterfallChart(report: ExplainReport): WaterfallChart {
  const total = (name: string, amount: string) => ({
    name,
    cell: { text: formatMoney(amount), value: amount },
    step: 'total' as const,
  });
  const changes = shownParts(report).map(({ words, amount }) => ({
    name: words,
    cell: { text: signedMoney(amount), value: amount },
    step: 'change' as const,
  }));
  return {
    type: 'chart',
    kind: 'waterfall',
    title: 'What the change is made of',
    labelTitle: 'part',
    value: { title: report.currency, unit: 'money' },
    steps: [total('before', report.cost_before), ...changes, total('after', report.cost_after)],
  };
}

/** The cost before and after, each part, each contribution and each peak, told apart by `kind`. */
function recordsOfExplain({ cost_before, cost_after, change, parts, peaks }: ExplainReport): Records {
  return {
    columns: ['kind', 'effect', 'name', 'amount', 'stands_out'],
    rows: [
      ['before', null, null, cost_before, null],
      ...parts.flatMap(({ effect, amount, stands_out, contributions }) => [
        ['part', effect, null, amount, String(stands_out)],
        ...contributions.map((one) => [one.of, effect, one.name ?? NONE, one.amount, null]),
      ]),
      ['change', null, null, change, null],
      ['after', null, null, cost_after, null],
      ...peaks.map(({ time, above }) => ['peak', null, time, above, null]),
    ],
  };
}

function percentText(text: string, amount: string): string {
  const shown = formatPercent(text, amount);
  return text.startsWith('-') || shown.startsWith('<') ? shown : `+${shown}`;
}
