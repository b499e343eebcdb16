import { join } from 'node:path';
import { generate } from './generate.mjs';
import { built, drop, importFile } from './program.mjs';

/** So many calls a day: a database grows by days. */
export const CALLS_A_DAY = 1_000_000;

/** A database with one day of calls, imported by the program. @param {string} folder */
export async function firstDay(folder) {
  const [path, database] = [join(folder, 'day.csv'), join(folder, 'grown.duckdb')];
  await generate({ kind: 'csv', rows: CALLS_A_DAY, path, start: '2026-09-01', days: 1 });
  drop(database);
  importFile(path, database);
  return database;
}

/**
 * Copies the first day's calls to the days after it, each as an import with ids and keys of its own, until there are so many calls: as
 * imports of so many files would leave them, in a tenth of the time.
 * @param {string} database
 * @param {number} calls
 */
export async function growTo(database, calls) {
  const { withStore } = await built('store/store.js');
  const { integer, sql } = await built('sql.js');
  await withStore(
    database,
    { access: 'write' },
    async (/** @type {import('../../src/store/store.js').Store} */ store) => {
      const { last } = await store.row(sql`select max(import_id) as last from imports`);
      for (let id = Number(last) + 1; id <= calls / CALLS_A_DAY; id++) {
        const [day, number] = [integer(id - 1), integer(id)];
        await store.run(sql`
          begin transaction;
          insert into imports by name
          select * replace (
            ${number} as import_id, 'day-' || ${number} as source, null as source_digest,
            first_at + to_days(${day}) as first_at, last_at + to_days(${day}) as last_at
          )
          from imports
          where import_id = 1;
          insert into usage_fact by name
          select * replace (
            ${number} as import_id, cast(hash(event_key, ${number}) as uhugeint) as event_key,
            left(request_id, 32) || lpad(cast(${number} as varchar), 5, '0') as request_id,
            occurred_at + to_days(${day}) as occurred_at
          )
          from usage_fact
          where import_id = 1;
          commit`);
      }
    },
  );
}
