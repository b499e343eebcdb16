import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import { displayWidth } from '../../src/render/text/text.js';
import { sql } from '../../src/sql.js';
import { fakeIo } from '../fake_io.js';
import { call, longId, newWorld, type World } from './world.js';

let world: World;

beforeEach(async () => {
  world = await newWorld();
});

/** Calls number 1 to `count`, and as many lines that are no JSON. */
function log(count: number, bad = 0): string {
  const good = Array.from({ length: count }, (_, index) => call(longId(index + 1)));
  return [...good, ...Array.from({ length: bad }, () => 'broken')].map((line) => `${line}\n`).join('');
}

const OWN_CSV = 'timestamp,model,input_tokens,output_tokens\n2026-10-01T10:00:00Z,gpt-4o,100,10\n';

async function storedCalls(): Promise<number> {
  const [row] = await world.rows<{ calls: string }>(sql`select count(*) as calls from usage_fact`);
  return Number(row?.calls);
}

describe('what is to be imported', () => {
  beforeEach(() => {
    for (const folder of ['logs', 'logs/deep', 'logs/deep/er', 'none']) mkdirSync(join(world.cwd, folder));
    world.write('logs/b.jsonl', call(longId(1)));
    world.write('logs/a.NDJSON', call(longId(2)));
    world.write('logs/deep/er/c.log', call(longId(3)));
    world.write('logs/deep/d.csv', OWN_CSV);
    world.write('logs/deep/e.json.gz', gzipSync(call(longId(4))));
    world.write('logs/notes.md', 'no log');
    world.write('logs/llmcost.parquet', 'no log');
  });

  const read = async (...argv: string[]) => (await world.imported(argv)).filter(({ status }) => status !== 'ignored');
  const names = async (...argv: string[]) => (await read(...argv)).map(({ source }) => source);
  const INSIDE = ['logs/a.NDJSON', 'logs/b.jsonl', 'logs/deep/d.csv', 'logs/deep/e.json.gz', 'logs/deep/er/c.log'];

  test('a folder: logs in it and below it, by their suffix', async () => {
    expect(await names('logs')).toEqual(INSIDE);
    expect(await storedCalls()).toBe(5);
  });

  test('a folder with a slash behind it has the same files', async () => {
    await names('logs/');
    expect((await read('logs')).map(({ status }) => status)).toEqual(INSIDE.map(() => 'unchanged'));
  });

  test('globs that the shell did not expand, folders and files: each file once', async () => {
    expect(await names('logs/**/*.{log,csv}', 'logs/*.jsonl', './logs/b.jsonl', 'logs')).toEqual([
      'logs/deep/d.csv',
      'logs/deep/er/c.log',
      'logs/b.jsonl',
      'logs/a.NDJSON',
      'logs/deep/e.json.gz',
    ]);
  });

  test('a file whose name looks like a glob', async () => {
    world.write('day[1]*?.jsonl', call(longId(9)));
    world.write('day1.jsonl', call(longId(10)));
    expect(await names('day[1]*?.jsonl')).toEqual(['day[1]*?.jsonl']);
    expect(await names('day1.jsonl')).toEqual(['day1.jsonl']);
    expect(await storedCalls()).toBe(2);
  });

  test("names with quotes, blanks and other people's letters", async () => {
    for (const name of ["it's.jsonl", 'two words.jsonl', 'Übersicht 日本.jsonl']) {
      world.write(name, call(longId(name.length)));
      expect(await names(name)).toEqual([name]);
    }
  });

  test.each([
    ['none', /^llmcost: The folder none holds no logs\.\nLooked for are files named \*\.jsonl, /],
    ['missing.jsonl', /^llmcost: There is no file missing\.jsonl\.\nCheck the path\.\n$/],
    ['logs/b.jsonl/x', /^llmcost: There is no file logs\/b\.jsonl\/x\.\nCheck the path\.\n$/],
    ['logs/*.zip', /^llmcost: There is no file logs\/\*\.zip\.\nCheck the path\.\n$/],
  ])('%s: nothing to import', async (path, message) => {
    expect(await world.llmcost(['import', path])).toEqual({ out: '', err: expect.stringMatching(message), code: 3 });
  });

  test('one file among others that cannot be used stops none of them', async () => {
    const { out, err, code } = await world.llmcost(['import', 'logs/notes.md', 'logs/b.jsonl']);
    expect([err, code]).toEqual(['llmcost: 1 of 2 files were not imported; the others were.\n', 3]);
    expect(out).toContain('logs/notes.md: not imported\n');
    expect(await storedCalls()).toBe(1);
  });

  test.skipIf(process.getuid?.() === 0)('a file that may not be read', async () => {
    chmodSync(join(world.cwd, 'logs/b.jsonl'), 0);
    expect(await world.llmcost(['import', 'logs/b.jsonl'])).toMatchObject({
      out: expect.stringContaining('logs/b.jsonl may not be read.\n'),
      code: 3,
    });
  });

  test('standard input: JSON lines, then the same again', async () => {
    const text = log(3);
    expect((await world.llmcost(['import', '-'], text)).out).toContain(
      'standard input: llmcost-jsonl, 3 lines = 3 imported',
    );
    expect((await world.llmcost(['import', '-'], text)).out).toBe(
      'standard input: imported before (import 1) and unchanged, nothing to do\n',
    );
    expect((await world.llmcost(['import', '-'], '')).out).toBe('standard input: empty, nothing to import\n');
  });
});

