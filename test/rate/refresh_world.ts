import { copyFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../src/cli.js';
import { BUNDLE_DIRECTORY } from '../../src/commands/pricing/book.js';
import { loadBundledBook } from '../../src/rate/bundle/bundle.js';
import { refreshFromFiles } from '../../src/rate/refresh/refresh.js';
import { identifier, type Sql, sql } from '../../src/sql.js';
import { type Store, withStore } from '../../src/store/store.js';
import { fakeIo } from '../fake_io.js';

type Prices = Record<string, number | string>;

/** A list as LiteLLM writes it: chat models of OpenAI, USD per token. */
export function litellm(models: Record<string, Prices>): string {
  const chat = { litellm_provider: 'openai', mode: 'chat' };
  return JSON.stringify(
    Object.fromEntries(Object.entries(models).map(([name, fields]) => [name, { ...chat, ...fields }])),
  );
}

/** The list the book of these tests was made of. */
export const MODELS = {
  'gpt-a': { input_cost_per_token: 2.5e-6, output_cost_per_token: 1e-5 },
  'gpt-b': { input_cost_per_token: 2e-6 },
  'gpt-c': { input_cost_per_token: 3e-6 },
} as const;

/** 1 October 2036: two weeks before the clock of the tests. */
export const BOOK_DAY = '2036-10-01';

export interface Answer {
  code: number;
  out: string;
  err: string;
  waits: number[];
}

export interface World {
  cwd: string;
  /** `llmcost pricing refresh …` */
  refresh: (argv: readonly string[], env?: Record<string, string>, now?: string) => Promise<Answer>;
  /** What the book holds, in one text, whatever the order of rows: equal before and after means that nothing of it changed. */
  bookHash: () => Promise<string>;
  rows: (statement: Sql) => Promise<unknown[]>;
}

let made: Promise<string> | undefined;

/** A folder with a database whose prices of LiteLLM and genai-prices are newer than those of the program. */
export async function world(): Promise<World> {
  made ??= database();
  const cwd = mkdtempSync(join(tmpdir(), 'llmcost-'));
  const path = join(cwd, 'llmcost.duckdb');
  copyFileSync(await made, path);
  const read = <T>(fn: (store: Store) => Promise<T>) => withStore(path, { access: 'read' }, fn);
  return {
    ...emptyWorld(cwd),
    bookHash: () => read(hash),
    rows: (statement) => read((store) => store.rows(statement)),
  };
}

/** A folder without a database. */
export function emptyWorld(cwd = mkdtempSync(join(tmpdir(), 'llmcost-'))): Pick<World, 'cwd' | 'refresh'> {
  return {
    cwd,
    refresh: async (argv, env = {}, now = '2036-10-15T12:00:00Z') => {
      const io = fakeIo({ cwd, env, now });
      await main(['pricing', 'refresh', ...argv], io);
      return { code: io.exitCode(), out: io.out(), err: io.err(), waits: io.waits };
    },
  };
}

async function database(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'llmcost-'));
  const path = join(folder, 'llmcost.duckdb');
  const genai = [
    { id: 'openai', api_pattern: 'x', models: [{ id: 'o3', match: { equals: 'o3' }, prices: { input_mtok: 2 } }] },
  ];
  const texts = { 'litellm.json': litellm(MODELS), 'genai.json': JSON.stringify(genai) };
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text);
  const files = Object.keys(texts).map((name) => ({ path: join(folder, name), dataDate: BOOK_DAY }));
  await withStore(path, { access: 'write' }, async (store) => {
    await refreshFromFiles(store, files);
    // Sources the program brings besides those two come in here, not in the middle of a test.
    await loadBundledBook(store, BUNDLE_DIRECTORY);
  });
  return path;
}

async function hash(store: Store): Promise<string> {
  const hashes: string[] = [];
  for (const name of ['price_rate', 'price_multiplier', 'price_model', 'price_book']) {
    const { digest } = await store.row<{ digest: string }>(sql`
      select concat(count(*), ' ', sum(hash(cast(held as varchar)))) as digest
      from ${identifier(name)} as held`);
    hashes.push(digest);
  }
  return hashes.join(' ');
}
