import { appendFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InputError } from '../errors.js';
import type { Io } from '../io.js';

/** Writes an answer to the file of -o, else to stdout. Throws InputError, which names the file. */
export async function writeAnswer(text: string, output: string | undefined, io: Io): Promise<void> {
  if (output === undefined) {
    io.stdout.write(text);
    return;
  }
  try {
    await writeFile(resolve(io.cwd, output), text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InputError(`The answer could not be written to ${output}: ${reason}\nName another file with -o FILE.`, {
      cause,
    });
  }
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
