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

test('of up to twenty files each is told of on a line, with more only where there is something to note', () => {
  const files = Array.from({ length: 8 }, (_, number) => file(number, number === 5 ? { undated: 1 } : {}));
  const lines = importAsText({ files, warnings: [], dryRun: false }).trimEnd().split('\n');
  expect(lines).toEqual([
    ...[0, 1, 2, 3, 4, 5].map((number) => `${number}.jsonl: openai-chat, 2 lines = 2 imported`),
    '  cost $0.00',
    '  1 call without a time; add one with --set timestamp=… (or --map timestamp=…) before importing',
    '6.jsonl: openai-chat, 2 lines = 2 imported',
    '7.jsonl: openai-chat, 2 lines = 2 imported',
    '8 files: 16 lines = 16 imported',
  ]);
});

test('of many files the databases are named, which hold the calls of many sessions', () => {
  const files = [
    ...Array.from({ length: 30 }, (_, number) => file(number)),
    file(30, { source: 'a/opencode.db', unit: 'record', imported: 1, lines: 1 }),
    file(31, { source: 'b/state.vscdb', unit: 'record', imported: 3, lines: 3 }),
  ];
  const lines = importAsText({ files, warnings: [], dryRun: false }).trimEnd().split('\n');
  expect(lines).toEqual([
    '32 files: 64 lines and records = 64 imported',
    '  databases: a/opencode.db (1 call), b/state.vscdb (3 calls)',
  ]);
});

test('a quiet import of many files with bad lines tells of the first twenty, with their bad lines alone', () => {
  const files = Array.from({ length: 48 }, (_, number) =>
    file(number, { imported: 1, rejected: 1, skip_reasons: { x: 1 } }),
  );
  const lines = importAsText({ files, warnings: [], dryRun: false }, 'problems').trimEnd().split('\n');
  expect(lines).toHaveLength(41);
  expect(lines.slice(0, 3)).toEqual([
    '0.jsonl: openai-chat, 2 lines = 1 imported + 1 rejected',
    '  … and 1 more',
    '1.jsonl: openai-chat, 2 lines = 1 imported + 1 rejected',
  ]);
  expect(lines.at(-1)).toBe(
    '… and 28 more files with lines that could not be read; --summary json tells of each: 56 lines = 28 imported + 28 rejected',
  );
});
