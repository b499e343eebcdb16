import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { InputError } from '../../errors.js';
import { integer, join, literal, type Sql, sql } from '../../sql.js';
import type { Row, Store } from '../../store/store.js';
import { type AnyFormat, type Format, isLedger } from '../declare/format.js';
import { describesFile, type Mapping } from '../declare/mapping.js';
import { FORMATS } from '../formats/index.js';
import { readableText } from '../identify/database.js';
import { Claims, UnknownFormat } from '../identify/identify.js';
import { type Bench, openSource } from '../identify/open_source.js';
import type { Prepared } from '../identify/read_plan.js';
import { dropRepeats, FRESH } from '../load/deduplicate.js';
import { explainFailure } from '../load/file_answer.js';
import { nextImportId } from '../load/imports_table.js';
import { storeRated } from '../load/insert_usage.js';
import { settleTraits, storedTraits } from '../load/profiles.js';
import type { Named } from '../read/paths.js';
import { headOf, sampleLines } from '../read/sample.js';
import { kindOf, type Source, sourceOf } from '../read/source.js';
import { withScratch } from '../read/temp_file.js';
import { usageOf } from '../rows/statement.js';
import { columnsFound, columnsOf, headerIn, pointersOf } from './columns.js';
import { draftOf, type Proposal, proposalsFor, type Seen } from './draft.js';
import { type Objection, objections, ROWS_READ, type Sampled, sampled } from './rejects.js';
import { type Sought, soughtBy, type Traced } from './trace.js';

export interface ExplainOptions {
  format?: string;
  mapping: Mapping;
  own?: readonly AnyFormat[];
  now: Date;
  stdin: Readable;
}

/** What a file is taken for, why, and what would be stored of it. */
export interface Explained {
  source: string;
  status: 'recognised' | 'unknown' | 'empty' | 'failed';
  format: string | null;
  title: string | null;
  /** Its signature, as it is found in the file; or how it was named. */
  because: string[];
  /** How it is written. */
  written: {
    kind: 'CSV' | 'JSON' | 'Parquet';
    encoding: string;
    compression: string;
    delimiter: string | null;
    decimals: 'point' | 'comma' | null;
    /** The lists that hold the rows of a document. */
    records: string | null;
  } | null;
  /** The formats that come nearest, and what they look for in vain. */
  nearest: { format: string; lacks: string[] }[];
  columns: ({ column: string } & Traced)[];
  unread: string[];
  /** The first rows as they would be stored; money as decimal strings. */
  rows: Row[];
  /** Why lines would be rejected, as far as was looked. */
  rejects: Objection[];
  /** Fields that are likely meant by columns that lines are rejected for lacking. */
  proposals: Proposal[];
  /** For llmcost.yaml, where nobody knows the file. */
  draft: string | null;
  problem: string | null;
}

const NOTHING = {
  format: null,
  title: null,
  because: [],
  written: null,
  nearest: [],
  columns: [],
  unread: [],
  rows: [],
  rejects: [],
  proposals: [],
  draft: null,
  problem: null,
} as const;

const ROWS_SHOWN = 5;
const NEAREST = 3;

/** Looks at a file as an import does, and changes nothing. A problem of the file is an answer. */
export async function explainFile(store: Store, file: Named, options: ExplainOptions): Promise<Explained> {
  try {
    return await withScratch((scratch) => explained({ store, scratch }, file, options));
  } catch (error) {
    if (error instanceof InputError)
      return { ...copied(), source: file.name, status: 'failed', problem: error.message };
    throw error;
  }
}

function copied(): Omit<Explained, 'source' | 'status'> {
  return { ...NOTHING, because: [], nearest: [], columns: [], unread: [], rows: [], rejects: [], proposals: [] };
}

