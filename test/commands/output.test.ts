import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeAnswer } from '../../src/commands/output.js';
import { withStore } from '../../src/store/store.js';
import { fakeIo } from '../fake_io.js';

test('-o replaces an earlier answer, but no database, no configuration and nothing that is read', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'llmcost-output-'));
  const io = fakeIo({ cwd });
  await withStore(join(cwd, 'x.duckdb'), { access: 'write' }, async () => {});
  writeFileSync(join(cwd, 'agent.db'), 'SQLite format 3\0 and pages');
  writeFileSync(join(cwd, 'calls.jsonl'), '{}\n');
  writeFileSync(join(cwd, 'old.txt'), 'the answer of yesterday');
  const refusal = (file: string, what: string) => `-o ${file} would replace ${what}.\nName another file with -o FILE.`;
  await expect(writeAnswer('new', 'x.duckdb', io)).rejects.toThrow(refusal('x.duckdb', 'a database'));
  await expect(writeAnswer('new', 'agent.db', io)).rejects.toThrow(refusal('agent.db', 'a database'));
  await expect(writeAnswer('new', 'llmcost.yaml', io)).rejects.toThrow(
    refusal('llmcost.yaml', 'a configuration: no answer is written as YAML'),
  );
  await expect(writeAnswer('new', './calls.jsonl', io, ['calls.jsonl'])).rejects.toThrow(
    refusal('./calls.jsonl', 'a file that is read'),
  );
  await writeAnswer('new', 'old.txt', io);
  await writeAnswer('new', 'fresh.txt', io);
  expect(['old.txt', 'fresh.txt', 'calls.jsonl'].map((name) => readFileSync(join(cwd, name), 'utf8'))).toEqual([
    'new',
    'new',
    '{}\n',
  ]);
});
