import { InputError, UsageError } from '../../errors.js';
import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { parsePath, pointer } from '../declare/fields.js';
import type { AnyFormat } from '../declare/format.js';
import { columnOf } from '../declare/headers.js';
import { FORMATS } from '../formats/index.js';

/** The formats of the configuration: one that claims a file comes before those of the program. */
export type Own = readonly AnyFormat[];

/** The format of that name, for `--format`. */
export function formatNamed(name: string, own: Own): AnyFormat {
  const found = [...FORMATS, ...own].find((format) => format.name === name);
  if (found !== undefined) return found;
  throw new UsageError(`--format '${name}': there is no such format.\nPossible are: ${namesOf(own)}.`);
}

function namesOf(own: Own): string {
  return [...FORMATS, ...own].map(({ name }) => name).join(', ');
}

const LINES_LOOKED_AT = 400;

/** The only format that claims lines of a sample of JSON lines; undefined if none does. */
export async function formatOfLines(
  store: Store,
  sample: readonly string[],
  { name, own }: { name: string; own: Own },
): Promise<AnyFormat | undefined> {
  return only(await claimsOf(store, sample, own), name);
}

/** All formats that claim lines of a sample of JSON lines, looked at evenly. */
export async function claimsOf(store: Store, sample: readonly string[], own: Own): Promise<AnyFormat[]> {
  const [claims = []] = await claimsOfEach(store, [sample], own);
  return claims;
}

/**
 * The same for several samples. Every look into a line keeps room for all of it until the statement is done: a
 * statement over 10,000 lines of 1 kB took more than a gigabyte, so each looks at as many lines as one sample has.
 */
export async function claimsOfEach(
  store: Store,
  samples: readonly (readonly string[])[],
  own: Own,
): Promise<AnyFormat[][]> {
  const claims: AnyFormat[][] = [];
  let [slice, lines]: [(readonly string[])[], number] = [[], 0];
  for (const sample of samples.map(someOf)) {
    if (slice.length > 0 && lines + sample.length > LINES_LOOKED_AT) {
      claims.push(...(await claimsOfSlice(store, slice, own)));
      [slice, lines] = [[], 0];
    }
    slice.push(sample);
    lines += sample.length;
  }
  return [...claims, ...(await claimsOfSlice(store, slice, own))];
}

async function claimsOfSlice(store: Store, samples: readonly (readonly string[])[], own: Own): Promise<AnyFormat[][]> {
  const formats = [...FORMATS, ...own].filter(({ reads }) => reads === 'ndjson' || reads === 'json');
  const claims = formats.map(
    (format) => sql`coalesce(bool_or(${signatureSql(format)}), false) as ${identifier(format.name)}`,
  );
  const lines = samples.flatMap((sample, sample_number) => sample.map((line) => ({ sample_number, line })));
  const answers = await store.rows<Record<string, boolean | number>>(
    sql`
    select sample_number, ${join(claims, ',\n      ')}
    from (
      select sample_number, try_cast(line as json) as line
      from (
        select unnest(from_json($lines, '[{"sample_number":"INTEGER","line":"VARCHAR"}]'), recursive := true)
      ) as given
    ) as looked_at
    where json_type(line) = 'OBJECT'
    group by sample_number`,
    { lines: JSON.stringify(lines) },
  );
  const found = new Map(answers.map(({ sample_number, ...claimed }) => [Number(sample_number), claimed]));
  return samples.map((_, index) =>
    ownFirst(
      formats.filter((format) => found.get(index)?.[format.name] === true),
      own,
    ),
  );
}

/** What the user declares is meant: it is not asked whether another format would fit as well. */
function ownFirst(claims: AnyFormat[], own: Own): AnyFormat[] {
  const declared = claims.filter((claim) => own.includes(claim));
  return declared.length > 0 ? declared : claims;
}

function someOf(sample: readonly string[]): readonly string[] {
  const every = Math.ceil(sample.length / LINES_LOOKED_AT);
  return sample.filter((_, index) => index % every === 0);
}

