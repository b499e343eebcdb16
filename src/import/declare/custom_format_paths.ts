import { UsageError } from '../../errors.js';
import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import { caseTwin, type Path, parsePath, pointer, type Shape, withPath } from './fields.js';
import type { Level, Rows } from './format.js';
import { sameHeader } from './headers.js';

/** How the fields of a declared format are found, and where the declaration stands, for messages. */
export interface Finding {
  reads: 'csv' | 'jsonl' | 'json';
  /** The lists that lead to the rows: `data[*].results[*]`. */
  records?: string;
  where: string;
}

/** What has been found so far: the fields of a row, and of each list what is read beside it. */
export interface Found {
  fields: Shape;
  beside: readonly Shape[];
}

/** The lists of `data[*].results[*]`, the outermost first: data, results. */
export function listsOf(records: string | undefined): string[] {
  return records === undefined ? [] : records.split(/\[\*\]\.?/).filter((list) => list !== '');
}

/** The lists as a format declares them, with what is read beside each. */
export function rowsOf(records: string | undefined, beside: readonly Shape[]): Rows | undefined {
  const [first, ...others] = listsOf(records).map(
    (list, index): Level => ({ list, beside: beside[index] ?? {}, ...(index > 0 && { empty: `empty lists ${list}` }) }),
  );
  return first === undefined ? undefined : [first, ...others];
}

/**
 * A path added to what is read, and its value. Paths begin at the row; `$.x` is beside the outermost list, `data[*].x`
 * beside the list in the elements of `data`. Throws UsageError that names the place in the configuration.
 */
export function placeOf(found: Found, from: string, finding: Finding): { found: Found; value: Sql } {
  const { reads, where } = finding;
  if (reads === 'csv') {
    const header = Object.keys(found.fields).find((key) => sameHeader(key, from)) ?? from.trim();
    return { found: { ...found, fields: { ...found.fields, [header]: 'text' } }, value: identifier(`$${header}`) };
  }
  const { level, rest } = levelOf(from, finding);
  const path = checkedPath(rest, finding);
  const twin = caseTwin(found.fields, path);
  if (twin !== undefined) {
    throw new UsageError(
      `${where}: '${twin.key}' and '${twin.twin}' differ in case only.\nOnly one of them can be read.`,
    );
  }
  const grown = withPath(found.fields, path);
  if (grown === undefined) throw new UsageError(`${where}: '${from}' is an object.\nName one of the values in it.`);
  const [top] = path;
  if (level === undefined) return { found: { ...found, fields: grown.shape }, value: grown.value };
  const beside = found.beside.map((shape, index) =>
    index === level ? (withPath(shape, path)?.shape ?? shape) : shape,
  );
  if (found.beside.some((shape, index) => index !== level && Object.hasOwn(shape, String(top)))) {
    throw new UsageError(`${where}: '${String(top)}' is read beside two lists.\nRead it from one of them.`);
  }
  return { found: { fields: grown.shape, beside }, value: grown.value };
}

/** Beside which list a path begins, undefined for the row itself, and what is left of it. */
function levelOf(from: string, { records }: Finding): { level: number | undefined; rest: string } {
  if (from.startsWith('$.') && records !== undefined) return { level: 0, rest: from.slice(2) };
  const lists = listsOf(records);
  for (let count = lists.length; count > 0; count--) {
    const prefix = `${lists
      .slice(0, count)
      .map((list) => `${list}[*]`)
      .join('.')}.`;
    if (!from.startsWith(prefix)) continue;
    return { level: count === lists.length ? undefined : count, rest: from.slice(prefix.length) };
  }
  return { level: undefined, rest: from };
}

function checkedPath(text: string, { where }: Finding): Path {
  const path = parsePath(text);
  if (path !== undefined) return path;
  throw new UsageError(
    `${where}: '${text}' is not a path.\nWrite keys with dots between them, such as metadata.tenant or items[0].id; a key with a dot in quotation marks: meta."a.b".`,
  );
}

/** `path`, `!path`, `path=value`, `path!=value`, `path~glob`. */
export interface Asked {
  path: string;
  operator: 'there' | 'missing' | '=' | '!=' | '~';
  value: string;
}

/** Reads a condition. */
export function askedOf(text: string): Asked {
  const [, path = '', sign = '', value = ''] = /^(.+?)(!=|=|~)(.*)$/s.exec(text) ?? [];
  if (sign === '!=' || sign === '=' || sign === '~') return { path: path.trim(), operator: sign, value: value.trim() };
  return text.startsWith('!')
    ? { path: text.slice(1).trim(), operator: 'missing', value: '' }
    : { path: text.trim(), operator: 'there', value: '' };
}

/** The condition over a value (text, null where there is none); never null. */
export function askedSql({ operator, value }: Asked, of: Sql): Sql {
  if (operator === 'there') return sql`${of} is not null`;
  if (operator === 'missing') return sql`${of} is null`;
  if (operator === '~') return sql`coalesce(${of} glob ${literal(value)}, false)`;
  const same = sql`coalesce(${of} = ${literal(value)}, false)`;
  return operator === '=' ? same : sql`not ${same}`;
}

/** Whether a sample line (JSON, named `line`) has what a signature asks for; in one of its rows, where it has lists. */
export function signatureOf(signature: readonly string[], finding: Finding): Sql {
  const lists = listsOf(finding.records).map((list) => `."${list.split('.').join('"."')}"[*]`);
  const tests = signature.map(askedOf).map(({ path, operator, value }) => {
    const { level, rest } = levelOf(path, finding);
    const around = lists.slice(0, level ?? lists.length).join('');
    const at = literal(`$${around}${pointer(checkedPath(rest, finding)).slice(1)}`);
    const found = around === '' ? sql`[json_extract(line, ${at})]` : sql`json_extract(line, ${at})`;
    const there = sql`list_filter(${found}, lambda one: one is not null and json_type(one) <> 'NULL')`;
    if (operator === 'there') return sql`len(${there}) > 0`;
    if (operator === 'missing') return sql`len(${there}) = 0`;
    const texts = sql`list_transform(${there}, lambda one: one->>'$')`;
    const fits = sql`len(list_filter(${texts}, lambda one: ${operator === '~' ? sql`one glob ${literal(value)}` : sql`one = ${literal(value)}`})) > 0`;
    return operator === '!=' ? sql`not (${fits})` : fits;
  });
  return sql`(${join(tests, ' and ')})`;
}
