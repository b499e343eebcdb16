import type { Baseline, Comparison } from '../../query/baseline/answer.js';
import { columnsOf, type Document, NONE, type Section, type Table } from '../document.js';
import { counted, formatCount, formatMoney } from '../text/number.js';
import { amountText } from './budget_columns.js';

/** The comparison with a baseline below a check: what was compared, each metric, the cases that grew most, and what prices did. */
export function comparisonSections(found: Comparison): Section[] {
  return [
    { type: 'text', paragraphs: linesOf(found), markdown: 'paragraphs' },
    { type: 'table', title: 'Compared with the baseline', table: changeTable(found) },
    ...(found.worst.length === 0
      ? []
      : [{ type: 'table' as const, title: 'Cases that grew most', table: caseTable(found) }]),
  ];
}

/** A baseline: when and why it was written, what it holds, and what was before it. */
export function baselineDocument(baseline: Baseline, name: string): Document {
  const { totals, cases, case_by, price_book, written_at, reason, rate_cards, history } = baseline;
  const past: Table = {
    columns: columnsOf('written', ['cases', 'right'], ['cost', 'right'], 'reason'),
    rows: history.map((one) => [
      one.written_at.slice(0, 10),
      formatCount(one.cases),
      formatMoney(one.cost),
      one.reason,
    ]),
    footer: [],
  };
  return {
    json: baseline,
    head: [
      `${name} of ${written_at.slice(0, 10)}: ${reason}`,
      `${counted(cases.length, 'case')} by ${case_by}, priced by book ${price_book} (${counted(rate_cards.length, 'rate card')} pinned)`,
      `${formatMoney(totals.cost)} for ${formatCount(totals.requests)} requests, ${formatCount(totals.input_tokens)} input and ${formatCount(totals.output_tokens)} output tokens`,
    ],
    body: history.length === 0 ? [] : [{ type: 'table', title: 'Earlier baselines', table: past }],
    notes: [],
  };
}

function linesOf({ baseline, case_by, cases, price_effect, added_cost }: Comparison): string[] {
  const added = cases.added === 0 ? '' : `, ${formatCount(cases.added)} new (${formatMoney(added_cost)}, not compared)`;
  const gone = cases.gone === 0 ? '' : `, ${formatCount(cases.gone)} gone`;
  const moved = /[1-9]/.test(price_effect);
  return [
    `${baseline.file} (${baseline.reason}): ${counted(cases.compared, 'case')} compared by ${case_by}${added}${gone}`,
    ...(moved
      ? [
          `Prices have changed since: by today's the run costs ${formatMoney(price_effect)} more or less. That is no change of the code and in no figure below.`,
        ]
      : []),
  ];
}

function changeTable({ changes }: Comparison): Table {
  const percent = (text: string | null) => (text === null ? '' : `${text.startsWith('-') ? '' : '+'}${text}%`);
  return {
    columns: columnsOf('metric', ['baseline', 'right'], ['now', 'right'], ['change', 'right'], '95% interval'),
    rows: changes.map(({ metric, before, after, change_percent, low_percent, high_percent }) => [
      metric,
      amountText(before, { unit: metric === 'cost' ? 'money' : 'count', currency: 'USD' }),
      amountText(after, { unit: metric === 'cost' ? 'money' : 'count', currency: 'USD' }),
      percent(change_percent),
      low_percent === null ? '' : `${percent(low_percent)} to ${percent(high_percent)}`,
    ]),
    footer: [],
  };
}

function caseTable({ worst, changes }: Comparison): Table {
  const priced = changes.some(({ metric, before, after }) => metric === 'cost' && /[1-9]/.test(before + after));
  const measured = { unit: priced ? 'money' : 'tokens', currency: 'USD' } as const;
  return {
    columns: columnsOf('case', ['baseline', 'right'], ['now', 'right'], ['change', 'right']),
    rows: worst.map((one) => [
      one.case === '' ? NONE : one.case,
      amountText(one.before, measured),
      amountText(one.after, measured),
      one.change_percent === null ? '' : `+${one.change_percent}%`,
    ]),
    footer: [],
  };
}
