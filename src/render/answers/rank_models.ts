import type { SurveyAnswer, SurveyRow } from '../../query/simulate/answer.js';
import { columnsOf, type Document, NONE, type Point, recordsOf, type Section, type Table } from '../document.js';
import { moneyCell, plainCell } from '../text/cells.js';
import { UNKNOWN } from '../text/metric.js';
import { formatCount, formatMoney, formatScore } from '../text/number.js';

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

/** Every model of the book ranked: what the traffic costs today, the blocks, what they rest on and what cannot be seen. */
export function rankModelsDocument(answer: SurveyAnswer, { top }: { top: number | null }): Document {
  const intro = introOf(answer);
  const story = footnotes(answer);
  const [subtitle = '', ...more] = intro;
  return {
    json: answer,
    head: intro,
    body: [
      {
        type: 'figures',
        figures: [
          {
            label: 'today',
            value: formatMoney(answer.today.cost),
            note: `${formatCount(answer.today.requests)} requests`,
          },
          ...answer.rows
            .filter(({ frontier }) => frontier)
            .slice(0, 3)
            .map(figureOf),
        ],
      },
      { type: 'text', in: ['page'], title: 'In short', paragraphs: [answer.recommendation, ...more] },
      scatter(answer),
      ...blocksOf(answer.rows, top).map(
        (block): Section => ({
          type: 'table',
          in: ['terminal', 'markdown'],
          title: block.title,
          above: [headOf(block)],
          table: tableOf(block, answer.query.rank),
        }),
      ),
      { type: 'table', in: ['page'], title: 'Every model of the price book', table: allModels(answer) },
      { type: 'text', in: ['terminal', 'markdown'], paragraphs: story },
    ],
    notes: answer.warnings.map(({ message }) => message),
    records: recordsOf(FIELDS, answer.rows),
    page: { title: 'What the same traffic would have cost elsewhere', subtitle, footer: story },
  };
}

const FIELDS = [
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
  'times_cheapest',
  'deprecation_date',
  'why',
] as const satisfies (keyof SurveyRow)[];

function headOf({ title, rows, all }: Block): string {
  return rows.length < all ? `${title} (${rows.length} of ${all}; --top N or --format csv shows more)` : title;
}

