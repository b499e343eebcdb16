import { formatCount, formatMoney } from '../text/number.js';
import { renderTable, type Table, type Terminal } from '../text/table.js';
import { markdownText, plain } from '../text/text.js';
import { amountCell } from './cells.js';
import type { Comparison, Baseline } from "../../query/baseline/answer.js";

/** The comparison with a baseline below a check: what was compared, each metric, the cases that grew most, and what prices did. */
export function comparisonAsText(found: Comparison, terminal: Terminal): string {
  const lines = linesOf(found).map((line) => `${plain(line)}\n`);
  const worst = found.worst.length === 0 ? '' : `\n${renderTable(caseTable(found), terminal)}`;
  return `\n${lines.join('')}\n${renderTable(changeTable(found), terminal)}${worst}`;
}

/** The same in Markdown. */
export function comparisonAsMarkdown(found: Comparison): string[] {
  const worst = found.worst.length === 0 ? [] : ['', ...markdownTable(caseTable(found))];
  return [
    '',
    ...linesOf(found).map((line) => `${markdownText(line)}  `),
    '',
    ...markdownTable(changeTable(found)),
    ...worst,
  ];
}

/** A baseline for people. */
export function baselineAsText(baseline: Baseline, name: string, terminal: Terminal): string {
  const { totals, cases, case_by, price_book, written_at, reason, rate_cards, history } = baseline;
  const lines = [
    `${name} of ${written_at.slice(0, 10)}: ${reason}`,
    `${counted(cases.length, 'case')} by ${case_by}, priced by book ${price_book} (${counted(rate_cards.length, 'rate card')} pinned)`,
    `${formatMoney(totals.cost)} for ${formatCount(totals.requests)} requests, ${formatCount(totals.input_tokens)} input and ${formatCount(totals.output_tokens)} output tokens`,
  ];
  const past: Table = {
    columns: [
      { title: 'written', align: 'left' },
      { title: 'cases', align: 'right' },
      { title: 'cost', align: 'right' },
      { title: 'reason', align: 'left' },
    ],
    rows: history.map((one) => [
      one.written_at.slice(0, 10),
      formatCount(one.cases),
      formatMoney(one.cost),
      one.reason,
    ]),
    footer: [],
  };
  return `${lines.map((line) => `${plain(line)}\n`).join('')}${history.length === 0 ? '' : `\n${renderTable(past, terminal)}`}`;
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

function counted(number: number, noun: string): string {
  return `${formatCount(number)} ${noun}${number === 1 ? '' : 's'}`;
}

function changeTable({ changes }: Comparison): Table {
  const percent = (text: string | null) => (text === null ? '' : `${text.startsWith('-') ? '' : '+'}${text}%`);
  return {
    columns: [
      { title: 'metric', align: 'left' },
      { title: 'baseline', align: 'right' },
      { title: 'now', align: 'right' },
      { title: 'change', align: 'right' },
      { title: '95% interval', align: 'left' },
    ],
    rows: changes.map(({ metric, before, after, change_percent, low_percent, high_percent }) => [
      metric,
      amountCell(before, metric === 'cost' ? 'money' : 'count'),
      amountCell(after, metric === 'cost' ? 'money' : 'count'),
      percent(change_percent),
      low_percent === null ? '' : `${percent(low_percent)} to ${percent(high_percent)}`,
    ]),
    footer: [],
  };
}

function caseTable({ worst, changes }: Comparison): Table {
  const priced = changes.some(({ metric, before, after }) => metric === 'cost' && /[1-9]/.test(before + after));
  const unit = priced ? 'money' : 'tokens';
  return {
    columns: [
      { title: 'case', align: 'left' },
      { title: 'baseline', align: 'right' },
      { title: 'now', align: 'right' },
      { title: 'change', align: 'right' },
    ],
    rows: worst.map((one) => [
      one.case === '' ? '(none)' : one.case,
      amountCell(one.before, unit),
      amountCell(one.after, unit),
      one.change_percent === null ? '' : `+${one.change_percent}%`,
    ]),
    footer: [],
  };
}

function markdownTable({ columns, rows }: Table): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(({ title }) => title)),
    line(columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
    ...rows.map((cells) => line(cells.map(markdownText))),
  ];
}
