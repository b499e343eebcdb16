import { identifier, integer, join, literal, type Sql, sql } from '../../sql.js';

/** What is read of a JSON object: names of its keys, each a text (of any scalar), an object, or a list of objects. */
export interface Shape {
  readonly [key: string]: 'text' | Shape | readonly [Shape];
}

/** Where a value stands: a path (`usage.prompt_tokens`), or an expression and the name people know it by. */
export type Place = string | { readonly at: string; readonly value: Sql };

/** One step is a key of an object (or a CSV header), a number an element of a list, counted from 0. */
export type Path = readonly (string | number)[];

/**
 * A path as people write it: `metadata.tenant`, `messages[0].role`, `tags."a.b"`.
 * Undefined if the text is none.
 */
export function parsePath(text: string): Path | undefined {
  const steps: (string | number)[] = [];
  const step = /(?:^|\.)(?:"([^"]+)"|([^."[\]]+))|\[(\d+)\]/y;
  while (step.lastIndex < text.length) {
    const match = step.exec(text);
    if (match === null) return undefined;
    steps.push(match[3] === undefined ? (match[1] ?? match[2] ?? '') : Number(match[3]));
  }
  return typeof steps[0] === 'string' ? steps : undefined;
}

/**
 * The field of a line that a dotted path names, as text. Lines are read as one column per key of the top level; its
 * name carries a dollar sign, so that it never collides with what is computed from it.
 */
export function field(path: string): Sql {
  return join(
    path.split('.').map((key, depth) => identifier(depth === 0 ? `$${key}` : key)),
    '.',
  );
}

/**
 * The shape with a path added, and how the path is then read. A list, or a path into a text, is read as JSON text.
 * Undefined where the shape reads inside of what the path wants as a whole.
 */
export function withPath(shape: Shape, path: Path): { shape: Shape; value: Sql } | undefined {
  const element = path.findIndex((step) => typeof step === 'number');
  const keys = path.slice(0, element < 0 ? path.length : element).map(String);
  for (let length = keys.length; length > 0; length--) {
    const known = keys.slice(0, length);
    const grown = grownBy(shape, known);
    if (grown === undefined) continue;
    const value = join([identifier(`$${known[0]}`), ...known.slice(1).map(identifier)], '.');
    const rest = path.slice(length);
    return { shape: grown, value: rest.length === 0 ? value : extracted(value, rest) };
  }
  return undefined;
}

/** A key of a shape that differs from one of a path in case only: the database cannot keep them apart. */
export function caseTwin(shape: Shape, [key, ...rest]: Path): { key: string; twin: string } | undefined {
  if (typeof key !== 'string') return undefined;
  const twin = Object.keys(shape).find((other) => other !== key && other.toLowerCase() === key.toLowerCase());
  if (twin !== undefined) return { key, twin };
  const inner = shape[key];
  return isObject(inner) ? caseTwin(inner, rest) : undefined;
}

/** What two shapes read together; where both have a key as an object, its parts. */
export function merged(one: Shape, other: Shape): Shape {
  const both = Object.entries(other).map(([key, part]): [string, Shape[string]] => {
    const present = one[key];
    return [key, isObject(present) && isObject(part) ? merged(present, part) : part];
  });
  return { ...one, ...Object.fromEntries(both) };
}

/** The columns a reader of JSON lines is told to look for: `{"id": 'VARCHAR', …}`. */
export function readerColumns(shape: Shape): Sql {
  const columns = Object.entries(shape).map(([key, part]) => sql`${identifier(key)}: ${literal(sqlType(part).text)}`);
  return sql`{${join(columns)}}`;
}

/** The whole shape as one structure, or a list of it, for `json_transform`. */
export function structureOf(shape: Shape | readonly [Shape]): Sql {
  return literal(JSON.stringify(jsonType(shape)));
}

/** The part of a structure that a dotted path names. */
export function within(structure: Sql, path: string): Sql {
  return path.split('.').reduce((before, key) => sql`${before}.${identifier(key)}`, structure);
}

/** The select list that gives every key of the top level the name `field` knows it by. */
export function renamed(shape: Shape): Sql {
  return join(Object.keys(shape).map((key) => sql`${identifier(key)} as ${identifier(`$${key}`)}`));
}

function sqlType(part: Shape[string]): Sql {
  if (part === 'text') return sql`varchar`;
  if (isList(part)) return sql`${sqlType(part[0])}[]`;
  const keys = Object.entries(part).map(([key, inner]) => sql`${identifier(key)} ${sqlType(inner)}`);
  return sql`struct(${join(keys)})`;
}

function jsonType(part: Shape[string]): unknown {
  if (part === 'text') return 'VARCHAR';
  if (isList(part)) return [jsonType(part[0])];
  return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, jsonType(inner)]));
}

function isObject(part: Shape[string] | undefined): part is Shape {
  return part !== undefined && part !== 'text' && !isList(part);
}

function isList(part: Shape | readonly [Shape]): part is readonly [Shape] {
  return Array.isArray(part);
}

/** Undefined where the path runs into something that is read as a text or a list. */
function grownBy(shape: Shape, [key = '', ...rest]: readonly string[]): Shape | undefined {
  const present = shape[key];
  if (rest.length === 0) return present === undefined || present === 'text' ? withText(shape, key) : undefined;
  if (present === 'text' || (present !== undefined && isList(present))) return undefined;
  const inner = grownBy(present ?? {}, rest);
  return inner === undefined ? undefined : { ...shape, [key]: inner };
}

function withText(shape: Shape, key: string): Shape {
  return { ...shape, [key]: 'text' };
}

function extracted(text: Sql, rest: Path): Sql {
  return sql`json_extract_string(try_cast(${text} as json), ${literal(pointer(rest))})`;
}

/** A path as DuckDB's functions for JSON take it: `$."metadata"."tenant"`. */
export function pointer(path: Path): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `."${step.replaceAll('"', '')}"`));
  return `$${steps.join('')}`;
}

/** Element of a list field, counted from 1 as DuckDB does. */
export function element(list: Sql, position: number): Sql {
  return sql`${list}[${integer(position)}]`;
}

/** The text of a value, of a line as it was read. */
export function placeSql(place: Place): Sql {
  return typeof place === 'string' ? field(place) : place.value;
}

/** What a value is called in messages. */
export function placeName(place: Place): string {
  return typeof place === 'string' ? place : place.at;
}
