import { priceBookId } from '../../rate/book/book.js';
import { identifier, literal, type Sql, sql } from '../../sql.js';
import type { Row, Store } from '../../store/store.js';
import { type Scope, scopeOf, withPeriod, zoneOffsets } from '../scope/scope.js';
import { countOf, textOf } from '../scope/values.js';
import type { AttributeAnswer, AttributedValue, AttributeQuery, Sums, Unattributed } from './answer.js';
import { applyAttributed, findAttributed } from './apply.js';
import type { AttributionRule } from './rules.js';

/** Applies rules to usage that is there, or tells what they would change; what they say nothing of is listed with its cost. */
export async function attributeUsage(store: Store, query: AttributeQuery): Promise<AttributeAnswer> {
  const offsets = await zoneOffsets(
    store,
    query.where.map(({ dimension }) => dimension),
    query.tz,
  );
  const scope = withPeriod(scopeOf(query.where, offsets), query.period);
  const work = async () => {
    await findAttributed(store, query.rules, scope);
    const columns = columnsOf(query.rules);
    const rows = await changedValues(store, query.top);
    const { changed } = await store.row<{ changed: string }>(sql`select count(*) as changed from attributed`);
    await applyAttributed(store);
    const unattributed: Unattributed[] = [];
    for (const column of columns) unattributed.push(...(await left(store, column, { scope, top: query.top })));
    return { changed: countOf(changed), rows, unattributed };
  };
  const found = query.dryRun ? await store.rehearsal(work) : await store.transaction(work);
  const { period, tz, where, top, rules } = query;
  return {
    schema: 'llmcost.attribute/1',
    dry_run: query.dryRun,
    query: {
      period: period.label,
      tz,
      where: where.map(({ text }) => text),
      top,
      rules: rules.map(({ place }) => place),
    },
    price_book: await priceBookId(store),
    currency: 'USD',
    ...found,
    warnings:
      rules.length === 0
        ? [
            {
              code: 'no_rules',
              message: 'There are no rules: the section attribution of llmcost.yaml is missing or empty.',
            },
          ]
        : [],
  };
}
/** Applies rules to imports that were just read: a test over usage_fact (aliased fact). In the transaction of the caller. */
export async function attributeImports(store: Store, rules: readonly AttributionRule[], imports: Sql): Promise<void> {
  if (rules.length === 0) return;
  await findAttributed(store, rules, { test: imports, params: {} });
  await applyAttributed(store);
}
/** The columns that rules fill; without rules those that are asked for most. */
function columnsOf(rules: readonly AttributionRule[]): string[] {
  const named = rules
    .flatMap(({ set }) => set.map(({ target }) => target))
    .filter((target) => !target.startsWith('tag:'));
  return named.length === 0 ? ['customer', 'feature'] : [...new Set(named)];
}
const STORED: Readonly<Record<string, Sql>> = {
  customer: sql`customer`,
  feature: sql`feature`,
  environment: sql`environment`,
  user: sql`user_id`,
  session: sql`session_id`,
};
const SUMS = sql`count(*) as "rows", sum(fact.requests) as requests, sum(fact.cost_usd) as cost`;
const ADDED = sql`sum("rows") as "rows", sum(requests) as requests, sum(cost) as cost`;
/** What changes, column by column, the dearest values first. */
async function changedValues(store: Store, top: number): Promise<AttributedValue[]> {
  const columns = Object.entries(STORED).map(
    ([name, column]) => sql`
      select ${literal(name)} as "column", ${identifier(`now_${column.text}`)} as before, ${identifier(`new_${column.text}`)} as after, row_id
      from attributed`,
  );
  const tags = sql`
      select
        'tag:' || tag as "column", now_tags[tag] as before, new_tags[tag] as after, row_id
      from (
        select *, unnest(list_distinct(list_concat(map_keys(coalesce(now_tags, map {})), map_keys(coalesce(new_tags, map {}))))) as tag
        from attributed
        where now_tags is distinct from new_tags
      ) as tagged`;
  const all = [...columns, tags].reduce((before, next) => sql`${before} union all ${next}`);
  const rows = await store.rows(
    sql`
    with change as (${all}),
    summed as (
      select change."column", change.before, change.after, ${SUMS}
      from change
      join usage_fact as fact on fact.rowid = change.row_id
      where change.before is distinct from change.after
      group by change."column", change.before, change.after
    ),
    ranked as (
      select *, row_number() over (partition by "column" order by cost desc nulls last, requests desc nulls last, after nulls last, before nulls last) as place
      from summed
    )
    select "column", 'value' as kind, before, after, "rows", requests, cost, place from ranked where place <= $top
    union all
    select "column", 'other' as kind, null as before, null as after, ${ADDED}, $top + 1 as place
    from ranked where place > $top group by "column"
    order by "column", place`,
    { top },
  );
  return rows.map((row) => ({
    ...sumsOf(row),
    column: String(row.column),
    kind: row.kind === 'other' ? 'other' : 'value',
    before: textOf(row.before),
    after: textOf(row.after),
  }));
}
/** Usage in scope that has no value of a column, by what could tell it; the dearest first, and the sum of all. */
async function left(
  store: Store,
  column: string,
  { scope, top }: { scope: Scope; top: number },
): Promise<Unattributed[]> {
  const stored = STORED[column] ?? sql`customer`;
  const home = column === 'feature' || column === 'environment' ? sql`profile` : sql`fact`;
  const rows = await store.rows(
    sql`
    with summed as (
      select
        coalesce(fact.tags['api_key_id'], fact.tags['api_key']) as api_key,
        coalesce(profile.model, profile.request_model) as model,
        fact.user_id as "user",
        ${SUMS}
      from usage_fact as fact
      left join usage_profile as profile on profile.profile_id = fact.profile_id
      where ${scope.test} and ${home}.${stored} is null
      group by all
    ),
    ranked as (
      select *, row_number() over (order by cost desc nulls last, requests desc nulls last, api_key nulls last, model nulls last, "user" nulls last) as place
      from summed
    )
    select 'group' as kind, api_key, model, "user", "rows", requests, cost, place from ranked where place <= $top
    union all
    select 'other' as kind, null, null, null, ${ADDED}, $top + 1 as place from ranked where place > $top having count(*) > 0
    union all
    select 'total' as kind, null, null, null, ${ADDED}, $top + 2 as place from ranked having count(*) > 0
    order by place`,
    { ...scope.params, top },
  );
  return rows.map((row) => ({
    ...sumsOf(row),
    column,
    kind: row.kind === 'other' || row.kind === 'total' ? row.kind : 'group',
    api_key: textOf(row.api_key),
    model: textOf(row.model),
    user: textOf(row.user),
  }));
}
function sumsOf(row: Row): Sums {
  return {
    rows: countOf(row.rows),
    requests: row.requests === null ? null : countOf(row.requests),
    cost: textOf(row.cost),
  };
}
