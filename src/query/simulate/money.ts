import { type Sql, sql } from '../../sql.js';
import { atto, divided } from '../metrics/division.js';

/** Exact decimal text with 18 places, or more where shares and growth need them. */
export function moneyText(amount: Sql): Sql {
  return sql`regexp_replace(cast(${amount} as varchar), '(\.\d{18}\d*?)0+$', '\1')`;
}

/** change ÷ base in percent as text, 2 places, half up away from zero; null where there is no base. */
export function percentText(change: Sql, base: Sql): Sql {
  const whole = (amount: Sql) => atto(sql`cast(${amount} as decimal(38, 18))`);
  const hundredths = divided(sql`(10000 * ${whole(sql`abs(${change})`)})`, whole(base));
  return sql`case when ${base} > 0 then
      cast(if(${change} < 0, -1, 1) * cast(${hundredths} as decimal(18, 0)) * cast(0.01 as decimal(3, 2)) as varchar)
    end`;
}

/** a ÷ b as text, 2 places, half up; null where b is 0 or less. */
export function ratioText(a: Sql, b: Sql): Sql {
  const whole = (amount: Sql) => atto(sql`cast(${amount} as decimal(38, 18))`);
  return sql`case when ${b} > 0 then
      cast(cast(${divided(sql`(100 * ${whole(a)})`, whole(b))} as decimal(18, 0)) * cast(0.01 as decimal(3, 2)) as varchar)
    end`;
}
