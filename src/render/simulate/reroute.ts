import { requestsCell, UNKNOWN } from '../text/metric.js';
import { formatCount, formatMoney } from '../text/number.js';
import { renderTable, type Table, type Terminal } from '../text/table.js';
import { csvLines, markdownText, plain } from '../text/text.js';
import type { Count } from "../../query/scope/values.js";
import type { MoveAmounts, MoveRow, MovesAnswer, MoveTarget } from "../../query/simulate/answer.js";

const NONE = '(none)';

/** The simulation for people: the period, the table, where the calls went, what it rests on and what it cannot see. */
export function movesAsTable(answer: MovesAnswer, terminal: Terminal): string {
  const lines = movesStory(answer).map((line) => `${plain(line)}\n`);
  return `${plain(movesTitle(answer))}\n\n${renderTable(tableOf(answer), terminal)}\n${lines.join('')}`;
}

/** The simulation as it is, for programs; money as decimal strings. */
export function movesAsJson(answer: MovesAnswer): string {
  return `${JSON.stringify(answer, null, 2)}\n`;
}

/** One line for each row and one for the total; money is exact. */
export function movesAsCsv(answer: MovesAnswer): string {
  const { by } = answer.query;
  const fields = (amounts: MoveAmounts) => METRICS.map((name) => String(amounts[name] ?? ''));
  const rows = answer.rows.map((row) => [row.kind, ...namesOf(row, by), ...fields(row)]);
  return csvLines([['kind', ...by, ...METRICS], ...rows, ['total', ...by.map(() => ''), ...fields(answer.totals)]]);
}

const METRICS = [
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

/** The table in Markdown, followed by what it rests on as a list. */
export function movesAsMarkdown(answer: MovesAnswer): string {
  const { columns, rows, footer } = tableOf(answer);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const lines = [
    markdownText(movesTitle(answer)),
    '',
    line(columns.map(({ title }) => markdownText(title))),
    line(columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
    ...rows.map((cells) => line(cells.map(markdownText))),
    ...footer.map((cells) => line(cells.map((text) => (text === '' ? '' : `**${markdownText(text)}**`)))),
    '',
    ...movesStory(answer).map((text) => `- ${markdownText(text)}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** Period, filters, requests and rules in a line. */
export function movesTitle({ query, totals }: MovesAnswer): string {
  const filters = query.where.length === 0 ? '' : ` · ${query.where.join(' · ')}`;
  const rules = query.rules.length === 0 ? '' : ` · ${query.rules.join(', ')}`;
  const growth = query.scale.length === 0 ? '' : ` · traffic ${query.scale.join(', ')}`;
  const requests = requestsCell(totals.requests, totals.requests_complete);
  return `${query.period} (${query.tz})${filters} · ${requests} ${nounOf(totals.requests)}${rules}${growth}`;
}

function nounOf(requests: Count | null): string {
  return requests === 1 ? 'request' : 'requests';
}

function tableOf(answer: MovesAnswer): Table {
  const ranged = [answer.totals, ...answer.rows].some(({ after_low, after_high }) => after_low !== after_high);
  const earning = answer.totals.revenue !== null;
  const columns = [...metricColumns(ranged), ...(earning ? MARGINS : [])];
  const { by } = answer.query;
  const cells = (amounts: MoveAmounts) => columns.map(({ cell }) => cell(amounts));
  return {
    columns: [
      ...by.map((title) => ({ title, align: 'left' as const })),
      ...columns.map(({ title }) => ({ title, align: 'right' as const })),
    ],
    rows: answer.rows.map((row) => [...namesOf(row, by), ...cells(row)]),
    footer: [['total', ...by.slice(1).map(() => ''), ...cells(answer.totals)]],
  };
}

function namesOf(row: MoveRow, by: readonly string[]): string[] {
  if (row.kind === 'other') return ['(other)', ...by.slice(1).map(() => '')];
  return by.map((name) => row.group[name] ?? NONE);
}

function metricColumns(ranged: boolean): { title: string; cell: (amounts: MoveAmounts) => string }[] {
  return [
    { title: 'requests', cell: ({ requests, requests_complete }) => requestsCell(requests, requests_complete) },
    { title: 'moved', cell: movedCell },
    { title: 'before', cell: ({ before }) => formatMoney(before) },
    { title: 'after', cell: ({ after }) => formatMoney(after) },
    ...(ranged ? [{ title: 'range', cell: rangeCell }] : []),
    { title: 'change', cell: ({ change }) => formatMoney(change) },
    { title: 'change %', cell: ({ change_percent }) => (change_percent === null ? '–' : `${change_percent}%`) },
  ];
}

const MARGINS: readonly { title: string; cell: (amounts: MoveAmounts) => string }[] = [
  { title: 'margin before', cell: ({ margin_before }) => (margin_before === null ? '–' : formatMoney(margin_before)) },
  { title: 'margin after', cell: ({ margin_after }) => (margin_after === null ? '–' : formatMoney(margin_after)) },
];

/** Requests that move; of rows that do not tell how many they are, at least so many. */
export function movedCell({ moved, requests_complete }: MoveAmounts): string {
  if (requests_complete) return formatCount(moved);
  return /[1-9]/.test(moved) ? `≥ ${formatCount(moved)}` : UNKNOWN;
}

function rangeCell({ after_low, after_high }: MoveAmounts): string {
  return after_low === after_high ? '–' : `${formatMoney(after_low)} – ${formatMoney(after_high)}`;
}

/** What has to be known to read the table. */
export function movesStory(answer: MovesAnswer): string[] {
  const { not_compared, adjustments, cannot_see } = answer;
  const unpriced =
    Number(not_compared.rows) === 0
      ? []
      : [
          `not compared: ${formatCount(not_compared.requests)} requests in ${formatCount(not_compared.rows)} rows have no price today`,
        ];
  return [
    ...answer.targets.flatMap(targetLines),
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
    value === null ? `unknown (${scored}% scored)` : `${digits(value)} (${scored}% scored)`;
  return [
    `mean score of a call, ${title}${date}: ${mean(before, scored_before)} before, ${mean(after, scored_after)} after`,
    ...(attribution === null ? [] : [attribution]),
  ];
}

function digits(score: number): string {
  if (Math.abs(score) >= 1000) return score.toFixed(0);
  return Math.abs(score) < 1 ? score.toFixed(3) : score.toFixed(1);
}

const LACKS: Record<string, string> = {
  context: 'are too long for it',
  output: 'need a longer answer than it gives',
  images: 'show it images it does not take',
  tools: 'use tools it does not know',
  json_schema: 'want an answer by a schema it does not keep to',
};

function targetLines(target: MoveTarget): string[] {
  const { rule, provider, model, share, requests, fits_percent, fits_cost_percent, not_fitting, flags } = target;
  const lacking = Object.entries(not_fitting).map(
    ([reason, count]) => `${formatCount(count)} ${LACKS[reason] ?? reason}`,
  );
  const even =
    target.break_even === null || target.ratios.length === 0
      ? []
      : [`cheaper than today as long as it needs fewer than ${target.break_even} times the tokens taken here`];
  const told = [
    ...even,
    ...lacking,
    ...counted(target.unsure, 'fit as far as is known: a fact of the model or the size of the call is missing'),
    ...counted(target.unpriced, 'have no price there and stay'),
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
    ...told.map((text) => `  ${text}`),
  ];
}

function counted(count: number | string, text: string): string[] {
  return Number(count) === 0 ? [] : [`${formatCount(count)} ${text}`];
}
