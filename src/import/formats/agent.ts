import { ADDRESS_END } from '../../names/project.js';
import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import { field, type Shape } from '../declare/fields.js';
import { constant, type Format, type Place, type Skip } from '../declare/format.js';
import { withLabels } from '../declare/labels.js';
import { failureTraits } from '../declare/normalize.js';

/** The traits that the sessions of coding agents do not tell. */
export const AGENT_TRAITS = {
  request_model: null,
  operation: constant('chat'),
  service_tier: null,
  speed: null,
  region: null,
  http_status: null,
  environment: null,
  attempt: null,
  bucket_seconds: null,
  gateway_cached: null,
  max_output_tokens: null,
  has_tools: null,
  has_images: null,
  has_json_schema: null,
} as const satisfies Partial<Format['traits']>;

/** The facts that they do not tell. */
export const AGENT_FACTS = {
  trace_id: null,
  ttft_ms: null,
  customer: null,
} as const satisfies Partial<Format['facts']>;

/** The folder an agent worked in, without those it lies in. */
export function projectOf(folder: Sql): Sql {
  return sql`nullif(regexp_extract(${folder}, '([^/\\\\]+)[/\\\\]*$', 1), '')`;
}

/**
 * The address of a repository as a label: host, owner and name, `github.com/acme/app`. A user, a password and a token in it are left out. Null
 * where nothing is left.
 */
export function repositoryLabel(address: Sql): Sql {
  const slashed = sql`replace(${address}, ${literal('\\')}, '/')`;
  const plain = sql`regexp_replace(regexp_replace(${slashed}, '^[A-Za-z+]+://', ''), ${literal(ADDRESS_END)}, '')`;
  return sql`nullif(regexp_replace(regexp_replace(${plain}, '^.*@', ''), '^([^/:]+):/*', ${literal(String.raw`\1/`)}), '')`;
}

/** Where the parts of a call stand in the log of an agent; what is left out the log does not tell. */
export interface AgentCall {
  readonly name: string;
  readonly title: string;
  readonly reads?: 'ndjson' | 'json' | 'csv';
  readonly rows?: Format['rows'];
  readonly signature: Format['signature'];
  readonly fields: Shape;
  readonly resolved?: Format['resolved'];
  readonly severalRows?: true;
  readonly computed?: Format['computed'];
  readonly carried?: Format['carried'];
  /** Whether a line is a call; false, never null, for all others. */
  readonly call: Sql;
  /** What the other lines are, the most telling first; the last needs no condition. */
  readonly others: readonly (Skip | string)[];
  readonly counts: {
    readonly input: Place;
    readonly output: Place;
    readonly cacheRead?: Place;
    readonly cacheWrite?: Place;
    readonly cacheWrite1h?: Place;
    readonly reasoning?: Place;
    readonly total?: Place;
  };
  /** Whether the input holds the cached tokens: always, never, or a test; `guessed` where nothing tells and the cheaper reading is taken. */
  readonly inputHoldsCache: boolean | Sql | 'guessed';
  /** Whether the output holds the reasoning. */
  readonly outputHoldsReasoning?: boolean;
  readonly cost?: Place;
  readonly latency?: Place;
  readonly ttft?: Place;
  readonly time?: Place & (string | object);
  /** Not every version of the log tells the time. */
  readonly mayLackTime?: true;
  readonly provider?: Sql;
  readonly model: Sql;
  readonly failed?: { readonly when: Sql; readonly message: Sql };
  readonly requestId?: Sql;
  readonly key?: Sql;
  readonly session?: Sql;
  readonly folder?: Sql;
  readonly user?: Sql;
  readonly tags?: Readonly<Record<string, Sql>>;
  /** How many calls a row stands for: 1 if left out, null where nobody knows. */
  readonly requests?: Sql | null;
  readonly repeats?: Format['repeats'];
  /** A line whose tokens nobody counted is a call at an unknown cost, not a mistake. */
  readonly uncounted?: true;
}

const COUNT_NAMES = {
  input: 'input',
  output: 'output',
  cacheRead: 'cache_read',
  cacheWrite: 'cache_write',
  cacheWrite1h: 'cache_write_1h',
  reasoning: 'reasoning',
  total: 'total',
} as const;

