import { execFileSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors.js';
import { importFiles } from '../../src/import/load/import.js';
import { sql } from '../../src/sql.js';
import { withStore } from '../../src/store/store.js';
import { call, longId, newWorld, type World } from './world.js';

let world: World;

beforeEach(async () => {
  world = await newWorld();
});

/** Calls number `from` to `to`, one line each. */
function lines(from: number, to: number): string {
  return Array.from({ length: to - from + 1 }, (_, index) => `${call(longId(from + index))}\n`).join('');
}

async function stored(): Promise<number> {
  const [row] = await world.rows<{ calls: string }>(sql`select count(*) as calls from usage_fact`);
  return Number(row?.calls);
}

const DAMAGED = (name: string) => ({
  out: `\
${name}: not imported
  ${name} cannot be unpacked: it is damaged or cut off.
  Fetch it again; nothing of it was kept.
`,
  err: 'llmcost: Nothing was imported.\n',
  code: 3,
});

describe('gzip', () => {
  /** 40,000 calls: more than what is looked at before the file is loaded. */
  const whole = gzipSync(lines(1, 40_000), { level: 1 });

  test('cut off: nothing is kept', async () => {
    for (const bytes of [whole.length - 10, whole.length - 1000, whole.length >> 1]) {
      world.write('cut.jsonl.gz', whole.subarray(0, bytes));
      expect(await world.llmcost(['import', 'cut.jsonl.gz'])).toEqual(DAMAGED('cut.jsonl.gz'));
    }
    expect(await stored()).toBe(0);
    expect(await world.rows(sql`select * from imports`)).toEqual([]);
  });

  test('with other content than its checksum says: numbers in it may be wrong, so nothing is kept', async () => {
    // A file of stored blocks, in which a token count changes and everything else still fits.
    const damaged = gzipSync(lines(1, 40_000), { level: 0 });
    const at = damaged.indexOf('"input_tokens":100', damaged.length >> 1);
    damaged.write('"input_tokens":900', at);
    world.write('damaged.jsonl.gz', damaged);
    expect(await world.llmcost(['import', 'damaged.jsonl.gz'])).toEqual(DAMAGED('damaged.jsonl.gz'));
    expect(await world.llmcost(['import', 'damaged.jsonl.gz', '--dry-run'])).toMatchObject({ code: 3 });
    expect(await stored()).toBe(0);
  });

  test('several packed files in one, as rotating logs are put together', async () => {
    world.write('calls.jsonl.gz', Buffer.concat([gzipSync(lines(1, 30_000)), gzipSync(lines(30_001, 30_005))]));
    expect(await world.imported(['calls.jsonl.gz'])).toMatchObject([{ lines: 30_005, imported: 30_005 }]);
  });

  test('an empty log', async () => {
    world.write('calls.jsonl.gz', gzipSync(''));
    expect(await world.imported(['calls.jsonl.gz'])).toMatchObject([{ status: 'empty' }]);
  });

  test('by the pipe', async () => {
    const answer = await world.llmcost(['import', '-'], gzipSync(lines(1, 3)));
    expect(answer.out).toContain('standard input: llmcost-jsonl, 3 lines = 3 imported\n');
  });

  test('the name promises more than there is', async () => {
    world.write('plain.jsonl.gz', lines(1, 3));
    expect((await world.llmcost(['import', 'plain.jsonl.gz'])).out).toContain(
      'plain.jsonl.gz ends in .gz, but its content is not compressed that way.\n',
    );
  });
});

describe('zstandard', () => {
  /** Frame of one raw block with its content as it is (RFC 8878); without checksum. */
  function frame(text: string): Buffer {
    const content = Buffer.from(text);
    const header = Buffer.alloc(4 + 1 + 1 + 3);
    header.writeUInt32LE(0xfd2fb528, 0);
    // No single segment; a window of 8 MB.
    header.writeUInt8(0x00, 4);
    header.writeUInt8(13 << 3, 5);
    header.writeUIntLE((content.length << 3) | 1, 6, 3);
    return Buffer.concat([header, content]);
  }

  test('several frames in one file', async () => {
    world.write('calls.jsonl.zst', Buffer.concat([frame(lines(1, 300)), frame(lines(301, 305))]));
    expect(await world.imported(['calls.jsonl.zst'])).toMatchObject([{ lines: 305, imported: 305 }]);
  });

  test('cut off: nothing is kept', async () => {
    const frames = Array.from({ length: 20 }, (_, index) => frame(lines(index * 300 + 1, index * 300 + 300)));
    const whole = Buffer.concat(frames);
    world.write('cut.jsonl.zst', whole.subarray(0, whole.length - 1000));
    expect(await world.llmcost(['import', 'cut.jsonl.zst'])).toEqual(DAMAGED('cut.jsonl.zst'));
    expect(await stored()).toBe(0);
  });
});

test('a named pipe is read like standard input', async () => {
  const path = join(world.cwd, 'pipe');
  execFileSync('mkfifo', [path]);
  const writer = createWriteStream(path);
  writer.end(lines(1, 5));
  expect(await world.imported(['pipe'])).toMatchObject([{ source: 'pipe', status: 'imported', imported: 5 }]);
});

test('a file that fails at the very end leaves nothing that calls of the next one could be copies of', async () => {
  world.write('one.jsonl', lines(1, 3));
  world.write('two.jsonl', lines(2, 5));
  const options = {
    mapping: { map: new Map(), set: new Map() },
    dryRun: false,
    now: new Date(),
    stdin: Readable.from([]),
  };
  const file = (name: string) => ({ path: join(world.cwd, name), name });
  await withStore(world.db, { access: 'write' }, async (store) => {
    const tolerance = () => {
      throw new InputError('the file has gone');
    };
    expect(await importFiles(store, [file('one.jsonl')], { ...options, tolerance })).toMatchObject([
      { status: 'failed' },
    ]);
    expect(await importFiles(store, [file('two.jsonl')], { ...options, tolerance: () => 0 })).toMatchObject([
      { imported: 4 },
    ]);
  });
  expect(await world.rows(sql`select count(*) as calls from usage`)).toEqual([{ calls: '4' }]);
  expect(await world.rows(sql`select source, status from imports`)).toEqual([{ source: 'two.jsonl', status: 'done' }]);
});
