import type { PastImport, PastRejects, Removed } from '../../import/load/history.js';
import { columnsOf, type Document, recordsOf, type Table } from '../document.js';
import { formatCount } from '../text/number.js';
import { plain } from '../text/text.js';

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
export function importsDocument(imports: readonly PastImport[]): Document {
  const empty = imports.length === 0;
  return {
    json: { schema: 'llmcost.imports/1', imports },
    head: empty ? ['Nothing has been imported yet: llmcost import <files>'] : [],
    body: empty ? [] : [{ type: 'table', title: 'Imports', table: importsTable(imports) }],
    notes: [],
    records: recordsOf(FIELDS, imports),
  };
}

function importsTable(imports: readonly PastImport[]): Table {
  const shown = COUNTS.filter((name) => name === 'lines' || imports.some((one) => one[name] !== 0));
  return {
    columns: columnsOf(
      ['id', 'right'],
      'source',
      'format',
      'imported at',
      ...shown.map((name) => [name, 'right'] as [string, 'right']),
      'from',
      'to',
    ),
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

/** The bad lines of an import; for programs each with its file. Never what they contain. */
export function rejectsDocument(found: PastRejects): Document {
  const { source, rejects, rejected } = found;
  const empty = rejects.length === 0;
  const table: Table = {
    columns: columnsOf(['line', 'right'], 'field', 'reason'),
    rows: rejects.map(({ line, field, reason }) => [String(line), field, reason]),
    footer: [],
  };
  return {
    json: { schema: 'llmcost.rejects/1', ...found },
    head: empty ? ['No line was rejected.'] : [],
    body: empty ? [] : [{ type: 'table', title: 'Rejected lines', table }],
    notes:
      rejects.length < rejected
        ? [`the file was refused; of its ${rejected} bad lines the first ${rejects.length} are named.`]
        : [],
    records: {
      columns: ['file', 'line', 'field', 'reason'],
      rows: rejects.map(({ line, field, reason }) => [source, line, field, reason]),
    },
    lines: rejects.map((reject) => ({ file: source, ...reject })),
  };
}

/** What a removal did, and what it means for other files. */
export function removedText({ sources, rows, reopened, before }: Removed): string {
  const all = [rowsText(rows.usage, 'usage'), rowsText(rows.ledger, 'the ledger'), rowsText(rows.revenue, 'revenue')];
  const known = all.filter((one) => one !== undefined);
  const what = known.length === 0 ? 'no rows' : known.join(', ');
  const lines = before.map((id) => `Import ${id} was removed before: nothing to do.`);
  if (sources.length > 0) lines.push(`Removed ${sources.map(plain).join(', ')}: ${what}.`);
  if (reopened.length > 0) {
    lines.push(
      'These files may have had calls in common with it; import them again to bring those back:',
      ...reopened.map((source) => `  ${plain(source)}`),
    );
  }
  return `${lines.join('\n')}\n`;
}

function rowsText(rows: string, of: string): string | undefined {
  if (rows === '0') return undefined;
  return rows === '1' ? `1 row of ${of}` : `${formatCount(rows)} rows of ${of}`;
}

function minute(timestamp: string | null): string {
  return (timestamp ?? '').slice(0, 16).replace('T', ' ');
}
