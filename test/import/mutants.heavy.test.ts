import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { FORMATS } from '../../src/import/formats/index.js';
import type { ImportedFile } from '../../src/import/load/answer.js';
import { givenLines } from '../../src/import/rows/lines.js';
import { troubleOf } from '../../src/import/rows/row_checks.js';
import { typedLines } from '../../src/import/rows/statement.js';
import { identifier, integer, join, type Sql, sql } from '../../src/sql.js';
import { withStore } from '../../src/store/store.js';
import { fileName, type Mutant, mutantOf, type Original, originalsIn } from './mutate.js';
import { call, longId, newWorld, type World } from './world.js';

/*
 * Damaged files of every format. Whatever happened to a file: the program ends by itself and in its own words, every
 * line is accounted for, no count and no cost is below nothing, and the lines that nothing happened to are what they were.
 *
 * LLMCOST_FUZZ=10000 for the long run, LLMCOST_FUZZ_SEED=123 to begin elsewhere; alone, for that seed only.
 */
const ORIGINALS = originalsIn(fileURLToPath(new URL('../../fixtures', import.meta.url)));
const { LLMCOST_FUZZ: asked, LLMCOST_FUZZ_SEED: given } = process.env;
const FIRST = Number(given ?? 1);
const COUNT = Number(asked ?? (given === undefined ? ORIGINALS.length : 1));
/** No two of a round are of the same file, and so hold the same calls. */
const ROUND = ORIGINALS.length;
/** Where no number is asked for, one file in so many. */
const SHARE = 5;
const TOLERANT = ['--max-rejects', '100%'];

