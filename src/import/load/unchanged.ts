import { InputError } from '../../errors.js';
import { sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { FULLY_DIGESTED, type Source } from '../read/source.js';

/** A finished import of a file. */
export type Before = { import_id: number; format: string; options: string; mtime: string };

type Found = Before & { file: number };

/**
 * For each file the finished import of this very content under this name, if there is one. The digest of a large file
 * leaves parts of it out, so its time must be the same as well. Read in another way the same calls would get other
 * keys: then it is the error that says so.
 */
export async function importedBefore(
  store: Store,
  files: readonly { source: Source; digest: string }[],
  settings: string,
): Promise<(Before | InputError | undefined)[]> {
  const found = await store.rows<Found>(
    sql`
    with wanted as (
      select unnest(from_json($files, '[{"file":"INTEGER","name":"VARCHAR","size":"BIGINT","digest":"VARCHAR"}]'), recursive := true)
    )
    select wanted.file, import_id, imports.format, options, source_mtime_ms as mtime
    from imports
    join wanted on source = wanted.name and source_size = wanted.size and source_digest = wanted.digest
    where status = 'done'
    order by import_id desc`,
    { files: JSON.stringify(files.map(({ source: { name, size }, digest }, file) => ({ file, name, size, digest }))) },
  );
  const imports = new Map<number, Found[]>();
  for (const one of found) imports.set(one.file, [...(imports.get(one.file) ?? []), one]);
  return files.map(({ source }, file) => beforeOf(source, imports.get(file) ?? [], settings));
}

function beforeOf(
  { name, size, mtimeMs }: Source,
  found: readonly Found[],
  settings: string,
): Before | InputError | undefined {
  const otherwise = found.find(({ options }) => options !== settings);
  if (otherwise !== undefined) return importedOtherwise(name, otherwise.import_id);
  return found.find(({ mtime }) => Number(mtime) === mtimeMs || size <= FULLY_DIGESTED);
}

function importedOtherwise(name: string, id: number): InputError {
  return new InputError(
    `${name} was imported before with other --format, --map or --set (import ${id}).\nTo read it anew: llmcost imports remove ${id}, then import it again.`,
  );
}
