import { TRAIT_NAMES } from '../import/declare/format.js';
import { withoutProject } from '../import/load/projects.js';
import { escapedGlob } from '../import/read/csv.js';
import { FACT_NAMES, FACT_TYPES, traitColumn, traitType } from '../import/rows/statement.js';
import { PROJECT_LABEL } from '../names/project.js';
import { identifier, join, literal, type Sql, sql } from '../sql.js';
import type { Store } from '../store/store.js';
import type { Sums } from './manifest.js';

/*
 * A pack is a Parquet file of usage as its sources tell it: what names a call and what it counts, never what it costs, which each
 * store works out by its own prices, and never a text of a prompt or an answer, which no store has.
 */

const UNITS_TYPE = sql`map(varchar, decimal(18, 6))`;

/** How a trait is called in a pack: `provider` there is who was paid, as usage names it, for other readers of the file. */
function packedTrait(name: (typeof TRAIT_NAMES)[number]): string {
  return name === 'provider' ? 'source_provider' : name;
}

/** The columns of a pack, in their order, with their types. The key of a call has 128 bits, which Parquet does not know. */
const COLUMNS: readonly { name: string; type: Sql }[] = [
  { name: 'key_hi', type: sql`ubigint` },
  { name: 'key_lo', type: sql`ubigint` },
  ...FACT_NAMES.map((name) => ({ name, type: FACT_TYPES[name] })),
  { name: 'units', type: UNITS_TYPE },
  { name: 'paid_provider', type: sql`varchar` },
  ...TRAIT_NAMES.map((name) => ({ name: packedTrait(name), type: traitType(name) })),
];

/** The push that a row is of, in packs that hold those of several. */
const ORIGIN = { name: 'origin', type: sql`varchar` };

const KEY = sql`((cast(pack.key_hi as uhugeint) << 64) | cast(pack.key_lo as uhugeint))`;

/** Columns of usage that a machine may keep to itself, and those whose values it may replace by keyed digests. */
export interface Privacy {
  leave_out: readonly string[];
  hide: readonly string[];
}

/**
 * Makes the temporary table `outgoing` of calls of imports (a query of import_id): laid out as a pack, with the month beside.
 * `$ipad` and `$opad` are the two blocks of HMAC-SHA256 (RFC 2104), where something is hidden.
 */
export async function selectOutgoing(
  store: Store,
  imports: Sql,
  { leave_out, hide }: Privacy,
  pads: { ipad: string; opad: string } | undefined,
): Promise<void> {
  const value = (name: string, type: Sql, told: Sql) => {
    if (leave_out.includes(name)) return sql`cast(null as ${type}) as ${identifier(name)}`;
    return sql`cast(${hide.includes(name) ? hidden(told) : told} as ${type}) as ${identifier(name)}`;
  };
  // Rules of attribution are those of the reader: a call is pushed as its source told it.
  const changed = ['customer', 'user_id', 'session_id', 'tags'];
  const fact = (name: string) =>
    changed.includes(name)
      ? sql`if(origin.import_id is null, fact.${identifier(name)}, origin.${identifier(name)})`
      : sql`fact.${identifier(name)}`;
  // What git said here of a folder nobody else can ask: it goes along as a label, where labels go.
  const told = (name: string) =>
    name !== 'tags'
      ? fact(name)
      : sql`if(place.project is null, ${fact(name)}, map_concat(${fact(name)}, map {${literal(PROJECT_LABEL)}: place.project}))`;
  await store.run(
    sql`
    create or replace temp table outgoing as
    select
      cast(fact.event_key >> 64 as ubigint) as key_hi,
      cast(fact.event_key & cast(18446744073709551615 as uhugeint) as ubigint) as key_lo,
      ${join(FACT_NAMES.map((name) => value(name, FACT_TYPES[name], told(name))))},
      cast(fact.units as ${UNITS_TYPE}) as units,
      profile.provider as paid_provider,
      ${join(
        TRAIT_NAMES.map((name) => {
          const column = packedTrait(name);
          return value(column, traitType(name), sql`profile.${identifier(column)}`);
        }),
      )},
      coalesce(strftime(fact.occurred_at, '%Y-%m'), 'none') as month
    from usage_fact as fact
    left join usage_attribution as origin on origin.import_id = fact.import_id and origin.event_key = fact.event_key
    left join import_project as place
      on place.import_id = fact.import_id and place.folder = ${fact('tags')}['cwd']
    left join usage_profile as profile
      on profile.profile_id = if(origin.import_id is null, fact.profile_id, origin.profile_id)
    where fact.import_id in (${imports})`,
    pads === undefined || hide.length === 0 ? undefined : pads,
  );
}

