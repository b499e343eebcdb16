import { identifier, integer, join, type Sql, sql } from '../../sql.js';
import { atto } from '../metrics/division.js';
import { CELL_KEYS, CLASSES } from './usage.js';

/*
 * Cells are what a change of cost is taken apart by: the usage of a customer, a feature and one way of calling a model, retries apart, at two
 * times. Made of the temporary table `effect_usage` (usage.ts); money in whole units of 10^-18 USD.
 */

/** `q1_read`: tokens before; `k2_read`: what they cost after. */
export function column(kind: 'q' | 'k', side: 1 | 2, name: string): Sql {
  return identifier(`${kind}${side}_${name}`);
}

/** What else was paid than tokens. */
function restOf(side: 1 | 2, { classes }: Cells): Sql {
  const tokens = classes.map((name) => sql` - ${column('k', side, name)}`);
  return sql`c${integer(side)}${join(tokens, '')} as rest${integer(side)}`;
}

/** A cost in whole units of 10^-18 USD; null is 0. */
const units = (cost: Sql) => sql`coalesce(${atto(sql`cast(${cost} as decimal(38, 18))`)}, 0)`;

export interface Cells {
  /** Dimensions that cells are told apart by besides: k0, k1, … of `effect_usage`. */
  keys?: readonly Sql[];
  /** Every row tells how many requests it is; else tokens stand for them. */
  counted: boolean;
  /** `effect_usage`, or a table like it. */
  usage?: Sql;
  /** The classes of tokens that there are at all: sums of others take their time, too. */
  classes: readonly string[];
}

const quantity = (name: string) => identifier(`q_${name}`);
const cost = (name: string) => identifier(`k_${name}`);
const rate = (name: string) => identifier(`r_${name}`);

/**
 * The steps `rates` and `priced`: priced usage by span, cell and rate card, with the cost of each class of tokens. Tokens of calls that cost
 * nothing (answered from a gateway's cache) do not count.
 */
function pricedSql({ keys = [], counted, classes, usage = sql`effect_usage` }: Cells): Sql {
  const tokens = Object.values(CLASSES).map(({ tokens: of }) => identifier(of));
  const paid = Object.entries(CLASSES).filter(([name]) => classes.includes(name));
  return sql`rates as (
  select ${join([sql`card.rate_card_id`, ...paid.map(([name, of]) => sql`${units(of.rate)} as ${rate(name)}`)])}
  from rate_card as card
  where card.rate_card_id in (select rate_card_id from ${usage})
),
priced as (
  select
    ${join([sql`span`, ...CELL_KEYS, ...keys, sql`used.rate_card_id`, sql`cost`])},
    ${counted ? sql`requests + usage_rows - known_rows` : join(tokens, ' + ')} as n,
    ${join(
      paid.flatMap(([name, { tokens: of }]) => {
        const quantityPaid = sql`case when cost_status = 3 then 0 else ${identifier(of)} end`;
        return [
          sql`${quantityPaid} as ${quantity(name)}`,
          sql`${quantityPaid} * coalesce(${rate(name)}, 0) as ${cost(name)}`,
        ];
      }),
      ',\n    ',
    )}
  from ${usage} as used
  left join rates on rates.rate_card_id = used.rate_card_id
  where cost_status <> 1
)`;
}

/** The rate card before of a cell: the one that cost most. */
function cardBefore(before: Sql): Sql {
  return sql`arg_max(rate_card_id, {'cost': cost, 'card': rate_card_id})${before} as card_before`;
}

/** The last step of cells: what else was paid, what tokens cost by the card before, and zeros for classes that there are none of. */
function finished(from: Sql, cells: Cells): Sql {
  const { classes } = cells;
  const named = classes.map((name) => sql`coalesce(rates.${rate(name)}, 0) as ${identifier(`r1_${name}`)}`);
  const absent = Object.keys(CLASSES)
    .filter((name) => !classes.includes(name))
    .flatMap((name) => ['q1', 'q2', 'k1', 'k2', 'r1'].map((kind) => identifier(`${kind}_${name}`)))
    .map((name) => sql`cast(0 as hugeint) as ${name}`);
  const names = ['feature', 'model', 'way'].map((name) => sql`of_kind.${identifier(name)}`);
  const retry = sql`coalesce(of_kind.retry, false) as retry`;
  return sql`select ${join([sql`cell.*`, ...names, retry, restOf(1, cells), restOf(2, cells), ...named, ...absent], ',\n  ')}
from ${from} as cell
left join effect_kind as of_kind on of_kind.kind = cell.kind
left join rates on rates.rate_card_id = cell.card_before`;
}

