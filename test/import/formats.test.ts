import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import { FORMATS } from '../../src/import/formats/index.js';
import type { ImportedFile } from '../../src/import/load/answer.js';
import { identifier, join as joined, literal, type Sql, sql } from '../../src/sql.js';
import { withStore } from '../../src/store/store.js';
import { fakeIo } from '../fake_io.js';
import { newWorld } from './world.js';

/*
 * Imports every file of fixtures/<format>/ as a user would, and compares the summary and every stored call with the
 * file beside it: expected.json for sample.*, NAME.expected.json for any other NAME.*. Expectations are worked out by
 * hand. Their `calls` are ordered by time (unknown last), request_id, model and uncached input, and hold what is not
 * null; `units` is the whole map of rare quantities, audio and images included. Files of billed amounts have a `ledger`, those of earned ones `revenue`.
 */
const FIXTURES = fileURLToPath(new URL('../../fixtures', import.meta.url));
const SUFFIX = { ndjson: '.jsonl', csv: '.csv', parquet: '.parquet', json: '.json' };
/** Written into the prompts and answers of the samples; it must not be found in the database. */
const CONTENT = 'never-kept';

interface Expected {
  summary: Record<'lines' | 'imported' | 'duplicates' | 'updated' | 'skipped' | 'rejected', number>;
  skip_reasons: Record<string, number>;
  rejects: { line: number; field: string; reason: string }[];
  calls?: Record<string, unknown>[];
  /** Of what was billed, in the order of the file; amounts without zeros at their end. */
  ledger?: Record<string, unknown>[];
  /** Of what was earned, the same. */
  revenue?: Record<string, unknown>[];
}

interface Fixture {
  format: string;
  file: string;
  expected: string;
}

const fixtures = FORMATS.flatMap(({ name, reads }): Fixture[] => {
  const folder = join(FIXTURES, name);
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => isSample(file, reads)) : [];
  return files.map((file) => {
    const stem = basename(file, SUFFIX[reads]);
    const expected = stem === 'sample' ? 'expected.json' : `${stem}.expected.json`;
    return { format: name, file: join(folder, file), expected: join(folder, expected) };
  });
});

function isSample(file: string, reads: keyof typeof SUFFIX): boolean {
  return file.endsWith(SUFFIX[reads]) && !file.endsWith('expected.json');
}

const folder = mkdtempSync(join(tmpdir(), 'llmcost-formats-'));

/** A database of its own that has the bundled prices and nothing else. */
async function freshDatabase(): Promise<string> {
  return (await newWorld()).db;
}

async function importedAll(db: string, paths: readonly string[]): Promise<ImportedFile[]> {
  const io = fakeIo({ cwd: folder });
  await main(['import', ...paths, '--db', db, '--max-rejects', '100%', '--summary', 'json'], io);
  expect({ code: io.exitCode(), err: io.err() }).toEqual({ code: 0, err: '' });
  const { files } = JSON.parse(io.out()) as { files: ImportedFile[] };
  return files;
}

async function imported(db: string, path: string): Promise<ImportedFile> {
  const [only, ...others] = await importedAll(db, [path]);
  if (only === undefined || others.length > 0) throw new Error(`not one file: ${path}`);
  return only;
}

const STORED_CALLS = sql`
  with stored as (
    select
      fact.* exclude (
        import_id, event_key, profile_id, occurred_at, units, billed_cost, rate_card_id, cost_usd, cost_status, unsettled
      ),
      profile.* exclude (profile_id, bucket_seconds, source_provider),
      cast(fact.units as map(varchar, double)) as units,
      rtrim(rtrim(cast(fact.billed_cost as varchar), '0'), '.') as billed_cost,
      fact.occurred_at,
      fact.occurred_at + to_seconds(profile.bucket_seconds) as bucket_end
    from usage_fact as fact
    join usage_profile as profile on profile.profile_id = fact.profile_id
  )
  select to_json(call) as call
  from (
    select * replace (
      rtrim(rtrim(strftime(occurred_at, '%Y-%m-%dT%H:%M:%S.%f'), '0'), '.') || 'Z' as occurred_at,
      rtrim(rtrim(strftime(bucket_end, '%Y-%m-%dT%H:%M:%S.%f'), '0'), '.') || 'Z' as bucket_end
    )
    from stored
    order by stored.occurred_at nulls last, request_id nulls last, model nulls last, uncached_input_tokens nulls last, cast(tags as varchar)
  ) as call`;

const STORED_LEDGER = sql`
  select to_json(entry) as call
  from (
    select * exclude (import_id, entry_key) replace (
      strftime(charged_from, '%Y-%m-%dT%H:%M:%SZ') as charged_from,
      strftime(charged_to, '%Y-%m-%dT%H:%M:%SZ') as charged_to,
      rtrim(rtrim(cast(amount as varchar), '0'), '.') as amount,
      rtrim(rtrim(cast(credits as varchar), '0'), '.') as credits,
      rtrim(rtrim(cast(quantity as varchar), '0'), '.') as quantity
    )
    from (from ledger_entry order by rowid)
  ) as entry`;

