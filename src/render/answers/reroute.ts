import type { Count } from '../../query/scope/values.js';
import type { MoveAmounts, MoveRow, MovesAnswer, MoveTarget } from '../../query/simulate/answer.js';
import {
  type Cell,
  columnsOf,
  type Document,
  NONE,
  OTHER,
  type Records,
  type Section,
  type Table,
  valuesOf,
} from '../document.js';
import { moneyCell, plainCell } from '../text/cells.js';
import { requestsCell, UNKNOWN } from '../text/metric.js';
import { formatCount, formatMoney, formatScore } from '../text/number.js';
import { roundingNote } from '../text/rounding.js';

/** Calls moved elsewhere: the period, the table, where the calls went, what it rests on and what it cannot see. */
export function rerouteDocument(answer: MovesAnswer): Document {
  const title = titleOf(answer);
  const story = [...rounding(answer), ...footnotes(answer)];
  return {
    json: answer,
    head: [title],
    body: [
      ...keyFigures(answer),
      { type: 'table', title: 'In numbers', in: ['terminal', 'markdown'], table: rerouteTable(answer) },
      { type: 'table', title: 'In numbers', in: ['page'], table: pageTable(answer) },
      { type: 'text', in: ['terminal', 'markdown'], paragraphs: story },
    ],
    notes: answer.warnings.map(({ message }) => message),
    records: recordsOfReroute(answer),
    page: { title: 'What the same traffic would have cost elsewhere', subtitle: title, footer: story },
  };
}

/** A footnote where amounts that are shown do not add up to the total that is shown. */
function rounding({ rows, totals }: MovesAnswer): string[] {
  const notes = (['before', 'after', 'change'] as const).flatMap(
    (name) =>
      roundingNote(
        rows.map((row) => row[name]),
        totals[name],
      ) ?? [],
  );
  return notes.slice(0, 1);
}

/** Period, filters, requests and rules in a line. */
function titleOf({ query, totals }: MovesAnswer): string {
  const filters = query.where.length === 0 ? '' : ` · ${query.where.join(' · ')}`;
  const rules = query.rules.length === 0 ? '' : ` · ${query.rules.join(', ')}`;
  const growth = query.scale.length === 0 ? '' : ` · traffic ${query.scale.join(', ')}`;
  const requests = requestsCell(totals.requests, totals.requests_complete);
  return `${query.period} (${query.tz})${filters} · ${requests} ${nounOf(totals.requests)}${rules}${growth}`;
}

function nounOf(requests: Count | null): string {
  return requests === 1 ? 'request' : 'requests';
}

function keyFigures({ query: { by }, rows, totals }: MovesAnswer): Section[] {
  const cheaper = totals.change.startsWith('-');
  return [
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
      labels: rows.map((row) => nameOf(row, by)),
      value: { title: 'cost', unit: 'money' },
      series: [
        { name: 'before', cells: rows.map(({ before }) => moneyCell(before)) },
        { name: 'after', cells: rows.map(({ after }) => moneyCell(after)) },
      ],
    },
  ];
}

/** The names of a row in one: 'acme · chat'. */
function nameOf(row: MoveRow, by: readonly string[]): string {
  return row.kind === 'other' ? OTHER : by.map((name) => row.group[name] ?? NONE).join(' · ');
}

function namesOf(row: MoveRow, by: readonly string[]): string[] {
  if (row.kind === 'other') return [OTHER, ...by.slice(1).map(() => '')];
  return by.map((name) => row.group[name] ?? NONE);
}

function rerouteTable(answer: MovesAnswer): Table {
  const ranged = [answer.totals, ...answer.rows].some(({ after_low, after_high }) => after_low !== after_high);
  const earning = answer.totals.revenue !== null;
  const columns = [...metricColumns(ranged), ...(earning ? MARGINS : [])];
  const { by } = answer.query;
  const cells = (amounts: MoveAmounts) => columns.map(({ cell }) => cell(amounts));
  return {
    columns: columnsOf(...by, ...columns.map(({ title }) => [title, 'right'] as [string, 'right'])),
    rows: answer.rows.map((row) => [...namesOf(row, by), ...cells(row)]),
    footer: [['total', ...by.slice(1).map(() => ''), ...cells(answer.totals)]],
  };
}

function metricColumns(ranged: boolean): { title: string; cell: (amounts: MoveAmounts) => string }[] {
  return [
    { title: 'requests', cell: ({ requests, requests_complete }) => requestsCell(requests, requests_complete) },
    { title: 'moved', cell: movedCell },
    { title: 'before', cell: ({ before }) => formatMoney(before) },
    { title: 'after', cell: ({ after }) => formatMoney(after) },
    ...(ranged ? [{ title: 'range', cell: rangeCell }] : []),
    { title: 'change', cell: ({ change }) => formatMoney(change) },
    { title: 'change %', cell: ({ change_percent }) => (change_percent === null ? UNKNOWN : `${change_percent}%`) },
  ];
}

const MARGINS: readonly { title: string; cell: (amounts: MoveAmounts) => string }[] = [
  {
    title: 'margin before',
    cell: ({ margin_before }) => (margin_before === null ? UNKNOWN : formatMoney(margin_before)),
  },
  { title: 'margin after', cell: ({ margin_after }) => (margin_after === null ? UNKNOWN : formatMoney(margin_after)) },
];

/** Requests that move; of rows that do not tell how many they are, at least so many. */
function movedCell({ moved, requests_complete }: MoveAmounts): string {
  if (requests_complete) return formatCount(moved);
  return /[1-9]/.test(moved) ? `≥ ${formatCount(moved)}` : UNKNOWN;
}