/** `h:` and 32 digits of the HMAC of a text: the same on all machines that have the key, and nothing without it. */
function hidden(text: Sql): Sql {
  const inner = sql`unhex(sha256(unhex($ipad) || encode(${text})))`;
  return sql`'h:' || left(sha256(unhex($opad) || ${inner}), 32)`;
}

/** The months of `outgoing`, with what a manifest says of each. */
export async function outgoingMonths(store: Store): Promise<{ month: string; rows: number; sums: Sums }[]> {
  const found = await store.rows<{ month: string } & Record<string, string>>(
    sql`select month, ${SUMS} from outgoing as pack group by month order by month`,
  );
  return found.map(({ month, rows, ...sums }) => ({ month, rows: Number(rows), sums }));
}

/**
 * Writes rows of `outgoing`, or of another query laid out like it, as a pack: in the order of time and key, so that equal rows make equal
 * bytes on every machine.
 */
export async function writePack(store: Store, rows: Sql, path: string, withOrigin = false): Promise<void> {
  const columns = [...COLUMNS, ...(withOrigin ? [ORIGIN] : [])];
  await store.run(sql`set preserve_insertion_order = true`);
  await store.run(sql`
    copy (
      select ${join(columns.map(({ name }) => identifier(name)))}
      from (${rows}) as rows
      order by occurred_at, key_hi, key_lo${withOrigin ? sql`, origin` : sql``}
    ) to ${literal(path)} (format parquet, compression zstd, row_group_size 122880)`);
}

const COUNTED = [
  'uncached_input_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'cache_write_1h_tokens',
  'text_output_tokens',
  'reasoning_tokens',
  'requests',
  'billed_cost',
].map(identifier);
const UNITS_SUM = sql`if(pack.units is null, 0, coalesce(list_sum(map_values(pack.units)), 0))`;

/** What a manifest says of rows, and what is found when they are read. */
const SUMS = join([
  sql`count(*) as rows`,
  ...COUNTED.map((name) => sql`cast(coalesce(sum(pack.${name}), 0) as varchar) as ${name}`),
  sql`cast(coalesce(sum(${UNITS_SUM}), 0) as varchar) as units`,
]);

const LEAST_COUNT = sql`least(${join(
  [...COUNTED, identifier('latency_ms')].map((name) => sql`coalesce(pack.${name}, 0)`),
)}, if(pack.units is null, 0, coalesce(list_min(map_values(pack.units)), 0)))`;

/** What a file holds: for each push (null where the file is of one) its rows and sums, how many calls they are, and the least count. */
export interface Held {
  origin: string | null;
  rows: number;
  calls: number;
  least: string;
  sums: Sums;
}

/** What a pack holds, or what is wrong with it. */
export type Inspected = Held[] | { wrong: string };

/** So many files are read by one statement. */
const FILES = 500;

/** Reads packs that somebody else wrote. Resolves to what each holds, by path, or to what is wrong with it. */
export async function inspectPacks(store: Store, paths: readonly string[]): Promise<Map<string, Inspected>> {
  const found = new Map<string, Inspected>();
  for (let start = 0; start < paths.length; start += FILES) {
    for (const one of await inspected(store, paths.slice(start, start + FILES))) found.set(...one);
  }
  return found;
}

