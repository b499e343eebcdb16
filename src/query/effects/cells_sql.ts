import { identifier, integer, join, type Sql, sql } from '../../sql.js';
import { atto } from '../metrics/division.js';
import { CELL_KEYS, CLASSES } from './usage.js';

/*
 * Cells are what a change of cost is taken apart by: the usage of a customer, a feature and one way of calling a model, retries apart, at two
 * times. Made of the temporary table `effect_usage` (usage.ts); money in whole units of 10^-18 USD.
 */

const CLASS_NAMES = Object.keys(CLASSES);

const each = (part: (name: string, of: (typeof CLASSES)[string]) => Sql) =>
  join(
    Object.entries(CLASSES).map(([name, of]) => part(name, of)),
    ',\n    ',
  );

/** `q1_read`: tokens before; `k2_read`: what they cost after. */
export function column(kind: 'q' | 'k', side: 1 | 2, name: string): Sql {
  return identifier(`${kind}${side}_${name}`);
}

/** What all classes of tokens cost. */
function costOfTokens(side: 1 | 2): Sql {
  return join(
    CLASS_NAMES.map((name) => column('k', side, name)),
    ' + ',
  );
}

/** A cost in whole units of 10^-18 USD; null is 0. */
const units = (cost: Sql) => sql`coalesce(${atto(sql`cast(${cost} as decimal(38, 18))`)}, 0)`;

export interface Cells {
  /** Dimensions that cells are told apart by besides: k0, k1, … of `effect_usage`. */
  keys?: readonly Sql[];
  /** Every row tells how many requests it is; else tokens stand for them. */
  counted: boolean;
}

/**
 * The steps `carded` and `member`: priced usage by span, cell and rate card, with the cost of each class of tokens. Tokens of calls that cost
 * nothing (answered from a gateway's cache) do not count.
 */
function pricedSql({ keys = [], counted }: Cells): Sql {
  const q = (name: string) => identifier(`q_${name}`);
  const all = [sql`span`, ...CELL_KEYS, ...keys];
  const tokens = join(
    Object.values(CLASSES).map(({ tokens }) => identifier(tokens)),
    ' + ',
  );
  return sql`carded as (
  select
    ${join(all)}, rate_card_id,
    cast(sum(${counted ? sql`requests + usage_rows - known_rows` : tokens}) as hugeint) as n,
    sum(cost) as cost,
    ${each((name, { tokens: of }) => sql`cast(coalesce(sum(${identifier(of)}) filter (where cost_status <> 3), 0) as hugeint) as ${q(name)}`)}
  from effect_usage
  where cost_status <> 1
  group by all
),
rates as (
  select card.rate_card_id, ${each((name, { rate }) => sql`${atto(sql`cast(${rate} as decimal(38, 18))`)} as ${identifier(`r_${name}`)}`)}
  from rate_card as card
  where card.rate_card_id in (select rate_card_id from carded)
),
priced as (
  select
    ${join([...all, sql`carded.rate_card_id`, sql`n`, sql`cost`])},
    ${each((name) => {
      const rate = identifier(`r_${name}`);
      return sql`${q(name)}, ${q(name)} * coalesce(${rate}, 0) as ${identifier(`k_${name}`)}, ${rate}`;
    })}
  from carded
  left join rates on rates.rate_card_id = carded.rate_card_id
)`;
}

/** The price of the tokens before of a cell: that of the card which cost most. */
function rateBefore(name: string, before: Sql): Sql {
  const rate = identifier(`r_${name}`);
  return sql`coalesce(arg_max(${rate}, {'cost': cost, 'card': rate_card_id})${before}, 0) as ${identifier(`r1_${name}`)}`;
}

/**
 * Makes the table `cells` of a change of cost, one row for every cell, of `effect_usage` whose spans are 1 (before) and 2 (after): the
 * cell's keys, span (0), requests n1 and n2, cost c1 and c2, tokens and their cost by class (q1_read, k1_read, …), the price of before
 * (r1_read), and what else was paid (rest1, rest2). Only usage with a price counts.
 */
