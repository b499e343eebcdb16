import { resolve } from 'node:path';
import { InputError } from '../../errors.js';
import { kindOf } from './source.js';

/** What is looked for in a folder. */
const IN_FOLDERS = ['**/*.{jsonl,ndjson,json,csv,tsv,log,txt}{,.gz,.zst}', '**/*.{parquet,db,sqlite,sqlite3,vscdb}'];

/** A file to import and how the user knows it. `-` is stdin. */
export interface Named {
  path: string;
  name: string;
  /** It was found in a folder: nobody said that it is a log. */
  inFolder?: true;
}

/** A folder in which there is nothing to import. */
export class NoLogs extends InputError {}

/** Nothing is where a path, or a glob, leads to. */
export class NoFile extends InputError {}

type Lacking = typeof NoLogs | typeof NoFile;

/**
 * The files that the arguments stand for: files, folders (with all below), globs and `-`; each once, folders in order of names.
 * What an argument may lack for now is no error.
 */
export async function filesOf(
  given: readonly string[],
  cwd: string,
  awaited: readonly Lacking[] = [],
): Promise<Named[]> {
  const found = new Map<string, Named>();
  for (const argument of given) {
    for (const named of await unlessAwaited(() => filesOfOne(argument, cwd), awaited))
      found.set(named.path, found.get(named.path) ?? named);
  }
  return [...found.values()];
}

async function unlessAwaited(find: () => Promise<Named[]>, awaited: readonly Lacking[]): Promise<Named[]> {
  try {
    return await find();
  } catch (error) {
    if (!awaited.some((kind) => error instanceof kind)) throw error;
    return [];
  }
}

async function filesOfOne(argument: string, cwd: string): Promise<Named[]> {
  if (argument === '-') return [{ path: '-', name: '-' }];
  const path = resolve(cwd, argument);
  const kind = kindOf(path, argument);
  if (kind === 'file' || kind === 'pipe') return [{ path, name: argument }];
  if (kind === 'folder') {
    const { glob } = await import('tinyglobby');
    const found = await glob(IN_FOLDERS, { cwd: path, expandDirectories: false, caseSensitiveMatch: false });
    // Nobody asked for a pipe in a folder, and one that nobody writes to is waited for without end; links lead to them too.
    const files = found.filter((file) => kindOf(resolve(path, file), file) !== 'pipe');
    if (files.length > 0)
      return files.sort().map((file) => ({
        path: resolve(path, file),
        name: `${argument.replace(/\/+$/, '')}/${file}`,
        inFolder: true,
      }));
    throw new NoLogs(
      `The folder ${argument} holds no logs.\nLooked for are files named *.jsonl, *.ndjson, *.json, *.csv, *.tsv, *.log or *.txt, also with .gz or .zst, *.parquet, and databases of agents (*.db, *.sqlite, *.vscdb).`,
    );
  }
  const files = /[*?[{]/.test(argument) ? await matching(argument, cwd) : [];
  if (files.length === 0) throw new NoFile(`There is no file ${argument}.\nCheck the path.`);
  return files.sort().map((file) => ({ path: resolve(cwd, file), name: file }));
}

async function matching(pattern: string, cwd: string): Promise<string[]> {
  const { glob } = await import('tinyglobby');
  const found = await glob(pattern, { cwd, expandDirectories: false, absolute: false });
  return found.filter((file) => kindOf(resolve(cwd, file), file) !== 'pipe');
}