/** One file that cannot be read is in the way of all others of its statement: they are halved until it is alone. */
async function inspected(store: Store, paths: readonly string[]): Promise<[string, Inspected][]> {
  try {
    return await inspectedTogether(store, paths);
  } catch (error) {
    // DuckDB says of every file that it cannot read why not; a full disk and the like are no fault of a file.
    const unreadable = /^(Invalid Input|IO|Conversion|Serialization|Out of Range|Binder) Error/i;
    if (!(error instanceof Error && unreadable.test(error.message))) throw error;
    const [first] = paths;
    if (first === undefined) return [];
    if (paths.length === 1)
      return [
        [
          first,
          { wrong: `it is no Parquet file that can be read (${error.message.split('\n', 1)[0]?.slice(0, 120)})` },
        ],
      ];
    const half = Math.ceil(paths.length / 2);
    return [...(await inspected(store, paths.slice(0, half))), ...(await inspected(store, paths.slice(half)))];
  }
}

async function inspectedTogether(store: Store, paths: readonly string[]): Promise<[string, Inspected][]> {
  const list = join(paths.map((path) => literal(escapedGlob(path))));
  const schemas = await store.rows<{ file: string; columns: string[] }>(sql`
    select
      file_name as file,
      list(name || ' ' || coalesce(duckdb_type, converted_type, 'GROUP') order by column_id) as columns
    from parquet_schema([${list}])
    where column_id > 0
    group by file_name`);
  const wrong = new Map(
    schemas.flatMap(({ file, columns }): [string, string][] => {
      const difference = differenceOf(columns);
      return difference === undefined ? [] : [[file, difference]];
    }),
  );
  const several = new Set(schemas.filter(({ columns }) => columns.at(-1) === ORIGIN_COLUMN).map(({ file }) => file));
  const good = paths.filter((path) => !wrong.has(path));
  const held = [
    ...(await sumsOf(
      store,
      good.filter((path) => !several.has(path)),
      sql`cast(null as varchar)`,
    )),
    ...(await sumsOf(
      store,
      good.filter((path) => several.has(path)),
      sql`pack.origin`,
    )),
  ];
  const found = new Map<string, Inspected>(paths.map((path) => [path, []]));
  for (const { file, ...one } of held) found.set(file, [...heldIn(found.get(file)), one]);
  for (const [file, difference] of wrong) found.set(file, { wrong: difference });
  return [...found];
}

function heldIn(found: Inspected | undefined): Held[] {
  return found === undefined || 'wrong' in found ? [] : found;
}

async function sumsOf(store: Store, paths: readonly string[], origin: Sql): Promise<(Held & { file: string })[]> {
  if (paths.length === 0) return [];
  const rows = await store.rows<{ file: string; origin: string | null } & Record<string, string | null>>(sql`
    select
      pack.filename as file,
      ${origin} as origin,
      count(distinct (pack.key_hi, pack.key_lo)) as calls,
      cast(min(${LEAST_COUNT}) as varchar) as least,
      ${SUMS}
    from ${packsOf(paths)} as pack
    group by all`);
  return rows.map(({ file, origin: of, rows: count, calls, least, ...sums }) => ({
    file,
    origin: of,
    rows: Number(count),
    calls: Number(calls),
    least: least ?? '0',
    sums: Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum ?? '0'])),
  }));
}

/** The columns of a pack as Parquet has them: a map is a group of keys and values. */
const PARQUET_COLUMNS = COLUMNS.flatMap(({ name, type }) => {
  const map = /^map\((.+?), (.+)\)$/.exec(type.text);
  if (map === null) return [`${name} ${parquetType(type.text)}`];
  const [, key = '', value = ''] = map;
  return [`${name} MAP`, 'key_value GROUP', `key ${parquetType(key)}`, `value ${parquetType(value)}`];
});
const ORIGIN_COLUMN = `${ORIGIN.name} ${parquetType(ORIGIN.type.text)}`;

function parquetType(type: string): string {
  return type.toUpperCase().replaceAll(', ', ',');
}

function differenceOf(columns: readonly string[]): string | undefined {
  const wanted = [...PARQUET_COLUMNS, ...(columns.at(-1) === ORIGIN_COLUMN ? [ORIGIN_COLUMN] : [])];
  const place = wanted.findIndex((column, index) => columns[index] !== column);
  if (place >= 0)
    return `its column ${place + 1} is ${(columns[place] ?? 'missing').slice(0, 60)}, not ${wanted[place]}`;
  return columns.length > wanted.length
    ? `it has a column ${columns[wanted.length]?.slice(0, 60)} too much`
    : undefined;
}

