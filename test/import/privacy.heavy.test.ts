import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FORMATS } from '../../src/import/formats/index.js';
import type { ImportedFile } from '../../src/import/load/answer.js';
import { parseJson } from '../../src/import/read/parse_json.js';
import { identifier, join as joined, literal, sql } from '../../src/sql.js';
import { withStore } from '../../src/store/store.js';
import { call, longId, newWorld, type World } from './world.js';

/*
 * No prompt, answer, tool argument, header or error message may be found after an import: not in a table, not in a
 * byte of the database (rows that were deleted again), not in a temporary file, not in what is printed.
 */
const MARKER = 'qX7-secret-Zk9';
const FIXTURES = fileURLToPath(new URL('../../fixtures', import.meta.url));
const BINARY = fileURLToPath(new URL('../../bin/llmcost.js', import.meta.url));
const TEMPORARY = tmpdir();

let world: World;
let temporary: string;

beforeEach(async () => {
  world = await newWorld();
  temporary = join(world.cwd, 'tmp');
  mkdirSync(temporary);
  process.env.TMPDIR = temporary;
});

afterEach(() => {
  process.env.TMPDIR = TEMPORARY;
});

/** Runs a command, and looks for the marker in everything it left or said. */
async function withoutTrace(argv: readonly string[], stdin?: string | Uint8Array) {
  const answer = await world.llmcost(argv, stdin);
  expect(answer.out + answer.err).not.toContain(MARKER);
  expect(await traces()).toEqual([]);
  return answer;
}

/** Files and tables in which the marker is; not the price book, tens of thousands of rows which no file of usage writes. */
async function traces(): Promise<string[]> {
  const holding = filesWithMarker();
  // Texts may be compressed in the file.
  const tables = await withStore(world.db, { access: 'read' }, async (store) => {
    const found = await store.rows<{ name: string }>(
      sql`select table_name as name from duckdb_tables() where not starts_with(table_name, 'price_')`,
    );
    const hits = found.map(
      ({ name }) =>
        sql`select ${literal(name)} as name from ${identifier(name)} as held where contains(cast(to_json(held) as varchar), ${literal(MARKER)})`,
    );
    return store.rows<{ name: string }>(sql`select distinct name from (${joined(hits, ' union all ')})`);
  });
  return [...holding, ...tables.map(({ name }) => name)];
}

/** Files of the database, and temporary ones, with a byte of it. */
function filesWithMarker(): string[] {
  const files = readdirSync(world.cwd, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.startsWith('llmcost.duckdb') || name.startsWith('tmp/'),
  );
  return files.filter((name) => existsSync(join(world.cwd, name)) && contains(join(world.cwd, name)));
}

function contains(path: string): boolean {
  try {
    return readFileSync(path).includes(MARKER);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EISDIR') return false;
    throw error;
  }
}

/** Keys whose texts are content, wherever they stand. */
const CONTENT =
  /^(content|text|arguments|message|prompt|input|output|output_text|refusal|summary|thinking|partial_json|instructions|system|param|detail|title|signature|data|query|url|statusMessage|error|error_str|request_head|response_head)$/;
/** Objects of which every key is kept. */
const KEPT = /^(tags|metadata|labels|other_units|requestMetadata|request_properties|modelUsage|model_usage)$/;
/** Objects of usage: a number under a name that no rule knows is told with its name, so no name is invented there. */
const USAGE = /usage|token_?details?$/i;

/** Attributes of spans that hold content: a list of keys and values. */
const CONTENT_ATTRIBUTE =
  /^(input\.value|output\.value|gen_ai\.(input|output)\.messages|ai\.prompt|ai\.response\.text)$/;

/** The same line with the marker in every text that is content, and in fields that no format knows. */
function planted(value: unknown, inUsage = false): unknown {
  if (Array.isArray(value)) return value.map((part) => planted(part, inUsage));
  if (typeof value !== 'object' || value === null) return value;
  if ('key' in value && CONTENT_ATTRIBUTE.test(String(value.key))) return { ...value, value: { stringValue: MARKER } };
  const inner = Object.entries(value).map(([key, part]) => {
    if (KEPT.test(key)) return [key, part];
    const below = inUsage || USAGE.test(key);
    if (typeof part === 'string' && part.startsWith('{')) return [key, plantedLine(part, below)];
    return [key, CONTENT.test(key) && typeof part === 'string' ? `${part} ${MARKER}` : planted(part, below)];
  });
  return {
    ...Object.fromEntries(inner),
    x_unknown: MARKER,
    x_headers: { authorization: `Bearer ${MARKER}` },
    ...(inUsage ? {} : { [`x_${MARKER}`]: 1 }),
  };
}

