import { resolve } from 'node:path';
import { UsageError } from '../errors.js';
import type { Io } from '../io.js';

/** Throws UsageError if the file of -o holds what no answer may replace. Any command that writes a file for the user asks here. */
export async function assertReplaceable(output: string, io: Io, inputs: readonly string[] = []): Promise<void> {
  const path = resolve(io.cwd, output);
  const refuse = (what: string) => {
    throw new UsageError(`-o ${output} would replace ${what}.\nName another file with -o FILE.`);
  };
  if (/\.ya?ml$/i.test(path)) refuse('a configuration: no answer is written as YAML');
  if (inputs.some((input) => resolve(io.cwd, input) === path)) refuse('a file that is read');
  if (await holdsDatabase(path)) refuse('a database');
}

/** Whether there is a database at a path. What is not there, or may not be read, is left to the writing, which names the reason. */
async function holdsDatabase(path: string): Promise<boolean> {
  const { isDatabase } = await import('../store/not_our_database.js');
  return isDatabase(path).catch((error: NodeJS.ErrnoException) => {
    if (error.syscall !== undefined) return false;
    throw error;
  });
}
