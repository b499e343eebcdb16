import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect } from 'vitest';
import { main } from '../../src/cli.js';
import { mappingOf } from '../../src/import/declare/mapping.js';
import { importFiles } from '../../src/import/load/import.js';
import { mergeSource } from '../../src/rate/book/book.js';
import { rateUnpriced } from '../../src/rate/rerate/rerate.js';
import { stagePrices } from '../../src/rate/sources/recognise.js';
import { type Store, withStore } from '../../src/store/store.js';
import { fakeIo } from '../fake_io.js';
import { call, longId } from '../import/world.js';

/** A folder with a database of its own, whose book holds only what the test gives it. */
export function newLife() {
  const cwd = mkdtempSync(join(tmpdir(), 'llmcost-as-of-'));
  const open = <T>(fn: (store: Store) => Promise<T>) => withStore(join(cwd, 'llmcost.duckdb'), { access: 'write' }, fn);

  const run = async (...argv: string[]) => {
    const io = fakeIo({ cwd, now: new Date().toISOString() });
    await main(argv, io);
    return { out: io.out(), err: io.err(), code: io.exitCode() };
  };

  return {
    /** Reads a LiteLLM list of a day, as `pricing refresh` does; USD per token of OpenAI's models. */
    refresh: (day: string, prices: Record<string, number>) =>
      open(async (store) => {
        const list = Object.entries(prices).map(([name, price]) => [
          name,
          { litellm_provider: 'openai', mode: 'chat', input_cost_per_token: price, output_cost_per_token: price },
        ]);
        const staged = stagePrices(JSON.stringify(Object.fromEntries(list)), 'list.json', day);
        const now = new Date();
        const provenance = { observedAt: day, url: null, licence: 'MIT', sha256: day, now };
        await mergeSource(store, staged, provenance);
        return store.transaction(() => rateUnpriced(store, now));
      }),
    log: (name: string, ...lines: string[]) =>
      open(async (store) => {
        const path = join(cwd, name);
        writeFileSync(path, lines.join('\n'));
        const options = {
          mapping: mappingOf([], []),
          tolerance: () => 0,
          dryRun: false,
          now: new Date(),
          stdin: new PassThrough(),
        };
        const [imported] = await importFiles(store, [{ path, name }], options);
        expect(imported).toMatchObject({ status: 'imported', imported: lines.length });
      }),
    open,
    run,
    report: (...argv: string[]) => run('report', '--format', 'json', ...argv),
  };
}

/** 100 input and 10 output tokens on a day of 2026. */
export function used(model: string, day: string, id: number): string {
  return call(longId(id), { model, provider: 'openai', timestamp: `${day}T10:00:00Z` });
}
