import { copyFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../src/cli.js';
import { TEMPLATE } from '../../src/commands/options.js';
import type { ImportedFile } from '../../src/import/load/answer.js';
import type { Sql } from '../../src/sql.js';
import { type Row, withStore } from '../../src/store/store.js';
import { fakeIo } from '../fake_io.js';

/** A folder of its own, with a database llmcost.duckdb that has the bundled prices and nothing else. */
export interface World {
  cwd: string;
  db: string;
  write: (name: string, content: string | Uint8Array) => void;
  /** Runs a command line in the folder. */
  llmcost: (
    argv: readonly string[],
    stdin?: string | Uint8Array,
  ) => Promise<{ out: string; err: string; code: number }>;
  /** Imports with `--summary json`; fails unless the command succeeds or `code` is the exit code. */
  imported: (argv: readonly string[], code?: number) => Promise<ImportedFile[]>;
  rows: <R extends Row>(statement: Sql) => Promise<R[]>;
}

export async function newWorld(): Promise<World> {
  const cwd = mkdtempSync(join(tmpdir(), 'llmcost-import-'));
  const db = join(cwd, 'llmcost.duckdb');
  copyFileSync(TEMPLATE, db);
  const llmcost: World['llmcost'] = async (argv, stdin) => {
    const io = fakeIo({ cwd, stdin });
    await main([...argv], io);
    return { out: io.out(), err: io.err(), code: io.exitCode() };
  };
  return {
    cwd,
    db,
    llmcost,
    write: (name, content) => writeFileSync(join(cwd, name), content),
    imported: async (argv, code = 0) => {
      const answer = await llmcost(['import', ...argv, '--summary', 'json']);
      if (answer.code !== code) throw new Error(`exit code ${answer.code}: ${answer.err}${answer.out}`);
      return (JSON.parse(answer.out) as { files: ImportedFile[] }).files;
    },
    rows: (statement) => withStore(db, { access: 'read' }, (store) => store.rows(statement)),
  };
}

/** A call as a line of llmcost-jsonl: 100 input and 10 output tokens of gpt-4o at 10:00 on 1 October 2026; $0.00035. */
export function call(id: string | null, more: Record<string, unknown> = {}): string {
  const known = id === null ? {} : { request_id: id };
  const base = { timestamp: '2026-10-01T10:00:00Z', model: 'gpt-4o', input_tokens: 100, output_tokens: 10 };
  return JSON.stringify({ ...known, ...base, ...more });
}

/** An id that is unique by itself. */
export function longId(number: number): string {
  return `req_${String(number).padStart(24, '0')}`;
}
