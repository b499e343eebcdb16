import { parsePath, pointer } from '../declare/fields.js';
import { type AnyFormat, type Cell, isLedger } from '../declare/format.js';
import { columnOf } from '../declare/headers.js';
import { type Traced, traced } from './trace.js';

/** What every stored column of a format is made of. */
export function columnsOf(format: AnyFormat): ({ column: string } & Traced)[] {
  const cells: [string, Cell][] = isLedger(format)
    ? Object.entries(format.entry)
    : [...Object.entries(format.facts), ...Object.entries(format.traits), ...Object.entries(format.units)];
  return cells.map(([column, cell]) => {
    const { from, how } = traced(format, cell);
    return { column, from, how: from.length > 0 && how.length === 0 ? ['as it is'] : how };
  });
}

/** The same without what the file does not have. */
export function columnsFound(
  columns: ReturnType<typeof columnsOf>,
  isThere: (path: string) => boolean,
): ReturnType<typeof columnsOf> {
  return columns.flatMap(({ column, from, how }) => {
    const found = from.filter(isThere);
    // How long a bucket is takes two times to tell.
    const told =
      column === 'bucket_seconds' ? found.length > 1 : found.length > 0 || (from.length === 0 && how.length > 0);
    return told ? [{ column, from: found, how }] : [];
  });
}

/** Whether a file has a column; alternatives of one mapping are written with `or` between them. */
export function headerIn(path: string, headers: readonly string[]): boolean {
  return path.split(' or ').some((header) => columnOf(headers, header) >= 0);
}

/** The places in JSON that a sample can be asked for: what a format makes of its rows has names of its own. */
export function pointersOf(
  { fields, rows, resolved }: AnyFormat,
  columns: ReturnType<typeof columnsOf>,
): Map<string, string> {
  if (rows !== undefined || resolved !== undefined) return new Map();
  const paths = [...new Set(columns.flatMap(({ from }) => from))];
  return new Map(
    paths.flatMap((text): [string, string][] => {
      const path = parsePath(text);
      return path !== undefined && Object.hasOwn(fields, String(path[0])) ? [[text, pointer(path)]] : [];
    }),
  );
}
