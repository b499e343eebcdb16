import { integer, literal, type Sql, sql } from '../../sql.js';

/** A cost in whole units of 10^-18 USD: money that can be divided exactly. */
export function atto(cost: Sql): Sql {
  return sql`cast(replace(cast(${cost} as varchar), '.', '') as hugeint)`;
}

/** a ÷ b of integers, rounded half up: dividing decimals would make a double of them. */
export function divided(a: Sql, b: Sql): Sql {
  return sql`(2 * ${a} + ${b}) // (2 * ${b})`;
}

/** a ÷ b of integers as a decimal with so many places, half up; null where b is not above 0. */
export function quotient(a: Sql, b: Sql, places: number): Sql {
  return sql`case when ${b} > 0 then ${shifted(divided(sql`(${integer(10 ** places)} * cast(${a} as hugeint))`, sql`cast(${b} as hugeint)`), places)} end`;
}

/** `times` × cost ÷ b as USD with 18 places, half up; null where b is not above 0. */
export function unitCost(cost: Sql, b: Sql, times = 1): Sql {
  return sql`case when ${b} > 0 then ${shifted(divided(sql`(${integer(times)} * ${atto(cost)})`, sql`cast(${b} as hugeint)`), 18)} end`;
}

/** An integer of 10^-places as a decimal. */
function shifted(value: Sql, places: number): Sql {
  const unit = `0.${'1'.padStart(places, '0')}`;
  return sql`cast(${value} as decimal(38, 0)) * cast(${literal(unit)} as decimal(18, ${integer(places)}))`;
}

/** What is left of a number of 10^-18 as an amount again. */
export function fromAtto(units: Sql): Sql {
  return sql`(cast(${units} as decimal(38, 0)) * cast(0.000000000000000001 as decimal(18, 18)))`;
}

/**
 * a × b ÷ c in integers, b and c not negative, rounded half up away from zero. Whole parts and rest are multiplied one by one, so that only a
 * result that does not fit in 128 bits fails; where all fits in 64 bits, it is divided there, in a ninth of the time.
 */
export function proportion(a: Sql, b: Sql, c: Sql): Sql {
  const by = (size: Sql, times: Sql, over: Sql) =>
    sql`cast(${size} // ${over} as hugeint) * ${times} + ${divided(sql`((${size} % ${over}) * ${times})`, over)}`;
  const short = (value: Sql) => sql`cast(${value} as bigint)`;
  return sql`(sign(${a}) * case
    when abs(${a}) <= 9000000000000000000 and ${b} <= 2000000000 and ${c} <= 2000000000
      then ${by(short(sql`abs(${a})`), short(b), short(c))}
    else ${by(sql`cast(abs(${a}) as hugeint)`, sql`cast(${b} as hugeint)`, sql`cast(${c} as hugeint)`)}
  end)`;
}
