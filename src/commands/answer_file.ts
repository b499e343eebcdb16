import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UsageError } from '../errors.js';
import type { Io } from '../io.js';

/** Where a DuckDB and a SQLite database say what they are: the byte, and the text that begins there. */
const DATABASES = [
  [8, 'DUCK'],
  [0, 'SQLite format 3'],
] as const;

/** Throws UsageError if the file of -o holds what no answer may replace. Any command that writes a file for the user asks here. */
export async function assertReplaceable(output: string, io: Io, inputs: readonly string[] = []): Promise<void> {
  const path = resolve(io.cwd, output);
  const refuse = (what: string) => {
    throw new UsageError(`-o ${output} would replace ${what}.\nName another file with -o FILE.`);
  };
  if (/\.ya?ml$/i.test(path)) refuse('a configuration: no answer is written as YAML');
  if (inputs.some((input) => resolve(io.cwd, input) === path)) refuse('a file that is read');
  const head = await headOf(path);
  if (DATABASES.some(([at, text]) => head.startsWith(text, at))) refuse('a database');
}

/** The first bytes of a file as letters; none where there is no file that could be replaced. */
async function headOf(path: string): Promise<string> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    // What is not there, or may not be read, is left to the writing, which names the reason.
    if (error.syscall !== undefined) return undefined;
    throw error;
  });
  if (file === undefined) return '';
  try {
    if (!(await file.stat()).isFile()) return '';
    const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}
