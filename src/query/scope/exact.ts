import { type Sql, sql } from '../../sql.js';
import { divided } from '../metrics/division.js';

/** What is left of a number of 10^-18 as an amount again. */
export function fromAtto(units: Sql): Sql {
  return sql`(cast(${units} as decimal(38, 0)) * cast(0.000000000000000001 as decimal(18, 18)))`;
}

/** a × b ÷ c in integers, b and c not negative, rounded half up away from zero. */
export function proportion(a: Sql, b: Sql, c: Sql): Sql {
  return sql`(sign(${a}) * ${divided(sql`(abs(${a}) * ${b})`, sql`(${c})`)})`;
}
