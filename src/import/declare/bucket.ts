import { identifier, integer, join, literal, type Sql, sql } from '../../sql.js';
import { type Calls, calls, textAt } from './calls.js';
import { field } from './fields.js';
import { constant, type Format } from './format.js';

/** A format whose lines are sums over many calls: of an hour, or a day, by what the calls have in common. */
export interface Bucket extends Omit<Calls, 'facts' | 'key' | 'repeats' | 'failed' | 'tags'> {
  readonly facts?: Calls['facts'];
  /** What is counted, in a few words that tell it from other buckets; part of the key. */
  readonly kind: string | Sql;
  /** What tells one bucket from the next: paths, or expressions. */
  readonly by: readonly (string | Sql)[];
  /** How long it is; from `started` to `ended` where it is not said. */
  readonly seconds?: number | Sql;
  /** Dimensions that have no column of their own. */
  readonly tags?: Readonly<Record<string, Sql>>;
}

/** The format of a declaration of buckets. A bucket of today grows until the day is over: the one that counts most is whole. */
export function bucket({ kind, by, seconds, tags, ...declared }: Bucket): Format {
  const dimensions = by.map((one) => (typeof one === 'string' ? field(one) : one));
  const length =
    seconds === undefined
      ? secondsBetween('started', 'ended')
      : typeof seconds === 'number'
        ? integer(seconds)
        : seconds;
  const user = textAt(declared.at.user_id);
  return calls({
    ...declared,
    uncounted: declared.uncounted ?? sql`false`,
    also: [...(declared.also ?? []), ...by.filter((one) => typeof one === 'string')],
    traits: { bucket_seconds: length, ...declared.traits },
    facts: {
      requests: declared.at.requests === undefined ? null : sql`requests`,
      tags: tags === undefined ? null : tagsOf(tags),
      user_id: user,
      ...declared.facts,
    },
    key: bucketKey(typeof kind === 'string' ? literal(kind) : kind, dimensions),
    repeats: 'bucket',
  });
}

/**
 * The key of a bucket: its kind, start and end and all its dimensions, so that the same bucket is one whoever exports
 * it, and a later state of it meets the earlier one.
 */
export function bucketKey(kind: Sql, dimensions: readonly Sql[]): Sql {
  const parts = dimensions.map((dimension) => sql`coalesce(cast(${dimension} as varchar), '')`);
  // A key longer than 28 characters stands for itself; see callKey.
  return sql`concat('bucket of many calls to a model', chr(31), ${join([kind, ...parts], ', chr(31), ')})`;
}

/** Dimensions that have no column, as tags; what is null is left out. */
export function tagsOf(dimensions: Readonly<Record<string, Sql>>): Sql {
  const all = Object.entries(dimensions);
  const entries = all.map(([name, value]) => sql`{'key': ${literal(name)}, 'value': ${value}}`);
  const none = all.map(([, value]) => sql`${value} is null`);
  return sql`case when not (${join(none, ' and ')})
      then map_from_entries(list_filter([${join(entries)}], lambda tag: tag.value is not null)) end`;
}

/** How many seconds lie between two converted times. */
export function secondsBetween(start: string, end: string): Sql {
  return sql`date_diff('second', ${identifier(start)}, ${identifier(end)})`;
}

/** The traits that no bucket tells. */
export const UNTOLD_TRAITS = {
  request_model: null,
  status: constant('ok'),
  error_class: null,
  http_status: null,
  feature: null,
  environment: null,
  attempt: null,
  gateway_cached: null,
  max_output_tokens: null,
  has_tools: null,
  has_images: null,
  has_json_schema: null,
} as const satisfies Partial<Format['traits']>;

/** The facts that no bucket tells. */
export const UNTOLD_FACTS = {
  request_id: null,
  trace_id: null,
  latency_ms: null,
  ttft_ms: null,
  session_id: null,
} as const satisfies Partial<Format['facts']>;