async function explained(bench: Bench, { path, name }: Named, options: ExplainOptions): Promise<Explained> {
  const { store, scratch } = bench;
  const piped = path === '-' ? options.stdin : kindOf(path, name) === 'pipe' ? createReadStream(path) : undefined;
  const source = piped === undefined ? sourceOf(path, name) : await scratch.spool(piped, name);
  const text = await readableText(source, scratch);
  const own = options.own ?? [];
  try {
    const head = await headOf(text);
    const asking = {
      source: text,
      head,
      format: options.format,
      mapping: options.mapping,
      claims: new Claims(store, own),
    };
    const opened = head.trim() === '' ? undefined : await openSource(asking, bench);
    return opened === undefined
      ? { ...copied(), source: name, status: 'empty' }
      : await recognised(store, { ready: opened, plain: opened.plain, source }, options);
  } catch (error) {
    if (!(error instanceof UnknownFormat) || error.seen === undefined) throw explainFailure(error, source);
    const { draft, seen } = draftOf(error.seen.head, name, error.seen.source.longestRecord !== undefined);
    const nearest = await nearestOf(store, { seen, formats: [...FORMATS, ...own] });
    return { ...copied(), source: name, status: 'unknown', draft, nearest, problem: error.message };
  }
}

interface Known {
  ready: Prepared;
  plain: Source;
  source: Source;
}

async function recognised(store: Store, { ready, plain, source }: Known, options: ExplainOptions): Promise<Explained> {
  const { format, lines } = ready;
  const headers = lines.csv?.headers;
  const seen: Seen =
    headers === undefined ? { lines: format.reads === 'parquet' ? [] : await sampleLines(plain) } : { headers };
  const nearest = await nearestOf(store, {
    seen,
    formats: [...FORMATS, ...(options.own ?? [])].filter(({ name }) => name !== format.name),
  });
  const all = columnsOf(format);
  const pointers = pointersOf(format, all);
  const found = 'lines' in seen ? await foundIn(store, seen.lines, [...pointers.values()]) : undefined;
  const isThere = (path: string) => {
    if (headers !== undefined) return headerIn(path, headers);
    const pointer = pointers.get(path);
    return pointer === undefined || found === undefined || found({ path, pointer });
  };
  const sample = await sampled(ready, plain);
  const rejects = await objections(store, format, sample);
  const lacking = rejects.filter(({ reason }) => reason === 'is missing').map(({ field }) => field);
  const named = options.format !== undefined ? '--format' : describesFile(options.mapping) ? '--map' : undefined;
  return {
    ...copied(),
    source: source.name,
    status: 'recognised',
    format: format.name,
    title: format.title,
    because: named === undefined ? soughtBy(format).map(({ path }) => path) : [named],
    written: {
      kind: format.reads === 'csv' ? 'CSV' : format.reads === 'parquet' ? 'Parquet' : 'JSON',
      encoding: source.utf16 ?? (source.bomBytes > 0 ? 'utf-8 with a byte order mark' : 'utf-8'),
      compression: source.compression,
      delimiter: lines.csv?.delimiter ?? null,
      decimals: lines.style === 'json' ? null : lines.style,
      records: format.rows === undefined ? null : format.rows.map(({ list }) => `${list}[*]`).join('.'),
    },
    nearest,
    columns: columnsFound(all, isThere),
    unread: [...ready.unread],
    rows: isLedger(format) ? [] : await firstRows(store, format, { plain, sample, now: options.now }),
    rejects,
    proposals: proposalsFor(lacking, seen),
  };
}

/** The first rows as an import would store them: loaded, rated, looked at, and thrown away. */
async function firstRows(
  store: Store,
  format: Format,
  { plain, sample, now }: { plain: Source; sample: Sampled; now: Date },
): Promise<Row[]> {
  const { params } = sample;
  const usage = usageOf(format, sample.lines);
  return store.rehearsal(async () => {
    await store.run(sql`set preserve_insertion_order = true`);
    const call: Sql = sql`select * from (${usage}) as usage where trouble is null`;
    await settleTraits(
      store,
      sql`select columns('trait_.*') from (${call}) as sampled union all by name ${storedTraits()}`,
      { now, params },
    );
    const id = await nextImportId(store);
    await store.run(sql`
      insert into imports (import_id, source, format, options, status, started_at)
      select ${integer(id)}, ${literal(plain.name)}, ${literal(format.name)}, '{}', 'loading', cast(now() as timestamp)`);
    await store.run(sql`create or replace temp table ${FRESH} as from usage_fact limit 0`);
    await storeRated(store, { call, format, importId: integer(id), into: FRESH }, { now, params });
    await dropRepeats(store, format);
    await store.run(sql`insert into usage_fact from ${FRESH}`);
    await store.run(sql`update imports set status = 'done' where import_id = ${integer(id)}`);
    return store.rows(firstStored(id));
  });
}

