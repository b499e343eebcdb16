import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TeamPlaceError } from '../errors.js';
import { type Place, TooLarge } from './place.js';

/** A folder that machines share: of a network, or one that a program copies from machine to machine. */
export function folderPlace(root: string, name = root): Place {
  const path = (key: string) => join(root, ...key.split('/'));
  const explained = <T>(done: Promise<T>) => done.catch((error: unknown) => Promise.reject(folderError(name, error)));
  return {
    name,
    list: (folder) => explained(namesBelow(path(folder), folder)),
    get: (key, maxBytes) => explained(readAtMost(path(key), maxBytes, join(name, key))),
    put: (key, bytes) => explained(writeOnce(path(key), bytes)),
    modified: (key) => explained(present(stat(path(key))).then((found) => found?.mtime)),
    remove: (key) => explained(rm(path(key), { force: true })),
    pathOf: path,
  };
}

function folderError(name: string, error: unknown): unknown {
  if (!(error instanceof Error && 'code' in error && 'syscall' in error)) return error;
  return new TeamPlaceError(
    `${name} could not be used (${String(error.syscall)}: ${String(error.code)}).\nCheck that the folder is there, that you may read and write it, and that its disk is not full.`,
    { cause: error },
  );
}

async function readAtMost(path: string, maxBytes: number, name: string): Promise<Buffer | undefined> {
  const size = await sizeOf(path);
  if (size === undefined) return undefined;
  if (size > maxBytes) throw new TooLarge(name, size);
  return present(readFile(path));
}

/** The files of a folder and of those inside it; names that begin with a dot are being written. */
async function namesBelow(path: string, key: string): Promise<string[]> {
  const entries = (await present(readdir(path, { withFileTypes: true }))) ?? [];
  const seen = entries.filter(({ name }) => !name.startsWith('.'));
  const below = await Promise.all(
    seen.map((entry) =>
      entry.isDirectory() ? namesBelow(join(path, entry.name), `${key}${entry.name}/`) : [`${key}${entry.name}`],
    ),
  );
  return below.flat();
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await present(stat(path)))?.size;
}

/** A file is seen whole or not at all: it gets its name when it is on the disk. */
async function writeOnce(path: string, bytes: Uint8Array): Promise<void> {
  if ((await sizeOf(path)) !== undefined) return;
  await mkdir(dirname(path), { recursive: true });
  const written = join(dirname(path), `.${randomUUID()}.new`);
  try {
    const file = await open(written, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(written, path).catch((error: unknown) => nameOtherwise(written, path, error));
  } finally {
    await rm(written, { force: true });
  }
}

/** Where a file cannot have two names (exFAT, some network folders) it is moved; who was first wrote the same bytes. */
async function nameOtherwise(written: string, path: string, error: unknown): Promise<void> {
  if (!isCode(error, 'EEXIST')) await rename(written, path);
}

async function present<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR')) return undefined;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