function rangeCell({ after_low, after_high }: MoveAmounts): string {
  return after_low === after_high ? UNKNOWN : `${formatMoney(after_low)} – ${formatMoney(after_high)}`;
}

function pageTable({ query: { by }, rows, totals }: MovesAnswer): Table {
  const titles = ['requests', 'moved', 'before', 'after', 'change', 'change %'];
  return {
    columns: columnsOf(by.join(', '), ...titles.map((title) => [title, 'right'] as [string, 'right'])),
    rows: rows.map((row) => [nameOf(row, by), ...amountCells(row)]),
    footer: [['total', ...amountCells(totals)]],
  };
}

function amountCells(amounts: MoveAmounts): Cell[] {
  const { requests, requests_complete, moved, before, after, change, change_percent } = amounts;
  return [
    { text: requestsCell(requests, requests_complete), value: requests },
    { text: movedCell(amounts), value: moved },
    moneyCell(before),
    moneyCell(after),
    moneyCell(change),
    plainCell(change_percent),
  ];
}

const FIELDS = [
  'requests',
  'moved',
  'before',
  'after',
  'after_low',
  'after_high',
  'change',
  'change_percent',
  'revenue',
  'margin_before',
  'margin_after',
] as const satisfies (keyof MoveAmounts)[];

/** One line for each row and one for the total. */
function recordsOfReroute({ query: { by }, rows, totals }: MovesAnswer): Records {
  return {
    columns: ['kind', ...by, ...FIELDS],
    rows: [
      ...rows.map((row) => [row.kind, ...namesOf(row, by), ...valuesOf(FIELDS, row)]),
      ['total', ...by.map(() => null), ...valuesOf(FIELDS, totals)],
    ],
  };
}

/** What has to be known to read the table. */
function footnotes(answer: MovesAnswer): string[] {
  const { not_compared, adjustments, cannot_see } = answer;
  const unpriced =
    Number(not_compared.rows) === 0
      ? []
      : [
          `not compared: ${formatCount(not_compared.requests)} requests in ${formatCount(not_compared.rows)} rows have no price today`,
        ];
  return [
    ...answer.targets.flatMap((target) => targetLines(target, answer.query.fallback)),
    ...scoreLines(answer),
    ...unpriced,
    `prices: ${answer.price_book}`,
    ...adjustments.map((text) => `taken: ${text}`),
    ...cannot_see.map((text) => `cannot be seen: ${text}`),
  ];
}

function scoreLines({ score }: MovesAnswer): string[] {
  if (score === null) return [];
  const { title, as_of, before, after, scored_before, scored_after, attribution } = score;
  const date = as_of === null ? '' : ` as of ${as_of}`;
  const mean = (value: number | null, scored: number) =>
    value === null ? `unknown (${scored}% scored)` : `${formatScore(value)} (${scored}% scored)`;
  return [
    `mean score of a call, ${title}${date}: ${mean(before, scored_before)} before, ${mean(after, scored_after)} after`,
    ...(attribution === null ? [] : [attribution]),
  ];
}

const LACKS: Record<string, string> = {
  context: 'are too long for it',
  output: 'need a longer answer than it gives',
  images: 'show it images it does not take',
  tools: 'use tools it does not know',
  json_schema: 'want an answer by a schema it does not keep to',
  images_unknown: 'show it images, and whether it takes them is not known (--assume-able)',
  tools_unknown: 'use tools, and whether it knows them is not known (--assume-able)',
  json_schema_unknown: 'want an answer by a schema, and whether it keeps to one is not known (--assume-able)',
};

function targetLines(target: MoveTarget, fallback: string | null): string[] {
  const { rule, provider, model, share, requests, fits_percent, fits_cost_percent, not_fitting, flags } = target;
  const lacking = Object.entries(not_fitting).map(
    ([reason, count]) => `${formatCount(count)} ${LACKS[reason] ?? reason}`,
  );
  const even =
    target.break_even === null || target.ratios.length === 0
      ? []
      : [`cheaper than today as long as it needs fewer than ${target.break_even} times the tokens taken here`];
  const details = [
    ...even,
    ...lacking,
    ...counted(target.unsure, 'fit as far as is known: a fact of the model or the size of the call is missing'),
    ...counted(target.unpriced, `have no price there and ${fallback === null ? 'stay' : `go to ${fallback}`}`),
    ...counted(flags.lost_tier, 'lose their tier, for which the book has no price there: the standard price'),
    ...counted(flags.no_cache_price, 'read from the cache, for which it has no price: the full price'),
    ...counted(flags.early, 'were made before it was on sale: its first price'),
    ...counted(flags.fees, 'carry searches, images or the like, passed on at its price'),
  ];
  const shares = [
    ...(fits_percent === null ? [] : [`${fits_percent}% of requests`]),
    ...(fits_cost_percent === null ? [] : [`${fits_cost_percent}% of their cost`]),
  ];
  const calls = fits_percent === null ? 'calls nobody counted' : `${formatCount(requests)} ${nounOf(requests)}`;
  const fits = shares.length === 0 ? '' : `, ${shares.join(' and ')} fit`;
  return [
    `${rule}: ${provider}/${model}${share === 100 ? '' : ` (${share}%)`}, ${calls}${fits}`,
    ...details.map((text) => `  ${text}`),
  ];
}

function counted(count: number | string, text: string): string[] {
  return Number(count) === 0 ? [] : [`${formatCount(count)} ${text}`];
}
