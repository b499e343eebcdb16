/** A piece of SQL written by us. Nothing else may be put into a statement; values travel as `$name` parameters. */
export class Sql {
  constructor(readonly text: string) {}
  toString(): string {
    return this.text;
  }
}

/** SQL in a template string; it only takes other fragments, so no text of a user can get into a statement. */
export function sql(parts: TemplateStringsArray, ...fragments: Sql[]): Sql {
  return new Sql(String.raw({ raw: parts.raw }, ...fragments.map((fragment) => fragment.text)));
}

/** A quoted identifier: column, table or alias. */
export function identifier(name: string): Sql {
  return new Sql(`"${name.replaceAll('"', '""')}"`);
}

/** A quoted string literal, for the places where DuckDB takes no parameter (table functions, struct fields). */
export function literal(text: string): Sql {
  return new Sql(`'${text.replaceAll("'", "''")}'`);
}

/** An integer literal. */
export function integer(value: number): Sql {
  if (!Number.isSafeInteger(value)) throw new TypeError(`not an integer: ${value}`);
  return new Sql(String(value));
}

/** A decimal number literal; it stays exact. */
export function decimal(text: string): Sql {
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw new TypeError(`not a decimal number: ${text}`);
  return new Sql(text);
}

/** Fragments joined by a separator, a comma by default. */
export function join(fragments: readonly Sql[], separator = ', '): Sql {
  return new Sql(fragments.map((fragment) => fragment.text).join(separator));
}

/** A moment as the text of a timestamp parameter: UTC, without its zone. */
export function timestampOf(time: Date): string {
  return time.toISOString().replace('Z', '');
}
