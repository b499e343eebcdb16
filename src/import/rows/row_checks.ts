import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import { placeName, placeSql } from '../declare/fields.js';
import { type AnyFormat, isLedger, type Place } from '../declare/format.js';
import { NO_ROW } from './lines.js';

/** Why a line is left out, `skip:REASON` or `bad`, else null. */
export function troubleOf(format: AnyFormat): Sql {
  // What a line is cannot be told by fields that could not be read.
  const unreadable = unread(format).map((when) => ({ when, trouble: 'bad' }));
  const skips = allSkips(format).map(({ reason, when }) => ({ when, trouble: `skip:${reason}` }));
  const told = [...unreadable, ...skips].map(({ when, trouble }) => sql`when ${when} then ${literal(trouble)}`);
  const wrong = allChecks(format).map(({ when }) => sql`(${when})`);
  return sql`case
      ${join(told, '\n      ')}
      when ${join(wrong, '\n        or ')} then 'bad'
    end`;
}

/** Spreadsheets write rows of separators alone below their data. */
export function allSkips(format: AnyFormat): AnyFormat['skip'] {
  const empty = { reason: 'rows with nothing in the columns that are read', when: nothingRead(format) };
  if (format.reads === 'csv') return [empty, ...format.skip];
  if (format.rows === undefined) return format.skip;
  const [{ empty: reason = 'lists with nothing in them' } = {}] = format.rows.slice(-1);
  return [{ reason, when: NO_ROW }, ...format.skip];
}

/** A line that is no JSON object, or one with none of the fields. */
export function unread(format: AnyFormat): Sql[] {
  if (format.reads === 'csv') return [];
  return [format.rows === undefined ? nothingRead(format) : sql`(not ${NO_ROW} and ${nothingRead(format)})`];
}

/** All fields are null. */
function nothingRead(format: AnyFormat): Sql {
  return join(
    Object.keys(format.fields).map((key) => sql`${identifier(`$${key}`)} is null`),
    ' and ',
  );
}

/** What is checked of every line, the readability of its values first. */
export function allChecks(format: AnyFormat): AnyFormat['checks'] {
  const unreadable = (places: Readonly<Record<string, Place>>, what: string) =>
    Object.entries(places).map(([name, place]) => ({
      field: placeName(place),
      reason: `is not ${what}`,
      when: sql`${identifier(name)} is null and ${placeSql(place)} is not null`,
    }));
  const negative = Object.entries(format.numbers).map(([name, place]) => ({
    field: placeName(place),
    reason: 'is negative',
    when: sql`${identifier(name)} < 0`,
  }));
  const { model = null } = isLedger(format) ? { model: null, ...format.entry } : format.traits;
  // An object or a list where a name should be is read as its JSON text, with all that is in it.
  const notName =
    format.reads === 'csv' || model === null || 'constant' in model
      ? []
      : [{ field: 'model', reason: 'is not a name', when: sql`left(${model}, 1) in ('{', '[')` }];
  return [
    ...notName,
    ...unreadable(format.numbers, 'a whole number'),
    ...unreadable(format.decimals, 'a number'),
    ...unreadable(format.durations ?? {}, 'a number'),
    ...unreadable(format.times, 'a time between 2000 and 2099'),
    ...negative,
    ...format.checks,
  ];
}
