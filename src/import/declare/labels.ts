import { identifier, literal, type Sql, sql } from '../../sql.js';
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
