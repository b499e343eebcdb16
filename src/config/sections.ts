import { UsageError } from '../errors.js';
import { ATTRIBUTION } from './attribution.js';
import { BUDGETS } from './budgets.js';
import { FORMATS } from './formats.js';
import { CUSTOMERS, PLANS } from './plans.js';
import { PRICES } from './prices.js';
import { RATES } from './rates.js';
import { checked, jsonSchema, object, optional, type Read } from './schema.js';
import { type Plain, pathText, plainYaml } from './yaml.js';

/** Every section of llmcost.yaml, each declared in a file of its own. */
const FILE = object({
  prices: optional(PRICES),
  plans: optional(PLANS),
  customers: optional(CUSTOMERS),
  rates: optional(RATES),
  formats: optional(FORMATS),
  attribution: optional(ATTRIBUTION),
  budgets: optional(BUDGETS),
});

/** What the sections say. */
export type Sections = Read<typeof FILE>;

const SHOWN = 10;

/** Reads the text of a configuration; `name` is how messages call the file. Throws UsageError with every problem. */
export function readSections(
  text: string,
  name: string,
): Sections & { where: (...path: (string | number)[]) => string } {
  const plain = plainYaml(text);
  const where = (...keys: (string | number)[]) => `${name}:${plain.lineOf(keys)}: ${pathText(keys)}`;
  if (plain.faults.length > 0) {
    throw problems(plain.faults.map(({ line, sentence }) => ({ line, text: `${name}:${line}: ${sentence}` })));
  }
  return { ...sections(plain, name), where };
}

/** The JSON Schema of the whole file, for editors. */
export function configSchema(): object {
  return jsonSchema(FILE);
}

function sections(plain: Plain, name: string): Sections {
  // An empty file, or one whose sections are all commented out, says nothing.
  const result = checked(FILE, plain.data ?? {});
  if ('value' in result) return result.value;
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
