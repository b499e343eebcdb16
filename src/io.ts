import type { Readable, Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

/** The outside world as an argument: no other file touches `process`. Tests hand in one of their own. */
export interface Io {
  stdin: Readable & { isTTY?: boolean };
  stdout: Writable & { isTTY?: boolean; columns?: number };
  stderr: Writable & { isTTY?: boolean; columns?: number };
  env: Record<string, string | undefined>;
  /** The current folder: relative paths start here. */
  cwd: string;
  /** The clock. */
  now: () => Date;
  /** Waits so many milliseconds. */
  sleep: (ms: number) => Promise<void>;
  setExitCode: (code: number) => void;
}

/** The real world. */
export function processIo(): Io {
  watchOutputs();
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    now: () => new Date(),
    sleep: (ms) => pause(ms),
    setExitCode: (code) => {
      process.exitCode = code;
    },
  };
}

/**
 * `llmcost report | head` closes the pipe early; that is no error of ours. A full disk is one, but must not end as an
 * uncaught exception: its exit code 1 would mean a breached rule.
 */
function watchOutputs(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.stderr.write(`llmcost: the result could not be written: ${error.message}\n`);
    process.exitCode = 3;
  });
  // Nobody is left to tell.
  process.stderr.on('error', () => {});
}