function firstStored(id: number): Sql {
  return sql`
    select
      strftime(usage.occurred_at, '%Y-%m-%dT%H:%M:%S.%gZ') as occurred_at,
      usage.request_id,
      usage.requests,
      usage.provider,
      coalesce(usage.model, usage.request_model) as model,
      card.price_provider || '/' || card.price_model as priced_as,
      card.rule as rule,
      cast(usage.input_tokens as varchar) as input_tokens,
      usage.uncached_input_tokens,
      usage.cache_read_tokens,
      usage.cache_write_tokens,
      usage.cache_write_1h_tokens,
      cast(usage.output_tokens as varchar) as output_tokens,
      usage.reasoning_tokens,
      usage.latency_ms,
      usage.status,
      usage.error_class,
      usage.customer,
      usage.feature,
      usage.environment,
      usage.user_id,
      usage.session_id,
      to_json(usage.tags) as tags,
      usage.billed_cost,
      usage.cost_usd,
      usage.cost_status
    from usage
    left join rate_card as card on card.rate_card_id = usage.rate_card_id
    where usage.import_id = ${integer(id)}
    limit ${integer(ROWS_SHOWN)}`;
}

/** The formats with the most of their signature in the file, and what else they look for. */
async function nearestOf(
  store: Store,
  { seen, formats }: { seen: Seen; formats: readonly AnyFormat[] },
): Promise<Explained['nearest']> {
  const csv = 'headers' in seen;
  const fitting = formats.filter(({ reads }) => (csv ? reads === 'csv' : reads === 'ndjson' || reads === 'json'));
  const wanted = fitting.map((format) => ({ format: format.name, sought: soughtBy(format) }));
  const there = csv
    ? ({ path }: Sought) => headerIn(path, seen.headers)
    : await foundIn(store, seen.lines, [
        ...new Set(wanted.flatMap(({ sought }) => sought.map(({ pointer }) => pointer))),
      ]);
  return wanted
    .map(({ format, sought }) => ({ format, lacks: sought.filter((one) => !there(one)), all: sought.length }))
    .filter(({ lacks, all }) => lacks.length > 0 && lacks.length < all)
    .sort((one, other) => one.lacks.length / one.all - other.lacks.length / other.all)
    .slice(0, NEAREST)
    .map(({ format, lacks }) => ({ format, lacks: lacks.map(({ path }) => path) }));
}

async function foundIn(
  store: Store,
  lines: readonly string[],
  pointers: readonly string[],
): Promise<(sought: Sought) => boolean> {
  const tests = pointers.map((pointer, index) => {
    const exists = sql`json_exists(line, ${literal(pointer)})`;
    const one = pointer.includes('*') ? sql`list_contains(${exists}, true)` : exists;
    return sql`coalesce(bool_or(${one}), false) as ${literalName(index)}`;
  });
  if (tests.length === 0 || lines.length === 0) return () => false;
  const found = await store.row<Record<string, boolean>>(
    sql`
    select ${join(tests)}
    from (select try_cast(line as json) as line from unnest(from_json($lines, '["VARCHAR"]')) as given(line)) as sample`,
    { lines: JSON.stringify(lines.slice(0, ROWS_READ)) },
  );
  return ({ pointer }) => found[`p${pointers.indexOf(pointer)}`] === true;
}

function literalName(index: number): Sql {
  return sql`p${integer(index)}`;
}
