import { InputError, UsageError } from '../../errors.js';
import { nearestThree } from '../../names/nearest.js';
import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { type Path, parsePath } from '../declare/fields.js';
import type { AnyFormat } from '../declare/format.js';
import { columnOf } from '../declare/headers.js';
import { FORMATS } from '../formats/index.js';
import { wellFormed } from '../read/lone_surrogates.js';
import { parseJson } from '../read/parse_json.js';
import type { Source } from '../read/source.js';

/** The formats of the configuration: one that claims a file comes before those of the program. */
export type Own = readonly AnyFormat[];

/** The format of that name, for `--format`. */
export function formatNamed(name: string, own: Own): AnyFormat {
  const found = [...FORMATS, ...own].find((format) => format.name === name);
  if (found !== undefined) return found;
  const names = [...FORMATS, ...own].map((format) => format.name);
  throw new UsageError(
    `--format '${name}': there is no such format.\nNearest of ${names.length} are: ${nearestThree(name, names).join(', ')}. Without --format the file itself tells.`,
  );
}

const LINES_LOOKED_AT = 400;
const TEXT_LOOKED_AT = 1 << 17;

/** What no two lines with the same fingerprint differ in: how a look at one is a look at all. */
type Fingerprint = string;

/**
 * Tells which formats claim lines of JSON. The signatures of all formats together take a tenth of a second to plan and
 * 0.1 ms for each line, and the lines of a thousand log files look alike: each kind of line is asked about once.
 */
export class Claims {
  private readonly formats: readonly AnyFormat[];
  private readonly claimed = new Map<Fingerprint, ReadonlySet<AnyFormat>>();
  private readonly words: Vocabulary | undefined;

  constructor(
    private readonly store: Store,
    readonly own: Own,
  ) {
    this.formats = [...FORMATS, ...own].filter(({ reads }) => reads === 'ndjson' || reads === 'json');
    this.words = own.length === 0 ? vocabularyOf(this.formats) : undefined;
  }

  /** All formats that claim lines of a sample, looked at evenly; those of the configuration alone, if there are any. */
  async of(sample: readonly string[]): Promise<AnyFormat[]> {
    const lines = evenly(sample);
    await this.learn([lines]);
    const claims = new Set(lines.flatMap((line) => [...(this.claimed.get(this.fingerprintOf(line)) ?? [])]));
    return preferDeclared(
      this.formats.filter((format) => claims.has(format)),
      this.own,
    );
  }

  /** The only format that claims lines of a sample; undefined if none does. Throws InputError where several do. */
  async only(sample: readonly string[], name: string): Promise<AnyFormat | undefined> {
    return only(await this.of(sample), name);
  }

  /** Asks about all lines of samples that nobody has asked about yet, in few statements. */
  async learn(samples: readonly (readonly string[])[]): Promise<void> {
    const unknown = new Map<Fingerprint, string>();
    for (const line of samples.flatMap(evenly)) {
      const fingerprint = this.fingerprintOf(line);
      if (!this.claimed.has(fingerprint)) unknown.set(fingerprint, line);
    }
    for (const lines of shares([...unknown])) await this.ask(lines);
  }

  private async ask(lines: readonly (readonly [Fingerprint, string])[]): Promise<void> {
    const claims = this.formats.map(
      (format) => sql`coalesce(${signatureSql(format)}, false) as ${identifier(format.name)}`,
    );
    const answers = await this.store.rows<Record<string, boolean | number>>(
      sql`
      select "$number", ${join(claims, ',\n      ')}
      from (
        select "$number", try_cast(line as json) as line
        from (select unnest(from_json($lines, '["VARCHAR"]')) as line, generate_subscripts(from_json($lines, '["VARCHAR"]'), 1) as "$number")
      ) as looked_at
      where json_type(line) = 'OBJECT'`,
      // A line with half a character is read as a copy without it: what claims that one is asked about here.
      { lines: JSON.stringify(lines.map(([, line]) => wellFormed(line))) },
    );
    for (const [fingerprint] of lines) this.claimed.set(fingerprint, new Set());
    for (const { $number, ...claimed } of answers) {
      const [fingerprint] = lines[Number($number) - 1] ?? [];
      if (fingerprint === undefined) continue;
      this.claimed.set(fingerprint, new Set(this.formats.filter(({ name }) => claimed[name] === true)));
    }
  }

  private fingerprintOf(line: string): Fingerprint {
    return this.words === undefined ? line : fingerprintOf(line, this.words);
  }
}

/**
 * Lines that one statement looks at. Every look into a line keeps room for all of it until the statement is done, and every
 * signature has a few: 26 lines of 30 kB took a gigabyte.
 */
function shares<Line extends readonly [Fingerprint, string]>(asked: readonly Line[]): Line[][] {
  const found: Line[][] = [];
  let room = 0;
  for (const line of asked) {
    const last = found.at(-1);
    room -= line[1].length;
    if (last === undefined || last.length >= LINES_LOOKED_AT || room < 0) {
      found.push([line]);
      room = TEXT_LOOKED_AT - line[1].length;
    } else last.push(line);
  }
  return found;
}

