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
  watchFailures();
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

/**
 * What nobody caught, such as an error event of a stream, ends the program here: Node's own exit code 1 would tell a script that a rule
 * is breached. A failure of the file system or of a connection is the user's to mend (3), anything else is a bug of ours (70).
 */
function watchFailures(): void {
  process.on('uncaughtException', (error: unknown) => {
    const { text, exitCode } = describeFailure(error, process.argv.includes('--debug'));
    process.stderr.write(text, () => process.exit(exitCode));
  });
}

/** What is said of an error that is none of the program's own, and the exit code that goes with it (README, "Exit codes"). */
export function describeFailure(error: unknown, debug: boolean): { text: string; exitCode: number } {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const shown = debug ? `${stack}\n` : '';
  if (error instanceof Error && 'syscall' in error && 'code' in error) {
    const place = 'path' in error && typeof error.path === 'string' ? ` ${error.path}` : '';
    const code = String(error.code);
    const next = ['EMFILE', 'ENFILE'].includes(code)
      ? 'Allow more open files: ulimit -n 1024'
      : 'Check the path and its permissions.';
    const text = `llmcost: ${error.syscall}${place} failed: ${code}.\n${next}\n${shown}`;
    return { text, exitCode: 3 };
  }
  const text = `llmcost: this is a bug in llmcost, sorry. Please report it with the text below.\n${
    debug ? shown : `${stack.split('\n', 1)[0]}\nRun it again with --debug for the whole stack.\n`
  }`;
  return { text, exitCode: 70 };
}

/**
 * Text of several lines for people, none of which a CI runner takes for a command: a name from data may be `::error::…`. The zero-width
 * space shows nothing. https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
 */
export function withoutCommands(text: string): string {
  return text.replace(/^([^\S\n]*)(::|##\[|##vso\[)/gm, '$1\u200b$2');
}

/** Sets which rights new files of the process lack, and gives what it was; not in a worker thread. */
export function setUmask(mask: number): number {
  return process.umask(mask);
}
