import { EFFECTS } from '../effects/effects.js';
import type { Unit } from '../metrics/metric.js';
import { METRIC_NAMES, metricOf } from '../metrics/metrics.js';

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
type Schema = { [name: string]: Json };

const COUNT: Schema = { anyOf: [{ type: 'integer' }, { type: 'string', pattern: '^-?[0-9]+$' }] };
const DECIMAL: Schema = { type: 'string', pattern: '^-?[0-9]+\\.[0-9]+$' };
const TEXT: Schema = { type: 'string' };
const INSTANT: Schema = { type: 'string', format: 'date-time' };

function orNull(schema: Schema): Schema {
  return { anyOf: [schema, { type: 'null' }] };
}

function list(items: Schema): Schema {
  return { type: 'array', items };
}

/** An object that has all of these properties, and perhaps some of the others. */
function object(required: Record<string, Schema>, optional: Record<string, Schema> = {}): Schema {
  const properties = { ...required, ...optional };
  return { type: 'object', properties, required: Object.keys(required), additionalProperties: false };
}

function valueSchema(unit: Unit): Schema {
  if (unit === 'count' || unit === 'tokens') return COUNT;
  return unit === 'ms' ? { type: 'number' } : DECIMAL;
}

function metricSchemas(wrap: (schema: Schema, unit: Unit) => Schema): Record<string, Schema> {
  return Object.fromEntries(
    METRIC_NAMES.map((name) => {
      const { unit, means } = metricOf(name);
      return [name, { description: means, ...wrap(valueSchema(unit), unit) }];
    }),
  );
}

const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` });

const TRUST = {
  requests_complete: { type: 'boolean' },
  unpriced_requests: COUNT,
  unpriced_rows: COUNT,
} satisfies Record<string, Schema>;

/** What rows and totals have besides. */
const CHANGES: Record<string, Schema> = {
  series: list(ref('cell')),
  before: ref('metrics'),
  change: ref('changes'),
  change_percent: { type: 'object', additionalProperties: orNull(DECIMAL) },
  presence: { enum: ['both', 'new', 'vanished'] },
  effects: orNull(ref('effects')),
  before_span: orNull(ref('span')),
};

/** The JSON Schema (2020-12) of `llmcost report --format json`. New properties may come; those that are there stay as they are. */
export function reportSchema(): Schema {
  const metrics = metricSchemas(orNull);
  const moments = { since: orNull(INSTANT), until: orNull(INSTANT) };
  const model = { provider: orNull(TEXT), model: orNull(TEXT) };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'llmcost.report/1',
    description:
      'Counts are whole numbers (digits as text beyond 2^53), money and quotients decimal text, milliseconds numbers.',
    ...object(
      {
        schema: { const: 'llmcost.report/1' },
        query: object({
          by: list(TEXT),
          ...moments,
          period: TEXT,
          tz: TEXT,
          where: list(TEXT),
          sort: TEXT,
          top: orNull({ type: 'integer' }),
          min_cost: orNull(TEXT),
          every: orNull({ enum: ['hour', 'day', 'week', 'month'] }),
        }),
        price_book: TEXT,
        currency: TEXT,
        metrics: list(object({ name: TEXT, unit: TEXT, title: TEXT, means: TEXT })),
        rows: list(
          object(
            {
              kind: { enum: ['group', 'other'] },
              groups: COUNT,
              group: { type: 'object', additionalProperties: orNull(TEXT) },
              ...TRUST,
            },
            { ...metrics, ...CHANGES },
          ),
        ),
        totals: object(TRUST, { ...metrics, ...CHANGES }),
        coverage: object({
          requests: orNull(COUNT),
          priced_requests: COUNT,
          unpriced_requests: COUNT,
          assumed_requests: COUNT,
          rows: COUNT,
          priced_percent: orNull(DECIMAL),
          rows_without_customer: COUNT,
          bucket_rows: COUNT,
          price_age_days: orNull({ type: 'integer' }),
          ...moments,
          data_until: orNull(INSTANT),
          open_until: orNull(INSTANT),
        }),
        unpriced: list(object({ ...model, requests: COUNT, input_tokens: COUNT, output_tokens: COUNT })),
        flat_costs: list(
          object({
            name: TEXT,
            ...model,
            usd: TEXT,
            per: { enum: ['hour', 'day', 'month'] },
            from: INSTANT,
            to: INSTANT,
            cost: DECIMAL,
          }),
        ),
        warnings: list(object({ code: TEXT, message: TEXT })),
      },
      {
        spans: list(object({ label: orNull(TEXT), ...moments }, { before: orNull(ref('span')) })),
        comparison: object({ with: TEXT, ...moments, effects: orNull(ref('effects')) }),
      },
    ),
    $defs: {
      metrics: object(TRUST, metrics),
      cell: object(TRUST, { ...metrics, ...CHANGES }),
      changes: object({}, metricSchemas(orNull)),
      span: object({ label: orNull(TEXT), ...moments }),
      effects: object(
        { ...amounts(STEPS), volume: orNull(DECIMAL), per_request: orNull(ref('request_effects')) },
        { parts: list(object({ effect: { enum: [...EFFECTS] }, words: TEXT, amount: DECIMAL })) },
      ),
      request_effects: object(amounts(STEPS)),
    },
  };
}

const STEPS = ['before', 'now', 'change', 'mix', 'tokens', 'price'];

function amounts(names: readonly string[]): Record<string, Schema> {
  return Object.fromEntries(names.map((name) => [name, DECIMAL]));
}