export function cellsSql(cells: Sql, of: Cells): Sql {
  const side = (value: Sql, which: 1 | 2) => sql`sum(${value}) filter (where span = ${which === 1 ? sql`1` : sql`2`})`;
  const count = (value: Sql, which: 1 | 2) => sql`cast(coalesce(${side(value, which)}, 0) as hugeint)`;
  const both = (kind: 'q' | 'k', name: string) =>
    ([1, 2] as const).map(
      (which) => sql`${count(identifier(`${kind}_${name}`), which)} as ${column(kind, which, name)}`,
    );
  return sql`
create or replace temp table ${cells} as
with ${pricedSql(of)},
cell as (
  select
    ${join([...CELL_KEYS, ...(of.keys ?? [])])},
    ${count(sql`n`, 1)} as n1,
    ${count(sql`n`, 2)} as n2,
    ${units(side(sql`cost`, 1))} as c1,
    ${units(side(sql`cost`, 2))} as c2,
    ${each((name) => join([...both('q', name), ...both('k', name), rateBefore(name, sql` filter (where span = 1)`)], ',\n    '))}
  from priced
  group by all
)
select 0 as span, *, c1 - (${costOfTokens(1)}) as rest1, c2 - (${costOfTokens(2)}) as rest2
from cell`;
}

/**
 * The same as `cellsSql` of every day of the time before, of `effect_usage` whose spans are days: every cell of all these days together (1)
 * beside what it was on each single day (2), also on days without it; `span` is the day. No row where there are too many cells.
 * Parameters: $history_from, $history_to (wall clock).
 */
export function dayCellsSql(cells: Sql, of: Cells): Sql {
  const sums = (side: 1 | 2) =>
    each((name) => {
      const both = (['q', 'k'] as const).map(
        (kind) => sql`cast(sum(${identifier(`${kind}_${name}`)}) as hugeint) as ${column(kind, side, name)}`,
      );
      return join([...both, ...(side === 1 ? [rateBefore(name, sql``)] : [])], ',\n    ');
    });
  const zeros = each(
    (name) => sql`coalesce(daily.${column('q', 2, name)}, 0) as ${column('q', 2, name)},
    coalesce(daily.${column('k', 2, name)}, 0) as ${column('k', 2, name)}`,
  );
  const names = join(CELL_KEYS);
  return sql`
create or replace temp table ${cells} as
with ${pricedSql(of)},
pool as (
  select ${names}, cast(sum(n) as hugeint) as n1, ${units(sql`sum(cost)`)} as c1, ${sums(1)}
  from priced
  group by all
),
daily as (
  select span, ${names}, cast(sum(n) as hugeint) as n2, ${units(sql`sum(cost)`)} as c2, ${sums(2)}
  from priced
  group by all
),
slot as (
  select cast(slot as date) as span
  from unnest(generate_series(
    greatest(cast($history_from as timestamp), (select min(span) from priced)), cast($history_to as timestamp), interval 1 day
  )) as series(slot)
  where slot < cast($history_to as timestamp) and (select min(span) from priced) is not null
    and (select count(*) from pool) <= ${integer(MOST_CELLS)}
),
filled as (
  select
    slot.span,
    pool.*,
    coalesce(daily.n2, 0) as n2,
    coalesce(daily.c2, 0) as c2,
    ${zeros}
  from pool
  cross join slot
  left join daily on daily.span = slot.span and ${join(
    CELL_KEYS.map((key) => sql`daily.${key} is not distinct from pool.${key}`),
    ' and ',
  )}
)
select *, c1 - (${costOfTokens(1)}) as rest1, c2 - (${costOfTokens(2)}) as rest2
from filled`;
}

/** With more cells than this the scatter of each part would take longer than the answer. */
const MOST_CELLS = 20_000;
