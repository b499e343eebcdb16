import { createInterface } from 'node:readline/promises';
import { UsageError } from '../errors.js';
import type { Io } from '../io.js';

/** Asks a question that `y` or `yes` agrees to. Throws UsageError where nobody can answer. */
export async function agreed(question: string, io: Io): Promise<boolean> {
  if (io.stdin.isTTY !== true) {
    throw new UsageError('Nothing was changed: there is no terminal to ask on.\nAdd --yes to do it without asking.');
  }
  const terminal = createInterface({ input: io.stdin, output: io.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
