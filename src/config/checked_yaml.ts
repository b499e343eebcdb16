import { UsageError } from '../errors.js';
import { checked, type Read } from './schema.js';
import { pathText, plainYaml } from './yaml.js';

/** The values of a YAML file, and the position of its keys for messages. */
export interface CheckedYaml<T> {
  value: T;
  where: (...path: (string | number)[]) => string;
}

const SHOWN = 10;

/** Reads a YAML text by a schema; `name` is how messages call the file. Throws UsageError with every problem. */
export function checkedYaml<S extends Parameters<typeof checked>[0]>(
  schema: S,
  text: string,
  name: string,
): CheckedYaml<Read<S>> {
  const plain = plainYaml(text);
  const where = (...keys: (string | number)[]) => `${name}:${plain.lineOf(keys)}: ${pathText(keys)}`;
  if (plain.faults.length > 0) {
    throw problems(plain.faults.map(({ line, sentence }) => ({ line, text: `${name}:${line}: ${sentence}` })));
  }
  // An empty file, or one whose sections are all commented out, is an empty object.
  const result = checked(schema, plain.data ?? {});
  if ('value' in result) return { value: result.value, where };
  throw problems(
    result.misfits.map(({ path, sentence }) => {
      const line = plain.lineOf(path);
      const place = path.length === 0 ? `${name}:${line}` : `${name}:${line}: ${pathText(path)}`;
      return { line, text: `${place}: ${sentence}` };
    }),
  );
}

function problems(found: readonly { line: number; text: string }[]): UsageError {
  const texts = found.toSorted((a, b) => a.line - b.line).map(({ text }) => text);
  const more = texts.length > SHOWN ? [`… and ${texts.length - SHOWN} more.`] : [];
  return new UsageError([...texts.slice(0, SHOWN), ...more].join('\n'));
}
