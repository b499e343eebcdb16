import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import type { Shape } from '../fields.js';

/** Names under which applications say in free metadata to whom and to what a call belongs, the first one that is there counts. */
const NAMES = {
  customer: ['customer', 'customer_id', 'customerId', 'tenant', 'tenant_id', 'tenantId'],
  feature: ['feature', 'feature_name', 'featureName'],
  environment: ['environment', 'env'],
  user_id: ['user_id', 'userId', '_user', 'user'],
  session_id: ['session_id', 'sessionId', 'thread_id', 'conversation_id', 'Helicone-Session-Id'],
} as const;

export type Attribution = keyof typeof NAMES;

/** The same names as keys of a JSON object, for `jsonIn`. */
export const ATTRIBUTED: Shape = Object.fromEntries(
  Object.values(NAMES)
    .flat()
    .map((name) => [name, 'text']),
);

/** What an object read as ATTRIBUTED says. */
export function attributed(object: Sql, what: Attribution): Sql {
  return firstOf(NAMES[what].map((name) => sql`${object}.${identifier(name)}`));
}

/** What a map of texts says. */
export function labelled(map: Sql, what: Attribution): Sql {
  return firstOf(NAMES[what].map((name) => sql`${map}[${literal(name)}]`));
}

/** The labels of a map that have no column of their own; null where there is none. */
export function otherLabels(map: Sql): Sql {
  const names = join(Object.values(NAMES).flat().map(literal));
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

/** Labels made of single values, those that are there. */
export function labels(values: Readonly<Record<string, Sql>>): Sql {
  const pairs = Object.entries(values).map(
    ([name, value]) => sql`{'key': ${literal(name)}, 'value': nullif(${value}, '')}`,
  );
  return sql`nullif(map_from_entries(list_filter([${join(pairs)}], lambda label: label.value is not null)), map {})`;
}

/** Labels of two sources, those of the second before those of the first; null where both have none. */
export function allLabels(some: Sql, others: Sql): Sql {
  return sql`nullif(map_concat(${some}, ${others}), map {})`;
}

function firstOf(values: readonly Sql[]): Sql {
  return sql`coalesce(${join(values.map((value) => sql`nullif(${value}, '')`))})`;
}
