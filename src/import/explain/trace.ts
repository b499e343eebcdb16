import type { AnyFormat, Cell, Place } from '../declare/format.js';

/** Where a stored column comes from: places in the file, and what is made of them. */
export interface Traced {
  from: string[];
  how: string[];
}

const TOKEN =
  /json_extract_string\(try_cast\(("[^)]*?") as json\), '([^']*)'\)|("(?:[^"]|"")*"(?:\."(?:[^"]|"")*")*)|'(?:[^']|'')*'|\b([a-z_][a-z0-9_]*)\b/g;

/** Follows the expression of a column back to the fields of its format: declarations are the one place where this is said. */
export function traced(format: AnyFormat, cell: Cell): Traced {
  if (cell === null) return { from: [], how: [] };
  if ('constant' in cell) return { from: [], how: [`always ${cell.constant}`] };
  const trace: Tracing = { format, from: new Set(), how: new Set(), seen: new Set() };
  follow(cell.text, trace);
  return { from: [...trace.from], how: [...trace.how] };
}

interface Tracing {
  format: AnyFormat;
  from: Set<string>;
  how: Set<string>;
  /** Steps that were followed already. */
  seen: Set<string>;
}

function follow(text: string, trace: Tracing): void {
  for (const [, holder, pointer = '', quoted, word] of text.matchAll(TOKEN)) {
    if (holder !== undefined) name(parts(holder), trace, pathOf(pointer));
    else if (quoted !== undefined) name(parts(quoted), trace, '');
    else if (word !== undefined) name([word], trace, '');
  }
}

/** One name of an expression: a field, or a step that is made of others. */
function name([top = '', ...rest]: readonly string[], trace: Tracing, inside: string): void {
  const { format, seen } = trace;
  const step = stepOf(format, top);
  if (step !== undefined) {
    if (seen.has(top)) return;
    seen.add(top);
    follow(step, trace);
    return;
  }
  for (const [kind, how] of KINDS) {
    const place = placesOf(format, kind)[top];
    if (place === undefined) continue;
    converted(place, [how, ...scaleOf(format, top)], trace);
    return;
  }
  if (top.startsWith('$') && isField(format, top.slice(1)))
    trace.from.add([top.slice(1).replace(/^attribute:/, ''), ...rest].join('.') + inside);
}

const KINDS = [
  ['numbers', 'whole number'],
  ['decimals', 'number'],
  ['durations', 'rounded number'],
  ['times', 'time'],
] as const;

function placesOf(format: AnyFormat, kind: (typeof KINDS)[number][0]): Readonly<Record<string, Place>> {
  const places = format[kind] ?? {};
  return Object.fromEntries(Object.entries(places));
}

function scaleOf({ scaled = {} }: AnyFormat, top: string): string[] {
  return scaled[top] === undefined ? [] : [`× ${scaled[top]}`];
}

/** What a format does not know a place for is null. */
const NOWHERE = 'cast(null as varchar)';

function converted(place: Place, how: readonly string[], trace: Tracing): void {
  if (typeof place !== 'string' && place.value.text.includes(NOWHERE)) return;
  trace.from.add(typeof place === 'string' ? place : place.at);
  for (const word of how) trace.how.add(word);
}

function stepOf({ computed = [], carried = {} }: AnyFormat, top: string): string | undefined {
  const step = [...computed, carried].find((one) => Object.hasOwn(one, top));
  return step?.[top]?.text;
}

/** What a row is read as; formats with steps of their own (see Reading.resolved) have further names. */
function isField({ fields, rows, resolved }: AnyFormat, key: string): boolean {
  if (
    Object.hasOwn(fields, key) ||
    rows?.some(({ beside, position }) => Object.hasOwn(beside, key) || position === key)
  )
    return true;
  return resolved !== undefined && !key.startsWith('no_row');
}

function parts(identifier: string): string[] {
  return [...identifier.matchAll(/"((?:[^"]|"")*)"/g)].map(([, part = '']) => part.replaceAll('""', '"'));
}

/** `$."a"[0]` as people write it: `.a[0]`. */
function pathOf(pointer: string): string {
  return pointer
    .replace(/^\$/, '')
    .replaceAll(/\."([^"]*)"/g, (_, key: string) => (key.includes('.') ? `."${key}"` : `.${key}`));
}

/** Something a signature looks for: how people write it, and for JSON how DuckDB does. */
export interface Sought {
  path: string;
  pointer: string;
}

/** The fields of a signature: headers, or paths that its expression looks for (not those it must not find). */
export function soughtBy({ signature }: AnyFormat): Sought[] {
  if (Array.isArray(signature)) {
    const headers = signature.map((one) => [one].flat().join(' or ')).filter((one) => !one.startsWith('!'));
    return headers.map((path) => ({ path, pointer: path }));
  }
  const text = 'text' in signature ? signature.text : '';
  const found = [...text.matchAll(/(not )?(?:json_\w+)\(\w+, '(\$[^']*)'\)|->>?'(\$[^']*)'/g)];
  const pointers = found.filter(([, not]) => not === undefined).map(([, , path, other]) => path ?? other ?? '');
  return [...new Set(pointers)].flatMap((pointer) => {
    const path = pathOf(pointer).replace(/^\./, '');
    return path === '' ? [] : [{ path, pointer }];
  });
}
