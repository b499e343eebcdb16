import type { RealisedAnswer, RealisedList, RealisedRow, RealisedTokens } from '../../query/realised/answer.js';
import { type Cell, columnsOf, type Document, NONE, type Records, recordsOf, type Table } from '../document.js';
import { countCell, plainCell, unitCostCell } from '../text/cells.js';
import { UNKNOWN } from '../text/metric.js';
import { formatMoney } from '../text/number.js';

/** What became of a simulation: in words, cost, then tokens and errors of a request. */
export function realisedDocument(answer: RealisedAnswer): Document {
  const title = titleOf(answer);
  const story = footnotes(answer);
  const shown = answer.rows.filter(({ cost_actual }) => cost_actual !== null);
  return {
    json: answer,
    head: [title],
    body: [
      { type: 'text', in: ['page'], title: 'In short', paragraphs: answer.sentences },
      { type: 'text', in: ['terminal', 'markdown'], paragraphs: answer.sentences, markdown: 'lines', tight: true },
      { type: 'table', title: 'Cost of a request', table: costTable(answer) },
      ...(shown.length === 0
        ? []
        : [{ type: 'table' as const, title: 'Tokens and errors of a request', table: tokenTable(answer, shown) }]),
      { type: 'text', in: ['terminal', 'markdown'], paragraphs: story },
    ],
    notes: answer.warnings.map(({ message }) => message),
    records: recordsOfRealised(answer),
    page: { title: 'What became of a simulation', subtitle: title, footer: story },
  };
}

/** The saved simulations, the newest first. */
export function realisedListDocument(list: RealisedList): Document {
  const { simulations } = list;
  return {
    json: list,
    head:
      simulations.length === 0
        ? ['No simulation is saved. Save one: llmcost simulate --swap gpt-4o=gpt-4o-mini --save NAME']
        : [],
    body:
      simulations.length === 0
        ? []
        : [
            {
              type: 'table',
              title: 'Saved simulations',
              table: {
                columns: columnsOf('name', 'saved', 'rules', 'of', ['features', 'right']),
                rows: simulations.map(({ name, saved_at, rules, period, where, features }) => [
                  name,
                  dayOf(saved_at),
                  rules.join(', '),
                  [period, ...where].join(' · '),
                  countCell(features),
                ]),
                footer: [],
              },
            },
          ],
    notes: [],
    records: recordsOf(
      ['name', 'saved_at', 'rules', 'period', 'where', 'features', 'price_book'],
      simulations.map(({ rules, where, ...line }) => ({ ...line, rules: rules.join(', '), where: where.join(' ') })),
    ),
  };
}

function dayOf(moment: string): string {
  return moment.slice(0, 10);
}

/** Name, rules, when it was saved and of what. */
function titleOf({ name, saved_at, query }: RealisedAnswer): string {
  const scope = [query.period, ...query.where].join(' · ');
  return `${name} · ${query.rules.join(', ')} · saved ${dayOf(saved_at)} · ${scope}`;
}

/** The rules of a row stand beside its feature where there are several. */
function isSplit({ rows }: RealisedAnswer): boolean {
  return new Set(rows.map(({ rules }) => rules.join())).size > 1;
}

function keysOf(row: RealisedRow, split: boolean): Cell[] {
  return [row.feature ?? NONE, ...(split ? [row.rules.join(', ')] : [])];
}

function costTable(answer: RealisedAnswer): Table {
  const split = isSplit(answer);
  const { rows, totals } = answer;
  const right = ['requests', 'share', 'before', 'projected', 'actual', 'projected %', 'realised %'];
  const whole: Cell[][] =
    totals === null
      ? []
      : [
          [
            'these requests',
            ...(split ? [''] : []),
            '',
            countCell(totals.requests),
            '',
            ...[totals.cost_before, totals.cost_projected, totals.cost_actual].map(
              (amount): Cell => ({ text: formatMoney(amount), value: amount }),
            ),
            percentCell(totals.projected_percent),
            percentCell(totals.realised_percent),
          ],
        ];
  return {
    columns: [
      ...columnsOf('feature', ...(split ? ['rules'] : [])),
      { title: 'moved', align: 'left' },
      ...columnsOf(...right.map((title) => [title, 'right'] as [string, 'right'])),
    ],
    rows: rows.map((row) => [
      ...keysOf(row, split),
      movedText(row),
      row.moved_at === null || row.requests_after === null ? plainCell(null) : countCell(row.requests_after),
      percentCell(row.moved_at === null ? null : row.share_percent),
      leastCell(row.cost_before, row.unpriced_before),
      unitCostCell(row.cost_projected),
      leastCell(row.cost_actual, row.unpriced_after),
      percentCell(row.projected_percent),
      percentCell(row.realised_percent),
    ]),
    footer: whole,
  };
}

