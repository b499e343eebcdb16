import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import { UNIT_SCALES } from '../sources/price_text.js';

/** The three kinds of what a user may say about prices. */
export type OwnKind = 'alias' | 'override' | 'flat';

interface OwnTable {
  table: Sql;
  id: Sql;
  /** What a row says; two rows that say the same are the same. */
  columns: readonly string[];
  /** The columns in the order of `columns`, from a row of the JSON described by `shape`. */
  values: Sql;
  shape: Sql;
  /** Columns that two rows share if they speak of the same; names compare without case. */
  scope: readonly string[];
  /** Whether they are valid for a time, and so only meet if their times do. */
  dated: boolean;
}

/** A price as written is a number for so many units; the exact USD of one has 18 places. Only hours have to be rounded. */
const USD_PER_UNIT = sql`case raw_unit
    when 'per_unit' then cast(raw_value as decimal(24, 18))
    when 'per_kcount' then cast(raw_value as decimal(21, 15)) * cast(${literal(UNIT_SCALES.per_kcount)} as decimal(3, 3))
    when 'per_mtok' then cast(raw_value as decimal(18, 12)) * cast(${literal(UNIT_SCALES.per_mtok)} as decimal(6, 6))
    when 'per_mchar' then cast(raw_value as decimal(18, 12)) * cast(${literal(UNIT_SCALES.per_mchar)} as decimal(6, 6))
    when 'per_hour' then cast(cast(raw_value as decimal(14, 8)) * cast(${literal(UNIT_SCALES.per_hour)} as decimal(24, 24)) as decimal(24, 18))
  end`;

const FACTOR = sql`case raw_unit
    when 'factor' then cast(raw_value as decimal(9, 6))
    when 'percent_off' then cast(1 - cast(raw_value as decimal(7, 4)) * cast(0.01 as decimal(2, 2)) as decimal(9, 6))
  end`;

export const OWN_TABLES: Record<OwnKind, OwnTable> = {
  alias: {
    table: sql`price_alias`,
    id: sql`alias_id`,
    columns: ['provider', 'model', 'price_provider', 'price_model', 'note'],
    values: sql`provider, model, price_provider, price_model, note`,
    shape: shape('provider', 'model', 'price_provider', 'price_model', 'note'),
    scope: ['provider', 'model'],
    dated: false,
  },
  override: {
    table: sql`price_override`,
    id: sql`override_id`,
    columns: [
      'provider',
      'model',
      'dimension',
      'usd_per_unit',
      'factor',
      'raw_value',
      'raw_unit',
      'service_tier',
      'region',
      'effective_from',
      'effective_to',
      'note',
    ],
    values: sql`provider, model, dimension, ${USD_PER_UNIT} as usd_per_unit, ${FACTOR} as factor, raw_value, raw_unit,
      service_tier, region, effective_from, effective_to, note`,
    shape: shape('provider', 'model', 'dimension', 'raw_value', 'raw_unit', 'service_tier', 'region', 'note'),
    scope: ['provider', 'model', 'dimension', 'service_tier', 'region'],
    dated: true,
  },
  flat: {
    table: sql`price_flat`,
    id: sql`flat_id`,
    columns: ['name', 'provider', 'model', 'usd', 'per', 'effective_from', 'effective_to', 'note'],
    values: sql`name, provider, model, cast(usd as decimal(24, 18)) as usd, per, effective_from, effective_to, note`,
    shape: shape('name', 'provider', 'model', 'usd', 'per', 'note'),
    scope: ['name'],
    dated: true,
  },
};

function shape(...texts: string[]): Sql {
  const fields = texts.map((name) => [name, 'VARCHAR']);
  const dates = ['effective_from', 'effective_to'].map((name) => [name, 'TIMESTAMP']);
  return literal(
    JSON.stringify([Object.fromEntries([['position', 'INTEGER'], ['place', 'VARCHAR'], ...fields, ...dates])]),
  );
}

/** The temporary table of what was given of a kind: position, place and `columns`. */
export function given(kind: OwnKind): Sql {
  return identifier(`given_${kind}`);
}

/** Makes that table from $rows, JSON. */
export function stageSql(kind: OwnKind): Sql {
  const { shape: fields, values } = OWN_TABLES[kind];
  return sql`
  create or replace temp table ${given(kind)} as
  select position, place, ${values}
  from (select unnest(from_json(cast($rows as json), ${fields}), recursive := true))`;
}

/** Whether two rows say the very same. */
export function sameWords(kind: OwnKind, one: Sql, other: Sql): Sql {
  return allSame(OWN_TABLES[kind].columns, (name) => [
    sql`${one}.${identifier(name)}`,
    sql`${other}.${identifier(name)}`,
  ]);
}

/** Whether two rows speak of the same, in times that meet: only one of them can hold. A rate and a factor can both hold. */
export function sameScope(kind: OwnKind, one: Sql, other: Sql): Sql {
  const { scope, dated } = OWN_TABLES[kind];
  const same = allSame(scope, (name) => [
    sql`lower(${one}.${identifier(name)})`,
    sql`lower(${other}.${identifier(name)})`,
  ]);
  const alike = kind === 'override' ? sql`${same} and (${one}.factor is null) = (${other}.factor is null)` : same;
  return dated ? sql`${alike} and ${meet(one, other)} and ${meet(other, one)}` : alike;
}

function meet(one: Sql, other: Sql): Sql {
  return sql`coalesce(${one}.effective_from, timestamp '-infinity') < coalesce(${other}.effective_to, timestamp 'infinity')`;
}

function allSame(names: readonly string[], pair: (name: string) => [Sql, Sql]): Sql {
  return join(
    names.map((name) => {
      const [one, other] = pair(name);
      return sql`${one} is not distinct from ${other}`;
    }),
    ' and ',
  );
}

/** Who said it. */
export type Origin = 'command' | 'configuration';

/** The rows of `given` that nothing in force of these origins says already. */
export function missingSql(kind: OwnKind, origins: readonly Origin[]): Sql {
  const { table } = OWN_TABLES[kind];
  return sql`
  from ${given(kind)} as given
  where not exists (
    from ${table} as held
    where held.removed_in is null and held.origin in (${join(origins.map(literal))}) and ${sameWords(kind, sql`given`, sql`held`)}
  )`;
}

/** Writes those rows; $revision, $now and $origin are parameters. */
export function insertSql(kind: OwnKind, origins: readonly Origin[]): Sql {
  const { table, id, columns } = OWN_TABLES[kind];
  const names = columns.map(identifier);
  return sql`
  insert into ${table} (${id}, ${join(names)}, origin, made_at, added_in)
  select
    (select coalesce(max(${id}), 0) from ${table}) + row_number() over (order by given.position),
    ${join(names.map((name) => sql`given.${name}`))},
    $origin,
    cast($now as timestamp),
    $revision
  ${missingSql(kind, origins)}`;
}

/** The rows in force that come from the configuration and stand there no more. */
export function surplusSql(kind: OwnKind): Sql {
  const { table } = OWN_TABLES[kind];
  return sql`
  from ${table} as held
  where held.removed_in is null
    and held.origin = 'configuration'
    and not exists (from ${given(kind)} as given where ${sameWords(kind, sql`given`, sql`held`)})`;
}

/** Models an alias may stand for: those of the book, and those the user set prices for by their full name. */
export const TARGETS = sql`(
    select provider, model from price_model
    union
    select provider, model from price_rate where superseded_at is null
    union
    select provider, model from price_override
    where removed_in is null and usd_per_unit is not null and provider is not null
    union
    select provider, model from given_override where usd_per_unit is not null and provider is not null
  )`;
