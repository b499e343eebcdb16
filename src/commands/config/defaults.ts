import { dirname, isAbsolute, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Config } from '../../config/config.js';
import type { View } from '../../config/defaults.js';
import { UsageError } from '../../errors.js';
import type { Io } from '../../io.js';

/*
 * Where the value of an option comes from if the command line does not give it: the environment, then the view of --view, then
 * llmcost.yaml, then what the command declares.
 */

/** What has a default in llmcost.yaml and in the environment: tz, LLMCOST_TZ. */
const NAMES = ['db', 'tz', 'period', 'metrics', 'theme'] as const;
type Name = (typeof NAMES)[number];

/** Others mean their own by --period: budgets have periods, explain and drift look at the last days. */
const WITH_PERIOD = ['report', 'dashboard', 'waste', 'margin', 'simulate'];
const TIMES = ['period', 'since', 'until'];
/** What --heatmap, which is one metric by weekday and hour, cannot have besides. */
const NOT_OF_HEATMAP = ['by', 'every', 'compare', 'sort', 'top', 'minCost', 'metrics'];

/** Fills in the options of a command that the command line left open. Throws UsageError, which says where the value is written. */
export async function applyDefaults(command: Command, io: Io): Promise<void> {
  const open = NAMES.filter((name) => isOpen(command, name));
  const asked: unknown = command.getOptionValue('view');
  if (open.length === 0 && typeof asked !== 'string') return;
  const path: unknown = command.getOptionValue('config');
  const values = environment(open, io);
  const left = open.filter((name) => !values.has(name));
  if (left.length > 0 || typeof asked === 'string') {
    const config = await configOf(typeof path === 'string' ? path : undefined, io);
    if (typeof asked === 'string') await addView(asked, command, { values, config, io });
    await addConfigured(left, { values, config, io });
  }
  keepOneTime(command, values);
  for (const [name, value] of values) command.setOptionValueWithSource(name, value, 'config');
}

/** The database of the environment or of llmcost.yaml; undefined where neither names one. */
export async function configuredDatabase(io: Io): Promise<string | undefined> {
  if (io.env.LLMCOST_DB) return undefined;
  const config = await configOf(undefined, io);
  return databaseOf(config);
}

async function configOf(path: string | undefined, io: Io): Promise<Config> {
  const { readConfig } = await import('../../config/config.js');
  return readConfig(path, io);
}

/** Whether a command has an option, and the command line did not give it. */
function isOpen(command: Command, name: string): boolean {
  if (name === 'period' && !WITH_PERIOD.includes(command.name())) return false;
  if (name === 'period' && TIMES.some((time) => isGiven(command, time))) return false;
  if (command.getOptionValue('heatmap') === true && NOT_OF_HEATMAP.includes(name)) return false;
  return command.options.some((option) => option.attributeName() === name) && !isGiven(command, name);
}

function isGiven(command: Command, name: string): boolean {
  const source = command.getOptionValueSource(name);
  return source !== undefined && source !== 'default';
}

/** An empty variable is one that is not set. The database is looked up where it is opened. */
function environment(open: readonly Name[], { env }: Io): Map<string, unknown> {
  const set = open.flatMap((name): [string, unknown][] => {
    const value = env[`LLMCOST_${name.toUpperCase()}`];
    return value === undefined || value === '' ? [] : [[name, value]];
  });
  return new Map(set);
}

interface Filling {
  values: Map<string, unknown>;
  config: Config;
  io: Io;
}

async function addConfigured(left: readonly Name[], { values, config, io }: Filling): Promise<void> {
  for (const name of left) {
    if (values.has(name)) continue;
    const value = name === 'db' ? databaseOf(config) : textOf(config[name]);
    if (value === undefined) continue;
    if (name === 'period' || name === 'metrics') await check({ [name]: value }, config.where(name), io);
    values.set(name, value);
  }
}

/** A path in the file begins where the file is. */
function databaseOf({ db, path }: Config): string | undefined {
  if (db === undefined || path === undefined || db === ':memory:' || isAbsolute(db)) return db;
  return resolve(dirname(path), db);
}

async function addView(name: string, command: Command, { values, config, io }: Filling): Promise<void> {
  const { views = {} } = config;
  const view = Object.hasOwn(views, name) ? views[name] : undefined;
  if (view === undefined) throw await unknownView(name, config);
  const timed = TIMES.some((time) => values.has(time));
  for (const [key, value] of Object.entries(optionsOf(view))) {
    if (value === undefined || (timed && TIMES.includes(key))) continue;
    const place = config.where(
      'views',
      name,
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    );
    if (key !== 'compare') await check({ [key]: value }, place, io);
    if (isOpen(command, key) && !values.has(key)) values.set(key, value);
  }
}

/** A view under the names of options. */
function optionsOf({ by, where, metrics, min_cost, ...others }: View): Record<string, string | string[] | undefined> {
  return {
    ...others,
    by: textOf(by),
    metrics: textOf(metrics),
    where: typeof where === 'string' ? [where] : where,
    minCost: min_cost,
  };
}

function textOf(value: string | readonly string[] | undefined): string | undefined {
  return value === undefined || typeof value === 'string' ? value : value.join(',');
}

/** Throws UsageError, which says where in the file the words are that no question understands. */
async function check(words: Record<string, unknown>, place: string, io: Io): Promise<void> {
  const { parseQuery } = await import('../../query/scope/query.js');
  try {
    parseQuery(words, io.now());
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${place}: ${error.message}`, { cause: error });
  }
}

async function unknownView(name: string, { views = {}, path }: Config): Promise<UsageError> {
  const known = Object.keys(views);
  if (known.length === 0) {
    const file = path === undefined ? 'there is no llmcost.yaml' : 'llmcost.yaml has no section views';
    return new UsageError(
      `There is no view '${name}': ${file}.\nWrite one there: views: {weekly: {by: model, every: week, period: last 4 weeks}}`,
    );
  }
  const { nearestThree } = await import('../../names/nearest.js');
  const nearest = nearestThree(name, known);
  const rest = known.length - nearest.length;
  const more = rest > 0 ? ` (and ${rest} more in llmcost.yaml)` : '';
  return new UsageError(`There is no view '${name}'.\nThe nearest: ${nearest.join(', ')}${more}.`);
}

/** One way to say the time: what the command line or the environment says about it leaves nothing of the view's. */
function keepOneTime(command: Command, values: Map<string, unknown>): void {
  const given = TIMES.some((name) => isGiven(command, name));
  const bounded = values.has('since') || values.has('until');
  for (const name of TIMES) if (given || (name === 'period' && bounded)) values.delete(name);
}
