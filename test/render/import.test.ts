import { expect, test } from 'vitest';
import { type ImportedFile, NOTHING } from '../../src/import/load/answer.js';
import { importAsText } from '../../src/render/answers/import.js';

const file = (number: number, more: Partial<ImportedFile> = {}): ImportedFile => ({
  ...NOTHING,
  source: `${number}.jsonl`,
  status: 'imported',
  format: 'openai-chat',
  import_id: number,
  lines: 2,
  imported: 2,
  ...more,
});

test('of thousands of files the first are listed, and the bad one wherever it is', () => {
  const files = Array.from({ length: 1300 }, (_, number) =>
    number === 900
      ? file(number, { imported: 1, rejected: 1 })
      : number < 1000
        ? file(number)
        : file(number, { status: 'unchanged', lines: 0, imported: 0 }),
  );
  const lines = importAsText({ files, warnings: [], dryRun: false }).trimEnd().split('\n');
  expect(lines.filter((line) => line.startsWith('19.jsonl: '))).toHaveLength(1);
  expect(lines.filter((line) => line.startsWith('20.jsonl: '))).toHaveLength(0);
  expect(lines).toContain('900.jsonl: openai-chat, 2 lines = 1 imported + 1 rejected');
  // 999 good files, 20 of them listed: 979 with two lines each. 300 unchanged ones, 20 listed.
  expect(lines.slice(-3)).toEqual([
    '… and 280 more files imported before and unchanged',
    '… and 979 more files without anything to note: 1,958 lines = 1,958 imported',
    '1,300 files: 2,000 lines = 1,999 imported + 1 rejected',
  ]);
});
