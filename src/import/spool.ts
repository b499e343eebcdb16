import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Source, sourceOf } from './source.js';

/**
 * DuckDB reads files only. What comes from a pipe is written to a file that nobody else may read, handed to `fn`, and
 * deleted whatever happens.
 */
export async function withSpooled<T>(bytes: Readable, name: string, fn: (source: Source) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'llmcost-'));
  try {
    const path = join(folder, 'input');
    await pipeline(bytes, createWriteStream(path, { mode: 0o600 }));
    return await fn({ ...(await sourceOf(path, name)), name });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** DuckDB's reader of JSON does not know byte order marks: the file without it. */
export async function withoutBom<T>(source: Source, fn: (source: Source) => Promise<T>): Promise<T> {
  if (source.bomBytes === 0) return fn(source);
  const bytes = createReadStream(source.path, { start: source.bomBytes });
  return withSpooled(bytes, source.name, (spooled) => fn({ ...source, path: spooled.path, bomBytes: 0 }));
}
