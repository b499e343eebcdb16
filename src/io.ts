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
  /** Waits so many milliseconds, or until the signal comes. */
  sleep: (ms: number, until?: AbortSignal) => Promise<void>;
  /** From now on, Ctrl+C (SIGINT) and SIGTERM do not end the program but abort the signal; the second time they end it. */
  interrupted: () => AbortSignal;
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
    sleep: sleepUntil,
    interrupted,
    setExitCode: (code) => {
      process.exitCode = code;
    },
  };
}

async function sleepUntil(ms: number, until?: AbortSignal): Promise<void> {
  try {
    await pause(ms, undefined, { signal: until });
  } catch (error) {
    if (until?.aborted !== true) throw error;
  }
}

function interrupted(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => controller.abort());
  return controller.signal;
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
