import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import type { Params, Store } from '../../store/store.js';
import { changeUsage } from '../../store/usage.js';
import { dimensionOf } from '../scope/dimensions.js';
import { filterSql } from '../scope/filter.js';
import { type Scope, zoneOffsets } from '../scope/scope.js';
import type { Offset } from '../scope/time_zone.js';
import { lookupTable, readLookups } from './lookups.js';
import type { AttributionRule } from './rules.js';

/** The columns that rules may set, besides tags: where the log's own word stands, and how it is kept. */
const COLUMNS: Readonly<Record<string, { column: Sql; home: 'fact' | 'profile' }>> = {
  customer: { column: sql`customer`, home: 'fact' },
  user: { column: sql`user_id`, home: 'fact' },
  session: { column: sql`session_id`, home: 'fact' },
  feature: { column: sql`feature`, home: 'profile' },
  environment: { column: sql`environment`, home: 'profile' },
};
const TARGETS = Object.keys(COLUMNS);
const FACTS = TARGETS.filter((target) => COLUMNS[target]?.home === 'fact');
const PROFILED = TARGETS.filter((target) => COLUMNS[target]?.home === 'profile');

/**
 * Finds out which usage in a scope (aliased fact) the rules say something else of than what stands there now: the temporary
 * table `attributed`, with what the log said, what stands there, and what it is to be. Rules look at what the log said,
 * whatever rules said before; so the same rules again change nothing, and without a rule its word is gone.
 * Of the rules that set a column the first that matches counts; where the log has a value only one that overwrites does.
 */
export async function findAttributed(store: Store, rules: readonly AttributionRule[], scope: Scope): Promise<void> {
  await readLookups(store, rules);
  const names = rules.flatMap(({ where, from }) => [
    ...where.map(({ dimension }) => dimension),
    ...(from === null ? [] : [from]),
  ]);
  const offsets = await zoneOffsets(store, names, 'UTC');
  const params: Params = { ...scope.params };
  const matched = rules.map((rule, index) => {
    const { test, params: more } = filterSql(rule.where, offsets, `attribution_${index}`);
    Object.assign(params, more);
    return sql`${test} as ${matches(index)}`;
  });
  const values = rules.flatMap((rule, index) =>
    rule.from === null ? [] : [sql`${fromSql(rule, index, offsets)} as ${ruleValue(index)}`],
  );
  const joins = rules.flatMap(({ from, lookup }, index) => {
    if (from === null || lookup === null) return [];
    const { key, label } = dimensionOf(from, offsets);
    return [sql`left join ${lookupTable(index)} as ${lookupName(index)} on ${lookupName(index)}."key" = ${label(key)}`];
  });
  const tags = [...new Set(rules.flatMap(({ set }) => set.map(({ target }) => target).filter(isTag)))];
  await store.run(
    sql`
    create or replace temp table attributed as
    with said as (
      select
        fact.rowid as row_id,
        fact.import_id,
        fact.event_key,
        fact.occurred_at,
        ${join(
          ['profile_id', ...FACTS.map(columnName), 'tags'].map(
            (name) => sql`fact.${identifier(name)} as ${identifier(`now_${name}`)}`,
          ),
          ',\n        ',
        )},
        ${join(
          ['profile_id', ...FACTS.map(columnName), 'tags'].map(
            (name) =>
              sql`if(origin.event_key is null, fact.${identifier(name)}, origin.${identifier(name)}) as ${identifier(name)}`,
          ),
          ',\n        ',
        )}
      from usage_fact as fact
      left join usage_attribution as origin on origin.import_id = fact.import_id and origin.event_key = fact.event_key
      where ${scope.test}
    ),
    judged as (
      select
        ${join([sql`fact.*`, ...PROFILED.map((target) => sql`profile.${columnOf(target)}`), ...matched, ...values], ',\n        ')}
      from said as fact
      left join usage_profile as profile on profile.profile_id = fact.profile_id
      ${join(joins, '\n      ')}
    ),
    decided as (
      select
        *,
        ${join(
          [
            ...TARGETS.map((target) => sql`${decided(rules, target, columnOf(target))} as ${newName(target)}`),
            sql`${newTags(rules, tags)} as new_tags`,
          ],
          ',\n        ',
        )}
      from judged
    )
    select decided.* exclude (${join([sql`occurred_at`, ...rules.map((_, index) => matches(index)), ...rules.flatMap(({ from }, index) => (from === null ? [] : [ruleValue(index)]))])}),
      ${join(PROFILED.map((target) => sql`profile.${columnOf(target)} as ${identifier(`now_${columnName(target)}`)}`))}
    from decided
    left join usage_profile as profile on profile.profile_id = decided.now_profile_id
    where ${join(
      [
        ...TARGETS.map((target) => sql`${newName(target)} is distinct from ${nowOf(target)}`),
        sql`new_tags is distinct from now_tags`,
      ],
      '\n      or ',
    )}`,
    params,
  );
}

function isTag(target: string): boolean {
  return target.startsWith('tag:');
}

function columnName(target: string): string {
  return COLUMNS[target]?.column.text ?? target;
}

function columnOf(target: string): Sql {
  return identifier(columnName(target));
}

/** What stands there now: of a fact in the row, of a profile in the profile of the row. */
function nowOf(target: string): Sql {
  return COLUMNS[target]?.home === 'fact' ? identifier(`now_${columnName(target)}`) : sql`profile.${columnOf(target)}`;
}

function newName(target: string): Sql {
  return identifier(`new_${columnName(target)}`);
}

