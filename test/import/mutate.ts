import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Drawing } from './drawing.js';
import { changedTable } from './mutate_csv.js';
import { changedObject } from './mutate_json.js';

/* Files as they come after disks, editors, spreadsheets and programs of others had their way with them. */

/** A good file. */
export interface Original {
  /** Its path below the fixtures. */
  name: string;
  bytes: Buffer;
  /** How its content is written. */
  kind: 'lines' | 'document' | 'table' | 'binary';
}

/** A file that something happened to; a seed always gives the same one. */
export interface Mutant {
  seed: number;
  original: Original;
  /** What happened, for people. */
  what: string;
  bytes: Buffer;
  /** All but one line are as they were, and follow each other as they did. */
  oneLine: boolean;
}

const KINDS: Readonly<Record<string, Original['kind']>> = {
  jsonl: 'lines',
  json: 'document',
  csv: 'table',
  parquet: 'binary',
};

/** Every file of a folder of fixtures that `import` reads. Lists of prices are none of them. */
export function originalsIn(fixtures: string): Original[] {
  const files = readdirSync(fixtures, { recursive: true, encoding: 'utf8' }).sort();
  return files.flatMap((name): Original[] => {
    const suffix = /\.(\w+)(\.gz)?$/.exec(name);
    const kind = KINDS[suffix?.[1] ?? ''];
    if (kind === undefined || name.endsWith('expected.json') || name.startsWith('prices')) return [];
    const bytes = readFileSync(join(fixtures, name));
    return [{ name: name.replace(/\.gz$/, ''), kind, bytes: suffix?.[2] === undefined ? bytes : gunzipSync(bytes) }];
  });
}

/** The mutant of a seed; seeds that follow each other go through all originals. */
export function mutantOf(originals: readonly Original[], seed: number): Mutant {
  const original = originals[seed % originals.length];
  if (original === undefined) throw new Error('there are no originals');
  const draw = new Drawing(Math.imul(seed, 2_654_435_761));
  const mutant: Mutant = { seed, original, what: '', bytes: original.bytes, oneLine: false };
  const times = draw.of([1, 1, 1, 2, 3]);
  for (let time = 0; time < times; time++) mutate(mutant, draw);
  mutant.oneLine &&= times === 1;
  if (draw.below(12) === 0) pack(mutant, draw);
  return mutant;
}

/** The name of the file of a mutant: it names the seed. */
export function fileName({ seed, original, bytes }: Mutant): string {
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b ? '.gz' : '';
  return `${seed}-${original.name.replaceAll('/', '-')}${packed}`;
}

function mutate(mutant: Mutant, draw: Drawing): void {
  const { kind } = mutant.original;
  const ways: readonly (typeof onBytes)[] = {
    lines: [onBytes, onLines, onEncoding, onOneLine, onOneLine, onOneLine],
    document: [onBytes, onLines, onEncoding, onObject, onObject, onObject],
    table: [onBytes, onLines, onEncoding, onTable, onTable, onTable],
    binary: [onBytes],
  }[kind];
  draw.of(ways)(mutant, draw);
}

function done(mutant: Mutant, bytes: Buffer, what: string): void {
  mutant.bytes = bytes;
  mutant.what += `${mutant.what === '' ? '' : ', then '}${what}`;
}

function pack(mutant: Mutant, draw: Drawing): void {
  done(mutant, gzipSync(mutant.bytes), 'packed');
  if (draw.below(3) > 0) return;
  mutant.oneLine = false;
  onBytes(mutant, draw);
}

function onBytes(mutant: Mutant, draw: Drawing): void {
  const { bytes } = mutant;
  const at = draw.below(bytes.length + 1);
  const to = Math.min(bytes.length, at + 1 + draw.below(40));
  const [before, part, after] = [bytes.subarray(0, at), bytes.subarray(at, to), bytes.subarray(to)];
  const noise = Buffer.from(Array.from({ length: 1 + draw.below(20) }, () => draw.below(256)));
  const flipped = Buffer.from(bytes);
  for (let time = 0; time < 1 + draw.below(5); time++) {
    const place = draw.below(flipped.length);
    flipped[place] = (flipped[place] ?? 0) ^ (1 << draw.below(8));
  }
  const [what, changed] = draw.of<[string, Buffer]>([
    ['bits flipped', flipped],
    ['bits flipped', flipped],
    ['bytes lost', Buffer.concat([before, after])],
    ['bytes doubled', Buffer.concat([before, part, part, after])],
    ['noise inside', Buffer.concat([before, noise, after])],
    ['zeros inside', Buffer.concat([before, Buffer.alloc(noise.length), after])],
    ['cut off', before],
    ['beginning lost', bytes.subarray(at)],
    ['twice', Buffer.concat([bytes, bytes])],
  ]);
  done(mutant, changed, `${what} at ${at}`);
}

