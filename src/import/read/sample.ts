import { closeSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { parseJson } from './parse_json.js';
import { type Source, unpacked } from './source.js';

const HEAD_BYTES = 1 << 16;
/** A single line may be long: a call with its prompt and images. */
const LONGEST_LINE = 1 << 26;
const BLOCKS = 32;
const BLOCK_BYTES = 1 << 15;
const LONGEST_BLOCK = 1 << 19;

/** Some whole lines of a file: from its head and, where it is not compressed, from all over it. */
export async function sampleLines(source: Source): Promise<string[]> {
  const lines = linesOfHead(source, await headOf(source));
  if (source.compression !== 'none' || source.size <= HEAD_BYTES) return lines;
  return [...lines, ...(await scattered(source))];
}

/** The whole lines of the head of a file. */
export function linesOfHead({ size, compression }: Source, head: string): string[] {
  return linesOf(head, head.length >= size && compression === 'none');
}

const FIRST_LINES = 10;
const FIRST_CHARACTERS = 1 << 15;

/** The first whole lines of the head of a file: of thousands of files a few of each are looked at. */
export function firstLines(source: Source, head: string): string[] {
  const few = head.length > FIRST_CHARACTERS ? head.slice(0, Math.max(FIRST_CHARACTERS, head.indexOf('\n') + 1)) : head;
  return linesOfHead(source, few).slice(0, FIRST_LINES);
}

/** The head of a file as text, at least its first line. */
export async function headOf(source: Source): Promise<string> {
  if (source.compression === 'none') return headOfPlain(source);
  const chunks: Buffer[] = [];
  let length = 0;
  const stream = unpacked(source);
  try {
    for await (const chunk of stream) {
      const bytes = Buffer.from(chunk);
      chunks.push(bytes);
      length += bytes.length;
      if (length >= HEAD_BYTES && (bytes.includes(0x0a) || length >= LONGEST_LINE)) break;
    }
  } finally {
    stream.destroy();
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** By few readings and none of the turns that a stream takes: thousands of files are looked at. */
function headOfPlain({ path, bomBytes }: Source): string {
  const file = openSync(path, 'r');
  try {
    for (let size = HEAD_BYTES; ; size *= 16) {
      const head = Buffer.allocUnsafe(size);
      const read = readSync(file, head, 0, size, 0);
      if (read < size || head.includes(0x0a) || size >= LONGEST_LINE) return head.toString('utf8', bomBytes, read);
    }
  } finally {
    closeSync(file);
  }
}

async function scattered(source: Source): Promise<string[]> {
  const lines: string[] = [];
  const file = await open(source.path, 'r');
  try {
    for (let index = 1; index <= BLOCKS; index++) {
      const start = Math.floor((source.size * index) / (BLOCKS + 1));
      lines.push(...(await wholeLines(file, start)));
    }
  } finally {
    await file.close();
  }
  return lines;
}

/**
 * The whole lines of a block of a file; where there is none, the first one of a larger block, with the beginnings of its
 * lists: a line may hold a batch of calls. Many long lists at once take DuckDB more memory than it may have.
 */
async function wholeLines(file: FileHandle, start: number): Promise<string[]> {
  for (let size = BLOCK_BYTES; size <= LONGEST_BLOCK; size *= 4) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(size), 0, size, start);
    const text = buffer.toString('utf8', buffer.indexOf(0x0a) + 1, bytesRead);
    const lines = text.includes('\n') ? linesOf(text, false) : [];
    if (lines.length > 0)
      return size === BLOCK_BYTES ? lines : lines.slice(0, 1).map((line) => shortened(line, SHORT_LIST));
    if (bytesRead < size) return [];
  }
  return [];
}

/** The lines of a text, without blank ones; the last one only if it is known to be whole. */
function linesOf(text: string, whole: boolean): string[] {
  const lines = text.split('\n').map((line) => line.trim());
  if (!whole && lines.length > 1) lines.pop();
  return lines
    .filter((line) => line !== '')
    .map((line) => (line.length > LONG_LINE ? shortened(line, LONG_LIST) : line));
}

/** Prompts, pictures and lists of many megabytes say nothing about the format, but every look at them takes their size again. */
const LONG_LINE = 1 << 15;
const LONG_TEXT = 1 << 10;
const LONG_LIST = 50;
/** Of the many lines that are looked at for what may differ between them. */
const SHORT_LIST = 8;

function shortened(line: string, longestList: number): string {
  try {
    return JSON.stringify(parseJson(line), (_, value: unknown) => {
      if (Array.isArray(value)) return value.slice(0, longestList);
      return typeof value === 'string' && value.length > LONG_TEXT ? '' : value;
    });
  } catch {
    return line.slice(0, LONG_LINE);
  }
}