/** Words of the engine, or of a bug. */
const RAW = /\b[A-Z]\w+( \w+)? Error:|INTERNAL|duckdb|read_json|read_csv|\n\s+at |\[object|undefined|this is a bug/i;

interface Fault {
  seed: number;
  file: string;
  what: string;
  fault: string;
}

test('whatever happens to a file, its lines are accounted for, and the others unharmed', { timeout: 6e6 }, async () => {
  const faults: Fault[] = [];
  for (let seed = FIRST; seed < FIRST + COUNT; seed += ROUND) {
    const all = Array.from({ length: Math.min(ROUND, FIRST + COUNT - seed) }, (_, index) => seed + index);
    const seeds = asked === undefined && given === undefined ? all.filter((one) => one % SHARE === 0) : all;
    faults.push(...(await faultsOf(seeds.map((one) => mutantOf(ORIGINALS, one)))));
  }
  expect(faults).toEqual([]);
});

test('what broke the program, or the sum of the lines, before', async () => {
  const world = await newWorld();
  // DuckDB ended for good at a column that stands behind more columns than are read.
  const [header, good] = ['a,b,c,timestamp,model,input_tokens,output_tokens,customer', ',,,2026-10-01,gpt-4o,100,10'];
  world.write('latin-1.csv', Buffer.from(`${header}\n${good},Müller\n${good},b\n`, 'latin1'));
  world.write('latin-1.csv.gz', gzipSync(Buffer.from(`${header}\n${good},Müller\n${good},c\n`, 'latin1')));
  // The same where a quotation mark in the wrong place cuts a character in two.
  world.write('quoted.csv', `${header}\n${good},"M"ü\n${good},d\n`);
  // A cost below 0 in a line that is set aside.
  world.write('negative.jsonl', `${call(longId(1))}\n${call(longId(2), { input_tokens: -10, output_tokens: 0 })}\n`);
  world.write('refused.jsonl', [call(longId(3)), '!', '!', call(longId(4)), call(longId(5))].join('\n'));
  const names = ['latin-1.csv', 'latin-1.csv.gz', 'quoted.csv', 'negative.jsonl', 'refused.jsonl'];
  const [plain, packed, quoted, negative, refused] = await world.imported(names, 3);
  const notUtf8 = [{ line: 2, field: '', reason: 'is not valid UTF-8' }];
  expect(plain).toMatchObject({ lines: 2, imported: 1, rejected: 1, rejects: notUtf8 });
  expect(packed).toMatchObject({ lines: 2, imported: 1, rejected: 1, rejects: notUtf8 });
  expect(quoted).toMatchObject({ lines: 2, imported: 1, rejected: 1, rejects: [{ line: 2 }] });
  expect(negative).toMatchObject({
    ...{ lines: 2, imported: 1, rejected: 1 },
    rejects: [{ line: 2, field: 'input_tokens', reason: 'is negative' }],
  });
  expect(refused).toMatchObject({
    ...{ status: 'failed', lines: 5, imported: 0, skipped: 3, rejected: 2 },
    skip_reasons: { 'good lines of a file that was refused': 3 },
  });
});

test('no format takes a line that cannot be read for one that is no usage', async () => {
  const formats = FORMATS.filter(({ reads }) => reads === 'ndjson' || reads === 'json');
  const read = await withStore(':memory:', { access: 'write' }, async (store) => {
    const found: Record<string, unknown[]> = {};
    for (const format of formats) {
      const lines = { query: givenLines(format), style: 'json' as const };
      const trouble = sql`with ${typedLines(format, lines)} select ${troubleOf(format)} as trouble from typed`;
      const rows = await store.rows(trouble, { lines: JSON.stringify(['!', '{"nothing":"known"}', '["list"]']) });
      found[format.name] = rows.map((row) => row.trouble);
    }
    return found;
  });
  expect(read).toEqual(Object.fromEntries(formats.map(({ name }) => [name, ['bad', 'bad', 'bad']])));
});

/** What is wrong with an import of some mutants by one command; where that broke off, of each by itself. */
async function faultsOf(mutants: readonly Mutant[]): Promise<Fault[]> {
  const world = await newWorld();
  for (const mutant of mutants) world.write(fileName(mutant), mutant.bytes);
  const found = await faultsIn(world, mutants);
  rmSync(world.cwd, { recursive: true });
  const single = mutants.length === 1;
  if (!found.some(({ seed }) => seed < 0)) return found;
  if (single) return found.map((fault) => ({ ...faultOf(mutants[0], fault.fault) }));
  const each: Fault[] = [];
  for (const mutant of mutants) each.push(...(await faultsOf([mutant])));
  return each.length > 0 ? each : found;
}

function faultOf(mutant: Mutant | undefined, fault: string): Fault {
  if (mutant === undefined) return { seed: -1, file: '', what: '', fault };
  return { seed: mutant.seed, file: mutant.original.name, what: mutant.what, fault };
}

async function faultsIn(world: World, mutants: readonly Mutant[]): Promise<Fault[]> {
  // Every second round few bad lines are too many.
  const limit = (mutants[0]?.seed ?? 0) % 2 === 1 || mutants.length === 1 ? TOLERANT : [];
  const { out, err, code } = await world.llmcost(['import', ...mutants.map(fileName), ...limit, '--summary', 'json']);
  if ((code !== 0 && code !== 3) || RAW.test(err)) return [faultOf(undefined, `exit code ${code}: ${err}`)];
  const { files } = JSON.parse(out) as { files: ImportedFile[] };
  const faults = mutants.flatMap((mutant, index) => {
    const file = files[index];
    return (file === undefined ? ['is not answered'] : wrongIn(file, mutant)).map((fault) => faultOf(mutant, fault));
  });
  faults.push(...(await wrongRows(world, files)).map((fault) => faultOf(undefined, fault)));
  return [...faults, ...(await harmed(world, mutants, files))];
}

/** What a summary of a file says that cannot be. */
function wrongIn(file: ImportedFile, mutant: Mutant): string[] {
  const { original } = mutant;
  const { lines, imported, duplicates, updated, skipped, rejected, rejects, problem, status } = file;
  const wrong: string[] = [];
  const sum = imported + duplicates + updated + skipped + rejected;
  if (lines !== sum) wrong.push(`${lines} lines are not ${sum}: ${JSON.stringify(file).slice(0, 400)}`);
  const counted = linesOf(file, mutant);
  if (counted !== undefined && lines !== counted) wrong.push(`${lines} lines are told of ${counted}`);
  for (const text of [problem ?? '', ...rejects.map(({ field, reason }) => `${field} ${reason}`)])
    if (RAW.test(text)) wrong.push(`says: ${text}`);
  // An open quotation mark takes lines with it that have no name.
  const open = original.kind === 'table' && rejects.some(({ reason }) => reason.includes('quotation mark'));
  if (status === 'imported' && !open && rejects.length !== Math.min(rejected, 100))
    wrong.push(`${rejected} lines are rejected and ${rejects.length} named`);
  if (status === 'failed' && problem === null) wrong.push('failed without a reason');
  return wrong;
}

/** How many lines a log holds that are not blank, where they can be counted by looking at it. */
function linesOf({ status, format, unit }: ImportedFile, { original, bytes }: Mutant): number | undefined {
  const known = FORMATS.find(({ name }) => name === format);
  if (status !== 'imported' || original.kind !== 'lines' || unit !== 'line' || known?.resolved !== undefined)
    return undefined;
  const plain = bytes[0] === 0x1f ? gunzipSync(bytes) : bytes;
  const [first, second] = plain;
  if (first === 0xff || first === 0xfe || first === 0 || second === 0) return undefined;
  return plain
    .toString('latin1')
    .split('\n')
    .filter((line) => /[^ \t\r]/.test(line)).length;
}

const COUNTS = [
  'requests',
  'uncached_input_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'cache_write_1h_tokens',
  'text_output_tokens',
  'reasoning_tokens',
  'latency_ms',
  'cost_usd',
].map(identifier);

/** The imports that tell revenue and nothing else: beside usage it is not counted in lines. */
function ofRevenue(files: readonly ImportedFile[]): Sql {
  const ids = files.filter(({ holds }) => holds === 'revenue').map(({ import_id }) => integer(import_id ?? 0));
  return join([integer(0), ...ids]);
}

/** What is stored that cannot be. */
async function wrongRows(world: World, files: readonly ImportedFile[]): Promise<string[]> {
  const [stored] = await world.rows<Record<'calls' | 'entries' | 'earned' | 'below' | 'loading', string>>(sql`
    select
      (select count(*) from usage_fact) as calls,
      (select count(*) from ledger_entry) as entries,
      (select count(*) from revenue_entry where import_id in (${ofRevenue(files)})) as earned,
      (select count(*) from usage_fact where least(${join(COUNTS)}) < 0
        or len(list_filter(map_values(units), lambda held: held < 0)) > 0
        or isnan(cast(cost_usd as double))
        or occurred_at not between '2000-01-01' and '2100-01-01') as below,
      (select count(*) from imports where status = 'loading') as loading`);
  const told = (kind: ImportedFile['holds']) =>
    files.filter(({ holds }) => holds === kind).reduce((sum, { imported }) => sum + imported, 0);
  const wanted = { calls: told('usage'), entries: told('ledger'), earned: told('revenue'), below: 0, loading: 0 };
  const wrong = Object.entries(wanted).filter(([name, value]) => String(value) !== String(stored?.[name as 'calls']));
  const report = await world.llmcost(['report', '--by', 'provider,model', '--format', 'json']);
  return [
    ...wrong.map(([name, value]) => `stored: ${name} ${stored?.[name as 'calls']} instead of ${value}`),
    ...(report.code === 0 || report.code === 4 ? [] : [`report: exit code ${report.code}: ${report.err}`]),
  ];
}

type Calls = Map<number, string[]>;

/** The calls of each import, without what numbers of this database are in them. */
async function callsOf(world: World): Promise<Calls> {
  const rows = await world.rows<{ import_id: number; calls: string[] }>(sql`
    select import_id, list(cast(to_json(call) as varchar)) as calls
    from (
      select * exclude (rate_card_id, cost_usd), cast(cost_usd as varchar) as cost
      from usage
    ) as call
    group by import_id`);
  return new Map(
    rows.map(({ import_id, calls }) => [import_id, calls.map((text) => text.replace(/"import_id":\d+,/, ''))]),
  );
}

/** Of logs of which one line was changed, all calls but one are what they are in the original. */
async function harmed(world: World, mutants: readonly Mutant[], files: readonly ImportedFile[]): Promise<Fault[]> {
  const looked = mutants.flatMap((mutant, index) => {
    const file = files[index];
    return file?.status === 'imported' && mutant.oneLine && isLineByLine(file.format) ? [{ mutant, file }] : [];
  });
  if (looked.length === 0) return [];
  const [stored, good] = [await callsOf(world), await goodCalls(looked.map(({ mutant }) => mutant.original))];
  return looked.flatMap(({ mutant, file }): Fault[] => {
    const wanted = good.get(mutant.original.name);
    if (wanted === undefined || wanted.format !== file.format) return [];
    const left = [...(stored.get(file.import_id ?? 0) ?? [])];
    const missing = wanted.calls.filter((call) => {
      const at = left.indexOf(call);
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    });
    return missing.length <= 1 ? [] : [faultOf(mutant, `${missing.length} calls changed, such as ${missing[1]}`)];
  });
}

/** Whether a line of a format means the same whatever the others are. */
function isLineByLine(name: string | null): boolean {
  const format = FORMATS.find((one) => one.name === name);
  return (
    format !== undefined &&
    format.reads === 'ndjson' &&
    format.resolved === undefined &&
    format.carried === undefined &&
    'repeats' in format &&
    format.repeats === 'same'
  );
}

const known = new Map<string, { format: string | null; calls: string[] }>();

/** The calls of originals by their names; of those that share calls with others, none. */
async function goodCalls(originals: readonly Original[]): Promise<typeof known> {
  const fresh = originals.filter(({ name }) => !known.has(name));
  if (fresh.length === 0) return known;
  const world = await newWorld();
  for (const { name, bytes } of fresh) world.write(name.replaceAll('/', '-'), bytes);
  const files = await world.imported([...fresh.map(({ name }) => name.replaceAll('/', '-')), ...TOLERANT]);
  const calls = await callsOf(world);
  for (const [index, { name }] of fresh.entries()) {
    const { format = null, import_id = null, duplicates = 0 } = files[index] ?? {};
    if (duplicates === 0) known.set(name, { format, calls: calls.get(import_id ?? 0) ?? [] });
  }
  rmSync(world.cwd, { recursive: true });
  return known;
}
