/** What llmcost knows of an emitter's files: they are imported into a database of their own, which is then asked. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

const LLMCOST = new URL('../../../bin/llmcost.js', import.meta.url).pathname;

/** `exit` and `output` of the import, `formats` that read something, `failed` calls and sums by model as in bill.mjs. */
export async function importFiles(folder, paths, options) {
  const database = join(folder, 'llmcost.duckdb');
  const run = spawnSync(process.execPath, [LLMCOST, 'import', ...paths, ...options], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, LLMCOST_DB: database },
    encoding: 'utf8',
  });
  const output = run.stdout + run.stderr;
  if (run.status !== 0) return { exit: run.status, output, formats: [], failed: 0, sums: {} };
  const instance = await DuckDBInstance.create(database, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  const rows = async (query) => (await connection.runAndReadAll(query)).getRowObjectsJson();
  const formats = await rows(`select distinct format from imports where imported > 0 order by all`).catch(() => []);
  const [{ failed }] = await rows(
    `select coalesce(sum(requests) filter (status = 'error'), 0)::integer as failed from usage`,
  );
  const told = await rows(SUMS);
  connection.closeSync();
  const sums = Object.fromEntries(told.map(({ model, cost, ...sum }) => [model, { ...sum, cost: BigInt(cost) }]));
  return { exit: run.status, output, formats: formats.map(({ format }) => format), failed, sums };
}

/** Gateways put who sells a model in front of its name. Failed calls cost nothing and are counted apart. 10¹² times the cost is a whole number: 18 places hold it exactly. */
const SUMS = `
  select regexp_replace(coalesce(model, request_model, '(none)'), '^(openai|anthropic|googleai)/', '') as model,
    sum(requests)::integer as calls,
    coalesce(sum(requests) filter (cost_status = 'unpriced'), 0)::integer as unknown,
    ${sum('uncached', 'uncached_input_tokens')},
    ${sum('cache_read', 'cache_read_tokens')},
    ${sum('cache_write_5m', 'cache_write_tokens')},
    ${sum('cache_write_1h', 'cache_write_1h_tokens')},
    ${sum('text', 'text_output_tokens')},
    ${sum('reasoning', 'reasoning_tokens')},
    cast(cast(coalesce(sum(cost_usd), 0) as decimal(38, 12)) * 1000000000000::decimal(13, 0) as hugeint)::varchar as cost
  from usage where status is distinct from 'error' group by 1 order by 1`;

function sum(name, column) {
  return `coalesce(sum(${column}), 0)::integer as ${name}`;
}

/** The version of a package that is installed in an environment. */
export function installedVersion(environment, name) {
  if (environment.kind === 'npm') {
    return JSON.parse(readFileSync(join(environment.folder, 'node_modules', name, 'package.json'), 'utf8')).version;
  }
  const code = `import importlib.metadata as m; print(m.version('${name}'))`;
  return spawnSync(join(environment.folder, 'bin/python'), ['-c', code], { encoding: 'utf8' }).stdout.trim();
}
