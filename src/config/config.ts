import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { UsageError } from '../errors.js';
import type { Io } from '../io.js';
import type { Sections } from './sections.js';

/** The values of llmcost.yaml; empty without a file. */
export interface Config extends Sections {
  /** The path of the file; undefined without one. */
  path: string | undefined;
  /** The position of a key, for messages: `llmcost.yaml:12: prices.aliases[0].is`. */
  where: (...path: (string | number)[]) => string;
}

const NAMES = ['llmcost.yaml', 'llmcost.yml'] as const;

/**
 * The configuration: the file of --config, else llmcost.yaml or llmcost.yml of the current folder or the nearest one above it.
 * Throws UsageError that names every problem (ten at most) with file, line, key and what is allowed.
 */
export async function readConfig(path: string | undefined, io: Io): Promise<Config> {
  const file = configFile(path, io);
  if (file === undefined) return { path: undefined, where: () => 'no configuration' };
  const name = shownName(file, io);
  const text = textOf(file, name);
  // The parser and its schema take longer to load than most answers take, so they are loaded only if there is a file.
  const { readSections } = await import('./sections.js');
  return { path: file, ...readSections(text, name) };
}

/** The path of the file that is read; undefined where there is none. Throws UsageError. */
export function configFile(path: string | undefined, io: Io): string | undefined {
  return path === undefined ? nearest(io.cwd) : named(path, io);
}

function nearest(folder: string): string | undefined {
  const here = NAMES.map((name) => join(folder, name)).filter((path) => existsSync(path));
  if (here.length > 1) {
    throw new UsageError(
      `There are both ${NAMES.join(' and ')} in ${folder}.\nKeep one of them, or say which one with --config PATH.`,
    );
  }
  const above = dirname(folder);
  return here[0] ?? (above === folder ? undefined : nearest(above));
}

function named(path: string, { cwd }: Io): string {
  const file = isAbsolute(path) ? path : resolve(cwd, path);
  if (existsSync(file)) return file;
  throw new UsageError(
    `There is no configuration at ${path}.\nName a file that exists with --config PATH; without it, llmcost.yaml of the current folder or one above it is read.`,
  );
}

/** The path relative to the current folder, if the file is in it or above it. */
function shownName(file: string, { cwd }: Io): string {
  const short = relative(cwd, file);
  return short.length < file.length ? short : file;
}

function textOf(file: string, name: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`${name} cannot be read: ${reason}\nName another file with --config PATH.`, { cause });
  }
}