/** The names that signatures look for, and those whose values they look at. */
interface Vocabulary {
  keys: ReadonlySet<string>;
  values: ReadonlySet<string>;
}

/** By the texts of the signatures: whatever stands between quotation marks may be the name of a key. */
function vocabularyOf(formats: readonly AnyFormat[]): Vocabulary {
  const text = formats.map((format) => signatureSql(format).text).join('\n');
  const words = (pattern: RegExp) =>
    new Set([...text.matchAll(pattern)].flatMap(([, found = '']) => found.match(/[\w$-]+/g) ?? []));
  return {
    keys: words(/'([^']*)'/g),
    values: words(/(?:->>\s*|json_extract_string\(\w+,\s*|json_value\(\w+,\s*)'([^']*)'/g),
  };
}

/**
 * What signatures can see of a line: its keys as far as they name them, the types of values, and of the values that they
 * look at the word at the beginning (`chat.completion`, `gen-`). What is no JSON is seen by nobody.
 */
function fingerprintOf(line: string, { keys, values }: Vocabulary): Fingerprint {
  let value: unknown;
  try {
    value = parseJson(line);
  } catch {
    // Nobody has seen it yet: JSON that only DuckDB reads is still asked about.
    return line;
  }
  const see = (seen: unknown, key: string, depth: number): unknown => {
    if (typeof seen === 'object' && seen !== null && depth > DEEPEST) return '…';
    if (Array.isArray(seen)) {
      const kinds = seen.map((element) => see(element, key, depth + 1));
      return [...new Map(kinds.map((kind) => [JSON.stringify(kind), kind])).values()];
    }
    if (typeof seen === 'object' && seen !== null) {
      const known = Object.entries(seen).filter(([name]) => keys.has(name));
      return Object.fromEntries([...known.map(([name, part]) => [name, see(part, name, depth + 1)]), ['', 0]]);
    }
    if (typeof seen === 'string') return values.has(key) ? /^[a-z_.-]*/i.exec(seen)?.[0].slice(0, LONGEST_WORD) : '';
    return typeof seen === 'number' ? 0 : seen;
  };
  return JSON.stringify(see(value, '', 0));
}

const LONGEST_WORD = 60;
/** No signature looks deeper into a line. */
const DEEPEST = 20;

/** What the user declares is meant: it is not asked whether another format would fit as well. */
function preferDeclared(claims: AnyFormat[], own: Own): AnyFormat[] {
  const declared = claims.filter((claim) => own.includes(claim));
  return declared.length > 0 ? declared : claims;
}

function evenly(sample: readonly string[]): readonly string[] {
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
  return only(preferDeclared(claims, own), name);
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
  /** The file as it was looked at. */
  seen?: { source: Source; head: string };

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
    `${name} is in no format llmcost knows. Found in it: ${seen}.\n${likeText(found, own)}Say where things stand: --map model=… --map input_tokens=… --map output_tokens=… --map timestamp=…, or see what a format of your own could look like: llmcost import --explain ${name}`,
  );
}

/** Names that stand in files of all kinds. */
const EVERYWHERE = ['id', 'type', 'name', 'model', 'timestamp', 'time', 'created', 'status', 'error', 'data', 'usage'];

/** The formats that have the most names in common with a file, if they have some. */
function likeText(found: readonly string[], own: Own): string {
  const telling = new Set(found.filter((name) => !EVERYWHERE.includes(name)));
  const like = [...FORMATS, ...own]
    .map(({ name, fields }) => ({ name, shared: Object.keys(fields).filter((key) => telling.has(key)).length }))
    .filter(({ shared }) => shared >= 2)
    .sort((one, other) => other.shared - one.shared)
    .slice(0, 3)
    .map(({ name }) => name);
  return like.length === 0 ? '' : `Most like it: ${like.join(', ')}.\n`;
}

/** What `--map` looks for in places where no line of a sample has anything, as `NAME=PATH`. */
export function findUnfound(lines: readonly string[], map: ReadonlyMap<string, readonly string[]>): string[] {
  if (map.size === 0) return [];
  const records = lines.map(parseLine);
  const found = (path: string) => records.some((record) => holds(record, parsePath(path) ?? []));
  return [...map].filter(([, paths]) => !paths.some(found)).map(([name, paths]) => `${name}=${paths.join(' or ')}`);
}

function holds(record: unknown, path: Path): boolean {
  const [step, ...rest] = path;
  if (step === undefined) return true;
  if (typeof record !== 'object' || record === null || !Object.hasOwn(record, step)) return false;
  return holds(Object.entries(record).find(([key]) => key === String(step))?.[1], rest);
}

/** The value of a line of JSON; undefined where it is none. */
export function parseLine(line: string): unknown {
  try {
    return parseJson(line);
  } catch {
    return undefined;
  }
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
