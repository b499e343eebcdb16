import { formatCount, formatMoney } from '../text/number.js';
import { renderTable, type Table, type Terminal } from '../text/table.js';
import { csvLines, markdownText, plain } from '../text/text.js';
import type { SurveyAnswer, SurveyRow } from "../../query/simulate/answer.js";

/** The answer, and how many rows of a block are shown; null is the usual number. */
export type ShownSurvey = SurveyAnswer & { shown: number | null };

/** What can be ranked and what cannot, each in a block of its own, in this order. */
const BLOCKS: readonly { title: string; standings: readonly SurveyRow['standing'][]; usual: number }[] = [
  { title: 'frontier: nothing as cheap is as good', standings: ['frontier'], usual: 15 },
  { title: 'good enough, but another is as cheap and as good', standings: ['dominated'], usual: 5 },
  { title: 'below the floor, however cheap', standings: ['below_floor'], usual: 5 },
  { title: 'unscored: by cost, not ranked', standings: ['unscored'], usual: 5 },
  {
    title: 'does not fit, has no price, or goes out of service',
    standings: ['does_not_fit', 'no_price', 'retired'],
    usual: 5,
  },
];

interface Block {
  title: string;
  rows: SurveyRow[];
  /** Further sellers of a model, who ask as much or more. */
  others: Map<SurveyRow, number>;
  all: number;
}

/** The survey for people: what it costs today, the blocks, what it rests on and what it cannot see. */
export function surveyAsTable(answer: ShownSurvey, terminal: Terminal): string {
  const blocks = blocksOf(answer).map((block) => `${plain(headOf(block))}\n${renderTable(tableOf(block), terminal)}`);
  const story = surveyStory(answer).map((line) => `${plain(line)}\n`);
  const lines = [...surveyIntro(answer).map((line) => `${plain(line)}\n`), '\n', `${blocks.join('\n')}\n`, ...story];
  return lines.join('');
}

/** The survey as it is, for programs: all models, money as decimal strings. */
export function surveyAsJson({ shown: _, ...answer }: ShownSurvey): string {
  return `${JSON.stringify(answer, null, 2)}\n`;
}

const COLUMNS = [
  'standing',
  'provider',
  'model',
  'after',
  'after_low',
  'after_high',
  'change',
  'change_percent',
  'score',
  'score_low',
  'score_high',
  'quality',
  'cost_per_success',
  'successes_per_dollar',
  'fits_percent',
  'fits_cost_percent',
  'unsure',
  'unpriced',
  'break_even',
  'deprecation_date',
  'why',
] as const satisfies (keyof SurveyRow)[];

/** One line for each model of the book; money is exact. */
export function surveyAsCsv({ rows }: ShownSurvey): string {
  return csvLines([COLUMNS, ...rows.map((row) => COLUMNS.map((name) => String(row[name] ?? '')))]);
}

/** The blocks in Markdown, followed by what they rest on as a list. */
export function surveyAsMarkdown(answer: ShownSurvey): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const blocks = blocksOf(answer).flatMap((block) => {
    const { columns, rows } = tableOf(block);
    return [
      `**${markdownText(headOf(block))}**`,
      '',
      line(columns.map(({ title }) => markdownText(title))),
      line(columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
      ...rows.map((cells) => line(cells.map(markdownText))),
      '',
    ];
  });
  const intro = surveyIntro(answer).flatMap((text) => [markdownText(text), '']);
  return `${[...intro, ...blocks, ...surveyStory(answer).map((text) => `- ${markdownText(text)}`)].join('\n')}\n`;
}

function headOf({ title, rows, all }: Block): string {
  return rows.length < all ? `${title} (${rows.length} of ${all}; --top N or --format csv shows more)` : title;
}

/** One row for each model of a block: its cheapest seller; who asks as much or more is counted. */
function blocksOf({ rows, shown }: ShownSurvey): Block[] {
  return BLOCKS.flatMap(({ title, standings, usual }) => {
    const own = rows.filter(({ standing }) => standings.includes(standing));
    const first = new Map<string, SurveyRow>();
    const others = new Map<SurveyRow, number>();
    for (const row of own) {
      const name = nameOf(row);
      const known = first.get(name);
      if (known === undefined) first.set(name, row);
      else others.set(known, (others.get(known) ?? 0) + 1);
    }
    const models = [...first.values()];
    return models.length === 0 ? [] : [{ title, rows: models.slice(0, shown ?? usual), others, all: models.length }];
  });
}

/** The name without seller, author and date: sellers of one model share it. */
function nameOf({ model }: SurveyRow): string {
  return model
    .slice(model.lastIndexOf('/') + 1)
    .toLowerCase()
    .replace(/^(?:[a-z-]+\.)*(?=[a-z])/, '')
    .replaceAll(/[._@]/g, '-')
    .replace(/-(?:20\d{6}|20\d{2}-\d{2}-\d{2})(?=$|-v\d)/, '')
    .replace(/-v\d+:\d+$/, '');
}

