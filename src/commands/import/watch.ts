import { StoreLocked, UsageError } from '../../errors.js';
import type { ImportedFile } from '../../import/load/answer.js';
import type { Named } from '../../import/read/paths.js';
import type { Changed } from '../../import/read/watch.js';
import type { Io } from '../../io.js';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const EVERY = '5s';
const LONGEST_MS = 86_400_000;

export interface WatchOptions {
  quiet?: boolean;
  interval?: string;
  summary: 'text' | 'json';
}

/** Imports files; what is not begun when it is told to stop is left for another time. */
export type Import = (
  files: readonly Named[],
  stopped: AbortSignal,
) => Promise<{ results: ImportedFile[]; warnings: string[] }>;

/**
 * Looks at files again and again and imports what is new, until it is interrupted. The database is open, and locked,
 * only while something is imported.
 */
export async function watchFiles(
  paths: readonly string[],
  load: Import,
  { options, io }: { options: WatchOptions; io: Io },
): Promise<void> {
  const [every, stopped] = [intervalOf(options.interval ?? EVERY), io.interrupted()];
  const [{ filesOf, NoFile, NoLogs }, { Watched }, rendered] = await Promise.all([
    import('../../import/read/paths.js'),
    import('../../import/read/watch.js'),
    import('../../render/answers/import.js'),
  ]);
  const watched = new Watched();
  const round = rounds(load, { options, io, stopped });
  const told: ImportedFile[] = [];
  // A path that is not there at the beginning is a mistake; later, a log is being rotated.
  let files = await filesOf(paths, io.cwd, [NoLogs]);
  if (options.quiet !== true)
    io.stderr.write(`Watching ${paths.join(', ')} every ${options.interval ?? EVERY}; Ctrl+C ends it.\n`);
  while (!stopped.aborted) {
    for (const [changed, result] of await round(await watched.changed(files))) {
      watched.deal(changed);
      if (!(await isWorthTelling(changed.file, result))) continue;
      told.push(result);
      io.stdout.write((options.summary === 'json' ? rendered.watchedAsJson : rendered.watchedLine)(result, io.now()));
    }
    await io.sleep(every, stopped);
    files = await filesOf(paths, io.cwd, [NoLogs, NoFile]);
  }
  if (options.summary === 'text') io.stdout.write(rendered.watchedSum(told));
}

type Round = (changed: readonly Changed[]) => Promise<[Changed, ImportedFile][]>;

/** Imports what has changed; nothing while another process holds the database, which is tried again. */
function rounds(
  load: Import,
  { options, io, stopped }: { options: WatchOptions; io: Io; stopped: AbortSignal },
): Round {
  const warned = new Set<string>();
  const note = async (text: string) => {
    const { plain } = await import('../../render/text/text.js');
    if (options.quiet !== true && !warned.has(text)) io.stderr.write(`note: ${plain(text)}\n`);
    warned.add(text);
  };
  return async (changed) => {
    if (changed.length === 0) return [];
    try {
      const files = changed.map(({ file }) => file);
      const { results, warnings } = await load(files, stopped);
      for (const warning of warnings) await note(warning);
      const named = new Map(results.map((result) => [result.source, result]));
      return changed.flatMap((one): [Changed, ImportedFile][] => {
        const result = named.get(one.file.name);
        return result === undefined ? [] : [[one, result]];
      });
    } catch (error) {
      if (!(error instanceof StoreLocked)) throw error;
      await note(`${error.message.split('\n')[0]} It is tried again.`);
      return [];
    }
  };
}

/** Not of a file that did not change after all, or went away before it could be read. */
async function isWorthTelling({ path, name }: Named, { status }: ImportedFile): Promise<boolean> {
  if (status === 'imported' || status === 'unknown') return true;
  if (status !== 'failed') return false;
  const { kindOf } = await import('../../import/read/source.js');
  return kindOf(path, name) !== undefined;
}

/** `5s`, `500ms`, `1m` in milliseconds. Throws UsageError. */
function intervalOf(text: string): number {
  const [, count, unit = ''] = /^(\d+)(ms|s|m|h)$/.exec(text) ?? [];
  const ms = Number(count) * (UNITS[unit] ?? Number.NaN);
  if (ms > 0 && ms <= LONGEST_MS) return ms;
  throw new UsageError(`--interval '${text}' is no time between two looks.\nUse for example --interval 10s or 1m.`);
}
