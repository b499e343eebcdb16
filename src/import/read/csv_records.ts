import type { CsvLayout } from './csv.js';
import type { Source } from './source.js';
import { isBlank, textLines } from './text_lines.js';

/** A record of a CSV file: where it begins and how many lines it takes. */
export interface CsvRecord {
  /** Its first line, counted from 1, blank lines included. */
  line: number;
  lines: number;
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
    const start = record ?? { line, lines: 0, blank: isBlank(bytes) && !(separator === TAB && bytes.includes(TAB)) };
    const current = { ...start, lines: start.lines + 1 };
    const open = endsInQuotes(bytes, { separator, inQuotes: record !== undefined });
    if (!open) yield current;
    record = open ? current : undefined;
  }
  if (record !== undefined) yield record;
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