function tableOf({ rows, others }: Block): Table {
  const ranked = rows.some(({ cost_per_success }) => cost_per_success !== null);
  const metrics = metricColumns(ranked);
  return {
    columns: [
      { title: 'model', align: 'left' },
      ...metrics.map(({ title }) => ({ title, align: 'right' as const })),
      { title: 'quality', align: 'left' },
    ],
    rows: rows.map((row) => [
      `${row.provider}/${row.model}${others.has(row) ? ` (+${others.get(row)})` : ''}`,
      ...metrics.map(({ cell }) => cell(row)),
      standsCell(row),
    ]),
    footer: [],
  };
}

function metricColumns(ranked: boolean): { title: string; cell: (row: SurveyRow) => string }[] {
  const success = [
    {
      title: 'per success',
      cell: ({ cost_per_success }: SurveyRow) => (cost_per_success === null ? '–' : formatMoney(cost_per_success)),
    },
    { title: 'successes/$', cell: ({ successes_per_dollar }: SurveyRow) => successes_per_dollar ?? '–' },
  ];
  return [
    { title: 'cost', cell: ({ after }) => formatMoney(after) },
    { title: 'range', cell: rangeCell },
    { title: 'change', cell: ({ change_percent }) => (change_percent === null ? '–' : `${change_percent}%`) },
    { title: 'score', cell: scoreCell },
    ...(ranked ? success : []),
    { title: 'fits', cell: ({ fits_percent }) => (fits_percent === null ? '–' : `${fits_percent}%`) },
  ];
}

function rangeCell({ after_low, after_high }: SurveyRow): string {
  return after_low === after_high ? '–' : `${formatMoney(after_low)} – ${formatMoney(after_high)}`;
}

function scoreCell({ score, score_low, score_high }: SurveyRow): string {
  if (score === null) return '–';
  return score_low === null || score_high === null
    ? digits(score)
    : `${digits(score)} (${digits(score_low)}–${digits(score_high)})`;
}

function digits(score: number): string {
  if (Math.abs(score) >= 1000) return score.toFixed(0);
  return Math.abs(score) < 1 ? score.toFixed(3) : score.toFixed(1);
}

function standsCell({ standing, quality, why, unsure }: SurveyRow): string {
  const unknown = Number(unsure) === 0 ? '' : ', fit not known';
  if (standing === 'frontier' || standing === 'dominated') return `${quality}${unknown}`;
  return `${why}${unknown}`;
}

/** What is asked, what it costs today, and by which score it is judged. */
export function surveyIntro({ query, today, scores }: SurveyAnswer): string[] {
  const filters = query.where.length === 0 ? '' : ` · ${query.where.join(' · ')}`;
  const models = today.models
    .slice(0, 3)
    .map(
      ({ model, share_percent, score }) =>
        `${model ?? '(none)'}${share_percent === null ? '' : ` ${share_percent}%`}${score === null ? ', unscored' : `, ${digits(score)}`}`,
    );
  const more = today.models.length > 3 ? `, … ${today.models.length - 3} more` : '';
  const mean = today.score === null ? 'no score of today' : `today's mean by cost is ${digits(today.score)}`;
  const floor = scores.floor === null ? 'no floor' : `floor ${digits(scores.floor)}`;
  return [
    `${query.period} (${query.tz})${filters} · ${formatCount(today.requests)} ${today.requests === '1' ? 'request' : 'requests'} · ${formatMoney(today.cost)} today on ${models.join('; ')}${more}`,
    `score: ${scores.title}${scores.as_of === null ? '' : ` as of ${scores.as_of}`}; ${mean}, ${floor}; today is taken to succeed at ${scores.assumed_success}`,
  ];
}

/** What has to be known to read the tables. */
export function surveyStory(answer: SurveyAnswer): string[] {
  const { recommendation, free, not_compared, adjustments, cannot_see, scores } = answer;
  const names = free.slice(0, 4).map(({ provider, model }) => `${provider}/${model}`);
  return [
    recommendation,
    'a score by the dollar would put the cheapest of all first, however weak: here a model must reach the floor before it is ranked, and is ranked by what one success costs',
    ...(free.length === 0
      ? []
      : [
          `listed at a price of 0, limits apply, no ratio: ${names.join(', ')}${free.length > 4 ? `, … ${free.length - 4} more` : ''}`,
        ]),
    ...(Number(not_compared.rows) === 0
      ? []
      : [
          `not compared: ${formatCount(not_compared.requests)} requests in ${formatCount(not_compared.rows)} rows have no price today`,
        ]),
    `prices: ${answer.price_book}`,
    ...adjustments.map((text) => `taken: ${text}`),
    ...cannot_see.map((text) => `cannot be seen: ${text}`),
    ...(scores.attribution === null ? [] : [scores.attribution]),
  ];
}
