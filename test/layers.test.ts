import { describe, expect, test } from 'vitest';
import { type Arrow, arrowsOf, type Source, sourceOf, sources } from './source_tree.js';

const LEAVES = ['errors', 'io', 'sql'];

/** The stages data passes, and what each may use besides itself. Arrows go one way. */
const LAYERS: Record<string, { uses: string[]; typesOf?: string[] }> = {
  errors: { uses: [] },
  io: { uses: ['errors'] },
  sql: { uses: ['errors'] },
  config: { uses: LEAVES },
  store: { uses: LEAVES },
  net: { uses: LEAVES },
  rate: { uses: ['net', 'store', ...LEAVES], typesOf: ['config'] },
  query: { uses: ['rate', 'store', ...LEAVES], typesOf: ['config'] },
  import: { uses: ['rate', 'store', ...LEAVES], typesOf: ['config'] },
  render: { uses: LEAVES, typesOf: ['import', 'query', 'rate'] },
  // Runs in the browser, inside a page: each file is a script of its own.
  page: { uses: [] },
  notify: { uses: ['net', ...LEAVES], typesOf: ['config', 'query'] },
  commands: { uses: ['config', 'import', 'notify', 'query', 'rate', 'render', 'store', ...LEAVES] },
  cli: { uses: ['commands', ...LEAVES] },
};

/** Each package has one home, so that replacing it touches one place. */
const HOMES: Record<string, { layers: string[]; files?: number }> = {
  '@duckdb/node-api': { layers: ['store'] },
  commander: { layers: ['cli', 'commands'] },
  chalk: { layers: ['render'], files: 1 },
  'cli-table3': { layers: ['render'], files: 1 },
  'chart.js': { layers: ['page'] },
  ora: { layers: ['commands', 'io', 'render'], files: 1 },
  nodemailer: { layers: ['notify'], files: 1 },
  undici: { layers: ['net'], files: 1 },
  'csv-parse': { layers: ['import'] },
  fzstd: { layers: ['import'], files: 1 },
  tinyglobby: { layers: ['import'], files: 1 },
  yaml: { layers: ['config'], files: 1 },
  zod: { layers: ['config'], files: 1 },
};

const VAGUE = /(^|[/_.-])(utils?|helpers?|common|managers?|services?|misc)(?=[/_.-])/i;
const MAX_LINES = 300;

const tree = sources();
/** What `llmcost --help` loads: a tenth of a second goes quickly, so everything else waits until it is needed. */
const atStart = reachable('src/cli.ts');

describe('the source tree', () => {
  test('every arrow goes the right way', () => expect(tree.flatMap(wrongArrows)).toEqual([]));
  test('every package stays at home', () => expect(strayPackages(tree)).toEqual([]));
  test('starting up loads commands and leaves only', () => {
    const loaded = tree.filter(({ path }) => atStart.has(path));
    const layers = new Set([...atStart].map(layerOf));
    expect([...layers].sort()).toEqual(['cli', 'commands', ...LEAVES.filter((leaf) => layers.has(leaf))].sort());
    const packages = loaded.flatMap(eager).filter(({ ours, to }) => !ours && !to.startsWith('node:'));
    expect([...new Set(packages.map(({ to }) => to))]).toEqual(['commander']);
  });
  test('only io.ts touches the process and the console', () => expect(tree.flatMap(worldly)).toEqual([]));
  test('no vague names, no long files', () => expect(tree.flatMap(untidy)).toEqual([]));
});

