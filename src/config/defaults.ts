import { either, list, named, object, oneOf, optional, parsed, type Read, words } from './schema.js';

/*
 * What commands do unless an option says otherwise, and options of reports under a name:
 *
 *     db: costs/llmcost.duckdb
 *     tz: system
 *     period: this month
 *     metrics: [cost, requests]
 *     theme: dark
 *     views:
 *       weekly: {by: model, every: week, period: last 4 weeks, where: [customer=acme]}
 */

export const THEMES = ['auto', 'light', 'dark'] as const;

/** A list, or the same as one text with commas. */
function commaSeparated(what: string) {
  const text = parsed((given) => (given === '' ? undefined : given), `${what}; several as a list`);
  const several = list(words(what));
  return either(text, several);
}

const period = () => words("a period, such as 'this month', 7d or 2026-09");
const zone = () => parsed(zoneOf, "a time zone: system, UTC or a name of the IANA list, such as 'Europe/Berlin'");

function zoneOf(text: string): string | undefined {
  if (text.toLowerCase() === 'system') return 'system';
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: text });
    return text;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

export const DB = words('the path of the database, from the folder of this file');
export const TZ = zone();
export const PERIOD = period();
export const METRICS = commaSeparated('a metric or a preset, such as cost');
export const THEME = oneOf(THEMES);

export const VIEWS = named(
  object({
    by: optional(commaSeparated('a dimension, such as model')),
    every: optional(oneOf(['hour', 'day', 'week', 'month'])),
    period: optional(period()),
    since: optional(words('a date, such as 2026-09-01')),
    until: optional(words('a date, such as 2026-10-01')),
    tz: optional(zone()),
    where: optional(either(words('a filter, such as customer=acme'), list(words('a filter, such as customer=acme')))),
    metrics: optional(commaSeparated('a metric or a preset, such as cost')),
    sort: optional(words('a metric, such as cost or cost:asc')),
    top: optional(words('a number of rows, such as 10')),
    min_cost: optional(words('an amount of USD, such as 0.50')),
    compare: optional(words('previous, a period or the file of an earlier report')),
  }),
  'an object: the name of a view, and its options',
);

/** The options of a view, as they are written. */
export type View = Read<typeof VIEWS>[string];
