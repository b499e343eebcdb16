import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import { type Shape, structureOf } from './fields.js';

/** What a text that holds JSON tells of a shape; null where it holds none, or something else. */
export function parsed(text: Sql, shape: Shape | readonly [Shape]): Sql {
  return sql`try(json_transform(${text}, ${structureOf(shape)}))`;
}

/** The parts of a parsed value under the names that `field` gives them, as a step of `computed`. */
export function asFields(value: Sql, shape: Shape): Record<string, Sql> {
  return Object.fromEntries(Object.keys(shape).map((key) => [`$${key}`, sql`${value}.${identifier(key)}`]));
}

/** A JSON list in a text as a list of texts; null where it is none. */
export function listIn(text: Sql): Sql {
  return sql`try(json_transform(${text}, '["VARCHAR"]'))`;
}

/** The texts people attach to their calls, `{"customer": "acme", …}` in a text, as a map; null where there are none, or a name twice. */
export function labelsIn(text: Sql): Sql {
  return sql`nullif(try(map_from_entries(map_entries(json_transform(${text}, '"MAP(VARCHAR, VARCHAR)"')))), map {})`;
}

/** What people call the columns of ours in labels, in the order in which they are believed. */
export const LABELS = {
  customer: ['customer', 'customer_id', 'customerId', 'tenant', 'tenant_id', 'tenantId'],
  feature: ['feature', 'feature_name', 'featureName', 'use_case'],
  environment: ['environment', 'env'],
  user_id: ['user_id', 'userId', '_user', 'user'],
  session_id: ['session_id', 'sessionId', 'session', 'thread_id', 'conversation_id', 'Helicone-Session-Id'],
} as const;

/** The label that stands for one of our columns, by the names in use; null where there is none. */
export function labelled(labels: Sql, column: keyof typeof LABELS): Sql {
  const values = LABELS[column].map((name) => sql`nullif(${labels}[${literal(name)}], '')`);
  return values.reduce((before, next) => sql`coalesce(${before}, ${next})`);
}

/** Labels with more of them; what is null is left out, and no label at all is null. */
export function withLabels(labels: Sql | null, more: Readonly<Record<string, Sql>>): Sql {
  const entries = Object.entries(more).map(([name, value]) => sql`{'key': ${literal(name)}, 'value': ${value}}`);
  const added = sql`map_from_entries(list_filter([${entries.reduce((before, next) => sql`${before}, ${next}`)}], lambda label: coalesce(label.value, '') <> ''))`;
  return sql`nullif(${labels === null ? added : sql`map_concat(coalesce(${labels}, map {}), ${added})`}, map {})`;
}

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
