import { StoreError } from '../../errors.js';
import type { Io } from '../../io.js';
import type { Store } from '../../store/store.js';
import { configuredDatabase } from '../config/defaults.js';
import { databasePath } from '../options.js';

/** What the words before the cursor say about where to look. */
export interface Places {
  db: string | undefined;
  config: string | undefined;
}

const PERIODS = [
  ...['today', 'yesterday', '7d', '30d', 'this week', 'last week', 'this month', 'last month'],
  ...['this quarter', 'last quarter', 'this year', 'last 3 months', 'all'],
];

/** The dimensions that an option or an argument names a value of. */
const VALUES_OF: Readonly<Record<string, string>> = {
  '--model': 'model',
  '--customer': 'customer',
  '--feature': 'feature',
  '--swap': 'model',
  model: 'model',
};

/** Lists separated by commas: what is completed is the last one. */
const LISTS = ['--by', '--group-by', '--metrics'];

/**
 * The values that fit an option (`--by`) or an argument (`model`) and begin with a text; undefined where anything may stand, such as a
 * file.
 */
export async function valuesFor(name: string, start: string, places: Places, io: Io): Promise<string[] | undefined> {
  if (LISTS.includes(name)) {
    const at = start.lastIndexOf(',') + 1;
    const words = name === '--metrics' ? await metricNames() : await dimensionNames();
    return words.map((word) => `${start.slice(0, at)}${word}`);
  }
  const dimension = VALUES_OF[name];
  if (dimension !== undefined) return stored(dimension, start, places, io);
  switch (name) {
    case '--where':
      return conditions(start, places, io);
    case '--metric':
    case '--sort':
      return metricNames();
    case '--period':
    case '--compare':
    case '--versus':
      return PERIODS;
    case '--tz':
      return ['UTC', 'system', ...Intl.supportedValuesOf('timeZone')];
    case '--rule':
    case '--explain':
      return configured('budgets', places, io);
    case 'simulation':
      return fromStore(places, io, async (store) => {
        const { savedList } = await import('../../query/realised/saved.js');
        return (await savedList(store)).simulations.map(({ name }) => name);
      });
    case '--view':
      return configured('views', places, io);
    default:
      return undefined;
  }
}

async function metricNames(): Promise<string[]> {
  const { METRIC_NAMES } = await import('../../query/metrics/metrics.js');
  return [...METRIC_NAMES];
}

async function dimensionNames(): Promise<string[]> {
  const { DIMENSION_NAMES } = await import('../../query/scope/dimensions.js');
  return DIMENSION_NAMES.filter((name) => /^\w+$/.test(name));
}

/** `cus` → customer=, `customer=ac` → customer=acme. */
async function conditions(start: string, places: Places, io: Io): Promise<string[]> {
  const [, name, sign = ''] = /^([\w:]+)(!=|=)/.exec(start) ?? [];
  if (name === undefined) return (await dimensionNames()).map((one) => `${one}=`);
  const begun = `${name}${sign}`;
  return (await stored(name, start.slice(begun.length), places, io)).map((value) => `${begun}${value}`);
}

async function configured(section: 'budgets' | 'views', { config: path }: Places, io: Io): Promise<string[]> {
  const { readConfig } = await import('../../config/config.js');
  const { budgets = [], views = {} } = await readConfig(path, io);
  return section === 'budgets' ? budgets.map(({ name }) => name) : Object.keys(views);
}

async function stored(dimension: string, start: string, places: Places, io: Io): Promise<string[]> {
  const { knownValues } = await import('../../query/completion/values.js');
  return fromStore(places, io, (store) => knownValues(store, dimension, start));
}

/** What the database has; nothing where it cannot be read now, for a key that is pressed waits for nobody. */
async function fromStore({ db }: Places, io: Io, ask: (store: Store) => Promise<string[]>): Promise<string[]> {
  const { withStore } = await import('../../store/store.js');
  const named = db ?? (await configuredDatabase(io));
  const path = databasePath(named === undefined ? { color: false } : { color: false, db: named }, io);
  try {
    return await withStore(path, { access: 'read', waitMs: 0, unchanged: true }, ask);
  } catch (error) {
    if (error instanceof StoreError) return [];
    throw error;
  }
}
