import type { Io } from '../../io.js';
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

/** A line on the terminal whose text is asked for several times a second. Nothing where stderr is no terminal. */
export async function showLine(
  io: Io,
  { quiet, text }: { quiet: boolean; text: () => string },
): Promise<{ begin: () => void; end: () => void }> {
  // A terminal that does not tell its width says 0; ora would erase lines of it for ever.
  const shown = !quiet && io.stderr.isTTY === true && (io.stderr.columns ?? 0) > 0 && io.env.TERM !== 'dumb';
  if (!shown) return { begin: () => {}, end: () => {} };
  const { default: ora } = await import('ora');
  const spinner = ora({ text: text(), stream: io.stderr, discardStdin: false });
  let timer: NodeJS.Timeout | undefined;
  return {
    begin: () => {
      spinner.start();
      clearInterval(timer);
      timer = setInterval(() => {
        spinner.text = text();
      }, EVERY_MS);
    },
    end: () => {
      clearInterval(timer);
      spinner.stop();
    },
  };
}

/** A line on the terminal that tells how far a file is: bytes, rows, rate. Nothing where stderr is no terminal. */
export async function showProgress(io: Io, { quiet, name, done }: Work): Promise<Progress> {
  let file: { size: number; started: number; most: Done } | undefined;
  const text = () => {
    if (file === undefined) return plain(name);
    const now = done();
    if (now.percent > file.most.percent) file.most = now;
    const seconds = Math.max(0.001, (io.now().getTime() - file.started) / 1000);
    return `${plain(name)}  ${progressText(file.most, file.size, seconds)}`;
  };
  const line = await showLine(io, { quiet, text });
  return {
    begin: ({ size }) => {
      line.begin();
      file = { size, started: io.now().getTime(), most: { percent: 0, rows: 0n } };
    },
    end: line.end,
  };
}

/** 'fetching prices: 412 kB from models.dev, 1.3 MB from openrouter.ai'; takes the bytes that came from each address. */
export function fetchingText(received: ReadonlyMap<string, number>): string {
  const parts = [...received].map(([address, bytes]) => `${bytesText(bytes)} from ${plain(new URL(address).host)}`);
  return `fetching prices${parts.length === 0 ? ' …' : `: ${parts.join(', ')}`}`;
}

/** '412 MB of 1.3 GB, 640,000 rows, 95 MB/s, 10 s left'; once everything is read, what is left to do. */
export function progressText({ percent, rows }: Done, size: number, seconds: number): string {
  if (percent >= 99.9) return `${bytesText(size)} read, finishing`;
  const read = (size * percent) / 100;
  const left = percent < TOLD_FROM ? '' : `, ${durationText((seconds * (100 - percent)) / percent)} left`;
  const counted = Number(rows) * LONGEST_ROW < read ? '' : `, ${formatCount(rows.toString())} rows`;
  return `${bytesText(read)} of ${bytesText(size)}${counted}, ${bytesText(read / seconds)}/s${left}`;
}

/** Bytes. The rows are a share of DuckDB's estimate, which for CSV is a hundred whatever the file. */
const LONGEST_ROW = 1 << 16;
/** Before so many percent nobody can tell how long it takes. */
const TOLD_FROM = 2;

/** '40 s', '3 min', '1 h 20 min' */
function durationText(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

function bytesText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${value.toFixed(value < 10 && power > 0 ? 1 : 0)} ${UNITS[power]}`;
}
