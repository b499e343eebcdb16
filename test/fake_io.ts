import { PassThrough, Readable, Writable } from 'node:stream';
import type { Io } from '../src/io.js';

/** What a test may set; everything else is a quiet, piped, colourless world at noon of 15 October 2026. */
export interface FakeWorld {
  stdin?: string | Uint8Array;
  env?: Record<string, string | undefined>;
  cwd?: string;
  now?: string;
  /** Called at every wait; Ctrl+C comes when it answers 'interrupt'. */
  onSleep?: () => 'interrupt' | undefined;
  /** Both outputs are a terminal of this width. */
  columns?: number;
}

export interface FakeIo extends Io {
  /** What was written so far. */
  out: () => string;
  err: () => string;
  /** The milliseconds of each wait; none of them took any time. */
  waits: number[];
  /** 0 until another one is set. */
  exitCode: () => number;
}

/** An Io that remembers. */
export function fakeIo(world: FakeWorld = {}): FakeIo {
  const [stdout, out] = collector(world.columns);
  const [stderr, err] = collector(world.columns);
  const waits: number[] = [];
  const interruption = new AbortController();
  let code = 0;
  return {
    stdin: world.stdin === undefined ? new PassThrough().end() : Readable.from([Buffer.from(world.stdin)]),
    stdout,
    stderr,
    env: world.env ?? {},
    cwd: world.cwd ?? '/',
    now: () => new Date(world.now ?? '2026-10-15T12:00:00Z'),
    sleep: async (ms) => {
      waits.push(ms);
      if (world.onSleep?.() === 'interrupt') interruption.abort();
    },
    interrupted: () => interruption.signal,
    waits,
    setExitCode: (exitCode) => {
      code = exitCode;
    },
    out,
    err,
    exitCode: () => code,
  };
}

function collector(columns: number | undefined): [Io['stdout'], () => string] {
  const chunks: Buffer[] = [];
  const stream: Io['stdout'] = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk);
      done();
    },
  });
  if (columns !== undefined) Object.assign(stream, { isTTY: true, columns });
  return [stream, () => Buffer.concat(chunks).toString('utf8')];
}
