import { open } from 'node:fs/promises';
import type { Named } from './paths.js';
import { isGone } from './source.js';

/** A file that is new or has changed, and how it looked. */
export interface Changed {
  file: Named;
  state: string;
}

/** What was seen of files when they were looked at again and again. */
export class Watched {
  private readonly done = new Map<string, string>();
  private before = new Map<string, string>();

  /**
   * The files that are new or have changed since they were last dealt with. One that does not end with a line is still
   * being written, perhaps: it has to look the same twice. Files that are not there any more are forgotten.
   */
  async changed(files: readonly Named[]): Promise<Changed[]> {
    const [found, seen]: [Changed[], Map<string, string>] = [[], new Map()];
    for (const file of files) {
      const look = await lookAt(file.path);
      if (look === undefined || look.empty) continue;
      const { state, ended } = look;
      seen.set(file.path, state);
      if (this.done.get(file.path) === state) continue;
      if (ended || this.before.get(file.path) === state) found.push({ file, state });
    }
    for (const path of this.done.keys()) if (!seen.has(path)) this.done.delete(path);
    this.before = seen;
    return found;
  }

  /** A file was dealt with as it looked. */
  deal({ file, state }: Changed): void {
    this.done.set(file.path, state);
  }
}

interface Look {
  state: string;
  empty: boolean;
  /** Its last byte ends a line. */
  ended: boolean;
}

async function lookAt(path: string): Promise<Look | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      const { size, mtimeMs, ino } = await file.stat();
      const { bytesRead, buffer } = await file.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1));
      return { state: `${size} ${mtimeMs} ${ino}`, empty: size === 0, ended: bytesRead === 1 && buffer[0] === 0x0a };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}
