import type { Page, PageCell, Point, Section } from '../page/data.js';
import { requestsCell } from '../text/metric.js';
import { formatCount, formatMoney } from '../text/number.js';
import { surveyIntro, surveyStory } from './rank_models.js';
import { movedCell, movesStory, movesTitle } from './reroute.js';
import type { SurveyAnswer, SurveyRow, MoveAmounts, MovesAnswer } from "../../query/simulate/answer.js";

const GROUPS: Partial<Record<SurveyRow['standing'], string>> = {
  frontier: 'frontier',
  dominated: 'another is as cheap and as good',
  below_floor: 'below the floor',
};

/** The survey as a page: the frontier, cost against score of every scored model, and the table of all. */
export function surveyPage(answer: SurveyAnswer): Page {
  const [subtitle = '', ...more] = surveyIntro(answer);
  return {
    title: 'What the same traffic would have cost elsewhere',
    subtitle,
    sections: [
      {
        type: 'figures',
        figures: [
          todayFigure(answer),
          ...answer.rows
            .filter(({ frontier }) => frontier)
            .slice(0, 3)
            .map(figureOf),
        ],
      },
      { type: 'text', title: 'In short', paragraphs: [answer.recommendation, ...more] },
      scatter(answer),
      tableOf(answer),
    ],
    notes: answer.warnings.map(({ message }) => message),
    footer: surveyStory(answer),
  };
}

function todayFigure({ today }: SurveyAnswer) {
  return { label: 'today', value: formatMoney(today.cost), note: `${formatCount(today.requests)} requests` };
}

function figureOf({ provider, model, after, change, change_percent, quality }: SurveyRow) {
  const cheaper = change.startsWith('-');
  return {
    label: `${provider}/${model}`,
    value: formatMoney(after),
    change: {
      text: `${change_percent ?? '0'}% against today`,
      direction: cheaper ? ('down' as const) : ('up' as const),
      tone: cheaper ? ('good' as const) : ('bad' as const),
    },
    note: `quality: ${quality}`,
  };
}

function scatter({ rows, scores, today }: SurveyAnswer): Section {
  const points = rows.flatMap((row): Point[] => {
    const group = GROUPS[row.standing];
    if (group === undefined || row.score === null) return [];
    return [
      {
        name: `${row.provider}/${row.model}`,
        x: money(row.after),
        y: { text: String(row.score), value: row.score },
        group,
      },
    ];
  });
  const present: Point[] =
    today.score === null
      ? []
      : [{ name: 'today', x: money(today.cost), y: { text: String(today.score), value: today.score }, group: 'today' }];
  return {
    type: 'chart',
    kind: 'scatter',
    title: 'Cost against score',
    text: `${scores.title}${scores.as_of === null ? '' : ` as of ${scores.as_of}`}. To the left is cheaper, above is better; bounds and ranges are in the table.`,
    labelTitle: 'model',
    x: { title: 'cost of this traffic', unit: 'money', scale: 'log' },
    y: { title: scores.title, unit: 'count' },
    points: [...present, ...points],
  };
}

function tableOf({ rows }: SurveyAnswer): Section {
  const number = (title: string) => ({ title, kind: 'number' as const });
  const text = (title: string) => ({ title, kind: 'text' as const });
  return {
    type: 'table',
    title: 'Every model of the price book',
    columns: [
      text('model'),
      text('stands'),
      number('cost'),
      number('low'),
      number('high'),
      number('change %'),
      number('score'),
      number('per success'),
      number('fits %'),
      text('why'),
    ],
    rows: rows.map((row) => [
      { text: `${row.provider}/${row.model}` },
      { text: row.standing.replaceAll('_', ' ') },
      money(row.after),
      money(row.after_low),
      money(row.after_high),
      plainNumber(row.change_percent),
      plainNumber(row.score),
      row.cost_per_success === null ? { text: '–', value: null } : money(row.cost_per_success),
      plainNumber(row.fits_percent),
      { text: row.why },
    ]),
  };
}

/** Moves as a page: before and after, by what was asked for. */
export function movesPage(answer: MovesAnswer): Page {
  const { by } = answer.query;
  const names = answer.rows.map((row) =>
    row.kind === 'other' ? '(other)' : by.map((name) => row.group[name] ?? '(none)').join(' · '),
  );
  const { totals } = answer;
  const cheaper = totals.change.startsWith('-');
  return {
    title: 'What the same traffic would have cost elsewhere',
    subtitle: movesTitle(answer),
    sections: [
      {
        type: 'figures',
        figures: [
          { label: 'before', value: formatMoney(totals.before) },
          {
            label: 'after',
            value: formatMoney(totals.after),
            note:
              totals.after_low === totals.after_high
                ? undefined
                : `${formatMoney(totals.after_low)} – ${formatMoney(totals.after_high)}`,
            change: {
              text: `${totals.change_percent ?? '0'}%`,
              direction: cheaper ? 'down' : 'up',
              tone: cheaper ? 'good' : 'bad',
            },
          },
        ],
      },
      {
        type: 'chart',
        kind: 'bars',
        title: `Before and after by ${by.join(', ')}`,
        labelTitle: by.join(', '),
        labels: names,
        value: { title: 'cost', unit: 'money' },
        series: [
          { name: 'before', cells: answer.rows.map(({ before }) => money(before)) },
          { name: 'after', cells: answer.rows.map(({ after }) => money(after)) },
        ],
      },
      {
        type: 'table',
        title: 'In numbers',
        columns: [
          { title: by.join(', '), kind: 'text' },
          ...['requests', 'moved', 'before', 'after', 'change', 'change %'].map((title) => ({
            title,
            kind: 'number' as const,
          })),
        ],
        rows: answer.rows.map((row, index) => [{ text: names[index] ?? '' }, ...cellsOf(row)]),
        footer: [[{ text: 'total' }, ...cellsOf(totals)]],
      },
    ],
    notes: answer.warnings.map(({ message }) => message),
    footer: movesStory(answer),
  };
}

function cellsOf(amounts: MoveAmounts): PageCell[] {
  const { requests, requests_complete, moved, before, after, change, change_percent } = amounts;
  return [
    { text: requestsCell(requests, requests_complete), value: requests },
    { text: movedCell(amounts), value: moved },
    money(before),
    money(after),
    money(change),
    plainNumber(change_percent),
  ];
}

function money(amount: string): PageCell {
  return { text: formatMoney(amount), value: amount };
}

function plainNumber(value: string | number | null): PageCell {
  return value === null ? { text: '–', value: null } : { text: String(value), value };
}
