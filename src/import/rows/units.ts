import { join, literal, type Sql, sql } from '../../sql.js';
import type { Format } from '../declare/format.js';

/** The rare quantities of a call as a map; what is 0 is left out, and null stands for none. */
export function unitsOf(format: Format): Sql {
  const units = Object.entries(format.units);
  const none = sql`cast(null as map(varchar, decimal(18, 6)))`;
  const given = format.unitMap;
  if (units.length === 0) return given === undefined ? none : sql`cast(${given} as map(varchar, decimal(18, 6)))`;
  const some = join(
    units.map(([, quantity]) => sql`coalesce(${quantity}, 0) > 0`),
    ' or ',
  );
  const pairs = units.map(
    ([unit, quantity]) => sql`{'key': ${literal(unit)}, 'value': cast(${quantity} as decimal(18, 6))}`,
  );
  const listed = sql`list_filter([${join(pairs)}], lambda unit: unit.value > 0)`;
  if (given === undefined) return sql`case when ${some} then map_from_entries(${listed}) else ${none} end`;
  return sql`case
        when ${some} then map_concat(cast(${given} as map(varchar, decimal(18, 6))), map_from_entries(${listed}))
        else cast(${given} as map(varchar, decimal(18, 6)))
      end`;
}