describe('the guard itself', () => {
  test.each([
    ['src/sql.ts', `import { x } from './store/store.js';`, 'src/sql.ts → src/store/store.ts: sql may use errors'],
    [
      'src/store/a.ts',
      `export { x } from '../rate/book.js';`,
      'src/store/a.ts → src/rate/book.ts: store may use errors, io, sql',
    ],
    [
      'src/rate/a.ts',
      `const { x } = await import('../query/report.js');`,
      'src/rate/a.ts → src/query/report.ts: rate may use net, store, errors, io, sql, and types of config',
    ],
    [
      'src/render/a.ts',
      `import {\n  type A,\n  b,\n} from '../query/report.js';`,
      'src/render/a.ts → src/query/report.ts: render may use errors, io, sql, and types of import, query, rate',
    ],
    [
      'src/render/a.ts',
      `import type { Store } from '../store/store.js';`,
      'src/render/a.ts → src/store/store.ts: render may use errors, io, sql, and types of import, query, rate',
    ],
    [
      'src/cli.ts',
      `import '../src/query/report.js';`,
      'src/cli.ts → src/query/report.ts: cli may use commands, errors, io, sql',
    ],
    [
      'src/commands/a.ts',
      `import { main } from '../cli.js';`,
      'src/commands/a.ts → src/cli.ts: commands may use config, import, notify, query, rate, render, store, errors, io, sql',
    ],
    [
      'src/tools/a.ts',
      `import '../sql.js';`,
      'src/tools/a.ts → src/sql.ts: tools is no known layer; give it a place in test/layers.test.ts',
    ],
  ])('%s: %s', (path, text, complaint) => expect(wrongArrows(sourceOf(path, text))).toEqual([complaint]));

  test('types of answers may be rendered, comments say what they like', () => {
    const lines = [
      `// import '../store/store.js';`,
      `import type { A } from '../query/a.js';`,
      `type B = import('../rate/b.js').B;`,
      `type C = typeof import('../import/c.js');`,
      `const { d } = await import('../rate/d.js');`,
    ];
    expect(wrongArrows(sourceOf('src/render/a.ts', lines.join('\n')))).toEqual([
      'src/render/a.ts → src/rate/d.ts: render may use errors, io, sql, and types of import, query, rate',
    ]);
  });

  test('packages', () => {
    const strays = strayPackages([
      sourceOf('src/query/a.ts', `import type { DuckDBValue } from '@duckdb/node-api';`),
      sourceOf('src/render/a.ts', `import chalk from 'chalk';`),
      sourceOf('src/render/b.ts', `import chalk from 'chalk/source/index.js';`),
      sourceOf('src/io.ts', `import lodash from 'lodash';`),
    ]);
    expect(strays).toEqual([
      '@duckdb/node-api lives in store, not in src/query/a.ts',
      'chalk lives in 1 file, not in src/render/a.ts, src/render/b.ts',
      'lodash has no home yet; give it one in test/layers.test.ts (src/io.ts)',
    ]);
  });

  test('the world and the names', () => {
    expect(worldly(sourceOf('src/query/a.ts', `const a = process.env.A;\nconsole.log(a);`))).toEqual([
      'src/query/a.ts says process.',
      'src/query/a.ts says console.',
    ]);
    expect(worldly(sourceOf('src/query/a.ts', `import { env } from 'node:process';`))).toEqual([
      'src/query/a.ts says node:process',
    ]);
    expect(untidy(sourceOf('src/query/date_utils.ts', ''))).toEqual([
      'src/query/date_utils.ts has a name that says nothing',
    ]);
    expect(untidy(sourceOf('src/a.ts', '\n'.repeat(301)))).toEqual(['src/a.ts has 301 lines; split it below 300']);
  });
});

function reachable(path: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  const source = tree.find((file) => file.path === path);
  for (const { ours, to } of source === undefined ? [] : eager(source)) if (ours) reachable(to, seen);
  return seen;
}

function eager(source: Source): Arrow[] {
  return arrowsOf(source).filter(({ typesOnly, lazy }) => !typesOnly && !lazy);
}

function wrongArrows(source: Source): string[] {
  const own = layerOf(source.path);
  const rule = LAYERS[own];
  return arrowsOf(source)
    .filter((arrow) => arrow.ours && layerOf(arrow.to) !== own)
    .filter((arrow) => rule === undefined || !allows(rule, arrow))
    .map((arrow) => `${shown(arrow)}: ${rule === undefined ? unknown(own) : allowed(own, rule)}`);
}

function allows({ uses, typesOf = [] }: { uses: string[]; typesOf?: string[] }, { to, typesOnly }: Arrow): boolean {
  const layer = layerOf(to);
  return uses.includes(layer) || (typesOnly && typesOf.includes(layer));
}

function allowed(own: string, { uses, typesOf }: { uses: string[]; typesOf?: string[] }): string {
  const types = typesOf === undefined ? '' : `, and types of ${typesOf.join(', ')}`;
  return `${own} may use ${uses.join(', ') || 'nothing of ours'}${types}`;
}

function unknown(layer: string): string {
  return `${layer} is no known layer; give it a place in test/layers.test.ts`;
}

function strayPackages(files: readonly Source[]): string[] {
  const users = new Map<string, string[]>();
  for (const { from, to, ours } of files.flatMap(arrowsOf)) {
    if (!ours && !to.startsWith('node:')) users.set(to, [...new Set([...(users.get(to) ?? []), from])]);
  }
  return [...users].flatMap(([name, paths]) => stray(name, paths)).sort();
}

function stray(name: string, paths: readonly string[]): string[] {
  const home = HOMES[name];
  if (home === undefined) return [`${name} has no home yet; give it one in test/layers.test.ts (${paths.join(', ')})`];
  const away = paths.filter((path) => !home.layers.includes(layerOf(path)));
  if (away.length > 0) return [`${name} lives in ${home.layers.join(', ')}, not in ${away.join(', ')}`];
  const crowded = home.files !== undefined && paths.length > home.files;
  return crowded ? [`${name} lives in ${home.files} file, not in ${paths.join(', ')}`] : [];
}

function worldly({ path, code }: Source): string[] {
  if (path === 'src/io.ts') return [];
  const words = [...code.matchAll(/(?<![\w.])(?:process\.|console\.)|node:process/g)];
  return [...new Set(words.map(([word]) => `${path} says ${word}`))];
}

function untidy({ path, lines }: Source): string[] {
  return [
    ...(VAGUE.test(path) ? [`${path} has a name that says nothing`] : []),
    ...(lines > MAX_LINES ? [`${path} has ${lines} lines; split it below ${MAX_LINES}`] : []),
  ];
}

/** `query` of src/query/report.ts, `cli` of src/cli.ts. */
function layerOf(path: string): string {
  return (path.split('/')[1] ?? '').replace(/\.ts$/, '');
}

function shown({ from, to }: Arrow): string {
  return `${from} → ${to}`;
}
