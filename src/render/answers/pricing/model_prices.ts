import type { ListedModel } from '../../../rate/listing/listing.js';
import type { Factor, ModelFacts, ModelPrices, PriceNow, PriceStep } from '../../../rate/listing/model_prices.js';
import {
  columnsOf,
  type Document,
  recordsOf,
  type Section,
  type TableSection,
  type TextSection,
} from '../../document.js';
import { formatCount } from '../../text/number.js';

const LIST_FIELDS = [
  'provider',
  'model',
  'input',
  'output',
  'cache_read',
  'cache_write',
  'operation',
  'context_window',
  'max_output_tokens',
  'deprecation_date',
  'source',
] as const satisfies (keyof ListedModel)[];

/** Models with their prices now, USD per million tokens. */
export function modelListDocument(models: readonly ListedModel[]): Document {
  const dated = models.some((one) => one.deprecation_date !== null);
  const table = {
    columns: columnsOf(
      'provider',
      'model',
      ['input', 'right'],
      ['output', 'right'],
      ['cache read', 'right'],
      ['cache write', 'right'],
      ['context', 'right'],
      ...(dated ? ['retired on'] : []),
      'source',
    ),
    rows: models.map((one) => [
      one.provider,
      one.model,
      ...[one.input, one.output, one.cache_read, one.cache_write].map((price) => price ?? ''),
      one.context_window === null ? '' : formatCount(one.context_window),
      ...(dated ? [one.deprecation_date ?? ''] : []),
      one.source,
    ]),
    footer: [],
  };
  return {
    json: { schema: 'llmcost.pricing-list/1', currency: 'USD', rows: models },
    head: models.length === 0 ? ['No model matches.'] : [],
    body: models.length === 0 ? [] : [{ type: 'table', title: 'Models', table }],
    notes: [],
    records: recordsOf(LIST_FIELDS, models),
  };
}

/** Providers of a model that are shown whole; of more of them only the author is, the others are a list. */
const SHOWN_WHOLE = 3;

const SHOW_FIELDS = [
  'provider',
  'model',
  'dimension',
  'conditions',
  'usd',
  'per',
  'since',
  'until',
  'source',
  'data_date',
] as const;

/** A model as each provider prices it: facts, prices now, factors, history. CSV lists the prices now. */
export function modelDocument(offers: readonly ModelPrices[]): Document {
  const whole = offers.length <= SHOWN_WHOLE ? offers : offers.filter(({ maker }) => maker);
  const others = offers.length <= SHOWN_WHOLE ? [] : offers.filter(({ maker }) => !maker);
  const rows = offers.flatMap(({ provider, model, prices }) =>
    prices.map((price) => ({ provider, model, ...price })),
  );
  return {
    json: { schema: 'llmcost.pricing-show/2', currency: 'USD', models: offers },
    head: [],
    body: [...whole.flatMap(offerSections), ...(others.length === 0 ? [] : [offersTable(others)])],
    notes: [],
    records: recordsOf(SHOW_FIELDS, rows),
  };
}

function offersTable(offers: readonly ModelPrices[]): TableSection {
  const plainPrice = (prices: readonly PriceNow[], dimension: string) =>
    prices.find((price) => price.dimension === dimension && price.conditions === '')?.usd ?? '';
  return {
    type: 'table',
    title: 'Other providers',
    table: {
      columns: columnsOf(
        'provider',
        'model',
        ['input', 'right'],
        ['output', 'right'],
        ['cache read', 'right'],
        ['prices', 'right'],
      ),
      rows: offers.map(({ provider, model, prices }) => [
        provider,
        model,
        ...['input', 'output', 'cache_read'].map((dimension) => plainPrice(prices, dimension)),
        formatCount(prices.length),
      ]),
      footer: [],
    },
    below: ['USD per million tokens. All of one seller: --provider NAME.'],
  };
}

function offerSections({ provider, model, facts, prices, factors, history }: ModelPrices): Section[] {
  const head = [`${provider} · ${model}`, factsLine(facts)].filter((line) => line !== '');
  return [
    textOf(head),
    prices.length === 0 ? textOf(['No price of it holds now.']) : pricesTable(prices),
    textOf(factors.map(factorLine)),
    ...(history.length === 0 ? [] : [historyTable(history)]),
  ];
}

function textOf(paragraphs: string[]): TextSection {
  return { type: 'text', paragraphs };
}

function factsLine(facts: ModelFacts): string {
  const abilities = [
    facts.supports_tools === true ? 'tools' : null,
    facts.supports_images === true ? 'images' : null,
    facts.supports_json_schema === true ? 'JSON schema' : null,
  ].filter((one) => one !== null);
  return [
    facts.operation,
    facts.context_window === null ? null : `context ${formatCount(facts.context_window)}`,
    facts.max_output_tokens === null ? null : `answers up to ${formatCount(facts.max_output_tokens)}`,
    abilities.length === 0 ? null : abilities.join(', '),
    facts.deprecation_date === null ? null : `retired on ${facts.deprecation_date}`,
  ]
    .filter((part) => part !== null)
    .join(' · ');
}

function pricesTable(prices: readonly PriceNow[]): TableSection {
  const disputed = prices.some(({ others }) => others.length > 0);
  return {
    type: 'table',
    title: 'Prices',
    table: {
      columns: columnsOf('price', ['USD', 'right'], '', 'valid', 'source', ...(disputed ? ['others say'] : [])),
      rows: prices.map((price) => [
        nameOf(price),
        price.usd,
        price.per,
        validText(price.since, price.until),
        `${price.source} of ${price.data_date}`,
        ...(disputed ? [price.others.map(({ source, usd }) => `${source} ${usd}`).join(', ')] : []),
      ]),
      footer: [],
    },
  };
}

function factorLine({ kind, condition, factor, source, since }: Factor): string {
  const from = since === null ? '' : `, from ${dayText(since)}`;
  return `× ${factor} for ${condition === '' ? kind : condition} (all prices of tokens${from}; ${source})`;
}

const REASONS: Record<string, string> = {
  withdrawn_future: 'announced, then withdrawn',
  correction: 'was wrong',
  redated: 'dated anew by its source',
};

function historyTable(history: readonly PriceStep[]): TableSection {
  return {
    type: 'table',
    title: 'History',
    table: {
      columns: columnsOf('history', ['USD', 'right'], 'valid', 'source', ''),
      rows: history.map((step) => [
        nameOf(step),
        step.usd,
        validText(step.from, step.to),
        step.source,
        step.withdrawn === null ? '' : (REASONS[step.withdrawn] ?? step.withdrawn),
      ]),
      footer: [],
    },
  };
}

function nameOf({ dimension, conditions }: { dimension: string; conditions: string }): string {
  return [dimension.replaceAll('_', ' '), conditions].filter((part) => part !== '').join(', ');
}

function validText(from: string | null, to: string | null): string {
  if (from === null && to === null) return 'always';
  return [from === null ? '' : `from ${dayText(from)}`, to === null ? '' : `until ${dayText(to)}`]
    .filter((part) => part !== '')
    .join(' ');
}

function dayText(iso: string): string {
  return iso.replace(/T00:00:00Z$/, '');
}
