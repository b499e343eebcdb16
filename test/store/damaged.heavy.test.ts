import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { drawing } from './drawing.js';

/*
 * A store whose bytes were changed on the disk: the program answers, or says that the database is damaged (6). It does not hang, end
 * with a stack trace, or answer with other figures than before. In a process of its own: DuckDB may end the whole process.
 */
const BINARY = fileURLToPath(new URL('../../bin/llmcost.js', import.meta.url));
const DEMO = fileURLToPath(new URL('../../fixtures/demo/calls.jsonl.gz', import.meta.url));
/** LLMCOST_DAMAGED=200 for the long run. */
const STORES = Number(process.env.LLMCOST_DAMAGED ?? 20);

const cwd = mkdtempSync(join(tmpdir(), 'llmcost-damaged-'));
const whole = join(cwd, 'whole.duckdb');
const db = join(cwd, 'llmcost.duckdb');
const REPORT = ['report', '--by', 'customer,model', '--format', 'json', '-q'];
let answer = '';

function llmcost(argv: readonly string[], path: string) {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [BINARY, ...argv, '--db', path], {
    cwd,
    encoding: 'utf8',
    timeout: 120_000,
    maxBuffer: 1 << 28,
  });
  return { status, signal, out: stdout, err: stderr };
}

beforeAll(() => {
  expect(llmcost(['import', DEMO, '-q'], whole)).toMatchObject({ status: 0 });
  answer = llmcost(REPORT, whole).out;
});

/** Changes a database in one of the ways in which disks, copies and other programs do; says which. */
function damage(path: string, draw: () => number): string {
  const { size } = statSync(path);
  const at = Math.floor(draw() * size);
  const kind = Math.floor(draw() * 4);
  if (kind === 0) {
    truncateSync(path, at);
    return `cut off at ${at}`;
  }
  const bytes = readFileSync(path);
  const length = kind === 1 ? 1 : kind === 2 ? 4096 : 262_144;
  for (let place = at; place < Math.min(at + length, size); place++)
    bytes[place] = kind === 3 ? 0 : Math.floor(draw() * 256);
  writeFileSync(path, bytes);
  return `${length} bytes at ${at} ${kind === 3 ? 'zeroed' : 'changed'}`;
}

test(`${STORES} damaged stores`, () => {
  const draw = drawing(20_261_201);
  const ends = new Map<number | null, number>();
  for (let store = 0; store < STORES; store++) {
    copyFileSync(whole, db);
    const how = damage(db, draw);
    const read = llmcost(REPORT, db);
    expect({ how, ...read, out: '' }).toMatchObject({
      how,
      status: expect.toSatisfy((code) => code === 0 || code === 6),
    });
    // What can be read is what was written.
    if (read.status === 0) expect([how, read.out]).toEqual([how, answer]);
    else expect([how, read.out, read.err]).toEqual([how, '', expect.stringMatching(/^llmcost: /)]);
    const written = llmcost(['import', DEMO, '-q'], db);
    expect({ how, ...written }).toMatchObject({ how, status: expect.toSatisfy((code) => code === 0 || code === 6) });
    ends.set(read.status, (ends.get(read.status) ?? 0) + 1);
    for (const file of [db, `${db}.wal`]) rmSync(file, { force: true });
  }
  expect(ends.get(6) ?? 0).toBeGreaterThan(0);
});
