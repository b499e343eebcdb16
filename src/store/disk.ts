import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

const NOWHERE = ['ENOENT', 'ENOTDIR', 'ENOSYS'];

/** The bytes that are left to this user where a file is; undefined where that is no folder of this machine. */
export async function freeBytes(path: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(dirname(path));
    return bavail * bsize;
  } catch (error) {
    if (error instanceof Error && 'code' in error && NOWHERE.includes(String(error.code))) return undefined;
    throw error;
  }
}
