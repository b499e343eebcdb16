import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import { plausibleNumber, textOf } from './convert.js';
import { COUNT_NAMES, type CountName, conventionTrait, TOKEN_FACTS, type Told, tokenUnits } from './counts.js';
import { field, merged, type Shape, withPath } from './fields.js';
import { type Check, constant, type Facts, type Format, type Place, type Traits } from './format.js';
import { type LABELS, labelled, otherLabels, withLabels } from './labels.js';
import { errorClassOf, tierOf } from './normalize.js';

/** Where a value stands: a path or header, the first of several that has something, or an expression and its name. */
export type At = string | readonly string[] | { readonly at: string; readonly value: Sql };

const NUMBERS = [...COUNT_NAMES, 'requests', 'attempt', 'http_status', 'max_output_tokens'] as const;
const DURATIONS = ['latency', 'ttft'] as const;
const TIMES = ['started', 'ended', 'first_token'] as const;
const TEXT_TRAITS = ['provider', 'model', 'request_model', 'operation', 'speed', 'region'] as const;
const TEXT_FACTS = ['request_id', 'trace_id'] as const;
const LABELLED = ['feature', 'environment', 'customer', 'user_id', 'session_id'] as const;

type AtName =
  | (typeof NUMBERS)[number]
  | (typeof DURATIONS)[number]
  | (typeof TIMES)[number]
  | (typeof TEXT_TRAITS)[number]
  | (typeof TEXT_FACTS)[number]
  | (typeof LABELLED)[number]
  | 'service_tier'
  | 'error'
  | 'cost'
  | 'currency';

type Places = Readonly<Partial<Record<AtName, At>>>;

type Given = 'name' | 'title' | 'reads' | 'signature';
type Made = 'fields' | 'traits' | 'facts' | 'told';

/**
 * A format whose lines are one call each. What `at` names is read, what it does not name is absent. The values it
 * names are converted and called by the same names in the expressions of the rest: `input`, `started`, `cost`, ….
 */
export interface Calls extends Pick<Format, Given>, Partial<Omit<Format, Given | Made>>, Omit<Told, 'counts'> {
  readonly at: Places;
  /** Further fields that expressions look at: paths, or a shape where some are lists. */
  readonly also?: readonly string[];
  readonly fields?: Shape;
  /** What is the same in every line. */
  readonly set?: Readonly<Partial<Record<'provider' | 'operation' | 'service_tier' | 'region', string>>>;
  /** Counts that are no plain copy of a field. */
  readonly counts?: Told['counts'];
  /** Whether a call failed, never null; then nothing has to be told of it but its time, and zeros are no counts. */
  readonly failed?: Sql;
  /** Whether a filter of content stopped it. */
  readonly filtered?: Sql;
  /** Whether the gateway answered it from a cache of its own, never null. */
  readonly fromCache?: Sql;
  /** What users attach to their calls, as a map: feature, customer, … by their usual names, tags by all others. */
  readonly labels?: Sql;
  /** Tags beside them. */
  readonly tags?: Readonly<Record<string, Sql>>;
  /** Of `started`, `model`, `input` and `output`, which a line need not have. */
  readonly optional?: readonly ('started' | 'model' | 'input' | 'output')[];
  /** Columns that are no plain copy of a field; they come before what `at` says. */
  readonly traits?: Partial<Traits>;
  readonly facts?: Partial<Facts>;
}

/** The format of a declaration of calls. */
export function calls(declared: Calls): Format {
  const { at, also, fields, set, failed, filtered, fromCache, labels, tags, optional, traits, facts, ...rest } =
    declared;
  const {
    convention,
    counts,
    uncounted,
    defined,
    writer,
    inside,
    gapIsReasoning,
    rule,
    unknown,
    unknownNames,
    ...format
  } = rest;
  const told = toldOf(declared);
  return {
    skip: [],
    repeats: 'same',
    dated: at.started !== undefined,
    timeUnit: 'any',
    ...format,
    told,
    fields: fieldsOf(declared),
    numbers: { ...placesOf(withoutNonsense(at), NUMBERS), ...format.numbers },
    decimals: { ...placesOf(at, ['cost']), ...format.decimals },
    durations: { ...placesOf(at, DURATIONS), ...format.durations },
    times: { ...placesOf(at, TIMES), ...format.times },
    checks: [...missingChecks(declared), ...(format.checks ?? [])],
    traits: { ...traitsOf(declared, told), ...traits },
    facts: { ...factsOf(declared), ...facts },
    units: { ...tokenUnits(told), ...format.units },
  };
}