/** One row for each model of a block: its cheapest seller; who asks as much or more is counted. */
function blocksOf(rows: readonly SurveyRow[], shown: number | null): Block[] {
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

function tableOf({ rows, others }: Block, rank: SurveyAnswer['query']['rank']): Table {
  const ranked = rows.some(({ cost_per_success }) => cost_per_success !== null);
  const metrics = metricColumns(ranked, rank === 'cost');
  return {
    columns: columnsOf('model', ...metrics.map(({ title }) => [title, 'right'] as [string, 'right']), 'quality'),
    rows: rows.map((row) => [
      `${row.provider}/${row.model}${others.has(row) ? ` (+${others.get(row)})` : ''}`,
      ...metrics.map(({ cell }) => cell(row)),
      standsCell(row),
    ]),
    footer: [],
  };
}

function metricColumns(ranked: boolean, byCost: boolean): { title: string; cell: (row: SurveyRow) => string }[] {
  const success = [
    {
      title: 'per success',
      cell: ({ cost_per_success }: SurveyRow) => (cost_per_success === null ? UNKNOWN : formatMoney(cost_per_success)),
    },
    { title: 'successes/$', cell: ({ successes_per_dollar }: SurveyRow) => successes_per_dollar ?? UNKNOWN },
  ];
  return [
    { title: 'cost', cell: ({ after }) => formatMoney(after) },
    ...(byCost
      ? [
          {
            title: '× cheapest',
            cell: ({ times_cheapest }: SurveyRow) => (times_cheapest === null ? UNKNOWN : `${times_cheapest}×`),
          },
        ]
      : []),
    { title: 'range', cell: rangeCell },
    { title: 'change', cell: ({ change_percent }) => (change_percent === null ? UNKNOWN : `${change_percent}%`) },
    { title: 'score', cell: scoreCell },
    ...(ranked ? success : []),
    { title: 'fits', cell: ({ fits_percent }) => (fits_percent === null ? UNKNOWN : `${fits_percent}%`) },
  ];
}

function rangeCell({ after_low, after_high }: SurveyRow): string {
  return after_low === after_high ? UNKNOWN : `${formatMoney(after_low)} – ${formatMoney(after_high)}`;
}

function scoreCell({ score, score_low, score_high }: SurveyRow): string {
  if (score === null) return UNKNOWN;
  return score_low === null || score_high === null
    ? formatScore(score)
    : `${formatScore(score)} (${formatScore(score_low)}–${formatScore(score_high)})`;
}

function standsCell({ standing, quality, why, unsure }: SurveyRow): string {
  const unknown = Number(unsure) === 0 ? '' : ', fit not known';
  if (standing === 'frontier' || standing === 'dominated') return `${quality}${unknown}`;
  return `${why}${unknown}`;
}

/** What is asked, what it costs today, and by which score it is judged. */
function introOf({ query, today, scores }: SurveyAnswer): string[] {
  const filters = query.where.length === 0 ? '' : ` · ${query.where.join(' · ')}`;
  const models = today.models
    .slice(0, 3)
    .map(
      ({ model, share_percent, score }) =>
        `${model ?? NONE}${share_percent === null ? '' : ` ${share_percent}%`}${score === null ? ', unscored' : `, ${formatScore(score)}`}`,
    );
  const more = today.models.length > 3 ? `, … ${today.models.length - 3} more` : '';
  const mean = today.score === null ? 'no score of today' : `today's mean by cost is ${formatScore(today.score)}`;
  const floor = scores.floor === null ? 'no floor' : `floor ${formatScore(scores.floor)}`;
  return [
    `${query.period} (${query.tz})${filters} · ${formatCount(today.requests)} ${today.requests === '1' ? 'request' : 'requests'} · ${formatMoney(today.cost)} today on ${models.join('; ')}${more}`,
    `score: ${scores.title}${scores.as_of === null ? '' : ` as of ${scores.as_of}`}; ${mean}, ${floor}${scores.assumed_success === null ? '' : `; today is taken to succeed at ${scores.assumed_success}`}`,
  ];
}

/** What has to be known to read the tables. */
function footnotes(answer: SurveyAnswer): string[] {
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

const GROUPS: Partial<Record<SurveyRow['standing'], string>> = {
  frontier: 'frontier',
  dominated: 'another is as cheap and as good',
  below_floor: 'below the floor',
};

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
        x: moneyCell(row.after),
        y: { text: String(row.score), value: row.score },
        group,
      },
    ];
  });
  const present: Point[] =
    today.score === null
      ? []
      : [
          {
            name: 'today',
            x: moneyCell(today.cost),
            y: { text: String(today.score), value: today.score },
            group: 'today',
          },
        ];
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

/** The table of a page: all models, with the bounds of their cost. */
function allModels({ rows }: SurveyAnswer): Table {
  const right = (...titles: string[]) => titles.map((title) => [title, 'right'] as [string, 'right']);
  return {
    columns: columnsOf(
      'model',
      'stands',
      ...right('cost', 'low', 'high', 'change %', 'score', 'per success', 'fits %'),
      'why',
    ),
    rows: rows.map((row) => [
      `${row.provider}/${row.model}`,
      row.standing.replaceAll('_', ' '),
      moneyCell(row.after),
      moneyCell(row.after_low),
      moneyCell(row.after_high),
      plainCell(row.change_percent),
      plainCell(row.score),
      moneyCell(row.cost_per_success),
      plainCell(row.fits_percent),
      row.why,
    ]),
    footer: [],
  };
}