function plantedLine(line: string, inUsage = false): string {
  if (line.trim() === '') return line;
  try {
    return JSON.stringify(planted(parseJson(line), inUsage));
  } catch {
    return `${line} ${MARKER}`;
  }
}

const samples = FORMATS.filter(({ reads }) => reads !== 'csv').flatMap(({ name }) => {
  const folder = join(FIXTURES, name);
  const files = existsSync(folder)
    ? readdirSync(folder).filter((file) => /\.jsonl?$/.test(file) && !file.endsWith('expected.json'))
    : [];
  return files.map((file): [string, string] => [`${name}/${file}`, readFileSync(join(folder, file), 'utf8')]);
});

/** Documents follow each other from one brace at the beginning of a line to the next. */
function plantedText(text: string): string {
  const parts = /^\{\s*$/m.test(text) ? text.split(/^(?=\{)/m) : text.split('\n');
  return parts.map((part) => plantedLine(part)).join('\n');
}

describe('a sample of every format', () => {
  const texts = samples.map(([name, text]): [string, string] => [
    name.replaceAll('/', '-').replace(/\.jsonl?$/, '.jsonl'),
    plantedText(text),
  ]);

  // What is only looked at, refused, or comes by the pipe goes the same way whatever its format: a fifth of them each.
  test('imported, refused, or only looked at', async () => {
    for (const folder of ['good', 'bad/a', 'bad/b', 'bad/c', 'bad/d', 'bad/e'])
      mkdirSync(join(world.cwd, folder), { recursive: true });
    for (const [index, [name, lines]] of texts.entries()) {
      world.write(`good/${name}`, lines);
      world.write(
        `bad/${'abcde'.charAt(index % 5)}/${name}`,
        `${lines}\n{"prompt":"${MARKER}\n${MARKER}\n[["${MARKER}"\n{"model":{"a":"${MARKER}"}}\n`,
      );
    }
    const dry = await withoutTrace(['import', 'bad/a', '--dry-run', '--max-rejects', '100%']);
    expect(dry).toMatchObject({ err: '', code: 0 });
    const refused = await withoutTrace(['import', 'bad/b', '--strict']);
    expect(refused).toMatchObject({ err: 'llmcost: Nothing was imported.\n', code: 3 });
    const imported = await withoutTrace(['import', 'good', '--max-rejects', '100%', '--summary', 'json']);
    expect(imported).toMatchObject({ err: '', code: 0 });
    const { files } = JSON.parse(imported.out) as { files: ImportedFile[] };
    expect(files.length).toBe(texts.length);
    // Two formats may tell of the same calls, the answers of Converse name no model, and sums of sessions repeat their calls.
    const without = files.filter((file) => file.imported + file.duplicates + file.updated === 0);
    expect(without.map(({ source }) => source)).toEqual([
      'good/bedrock-converse-sample.jsonl',
      'good/claude-code-sums-sample.jsonl',
      'good/cline-sums-sample.jsonl',
      'good/qwen-code-sums-sample.jsonl',
    ]);
    const again = await withoutTrace(['import', 'bad/c', '--max-rejects', '100%', '--summary', 'json']);
    const { files: bad } = JSON.parse(again.out) as { files: ImportedFile[] };
    expect(bad.filter((file) => file.status !== 'imported' || file.rejected === 0)).toEqual([]);
    for (const { import_id } of bad) {
      const { out, err, code } = await world.llmcost(['imports', 'rejects', String(import_id), '--format', 'json']);
      expect({ found: out.includes(MARKER), err, code }).toEqual({ found: false, err: '', code: 0 });
    }
  });

  test('by the pipe, packed, with a byte order mark', async () => {
    for (const [name, lines] of texts.filter((_, index) => index % 5 === 3)) {
      const packed = gzipSync(`\ufeff${lines}`);
      const { out, err, code } = await world.llmcost(['import', '-', '--max-rejects', '100%'], packed);
      expect({ name, err, code, said: out.includes(MARKER) }).toEqual({ name, err: '', code: 0, said: false });
      expect(filesWithMarker()).toEqual([]);
      expect(readdirSync(temporary)).toEqual([]);
    }
    expect(await traces()).toEqual([]);
  });
});

test('the marker is found where it is kept', async () => {
  world.write('calls.jsonl', call(longId(1), { customer: MARKER }));
  await world.imported(['calls.jsonl']);
  expect(await traces()).toContain('usage_fact');
});

test('what an application may put into error fields', async () => {
  world.write(
    'calls.jsonl',
    `${call(longId(1), { error_class: MARKER, error: { message: MARKER } })}\n${call(longId(2), { status: MARKER })}\n${call(longId(3), { model: 'gpt-4o', other_units: { [MARKER]: 1 } })}\n`,
  );
  const { out } = await withoutTrace(['import', 'calls.jsonl', '--max-rejects', '100%']);
  expect(out).toContain('3 lines = 1 imported + 2 rejected\n');
});

test('cells of CSV that are not read, and records that cannot be', async () => {
  const header = 'timestamp,model,input_tokens,output_tokens,prompt,answer';
  const good = `2026-10-01,gpt-4o,100,10,"${MARKER}, and\n${MARKER}",${MARKER}`;
  const bad = [
    `2026-10-01,gpt-4o,many,10,${MARKER},`,
    `2026-10-01,gpt-4o,1,10,${MARKER},,${MARKER}`,
    `"${MARKER}"x,"${MARKER}`,
  ];
  world.write('calls.csv', `${header}\n${good}\n${bad.join('\n')}\n`);
  expect(await withoutTrace(['import', 'calls.csv', '--dry-run', '--max-rejects', '100%'])).toMatchObject({ code: 0 });
  expect(await withoutTrace(['import', 'calls.csv'])).toMatchObject({ code: 3 });
  expect((await withoutTrace(['import', 'calls.csv', '--max-rejects', '100%'])).out).toContain(
    '= 1 imported + 3 rejected\n',
  );
});

test('files that nobody knows', async () => {
  const text = `A long line of prose that goes on and on, until the ${MARKER}\n`;
  world.write('prose.txt', text.replaceAll(',', ''));
  world.write('other.jsonl', `{"level":"info","msg":"${MARKER}"}\n`);
  world.write('damaged.jsonl.gz', gzipSync(`${call(longId(1), { prompt: MARKER })}\n`).subarray(0, -9));
  for (const file of ['prose.txt', 'other.jsonl', 'damaged.jsonl.gz'])
    expect(await withoutTrace(['import', file])).toMatchObject({ code: 3 });
});

test('killed in the middle: neither the write-ahead log nor what is in memory held it', async () => {
  const lines = Array.from({ length: 20_000 }, (_, index) =>
    call(longId(index), { prompt: `${MARKER} ${index}`, messages: [{ content: MARKER }] }),
  );
  lines.splice(100, 0, `{"prompt":"${MARKER}`);
  world.write('calls.jsonl', `${lines.join('\n')}\n`);
  // Counted from when the program begins to write: how long it takes until then depends on what else the machine does.
  let killed = 0;
  for (const afterMs of [0, 50, 200]) {
    const child = spawn(process.execPath, [BINARY, 'import', 'calls.jsonl'], { cwd: world.cwd, stdio: 'ignore' });
    const ended = once(child, 'exit');
    const log = join(world.cwd, 'llmcost.duckdb.wal');
    while (child.exitCode === null && !(existsSync(log) && statSync(log).size > 0)) await pause(2);
    await pause(afterMs);
    child.kill('SIGKILL');
    const [, signal] = await ended;
    if (signal === 'SIGKILL') killed++;
    const left = readdirSync(world.cwd).filter((name) => name.startsWith('llmcost.duckdb'));
    expect(left.filter((name) => contains(join(world.cwd, name)))).toEqual([]);
    expect(await traces()).toEqual([]);
  }
  expect(killed).toBeGreaterThan(0);
});
