import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { newWorld } from './world.js';

/* Files that would take all memory or all time if they were read as they ask to be: each is refused by name, and the others are read. */

test('nothing but brackets: a bracket is missing', async () => {
  const world = await newWorld();
  world.write('brackets.json', '['.repeat(3_000_000));
  world.write('objects.json', '{"a":'.repeat(500_000));
  const files = await world.imported(['brackets.json', 'objects.json'], 3);
  for (const { problem } of files)
    expect(problem).toMatch(/ends in the middle of record 1, or a bracket or quotation mark is missing/);
});

test('a key of megabytes is no reason to keep it', async () => {
  const world = await newWorld();
  world.write('key.json', gzipSync(`{\n"${'k'.repeat(70_000_000)}": 1}`));
  const [file] = await world.imported(['key.json'], 3);
  expect(file?.problem).toMatch(/^key\.json has a record of more than 64 MB; nothing of it was kept\./);
});

test('a table with more columns than any has', async () => {
  const world = await newWorld();
  const header = Array.from({ length: 5001 }, (_, index) => `c${index}`).join(',');
  world.write('wide.csv', `${header}\n${header}\n`);
  const [file] = await world.imported(['wide.csv'], 3);
  expect(file?.problem).toMatch(/^wide\.csv has 5001 columns; a table of calls has at most 5000\.\n/);
});

test('Zstandard with a window of 2 GB, as zstd --long=31 writes it', async () => {
  const world = await newWorld();
  // Magic, a frame without a size, the window 2^(10 + 21), one last block that is empty: RFC 8878, 3.1.1.
  world.write('long.jsonl.zst', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 0x01, 0x00, 0x00]));
  const [file] = await world.imported(['long.jsonl.zst'], 3);
  expect(file?.problem).toMatch(
    /^long\.jsonl\.zst cannot be unpacked: it was packed with a window of more than 128 MB/,
  );
});
