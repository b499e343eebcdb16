import type { MoveAmounts, MovesAnswer } from '../query/simulate/moves.js';
import { formatMoney } from './number.js';
import type { Chart, FigureChange, Page, PageCell } from './page_data.js';
import { sectionOf } from './page_table.js';
import { moveNames, movesStory, movesTable, movesTitle } from './simulate_moves.js';

/** The simulation as a page: what it costs and would cost, for the whole and for each row, and what that rests on. */
export function movesPage(answer: MovesAnswer): Page {
  const { totals, rows, query } = answer;
  return {
    title: 'What the same calls would have cost',
    subtitle: movesTitle(answer),
    sections: [
      {
        type: 'figures',
        figures: [
          { label: 'Today', value: formatMoney(totals.before) },
          { label: 'Simulated', value: formatMoney(totals.after), change: changeOf(totals), note: rangeOf(totals) },
          { label: 'Difference', value: formatMoney(totals.change) },
        ],
      },
      ...(rows.length === 0 ? [] : [beforeAndAfter(answer)]),
      sectionOf(`By ${query.by.join(', ')}`, movesTable(answer)),
      { type: 'text', title: 'What this rests on', paragraphs: movesStory(answer).map((line) => line.trim()) },
    ],
    notes: answer.warnings.map(({ message }) => message),
    footer: [`Prices: ${answer.price_book}; amounts in ${answer.currency}.`],
  };
}

function changeOf({ change, change_percent }: MoveAmounts): FigureChange | undefined {
  if (change_percent === null) return undefined;
  const less = change.startsWith('-');
  if (!/[1-9]/.test(change)) return { text: 'unchanged', direction: 'same', tone: 'neutral' };
  return { text: `${change_percent}%`, direction: less ? 'down' : 'up', tone: less ? 'good' : 'bad' };
}

function rangeOf({ after_low, after_high }: MoveAmounts): string | undefined {
  return after_low === after_high ? undefined : `${formatMoney(after_low)} – ${formatMoney(after_high)}`;
}

const BARS = 15;

function beforeAndAfter({ query: { by }, rows }: MovesAnswer): Chart {
  const shown = rows.slice(0, BARS);
  const cell = (amount: string): PageCell => ({ text: formatMoney(amount), value: amount });
  return {
    type: 'chart',
    kind: 'bars',
    title: 'Cost before and after',
    text: shown.length < rows.length ? `The first ${BARS} rows; the table has all.` : undefined,
    labelTitle: by.join(', '),
    labels: shown.map((row) =>
      moveNames(row, by)
        .filter((name) => name !== '')
        .join(' · '),
    ),
    value: { title: 'USD', unit: 'money' },
    series: [
      { name: 'before', cells: shown.map(({ before }) => cell(before)), tone: 'other' },
      { name: 'after', cells: shown.map(({ after }) => cell(after)) },
    ],
  };
}