/** Rows of a push that are to be read from a file, under the number of an import. */
export interface Reading extends Record<string, string | number | boolean | null> {
  file: string;
  import_id: number;
  origin: string | null;
  /** Only calls that lost the state that was kept of them (table lost_key). */
  only_lost: boolean;
}

/** A query of calls in packs, laid out as `storeRated` takes them, with the import they belong to. Makes the temporary table `reading`. */
export async function incomingCalls(store: Store, readings: readonly Reading[]): Promise<Sql> {
  await nameReadings(store, readings);
  await store.run(sql`create temp table if not exists lost_key (event_key uhugeint)`);
  const own = readings.filter(({ origin }) => origin === null);
  const shared = readings.filter(({ origin }) => origin !== null);
  return join(
    [
      ...(own.length === 0 ? [] : [callsIn(own, sql`reading.origin is null`)]),
      ...(shared.length === 0 ? [] : [callsIn(shared, sql`reading.origin = pack.origin`)]),
    ],
    ' union all ',
  );
}

async function nameReadings(store: Store, readings: readonly Reading[]): Promise<void> {
  await store.run(
    sql`create or replace temp table reading as
    select unnest(from_json($readings, '[{"file":"VARCHAR","import_id":"INTEGER","origin":"VARCHAR","only_lost":"BOOLEAN"}]'), recursive := true)`,
    { readings: JSON.stringify(readings) },
  );
}

function packsOf(files: readonly string[]): Sql {
  const list = join(files.map((file) => literal(escapedGlob(file))));
  return sql`read_parquet([${list}], filename = true, hive_partitioning = false)`;
}

function callsIn(readings: readonly Reading[], same: Sql): Sql {
  const files = [...new Set(readings.map(({ file }) => file))];
  return sql`
    select
      reading.import_id,
      ${KEY} as event_key,
      ${join(FACT_NAMES.map((name) => (name === 'tags' ? sql`${withoutProject(sql`pack.tags`)} as tags` : sql`pack.${identifier(name)}`)))},
      pack.units,
      ${join(TRAIT_NAMES.map((name) => sql`pack.${identifier(packedTrait(name))} as ${traitColumn(name)}`))},
      cast(null as varchar) as trouble
    from ${packsOf(files)} as pack
    join reading on reading.file = pack.filename and ${same}
    where not reading.only_lost or ${KEY} in (from lost_key)`;
}

/** A query of what packs say of folders, as keepProjects takes it; undefined where there is no pack. Reads the table `reading`. */
export function incomingProjects(readings: readonly Reading[]): Sql | undefined {
  const project = sql`pack.tags[${literal(PROJECT_LABEL)}]`;
  const told = (some: readonly Reading[], same: Sql) => {
    const files = [...new Set(some.map(({ file }) => file))];
    return files.length === 0
      ? []
      : [
          sql`
    select distinct reading.import_id, pack.tags['cwd'] as folder, ${project} as project
    from ${packsOf(files)} as pack
    join reading on reading.file = pack.filename and ${same}
    where pack.tags['cwd'] is not null and ${project} is not null`,
        ];
  };
  const queries = [
    ...told(
      readings.filter(({ origin }) => origin === null),
      sql`reading.origin is null`,
    ),
    ...told(
      readings.filter(({ origin }) => origin !== null),
      sql`reading.origin = pack.origin`,
    ),
  ];
  return queries.length === 0 ? undefined : join(queries, ' union ');
}

/** A query of the rows of pushes as they are in their packs, with their origin: what a compaction puts together. */
export async function concatenatedRows(store: Store, readings: readonly Reading[]): Promise<Sql> {
  await nameReadings(store, readings);
  const files = [...new Set(readings.map(({ file }) => file))];
  return sql`
    select ${join(COLUMNS.map(({ name }) => sql`pack.${identifier(name)}`))}, reading.origin
    from ${packsOf(files)} as pack
    join reading on reading.file = pack.filename`;
}
