import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { progressText, showProgress } from '../../src/render/progress.js';
import { fakeIo } from '../fake_io.js';

async function written(columns: number | undefined): Promise<string> {
  const stderr = Object.assign(new PassThrough(), {
    isTTY: true,
    columns,
    cursorTo: () => true,
    clearLine: () => true,
  });
  const io = { ...fakeIo({}), stderr };
  const progress = await showProgress(io, {
    quiet: false,
    name: 'calls.jsonl',
    done: () => ({ percent: 0, rows: 0n }),
  });
  progress.begin({ size: 1 });
  progress.end();
  return String(stderr.read() ?? '');
}

test('a terminal that does not tell its width gets no progress: its lines could not be counted', async () => {
  expect(await written(0)).toBe('');
  expect(await written(undefined)).toBe('');
});

test('bytes, rows and rate', () => {
  expect(progressText({ percent: 25, rows: 640_000n }, 1_600_000_000, 4)).toBe(
    '400 MB of 1.6 GB, 640,000 rows, 100 MB/s',
  );
  expect(progressText({ percent: 100, rows: 1n }, 2_000, 1)).toBe('2.0 kB read, finishing');
});
