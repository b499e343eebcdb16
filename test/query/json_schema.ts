type Schema = { [name: string]: unknown };

/** What is wrong with a value by a JSON Schema, as far as ours go: types, properties, lists, patterns, alternatives, $ref. */
export function complaints(schema: Schema, value: unknown): string[] {
  return check(schema, value, { root: schema, path: '' });
}

interface At {
  root: Schema;
  path: string;
}

function check(schema: Schema, value: unknown, at: At): string[] {
  if (typeof schema.$ref === 'string') return check(target(schema.$ref, at.root), value, at);
  if (Array.isArray(schema.anyOf)) {
    const fits = schema.anyOf.some((one) => check(one, value, at).length === 0);
    return fits ? [] : [`${at.path}: ${JSON.stringify(value)} fits none of ${JSON.stringify(schema.anyOf)}`];
  }
  if ('const' in schema) return value === schema.const ? [] : [`${at.path}: is not ${JSON.stringify(schema.const)}`];
  if (Array.isArray(schema.enum)) return schema.enum.includes(value) ? [] : [`${at.path}: is none of ${schema.enum}`];
  if (typeof schema.type === 'string' && !isOf(schema.type, value)) return [`${at.path}: is no ${schema.type}`];
  if (typeof schema.pattern === 'string' && !new RegExp(schema.pattern).test(String(value))) {
    return [`${at.path}: ${value} does not match ${schema.pattern}`];
  }
  if (Array.isArray(value)) return value.flatMap((item, index) => check(record(schema.items), item, inside(at, index)));
  return typeof value === 'object' && value !== null ? members(schema, record(value), at) : [];
}

function members(schema: Schema, value: Schema, at: At): string[] {
  const known = record(schema.properties);
  const required = Array.isArray(schema.required) ? schema.required.filter((name) => !(name in value)) : [];
  const missing = required.map((name) => `${at.path}/${name}: is missing`);
  const found = Object.entries(value).flatMap(([name, item]) => {
    if (name in known) return check(record(known[name]), item, inside(at, name));
    if (schema.additionalProperties === false) return [`${at.path}/${name}: is not known`];
    return check(record(schema.additionalProperties), item, inside(at, name));
  });
  return [...missing, ...found];
}

function inside({ root, path }: At, name: string | number): At {
  return { root, path: `${path}/${name}` };
}

function target(ref: string, root: Schema): Schema {
  return ref
    .slice(2)
    .split('/')
    .reduce((schema, name) => record(schema[name]), root);
}

function isOf(type: string, value: unknown): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'null') return value === null;
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}

function record(value: unknown): Schema {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
