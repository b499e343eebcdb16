import type { ExplainReport } from '../query/explain/answer.js';
import { contributionTable, explainTitle, peakTable, shownParts, signedMoney } from './explain.js';
import type { Page, WaterfallChart } from './page/data.js';
import { sectionOf } from './page/table.js';
import { formatMoney } from './text/number.js';

/** The answer as a page: the sentences, the waterfall as a chart, who is behind the biggest part, and when. */
export function explainPage(report: ExplainReport): Page {
  const tables = [
    { title: 'Who is behind it', table: contributionTable(report) },
    { title: 'When', table: peakTable(report) },
  ];
  return {
    title: 'Why the cost changed',
    subtitle: explainTitle(report),
    sections: [
      { type: 'text', title: 'In short', paragraphs: report.sentences },
      waterfall(report),
      ...tables.filter(({ table }) => table.rows.length > 0).map(({ title, table }) => sectionOf(title, table)),
    ],
    notes: report.warnings.map(({ message }) => message),
    footer: [`Price book ${report.price_book}; amounts in ${report.currency}.`],
  };
}

function waterfall(report: ExplainReport): WaterfallChart {
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
    value: { title: 'USD', unit: 'money' },
    steps: [total('before', report.cost_before), ...changes, total('after', report.cost_after)],
  };
}
