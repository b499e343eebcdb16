import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import { newWorld, type World } from './world.js';

const HEADER = 'timestamp,model,input_tokens,output_tokens';
const CALL = '2026-10-01T10:00:00Z,gpt-4o,100,10';

let world: World;

beforeEach(async () => {
  world = await newWorld();
});

async function importing(content: string | Uint8Array, ...options: string[]) {
  world.write('calls.csv', content);
  return world.llmcost(['import', 'calls.csv', ...options]);
}

/** What was stored, in the order of the input tokens. */
async function calls() {
  return world.rows<Record<string, string | null>>(sql`
    select
      strftime(occurred_at, '%Y-%m-%d %H:%M:%S') as "at", model, input_tokens as "in", output_tokens as "out",
      customer, billed_cost as billed
    from usage
    order by input_tokens, occurred_at, customer`);
}

/** Two calls of 100 + 10 and 200 + 20 tokens of gpt-4o: 300 × $2.50 and 30 × $10 per million. */
const TWO_CALLS = {
  out: `\
calls.csv: llmcost-csv, 2 lines = 2 imported
  from 2026-10-01 10:00 to 2026-10-01 10:00 UTC, cost $0.001050
`,
  err: '',
  code: 0,
};
const SECOND = '2026-10-01T10:00:01Z,gpt-4o,200,20';

describe('a file may be written in many ways', () => {
  test.each([
    ['lines end in LF', `${HEADER}\n${CALL}\n${SECOND}\n`],
    ['the last line is not ended', `${HEADER}\n${CALL}\n${SECOND}`],
    ['lines end in CR LF', `${HEADER}\r\n${CALL}\r\n${SECOND}\r\n`],
    ['some lines end in LF, some in CR LF', `${HEADER}\n${CALL}\r\n${SECOND}\n`],
    ['some lines end in CR LF, some in LF', `${HEADER}\r\n${CALL}\n${SECOND}\r\n`],
    ['a byte order mark', `\ufeff${HEADER}\n${CALL}\n${SECOND}\n`],
    ['blank lines', `${HEADER}\n\n${CALL}\n   \n\n${SECOND}\n\n\n`],
    ['blank lines above the header', `\n\n${HEADER}\n${CALL}\n${SECOND}\n`],
    ['blank lines of CR LF', `\r\n${HEADER}\r\n\r\n${CALL}\r\n\r\n${SECOND}\r\n`],
    ['every field quoted', `${HEADER}\n${CALL}\n${SECOND}\n`.replaceAll(/[^,\n]+/g, '"$&"')],
    ['tabs', `${HEADER}\n${CALL}\n${SECOND}\n`.replaceAll(',', '\t')],
    ['semicolons', `${HEADER}\n${CALL}\n${SECOND}\n`.replaceAll(',', ';')],
    ['bars', `${HEADER}\n${CALL}\n${SECOND}\n`.replaceAll(',', '|')],
    ['blanks around names and values', `${HEADER}\n${CALL}\n${SECOND}\n`.replaceAll(',', ' , ')],
    [
      'another order of columns',
      `output_tokens,input_tokens,model,timestamp\n10,100,gpt-4o,2026-10-01 10:00\n20,200,gpt-4o,2026-10-01 10:00:01+00\n`,
    ],
    ['headers in capitals', `${HEADER.toUpperCase()}\n${CALL}\n${SECOND}\n`],
    ['headers of every case, with blanks', `Timestamp , MODEL,Input_Tokens, Output_tokens\n${CALL}\n${SECOND}\n`],
    [
      'UTF-16 with semicolons, as spreadsheets write it',
      Buffer.from(`\ufeff${HEADER}\r\n${CALL}\r\n${SECOND}\r\n`.replaceAll(',', ';'), 'utf16le'),
    ],
    ['counts with a fraction of nothing', `${HEADER}\n${CALL}.0\n2026-10-01T10:00:01Z,gpt-4o,200.0,2.0e1\n`],
  ])('%s', async (_, content) => {
    expect(await importing(content)).toEqual(TWO_CALLS);
    expect((await calls()).map((row) => [row.at, row.in, row.out])).toEqual([
      ['2026-10-01 10:00:00', '100', '10'],
      ['2026-10-01 10:00:01', '200', '20'],
    ]);
  });

  test('packed with gzip, whatever its name', async () => {
    expect(await importing(gzipSync(`\ufeff${HEADER}\r\n${CALL}\r\n${SECOND}\r\n`))).toEqual(TWO_CALLS);
  });

  test('packed with zstd', async () => {
    // printf '…' | zstd --ultra -19
    expect(await importing(Buffer.from(ZSTD, 'base64'))).toEqual(TWO_CALLS);
  });

  test('by the pipe', async () => {
    expect(await world.llmcost(['import', '-'], `${HEADER}\n${CALL}\n${SECOND}\n`)).toEqual({
      ...TWO_CALLS,
      out: TWO_CALLS.out.replace('calls.csv', 'standard input'),
    });
  });

  test('only a header: nothing to import, and no error', async () => {
    const nothing = { out: 'calls.csv: llmcost-csv, 0 lines = 0 imported\n', err: '', code: 0 };
    expect(await importing(`${HEADER}\n`)).toEqual(nothing);
    expect(await importing(HEADER)).toEqual(nothing);
  });

  test('only blank lines', async () => {
    expect(await importing('\n  \r\n\n')).toEqual({ out: 'calls.csv: empty, nothing to import\n', err: '', code: 0 });
  });
});