/**
 * Makes the table `cells` of a change of cost, one row for every cell, of `effect_usage` whose spans are 1 (before) and 2 (after): the
 * cell's keys, span (0), requests n1 and n2, cost c1 and c2, tokens and their cost by class (q1_read, k1_read, …), the price of before
 * (r1_read), and what else was paid (rest1, rest2). Only usage with a price counts.
 */
export function cellsSql(cells: Sql, of: Cells): Sql {
  const side = (value: Sql, which: 1 | 2) => sql`sum(case when span = ${integer(which)} then ${value} end)`;
  const count = (value: Sql, which: 1 | 2) => sql`cast(coalesce(${side(value, which)}, 0) as hugeint)`;
  const both = (kind: 'q' | 'k', name: string) =>
    ([1, 2] as const).map(
      (which) => sql`${count(identifier(`${kind}_${name}`), which)} as ${column(kind, which, name)}`,
    );
  const sums = [
    ...of.classes.flatMap((name) => [...both('q', name), ...both('k', name)]),
    cardBefore(sql` filter (where span = 1)`),
  ];
  return sql`
create or replace temp table ${cells} as
with ${pricedSql(of)},
cell as (
  select
    0 as span,
    ${join([...CELL_KEYS, ...(of.keys ?? [])])},
    ${count(sql`n`, 1)} as n1,
    ${count(sql`n`, 2)} as n2,
    ${units(side(sql`cost`, 1))} as c1,
    ${units(side(sql`cost`, 2))} as c2,
    ${join(sums, ',\n    ')}
  from priced
  group by all
)
${finished(sql`cell`, of)}`;
}

/**
 * The same as `cellsSql` of every day of the time before, of `effect_usage` whose spans are days: every cell of all these days together (1)
 * beside what it was on each single day (2), also on days without it; `span` is the day. No row where there are too many cells.
 * Parameters: $history_from, $history_to (wall clock).
 */
export function dayCellsSql(cells: Sql, of: Cells): Sql {
  const sums = (side: 1 | 2) =>
    of.classes.flatMap((name) =>
      (['q', 'k'] as const).map(
        (kind) => sql`cast(sum(${identifier(`${kind}_${name}`)}) as hugeint) as ${column(kind, side, name)}`,
      ),
    );
  const zeros = of.classes
    .flatMap((name) => (['q', 'k'] as const).map((kind) => column(kind, 2, name)))
    .map((name) => sql`coalesce(daily.${name}, 0) as ${name}`);
  const names = join(CELL_KEYS);
  return sql`
create or replace temp table ${cells} as
with ${pricedSql(of)},
pool as (
  select ${names}, cast(sum(n) as hugeint) as n1, ${units(sql`sum(cost)`)} as c1, ${join([...sums(1), cardBefore(sql``)])}
  from priced
  group by all
),
daily as (
  select span, ${names}, cast(sum(n) as hugeint) as n2, ${units(sql`sum(cost)`)} as c2, ${join(sums(2))}
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
    ${join([sql`coalesce(daily.n2, 0) as n2`, sql`coalesce(daily.c2, 0) as c2`, ...zeros], ',\n    ')}
  from pool
  cross join slot
  left join daily on daily.span = slot.span and ${join(
    CELL_KEYS.map((key) => sql`daily.${key} is not distinct from pool.${key}`),
    ' and ',
  )}
)
${finished(sql`filled`, of)}`;
}

/** With more cells than this the scatter of each part would take longer than the answer. */
const MOST_CELLS = 20_000;
