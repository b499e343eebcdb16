import { UsageError } from '../../errors.js';
import { literal, type Sql, sql } from '../../sql.js';
import { textOf } from './convert.js';
import { type Shape, withPath } from './fields.js';
import { type Cell, type Earning, isEarning, type LedgerFormat } from './format.js';
import type { Mapping } from './mapping.js';

/** What `--map` and `--set` may say of revenue. */
const NAMES = ['customer', 'feature'];

/**
 * A format of revenue with a mapping on top: a customer that is mapped or set comes before all names the format itself finds. What was
 * billed is read as it stands. UsageError for anything else that is mapped or set.
 */
export function earningMapped(format: LedgerFormat, { map, set }: Mapping): LedgerFormat {
  const { entry } = format;
  const given = [...map.keys()].map((name) => ['--map', name]).concat([...set.keys()].map((name) => ['--set', name]));
  const stray = given.find(([, name]) => !isEarning(entry) || !NAMES.includes(name ?? ''));
  if (stray !== undefined) throw unmapped(stray.join(' '), format);
  if (given.length === 0 || !isEarning(entry)) return format;
  const fields = [...map.values()]
    .flat()
    .reduce<Shape>((shape, header) => withPath(shape, [header])?.shape ?? shape, format.fields);
  const value = (name: string): Sql | undefined => {
    const fixed = set.get(name);
    if (fixed !== undefined) return literal(fixed);
    const headers = map.get(name);
    const found = headers?.map((header) => textOf(withPath(fields, [header])?.value ?? sql`null`));
    return found?.reduce((before, next) => sql`coalesce(${before}, ${next})`);
  };
  return { ...format, fields, entry: withNames(entry, value('customer'), value('feature')) };
}

function withNames(entry: Earning, customer: Sql | undefined, feature: Sql | undefined): Earning {
  const first = (own: Cell, value: Sql | undefined): Cell =>
    value === undefined ? own : own === null || 'constant' in own ? value : sql`coalesce(${value}, ${own})`;
  const names = entry.customer_names;
  return {
    ...entry,
    feature: first(entry.feature, feature),
    customer: first(entry.customer, customer),
    customer_names:
      customer === undefined
        ? names
        : names === null || 'constant' in names
          ? sql`[${customer}]`
          : sql`list_filter([${customer}] || coalesce(${names}, []), lambda name: name is not null)`,
  };
}

function unmapped(given: string, { name, entry }: LedgerFormat): UsageError {
  const what = isEarning(entry)
    ? `what was earned, and takes ${NAMES.join(' and ')} only`
    : 'what was billed, not what was used, and has no such columns';
  return new UsageError(`${given}: ${name} tells ${what}.\nImport the file without it.`);
}
