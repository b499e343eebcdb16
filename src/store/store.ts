import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';
import type { DuckDBConnection, DuckDBInstance, DuckDBValue, Json } from '@duckdb/node-api';
import { StoreMissing, StoreNearlyFull, StoreNewer, StoreUnready } from '../errors.js';
import { type Sql, sql } from '../sql.js';
import { freeBytes } from './disk.js';
import { lockedError, lockHolder, openingError, statementError } from './failures.js';
import { isUnfinished, refuseForeign, removeUnfinished } from './not_our_database.js';
import { rightsOf, withRights } from './rights.js';
import { SCHEMA_STEPS } from './schema.js';
import { copyTemplate } from './template.js';

export type Params = Record<string, DuckDBValue>;
export type Row = Record<string, Json>;

export interface StoreOptions {
  /** `read` opens without write lock and fails if there is no database; `write` creates and upgrades it. */
  access: 'read' | 'write';
  /** With `read`: a database that would have to be brought up to date first is refused (StoreUnready), not written to. */
  unchanged?: boolean;
  /** How long to wait for another process to let go of the file. */
  waitMs?: number;
  /** Called once when waiting begins, with the process that holds the file. */
  onWait?: (holder: string) => void;
  /** A database that has all that a new one needs, to begin one as a copy of it; there may be no such file. */
  template?: string;
  /** The free bytes on the disk of a file; undefined if unknown. */
  freeBytes?: (path: string) => Promise<number | undefined>;
}

/**
 * Free space required for a commit. DuckDB 1.5.6 ends the whole process (std::terminate) if it cannot write the end of a transaction
 * that changed a table with a primary key. A commit writes less than this: bulk rows go to the file before, and 20,000 calls, the
 * most that do not, take 8 MB of the log (docs/decisions/storage.md).
 */
const COMMIT_MEGABYTES = 32;
/** The same for a transaction of a few rows, above all for one that frees space. */
export const SHORT_COMMIT_MEGABYTES = 1;

/** Memory DuckDB may take before it spills to disk; with Node and buffers the process stays below 1.5 GB. */
const MEMORY_LIMIT = '1GB';
/** As long as an import of some size takes on a slow machine; a report meanwhile is worth waiting for. */
const WAIT_MS = 30_000;
const MEMORY = ':memory:';

/** The DuckDB database. Handed out by `withStore` only. */
export class Store {
  private rehearsing = false;

  constructor(
    readonly path: string,
    private readonly connection: DuckDBConnection,
    private readonly left: typeof freeBytes = freeBytes,
    /** Those of the log beside the database, which begins with the first change; undefined where nothing is written. */
    private readonly rights?: number,
  ) {}

  /** Runs one or several statements; resolves to the number of rows changed by the last one. */
  async run(statement: Sql, params?: Params): Promise<number> {
    return this.explained(async () => (await this.connection.run(statement.text, params)).rowsChanged);
  }

  /** The rows of an answer. 64-bit integers and decimals are strings: money never becomes a float. */
  async rows<R extends Row>(statement: Sql, params?: Params): Promise<R[]> {
    return this.explained(async () => {
      const reader = await this.connection.runAndReadAll(statement.text, params);
      return reader.getRowObjectsJson() as R[];
    });
  }

  /** The first row of a result. Throws if there is none: use it only for statements that always return one. */
  async row<R extends Row>(statement: Sql, params?: Params): Promise<R> {
    const [first] = await this.rows<R>(statement, params);
    if (first === undefined) throw new Error(`no row from: ${statement.text}`);
    return first;
  }

  /** Commits when `fn` has resolved and `megabytes` are free; rolls back and rethrows if it throws. */
  async transaction<T>(fn: () => Promise<T>, megabytes = COMMIT_MEGABYTES): Promise<T> {
    // A rehearsal is rolled back as a whole: nothing inside commits.
    if (this.rehearsing) return fn();
    await this.run(sql`begin transaction`);
    try {
      const result = await fn();
      await this.checkRoom(megabytes);
      await this.run(sql`commit`);
      return result;
    } catch (error) {
      await this.rollBack();
      throw error;
    }
  }

  /** Runs `fn` in a transaction that is always rolled back: a dry run does the real work. Transactions inside do not commit. */
  async rehearsal<T>(fn: () => Promise<T>): Promise<T> {
    await this.run(sql`begin transaction`);
    this.rehearsing = true;
    try {
      return await fn();
    } finally {
      this.rehearsing = false;
      await this.rollBack();
    }
  }

  /** Progress of the running statement: percent (below 0 if unknown) and rows, both estimates of DuckDB. */
  get progress(): { percent: number; rows: bigint } {
    const { percentage, rows_processed } = this.connection.progress;
    return { percent: percentage, rows: rows_processed };
  }

  private async checkRoom(megabytes: number): Promise<void> {
    if (this.path === MEMORY) return;
    const left = await this.left(this.path);
    if (left !== undefined && left < megabytes << 20) throw new StoreNearlyFull(this.path, megabytes);
  }

  /** A failed commit has already ended the transaction; there is nothing to roll back then. */
  private async rollBack(): Promise<void> {
    try {
      await this.connection.run('rollback');
    } catch (error) {
      if (!String(error).includes('no transaction is active')) throw error;
    }
  }