const ZSTD =
  'KLUv/QRoTQIAcoQOEZDPAULcNHqG6L73jHRh5vC44GJ/wef9eeUIPdmel7Phh3Mg4gJ0lUvjcrJR1xnbvqUk3AlT0wVbBwQAoBCMykoXAGKbZHaRi5A=';

describe('what stands in a field', () => {
  test('quoted separators, quotation marks and line breaks', async () => {
    const customers = ['a,b', 'say "hi"', 'two\nlines', 'two\r\nlines', '"', 'ends in "'];
    const records = customers.map((name, i) => `${CALL.replace('100', `${i + 1}`)},"${name.replaceAll('"', '""')}"\n`);
    await importing(`${HEADER},customer\n${records.join('')}`);
    expect((await calls()).map((row) => row.customer)).toEqual(customers);
  });

  test('a quotation mark inside of an unquoted field is a letter', async () => {
    await importing(`${HEADER},customer\n${CALL},5" screens\n${SECOND},x\n`);
    expect((await calls()).map((row) => row.customer)).toEqual(['5" screens', 'x']);
  });

  test('a field of 10 MB, with line breaks, beside the calls', async () => {
    const prompt = `"${'all about ""quotes"", and\n'.repeat(400_000)}"`;
    const found = await importing(`${HEADER},prompt\n${CALL},${prompt}\n${SECOND},${prompt}\n`);
    expect(found.out).toBe(`${TWO_CALLS.out}  columns not read: prompt; --map NAME=COLUMN reads them\n`);
  });

  test('a field of more than 32 MB rejects its line; the others are imported', async () => {
    const record = `${CALL},${'x'.repeat(34_000_000)}\n`;
    expect(await importing(`${HEADER},prompt\n${CALL},\n${record}${SECOND},\n`)).toEqual({
      out: `\
calls.csv: llmcost-csv, 3 lines = 2 imported + 1 rejected
  from 2026-10-01 10:00 to 2026-10-01 10:00 UTC, cost $0.001050
  columns not read: prompt; --map NAME=COLUMN reads them
  line 3: is longer than 32 MB
`,
      err: '',
      code: 0,
    });
  });

  test('what programs write where they have no value', async () => {
    const nothing = ['', '""', 'NULL', 'null', 'None', 'NaN', 'N/A', '--', '\\N', '  '];
    const records = nothing.map((text, i) => `2026-10-01,gpt-4o,${i + 1},10,${text},${text},${text}\n`);
    await importing(`${HEADER},customer,cache_read_tokens,billed_cost\n${records.join('')}`);
    const stored = sql`
      select count(*) as calls, count(customer) + count(cache_read_tokens) + count(billed_cost) as "values"
      from usage_fact`;
    expect(await world.rows(stored)).toEqual([{ calls: '10', values: '0' }]);
  });

  test('thousands: in lines with commas they are quoted', async () => {
    await importing(`${HEADER},billed_cost\n2026-10-01,gpt-4o,"1,234","1,000","$1,234.50"\n`);
    expect(await calls()).toMatchObject([{ in: '1234', out: '1000', billed: '1234.500000000000000000' }]);
  });

  test('a number nobody can be sure of is not guessed', async () => {
    const { out } = await importing(
      `${HEADER},latency_ms\n2026-10-01,gpt-4o,12.000,1,0.5\n2026-10-01,gpt-4o,1.5,1,0.5\n2026-10-01,gpt-4o,12,1,0.5\n`,
      '--max-rejects',
      '2',
    );
    expect(out.split('\n').slice(0, 4)).toEqual([
      'calls.csv: llmcost-csv, 3 lines = 1 imported + 2 rejected',
      '  from 2026-10-01 00:00 to 2026-10-01 00:00 UTC, cost $0.00004000',
      '  line 2: input_tokens is not a whole number',
      '  line 3: input_tokens is not a whole number',
    ]);
  });
});

