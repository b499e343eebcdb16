import { UsageError } from '../../errors.js';
import { identifier, join, type Sql, sql } from '../../sql.js';
import type { Params } from '../../store/store.js';
import { commonTables, type RolledTable } from '../rollups/read.js';
import { type Dimension, dimensionOf, parseDimension } from './dimensions.js';
import type { Offset } from './time_zone.js';

/** One --where: the dimension is (or is not) any of the values. */
export interface Condition {
  /** As it was written. */
  text: string;
  dimension: string;
  negated: boolean;
  /** The values are globs (`*`, `?`, `[a-z]`), not texts. */
  glob: boolean;
  /** null is `(none)`: not known. */
  values: (string | null)[];
}

/** What missing attribution is called, in answers and in filters. */
const NONE = '(none)';

/** Reads 'customer=acme,globex', 'model!~gpt-4*', 'feature=(none)'; `\,` is a comma inside a value. UsageError if it cannot. */
export function parseCondition(text: string): Condition {
  const found = /^\s*(tag:[^=!~]+|[^=!~:]*)(!=|!~|=|~)(.*)$/s.exec(text);
  const [, name = '', operator = '', list = ''] = found ?? [];
  if (found === null || list.trim() === '') {
    throw new UsageError(
      `--where '${text}' is not a filter.\nWrite dimension=value, for example --where customer=acme, --where 'model~gpt-4*', --where 'feature!=(none)'.`,
    );
  }
  const texts = list.split(/(?<!\\),/).map((value) => value.trim().replaceAll('\\,', ','));
  return {
    text,
    dimension: parseDimension(name.trim()),
    negated: operator.startsWith('!'),
    glob: operator.endsWith('~'),
    values: texts.map((value) => (value === NONE ? null : value)),
  };
}

/** What to write instead of a value with a star, which is compared as it is; '' where there is none. Begins with a blank. */
export function patternHint(conditions: readonly Condition[]): string {
  const found = conditions.find(
    ({ glob, values }) => !glob && values.some((value) => value !== null && /[*?]/.test(value)),
  );
  if (found === undefined) return '';
  const { dimension, negated, values } = found;
  const texts = values.map((value) => value ?? NONE).join(',');
  return ` '${found.text}' means this very text; a pattern is written ${dimension}${negated ? '!' : ''}~${texts}.`;
}

/**
 * The conditions over usage_fact (aliased fact), all of which must hold, and their parameters, whose names begin with `prefix`; and
 * what sums of usage they can be told from.
 */
export function filterSql(
  conditions: readonly Condition[],
  offsets: readonly Offset[],
  prefix = 'where',
): { test: Sql; params: Params; tables: readonly RolledTable[] } {
  const params: Params = {};
  const tests = conditions.map((condition, index) => {
    const { home, key, label } = dimensionOf(condition.dimension, offsets);
    return placed(home, valueSql(label(key), condition, `${prefix}_${index}`, params));
  });
  const tables = commonTables(...conditions.map(({ dimension }) => dimensionOf(dimension, offsets).tables));
  return { test: tests.length === 0 ? sql`true` : join(tests, ' and '), params, tables };
}

/** Profiles are few: a condition on them is decided there and becomes a list of profile numbers. */
function placed(home: Dimension['home'], test: Sql): Sql {
  if (home !== 'profile') return test;
  return sql`fact.profile_id in (select profile.profile_id from usage_profile as profile where ${test})`;
}

/** Never null: where the value is missing the answer is decided by whether `(none)` is asked for. */
function valueSql(value: Sql, condition: Condition, prefix: string, params: Params): Sql {
  const texts = condition.values.filter((text) => text !== null);
  const tests = texts.map((text, index) => {
    const name = `${prefix}_${index}`;
    params[name] = text;
    return condition.glob ? sql`${value} glob ${parameter(name)}` : sql`${value} = ${parameter(name)}`;
  });
  const missing = condition.values.includes(null);
  const known = tests.length === 0 ? sql`false` : sql`(${join(tests, ' or ')})`;
  if (!condition.negated) return missing ? sql`(${value} is null or ${known})` : known;
  return missing ? sql`(${value} is not null and not ${known})` : sql`(${value} is null or not ${known})`;
}

/** `$where_0_1`; the names are ours. */
function parameter(name: string): Sql {
  return sql`$${identifier(name)}`;
}
