import { createReadStream } from 'node:fs';
import type { CsvLayout } from './csv.js';
import { type Source, unpacked } from './source.js';
import { isBlank, textLines } from './text_lines.js';

/** A record of a CSV file: where it begins and how many lines it takes. */
export interface CsvRecord {
  /** Its first line, counted from 1, blank lines included. */
  line: number;
  lines: number;
  bytes: number;
  blank: boolean;
}

/**
 * The records of a CSV file from its header on, blank lines among them, as DuckDB tells them apart (RFC 4180): a
 * quotation mark at the beginning of a field opens it, and what follows the closing one ends the record at the next
 * line break. Without any knowledge of what DuckDB does after a quotation mark that is never closed.
 */
export async function* csvRecords(source: Source, { delimiter, linesAbove }: CsvLayout): AsyncGenerator<CsvRecord> {
  const separator = delimiter.charCodeAt(0);
  let record: CsvRecord | undefined;
  for await (const { line, bytes } of textLines(source)) {
    if (line <= linesAbove) continue;
    const start = record ?? {
      line,
      lines: 0,
      bytes: 0,
      blank: isBlank(bytes) && !(separator === TAB && bytes.includes(TAB)),
    };
    const current = { ...start, lines: start.lines + 1, bytes: start.bytes + bytes.length + 1 };
    const open = endsInQuotes(bytes, { separator, inQuotes: record !== undefined });
    if (!open) yield current;
    record = open ? current : undefined;
  }
  if (record !== undefined) yield record;
}

/**
 * Whether a line fills a whole buffer of DuckDB (`read_csv`), which passes over such a record without a word. Of a file that is
 * not packed only so much is read as tells that there is a line break in every half of a buffer.
 */
export async function hasVastLine(source: Source, buffer: number): Promise<boolean> {
  if (source.compression !== 'none') {
    let open = 0;
    for await (const chunk of unpacked(source)) {
      const bytes = Buffer.from(chunk);
      if (open + Math.max(bytes.indexOf(0x0a), 0) >= buffer) return true;
      const last = bytes.lastIndexOf(0x0a);
      open = last < 0 ? open + bytes.length : bytes.length - last - 1;
    }
    return open >= buffer;
  }
  const step = buffer / 2;
  for (let start = 0; start + step <= source.size; start += step) {
    if (!(await hasLineBreak(source.path, start, start + step - 1))) return true;
  }
  return false;
}

async function hasLineBreak(path: string, start: number, end: number): Promise<boolean> {
  for await (const chunk of createReadStream(path, { start, end })) if (Buffer.from(chunk).includes(0x0a)) return true;
  return false;
}

/** How many lines follow the header, blank ones left out. */
export async function lineCount(source: Source, layout: CsvLayout): Promise<number> {
  let lastOfHeader = 0;
  for await (const { line, lines } of csvRecords(source, layout)) {
    lastOfHeader = line + lines - 1;
    break;
  }
  let count = 0;
  for await (const { line, bytes } of textLines(source)) if (line > lastOfHeader && !isBlank(bytes)) count++;
  return count;
}

const QUOTE = 0x22;
const TAB = 0x09;

/** Whether a line leaves a quoted field open. Most lines have no quotation mark and are not looked at byte by byte. */
function endsInQuotes(line: Buffer, { separator, inQuotes }: { separator: number; inQuotes: boolean }): boolean {
  if (!line.includes(QUOTE)) return inQuotes;
  let quoted = inQuotes;
  let fieldStart = !inQuotes;
  for (let at = 0; at < line.length; at++) {
    const byte = line[at];
    if (quoted) {
      if (byte !== QUOTE) continue;
      const next = line[at + 1];
      if (next === QUOTE) at++;
      else if (next === undefined || next === separator || next === 0x0d || next === 0x20) quoted = false;
      else return false;
    } else {
      quoted = fieldStart && byte === QUOTE;
      fieldStart = byte === separator || (fieldStart && byte === 0x20);
    }
  }
  return quoted;
}
