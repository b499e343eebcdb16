import { UsageError } from '../../errors.js';
import { nearestOf } from '../../names/nearest.js';
import { join, literal, type Sql, sql } from '../../sql.js';
import { isRange, RANGE_NAMES, rangeKey, rangeLabel, rangeOf } from '../metrics/ranges.js';
import { ANY_TABLE, NO_TABLE, type RolledTable } from '../rollups/read.js';
import { projectOfFolder, projectOfRepository } from './project.js';
import { type Offset, offsetSql, offsetTextSql, wallSql } from './time_zone.js';

/** What usage can be grouped and filtered by. */
export interface Dimension {
  name: string;
  /** Where it is stored: `profile` needs only usage_profile (aliased profile), the others only usage_fact (aliased fact). */
  home: 'profile' | 'fact' | 'time';
  /** The sums of usage it can be told from, as it can from single calls. */
  tables: readonly RolledTable[];
  /** What rows are grouped and ordered by. */
  key: Sql;
  /** A key as people read it. */
  label: (key: Sql) => Sql;
}

const PROFILE: Record<string, Sql> = {
  provider: sql`profile.provider`,
  // What answered; where only the model that was asked for is known, that one.
  model: sql`coalesce(profile.model, profile.request_model)`,
  request_model: sql`profile.request_model`,
  feature: sql`profile.feature`,
  environment: sql`profile.environment`,
  operation: sql`profile.operation`,
  status: sql`profile.status`,
  error_class: sql`profile.error_class`,
  http_status: sql`cast(profile.http_status as varchar)`,
  service_tier: sql`profile.service_tier`,
  speed: sql`profile.speed`,
  region: sql`profile.region`,
  attempt: sql`cast(profile.attempt as varchar)`,
  gateway_cached: sql`case when profile.gateway_cached then 'yes' else 'no' end`,
  // How the source meant its counts: whether the prompt holds what the cache gave; `contradicted` where they exclude each other.
  token_convention: sql`profile.token_convention`,
  // One call a row, or a bucket of many: the same usage may be there as both.
  granularity: sql`case when profile.bucket_seconds is null then 'call' else 'bucket' end`,
};
const FACT: Record<string, Sql> = {
  customer: sql`fact.customer`,
  user: sql`fact.user_id`,
  session: sql`fact.session_id`,
  trace: sql`fact.trace_id`,
  cost_status: sql`case fact.cost_status when 0 then 'computed' when 1 then 'unpriced' when 2 then 'assumed' else 'free' end`,
  // Whether the cost is what the source billed, within 0.1 % or, where it rounds, a millionth of a dollar.
  agreement: sql`case
      when fact.billed_cost is null or fact.profile_id in (select profile_id from usage_profile where upper(billed_currency) <> 'USD') then null
      when fact.cost_usd is null then 'unpriced'
      when abs(fact.cost_usd - fact.billed_cost) <= 0.000001 or abs(fact.cost_usd - fact.billed_cost) * 1000 <= abs(fact.billed_cost) then 'agrees'
      else 'differs'
    end`,
  import: sql`cast(fact.import_id as varchar)`,
  machine: sql`(select read_on.machine from imports as read_on where read_on.import_id = fact.import_id)`,
  // The repository: as the user calls it, by its address in the log, as git told it when the log was read, by the path.
  project: sql`coalesce(
      fact.tags['project'],
      ${projectOfRepository(sql`fact.tags['repository']`)},
      (
        select told.project from import_project as told
        where told.import_id = fact.import_id and told.folder = fact.tags['cwd']
      ),
      ${projectOfFolder(sql`fact.tags['cwd']`)}
    )`,
  // Ids in the reports of providers, names in those of gateways.
  api_key: sql`coalesce(fact.tags['api_key_id'], fact.tags['api_key'])`,
};
/** Of these the sums of usage know some. */
const ROLLED_FACTS: Record<string, readonly RolledTable[]> = { customer: ['daily'], cost_status: ANY_TABLE };
const TIME = ['hour', 'day', 'week', 'month', 'quarter', 'year', 'weekday', 'hour_of_day'];

/** Every dimension there is, `tag:NAME` standing for all tags. */
export const DIMENSION_NAMES: readonly string[] = [
  ...Object.keys(PROFILE),
  ...Object.keys(FACT),
  ...TIME,
  ...RANGE_NAMES.map((name) => `${name}:LIMITS`),
  'tag:NAME',
];

/** Whether it is one of the dimensions of time. */
export function isTime(name: string): boolean {
  return TIME.includes(name);
}

/**
 * The dimensions a list names, checked, each once. The limits of a range are separated by commas, too: what begins with a digit
 * belongs to the name before it.
 */
