import type { Readable, Writable } from 'node:stream';

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
  setExitCode: (code: number) => void;
}

/** The real world. */
export function processIo(): Io {
  quietBrokenPipe(process.stdout);
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    now: () => new Date(),
    setExitCode: (code) => {
      process.exitCode = code;
    },
  };
}

/** `llmcost report | head` closes the pipe early; that is no error of ours. */
function quietBrokenPipe(stream: Writable): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
