/*
 * npm run schemas: makes NAME.json of every type that answers.ts exports. The generator reads declarations, which tsc writes first; in
 * them the metrics, a table in the program, are written out, each with what it means.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGenerator } from 'ts-json-schema-generator';
import { METRIC_NAMES, metricOf } from '../dist/query/metrics/metrics.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const HERE = join(ROOT, 'schemas');
const folder = mkdtempSync(join(tmpdir(), 'llmcost-schemas-'));

try {
  declare();
  // One generator for all types: to read the declarations takes nearly all of the time.
  const path = join(folder, 'schemas/answers.d.ts');
  const generator = createGenerator({ path, skipTypeCheck: true, topRef: false });
  const written = exported().map((type) => write(type, generator));
  for (const name of readdirSync(HERE)) if (name.endsWith('.json') && !written.includes(name)) rmSync(join(HERE, name));
} finally {
  rmSync(folder, { recursive: true });
}

function declare() {
  const config = {
    extends: join(ROOT, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      rootDir: ROOT,
      outDir: folder,
      typeRoots: [join(ROOT, 'node_modules/@types')],
    },
    include: [join(ROOT, 'src'), join(ROOT, 'schemas')],
    exclude: [join(ROOT, 'src/browser')],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder], { stdio: 'inherit' });
  writeFileSync(join(folder, 'src/query/metrics/metrics.d.ts'), metrics());
}

function metrics() {
  const values = METRIC_NAMES.map((name) => {
    const { unit, means } = metricOf(name);
    const type = ['count', 'tokens', 'ms'].includes(unit) ? 'Count' : 'Decimal';
    return `  /** ${means} */\n  ${name}: ${type} | null;\n`;
  });
  return `import type { Count } from '../scope/values.js';
/** @pattern ^-?[0-9]+(\\.[0-9]+)?$ */
export type Decimal = string;
export type MetricName = ${METRIC_NAMES.map((name) => `'${name}'`).join(' | ')};
export interface MetricValues {
${values.join('')}}
`;
}

function exported() {
  const text = readFileSync(join(HERE, 'answers.ts'), 'utf8');
  return [...text.matchAll(/^export type (\w+)/gm)].map(([, name]) => name);
}

/** BudgetCheck → budget-check.json, which is the answer. */
function write(type, generator) {
  const name = type.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
  const { $schema: _, ...schema } = sorted(generator.createSchema(type));
  const head = { $schema: 'http://json-schema.org/draft-07/schema#', title: `llmcost ${name.replaceAll('-', ' ')}` };
  writeFileSync(join(HERE, `${name}.json`), `${JSON.stringify({ ...head, ...schema }, null, 2)}\n`);
  return `${name}.json`;
}

/** Keys in their order, so that a change of a type shows as a change of its lines. */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key])]));
}
