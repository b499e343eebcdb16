import type { Io } from '../io.js';
import { formatCount } from './number.js';
import { plain } from './text.js';

/** How far a statement is: percent (below 0 if nobody can tell) and rows, both estimates. */
export interface Done {
  percent: number;
  rows: bigint;
}

export interface Work {
  /** The user wants no progress. */
  quiet: boolean;
  name: string;
  done: () => Done;
}

export interface Progress {
  begin: (file: { size: number }) => void;
  end: () => void;
}

const EVERY_MS = 200;

/** A line on the terminal that tells how far a file is: bytes, rows, rate. Nothing where stderr is no terminal. */
export async function showProgress(io: Io, { quiet, name, done }: Work): Promise<Progress> {
  // A terminal that does not tell its width says 0; ora would erase lines of it for ever.
  const shown = !quiet && io.stderr.isTTY === true && (io.stderr.columns ?? 0) > 0 && io.env.TERM !== 'dumb';
  if (!shown) return { begin: () => {}, end: () => {} };
  const { default: ora } = await import('ora');
  const spinner = ora({ text: plain(name), stream: io.stderr, discardStdin: false });
  let timer: NodeJS.Timeout | undefined;
  return {
    begin: ({ size }) => {
      const started = io.now().getTime();
      let most: Done = { percent: 0, rows: 0n };
      spinner.start();
      clearInterval(timer);
      timer = setInterval(() => {
        const now = done();
        if (now.percent > most.percent) most = now;
        const seconds = Math.max(0.001, (io.now().getTime() - started) / 1000);
        spinner.text = `${plain(name)}  ${progressText(most, size, seconds)}`;
      }, EVERY_MS);
    },
    end: () => {
      clearInterval(timer);
      spinner.stop();
    },
  };
}

/** '412 MB of 1.3 GB, 640,000 rows, 95 MB/s'; once everything is read, what is left to do. */
export function progressText({ percent, rows }: Done, size: number, seconds: number): string {
  if (percent >= 99.9) return `${bytesText(size)} read, finishing`;
  const read = (size * percent) / 100;
  return `${bytesText(read)} of ${bytesText(size)}, ${formatCount(rows.toString())} rows, ${bytesText(read / seconds)}/s`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

function bytesText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${value.toFixed(value < 10 && power > 0 ? 1 : 0)} ${UNITS[power]}`;
}