describe('a spreadsheet from Germany', () => {
  const GERMAN = `\ufeffDatum;Kunde;Modell;Token rein;Token raus;Kosten\r
01.10.2026;Müller GmbH;gpt-4o;1.234;567;0,0123\r
02.10.2026 14:30;"ACME; Inc";gpt-4o;12.000;1.000;1.234,50\r
`;
  const MAP = [
    ...['timestamp=Datum', 'customer=Kunde', 'model=Modell', 'input_tokens=Token rein', 'output_tokens=Token raus'],
    'billed_cost=Kosten',
  ].flatMap((text) => ['--map', text]);
  const READ = [
    {
      ...{ at: '2026-10-01 00:00:00', model: 'gpt-4o', in: '1234', out: '567' },
      ...{ customer: 'Müller GmbH', billed: '0.012300000000000000' },
    },
    {
      ...{ at: '2026-10-02 14:30:00', model: 'gpt-4o', in: '12000', out: '1000' },
      ...{ customer: 'ACME; Inc', billed: '1234.500000000000000000' },
    },
  ];

  test('semicolons, decimal commas, thousands with points, days first', async () => {
    // 13,234 × $2.50 and 1,567 × $10 per million: $0.048755.
    expect(await importing(GERMAN, ...MAP)).toEqual({
      out: `\
calls.csv: mapped-csv, 2 lines = 2 imported
  from 2026-10-01 00:00 to 2026-10-02 14:30 UTC, cost $0.05
billed by the source: 2 calls, 0 agree within 0.1 %, 2 differ by -$1,234.46: llmcost report --where agreement=differs
`,
      err: '',
      code: 0,
    });
    expect(await calls()).toEqual(READ);
  });

  test('the same saved with tabs', async () => {
    await importing(
      GERMAN.replace('ACME; Inc', 'ACME: Inc').replaceAll(';', '\t').replace('ACME: Inc', 'ACME; Inc'),
      ...MAP,
    );
    expect(await calls()).toEqual(READ);
  });

  test('points alone are thousands, there is no decimal to tell', async () => {
    await importing('model;timestamp;input_tokens;output_tokens\ngpt-4o;2026-10-01;12.345;1.000\n');
    expect(await calls()).toMatchObject([{ in: '12345', out: '1000' }]);
  });

  test('semicolons with decimal points are read as such, and what contradicts is not guessed', async () => {
    const { out } = await importing(
      'model;timestamp;input_tokens;output_tokens;billed_cost\ngpt-4o;2026-10-01;12;1;0.25\ngpt-4o;2026-10-01;1.000;1;0.25\n',
    );
    expect(out).toContain('2 lines = 1 imported + 1 rejected');
    expect(out).toContain('line 3: input_tokens is not a whole number');
    expect(await calls()).toMatchObject([{ in: '12', billed: '0.250000000000000000' }]);
  });
});