  private async explained<T>(fn: () => Promise<T>): Promise<T> {
    try {
      return await withRights(this.rights, fn);
    } catch (error) {
      throw statementError(this.path, error);
    }
  }
}

/** Opens the database, upgrades its schema, passes it to `fn` and closes it, also when `fn` throws. */
export async function withStore<T>(path: string, options: StoreOptions, fn: (store: Store) => Promise<T>): Promise<T> {
  const unfinished = path !== MEMORY && existsSync(path) && (await isUnfinished(path));
  const missing = path !== MEMORY && (unfinished || !existsSync(path));
  if (missing && options.access === 'read') throw new StoreMissing(path);
  if (unfinished) await removeUnfinished(path);
  if (missing && options.template !== undefined) await copyTemplate(options.template, path);
  else if (path !== MEMORY && !missing) await refuseForeign(path);
  const access = path === MEMORY ? 'write' : options.access;
  if (access === 'read') {
    const current = await opened(path, 'read', options, async (store) => {
      if (!(await isReady(store))) return undefined;
      return { result: await fn(store) };
    });
    if (current !== undefined) return current.result;
    if (options.unchanged === true) throw new StoreUnready(path);
  }
  return opened(path, 'write', options, async (store) => {
    await upgrade(store);
    await dropUnfinished(store);
    return fn(store);
  });
}

async function opened<T>(
  path: string,
  access: 'read' | 'write',
  options: StoreOptions,
  fn: (store: Store) => Promise<T>,
): Promise<T> {
  const rights = path === MEMORY || access === 'read' ? undefined : rightsOf(path);
  const instance = await withRights(rights, () => openPatiently(path, access, options));
  const connection = await instance.connect();
  try {
    const store = new Store(path, connection, options.freeBytes, rights);
    await store.run(sql`set timezone = 'UTC'; set enable_progress_bar = true; set enable_progress_bar_print = false`);
    return await fn(store);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/**
 * DuckDB takes time to load: only commands that touch the database pay for it. `import()` would first read all of this
 * CommonJS package for the names that it exports, which takes longer than to load it.
 */
function duckdb(): typeof import('@duckdb/node-api') {
  return createRequire(import.meta.url)('@duckdb/node-api');
}

async function openPatiently(path: string, access: 'read' | 'write', options: StoreOptions): Promise<DuckDBInstance> {
  const { DuckDBInstance } = duckdb();
  const settings = {
    access_mode: access === 'read' ? 'READ_ONLY' : 'READ_WRITE',
    memory_limit: MEMORY_LIMIT,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  };
  const patience = options.waitMs ?? WAIT_MS;
  const started = Date.now();
  for (let attempt = 0; ; attempt++) {
    try {
      return await DuckDBInstance.create(path, settings);
    } catch (error) {
      const holder = lockHolder(error);
      if (holder === undefined) throw openingError(path, error);
      if (attempt === 0) options.onWait?.(holder);
      if (Date.now() - started >= patience) throw lockedError(path, holder, error);
      await pause(Math.min(50 * 2 ** attempt, 500));
    }
  }
}

/** Applies the missing schema steps, each in a transaction that records its number. */
export async function upgrade(store: Store, steps: readonly Sql[] = SCHEMA_STEPS): Promise<void> {
  const present = await schemaStep(store);
  for (const [index, step] of steps.entries()) {
    if (index < present) continue;
    await store.transaction(async () => {
      if (index === 0)
        await store.run(sql`create table schema_step (step integer not null, applied_at timestamp not null)`);
      await store.run(step);
      await store.run(sql`insert into schema_step values ($step, cast(now() as timestamp))`, { step: index + 1 });
    });
  }
}

/** The last applied schema step; 0 in an empty database. */
async function schemaStep(store: Store): Promise<number> {
  try {
    const { step } = await store.row<{ step: number }>(sql`select max(step) as step from schema_step`);
    if (step > SCHEMA_STEPS.length) throw new StoreNewer(store.path, step, SCHEMA_STEPS.length);
    return step;
  } catch (error) {
    if (!String(error).includes('Table with name schema_step does not exist')) throw error;
    if (await isEmpty(store)) return 0;
    throw openingError(store.path, new Error('a DuckDB database of another program'));
  }
}

async function isEmpty(store: Store): Promise<boolean> {
  const tables = await store.rows(
    sql`select table_name from duckdb_tables() where database_name = current_database() and not internal limit 1`,
  );
  return tables.length === 0;
}

/** Whether the database can be read as it is: schema up to date, no interrupted import. */
async function isReady(store: Store): Promise<boolean> {
  return (await schemaStep(store)) === SCHEMA_STEPS.length && !(await isLoading(store));
}

async function isLoading(store: Store): Promise<boolean> {
  const unfinished = await store.rows(sql`select import_id from imports where status = 'loading' limit 1`);
  return unfinished.length > 0;
}

/**
 * Deletes the invisible rows of an import that was interrupted (power, kill -9) between its two phases. Not in one transaction, because
 * a full disk may be the cause; the row of `imports` goes last.
 */
async function dropUnfinished(store: Store): Promise<void> {
  if (!(await isLoading(store))) return;
  for (const table of [sql`usage_fact`, sql`rejects`])
    await store.run(
      sql`delete from ${table} where import_id in (select import_id from imports where status = 'loading')`,
    );
  await store.transaction(() => store.run(sql`delete from imports where status = 'loading'`), SHORT_COMMIT_MEGABYTES);
}
