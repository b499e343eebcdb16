import { InputError, UsageError } from '../errors.js';
import { identifier, join, type Sql, sql } from '../sql.js';
import type { Store } from '../store/store.js';
import type { Format } from './format.js';
import { FORMATS } from './formats/index.js';

/** The format of that name, for `--format`. */
export function formatNamed(name: string): Format {
  const found = FORMATS.find((format) => format.name === name);
  if (found !== undefined) return found;
  throw new UsageError(
    `--format '${name}': there is no such format.\nPossible are: ${FORMATS.map((format) => format.name).join(', ')}.`,
  );
}

/** The only format that claims lines of a sample of JSON lines; undefined if none does. */
export async function formatOfLines(store: Store, lines: readonly string[], name: string): Promise<Format | undefined> {
  const formats = FORMATS.filter((format) => format.reads === 'ndjson');
  const claims = formats.map(
    (format) => sql`coalesce(bool_or(${signatureSql(format)}), false) as ${identifier(format.name)}`,
  );
  const answer = await store.row<Record<string, boolean>>(
    sql`
    select ${join(claims, ',\n      ')}
    from (select try_cast(line as json) as line from unnest(from_json($lines, '["VARCHAR"]')) as given(line)) as sample
    where json_type(line) = 'OBJECT'`,
    { lines: JSON.stringify(lines) },
  );
  return only(
    formats.filter((format) => answer[format.name]),
    name,
  );
}

/** The only format all of whose headers are there. */
export function formatOfHeaders(headers: readonly string[], name: string): Format | undefined {
  const claims = FORMATS.filter(
    ({ signature }) => !isSql(signature) && signature.every((header) => headers.includes(header)),
  );
  return only(claims, name);
}

function only(claims: readonly Format[], name: string): Format | undefined {
  if (claims.length > 1) {
    const names = claims.map((format) => format.name);
    throw new InputError(
      `${name} looks like several formats: ${names.join(' and ')}.\nSay which one it is with --format, or split it.`,
    );
  }
  return claims[0];
}

/** Nobody knows the file: what was found in it, and what can be done. */
export function unknownFormat(name: string, found: readonly string[]): InputError {
  const seen = found.length === 0 ? 'nothing with a name' : found.slice(0, 20).join(', ');
  return new InputError(
    `${name} is in no format llmcost knows. Found in it: ${seen}.\nKnown are: ${FORMATS.map((format) => format.name).join(', ')}. For anything else say where things stand: --map model=… --map input_tokens=… --map output_tokens=… --map timestamp=…`,
  );
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

function signatureSql({ signature }: Format): Sql {
  return isSql(signature) ? signature : sql`false`;
}

function isSql(signature: Format['signature']): signature is Sql {
  return !Array.isArray(signature);
}