/** Whether all lines of a sample are pages of some format (see Reading.rows) whose lists have no elements. */
export async function holdsNothing(store: Store, sample: readonly string[], own: Own): Promise<boolean> {
  const empty = [...FORMATS, ...own].flatMap(({ rows = [] }) => {
    const lists = rows.map(({ list }) => list);
    const [top, path] = [literal(`$.${lists[0]}`), `$.${lists.join('[*].')}`];
    return lists.length < 2
      ? []
      : [
          sql`(json_type(line, ${top}) = 'ARRAY' and json_array_length(line, ${top}) = 0)`,
          sql`(len(json_extract(line, ${literal(path)})) > 0 and len(json_extract(line, ${literal(`${path}[*]`)})) = 0)`,
        ];
  });
  const { nothing } = await store.row<{ nothing: boolean }>(
    sql`
    select coalesce(bool_and(coalesce(${join(empty, ' or ')}, false)), false) as nothing
    from (select try_cast(line as json) as line from unnest(from_json($lines, '["VARCHAR"]')) as given(line)) as sample`,
    { lines: JSON.stringify(sample) },
  );
  return nothing;
}

/** The only format all of whose headers, or columns of Parquet, are there, and none that must not be. */
export function formatOfHeaders(
  headers: readonly string[],
  { name, reads, own }: { name: string; reads: 'csv' | 'parquet'; own: Own },
): AnyFormat | undefined {
  const there = (header: string) => columnOf(headers, header.replace('!', '')) >= 0 !== header.startsWith('!');
  const claims = [...FORMATS, ...own].filter(
    ({ signature, reads: kind }) =>
      kind === reads && !isSql(signature) && signature.every((header) => [header].flat().some(there)),
  );
  return only(ownFirst(claims, own), name);
}

function only(claims: readonly AnyFormat[], name: string): AnyFormat | undefined {
  if (claims.length > 1) {
    const names = claims.map((format) => format.name);
    throw new InputError(
      `${name} looks like several formats: ${names.join(' and ')}.\nSay which one it is with --format, or split it.`,
    );
  }
  return claims[0];
}

const NAMES_SHOWN = 20;
/** A name is short; what is not may be the text of somebody's prompt. */
const NAME_SHOWN = 40;

/** No format claims a file. */
export class UnknownFormat extends InputError {
  /** `counts`: whether tokens or money are counted in the file, where that is known already. */
  constructor(
    message: string,
    readonly counts?: boolean,
  ) {
    super(message);
  }
}

/** Nobody knows the file: what was found in it, and what can be done. */
export function unknownFormat(name: string, found: readonly string[], own: Own): UnknownFormat {
  const names = found
    .slice(0, NAMES_SHOWN)
    .map((text) => (text.length > NAME_SHOWN ? `${text.slice(0, NAME_SHOWN)}…` : text));
  const seen = found.length === 0 ? 'nothing with a name' : names.join(', ');
  return new UnknownFormat(
    `${name} is in no format llmcost knows. Found in it: ${seen}.\nKnown are: ${namesOf(own)}. For anything else say where things stand: --map model=… --map input_tokens=… --map output_tokens=… --map timestamp=…, or see what a format of your own could look like: llmcost import --explain ${name}`,
  );
}

/** What `--map` looks for in places where no line of a sample has anything, as `NAME=PATH`. */
export async function unfound(
  store: Store,
  lines: readonly string[],
  map: ReadonlyMap<string, readonly string[]>,
): Promise<string[]> {
  if (map.size === 0) return [];
  const sought = [...map].flatMap(([name, paths]) =>
    paths.map((path) => ({ name, at: pointer(parsePath(path) ?? []) })),
  );
  const found = await store.rows<{ name: string }>(
    sql`
    select distinct sought->>'name' as name
    from (select try_cast(line as json) as line from unnest(from_json($lines, '["VARCHAR"]')) as given(line)) as sample,
      unnest(from_json($sought, '["JSON"]')) as wanted(sought)
    where json_exists(line, sought->>'at')`,
    { lines: JSON.stringify(lines), sought: JSON.stringify(sought) },
  );
  return [...map]
    .filter(([name]) => !found.some((one) => one.name === name))
    .map(([name, paths]) => `${name}=${paths.join(' or ')}`);
}

/** The keys on the top level of the first objects of a sample. */
export async function topKeys(store: Store, lines: readonly string[]): Promise<string[]> {
  const rows = await store.rows<{ key: string }>(
    sql`
    select distinct unnest(json_keys(line)) as key
    from (select try_cast(line as json) as line from unnest(from_json($lines, '["VARCHAR"]')) as given(line)) as sample
    where json_type(line) = 'OBJECT'
    order by key`,
    { lines: JSON.stringify(lines.slice(0, 100)) },
  );
  return rows.map(({ key }) => key);
}

function signatureSql({ signature }: AnyFormat): Sql {
  return isSql(signature) ? signature : sql`false`;
}

function isSql(signature: AnyFormat['signature']): signature is Sql {
  return !Array.isArray(signature);
}
