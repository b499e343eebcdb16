import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

const NOWHERE = ['ENOENT', 'ENOTDIR', 'ENOSYS'];

/** The free bytes this user may fill on the disk of a file; undefined if the path is not on a file system of this machine. */
export async function freeBytes(path: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(dirname(path));
    return bavail * bsize;
  } catch (error) {
    if (error instanceof Error && 'code' in error && NOWHERE.includes(String(error.code))) return undefined;
    throw error;
  }
}
