import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Arrow, arrowsOf, type Source, sourceOf, sources } from './source_tree.js';

/** What every layer may use: no knowledge of a stage is in them. `names` are the columns and dimensions that several stages share. */
const LEAVES = ['errors', 'io', 'names', 'sql'];

/** The stages data passes, and what each may use besides itself. Arrows go one way. */
const LAYERS: Record<string, { uses: string[]; typesOf?: string[] }> = {
  errors: { uses: [] },
  io: { uses: ['errors'] },
  sql: { uses: ['errors'] },
  names: { uses: [] },
  config: { uses: LEAVES },
  store: { uses: LEAVES },
  net: { uses: LEAVES },
  rate: { uses: ['net', 'store', ...LEAVES], typesOf: ['config'] },
  query: { uses: ['rate', 'store', ...LEAVES], typesOf: ['config'] },
  import: { uses: ['rate', 'store', ...LEAVES], typesOf: ['config'] },
  // Usage of several machines: what is read from and written to the place that they share.
  team: { uses: ['import', 'net', 'rate', 'store', ...LEAVES] },
  render: { uses: LEAVES, typesOf: ['import', 'query', 'rate', 'team'] },
  // Runs in the browser, inside a page: each file is a script of its own.
  browser: { uses: [] },
  notify: { uses: ['net', ...LEAVES], typesOf: ['config', 'query'] },
  commands: { uses: ['config', 'import', 'notify', 'query', 'rate', 'render', 'store', 'team', ...LEAVES] },
  cli: { uses: ['commands', ...LEAVES] },
};

/** Each package has one home, so that replacing it touches one place. */
const HOMES: Record<string, { layers: string[]; files?: number }> = {
  '@duckdb/node-api': { layers: ['store'] },
  commander: { layers: ['cli', 'commands'] },
  chalk: { layers: ['render'], files: 1 },
  'cli-table3': { layers: ['render'], files: 1 },
  'string-width': { layers: ['render'], files: 1 },
  'chart.js': { layers: ['browser'] },
  ora: { layers: ['commands', 'io', 'render'], files: 1 },
  nodemailer: { layers: ['notify'], files: 1 },
  undici: { layers: ['net'], files: 1 },
  aws4fetch: { layers: ['net'], files: 1 },
  'csv-parse': { layers: ['import'] },
  fzstd: { layers: ['import'], files: 1 },
  'node-sqlite3-wasm': { layers: ['import'], files: 1 },
  tinyglobby: { layers: ['import'], files: 1 },
  yaml: { layers: ['config'], files: 1 },
  zod: { layers: ['config'], files: 1 },
};

const VAGUE = /(^|[/_.-])(utils?|helpers?|common|managers?|services?|misc)(?=[/_.-])/i;
/** A file is one idea, not a length: the limit is only where a reader gets lost. */
const MAX_LINES = 400;
const MAX_FILES = 25;
/** One declaration a file, however many there are. */
const LISTS = ['src/import/formats'];

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
  test('no crowded folders', () => expect(crowded(tree)).toEqual([]));
  test('no circles, types included', () => expect(circles(tree)).toEqual([]));
});

describe('the guard itself', () => {
  test.each([
    ['src/sql.ts', `import { x } from './store/store.js';`, 'src/sql.ts → src/store/store.ts: sql may use errors'],
    [
      'src/store/a.ts',
      `export { x } from '../rate/book.js';`,
      'src/store/a.ts → src/rate/book.ts: store may use errors, io, names, sql',
    ],
    [
      'src/rate/a.ts',
      `const { x } = await import('../query/report.js');`,
      'src/rate/a.ts → src/query/report.ts: rate may use net, store, errors, io, names, sql, and types of config',
    ],
    [
      'src/render/a.ts',
      `import {\n  type A,\n  b,\n} from '../query/report.js';`,
      'src/render/a.ts → src/query/report.ts: render may use errors, io, names, sql, and types of import, query, rate, team',
    ],
    [
      'src/render/a.ts',
      `import type { Store } from '../store/store.js';`,
      'src/render/a.ts → src/store/store.ts: render may use errors, io, names, sql, and types of import, query, rate, team',
    ],
    [
      'src/cli.ts',
      `import '../src/query/report.js';`,
      'src/cli.ts → src/query/report.ts: cli may use commands, errors, io, names, sql',
    ],
    [
      'src/commands/a.ts',
      `import { main } from '../cli.js';`,
      'src/commands/a.ts → src/cli.ts: commands may use config, import, notify, query, rate, render, store, team, errors, io, names, sql',
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
      'src/render/a.ts → src/rate/d.ts: render may use errors, io, names, sql, and types of import, query, rate, team',
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
    expect(untidy(sourceOf('src/a.ts', '\n'.repeat(401)))).toEqual(['src/a.ts has 401 lines; split it below 400']);
  });

  test('folders and circles', () => {
    const names = Array.from({ length: 26 }, (_, number) => sourceOf(`src/query/a${number}.ts`, ''));
    expect(crowded(names)).toEqual(['src/query has 26 files; give some of them a folder']);
    expect(
      circles([
        sourceOf('src/query/a.ts', `import type { B } from './b.js';`),
        sourceOf('src/query/b.ts', `const { c } = await import('./c.js');`),
        sourceOf('src/query/c.ts', `import { a } from './a.js';\nimport { d } from './d.js';`),
        sourceOf('src/query/d.ts', ''),
      ]),
    ).toEqual(['src/query/a.ts → src/query/b.ts → src/query/c.ts → src/query/a.ts']);
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

/** `query` of src/query/report/report.ts, `cli` of src/cli.ts. */
function layerOf(path: string): string {
  return (path.split('/')[1] ?? '').replace(/\.ts$/, '');
}

function shown({ from, to }: Arrow): string {
  return `${from} → ${to}`;
}

function crowded(files: readonly Source[]): string[] {
  const counts = new Map<string, number>();
  for (const { path } of files) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
  return [...counts]
    .filter(([folder, count]) => count > MAX_FILES && !LISTS.includes(folder))
    .map(([folder, count]) => `${folder} has ${count} files; give some of them a folder`);
}

/** The shortest way from each file back to itself, every circle once. */
function circles(files: readonly Source[]): string[] {
  const targets = new Map(files.map((file) => [file.path, arrowsOf(file).filter(({ ours }) => ours)]));
  const found = new Map<string, string>();
  for (const { path } of files) {
    const way = wayBack(path, (from) => (targets.get(from) ?? []).map(({ to }) => to));
    if (way === undefined) continue;
    const key = [...way].sort().join(' ');
    if (!found.has(key)) found.set(key, [...way, path].join(' → '));
  }
  return [...found.values()];
}

/** The files on the shortest way from a file over what it imports back to it, the file first. */
function wayBack(start: string, next: (path: string) => string[]): string[] | undefined {
  const ways: string[][] = [[start]];
  const seen = new Set<string>();
  for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
    for (const to of next(way.at(-1) ?? start)) {
      if (to === start) return way;
      if (seen.has(to)) continue;
      seen.add(to);
      ways.push([...way, to]);
    }
  }
  return undefined;
}
