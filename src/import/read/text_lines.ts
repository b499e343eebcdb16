import { type Source, unpacked } from './source.js';

/** A line of a file as an editor counts them: from 1, blank lines included. */
export interface TextLine {
  line: number;
  /** Without its line feed. */
  bytes: Buffer;
}

/** All lines of a file, unpacked. */
export async function* textLines(source: Source): AsyncGenerator<TextLine> {
  let line = 0;
  let rest: Buffer[] = [];
  for await (const chunk of unpacked(source)) {
    const bytes = Buffer.from(chunk);
    let from = 0;
    for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, from)) {
      const last = bytes.subarray(from, end);
      yield { line: ++line, bytes: rest.length === 0 ? last : Buffer.concat([...rest, last]) };
      rest = [];
      from = end + 1;
    }
    if (from < bytes.length) rest.push(bytes.subarray(from));
  }
  if (rest.length > 0) yield { line: ++line, bytes: Buffer.concat(rest) };
}

/** Nothing but blanks, tabs and the carriage return of a line end. */
export function isBlank(bytes: Buffer): boolean {
  return bytes.length < 1000 && bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}
