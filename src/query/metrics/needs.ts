import { identifier, integer, join, literal, type Sql, sql } from '../../sql.js';
import { BASE, MEASURES, type Measure, type MeasureName } from './measures.js';
import { SAMPLES, type Sample, sampleColumn } from './metric.js';
import { type MetricName, metricOf } from './metrics.js';

/** What must be worked out for some metrics: only that is read. */
export interface Needs {
  measures: readonly MeasureName[];
  samples: readonly Sample[];
  customers: boolean;
  /** The cost of a request in the cheapest row. */
  least: boolean;
}

/** What the metrics need. */
export function needsOf(names: readonly MetricName[]): Needs {
  const metrics = names.map(metricOf);
  const samples = metrics.flatMap(({ sample }) => (sample === undefined ? [] : [sample]));
  return {
    measures: [...new Set(metrics.flatMap(({ measures }) => measures ?? []))],
    samples: [...new Map(samples.map((sample) => [sampleColumn(sample), sample])).values()],
    customers: metrics.some(({ customers }) => customers === true),
    least: names.includes('vs_min'),
  };
}

/** A measure by its name. */
export function measureOf(name: MeasureName): Measure {
  return MEASURES[name];
}

/** All measures of several groups as one, each under its name. */
export function merged({ measures }: Needs): Sql {
  const sums = Object.keys(BASE).map((name) => sql`sum(${identifier(name)}) as ${identifier(name)}`);
  const others = measures.map((name) => {
    const column = identifier(name);
    return measureOf(name).merge === 'max' ? sql`max(${column}) as ${column}` : sql`sum(${column}) as ${column}`;
  });
  return join([...sums, ...others], ',\n    ');
}

/** Whether something is not added up, but taken from the single rows of usage. */
export function sampling({ samples, customers }: Needs): boolean {
  return samples.length > 0 || customers;
}

/** The columns of what is taken from single rows. */
export function sampledColumns({ samples, customers }: Needs): Sql[] {
  return [...samples.map((sample) => identifier(sampleColumn(sample))), ...(customers ? [sql`customers`] : [])];
}

/**
 * What is taken from single rows, as a query: `keys` (fragments `… as name` over `from`), then latency_p50, … and customers. One list
 * of quantiles for each thing sampled, so that its values are held once.
 */
export function sampled(needs: Needs, keys: readonly NamedKey[], from: Sql): Sql {
  return keys.length === 0 ? sampledWhole(needs, from) : sampledGroups(needs, keys, from);
}

function sampledGroups(
  { samples, customers }: Pick<Needs, 'samples' | 'customers'>,
  keys: readonly NamedKey[],
  from: Sql,
): Sql {
  const kinds = [...new Set(samples.map(({ of }) => of))];
  const wanted = (kind: string) => samples.filter(({ of }) => of === kind);
  const lists = kinds.map((kind) => {
    const quantiles = join(wanted(kind).map(({ quantile }) => quantileSql(quantile)));
    return sql`quantile_disc(${SAMPLES[kind]}, [${quantiles}]) as ${identifier(`${kind}_q`)}`;
  });
  const values = kinds.flatMap((kind) =>
    wanted(kind).map((sample, index) => {
      const position = literal(String(index + 1));
      return sql`${identifier(`${kind}_q`)}[cast(${position} as integer)] as ${identifier(sampleColumn(sample))}`;
    }),
  );
  const named = keys.map(({ name, key }) => sql`${key} as ${name}`);
  const counted = customers ? [sql`count(distinct fact.customer) as customers`] : [];
  return sql`
    select ${join([...keys.map(({ name }) => name), ...values, ...(customers ? [sql`customers`] : [])])}
    from (
      select ${join([...named, ...lists, ...counted])}
      from ${from}
      ${keys.length === 0 ? sql`` : sql`group by all`}
    )`;
}

/**
 * The same of all rows of `from` together. They are many, and the different values of most things few: to count the rows of each value takes
 * a fifth of the time of putting all rows in order (latencies of 20 million calls: 0.12 s, 0.65 s). Costs differ from call to call.
 */
function sampledWhole({ samples, customers }: Needs, from: Sql): Sql {
  const kinds = [...new Set(samples.map(({ of }) => of))];
  const each = kinds.map((kind) => {
    const wanted = samples.filter(({ of }) => of === kind);
    return kind === 'cost'
      ? sampledGroups({ samples: wanted, customers: false }, [], from)
      : counted(kind, wanted, from);
  });
  const names = customers ? [sql`select count(distinct fact.customer) as customers from ${from}`] : [];
  return sql`
    select * from ${join(
      [...each, ...names].map((query) => sql`(${query})`),
      ' cross join ',
    )}`;
}

/** Quantiles out of how many rows have each value: the smallest value that, with all below it, that part of the rows have. */
function counted(kind: Sample['of'], wanted: readonly Sample[], from: Sql): Sql {
  const quantiles = wanted.map((sample) => {
    const hundredths = integer(Math.round(Number(sample.quantile) * 100));
    return sql`min(value) filter (where 100 * upto >= ${hundredths} * valued) as ${identifier(sampleColumn(sample))}`;
  });
  return sql`
    select ${join(quantiles)}
    from (
      select value, sum(rows) over (order by value) as upto, sum(rows) over () as valued
      from (select ${SAMPLES[kind]} as value, count(*) as rows from ${from} group by all)
      where value is not null
    )`;
}

export interface NamedKey {
  name: Sql;
  key: Sql;
}

function quantileSql(quantile: Sample['quantile']): Sql {
  return { '0.5': sql`0.5`, '0.95': sql`0.95`, '0.99': sql`0.99` }[quantile];
}
