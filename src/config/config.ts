import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { UsageError } from '../errors.js';
import type { Io } from '../io.js';
import { PRICES, priceRows } from './prices.js';
import { checked, object, optional, type Read } from './schema.js';
import { type Plain, pathText, plainYaml } from './yaml.js';

/** Every section of the file, each declared in a file of its own. */
const SECTIONS = { prices: optional(PRICES) };

const FILE = object(SECTIONS);

/** What llmcost.yaml says; without a file nothing. */
export interface Config extends Read<typeof FILE> {
  /** The file; undefined if there is none. */
  path: string | undefined;
  /** Where a key of it stands, for messages: `llmcost.yaml:12: prices.aliases[0].is`. */
  where: (...path: (string | number)[]) => string;
}

const NAMES = ['llmcost.yaml', 'llmcost.yml'] as const;
const SHOWN = 10;

/**
 * The configuration: the file of --config, else llmcost.yaml or llmcost.yml of the current folder or the nearest one above it.
 * Throws UsageError that names every problem (ten at most) with file, line, key and what is allowed.
 */
export function readConfig(path: string | undefined, io: Io): Config {
  const file = path === undefined ? nearest(io.cwd) : named(path, io);
  if (file === undefined) return { path: undefined, where: pathOnly };
  const name = shownName(file, io);
  const plain = plainYaml(textOf(file, name));
  const where = (...keys: (string | number)[]) => `${name}:${plain.lineOf(keys)}: ${pathText(keys)}`;
  if (plain.faults.length > 0) {
    throw problems(plain.faults.map(({ line, sentence }) => ({ line, text: `${name}:${line}: ${sentence}` })));
  }
  return { ...sections(plain, name), path: file, where };
}

/** The own prices of a configuration as rows; undefined where there is no file, which is not the same as a file without prices. */
export function pricesOf({ path, prices, where }: Config): ReturnType<typeof priceRows> | undefined {
  return path === undefined ? undefined : priceRows(prices ?? {}, where);
}

function pathOnly(...path: (string | number)[]): string {
  return pathText(path);
}

function sections(plain: Plain, name: string): Read<typeof FILE> {
  // An empty file, or one whose sections are all commented out, says nothing.
  const result = checked(FILE, plain.data ?? {});
  if ('value' in result) return result.value;
  throw problems(
    result.misfits.map(({ path, sentence }) => {
      const line = plain.lineOf(path);
      const place = path.length === 0 ? `${name}:${line}` : `${name}:${line}: ${pathText(path)}`;
      return { line, text: `${place}: ${sentence}` };
    }),
  );
}

function problems(found: readonly { line: number; text: string }[]): UsageError {
  const texts = found.toSorted((a, b) => a.line - b.line).map(({ text }) => text);
  const more = texts.length > SHOWN ? [`… and ${texts.length - SHOWN} more.`] : [];
  return new UsageError([...texts.slice(0, SHOWN), ...more].join('\n'));
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

/** From the current folder, if it is in it or above it. */
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