const STATUS: Partial<Record<RealisedRow['status'], string>> = {
  not_moved: 'not yet',
  no_step: 'on both',
  no_before: 'always there',
  no_usage: 'no calls left',
};

function movedText({ status, moved_on, moved_back_on }: RealisedRow): string {
  if (moved_on === null) return STATUS[status] ?? UNKNOWN;
  return moved_back_on === null ? moved_on : `${moved_on} – ${moved_back_on}`;
}

/** What a request costs; at least so much where some have no price. */
function leastCell(cost: string | null, unpriced: number | string): Cell {
  const cell = unitCostCell(cost);
  return cost === null || Number(unpriced) === 0 ? cell : { ...cell, text: `≥ ${cell.text}` };
}

function percentCell(percent: string | null): Cell {
  return { text: percent === null ? UNKNOWN : `${percent}%`, value: percent };
}

/** A line for each kind of tokens and for errors. */
function tokenTable(answer: RealisedAnswer, rows: readonly RealisedRow[]): Table {
  const split = isSplit(answer);
  const kinds = [
    ['input', ({ input_tokens }: RealisedRow) => input_tokens],
    ['cached', ({ cache_read_tokens }: RealisedRow) => cache_read_tokens],
    ['output', ({ output_tokens }: RealisedRow) => output_tokens],
  ] as const;
  const lines = rows.flatMap((row) => [
    ...kinds.map(([kind, of]): Cell[] => [...keysOf(row, split), `${kind} tokens`, ...tokenCells(of(row))]),
    [
      ...keysOf(row, split),
      'errors',
      percentCell(row.error_rate_before),
      plainCell(null),
      percentCell(row.error_rate_after),
      plainCell(null),
    ],
  ]);
  const right = ['before', 'projected', 'actual', 'against projected'];
  return {
    columns: columnsOf(
      'feature',
      ...(split ? ['rules'] : []),
      'per request',
      ...right.map((title) => [title, 'right'] as [string, 'right']),
    ),
    rows: lines,
    footer: [],
  };
}

function tokenCells({ before, projected, actual, deviation_percent }: RealisedTokens): Cell[] {
  return [plainCell(before), plainCell(projected), plainCell(actual), percentCell(deviation_percent)];
}

/** What has to be known to read the tables. */
function footnotes(answer: RealisedAnswer): string[] {
  const { price_book, adjustments, min_requests, totals } = answer;
  return [
    ...(totals === null
      ? []
      : [
          'these requests: what they would have cost before, by the projection, and what they did cost, each feature at the requests it has now',
        ]),
    `before: requests on the old models up to the move; actual: those on the target since then; fewer than ${min_requests} on a side are withheld`,
    `projected with the prices ${price_book}`,
    ...adjustments.map((text) => `taken: ${text}`),
  ];
}

const FIELDS = [
  'feature',
  'rules',
  'status',
  'moved_at',
  'moved_back_at',
  'share_percent',
  'share_planned',
  'requests_before',
  'requests_after',
  'unpriced_before',
  'unpriced_after',
  'cost_saved',
  'cost_before',
  'cost_projected',
  'cost_projected_low',
  'cost_projected_high',
  'cost_actual',
  'projected_percent',
  'realised_percent',
  'deviation_percent',
  'drift_percent',
  'error_rate_before',
  'error_rate_after',
] as const;

const TOKENS = ['input_tokens', 'cache_read_tokens', 'output_tokens'] as const;
const STATES = ['before', 'projected', 'actual'] as const;

/** One line for each feature; tokens as input_tokens_before and so on. */
function recordsOfRealised({ rows }: RealisedAnswer): Records {
  const tokenFields = TOKENS.flatMap((kind) => STATES.map((state) => `${kind}_${state}`));
  const plain = recordsOf(
    FIELDS,
    rows.map((row) => ({ ...row, rules: row.rules.join(', ') })),
  );
  return {
    columns: [...plain.columns, ...tokenFields],
    rows: plain.rows.map((values, index) => {
      const row = rows[index];
      return [...values, ...TOKENS.flatMap((kind) => STATES.map((state) => row?.[kind][state] ?? null))];
    }),
  };
}
