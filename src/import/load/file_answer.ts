import { InputError, UserError } from '../../errors.js';
import type { AnyFormat } from '../declare/format.js';
import { isTooLong, type Opened } from '../identify/open_source.js';
import { LoneSurrogates } from '../read/lone_surrogates.js';
import { isGone, type Source, unreadable } from '../read/source.js';
import { hasUnevenLines } from '../read/temp_file.js';
import { hasOpenLines } from '../read/unclosed_lines.js';
import { WindowTooLarge } from '../read/zstd.js';
import type { ImportedFile, Loaded } from './answer.js';
import type { ImportOptions } from './file_load.js';

function unitsOf(
  { rows, reads, severalRows }: AnyFormat,
  { longestRecord }: Source,
): Pick<ImportedFile, 'unit' | 'rejects_by'> {
  const records = longestRecord !== undefined || rows !== undefined || reads === 'parquet';
  return { unit: records || severalRows === true ? 'record' : 'line', rejects_by: records ? 'record' : 'line' };
}

/** The answer for a file that was loaded. */
export function resultOf(
  { source: { name }, opened, added }: { source: Source; opened: Opened; added?: { import_id: number } },
  { kept, ...loaded }: Loaded,
): ImportedFile {
  const { format, plain, unread, unfound } = opened;
  const file = { source: name, ...unitsOf(format, plain), continues: added?.import_id ?? null };
  const problem = kept ? null : tooManyRejects({ ...file, ...loaded });
  const status = kept ? 'imported' : 'failed';
  return { ...loaded, ...file, format: format.name, status, problem, unread, unfound };
}

function tooManyRejects({
  source,
  unit,
  continues,
  lines,
  rejected,
}: Pick<ImportedFile, 'source' | 'unit' | 'continues' | 'lines' | 'rejected'>): string {
  const others = lines - rejected;
  const remedy = others === 0 ? '' : ` (--max-rejects ${rejected} keeps the other ${others})`;
  const [units, what] = continues === null ? [`${unit}s`, 'the file'] : [`new ${unit}s`, 'them'];
  return `${source}: ${rejected} of ${lines} ${units} could not be read, more than --max-rejects allows. Nothing of ${what} was kept${remedy}.`;
}

/** What decides how lines are read, besides the format: the same file under other settings is another import. */
export function settingsText({ format, mapping }: ImportOptions): string {
  const { map, set } = mapping;
  return JSON.stringify({
    ...(format === undefined ? {} : { format }),
    map: Object.fromEntries(map),
    set: Object.fromEntries(set),
  });
}

/** Whether a failure is that of a file: a line that is too long, or what cannot be unpacked to its end. */
export function isOfFile(error: unknown): boolean {
  return (
    error instanceof InputError ||
    error instanceof LoneSurrogates ||
    isTooLong(error) ||
    isUnpacking(error) ||
    error instanceof WindowTooLarge ||
    isGone(error) ||
    hasOpenLines(error) ||
    hasUnevenLines(error)
  );
}

/** What the unpackers of Node, fzstd and DuckDB say of a damaged file. */
function isUnpacking(error: unknown): boolean {
  if (error instanceof UserError || !(error instanceof Error)) return false;
  const code = 'code' in error ? error.code : undefined;
  return (
    typeof code === 'number' ||
    (typeof code === 'string' && code.startsWith('Z_')) ||
    error.message.startsWith('IO Error')
  );
}

/** The failure of a file in words for people; any other error stays what it is. */
export function explainFailure(error: unknown, { name, compression }: Source): unknown {
  if (isTooLong(error)) {
    const what = `${name} has a line of more than 64 MB; nothing of it was kept.\nTake the line out, or the pictures in it: jq -c 'del(.request)' ${name} > shorter.jsonl`;
    return new InputError(what, { cause: error });
  }
  if (isGone(error)) return unreadable(name, error);
  if (error instanceof WindowTooLarge) {
    const what = `${name} cannot be unpacked: it was packed with a window of more than 128 MB (zstd --long).\nPack it again without: zstd -d --long=31 -c ${name} | zstd -o smaller.zst`;
    return new InputError(what, { cause: error });
  }
  if (compression === 'none' || !isUnpacking(error)) return error;
  const what = `${name} cannot be unpacked: it is damaged or cut off.\nFetch it again; nothing of it was kept.`;
  return new InputError(what, { cause: error });
}