describe('lines that cannot be read', () => {
  const BAD = [
    `${HEADER},customer`, // 1
    `${CALL},"two`, // 2
    'lines"', // 3
    '', // 4
    CALL, // 5: one field short
    `${CALL},a,b`, // 6: one too many
    '2026-10-01,gpt-4o,many,10,a', // 7
    '2026-10-01,gpt-4o,-1,10,a', // 8
    'yesterday,gpt-4o,1,10,a', // 9
    '2026-10-01,,1,10,a', // 10
    '2026-10-01,gpt-4o,1,,a', // 11
    `${CALL},"un"quoted`, // 12
    `   `, // 13
    ',,,,', // 14
    `${SECOND},b`, // 15
  ];
  const REJECTS = [
    [5, '', 'has fewer fields than the header'],
    [6, '', 'has more fields than the header'],
    [7, 'input_tokens', 'is not a whole number'],
    [8, 'input_tokens', 'is negative'],
    [9, 'timestamp', 'is not a time between 2000 and 2099'],
    [10, 'model', 'is missing'],
    [11, 'output_tokens', 'is missing'],
    [12, '', 'has a quotation mark in the wrong place, or one that is not closed'],
  ].map(([line, field, reason]) => ({ line, field, reason }));

  test.each([
    ['LF', BAD.join('\n')],
    ['CR LF', BAD.join('\r\n')],
    ['gzip', gzipSync(BAD.join('\n'))],
    ['a byte order mark', `\ufeff${BAD.join('\n')}`],
    ['CR LF but for one line', BAD.join('\r\n').replace('\r\n', '\n')],
  ])('are named with line, column and reason (%s)', async (_, content) => {
    world.write('calls.csv', content);
    const [file] = await world.imported(['calls.csv', '--max-rejects', '100']);
    // 13 is blank, and no line; 14 has nothing in it.
    expect(file).toMatchObject({
      ...{ lines: 11, imported: 2, duplicates: 0, updated: 0, skipped: 1, rejected: 8 },
      skip_reasons: { 'rows with nothing in the columns that are read': 1 },
      rejects: REJECTS,
    });
    expect(
      await world.rows(sql`select cast(line as integer) as line, field, reason from rejects order by line`),
    ).toEqual(REJECTS);
    expect((await calls()).map((row) => row.customer?.replace('\r', ''))).toEqual(['two\nlines', 'b']);
  });

  test('blank lines above the header count as lines', async () => {
    world.write('calls.csv', `\n\n${BAD.join('\n')}`);
    const [file] = await world.imported(['calls.csv', '--max-rejects', '100']);
    expect(file?.rejects).toEqual(REJECTS.map((reject) => ({ ...reject, line: Number(reject.line) + 2 })));
  });

  test('a line that is not UTF-8', async () => {
    world.write(
      'calls.csv',
      Buffer.concat([
        Buffer.from(`${HEADER},customer\n${CALL},M`),
        Buffer.from([0xfc]),
        Buffer.from(`ller\n${SECOND},b\n`),
      ]),
    );
    const [file] = await world.imported(['calls.csv']);
    expect(file).toMatchObject({
      lines: 2,
      imported: 1,
      rejects: [{ line: 2, field: '', reason: 'is not valid UTF-8' }],
    });
  });

  test('too many: nothing is kept', async () => {
    expect(await importing(`${HEADER}\n${CALL}\n${CALL},1\n${CALL},2\n`)).toEqual({
      out: `\
calls.csv: not imported
  calls.csv: 2 of 3 lines could not be read, more than --max-rejects allows. Nothing of the file was kept (--max-rejects 2 keeps the other 1).
  line 3: has more fields than the header
  line 4: has more fields than the header
`,
      err: 'llmcost: Nothing was imported.\n',
      code: 3,
    });
    expect(await calls()).toEqual([]);
  });

  test('a quotation mark that is never closed: what it swallows counts as lines that could not be read', async () => {
    const lines = Array.from({ length: 3000 }, (_, i) => `2026-10-01,gpt-4o,${i + 1},1,c`);
    lines[9] = '2026-10-01,gpt-4o,10,1,"c';
    // 9 lines before it and the header; DuckDB alone would count one bad line of ten.
    const { out, code } = await importing(`${HEADER},customer\n${lines.join('\n')}\n`);
    expect(code).toBe(3);
    expect(out.split('\n').slice(1, 3)).toEqual([
      '  calls.csv: 2991 of 3000 lines could not be read, more than --max-rejects allows. Nothing of the file was kept (--max-rejects 2991 keeps the other 9).',
      '  line 11: has a quotation mark in the wrong place, or one that is not closed',
    ]);
  });

  test('the same where the next quotation mark ends it: lines between are not lost in silence', async () => {
    const lines = Array.from(
      { length: 3000 },
      (_, i) => `2026-10-01,gpt-4o,${i + 1},1,${i % 100 === 50 ? '"c, d"' : 'c'}`,
    );
    lines[9] = '2026-10-01,gpt-4o,10,1,"c';
    lines[20] = '';
    world.write('calls.csv', `${HEADER},customer\n${lines.join('\n')}\n`);
    const [file] = await world.imported(['calls.csv', '--max-rejects', '50']);
    // Lines 10 to 51 are one broken record, one of the 42 is blank: 2,999 lines − 41 = 2,958.
    expect(file).toMatchObject({ lines: 2999, imported: 2958, rejected: 41 });
    expect(file?.rejects).toEqual([
      { line: 11, field: '', reason: 'has a quotation mark in the wrong place, or one that is not closed' },
    ]);
  });
});