export function parseDimensions(text: string): string[] {
  const names: string[] = [];
  for (const word of text.split(',').map((part) => part.trim())) {
    const last = names.at(-1);
    if (last !== undefined && isRange(last) && /^\d/.test(word)) names.splice(-1, 1, `${last},${word}`);
    else names.push(word);
  }
  return [...new Set(names.map(parseDimension))];
}

/** The name if it is a dimension; else a UsageError that lists them and names the nearest. */
export function parseDimension(name: string): string {
  if (Object.hasOwn(PROFILE, name) || Object.hasOwn(FACT, name) || isTime(name) || /^tag:./.test(name)) return name;
  if (isRange(name)) {
    rangeOf(name);
    return name;
  }
  const nearest = nearestOf(name, DIMENSION_NAMES);
  const hint = nearest === undefined ? '' : ` Did you mean ${nearest}?`;
  throw new UsageError(`There is no dimension '${name}'.${hint}\nPossible are: ${DIMENSION_NAMES.join(', ')}.`);
}

/** A dimension by its (checked) name; `offsets` are those of the time zone over the time the usage spans. */
export function dimensionOf(name: string, offsets: readonly Offset[]): Dimension {
  const profile = PROFILE[name];
  if (profile !== undefined) return { name, home: 'profile', tables: ANY_TABLE, key: profile, label: itself };
  const fact = FACT[name];
  if (fact !== undefined)
    return { name, home: 'fact', tables: ROLLED_FACTS[name] ?? NO_TABLE, key: fact, label: itself };
  if (isTime(name)) return { name, home: 'time', tables: timeTables(name, offsets), ...timeParts(name, offsets) };
  if (isRange(name)) {
    const range = rangeOf(name);
    return { name, home: 'fact', tables: NO_TABLE, key: rangeKey(range), label: (key) => rangeLabel(key, range) };
  }
  const tag = parseDimension(name).slice('tag:'.length);
  return { name, home: 'fact', tables: NO_TABLE, key: sql`fact.tags[${literal(tag)}]`, label: itself };
}

function itself(key: Sql): Sql {
  return key;
}

/** Hours of UTC lie in one hour of the zone, and its days are made of them, where the clock never differs by a part of an hour. */
function timeTables(name: string, offsets: readonly Offset[]): readonly RolledTable[] {
  const [hour, hours] = [3_600_000, offsets.map(({ seconds }) => seconds / 3600)];
  const whole = hours.every(Number.isInteger) && offsets.slice(1).every(({ from }) => from % hour === 0);
  if (!whole) return NO_TABLE;
  const ofDay = name === 'hour' || name === 'hour_of_day';
  return ofDay || hours.some((one) => one !== 0) ? ['hourly'] : ANY_TABLE;
}

/**
 * Days, weeks and months are keyed by their local date. Hours are keyed by the instant they begin, and their label carries the
 * offset, because in autumn 02:00 comes twice.
 */
function timeParts(name: string, offsets: readonly Offset[]): Pick<Dimension, 'key' | 'label'> {
  const moment = sql`fact.occurred_at`;
  const local = wallSql(moment, offsets);
  if (name === 'day') return { key: sql`cast(${local} as date)`, label: (key) => sql`strftime(${key}, '%Y-%m-%d')` };
  if (name === 'week') {
    return { key: sql`date_trunc('week', ${local})`, label: (key) => sql`strftime(${key}, '%G-W%V')` };
  }
  if (name === 'month') {
    return { key: sql`date_trunc('month', ${local})`, label: (key) => sql`strftime(${key}, '%Y-%m')` };
  }
  if (name === 'quarter') {
    return {
      key: sql`date_trunc('quarter', ${local})`,
      label: (key) => sql`strftime(${key}, '%Y') || '-Q' || quarter(${key})`,
    };
  }
  if (name === 'year') return { key: sql`date_trunc('year', ${local})`, label: (key) => sql`strftime(${key}, '%Y')` };
  if (name === 'weekday') return { key: sql`isodow(${local})`, label: weekdayLabel };
  if (name === 'hour_of_day') {
    return { key: sql`hour(${local})`, label: (key) => sql`lpad(cast(${key} as varchar), 2, '0')` };
  }
  const hour = sql`date_trunc('hour', ${local})`;
  return {
    key: local === moment ? hour : sql`(${hour} - ${offsetSql(moment, offsets)})`,
    label: (key) => sql`strftime(${wallSql(key, offsets)}, '%Y-%m-%d %H:00') || ${offsetTextSql(key, offsets)}`,
  };
}

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

function weekdayLabel(key: Sql): Sql {
  return sql`([${join(WEEKDAYS.map(literal))}])[${key}]`;
}
