import type { PastImport, PastRejects, Removed } from '../../import/load/history.js';
import { formatCount } from '../text/number.js';
import { renderTable, type Table, type Terminal } from '../text/table.js';
import { csvLines, plain } from '../text/text.js';

export type ListFormat = 'table' | 'json' | 'csv';
export type RejectsFormat = ListFormat | 'jsonl';

const COUNTS = ['lines', 'imported', 'duplicates', 'updated', 'skipped', 'rejected', 'rows'] as const;
const FIELDS = [
  'import_id',
  'source',
  'format',
  'status',
  'finished_at',
  ...COUNTS,
  'first_at',
  'last_at',
] as const satisfies (keyof PastImport)[];

/** The imports of a store. In JSON and CSV all counts and times as they are; in the table times to the minute, UTC. */
export function importsList(imports: readonly PastImport[], format: ListFormat, terminal: Terminal): string {
  if (format === 'json') return envelope('llmcost.imports/1', { imports });
  if (format === 'csv')
    return csvLines([[...FIELDS], ...imports.map((one) => FIELDS.map((name) => String(one[name] ?? '')))]);
  if (imports.length === 0) return 'Nothing has been imported yet: llmcost import <files>\n';
  return renderTable(importsTable(imports), terminal);
}

function importsTable(imports: readonly PastImport[]): Table {
  const shown = COUNTS.filter((name) => name === 'lines' || imports.some((one) => one[name] !== '0'));
  const left = (title: string) => ({ title, align: 'left' as const });
  const right = (title: string) => ({ title, align: 'right' as const });
  return {
    columns: [
      right('id'),
      left('source'),
      left('format'),
      left('imported at'),
      ...shown.map((name) => right(name)),
      left('from'),
      left('to'),
    ],
    rows: imports.map((one) => [
      String(one.import_id),
      one.source === '-' ? 'standard input' : one.source,
      one.status === 'failed' ? `${one.format} (failed)` : one.format,
      minute(one.finished_at),
      ...shown.map((name) => formatCount(one[name])),
      minute(one.first_at),
      minute(one.last_at),
    ]),
    footer: [],
  };
}

/** The bad lines of an import; for programs each with its file. Never what stands in them. */
export function rejectsList(found: PastRejects, format: RejectsFormat, terminal: Terminal): string {
  const { source, rejects } = found;
  if (format === 'json') return envelope('llmcost.rejects/1', found);
  if (format === 'jsonl') return rejects.map((reject) => `${JSON.stringify({ file: source, ...reject })}\n`).join('');
  const lines = rejects.map(({ line, field, reason }) => [String(line), field, reason]);
  if (format === 'csv')
    return csvLines([['file', 'line', 'field', 'reason'], ...lines.map((line) => [source, ...line])]);
  if (rejects.length === 0) return 'No line was rejected.\n';
  const columns: Table['columns'] = [
    { title: 'line', align: 'right' },
    { title: 'field', align: 'left' },
    { title: 'reason', align: 'left' },
  ];
  return renderTable({ columns, rows: lines, footer: [] }, terminal);
}

/** What a removal did, and what it means for other files. */
export function removedText({ sources, rows, reopened }: Removed): string {
  const all = [counted(rows.usage, 'usage'), counted(rows.ledger, 'the ledger'), counted(rows.revenue, 'revenue')];
  const told = all.filter((one) => one !== undefined);
  const what = told.length === 0 ? 'no rows' : told.join(', ');
  const lines = [`Removed ${sources.map(plain).join(', ')}: ${what}.`];
  if (reopened.length > 0) {
    lines.push(
      'These files may have had calls in common with it; import them again to bring those back:',
      ...reopened.map((source) => `  ${plain(source)}`),
    );
  }
  return `${lines.join('\n')}\n`;
}

function counted(rows: string, of: string): string | undefined {
  if (rows === '0') return undefined;
  return rows === '1' ? `1 row of ${of}` : `${formatCount(rows)} rows of ${of}`;
}

function envelope(schema: string, content: object): string {
  return `${JSON.stringify({ schema, ...content }, null, 2)}\n`;
}

function minute(timestamp: string | null): string {
  return (timestamp ?? '').slice(0, 16);
}