describe('a header that cannot be', () => {
  test('a name twice', async () => {
    expect(await importing(`${HEADER},model\n${CALL},x\n`)).toEqual({
      out: `\
calls.csv: not imported
  calls.csv has two columns named 'model'.
  Rename one of them in the header line.
`,
      err: 'llmcost: Nothing was imported.\n',
      code: 3,
    });
  });

  test('several columns without a name are no harm', async () => {
    expect(await importing(`${HEADER},,\n${CALL},a,\n${SECOND},,b\n`)).toEqual(TWO_CALLS);
  });

  test('lines that end in CR only', async () => {
    expect(await importing(`${HEADER}\r${CALL}\r`)).toEqual({
      out: `\
calls.csv: not imported
  calls.csv has lines that end in a carriage return only.
  Convert it: tr '\\r' '\\n' < calls.csv > lines.txt
`,
      err: 'llmcost: Nothing was imported.\n',
      code: 3,
    });
  });
});

describe('--map and --set', () => {
  const LOG = `when,who,team,which,in,out,stage
2026-10-01T10:00:00+02:00,u-7,red,gpt-4o,100,10,
1790848800,,blue,gpt-4o,200,20,x
`;
  const MAP = [
    '--map',
    'timestamp=when',
    '--map',
    'model=which',
    '--map',
    'input_tokens=in',
    '--map',
    'output_tokens=out',
  ];

  test('names, alternatives, tags, and a value for every call', async () => {
    const more = ['customer=who', 'customer=team', 'tag:team=team', 'tag:stage=stage'].flatMap((text) => [
      '--map',
      text,
    ]);
    // 1790848800 s are 2026-10-01 10:00:00 UTC.
    expect(await importing(LOG, ...MAP, ...more, '--set', 'environment=prod', '--set', 'tag:via=proxy')).toEqual({
      out: `\
calls.csv: mapped-csv, 2 lines = 2 imported
  from 2026-10-01 08:00 to 2026-10-01 10:00 UTC, cost $0.001050
`,
      err: '',
      code: 0,
    });
    const stored = sql`select customer, environment, to_json(tags) as tags from usage order by occurred_at`;
    expect(await world.rows(stored)).toEqual([
      { customer: 'u-7', environment: 'prod', tags: '{"team":"red","via":"proxy"}' },
      { customer: 'blue', environment: 'prod', tags: '{"team":"blue","stage":"x","via":"proxy"}' },
    ]);
  });

  test('an alternative that one file does not have', async () => {
    await importing(LOG, ...MAP, '--map', 'customer=tenant', '--map', 'customer=team');
    expect((await calls()).map((row) => row.customer)).toEqual(['red', 'blue']);
  });

  test('a column that is not there', async () => {
    expect(await importing(LOG, ...MAP, '--map', 'customer=tenant', '--map', 'customer=account')).toEqual({
      out: `\
calls.csv: not imported
  calls.csv has no column 'tenant' or 'account' that --map names.
  Its columns are: when, who, team, which, in, out, stage.
`,
      err: 'llmcost: Nothing was imported.\n',
      code: 3,
    });
  });

  test('--map finds a column whatever its case, and reads a known one in another spelling', async () => {
    await importing(
      `${HEADER},TENANT,Customer\n${CALL},red,x\n${SECOND},blue,y\n`,
      '--map',
      'tag:tenant= Tenant ',
      '--map',
      'feature=CUSTOMER',
    );
    const stored = sql`select customer, feature, tags['tenant'] as tenant from usage order by input_tokens`;
    expect(await world.rows(stored)).toEqual([
      { customer: 'x', feature: 'x', tenant: 'red' },
      { customer: 'y', feature: 'y', tenant: 'blue' },
    ]);
  });

  test('of two headers that differ in case only the one that is written exactly so is read', async () => {
    const { out } = await importing(`Model,${HEADER}\nclaude,${CALL}\ngemini,${SECOND}\n`);
    expect(out).toBe(`${TWO_CALLS.out}  columns not read: Model; --map NAME=COLUMN reads them\n`);
  });

  test('two columns that differ in case only, and nothing tells which is meant', async () => {
    expect((await importing(`Model,MODEL,timestamp,input_tokens,output_tokens\na,b,1,1,1\n`)).out).toBe(`\
calls.csv: not imported
  calls.csv has two columns that could be 'model': 'Model' and 'MODEL'.
  Rename the one that is not meant in the header line.
`);
    const both = await importing(`${HEADER},customer,CUSTOMER\n${CALL},x,y\n`, '--map', 'feature=CUSTOMER');
    expect(both.out).toBe(`\
calls.csv: not imported
  calls.csv has the columns 'customer' and 'CUSTOMER', which differ in case only, and both are read.
  Rename one of them in the header line.
`);
  });

  test('headers with dots and blanks are names, not paths', async () => {
    await importing(
      'usage.in,usage out,model\n100,10,gpt-4o\n',
      '--map',
      'input_tokens=usage.in',
      '--map',
      'output_tokens=usage out',
      '--set',
      'timestamp=2026-10-01',
    );
    expect(await calls()).toMatchObject([{ at: '2026-10-01 00:00:00', in: '100', out: '10' }]);
  });

  test('--set timestamp, for lines that have none', async () => {
    await importing(`${HEADER}\n${CALL}\n,gpt-4o,200,20\n`, '--set', 'timestamp=2026-10-05 06:30');
    expect((await calls()).map((row) => row.at)).toEqual(['2026-10-01 10:00:00', '2026-10-05 06:30:00']);
  });

  test('a known file with a mapping on top', async () => {
    await importing(`${HEADER},tenant\n${CALL},acme\n`, '--map', 'customer=tenant', '--set', 'feature=chat');
    expect(await calls()).toMatchObject([{ customer: 'acme' }]);
    expect(await world.rows(sql`select format from imports`)).toEqual([{ format: 'llmcost-csv' }]);
  });

  test.each([
    [['--map', 'customer'], "--map 'customer' is not of the form NAME=PATH.\n"],
    [['--set', 'customer='], "--set 'customer=' is not of the form NAME=VALUE.\n"],
    [
      ['--map', 'client=x'],
      /^llmcost: --map 'client=x': there is no 'client'.\nPossible are: request_id, .*, tag:NAME.\n$/,
    ],
    [
      ['--set', 'timestamp=soon'],
      '--set timestamp=soon is not a time.\nUse for example 2026-10-01 or 2026-10-01T12:00:00Z.\n',
    ],
    [
      ['--set', 'input_tokens=5'],
      /^llmcost: --set input_tokens=…: this differs from call to call and cannot be set.\nPossible are: timestamp, /,
    ],
    [
      ['--format', 'csv'],
      /^llmcost: --format 'csv': there is no such format.\nNearest of \d+ are: [a-z-]+, [a-z-]+, [a-z-]+\. Without --format the file itself tells\.\n$/,
    ],
  ])('%j is refused', async (options, message) => {
    const { out, err, code } = await importing(`${HEADER}\n${CALL}\n`, ...options);
    expect([out, code]).toEqual(['', 2]);
    expect(err).toEqual(typeof message === 'string' ? `llmcost: ${message}` : expect.stringMatching(message));
  });
});

