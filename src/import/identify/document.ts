import { InputError } from '../../errors.js';
import type { Rows } from '../declare/format.js';
import { describesFile, type Mapping } from '../declare/mapping.js';
import { FORMATS } from '../formats/index.js';
import { type Cut, Cutter } from '../read/json_splitter.js';
import { wellFormed } from '../read/lone_surrogates.js';
import { parseJson } from '../read/parse_json.js';
import { type Source, unpacked } from '../read/source.js';
import type { Scratch } from '../read/temp_file.js';
import { LONGEST_LIST } from '../rows/lines.js';
import { type Claims, findUnfound, formatNamed } from './identify.js';

/** The part of a head that is looked at. */
const LOOKED_AT = 1 << 20;
const RECORDS_LOOKED_AT = 50;
const LINES_LOOKED_AT = 20;
const LONGEST_RECORD = 1 << 26;

/**
 * Whether a file holds JSON documents (one list, or objects of several lines or all in one) and not one object per
 * line. A log may begin with a line that was cut off: it is one if the first line, or half of all, are objects by themselves.
 */
export function holdsDocuments(head: string): boolean {
  const text = head.trimStart();
  if (/^\[\s*[[{\]]/.test(text)) return true;
  if (!text.startsWith('{')) return false;
  if (isLongPage(text)) return true;
  const lines = text.split('\n', LINES_LOOKED_AT).filter((line) => line.trim() !== '');
  const [first = ''] = lines;
  return !isObject(first) && lines.filter(isObject).length * 2 < lines.length;
}

/** A page on one line that is better cut up: all of its rows are read, and DuckDB would take them at once. */
function isLongPage(text: string): boolean {
  const end = text.indexOf('\n');
  if ((end < 0 ? text.length : end) < LONGEST_LIST) return false;
  const { lists } = sampleOf(text.slice(0, LOOKED_AT), { list: '', wrapped: false });
  return FORMATS.some(({ rows }) => rows !== undefined && lists.includes(rows[0].list));
}

function isObject(line: string): boolean {
  if (!line.startsWith('{') || !line.trimEnd().endsWith('}')) return false;
  try {
    parseJson(line);
    return true;
  } catch {
    return false;
  }
}

/** Elements of pages that somebody gathered without the pages, `[{"object":"bucket","results":[…]}]`: the page is put around them again. */
const OF_PAGES: readonly Cut[] = [
  ...new Set(FORMATS.flatMap(({ rows }) => (rows !== undefined && !isRecord(rows) ? [rows[0].list] : []))),
].map((around) => ({ wrapped: false, around }));

export interface Asked {
  /** The beginning of the file, as text. */
  head: string;
  format?: string;
  mapping: Mapping;
  claims: Claims;
}

/** The ways in which the records of a document may be found: a list of records may stand under any key, as in `{"data":[…]}`. */
function possibleCuts(text: string): readonly Cut[] {
  const lists = [...new Set(sampleOf(text, { list: '', wrapped: false }).lists)];
  const kept = lists.flatMap((list): Cut[] => [
    { list, wrapped: true },
    { list, wrapped: false },
  ]);
  return [WHOLE, ...OF_PAGES, ...kept];
}

const WHOLE: Cut = { wrapped: false };

/** The records that a document may have, for a look at those of several documents at once; see Claims.learn. */
export function possibleRecords(head: string): string[][] {
  const text = wellFormed(head.slice(0, LOOKED_AT));
  return possibleCuts(text).map((cut) => sampleOf(text, cut).records);
}

/** How the records of documents are found: the way in which they are of a known format, or in which a mapping finds something. */
export async function cutOf({ head, format, mapping, claims }: Asked): Promise<Cut> {
  const text = wellFormed(head.slice(0, LOOKED_AT));
  if (format !== undefined) {
    const { rows } = formatNamed(format, claims.own);
    if (rows !== undefined && !isRecord(rows)) return { list: rows[0].list, wrapped: true };
  }
  const cuts = possibleCuts(text);
  if (format === undefined && describesFile(mapping)) return mappedCut(text, mapping, cuts);
  for (const cut of cuts) {
    const claimed = await claims.of(sampleOf(text, cut).records);
    const [first] = claimed.filter((claim) => format === undefined || claim.name === format);
    if (first === undefined) continue;
    return first.rows === undefined || cut.wrapped || cut.around !== undefined || isRecord(first.rows)
      ? cut
      : { list: first.rows[0].list, wrapped: true };
  }
  return WHOLE;
}

/**
 * How the records are found where lines are pages, `{"data":[…],"meta":…}`, as APIs answer and `curl` writes them down;
 * undefined where they are records, or nobody knows what they are.
 */
export async function pagesCut(asked: Asked): Promise<Cut | undefined> {
  const [line = ''] = asked.head.trimStart().split('\n', 1);
  const cut = isObject(line) ? await cutOf(asked) : undefined;
  if (cut?.around !== undefined) return cut;
  return cut?.list === undefined || cut.wrapped ? undefined : cut;
}

/** Whether rows hang on an object that must stay whole: what stands beside or around its list belongs to them. */
function isRecord([top]: Rows): boolean {
  return Object.keys(top.beside).length > 0 || top.list.includes('.');
}

function mappedCut(text: string, { map }: Mapping, cuts: readonly Cut[]): Cut {
  for (const cut of cuts.filter(({ wrapped, around }) => !wrapped && around === undefined)) {
    const { records } = sampleOf(text, cut);
    if (records.length > 0 && findUnfound(records, map).length < map.size) return cut;
  }
  return WHOLE;
}

/** Some whole records from the head of a document. */
function sampleOf(text: string, cut: Cut): { records: string[]; lists: readonly string[] } {
  const cutter = new Cutter(cut);
  const lines = cutter.push(Buffer.from(text)).toString('utf8').split('\n');
  const rest = cutter.end().rest.length > 0 ? lines.length : lines.length - 1;
  return { records: lines.slice(0, Math.min(rest, RECORDS_LOOKED_AT)), lists: cutter.lists };
}

/** A copy of documents as a file with one record in each line; see Cutter. */
export async function copyRecords(source: Source, cut: Cut, scratch: Scratch): Promise<Source> {
  const cutter = new Cutter(cut);
  const lines = await scratch.copy(source, recordsOf(source, cutter));
  if (cutter.longest > LONGEST_RECORD) throw tooLong(source.name);
  return { ...lines, longestRecord: cutter.longest };
}

async function* recordsOf(source: Source, cutter: Cutter): AsyncGenerator<Uint8Array> {
  for await (const chunk of withoutMark(unpacked(source))) yield cutter.push(chunk);
  const { rest, whole } = cutter.end();
  if (!whole) throw broken(source.name, cutter.records + 1);
  yield rest;
}

async function* withoutMark(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let first = true;
  for await (const chunk of bytes) {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const marked = first && buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf;
    yield marked ? buffer.subarray(3) : buffer;
    first = false;
  }
}

function tooLong(name: string): InputError {
  return new InputError(
    `${name} has a record of more than 64 MB; nothing of it was kept.\nTake it out, or the pictures in it.`,
  );
}

function broken(name: string, record: number): InputError {
  return new InputError(
    `${name} ends in the middle of record ${record}, or a bracket or quotation mark is missing before; nothing of it was kept.\nFetch it again, or look where it breaks: jq empty ${name}`,
  );
}