/** Everything that a declaration reads. */
export function fieldsOf({ at, also = [], fields = {} }: Pick<Calls, 'at' | 'also' | 'fields'>): Shape {
  const paths = [...Object.values(at).flatMap(pathsOf), ...also];
  return paths.reduce<Shape>((shape, path) => {
    const grown = withPath(shape, path.split('.'));
    if (grown === undefined) throw new Error(`${path} is declared both as a text and as an object`);
    return merged(shape, grown.shape);
  }, fields);
}

function pathsOf(at: At): readonly string[] {
  if (typeof at === 'string') return [at];
  return 'value' in at ? [] : at;
}

/** The text at a place; null where it is not declared. */
export function textAt(at: At | undefined): Sql | null {
  if (at === undefined) return null;
  if (typeof at === 'string') return field(at);
  if ('value' in at) return at.value;
  return sql`coalesce(${join(at.map((path) => textOf(field(path))))})`;
}

/** A place as conversions take it, and messages name it. */
export function placeAt(at: At): Place {
  if (typeof at === 'string') return at;
  if ('value' in at) return at;
  return { at: at[0] ?? '', value: textAt(at) ?? sql`null` };
}

/** Those of some places that are declared. */
export function placesOf<Name extends string>(
  at: Readonly<Partial<Record<Name, At>>>,
  names: readonly Name[],
): Record<string, Place> {
  return Object.fromEntries(
    names.flatMap((name): [string, Place][] => {
      const place = at[name];
      return place === undefined ? [] : [[name, placeAt(place)]];
    }),
  );
}

/** Numbers without a part in the price: what is none that makes sense (-1, NaN) is not there, and rejects no line. */
function withoutNonsense(at: Places): Places {
  const names = ['attempt', 'http_status', 'max_output_tokens'] as const;
  const plausible = names.flatMap((name): [AtName, At][] => {
    const place = at[name];
    if (place === undefined) return [];
    const label = placeAt(place);
    const value = typeof label === 'string' ? field(label) : label.value;
    return [[name, { at: typeof label === 'string' ? label : label.at, value: plausibleNumber(value) }]];
  });
  return { ...at, ...Object.fromEntries(plausible) };
}

function toldOf(declared: Calls): Told {
  const { at, convention, counts, uncounted, defined, writer, inside, gapIsReasoning, rule, unknown, unknownNames } =
    declared;
  const direct = COUNT_NAMES.flatMap((name): [CountName, Sql][] =>
    at[name] === undefined ? [] : [[name, identifier(name)]],
  );
  const all: Told['counts'] = { ...Object.fromEntries(direct), ...counts };
  return {
    counts: all,
    convention,
    uncounted: uncounted ?? zeros(all),
    defined,
    writer,
    inside,
    gapIsReasoning,
    rule,
    unknown,
    unknownNames,
  };
}

/** No call takes nothing and gives nothing: zeros are what a failed one counts, or one of which nobody knows the usage. */
function zeros({ total: _, ...counts }: Told['counts']): Sql {
  const told = Object.values(counts).map((count) => sql`coalesce(${count}, 0)`);
  return told.length === 0 ? sql`true` : sql`(${join(told, ' + ')} = 0)`;
}

function missingChecks({ at, failed, optional = [] }: Calls): Check[] {
  const unlessFailed = (when: Sql) => (failed === undefined ? when : sql`${when} and not ${failed}`);
  const missing = (
    name: 'started' | 'model' | 'input' | 'output',
    when: (place: At) => Sql,
    ours?: string,
  ): Check[] => {
    const place = at[name];
    if (place === undefined || optional.includes(name)) return [];
    const label = placeAt(place);
    const given = { field: typeof label === 'string' ? label : label.at, reason: 'is missing', when: when(place) };
    return [ours === undefined ? given : { ...given, missing: ours }];
  };
  return [
    ...missing('started', () => sql`started is null`, 'timestamp'),
    ...missing('model', (place) => unlessFailed(sql`nullif(${textAt(place) ?? sql`null`}, '') is null`), 'model'),
    ...missing('input', () => unlessFailed(sql`"input" is null`)),
    ...missing('output', () => unlessFailed(sql`"output" is null`)),
  ];
}

