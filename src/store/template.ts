import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { access, chmod, constants, copyFile, link, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StoreFull } from '../errors.js';
import { OWN_RIGHTS } from './rights.js';

/**
 * Begins a database as a copy of one that has all tables and the bundled prices: to make them takes half a second. The
 * copy gets its name when it is whole, and never takes the place of a database that somebody else began meanwhile. Where
 * nothing may be written nothing is copied: DuckDB says what is in the way.
 */
export async function copyTemplate(template: string, path: string): Promise<void> {
  if (!existsSync(template) || !(await isWritable(dirname(path)))) return;
  const copy = `${path}.${randomUUID()}.new`;
  try {
    await copyFile(template, copy);
    await chmod(copy, OWN_RIGHTS);
    await link(copy, path).catch((error: unknown) => nameOtherwise(copy, path, error));
  } catch (error) {
    throw NO_SPACE.includes(codeOf(error)) ? new StoreFull(path, error) : error;
  } finally {
    await rm(copy, { force: true });
  }
}

/** A full disk, a quota, and a limit on the size of files (`ulimit -f`). */
const NO_SPACE = ['ENOSPC', 'EDQUOT', 'EFBIG'];

/** Where a file cannot have two names (exFAT, some network folders). */
async function nameOtherwise(copy: string, path: string, error: unknown): Promise<void> {
  if (codeOf(error) !== 'EEXIST') await rename(copy, path);
}

async function isWritable(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
