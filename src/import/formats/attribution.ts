import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import type { Shape } from '../declare/fields.js';
import { LABELS } from '../declare/labels.js';

/** The names of LABELS as keys of a JSON object. */
export const ATTRIBUTED: Shape = Object.fromEntries(
  Object.values(LABELS)
    .flat()
    .map((name) => [name, 'text']),
);

/** What an object read as ATTRIBUTED says of one of our columns. */
export function attributed(object: Sql, column: keyof typeof LABELS): Sql {
  return sql`coalesce(${join(LABELS[column].map((name) => sql`nullif(${object}.${identifier(name)}, '')`))})`;
}

/** The labels of a map that have no column of their own; null where there is none. */
export function otherLabels(map: Sql): Sql {
  const names = join(Object.values(LABELS).flat().map(literal));
  return sql`nullif(map_from_entries(list_filter(map_entries(${map}), lambda label: label.value is not null and label.key not in (${names}))), map {})`;
}

/**
 * A list of texts as labels: `team:red` is the value red under the name team, `beta` alone is `true`. Of two with one
 * name the last counts. Labels that LiteLLM makes of the User-Agent header are none of the user's.
 */
export function labelsOf(list: Sql): Sql {
  const label = sql`case
      when strpos(label, ':') > 1 then map([trim(split_part(label, ':', 1))], [trim(substr(label, strpos(label, ':') + 1))])
      else map([label], ['true'])
    end`;
  const own = sql`list_filter(${list}, lambda label: label <> '' and not starts_with(label, 'User-Agent:'))`;
  return sql`case
      when len(${list}) > 0
        then nullif(list_reduce(list_transform(${own}, lambda label: ${label}), lambda one, other: map_concat(one, other), cast(map {} as map(varchar, varchar))), map {})
    end`;
}