describe('how a file is written', () => {
  const imports = async (content: string | Uint8Array, ...options: string[]) => {
    world.write('calls.jsonl', content);
    return world.llmcost(['import', 'calls.jsonl', ...options]);
  };
  const two = log(2);

  test.each<[string, string | Uint8Array]>([
    ['the last line is not ended', two.trimEnd()],
    ['CR LF', two.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\ufeff${two}`],
    ['blank lines and blanks', `\n  \n\t${two.replace('\n', ' \r\n\n\n')}\n \n`],
    [
      'line separators of Unicode inside of a text',
      two.replaceAll('gpt-4o"', 'gpt-4o","customer":"a\u2028b\u2029c\u0085"'),
    ],
    ['a prompt of 20 MB first', two.replace('{', `{"prompt":"${'x'.repeat(20_000_000)}",`)],
    ['nested deeply beside the fields', two.replaceAll('{', `{"messages":${'['.repeat(500)}${']'.repeat(500)},`)],
    ['a key twice, unused', two.replaceAll('{', '{"a":1,"a":{"b":2},')],
  ])('%s', async (_, content) => {
    const { out, err, code } = await imports(content);
    expect([err, code]).toEqual(['', 0]);
    expect(out).toContain('calls.jsonl: llmcost-jsonl, 2 lines = 2 imported\n');
    expect(out).toContain(', cost $0.0007000\n');
  });

  test.each<[string, string]>([
    ['nothing in it', ''],
    ['blank lines only', '\n \r\n\t\n'],
    ['a byte order mark only', '\ufeff'],
  ])('%s: nothing to import, and no error', async (_, content) => {
    expect(await imports(content)).toEqual({ out: 'calls.jsonl: empty, nothing to import\n', err: '', code: 0 });
  });

  const UTF16 = Buffer.from(two, 'utf16le');
  const marked = Buffer.concat([Buffer.from([0xff, 0xfe]), UTF16]);
  test.each<[string, Uint8Array]>([
    ['with its mark', marked],
    ['without a mark', UTF16],
    ['big end first', Buffer.from(marked).swap16()],
    ['big end first, without a mark', Buffer.from(UTF16).swap16()],
  ])('UTF-16 text %s', async (_, content) => {
    expect((await imports(content)).out).toContain('calls.jsonl: llmcost-jsonl, 2 lines = 2 imported\n');
    expect((await world.llmcost(['import', 'calls.jsonl'])).out).toContain('imported before (import 1)');
  });

  test.each<[string, string | Uint8Array, string]>([
    [
      'binary',
      Buffer.from('PK\u0003\u0004\0\0\0\b'.repeat(100)),
      'is a binary file, neither JSON lines nor CSV nor Parquet.\n',
    ],
    [
      'an array that is cut off',
      `[${two.trim().replace('\n', ',')}`,
      'ends in the middle of record 3, or a bracket or quotation mark is missing before; nothing of it was kept.\n',
    ],
    [
      'an object of several lines that nobody knows',
      JSON.stringify({ a: 1 }, null, 2),
      'is in no format llmcost knows. Found in it: a.\n',
    ],
    [
      'JSON of something else',
      '{"level":"info","msg":"hi"}\n',
      'is in no format llmcost knows. Found in it: level, msg.\n',
    ],
    [
      'prose',
      'It was a dark and stormy night, the rain fell in torrents.\n',
      'is in no format llmcost knows. Found in it: It was a dark and stormy night, the rain fell in torrents..\n',
    ],
    [
      'two formats',
      `${two}{"id":"chatcmpl-1","object":"chat.completion","created":1790848800,"model":"gpt-4o","usage":{"prompt_tokens":1,"completion_tokens":1}}\n`,
      'looks like several formats: llmcost-jsonl and openai-chat.\n',
    ],
  ])('%s is refused with the reason', async (_, content, message) => {
    const { out, err, code } = await imports(content);
    expect([err, code]).toEqual(['llmcost: Nothing was imported.\n', 3]);
    expect(out).toContain(`calls.jsonl: not imported\n  calls.jsonl ${message}`);
    expect(await storedCalls()).toBe(0);
  });

  test('what is named of an unknown file is short and plain', async () => {
    const { out } = await imports(`\u001b[31m${'secret '.repeat(1000)}\n`);
    expect(out).toContain(`Found in it: ${'secret '.repeat(6).slice(0, 35)}…`);
    expect(out).not.toContain('\u001b');
  });

  test('two formats: --format chooses, the lines of the other one are bad', async () => {
    const { out } = await imports(`${two}{"usage":{"prompt_tokens":1}}\n`, '--format', 'llmcost-jsonl');
    expect(out).toContain('3 lines = 2 imported + 1 rejected\n');
    expect(out).toContain('  line 3: has none of the fields of llmcost-jsonl\n');
  });

  test('a line that is cut off behind a bracket takes none with it', async () => {
    const [first = '', second = ''] = log(2).split('\n');
    const { out } = await imports(`${first}\n{"choices":[\n${second}\n{"note":1}\n`, '--max-rejects', '3');
    expect(out).toContain('4 lines = 2 imported + 2 rejected\n');
    expect(out).toContain('  line 2: is not valid JSON\n  line 4: has none of the fields of llmcost-jsonl\n');
  });

  test('a log that begins with a greeting', async () => {
    const { out } = await imports(`Listening on port 8080\n${two}`);
    expect(out).toContain('3 lines = 2 imported + 1 rejected\n');
    expect(out).toContain('  line 1: is not valid JSON\n');
  });
});

describe('the rest of the options', () => {
  test('--map of a place where nothing stands: imported, and said', async () => {
    world.write('calls.jsonl', log(2));
    const { out, code } = await world.llmcost([
      ...['import', 'calls.jsonl', '--map', 'customer=metadata.tenant', '--map', 'customer=tags[0]'],
      ...['--map', 'feature=model'],
    ]);
    expect(code).toBe(0);
    expect(out).toContain(
      '  --map customer=metadata.tenant or tags[0]: nothing stands there in the lines looked at; check the path\n',
    );
    expect(out).not.toContain('--map feature');
  });

  test.each([
    [['--map', 'customer=a..b'], /--map: 'a\.\.b' is not a path\.\n/],
    [['--map', 'customer=a[x]'], /--map: 'a\[x\]' is not a path\.\n/],
    [['--map', '=a'], /--map '=a' is not of the form NAME=PATH\.\n/],
    [['--set', 'environment'], /--set 'environment' is not of the form NAME=VALUE\.\n/],
    [['--set', 'client=acme'], /--set 'client=acme': there is no 'client'\.\nPossible are: /],
    [['--set', 'timestamp=2026-13-01'], /--set timestamp=2026-13-01 is not a time\.\n/],
    [['--max-rejects', 'some'], /--max-rejects 'some' is neither a number of lines nor a percentage\.\n/],
    [['--max-rejects', '1.5'], /--max-rejects '1\.5' is neither/],
    [['--max-rejects', '101%'], /--max-rejects '101%' is neither/],
    [['--strict', '--max-rejects', '1'], /--strict cannot be combined with --max-rejects\.\n/],
    [['--format', 'openai'], /--format 'openai': there is no such format\.\nNearest of \d+ are: /],
  ])('%j is wrong usage', async (options, message) => {
    world.write('calls.jsonl', log(2));
    const { out, err, code } = await world.llmcost(['import', 'calls.jsonl', ...options]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(await storedCalls()).toBe(0);
  });

  test.each<[string, string[], number, number, boolean]>([
    ['by default one line may be bad, however few there are', [], 1, 1, true],
    ['two of 199 are more than 1 %', [], 197, 2, false],
    ['two of 200 are 1 %', [], 198, 2, true],
    ['three of 200 are more', [], 197, 3, false],
    ['--strict: none', ['--strict'], 10, 0, true],
    ['--strict: not one', ['--strict'], 999, 1, false],
    ['a number of lines', ['--max-rejects', '3'], 1, 3, true],
    ['one more than that', ['--max-rejects', '3'], 1000, 4, false],
    ['none is a number', ['--max-rejects', '0'], 999, 1, false],
    ['a percentage', ['--max-rejects', '12.5%'], 7, 1, true],
    ['more than a percentage', ['--max-rejects', '12.4%'], 7, 1, false],
    ['a percentage has no minimum', ['--max-rejects', '1%'], 98, 1, false],
    ['everything', ['--max-rejects', '100%'], 1, 9, true],
  ])('%s', async (_, options, good, bad, kept) => {
    world.write('calls.jsonl', log(good, bad));
    const [file] = await world.imported(['calls.jsonl', ...options], kept ? 0 : 3);
    expect(file).toMatchObject({ lines: good + bad, rejected: bad, imported: kept ? good : 0 });
    expect(file?.status).toBe(kept ? 'imported' : 'failed');
    expect(await storedCalls()).toBe(kept ? good : 0);
  });

  test('--dry-run says the same as the import and leaves no file', async () => {
    world.write('calls.jsonl', log(150, 1));
    const folder = readdirSync(world.cwd);
    const rehearsed = await world.llmcost(['import', 'calls.jsonl', '--dry-run', '--db', 'new.duckdb']);
    expect(readdirSync(world.cwd)).toEqual(folder);
    expect(existsSync(join(world.cwd, 'new.duckdb'))).toBe(false);
    const real = await world.llmcost(['import', 'calls.jsonl', '--db', 'new.duckdb']);
    expect(rehearsed).toEqual({ ...real, out: `${real.out}This was a dry run: nothing was changed.\n` });
    expect(real.out).toContain('151 lines = 150 imported + 1 rejected');
    // In a database that has the half of it already.
    world.write('half.jsonl', log(75));
    await world.imported(['half.jsonl']);
    expect((await world.llmcost(['import', 'calls.jsonl', '--dry-run'])).out).toContain(
      '151 lines = 75 imported + 75 duplicates + 1 rejected',
    );
    expect(await storedCalls()).toBe(75);
  });

  test('the summary of several files is the sum of them', async () => {
    world.write('one.jsonl', log(3, 1));
    world.write('two.jsonl', log(5));
    world.write('none.jsonl', '');
    const { out } = await world.llmcost(['import', 'one.jsonl', 'two.jsonl', 'none.jsonl', '--summary', 'json']);
    expect(JSON.parse(out)).toMatchObject({
      schema: 'llmcost.import/1',
      dry_run: false,
      totals: { lines: 9, imported: 5, duplicates: 3, updated: 0, skipped: 0, rejected: 1 },
    });
  });
});

describe('garbage among good lines', () => {
  /** A value of input_tokens, and what becomes of it: a number, or null where the line is rejected. */
  const COUNTS: [string, number | null][] = [
    ['7', 7],
    ['0', 0],
    ['"12"', 12],
    ['1.0', 1],
    ['1e3', 1000],
    ['"1e3"', 1000],
    ['999999999', 999_999_999],
    ['-5', null],
    ['1.5', null],
    ['1e30', null],
    ['123456789012345678901234567890', null],
    ['"NaN"', null],
    ['NaN', null],
    ['"many"', null],
    ['true', null],
    ['[1]', null],
    ['{"a":1}', null],
    ['null', null],
    ['""', null],
  ];

  test('more cached tokens than tokens, beside a good call of the same model: what would cost less than nothing is named', async () => {
    world.write('calls.jsonl', `${call('a')}\n${call('b', { output_tokens: 0, cache_read_tokens: 900 })}\n`);
    const [file] = await world.imported(['calls.jsonl', '--max-rejects', '1']);
    expect(file).toMatchObject({ imported: 1, rejected: 1, cost_usd: '0.000350000000000000' });
    expect(file?.rejects).toEqual([
      { line: 2, field: 'input tokens', reason: 'are fewer than the cached and other tokens among them' },
    ]);
  });

  test('a count is a whole number that is not negative, also in quotation marks', async () => {
    const lines = COUNTS.map(([text], index) =>
      call(longId(index)).replace('"input_tokens":100', `"input_tokens":${text}`),
    );
    world.write('calls.jsonl', `${[call(longId(99)), ...lines].join('\n')}\n`);
    const [file] = await world.imported(['calls.jsonl', '--max-rejects', '12']);
    const bad = COUNTS.flatMap(([, count], index) => (count === null ? [index + 2] : []));
    expect(file).toMatchObject({ lines: 20, rejected: 12, imported: 8 });
    const named = await world.rows<{ line: string }>(sql`select line from rejects order by line`);
    expect(named.map(({ line }) => Number(line))).toEqual(bad);
    const stored = sql`select request_id as id, input_tokens::varchar as tokens from usage order by request_id`;
    const read = COUNTS.flatMap(([, count], index) =>
      count === null ? [] : [{ id: longId(index), tokens: String(count) }],
    );
    expect(await world.rows(stored)).toEqual([...read, { id: longId(99), tokens: '100' }]);
  });

  const GARBAGE: (string | Buffer)[] = [
    '{',
    '}',
    '[1, 2]',
    'null',
    '"text"',
    '12',
    '{}',
    '{"unknown":1}',
    '{"model":"gpt-4o"}',
    'timestamp=2026 level=info',
    '\u0000\u0000\u0000',
    '{"model":"gpt-4o\u0000"}',
    '{'.repeat(3000),
    '[1',
    '<html>',
    '"',
    ',',
    call(longId(1)).slice(0, -20),
    `${call(longId(1))} trailing`,
    call(longId(1)).replaceAll('"', "'"),
    call(longId(1), { timestamp: '01/10/2026' }),
    call(longId(1), { model: '' }),
    call(longId(1), { output_tokens: -1 }),
    Buffer.concat([Buffer.from('{"model":"'), Buffer.from([0xff, 0xc3, 0x28]), Buffer.from('"}')]),
  ];

  /** Draws the same numbers in every run. */
  function drawing(seed: number): (below: number) => number {
    let state = seed;
    return (below) => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor((state / 2 ** 31) * below);
    };
  }

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])('every line is accounted for, file %i', async (seed) => {
    const draw = drawing(seed);
    const lines: (string | Buffer)[] = [call(longId(1))];
    const seen = new Set([1]);
    const rejected: number[] = [];
    const counts = { lines: 1, imported: 1, duplicates: 0, updated: 0, skipped: 0 };
    for (let line = 2; line <= 150 + draw(100); line++) {
      const kind = draw(10);
      if (kind === 0) {
        lines.push(['', '  ', '\t', '\r'][draw(4)] ?? '');
        continue;
      }
      counts.lines++;
      if (kind < 4) {
        lines.push(GARBAGE[draw(GARBAGE.length)] ?? '');
        rejected.push(line);
      } else {
        const number = 1 + draw(120);
        lines.push(call(longId(number)));
        if (seen.has(number)) counts.duplicates++;
        else counts.imported++;
        seen.add(number);
      }
    }
    const ends = lines.map(() => (draw(3) === 0 ? '\r\n' : '\n'));
    world.write(
      'calls.jsonl',
      Buffer.concat(lines.flatMap((line, index) => [Buffer.from(line), Buffer.from(ends[index] ?? '')])),
    );
    const [file] = await world.imported(['calls.jsonl', '--max-rejects', '100%', '--format', 'llmcost-jsonl']);
    expect(file).toMatchObject({ ...counts, rejected: rejected.length });
    const named = await world.rows<{ line: string }>(sql`select line from rejects order by line`);
    expect(named.map(({ line }) => Number(line))).toEqual(rejected);
    // $0.00035 for each.
    const paid = sql`select sum(cost_usd) * 100000 = 35 * count(*) as exact from usage`;
    expect(await world.rows(paid)).toEqual([{ exact: true }]);
  });
});

describe('names that mean harm', () => {
  const NAMES = [
    '=cmd()',
    '<script>alert(1)</script>',
    '\u001b[31mred\u001b]0;title\u0007',
    'a|b*c_d`e',
    '👩‍💻 日本',
    '\u202eevil',
    'x'.repeat(10_000),
  ];

  beforeEach(async () => {
    const lines = NAMES.map((customer, index) => call(longId(index), { customer }));
    world.write('calls.jsonl', `${lines.join('\n')}\n`);
    expect(await world.imported(['calls.jsonl'])).toMatchObject([{ imported: 7 }]);
  });

  const report = async (...options: string[]) => (await world.llmcost(['report', '--by', 'customer', ...options])).out;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  const STEERING = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;

  test('nothing steers the terminal, and its width holds', async () => {
    const io = fakeIo({ cwd: world.cwd, columns: 120, env: { NO_COLOR: '1' } });
    await main(['report', '--by', 'customer'], io);
    expect(io.out()).toContain('👩‍💻 日本');
    expect(io.out()).not.toMatch(STEERING);
    expect(Math.max(...io.out().split('\n').map(displayWidth))).toBeLessThanOrEqual(120);
    expect(await report()).not.toMatch(STEERING);
  });

  test('CSV: no formula, no escape sequence, nothing lost', async () => {
    const out = await report('--format', 'csv');
    expect(out).toContain("\r\ngroup,'=cmd(),");
    expect(out.replaceAll('\r\n', '\n').replaceAll('\u202e', '')).not.toMatch(STEERING);
    expect(out).toContain(`,${'x'.repeat(10_000)},`);
  });

  test('Markdown: no markup', async () => {
    const out = await report('--format', 'markdown');
    expect(out).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(out).toContain('a\\|b\\*c\\_d\\`e');
    expect(out).not.toMatch(STEERING);
  });

  test('JSON: as they are', async () => {
    const { rows } = JSON.parse(await report('--format', 'json')) as { rows: { group: { customer: string } }[] };
    expect(rows.map(({ group }) => group.customer).sort()).toEqual([...NAMES].sort());
  });
});
