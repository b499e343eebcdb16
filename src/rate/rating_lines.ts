import { join, literal, type Sql, sql } from '../sql.js';
import { BILLED_UNITS, DESCRIPTIVE, each, HAS_TOKENS, NOTHING_BILLED } from './rating.js';

/** Decimal text without idle zeros: 3.500 → 3.5. */
export function trimmed(value: Sql): Sql {
  return sql`rtrim(rtrim(cast(cast(${value} as decimal(38, 18)) as varchar), '0'), '.')`;
}

/** A product of quantity and rate as exact text: 24 places hold whatever a fraction of a second can cost. */
function product(quantity: Sql, rate: Sql): Sql {
  return sql`if(card.free, '0', rtrim(rtrim(cast(cast(${quantity} as decimal(18, 6)) * ${rate} as varchar), '0'), '.'))`;
}

function tokens(quantity: Sql, rate: Sql): Sql {
  return sql`if(card.free, '0', ${trimmed(sql`${quantity} * ${rate}`)})`;
}

const CLASS_LINES = each(
  ({ name, quantity, rate, unknown, assumed }) => sql`{
      'rate': ${name},
      'quantity': cast(call.${quantity} as varchar),
      'usd_per_unit': if(card.${unknown}, null, ${trimmed(sql`card.${rate}`)}),
      'cost': if(card.${unknown} and not card.free, null, ${tokens(sql`call.${quantity}`, sql`card.${rate}`)}),
      'billed': true,
      'assumed': card.${assumed} and call.${quantity} > 0
    }`,
);

const UNIT_LINES = sql`list_transform(map_entries(call.units), lambda unit: {
      'rate': unit.key,
      'quantity': ${trimmed(sql`unit.value`)},
      'usd_per_unit': ${trimmed(sql`card.unit_rates[unit.key]`)},
      'cost': ${product(sql`unit.value`, sql`card.unit_rates[unit.key]`)},
      'billed': list_contains(list_transform(${BILLED_UNITS}, lambda billed: billed.key), unit.key)
        and not (card.unit_rates[unit.key] is null and unit.key in (${join(DESCRIPTIVE.map(literal))}) and ${HAS_TOKENS}),
      'assumed': list_contains(card.assumed_rates, unit.key)
    })`;

const FEE_LINE = sql`{
      'rate': 'requests',
      'quantity': cast(call.requests as varchar),
      'usd_per_unit': ${trimmed(sql`card.fee`)},
      'cost': ${tokens(sql`call.requests`, sql`card.fee`)},
      'billed': true,
      'assumed': false
    }`;

/**
 * What the cost of a call is made of, a list of (rate, quantity, usd_per_unit, cost, billed, assumed), numbers as exact text; with the
 * aliases of rating.ts. The costs of the billed lines sum up to COST_USD. A line that is not billed only describes the call.
 */
export const COST_LINES: Sql = sql`if(${NOTHING_BILLED}, [], list_concat(
    list_filter([
    ${CLASS_LINES}
    ], lambda line: line.quantity <> '0'),
    coalesce(${UNIT_LINES}, []),
    if(card.fee is null, [], [${FEE_LINE}])
  ))`;
