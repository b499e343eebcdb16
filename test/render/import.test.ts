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

test('of thousands of files the bad one is told of, and what all came to', () => {
  const files = Array.from({ length: 1300 }, (_, number) =>
    number === 900
      ? file(number, { imported: 1, rejected: 1 })
      : number < 1000
        ? file(number)
        : file(number, { status: 'unchanged', lines: 0, imported: 0 }),
  );
  const lines = importAsText({ files, warnings: [], dryRun: false }).trimEnd().split('\n');
  expect(lines).toEqual([
    '900.jsonl: openai-chat, 2 lines = 1 imported + 1 rejected',
    '  cost $0.00',
    '  … and 1 more',
    '300 of 1,300 files imported before and unchanged',
    '1,300 files: 2,000 lines = 1,999 imported + 1 rejected',
  ]);
});