const JUNK = ['null', '[]', '7', '"text"', '{}', '{', '}', '[[[[', '{"a":1,', '!', 'GET / HTTP/1.1', '   ', '{"a":{}}'];

function onLines(mutant: Mutant, draw: Drawing): void {
  const lines = mutant.bytes.toString('latin1').split('\n');
  const at = draw.below(lines.length);
  const [line, next] = [lines[at] ?? '', lines[at + 1] ?? ''];
  const place = draw.below(line.length + 1);
  const [what, from, to] = draw.of<[string, string[], number]>([
    ['lost', [], 1],
    ['doubled', [line, line], 1],
    ['joined with the next', [line + next], 2],
    ['joined by a comma', [`${line},${next}`], 2],
    ['broken in two', [line.slice(0, place), line.slice(place)], 1],
    ['cut off', [line.slice(0, place)], 1],
    ['behind the next', [next, line], 2],
    ['with a blank one', ['', line], 1],
    ['with junk above', [draw.of(JUNK), line], 1],
    ['junk', [draw.of(JUNK)], 1],
  ]);
  lines.splice(at, to, ...from);
  done(mutant, Buffer.from(lines.join('\n'), 'latin1'), `line ${at + 1} ${what}`);
  mutant.oneLine = ['lost', 'cut off', 'junk', 'with a blank one'].includes(what);
}

function onEncoding(mutant: Mutant, draw: Drawing): void {
  const text = mutant.bytes.toString('utf8');
  const at = draw.below(text.length + 1);
  const [before, after] = [text.slice(0, at), text.slice(at)];
  const utf16 = (part: string) => Buffer.from(part, 'utf16le');
  const [what, changed] = draw.of<[string, Buffer | string]>([
    ['latin-1', Buffer.from(`${before}äöü€${after}`, 'latin1')],
    ['latin-1 inside', Buffer.concat([Buffer.from(before), Buffer.from('é', 'latin1'), Buffer.from(after)])],
    ['UTF-16', Buffer.concat([utf16('\ufeff'), utf16(text)])],
    ['UTF-16 without a mark', utf16(text)],
    ['UTF-16 the other way round', Buffer.concat([utf16('\ufeff'), utf16(text)]).swap16()],
    ['UTF-16 from somewhere on', Buffer.concat([Buffer.from(before), utf16(after)])],
    ['a mark at the beginning', `\ufeff${text}`],
    ['two marks at the beginning', `\ufeff\ufeff${text}`],
    ['a mark inside', `${before}\ufeff${after}`],
    ['CR LF', text.replaceAll('\n', '\r\n')],
    ['CR LF from somewhere on', before + after.replaceAll('\n', '\r\n')],
    ['CR', text.replaceAll('\n', '\r')],
    ['other line ends', text.replaceAll('\n', draw.of(['\u2028', '\u0085', '\n\n', '\n \n', '\v']))],
    ['no last line end', text.trimEnd()],
    ['a surrogate inside', Buffer.concat([Buffer.from(before), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from(after)])],
  ]);
  done(mutant, Buffer.from(changed), `${what} (${at})`);
}

/** One line of a log is another one. */
function onOneLine(mutant: Mutant, draw: Drawing): void {
  const lines = mutant.bytes.toString('utf8').split('\n');
  const at = draw.below(lines.length);
  const changed = changedJson(lines[at] ?? '', draw);
  if (changed === undefined) {
    onBytes(mutant, draw);
    return;
  }
  lines[at] = changed.text;
  done(mutant, Buffer.from(lines.join('\n')), `line ${at + 1}: ${changed.what}`);
  mutant.oneLine = true;
}

function onObject(mutant: Mutant, draw: Drawing): void {
  const changed = changedJson(mutant.bytes.toString('utf8'), draw);
  if (changed === undefined) onLines(mutant, draw);
  else done(mutant, Buffer.from(changed.text), changed.what);
}

/** Undefined where something that was done before left no JSON. */
function changedJson(text: string, draw: Drawing): ReturnType<typeof changedObject> | undefined {
  try {
    return changedObject(text, draw);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

function onTable(mutant: Mutant, draw: Drawing): void {
  const { text, what } = changedTable(mutant.bytes.toString('utf8'), draw);
  done(mutant, Buffer.from(text), what);
}
