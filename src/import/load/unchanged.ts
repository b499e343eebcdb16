import { InputError } from '../../errors.js';
import { sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { digestOf, FULLY_DIGESTED, type Seen } from '../read/source.js';

/** A finished import of a file. */
export interface Before {
  import_id: number;
  format: string;
}

type Found = { file: number; options: string; mtime: string; inode: string | null; digest: string } & Before;

/**
 * For each file the finished import of this very content under this name, if there is one: known by size, inode and
 * modification time, without a look at its content, or by the digest of it. The digest of a large file leaves parts of it
 * out, so its time must be the same as well. Read in another way the same calls would get other keys: then it is the
 * error that says so. With `verify` only a digest counts that covers every byte.
 */
export async function findUnchanged(
  store: Store,
  files: readonly Seen[],
  { settings, verify }: { settings: string; verify: boolean },
): Promise<(Before | InputError | undefined)[]> {
  if (files.length === 0) return [];
  const found = await store.rows<Found & Record<string, string | number | null>>(
    sql`
    with wanted as (
      select unnest(from_json($files, '[{"file":"INTEGER","name":"VARCHAR","size":"BIGINT"}]'), recursive := true)
    )
    select
      wanted.file, import_id, imports.format, options, source_mtime_ms as mtime, source_inode as inode, source_digest as digest
    from imports
    join wanted on source = wanted.name and source_size = wanted.size
    where status = 'done' and source_digest is not null
    order by import_id desc`,
    { files: JSON.stringify(files.map(({ name, size }, file) => ({ file, name, size }))) },
  );
  const imports = new Map<number, Found[]>();
  for (const one of found) {
    const same = imports.get(one.file);
    if (same === undefined) imports.set(one.file, [one]);
    else same.push(one);
  }
  return files.map((file, index) => {
    const before = imports.get(index) ?? [];
    const isSame = ({ mtime, inode }: Found) => Number(mtime) === file.mtimeMs && inode === file.inode;
    const seen = verify ? undefined : before.find(isSame);
    if (seen !== undefined && seen.options === settings) return seen;
    if (before.length === 0) return undefined;
    const digest = digestOf(file.path, file.size);
    return beforeOf(
      file,
      before.filter((one) => one.digest === digest),
      { settings, verify },
    );
  });
}

function beforeOf(
  { name, size, mtimeMs }: Seen,
  found: readonly Found[],
  { settings, verify }: { settings: string; verify: boolean },
): Before | InputError | undefined {
  const otherwise = found.find(({ options }) => options !== settings);
  if (otherwise !== undefined) return importedOtherwise(name, otherwise.import_id);
  return found.find(({ mtime }) => (!verify && Number(mtime) === mtimeMs) || size <= FULLY_DIGESTED);
}

function importedOtherwise(name: string, id: number): InputError {
  return new InputError(
    `${name} was imported before with other --format, --map or --set (import ${id}).\nTo read it anew: llmcost imports remove ${id}, then import it again. To say whose usage it is: llmcost attribute.`,
  );
}