function traitsOf({ at, set = {}, failed, filtered, fromCache, labels }: Calls, told: Told): Traits {
  const text = (name: AtName) => textAt(at[name]);
  const named = (name: 'provider' | 'operation' | 'service_tier' | 'region') =>
    set[name] === undefined ? text(name) : constant(set[name]);
  const http = at.http_status === undefined ? sql`cast(null as integer)` : sql`cast(http_status as integer)`;
  const error = text('error') ?? sql`cast(null as varchar)`;
  const tier = text('service_tier');
  return {
    provider: named('provider'),
    model: text('model'),
    request_model: text('request_model'),
    operation: named('operation'),
    service_tier: set.service_tier === undefined && tier !== null ? tierOf(tier) : named('service_tier'),
    speed: text('speed'),
    region: named('region'),
    status: failed === undefined ? constant('ok') : sql`case when ${failed} then 'error' else 'ok' end`,
    error_class: errorOf({ failed, filtered, http, error }),
    http_status: at.http_status === undefined ? null : sql`http_status`,
    feature: labelAt('feature', { at, labels }),
    environment: labelAt('environment', { at, labels }),
    attempt: at.attempt === undefined ? null : sql`attempt`,
    bucket_seconds: null,
    billed_currency:
      at.cost === undefined
        ? null
        : sql`case when cost is not null then ${at.currency === undefined ? literal('USD') : sql`upper(coalesce(${text('currency') ?? sql`null`}, 'USD'))`} end`,
    gateway_cached: fromCache === undefined ? null : sql`case when ${fromCache} then true end`,
    token_convention: conventionTrait(told),
    max_output_tokens: at.max_output_tokens === undefined ? null : sql`max_output_tokens`,
    has_tools: null,
    has_images: null,
    has_json_schema: null,
  };
}

interface Failure {
  failed: Sql | undefined;
  filtered: Sql | undefined;
  http: Sql;
  error: Sql;
}

function errorOf({ failed, filtered, http, error }: Failure): Sql | null {
  const stopped = filtered === undefined ? sql`` : sql` when ${filtered} then 'content_filter'`;
  if (failed === undefined) return filtered === undefined ? null : sql`case${stopped} end`;
  return sql`case when ${failed} then coalesce(${errorClassOf(http, error)}, 'other')${stopped} end`;
}

function factsOf({ at, fromCache, labels, tags }: Calls): Facts {
  const text = (name: AtName) => textAt(at[name]);
  return {
    ...TOKEN_FACTS,
    request_id: text('request_id'),
    trace_id: text('trace_id'),
    occurred_at: at.started === undefined ? null : sql`started`,
    requests: at.requests === undefined ? constant(1) : sql`requests`,
    latency_ms: at.latency === undefined ? null : sql`latency`,
    ttft_ms: at.ttft === undefined ? null : sql`ttft`,
    customer: labelAt('customer', { at, labels }),
    user_id: labelAt('user_id', { at, labels }),
    session_id: labelAt('session_id', { at, labels }),
    tags: tagsWith(labels, tags),
    billed_cost:
      at.cost === undefined
        ? null
        : fromCache === undefined
          ? sql`cost`
          : sql`case when ${fromCache} then 0 else cost end`,
  };
}

/** A label from its own field, else from what users attached. */
function labelAt(name: keyof typeof LABELS, { at, labels }: Pick<Calls, 'at' | 'labels'>): Sql | null {
  const own = textAt(at[name]);
  if (labels === undefined) return own;
  return own === null ? labelled(labels, name) : sql`coalesce(${textOf(own)}, ${labelled(labels, name)})`;
}

function tagsWith(labels: Sql | undefined, tags: Calls['tags']): Sql | null {
  const others = labels === undefined ? null : otherLabels(labels);
  return tags === undefined ? others : withLabels(others, tags);
}
