import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** A source file as the tests of the architecture see it: where it is and what it says, without comments. */
export interface Source {
  /** From the top of the checkout, with slashes: `src/query/report/report.ts`. */
  path: string;
  code: string;
  lines: number;
}

/** One import: who, whom, and whether anything is left of it once types are gone. */
export interface Arrow {
  from: string;
  /** `src/store/store.ts` for a file of ours, else the package: `chalk`, `@duckdb/node-api`, `node:fs`. */
  to: string;
  ours: boolean;
  typesOnly: boolean;
  /** `import()`: loaded when it is needed. */
  lazy: boolean;
}

/** Every file of src. */
export function sources(): Source[] {
  return readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `src/${name.replaceAll('\\', '/')}`)
    .sort()
    .map((path) => sourceOf(path, readFileSync(join(ROOT, path), 'utf8')));
}

/** A source from its text; tests plant mistakes with it. */
export function sourceOf(path: string, text: string): Source {
  return { path, code: withoutComments(text), lines: text.split('\n').length - 1 };
}

/** Everything a file imports: `import`, `export … from`, `import()`, and `import('…').Type`. */
export function arrowsOf({ path, code }: Source): Arrow[] {
  const statements = [...code.matchAll(/^(?:import|export)\s+(type\s)?(?:[\w*{][^'";]*?\sfrom\s+)?['"]([^'"]+)['"]/gm)];
  const calls = [...code.matchAll(/(\btypeof\s+)?\bimport\(\s*['"]([^'"]+)['"]\s*\)(\.[A-Z])?/g)];
  return [
    ...statements.map(([, type, to = '']) => ({ ...target(path, to), typesOnly: type !== undefined, lazy: false })),
    ...calls.map(([, before, to = '', after]) => ({
      ...target(path, to),
      typesOnly: (before ?? after) !== undefined,
      lazy: true,
    })),
  ];
}

function target(from: string, name: string): Pick<Arrow, 'from' | 'to' | 'ours'> {
  const ours = name.startsWith('.');
  return { from, to: ours ? fileOf(from, name) : packageOf(name), ours };
}

function fileOf(from: string, target: string): string {
  return normalize(join(dirname(from), target))
    .replaceAll('\\', '/')
    .replace(/\.js$/, '.ts');
}

function packageOf(target: string): string {
  if (target.startsWith('node:')) return target;
  const [scope = '', name = ''] = target.split('/');
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
}

/** Comments may name anything; strings are kept, they may hold `//`. */
function withoutComments(text: string): string {
  return text.replaceAll(/("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, '$1');
}
