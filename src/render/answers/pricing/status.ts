import type { PastRevision, PriceStatus, SetAside } from '../../../query/prices/answer.js';
import type { PriceConflict } from '../../../rate/listing/conflicts.js';
import { columnsOf, type Document, NONE, recordsOf, type Section, type TableSection } from '../../document.js';
import { counted, formatCount, signedMoney } from '../../text/number.js';

const UNPRICED_SHOWN = 10;
const SOURCE_FIELDS = [
  'source',
  'data_date',
  'age_days',
  'sha256',
  'url',
  'fetched_at',
  'models',
  'rates',
  'set_aside',
  'checked_at',
  'outcome',
] as const;

/** How old the book is and what it lacks. CSV lists the sources. */
export function statusDocument(status: PriceStatus): Document {
  const { overrides, aliases, flat } = status.own;
  return {
    json: { schema: 'llmcost.pricing-status/1', currency: 'USD', ...status },
    head: [`price book ${status.price_book || '(empty)'}`],
    body: [
      ...(status.sources.length === 0 ? [] : [sourcesTable(status)]),
      {
        type: 'text',
        paragraphs: [
          `own prices: ${counted(overrides, 'override')}, ${counted(aliases, 'alias', 'aliases')}, ${counted(flat, 'flat cost')}`,
        ],
      },
      unpricedSection(status),
    ],
    notes: [],
    records: recordsOf(SOURCE_FIELDS, status.sources),
  };
}

function sourcesTable({ sources }: PriceStatus): TableSection {
  return {
    type: 'table',
    title: 'Sources',
    table: {
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
  };
}

function unpricedSection({ unpriced }: PriceStatus): Section {
  if (unpriced.length === 0) return { type: 'text', paragraphs: ['Every call in the database has a price.'] };
  const rows = unpriced
    .slice(0, UNPRICED_SHOWN)
    .map((one) => [
      one.provider ?? '(unknown)',
      one.model ?? NONE,
      formatCount(one.requests),
      formatCount(one.input_tokens),
      formatCount(one.output_tokens),
    ]);
  const more = unpriced.length - rows.length;
  return {
    type: 'table',
    title: 'Models without a price',
    table: {
      columns: columnsOf(
        'unpriced: provider',
        'model',
        ['requests', 'right'],
        ['input tokens', 'right'],
        ['output tokens', 'right'],
      ),
      rows,
      footer: [],
    },
    below: [
      ...(more === 0 ? [] : [`… and ${formatCount(more)} more; --format json lists all.`]),
      'Give them a price: llmcost pricing override MODEL --input USD --output USD, or llmcost pricing alias MODEL PROVIDER/MODEL',
    ],
  };
}

const CELL_FIELDS = ['source', 'provider', 'model', 'field', 'raw_value', 'reason', 'seen_at'] as const;

/** What was published and is not used. */
export function setAsideDocument(cells: readonly SetAside[]): Document {
  const table = {
    columns: columnsOf('source', 'provider', 'model', 'field', 'published', 'reason', 'seen'),
    rows: cells.map((cell) => CELL_FIELDS.map((name) => cell[name] ?? '')),
    footer: [],
  };
  return {
    json: { schema: 'llmcost.pricing-set-aside/1', currency: 'USD', cells },
    head: cells.length === 0 ? ['Nothing was set aside.'] : [],
    body: cells.length === 0 ? [] : [{ type: 'table', title: 'Set aside', table }],
    notes: [],
    records: recordsOf(CELL_FIELDS, cells),
  };
}

const CONFLICT_FIELDS = [
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

/** The prices on which sources differ, with what was chosen and why. */
export function conflictsDocument(conflicts: readonly PriceConflict[]): Document {
  const table = {
    columns: columnsOf(
      'provider',
      'model',
      'price of',
      'when',
      ['USD', 'right'],
      'source',
      'because',
      'others',
      ['apart %', 'right'],
    ),
    rows: conflicts.map((one) => CONFLICT_FIELDS.map((name) => one[name] ?? '')),
    footer: [],
  };
  return {
    json: { schema: 'llmcost.pricing-conflicts/1', currency: 'USD', conflicts },
    head: conflicts.length === 0 ? ['No two sources differ by more than 5 %.'] : [],
    body: conflicts.length === 0 ? [] : [{ type: 'table', title: 'Sources that differ', table }],
    notes: [],
    records: recordsOf(CONFLICT_FIELDS, conflicts),
  };
}

const REVISION_FIELDS = [
  'revision',
  'made_at',
  'kind',
  'detail',
  'rates_added',
  'rates_removed',
  'calls_rated',
  'cost_change',
] as const;

/** All states of the prices. */
export function historyDocument(revisions: readonly PastRevision[]): Document {
  const table = {
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
      signedMoney(one.cost_change),
    ]),
    footer: [],
  };
  return {
    json: { schema: 'llmcost.pricing-history/1', currency: 'USD', revisions },
    head: revisions.length === 0 ? ['The price book is empty: llmcost pricing refresh'] : [],
    body: revisions.length === 0 ? [] : [{ type: 'table', title: 'Price books', table }],
    notes: [],
    records: recordsOf(REVISION_FIELDS, revisions),
  };
}
