import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { integer, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { type AnyFormat, isLedger } from '../declare/format.js';
import { mappedFormat } from '../declare/mapping.js';
import { FORMATS } from '../formats/index.js';
import type { Own } from '../identify/identify.js';
import { digestOf, type Source } from '../read/source.js';
import type { Scratch } from '../read/temp_file.js';

/*
 * A log that is appended to costs only its new part: where the beginning of a file is what an earlier import read, the
 * rest of it is read alone, as an import of its own.
 */

/** To read a file of this size costs no more than to plan how it is read. */
const SMALL_BYTES = 1 << 18;
const CANDIDATES = 3;

/** The import whose file is the beginning of a file, and where its last whole line ends. */
export interface Continued {
  import_id: number;
  format: string;
  bytes: number;
}

/**
 * For each file the longest earlier import of which it is the continuation: same name and options, and the digest of as
 * many bytes is the same. Undefined for packed files, for formats in which lines need those before them, and for documents.
 */
export async function continuedImports(
  store: Store,
  files: readonly Source[],
  { settings, own }: { settings: string; own: Own },
): Promise<(Continued | undefined)[]> {
  const wanted = files.flatMap(({ name, size, compression }, file) =>
    compression === 'none' && size > SMALL_BYTES ? [{ file, name, size }] : [],
  );
  if (wanted.length === 0) return files.map(() => undefined);
  const found = await store.rows<{ file: number; import_id: number; format: string; size: string; digest: string }>(
    sql`
    with wanted as (
      select unnest(from_json($files, '[{"file":"INTEGER","name":"VARCHAR","size":"BIGINT"}]'), recursive := true)
    )
    select wanted.file, import_id, format, source_size as size, source_digest as digest
    from imports
    join wanted on imports.source = wanted.name and imports.source_size < wanted.size
    where status = 'done' and options = $settings and source_digest is not null and source_size >= ${integer(SMALL_BYTES)}
    qualify row_number() over (partition by wanted.file order by source_size desc, import_id desc) <= ${integer(CANDIDATES)}
    order by wanted.file, source_size desc, import_id desc`,
    { files: JSON.stringify(wanted), settings },
  );
  const continued = new Map<number, Continued>();
  for (const { file, import_id, format, size, digest } of found) {
    const path = files[file]?.path;
    if (path === undefined || continued.has(file) || !readsLineByLine(format, own)) continue;
    if (digestOf(path, Number(size)) !== digest) continue;
    const bytes = await endOfLines(path, Number(size));
    if (bytes !== undefined) continued.set(file, { import_id, format, bytes });
  }
  return files.map((_, file) => continued.get(file));
}

/** Whether a line of a format means the same whatever stands before it, and is counted by itself. */
function readsLineByLine(name: string, own: Own): boolean {
  const found = [...FORMATS, ...own, MAPPED].find((format) => format.name === name);
  return found !== undefined && isLineByLine(found);
}

const MAPPED = mappedFormat({ map: new Map(), set: new Map() }, 'ndjson');

function isLineByLine(format: AnyFormat): boolean {
  return (
    !isLedger(format) &&
    format.reads === 'ndjson' &&
    format.rows === undefined &&
    format.resolved === undefined &&
    format.carried === undefined &&
    format.earns === undefined
  );
}

const LOOKED_BACK = 1 << 20;

/** Where the last whole line of the first `size` bytes ends; a line that was still being written is read again. */
async function endOfLines(path: string, size: number): Promise<number | undefined> {
  const file = await open(path, 'r');
  try {
    const start = Math.max(0, size - LOOKED_BACK);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
    const last = buffer.subarray(0, bytesRead).lastIndexOf(0x0a);
    return last < 0 ? undefined : start + last + 1;
  } finally {
    await file.close();
  }
}

/** A copy of the lines of a file after so many bytes. */
export function copyNewPart(source: Source, bytes: number, scratch: Scratch): Promise<Source> {
  const [size, before] = [source.size - bytes, { path: source.path, bytes }];
  const added = createReadStream(source.path, { start: bytes, end: source.size - 1 });
  return scratch.copy({ ...source, size, before }, added);
}
