import { appendFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InputError, UsageError } from '../errors.js';
import type { Io } from '../io.js';

/**
 * Writes an answer to the file of -o, else to stdout. Throws InputError, which names the file, and UsageError where the file is one
 * that an answer must not replace: a database, a configuration, or one of `inputs`.
 */
export async function writeAnswer(
  text: string,
  output: string | undefined,
  io: Io,
  inputs: readonly string[] = [],
): Promise<void> {
  if (output === undefined) {
    io.stdout.write(text);
    return;
  }
  await assertReplaceable(output, io, inputs);
  try {
    await writeFile(resolve(io.cwd, output), text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InputError(`The answer could not be written to ${output}: ${reason}\nName another file with -o FILE.`, {
      cause,
    });
  }
}

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

const NOTES = 20;

/** The warnings of an answer on stderr, the first 20; the answer itself holds all of them. */
export async function writeNotes(warnings: readonly { message: string }[], io: Io): Promise<void> {
  const { plain } = await import('../render/text/text.js');
  for (const { message } of warnings.slice(0, NOTES)) io.stderr.write(`note: ${plain(message)}\n`);
  const left = warnings.length - NOTES;
  if (left > 0) io.stderr.write(`note: … and ${left} more; --format json lists all.\n`);
}

/** Adds Markdown to the summary of a step of GitHub (GITHUB_STEP_SUMMARY). Throws InputError, which names the file. */
export async function appendSummary(text: string, file: string, io: Io): Promise<void> {
  try {
    await appendFile(resolve(io.cwd, file), text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InputError(
      `The step summary could not be written to ${file}: ${reason}\nCheck GITHUB_STEP_SUMMARY, or unset it.`,
      { cause },
    );
  }
}
