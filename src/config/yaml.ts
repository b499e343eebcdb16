import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
} from 'yaml';

/** A YAML file as plain data: numbers as the text they are written as, what is null or empty left out. */
export interface Plain {
  data: unknown;
  /** The line, from 1, of a key path such as `prices.overrides[0].factor`; of what holds it where it is not there. */
  lineOf: (path: readonly (string | number)[]) => number;
  /** Faults of the syntax. */
  faults: { line: number; sentence: string }[];
}

interface Reading {
  document: Document;
  counter: LineCounter;
  lines: Map<string, number>;
  faults: Plain['faults'];
  /** Anchors that are being read, to stop at one that refers to itself. */
  open: Set<unknown>;
  /** How many values were read so far, those behind aliases counted each time: ten levels of nine aliases are three billion. */
  size: { values: number };
}

const MAX_VALUES = 100_000;
const MAX_DEPTH = 100;

/** Reads YAML 1.2. */
export function plainYaml(text: string): Plain {
  const counter = new LineCounter();
  const document = parsed(text, counter);
  if (document === undefined)
    return { faults: [{ line: 1, sentence: 'is nested too deeply.' }], data: undefined, lineOf: () => 1 };
  const faults = document.errors.map(({ pos, message }) => ({
    line: counter.linePos(pos[0]).line,
    sentence: sentenceOf(message),
  }));
  const reading: Reading = {
    document,
    counter,
    lines: new Map([['', 1]]),
    faults,
    open: new Set(),
    size: { values: 0 },
  };
  const data = faults.length === 0 ? plain(document.contents, [], reading) : undefined;
  return { data, faults, lineOf: (path) => lineOf(path, reading.lines) };
}

/** prices, overrides, 0, factor → prices.overrides[0].factor */
export function pathText(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}

function lineOf(path: readonly (string | number)[], lines: ReadonlyMap<string, number>): number {
  for (let length = path.length; length >= 0; length--) {
    const line = lines.get(pathText(path.slice(0, length)));
    if (line !== undefined) return line;
  }
  return 1;
}

/**
 * The document, or undefined if its brackets are nested deeper than the parser's stack. The parser throws then, or reports the overflow as
 * an error of the document: which of them depends on where it happens.
 */
function parsed(text: string, lineCounter: LineCounter): Document | undefined {
  try {
    const document = parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: false });
    return document.errors.some(({ message }) => /maximum call stack/i.test(message)) ? undefined : document;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function plain(node: unknown, path: (string | number)[], reading: Reading): unknown {
  note(node, path, reading);
  if (!fits(path, reading)) return undefined;
  if (isAlias(node)) return followed(node, path, reading);
  if (isScalar(node)) {
    if (typeof node.value === 'string') checkText(node.value, path, reading);
    return typeof node.value === 'number' ? (node.source ?? String(node.value)) : node.value;
  }
  if (isSeq(node)) return node.items.map((item, index) => plain(item, [...path, index], reading));
  if (isMap(node)) return mapped(node.items, path, reading);
  return undefined;
}

/** Whether there is room for one more value; the first one too many is a fault. */
function fits(path: readonly (string | number)[], { size, faults, lines }: Reading): boolean {
  size.values += 1;
  const sentence =
    path.length > MAX_DEPTH
      ? 'is nested too deeply.'
      : size.values === MAX_VALUES
        ? `has more than ${MAX_VALUES} values, those that aliases repeat included.`
        : undefined;
  if (sentence !== undefined) faults.push({ line: lineOf(path, lines), sentence });
  return path.length <= MAX_DEPTH && size.values < MAX_VALUES;
}

/** The database cannot keep every text: one with a NUL, or with half of a pair of surrogates, is named here. */
function checkText(value: string, path: readonly (string | number)[], { faults, lines }: Reading): void {
  const what = value.includes('\0')
    ? 'a NUL character'
    : /\p{Surrogate}/u.test(value)
      ? 'half of a surrogate pair'
      : undefined;
  if (what !== undefined) {
    faults.push({ line: lineOf(path, lines), sentence: `${pathText(path)}: has ${what} in it, which is no text.` });
  }
}

function mapped(pairs: readonly Pair[], path: (string | number)[], reading: Reading): unknown {
  const seen = new Set<string>();
  const entries = pairs.flatMap((pair) => {
    const name = keyOf(pair);
    if (seen.has(name)) {
      const sentence = `${pathText([...path, name])}: stands there twice.`;
      reading.faults.push({ line: lineOfNode(pair.key, reading) ?? 1, sentence });
    }
    seen.add(name);
    note(pair.key, [...path, name], reading);
    const value = plain(pair.value, [...path, name], reading);
    return value === undefined || value === null ? [] : [[name, value]];
  });
  return Object.fromEntries(entries);
}

function keyOf({ key }: Pair): string {
  return isScalar(key) ? (key.source ?? String(key.value)) : '?';
}

function followed(alias: Alias, path: (string | number)[], reading: Reading): unknown {
  const target = alias.resolve(reading.document);
  if (target === undefined || reading.open.has(target)) {
    const trouble = target === undefined ? 'no anchor of this name comes before it.' : 'the anchor refers to itself.';
    reading.faults.push({ line: lineOf(path, reading.lines), sentence: `*${alias.source}: ${trouble}` });
    return undefined;
  }
  reading.open.add(target);
  // An alias is reported where it is used, not where its anchor is.
  const value = plain(target, path, { ...reading, lines: new Map(reading.lines) });
  reading.open.delete(target);
  return value;
}

/** Remembers where something begins; a key comes before its value, and the key is where one looks. */
function note(node: unknown, path: readonly (string | number)[], reading: Reading): void {
  const line = lineOfNode(node, reading);
  const name = pathText(path);
  if (line !== undefined && !reading.lines.has(name)) reading.lines.set(name, line);
}

function lineOfNode(node: unknown, { counter }: Reading): number | undefined {
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  return Array.isArray(range) ? counter.linePos(Number(range[0])).line : undefined;
}

function sentenceOf(message: string): string {
  // The parser turns an overflow of its own stack into a fault of the file.
  if (/maximum call stack/i.test(message)) return 'is nested too deeply.';
  const text = message.replace(/^./, (letter) => letter.toLowerCase()).replaceAll(/\s+/g, ' ');
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
