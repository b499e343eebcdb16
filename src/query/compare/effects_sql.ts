import { identifier, join, type Sql, sql } from '../../sql.js';
import { EFFECT_GROUPS, EFFECTS } from '../effects/effects.js';
import { fromAtto, proportion } from '../metrics/division.js';

/** Tables of effects (src/query/effects/steps_sql.ts): those of the total, and those of rows, if there are any, told apart by `place`. */
export interface EffectTables {
  total: Sql;
  rows: Sql | null;
  /** Every row of usage tells how many requests it is; else tokens stand for them, and nothing is said of a request. */
  counted: boolean;
}

/**
 * The effects of every row of `metric_slot` that is shown, of `(other)` and of the total, in this order: before, now, change, the groups of
 * effects, the same per request (each_before, …; null where one of the times has none), and `known`: neither time has nothing but usage
 * without a price. The total has each effect besides, as part_volume, …. Reads `effect_usage`, whose spans are 1 and 2, and
 * `placed_usage` (src/query/effects/usage.ts).
 */
export function rowEffectsSql(tables: EffectTables): Sql {
  const { total, rows, counted } = tables;
  const cells = [
    sql`select 'total' as kind, cast(null as bigint) as position, ${CELL} from ${total} as cell`,
    ...(rows === null ? [] : [placedSql(rows, CELL)]),
  ];
  const used = [
    sql`select 'total' as kind, cast(null as bigint) as position, ${USED} from effect_usage as cell`,
    ...(rows === null ? [] : [placedSql(sql`placed_usage`, USED)]),
  ];
  return sql`
with used as (
  select
    kind,
    position,
    bool_or(priced) filter (where span = 1) is distinct from false
      and bool_or(priced) filter (where span = 2) is distinct from false as known
  from (${join(used, ' union all ')})
  group by kind, position
),
cell as (
  ${join(cells, '\n  union all\n  ')}
),
summed as (
  select kind, position, ${join(SUMMED.map((name) => sql`cast(sum(${name}) as hugeint) as ${name}`))}
  from cell
  group by kind, position
),
whole as (
  select used.*, ${join([...SUMMED.map(orZero), ...Object.entries(EFFECT_GROUPS).map(groupSql)], ',\n    ')}
  from used
  left join summed on summed.kind = used.kind and summed.position is not distinct from used.position
),
levelled as (
  select
    *,
    ${eachSql(sql`c1`, sql`n1`, counted)} as each_0,
    ${eachSql(sql`c1 + all_volume + all_mix`, sql`n2`, counted)} as each_1,
    ${eachSql(sql`c1 + all_volume + all_mix + all_tokens`, sql`n2`, counted)} as each_2,
    ${eachSql(sql`c2`, sql`n2`, counted)} as each_3
  from whole
)
select
  ${join([sql`kind`, sql`known`, ...AMOUNTS.map(money), ...groupAmounts(counted), ...PER_REQUEST.map(money), ...PARTS.map(money)], ',\n  ')}
from levelled
order by kind, position`;
}

const SUMMED = ['n1', 'n2', 'c1', 'c2', ...EFFECTS].map(identifier);
const CELL = join(SUMMED.map((name) => sql`cell.${name}`));
const USED = sql`cell.span, cell.cost_status <> 1 as priced`;

/** What belongs to rows, each at the place of the row it is shown in. */
function placedSql(table: Sql, columns: Sql): Sql {
  return sql`select if(cell.place is null, 'other', 'group') as kind, cell.place as position, ${columns} from ${table} as cell`;
}

/** Of rows without priced usage there are no cells. */
function orZero(name: Sql): Sql {
  return sql`coalesce(summed.${name}, 0) as ${name}`;
}

function groupSql([group, effects]: [string, readonly string[]]): Sql {
  const sum = join(
    effects.map((effect) => sql`coalesce(summed.${identifier(effect)}, 0)`),
    ' + ',
  );
  return sql`${sum} as ${identifier(`all_${group}`)}`;
}

/** What a request costs; null where one of the times has none. */
function eachSql(cost: Sql, requests: Sql, counted: boolean): Sql {
  const isCounted = counted ? sql`n1 > 0 and n2 > 0` : sql`false`;
  return sql`case when ${isCounted} then ${proportion(sql`(${cost})`, sql`1`, sql`greatest(${requests}, 1)`)} end`;
}

type Named = [name: string, amount: Sql];

const AMOUNTS: Named[] = [
  ['before', sql`c1`],
  ['now', sql`c2`],
  ['change', sql`c2 - c1`],
];

/** Where tokens stand for requests, what would be more requests is more tokens. */
function groupAmounts(counted: boolean): Sql[] {
  const amounts: Named[] = [
    ['volume', counted ? sql`all_volume` : sql`null`],
    ['mix', sql`all_mix`],
    ['tokens', counted ? sql`all_tokens` : sql`all_tokens + all_volume`],
    ['price', sql`all_price`],
  ];
  return amounts.map(money);
}

const PER_REQUEST: Named[] = [
  ['each_before', sql`each_0`],
  ['each_now', sql`each_3`],
  ['each_change', sql`each_3 - each_0`],
  ['each_mix', sql`each_1 - each_0`],
  ['each_tokens', sql`each_2 - each_1`],
  ['each_price', sql`each_3 - each_2`],
];

const PARTS = EFFECTS.map((effect): Named => [`part_${effect}`, identifier(effect)]);

function money([name, amount]: Named): Sql {
  return sql`cast(${fromAtto(sql`(${amount})`)} as varchar) as ${identifier(name)}`;
}