const STORED_REVENUE = sql`
  select to_json(entry) as call
  from (
    select * exclude (import_id, event_key) replace (
      strftime(period_start, '%Y-%m-%dT%H:%M:%SZ') as period_start,
      strftime(period_end, '%Y-%m-%dT%H:%M:%SZ') as period_end,
      strftime(refunded_at, '%Y-%m-%dT%H:%M:%SZ') as refunded_at,
      rtrim(rtrim(cast(amount as varchar), '0'), '.') as amount,
      rtrim(rtrim(cast(paid as varchar), '0'), '.') as paid,
      rtrim(rtrim(cast(refunded as varchar), '0'), '.') as refunded
    )
    from (from revenue_entry order by rowid)
  ) as entry`;

/** Everything that was stored, in one look. */
async function stored(db: string): Promise<Required<Pick<Expected, 'calls' | 'ledger' | 'revenue'>>> {
  return withStore(db, { access: 'read' }, async (store) => {
    const of = async (statement: Sql) => {
      const rows = await store.rows<{ call: string }>(statement);
      return rows.map(({ call }) => withoutNulls(JSON.parse(call) as Record<string, unknown>));
    };
    return { calls: await of(STORED_CALLS), ledger: await of(STORED_LEDGER), revenue: await of(STORED_REVENUE) };
  });
}

function withoutNulls(call: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(call).filter(([, value]) => value !== null));
}

/** Tables in which a text of a call was found; not the price book, tens of thousands of rows which no file of usage writes. */
async function tablesWith(db: string, text: string): Promise<string[]> {
  return withStore(db, { access: 'read' }, async (store) => {
    const tables = await store.rows<{ name: string }>(
      sql`select table_name as name from duckdb_tables() where not starts_with(table_name, 'price_')`,
    );
    const hits = tables.map(
      ({ name }) =>
        sql`select ${literal(name)} as name from ${identifier(name)} as held where contains(cast(to_json(held) as varchar), ${literal(text)})`,
    );
    const found = await store.rows<{ name: string }>(
      sql`select distinct name from (${joined(hits, ' union all ')}) order by name`,
    );
    return found.map(({ name }) => name);
  });
}

describe('every format has a sample', () => {
  test.each(FORMATS.map(({ name, reads }) => [name, reads] as const))('%s', (name, reads) => {
    expect(readdirSync(join(FIXTURES, name))).toEqual(
      expect.arrayContaining([`sample${SUFFIX[reads]}`, 'expected.json']),
    );
  });

  test('and no sample is without a format', () => {
    const folders = readdirSync(FIXTURES).filter((name) => existsSync(join(FIXTURES, name, 'expected.json')));
    expect(folders.sort()).toEqual(FORMATS.map(({ name }) => name).sort());
  });
});

describe.each(fixtures)('$file', ({ format, file, expected: path }) => {
  const expected = { calls: [], ledger: [], revenue: [], ...(JSON.parse(readFileSync(path, 'utf8')) as Expected) };

  test('is recognised, and gives the expected calls', async () => {
    const db = await freshDatabase();
    const found = await imported(db, file);
    expect(found.format).toBe(format);
    const { lines, imported: calls, duplicates, updated, skipped, rejected } = found;
    expect({
      summary: { lines, imported: calls, duplicates, updated, skipped, rejected },
      skip_reasons: found.skip_reasons,
      rejects: found.rejects,
      ...(await stored(db)),
    }).toEqual(expected);
    if (readFileSync(file, 'latin1').includes(CONTENT)) expect(await tablesWith(db, CONTENT)).toEqual([]);
  });
});

test('under another name everything counts once', async () => {
  const db = await freshDatabase();
  const all = (files: readonly string[]) => importedAll(db, files);
  const some = fixtures.filter((_, index) => index % 6 === 0);
  const first = await all(some.map(({ file }) => file));
  const before = await stored(db);
  const copies = some.map(({ file }) => {
    const copy = join(mkdtempSync(join(folder, 'copy-')), basename(file));
    copyFileSync(file, copy);
    return copy;
  });
  const again = await all(copies);
  expect(again.map(({ format }) => format)).toEqual(first.map(({ format }) => format));
  expect(again.filter((file) => file.imported + file.updated > 0)).toEqual([]);
  expect(await stored(db)).toEqual(before);
}, 1_200_000);

describe('no prompt and no answer is kept', () => {
  test('the samples of answers contain some', () => {
    const planted = fixtures.filter(({ file }) => readFileSync(file, 'utf8').includes(CONTENT));
    expect(planted.map(({ format }) => format)).toEqual(expect.arrayContaining(['openai-chat', 'openai-responses']));
  });

  test('and a text that is kept would be found', async () => {
    const db = await freshDatabase();
    await imported(db, join(FIXTURES, 'llmcost-jsonl/sample.jsonl'));
    expect(await tablesWith(db, 'triage')).toEqual(['usage_profile']);
  });
});