/** The declaration of a log of which some lines are calls and the others are none. */
export function agentCalls(agent: AgentCall): Format {
  const { call, counts, failed, time } = agent;
  const ofCall = (place: Place): Place => ({
    at: typeof place === 'string' ? place : place.at,
    value: sql`case when ${call} then ${typeof place === 'string' ? field(place) : place.value} end`,
  });
  const some = (place: Place | undefined, name: string): Record<string, Place> =>
    place === undefined ? {} : { [name]: ofCall(place) };
  const told = Object.entries(counts).flatMap(([name, place]) =>
    place === undefined ? [] : [[COUNT_NAMES[name as keyof typeof COUNT_NAMES], ofCall(place)] as const],
  );
  const has = (name: keyof AgentCall['counts']) => counts[name] !== undefined;
  const count = (name: keyof AgentCall['counts']): Sql | null => (has(name) ? identifier(COUNT_NAMES[name]) : null);
  const [read, write, longWrite] = [count('cacheRead'), count('cacheWrite'), count('cacheWrite1h')];
  const cached = [read, write].filter((one) => one !== null).map((one) => sql`coalesce(${one}, 0)`);
  const cachedSum = cached.length === 0 ? sql`0` : join(cached, ' + ');
  // Cached tokens that are more than the whole input cannot be a part of it.
  const holds =
    agent.inputHoldsCache === 'guessed' || agent.inputHoldsCache === true
      ? sql`coalesce(input >= ${cachedSum}, true)`
      : agent.inputHoldsCache === false
        ? sql`false`
        : sql`(coalesce(${agent.inputHoldsCache}, false) and coalesce(input >= ${cachedSum}, true))`;
  const reasoning = count('reasoning');
  const inside =
    reasoning === null || agent.outputHoldsReasoning === false ? null : sql`least(coalesce(${reasoning}, 0), output)`;
  const model = sql`case when ${call} then ${agent.model} end`;
  const isFailed = failed === undefined ? sql`false` : sql`(${call} and coalesce(${failed.when}, false))`;
  const path = (place: Place) => (typeof place === 'string' ? place : place.at);
  return {
    name: agent.name,
    title: agent.title,
    reads: agent.reads ?? 'ndjson',
    ...(agent.rows && { rows: agent.rows }),
    signature: agent.signature,
    fields: agent.fields,
    ...(agent.resolved && { resolved: agent.resolved }),
    ...(agent.severalRows && { severalRows: agent.severalRows }),
    ...(agent.computed && { computed: agent.computed }),
    ...(agent.carried && { carried: agent.carried }),
    numbers: Object.fromEntries(told),
    decimals: some(agent.cost, 'cost'),
    durations: { ...some(agent.latency, 'latency'), ...some(agent.ttft, 'ttft') },
    times: time === undefined ? {} : { started: ofCall(time) as Place & object },
    timeUnit: 'any',
    skip: agent.others.map((other) => (typeof other === 'string' ? { reason: other, when: sql`not ${call}` } : other)),
    checks: [
      ...(time === undefined || agent.mayLackTime === true
        ? []
        : [{ field: path(time), reason: 'is missing', missing: 'timestamp', when: sql`${call} and started is null` }]),
      ...(agent.uncounted === true
        ? []
        : [
            {
              field: path(counts.input),
              reason: 'is missing',
              when: sql`${call} and input is null and not ${isFailed}`,
            },
            {
              field: path(counts.output),
              reason: 'is missing',
              when: sql`${call} and output is null and not ${isFailed}`,
            },
          ]),
    ],
    traits: {
      ...AGENT_TRAITS,
      provider: agent.provider ?? null,
      model,
      status: constant('ok'),
      error_class: null,
      ...(failed && failureTraits(isFailed, sql`coalesce(${failed.message}, 'unknown')`)),
      feature: agent.folder === undefined ? null : projectOf(agent.folder),
      billed_currency: agent.cost === undefined ? null : sql`case when cost > 0 then 'USD' end`,
      token_convention:
        agent.inputHoldsCache === 'guessed'
          ? sql`case when ${cachedSum} > 0 then 'guessed' else 'inclusive' end`
          : sql`case when ${holds} then 'inclusive' else 'exclusive' end`,
    },
    facts: {
      ...AGENT_FACTS,
      ttft_ms: agent.ttft === undefined ? null : sql`ttft`,
      request_id: agent.requestId ?? null,
      occurred_at: time === undefined ? null : sql`started`,
      requests: agent.requests === undefined ? constant(1) : agent.requests,
      uncached_input_tokens: sql`case when ${holds} then input - ${cached.length === 0 ? sql`0` : sql`(${cachedSum})`} else input end`,
      cache_read_tokens: read,
      cache_write_tokens:
        longWrite === null ? write : write === null ? null : sql`${write} - coalesce(${longWrite}, 0)`,
      cache_write_1h_tokens: longWrite,
      text_output_tokens: inside === null ? sql`output` : sql`output - ${inside}`,
      reasoning_tokens: reasoning,
      latency_ms: agent.latency === undefined ? null : sql`latency`,
      user_id: agent.user ?? null,
      session_id: agent.session ?? null,
      tags: withTags(agent),
      // 0 is written where the program knows no price, or where a subscription pays.
      billed_cost: agent.cost === undefined ? null : sql`case when cost > 0 then cost end`,
    },
    units: {},
    ...(agent.folder !== undefined && { tellsFolder: true as const }),
    ...(agent.key && { key: agent.key }),
    repeats: agent.repeats ?? 'same',
    dated: time !== undefined && agent.mayLackTime !== true,
  };
}

function withTags({ folder, tags }: AgentCall): Sql | null {
  const all = { ...(folder && { cwd: folder }), ...tags };
  return Object.keys(all).length === 0 ? null : withLabels(null, all);
}

/** What the last line of a kind said, up to this one; for `carried`. */
export function lastSaid(value: Sql): Sql {
  return sql`last_value(${value} ignore nulls) over (partition by file_number order by line_order rows unbounded preceding)`;
}

/** Whether any line of the file is so; for `carried`. */
export function anywhere(test: Sql): Sql {
  return sql`bool_or(coalesce(${test}, false)) over (partition by file_number order by line_order rows between unbounded preceding and unbounded following)`;
}
