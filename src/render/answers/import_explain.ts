import type { Explained } from '../../import/explain/explain.js';
import { columnsOf, type Table } from '../document.js';
import { renderTable, type Terminal } from '../table.js';
import { formatCount, formatMoney } from '../text/number.js';
import { plain } from '../text/text.js';

/** The answers for programs. */
export function explainAsJson(files: readonly Explained[]): string {
  return `${JSON.stringify({ schema: 'llmcost.import-explain/1', currency: 'USD', files }, null, 2)}\n`;
}

/** The answers for people: what each file is and why, where its columns come from, and its first rows. */
export function explainAsText(files: readonly Explained[], terminal: Terminal): string {
  return files.map((file) => fileText(file, terminal)).join('\n');
}

function fileText(file: Explained, terminal: Terminal): string {
  const name = plain(file.source === '-' ? 'standard input' : file.source);
  if (file.status === 'empty') return `${name}: empty, nothing to import\n`;
  if (file.status === 'failed') return `${name}: ${indentedAfter(file.problem)}\n`;
  if (file.status === 'unknown') return unknownText(name, file);
  const parts = [
    [`${name}: ${file.format}, ${file.title}`, ...facts(file).map((line) => `  ${plain(line)}`), ''].join('\n'),
    renderTable(columnTable(file), terminal),
  ];
  if (file.unread.length > 0) parts.push(`columns not read: ${file.unread.map(plain).join(', ')}\n`);
  if (file.rejects.length > 0) parts.push(`${file.rejects.map((one) => plain(objectionLine(one))).join('\n')}\n`);
  if (file.proposals.length > 0) parts.push(`${file.proposals.map(proposalLine).join('\n')}\n`);
  if (file.rows.length > 0) parts.push(renderTable(rowTable(file.rows), terminal));
  return parts.join('\n');
}

function unknownText(name: string, { nearest, draft }: Explained): string {
  const lines = [`${name}: in no format llmcost knows`, ...nearestLines(nearest).map((line) => `  ${plain(line)}`)];
  if (draft === null) return `${lines.join('\n')}\n`;
  const shown = draft.trimEnd().split('\n').map(plain).join('\n');
  return `${lines.join('\n')}\n\nA draft for llmcost.yaml; look it over:\n\n${shown}\n`;
}

/** `llm.inn is missing: 6 of 6 lines would be rejected`. */
function objectionLine({ field, reason, lines, of }: Explained['rejects'][number]): string {
  const what = field === '' ? `a line ${reason}` : `${field} ${reason}`;
  return `${what}: ${formatCount(lines)} of the first ${of === 1 ? 'line' : `${formatCount(of)} lines`} would be rejected`;
}

/** `ts is likely its timestamp; read it so: --map timestamp=ts`. */
function proposalLine({ column, path }: Explained['proposals'][number]): string {
  return plain(`${path} is likely its ${column}; read it so: --map ${column}=${path}`);
}

function indentedAfter(problem: string | null): string {
  return (problem ?? '').split('\n').map(plain).join('\n  ');
}

function facts({ because, written, nearest }: Explained): string[] {
  return [
    ...(because.length === 0 ? [] : [`recognised by: ${because.join(', ')}`]),
    ...(written === null ? [] : [writtenLine(written)]),
    ...nearestLines(nearest),
  ];
}

function nearestLines(nearest: Explained['nearest']): string[] {
  return nearest.map(
    ({ format, lacks }) => `not ${format}: ${lacks.join(', ')} ${lacks.length === 1 ? 'is' : 'are'} not there`,
  );
}

const DELIMITERS: Readonly<Record<string, string>> = { ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'bars' };

function writtenLine({
  kind,
  encoding,
  compression,
  delimiter,
  decimals,
  records,
}: NonNullable<Explained['written']>): string {
  return [
    kind,
    ...(delimiter === null ? [] : [`separated by ${DELIMITERS[delimiter] ?? delimiter}`]),
    ...(decimals === null ? [] : [`decimals with a ${decimals}`]),
    ...(records === null ? [] : [`rows in ${records}`]),
    ...(kind === 'Parquet' ? [] : [encoding]),
    ...(compression === 'none' ? [] : [`packed with ${compression}`]),
  ].join(', ');
}

function columnTable({ columns }: Explained): Table {
  return {
    columns: columnsOf('column', 'from', 'how'),
    rows: columns.map(({ column, from, how }) => [column, from.join(', '), how.join(', ')]),
    footer: [],
  };
}

const NAMES = [
  'occurred_at',
  'provider',
  'model',
  'priced_as',
  'status',
  'customer',
  'feature',
  'environment',
  'user_id',
];
const COUNTS = ['input_tokens', 'cache_read_tokens', 'output_tokens', 'reasoning_tokens', 'latency_ms'];

/** What every row lacks is left out. */
function rowTable(rows: Explained['rows']): Table {
  const told = (name: string) => rows.some((row) => row[name] !== null && row[name] !== undefined);
  const names = NAMES.filter(told);
  const counts = COUNTS.filter(told);
  const text = (value: unknown) => (value === null || value === undefined ? '' : String(value));
  return {
    columns: columnsOf(...names, ...counts.map((name) => [name, 'right'] as [string, 'right']), ['cost', 'right']),
    rows: rows.map((row) => [
      ...names.map((name) => text(row[name])),
      ...counts.map((name) => (told(name) && row[name] !== null ? formatCount(text(row[name])) : '')),
      row.cost_usd === null ? 'unpriced' : formatMoney(text(row.cost_usd)),
    ]),
    footer: [],
  };
}
