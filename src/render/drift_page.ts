import type { DriftReport } from '../query/drift/answer.js';
import { driftTables, driftTitle, type Shown } from './drift.js';
import type { Chart, Page } from './page/data.js';
import { sectionOf } from './page/table.js';

/** The answer as a page: what changed by how much, with all that the table has, and what was found about models. */
export function driftPage(report: DriftReport, shown: Shown): Page {
  const [compared = '', result = ''] = driftTitle(report);
  const tables = driftTables(report, shown);
  const judged = report.rows.some(({ verdict }) => shown.all || verdict === 'drift');
  const titles = [...(judged ? ['Changes'] : []), 'Models'];
  return {
    title: 'What changed',
    subtitle: [compared, result].filter((text) => text !== '').join(' · '),
    sections: [
      ...changesChart(report),
      ...tables.map((table, index) => sectionOf(titles[index] ?? 'Models', table)),
      ...(tables.length === 0
        ? [{ type: 'text' as const, title: 'Changes', paragraphs: ['Nothing drifted beyond the usual scatter.'] }]
        : []),
    ],
    notes: report.warnings.map(({ message }) => message),
    footer: [`Price book ${report.price_book}; amounts in ${report.currency}. Intervals are of 95 percent.`],
  };
}

const BARS = 20;

/** What drifted, by how many percent; nothing where nothing did. What was 0 before has no percents. */
function changesChart({ query: { by }, rows }: DriftReport): Chart[] {
  const drifted = rows.filter(({ verdict, change_percent }) => verdict === 'drift' && change_percent !== null);
  const shown = drifted.slice(0, BARS);
  if (shown.length === 0) return [];
  return [
    {
      type: 'chart',
      kind: 'bars',
      title: 'Changes in percent',
      text: drifted.length > BARS ? `The first ${BARS} of ${drifted.length}; the table has all.` : undefined,
      labelTitle: 'what',
      labels: shown.map(({ group, metric }) => [metric, ...by.map((name) => group[name] ?? '(none)')].join(' · ')),
      value: { title: 'change', unit: 'percent' },
      series: [
        {
          name: 'change',
          cells: shown.map(({ change_percent }) => ({ text: percent(change_percent ?? ''), value: change_percent })),
        },
      ],
    },
  ];
}

const CHANGE = new Intl.NumberFormat('en-US', {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
  signDisplay: 'always',
});

function percent(text: string): string {
  return `${CHANGE.format(Number(text))}%`;
}
