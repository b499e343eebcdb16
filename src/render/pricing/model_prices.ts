import type { ListedModel } from '../../rate/listing/listing.js';
import type { Factor, ModelFacts, ModelPrices, PriceNow, PriceStep } from '../../rate/listing/model_prices.js';
import { formatCount } from '../text/number.js';
import { type As, columnsOf, envelope } from './prices.js';
import { renderTable, type Terminal } from '../text/table.js';
import { csvLines, plain } from '../text/text.js';

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
export function listAs(models: readonly ListedModel[], { format, terminal }: As): string {
  if (format === 'json') return envelope('llmcost.pricing-list/1', { rows: models });
  if (format === 'csv') {
    return csvLines([[...LIST_FIELDS], ...models.map((one) => LIST_FIELDS.map((name) => one[name] ?? ''))]);
  }
  if (models.length === 0) return 'No model matches.\n';
  const dated = models.some((one) => one.deprecation_date !== null);
  return renderTable(
    {
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
    },
    terminal,
  );
}

/** Sellers of a model that are shown whole; of more of them only the maker is, the others are a list. */
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

/** A model as each seller prices it: facts, prices now, factors, history. CSV lists the prices now. */
export function modelAs(sellers: readonly ModelPrices[], { format, terminal }: As): string {
  if (format === 'json') return envelope('llmcost.pricing-show/2', { models: sellers });
  if (format === 'csv') {
    const rows = sellers.flatMap((one) =>
      one.prices.map((price) => ({ provider: one.provider, model: one.model, ...price })),
    );
    return csvLines([[...SHOW_FIELDS], ...rows.map((row) => SHOW_FIELDS.map((name) => row[name] ?? ''))]);
  }
  if (sellers.length <= SHOWN_WHOLE) return sellers.map((one) => sellerBlock(one, terminal)).join('\n');
  const makers = sellers.filter(({ maker }) => maker);
  const others = sellers.filter(({ maker }) => !maker);
  return [...makers.map((one) => sellerBlock(one, terminal)), sellersTable(others, terminal)].join('\n');
}

function sellersTable(sellers: readonly ModelPrices[], terminal: Terminal): string {
  const plainPrice = (prices: readonly PriceNow[], dimension: string) =>
    prices.find((price) => price.dimension === dimension && price.conditions === '')?.usd ?? '';
  const table = renderTable(
    {
      columns: columnsOf(
        'provider',
        'model',
        ['input', 'right'],
        ['output', 'right'],
        ['cache read', 'right'],
        ['prices', 'right'],
      ),
      rows: sellers.map(({ provider, model, prices }) => [
        provider,
        model,
        ...['input', 'output', 'cache_read'].map((dimension) => plainPrice(prices, dimension)),
        formatCount(prices.length),
      ]),
      footer: [],
    },
    terminal,
  );
  return `${table}USD per million tokens. All of one seller: --provider NAME.\n`;
}

function sellerBlock({ provider, model, facts, prices, factors, history }: ModelPrices, terminal: Terminal): string {
  const head = [`${provider} · ${model}`, factsLine(facts)].filter((line) => line !== '');
  const blocks = [
    `${head.map(plain).join('\n')}\n`,
    pricesTable(prices, terminal),
    factors.map((one) => `${plain(factorLine(one))}\n`).join(''),
    historyTable(history, terminal),
  ];
  return blocks.filter((block) => block !== '').join('\n');
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

function pricesTable(prices: readonly PriceNow[], terminal: Terminal): string {
  if (prices.length === 0) return 'No price of it holds now.\n';
  const disputed = prices.some(({ others }) => others.length > 0);
  return renderTable(
    {
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
    terminal,
  );
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

function historyTable(history: readonly PriceStep[], terminal: Terminal): string {
  if (history.length === 0) return '';
  return renderTable(
    {
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
    terminal,
  );
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
