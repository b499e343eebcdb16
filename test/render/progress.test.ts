import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { fetchingText, progressText, showLine, showProgress } from '../../src/render/text/progress.js';
import { fakeIo } from '../fake_io.js';

function terminal(columns: number | undefined) {
  return Object.assign(new PassThrough(), {
    isTTY: true,
    columns,
    cursorTo: () => true,
    clearLine: () => true,
    moveCursor: () => true,
  });
}

async function written(columns: number | undefined): Promise<string> {
  const stderr = terminal(columns);
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

test('what is being fetched, on a terminal that wants to know', async () => {
  const received = new Map([
    ['https://models.dev/api.json', 412_000],
    ['https://openrouter.ai/api/v1/models', 1_300_000],
  ]);
  expect(fetchingText(received)).toBe('fetching prices: 412 kB from models.dev, 1.3 MB from openrouter.ai');
  expect(fetchingText(new Map())).toBe('fetching prices …');
  const shown = async (quiet: boolean) => {
    const stderr = terminal(80);
    const line = await showLine({ ...fakeIo({}), stderr }, { quiet, text: () => fetchingText(received) });
    line.begin();
    line.end();
    return String(stderr.read() ?? '');
  };
  expect(await shown(false)).toContain('fetching prices: 412 kB from models.dev');
  expect(await shown(true)).toBe('');
});

test('bytes, rows and rate', () => {
  expect(progressText({ percent: 25, rows: 640_000n }, 1_600_000_000, 4)).toBe(
    '400 MB of 1.6 GB, 640,000 rows, 100 MB/s, 12 s left',
  );
  // Ten rows of 40 MB each are no estimate to be told.
  expect(progressText({ percent: 25, rows: 10n }, 1_600_000_000, 4)).toBe('400 MB of 1.6 GB, 100 MB/s, 12 s left');
  // A tenth in 40 s: nine times as long is left. A fiftieth in 2 min: 98 of 100 min are left.
  expect(progressText({ percent: 10, rows: 1n }, 1_000, 40)).toMatch(/, 6 min left$/);
  expect(progressText({ percent: 2, rows: 1n }, 1_000, 120)).toMatch(/, 1 h 38 min left$/);
  expect(progressText({ percent: 1, rows: 1n }, 1_000, 1)).not.toContain('left');
  expect(progressText({ percent: 100, rows: 1n }, 2_000, 1)).toBe('2.0 kB read, finishing');
});
