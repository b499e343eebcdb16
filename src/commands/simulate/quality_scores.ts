import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError, UsageError } from '../../errors.js';
import type { Io } from '../../io.js';
import type { BoardFile, Refreshed } from '../../query/quality/refresh.js';
import type { Scores } from '../../query/quality/scores.js';
import type { Store } from '../../store/store.js';
import { absolute } from '../pricing/book.js';

/** The scores and tokenizer ratios that come with the program, beside src and dist. */
export const QUALITY_DIRECTORY = fileURLToPath(new URL('../../../quality', import.meta.url));

type Shipped = Refreshed['boards'][number];

/** What scores.json says of the boards that come with the program. */
export async function shippedBoards(): Promise<Shipped[]> {
  return boardsIn(QUALITY_DIRECTORY);
}

async function boardsIn(folder: string): Promise<Shipped[]> {
  const { boards }: { boards: Shipped[] } = JSON.parse(await readFile(join(folder, 'scores.json'), 'utf8'));
  return boards;
}

/** The scores of --quality: a board by its name, or a file of the user's. Throws UnknownQuality and BadScores. */
export async function chosenScores(store: Store, name: string, io: Io): Promise<Scores> {
  const { BOARDS } = await import('../../query/quality/boards.js');
  const { boardScores, fileScores, UnknownQuality } = await import('../../query/quality/scores.js');
  const board = BOARDS.find((one) => one.name === name);
  if (board !== undefined) {
    const about = (await shippedBoards()).find((one) => one.board === name);
    return boardScores(store, QUALITY_DIRECTORY, { board, about });
  }
  if (!/\.csv$/i.test(name)) throw new UnknownQuality(name);
  const path = absolute(name, io);
  const [head = '', first = ''] = (await read(path, name)).toString('utf8').split(/\r?\n/, 2);
  // What `quality refresh` wrote: the first board of the folder, with its date from the file beside it.
  const own = head.startsWith('board,') ? BOARDS.find((one) => first.startsWith(`${one.name},`)) : undefined;
  if (own === undefined) return fileScores(store, path, name);
  const about = (await boardsIn(dirname(path))).find((one) => one.board === own.name);
  return boardScores(store, dirname(path), { board: own, about });
}

/** A file of a board with its rows; YAML for Aider, else CSV. */
export async function boardFile(
  store: Store,
  path: string,
  { shown, asOf }: { shown: string; asOf: string | undefined },
): Promise<BoardFile> {
  const bytes = await read(path, shown);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const rows = /\.ya?ml$/i.test(path) ? await yamlRows(bytes.toString('utf8'), shown) : await csvFileRows(store, path);
  const columns = Object.keys(rows[0] ?? {});
  const day = asOf ?? newestRun(rows);
  if (day === undefined) {
    throw new UsageError(
      `Nothing says of which day ${shown} is.\nSay it: --as-of 2026-08-11, or put the day into the name of the file.`,
    );
  }
  return { path: shown, columns, rows, asOf: day, sha256 };
}

async function read(path: string, shown: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InputError(`${shown} cannot be read: ${reason}\nCheck the path.`, { cause });
  }
}

async function csvFileRows(store: Store, path: string): Promise<Record<string, string | null>[]> {
  const { csvRows } = await import('../../query/quality/scores.js');
  const { sql } = await import('../../sql.js');
  return store.rows(sql`select * from ${csvRows(path)}`);
}

/** A list of runs: every entry as texts. */
async function yamlRows(text: string, shown: string): Promise<Record<string, string | null>[]> {
  const { plainYaml } = await import('../../config/yaml.js');
  const { data, faults } = plainYaml(text);
  if (faults[0] !== undefined || !Array.isArray(data)) {
    throw new InputError(
      `${shown} is no list in YAML: ${faults[0]?.sentence ?? 'it holds something else'}.\nGive the file as the board publishes it.`,
    );
  }
  return data.map((entry: unknown) =>
    Object.fromEntries(
      Object.entries(typeof entry === 'object' && entry !== null ? entry : {}).map(([key, value]) => [
        key,
        String(value),
      ]),
    ),
  );
}

/** Runs that are dated date their file. */
function newestRun(rows: readonly Record<string, string | null>[]): string | undefined {
  if (!rows.some((row) => 'pass_rate_2' in row)) return undefined;
  return rows
    .map(({ date }) => date ?? '')
    .sort()
    .at(-1);
}