function matches(index: number): Sql {
  return identifier(`matches_${index}`);
}

function ruleValue(index: number): Sql {
  return identifier(`value_${index}`);
}

function lookupName(index: number): Sql {
  return identifier(`lookup_${index}`);
}

function fromSql({ from, lookup }: AttributionRule, index: number, offsets: readonly Offset[]): Sql {
  if (lookup !== null) return sql`${lookupName(index)}."value"`;
  const { key, label } = dimensionOf(from ?? '', offsets);
  return sql`nullif(cast(${label(key)} as varchar), '')`;
}

/** What the rules make of a column whose own value is `said`. */
function decided(rules: readonly AttributionRule[], target: string, said: Sql): Sql {
  const cases = rules.flatMap(({ set, overwrite }, index) => {
    const own = set.find((one) => one.target === target);
    if (own === undefined) return [];
    const value = own.value === null ? ruleValue(index) : literal(own.value);
    const free = overwrite ? sql`true` : sql`${said} is null`;
    return [sql`when ${matches(index)} and ${free} and ${value} is not null then ${value}`];
  });
  return cases.length === 0 ? said : sql`case ${join(cases, ' ')} else ${said} end`;
}

function newTags(rules: readonly AttributionRule[], targets: readonly string[]): Sql {
  if (targets.length === 0) return sql`tags`;
  const entries = targets.map((target) => {
    const name = literal(target.slice('tag:'.length));
    return sql`{'key': ${name}, 'value': ${decided(rules, target, sql`tags[${name}]`)}}`;
  });
  const added = sql`list_filter([${join(entries)}], lambda tag: tag.value is not null)`;
  return sql`case when len(${added}) = 0 then tags else map_concat(coalesce(tags, cast(map {} as map(varchar, varchar))), map_from_entries(${added})) end`;
}

/** Makes usage what `attributed` says it is to be, and keeps what the log itself said. In the transaction of the caller. */
export async function applyAttributed(store: Store): Promise<void> {
  const { rows, tagged } = await store.row<{ rows: string; tagged: string }>(sql`
    select count(*) as rows, count(*) filter (where new_tags is distinct from now_tags) as tagged from attributed`);
  if (rows === '0') return;
  await addProfiles(store);
  await store.run(sql`
    delete from usage_attribution as origin using attributed
    where origin.import_id = attributed.import_id and origin.event_key = attributed.event_key`);
  const differs = [
    ...TARGETS.map((target) => sql`${newName(target)} is distinct from ${columnOf(target)}`),
    sql`new_tags is distinct from tags`,
  ];
  await store.run(sql`
    insert into usage_attribution (import_id, event_key, profile_id, customer, user_id, session_id, tags)
    select import_id, event_key, profile_id, customer, user_id, session_id, tags
    from attributed
    where ${join(differs, ' or ')}`);
  const imports = sql`select import_id from attributed`;
  const named = sql`
    update usage_fact
    set ${join([...FACTS.map((target) => sql`${columnOf(target)} = target.${newName(target)}`), sql`profile_id = target.new_profile_id`])}
    from attributed_profile as target
    where usage_fact.rowid = target.row_id`;
  await changeUsage(store, { imports, statement: named });
  if (tagged === '0') return;
  // A map cannot be changed in its place: these rows are written anew, and found by their key.
  const retagged = sql`
    update usage_fact
    set tags = target.new_tags
    from attributed as target
    where usage_fact.import_id = target.import_id and usage_fact.event_key = target.event_key
      and target.new_tags is distinct from target.now_tags`;
  await changeUsage(store, { imports, statement: retagged });
}

/** `attributed_profile`: every row with the profile it is to have; profiles that are not there yet are added. */
async function addProfiles(store: Store): Promise<void> {
  const columns = await store.rows<{ name: string }>(sql`
    select column_name as name
    from duckdb_columns()
    where database_name = current_database() and table_name = 'usage_profile' and column_name <> 'profile_id'
    order by column_index`);
  const names = columns.map(({ name }) => identifier(name));
  const wanted = sql`
    select change.profile_id, change.new_feature, change.new_environment,
      ${join(columns.map(({ name }) => (PROFILED.includes(name) ? sql`change.${newName(name)} as ${identifier(name)}` : sql`profile.${identifier(name)}`)))}
    from (select distinct profile_id, new_feature, new_environment from attributed) as change
    join usage_profile as profile on profile.profile_id = change.profile_id`;
  await store.run(sql`
    insert into usage_profile (profile_id, ${join(names)})
    with fresh as (
      select distinct ${join(names)} from (${wanted}) as wanted
      except
      select ${join(names)} from usage_profile
    )
    select (select coalesce(max(profile_id), 0) from usage_profile) + row_number() over (), ${join(names)}
    from fresh`);
  const same = names.map((name) => sql`profile.${name} is not distinct from wanted.${name}`);
  await store.run(sql`
    create or replace temp table attributed_profile as
    with target as (
      select wanted.profile_id, wanted.new_feature, wanted.new_environment, min(profile.profile_id) as new_profile_id
      from (${wanted}) as wanted
      join usage_profile as profile on ${join(same, ' and ')}
      group by all
    )
    select attributed.row_id, ${join(FACTS.map((name) => sql`attributed.${newName(name)}`))}, target.new_profile_id
    from attributed
    join target on target.profile_id = attributed.profile_id
      and target.new_feature is not distinct from attributed.new_feature
      and target.new_environment is not distinct from attributed.new_environment`);
}