describe('a file that is read by several threads', () => {
  /** Record i has i input tokens; every third has two line breaks in a quoted field, every 100th a blank line before it, every 1,000th one field too many. */
  const records = Array.from({ length: 60_000 }, (_, index) => {
    const i = index + 1;
    const text = i % 3 === 0 ? '"first, ""quoted""\nsecond\n\nfourth"' : 'x'.repeat(i % 200);
    return `${i % 100 === 0 ? '\n' : ''}2026-10-01,gpt-4o,${i},1,${text}${i % 1000 === 0 ? ',more' : ''}\n`;
  });

  test('loses nothing and names what is bad', async () => {
    world.write('calls.csv', `${HEADER},customer\n${records.join('')}`);
    const [file] = await world.imported(['calls.csv']);
    expect(file).toMatchObject({ lines: 60_000, imported: 59_940, rejected: 60 });
    // 1 + … + 60,000 = 1,800,030,000, without 1,000 + 2,000 + … + 60,000 = 1,830,000.
    expect(await world.rows(sql`select sum(input_tokens) as total from usage`)).toEqual([{ total: '1798200000' }]);
    // Record 1,000: the header, 999 records, 333 of them of 4 lines, and 10 blank lines before it.
    const [first, , third] = file?.rejects ?? [];
    expect(first).toEqual({ line: 1 + 999 + 333 * 3 + 10 + 1, field: '', reason: 'has more fields than the header' });
    expect(third?.line).toBe(1 + 2999 + 999 * 3 + 30 + 1);
  });
});

describe('a table without any time', () => {
  test('is priced as undated; what is there twice counts twice', async () => {
    const call = 'gpt-4o,100,10,acme';
    const { out, code } = await importing(`model,input_tokens,output_tokens,customer\n${call}\n${call}\n`);
    expect(code).toBe(0);
    expect(out).toContain('2 lines = 2 imported');
    // 2 × (100 × $2.50 + 10 × $10 per million)
    expect(out).toContain('cost $0.0007000');
    expect(await calls()).toEqual([
      { at: null, model: 'gpt-4o', in: '100', out: '10', customer: 'acme', billed: null },
      { at: null, model: 'gpt-4o', in: '100', out: '10', customer: 'acme', billed: null },
    ]);
  });

  test.each(['timestamp', 'ts', 'created_at', 'when', 'Date'])(
    'but not where a column %s may hold it',
    async (name) => {
      const { code } = await importing(`${name},model,input_tokens,output_tokens\n,gpt-4o,100,10\n`);
      expect(code).toBe(3);
    },
  );
});
