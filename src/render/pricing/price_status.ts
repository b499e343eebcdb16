import type { PriceConflict } from '../../rate/listing/conflicts.js';
import type { PastRevision, PriceStatus, SetAside } from '../../query/prices/status.js';
import { formatCount } from '../text/number.js';
import { type As, columnsOf, envelope, signed } from './prices.js';
import { renderTable, type Terminal } from '../text/table.js';
import { csvLines, plain } from '../text/text.js';

const UNPRICED_SHOWN = 10;

/** How old the book is and what it lacks. CSV lists the sources. */
export function statusAs(status: PriceStatus, { format, terminal }: As): string {
  if (format === 'json') return envelope('llmcost.pricing-status/1', { ...status });
  const fields = ['source', 'data_date', 'age_days', 'models', 'rates', 'set_aside', 'checked_at', 'outcome'] as const;
  if (format === 'csv') {
    return csvLines([[...fields], ...status.sources.map((one) => fields.map((name) => String(one[name] ?? '')))]);
  }
  const { overrides, aliases, flat } = status.own;
  const blocks = [
    `price book ${status.price_book || '(empty)'}\n`,
    sourcesTable(status, terminal),
    `own prices: ${counted(overrides, 'override')}, ${counted(aliases, 'alias', 'aliases')}, ${counted(flat, 'flat cost')}\n`,
    unpricedTable(status, terminal),
  ];
  return blocks.filter((block) => block !== '').join('\n');
}

function sourcesTable({ sources }: PriceStatus, terminal: Terminal): string {
  if (sources.length === 0) return '';
  return renderTable(
    {
      columns: columnsOf(
        'source',
        'prices of',
        ['age', 'right'],
        ['models', 'right'],
        ['rates', 'right'],
        ['set aside', 'right'],
        'asked',
      ),
      rows: sources.map((one) => [
        one.source,
        one.data_date,
        counted(one.age_days, 'day'),
        formatCount(one.models),
        formatCount(one.rates),
        formatCount(one.set_aside),
        one.checked_at === null ? 'never' : `${one.checked_at.slice(0, 10)}: ${one.outcome}`,
      ]),
      footer: [],
    },
    terminal,
  );
}

function unpricedTable({ unpriced }: PriceStatus, terminal: Terminal): string {
  if (unpriced.length === 0) return 'Every call in the database has a price.\n';
  const rows = unpriced
    .slice(0, UNPRICED_SHOWN)
    .map((one) => [
      one.provider ?? '(unknown)',
      one.model ?? '(none)',
      formatCount(one.requests),
      formatCount(one.input_tokens),
      formatCount(one.output_tokens),
    ]);
  const more = unpriced.length - rows.length;
  const table = {
    columns: columnsOf(
      'unpriced: provider',
      'model',
      ['requests', 'right'],
      ['input tokens', 'right'],
      ['output tokens', 'right'],
    ),
    rows,
    footer: [],
  };
  const rest = more === 0 ? '' : `… and ${formatCount(more)} more; --format json lists all.\n`;
  return `${renderTable(table, terminal)}${rest}Give them a price: llmcost pricing override MODEL --input USD --output USD, or llmcost pricing alias MODEL PROVIDER/MODEL\n`;
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** What was published and is not used. */
export function setAsideAs(cells: readonly SetAside[], { format, terminal }: As): string {
  if (format === 'json') return envelope('llmcost.pricing-set-aside/1', { cells });
  const fields = ['source', 'provider', 'model', 'field', 'raw_value', 'reason', 'seen_at'] as const;
  const lines = cells.map((cell) => fields.map((name) => cell[name] ?? ''));
  if (format === 'csv') return csvLines([[...fields], ...lines]);
  if (cells.length === 0) return 'Nothing was set aside.\n';
  const columns = columnsOf('source', 'provider', 'model', 'field', 'published', 'reason', 'seen');
  return renderTable({ columns, rows: lines.map((line) => line.map(plain)), footer: [] }, terminal);
}

/** The prices on which sources differ, with what was chosen and why. */
export function conflictsAs(conflicts: readonly PriceConflict[], { format, terminal }: As): string {
  if (format === 'json') return envelope('llmcost.pricing-conflicts/1', { conflicts });
  const fields = [
    'provider',
    'model',
    'dimension',
    'conditions',
    'usd',
    'source',
    'reason',
    'others',
    'difference_percent',
  ] as const;
  const lines = conflicts.map((one) => fields.map((name) => one[name] ?? ''));
  if (format === 'csv') return csvLines([[...fields], ...lines]);
  if (conflicts.length === 0) return 'No two sources differ by more than 5 %.\n';
  const columns = columnsOf('provider', 'model', 'price of', 'when', 'USD', 'source', 'because', 'others', 'apart %');
  return renderTable({ columns, rows: lines.map((line) => line.map(plain)), footer: [] }, terminal);
}

/** All states of the prices. */
export function historyAs(revisions: readonly PastRevision[], { format, terminal }: As): string {
  if (format === 'json') return envelope('llmcost.pricing-history/1', { revisions });
  const fields = [
    'revision',
    'made_at',
    'kind',
    'detail',
    'rates_added',
    'rates_removed',
    'calls_rated',
    'cost_change',
  ] as const;
  if (format === 'csv') {
    return csvLines([[...fields], ...revisions.map((one) => fields.map((name) => String(one[name])))]);
  }
  if (revisions.length === 0) return 'The price book is empty: llmcost pricing refresh\n';
  return renderTable(
    {
      columns: columnsOf(
        ['book', 'right'],
        'since',
        'made by',
        'what',
        ['rates added', 'right'],
        ['removed', 'right'],
        ['calls rated again', 'right'],
        ['cost change', 'right'],
      ),
      rows: revisions.map((one) => [
        String(one.revision),
        one.made_at.slice(0, 16).replace('T', ' '),
        one.kind,
        one.detail,
        formatCount(one.rates_added),
        formatCount(one.rates_removed),
        formatCount(one.calls_rated),
        signed(one.cost_change),
      ]),
      footer: [],
    },
    terminal,
  );
}
