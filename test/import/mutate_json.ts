import type { Drawing } from './drawing.js';

/*
 * Changes of one value of a JSON object. What JavaScript cannot hold (1e400, a key twice) is written as a text between
 * two marks, and becomes itself when the object is written down.
 */

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type Holder = { [key: string]: Json };

function bare(text: string): string {
  return `«${encodeURIComponent(text)}»`;
}

function written(value: Json, space?: number): string {
  return JSON.stringify(value, null, space).replaceAll(/"«(.*?)»"/g, (_, text: string) => decodeURIComponent(text));
}

/** What may stand where a value stood; `bare` is JSON as it is written. */
const VALUES: readonly Json[] = [
  null,
  true,
  '',
  ' ',
  'null',
  'NaN',
  'text',
  '7',
  '1,234.50',
  0,
  -1,
  -5000,
  0.5,
  12.000000001,
  1e15,
  bare('9223372036854775807'),
  bare('9223372036854775808'),
  bare('18446744073709551616'),
  bare('-9223372036854775809'),
  bare('1e400'),
  bare('-1e400'),
  bare('1e-400'),
  bare('1E5'),
  bare('-0'),
  bare('0000012'),
  bare('NaN'),
  bare('Infinity'),
  bare("'single'"),
  bare('undefined'),
  bare('"\\ud800"'),
  bare('"\\udc00 after"'),
  bare('"\\u0000"'),
  bare('"a\\u0000b"'),
  bare('"\\x"'),
  bare('"\u0001"'),
  '😀'.repeat(20),
  'x'.repeat(20_000),
  '=cmd()',
  '<script>alert(1)</script>',
  '\u001b[31mred\u0007',
  'a\nb',
  "it's; drop table usage_fact --",
  '$name',
  '2026-02-30T25:61:61Z',
  '0001-01-01',
  '294247-01-10',
  '2026-10-01T10:00:00+99:99',
  [],
  {},
  [null],
  [[]],
  ['text', 1],
  [{ a: 1 }],
  { a: 1 },
  { '': '' },
  { a: { b: { c: [1, 2, { d: null }] } } },
];

/** An object, as text, with one value changed, dropped, renamed or doubled; and what was done. */
export function changedObject(text: string, draw: Drawing): { text: string; what: string } {
  const value: Json = JSON.parse(text);
  const holders: Holder[] = [];
  collect(value, holders);
  if (holders.length === 0) return { text: '7', what: 'no object' };
  const holder = draw.of(holders);
  const key = draw.of(Object.keys(holder));
  const what = `${draw.of(CHANGES)(holder, key, draw)} ${key}`;
  return { text: written(value, /\n/.test(text.trim()) ? 2 : undefined), what };
}

/** All objects that have keys. */
function collect(value: Json, into: Holder[]): void {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value) && Object.keys(value).length > 0) into.push(value);
  for (const part of Object.values(value)) collect(part, into);
}

type Change = (holder: Holder, key: string, draw: Drawing) => string;

const replaced: Change = (holder, key, draw) => {
  const value = draw.of(VALUES);
  holder[key] = value;
  return `put ${JSON.stringify(value).slice(0, 40)} into`;
};

const CHANGES: readonly Change[] = [
  replaced,
  replaced,
  replaced,
  replaced,
  (holder, key) => {
    delete holder[key];
    return 'dropped';
  },
  (holder, key, draw) => {
    holder[draw.of([key.toUpperCase(), `${key}s`, ` ${key}`, '', 'a.b', 'a"b', '__proto__x', '$line'])] =
      holder[key] ?? null;
    delete holder[key];
    return 'renamed';
  },
  (holder, key, draw) => {
    const twin = draw.of([key, key.toUpperCase(), `${key[0]?.toUpperCase() ?? ''}${key.slice(1)}`]);
    const part = JSON.stringify(holder[key]);
    holder[key] = bare(`${part}, ${JSON.stringify(twin)}: ${JSON.stringify(draw.of(VALUES.slice(0, 15)))}`);
    return 'doubled';
  },
  (holder, key, draw) => {
    const depth = draw.of([3, 60, 3000]);
    const inside = JSON.stringify(holder[key]);
    holder[key] = draw.of([
      bare(`${'['.repeat(depth)}${inside}${']'.repeat(depth)}`),
      bare(`${'{"a":'.repeat(depth)}${inside}${'}'.repeat(depth)}`),
    ]);
    return `nested ${depth} deep`;
  },
  (holder, key) => {
    holder[key] = JSON.stringify(holder[key]);
    return 'made a text of';
  },
  (holder, key) => {
    holder[key] = [holder[key] ?? null, holder[key] ?? null];
    return 'made a list of';
  },
  (holder, key) => {
    const value = holder[key];
    holder[key] = typeof value === 'number' ? -value : { value: value ?? null };
    return 'negated';
  },
];
