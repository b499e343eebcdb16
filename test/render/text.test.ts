import { expect, test } from 'vitest';
import { withoutCommands } from '../../src/io.js';
import { formatCount, formatMoney, formatPercent } from '../../src/render/text/number.js';
import { renderTable, type Table, terminalOf } from '../../src/render/text/table.js';
import {
  csvField,
  csvLines,
  cutInMiddle,
  displayWidth,
  markdownText,
  plain,
  wrapped,
} from '../../src/render/text/text.js';
import { fakeIo } from '../fake_io.js';

const RED = '\u001b[31m';

test('money: cents, four digits below a cent, never 0 for what is not zero', () => {
  expect(
    [
      '0.000000000000000000',
      '0.000000000000000001',
      '0.00012345678',
      '0.009999999',
      '0.01',
      '0.125',
      '12345678901234567890.129999999999999999',
      '-3.5',
      '-0.000',
    ].map(formatMoney),
  ).toEqual([
    '$0.00',
    '$0.000000000000000001000',
    '$0.0001235',
    '$0.01000',
    '$0.01',
    '$0.13',
    '$12,345,678,901,234,567,890.13',
    '-$3.50',
    '$0.00',
  ]);
  expect(() => formatMoney('1e5')).toThrow('not a decimal number: 1e5');
});

test('counts beyond 2^53 and small shares', () => {
  expect([formatCount(1234567), formatCount('123456789012345678901')]).toEqual([
    '1,234,567',
    '123,456,789,012,345,678,901',
  ]);
  expect([formatPercent('41.32', '5'), formatPercent('0.00', '0.001'), formatPercent('0.00', '0.000')]).toEqual([
    '41.32%',
    '<0.01%',
    '0.00%',
  ]);
});

test('a terminal is not steered by data', () => {
  expect(plain(`${RED}red\u001b[0m`)).toBe('red');
  expect(plain('\u001b]0;title\u0007x\u001b]8;;http://a\u001b\\link\u001b]8;;\u001b\\')).toBe('xlink');
  expect(plain('a\nb\r\n\tc\u0000\u0008\u007f\u009b1mz')).toBe('a b cz');
  expect(plain('evil\u202egnp.exe')).toBe('evilgnp.exe');
});

test('Markdown is shown as text', () => {
  expect(markdownText('<script>|*x*\n`y`[z](u)_&\\')).toBe('&lt;script&gt;\\|\\*x\\* \\`y\\`\\[z\\](u)\\_&amp;\\\\');
});

test('CSV: no formulas, quoted as RFC 4180 says', () => {
  expect(
    ['=cmd()', '+1-2', '-1.50', '+3', '@x', '\tx', 'a,b', 'say "x"', 'two\nlines', `${RED}=1+1`].map(csvField),
  ).toEqual(["'=cmd()", "'+1-2", '-1.50', '+3', "'@x", "'\tx", '"a,b"', '"say ""x"""', '"two\nlines"', "'=1+1"]);
  expect(
    csvLines([
      ['a', 'b'],
      ['1', ''],
    ]),
  ).toBe('a,b\r\n1,\r\n');
});

test('widths and cutting in the middle', () => {
  expect([displayWidth('abc'), displayWidth('日本'), displayWidth('e\u0301'), displayWidth('🚀')]).toEqual([
    3, 4, 1, 2,
  ]);
  expect(cutInMiddle('customer-of-europe', 11)).toBe('custo…urope');
  expect(cutInMiddle('日本語日本語', 6)).toBe('日…語');
  expect(cutInMiddle('short', 5)).toBe('short');
});

const TABLE: Table = {
  columns: [
    { title: 'name', align: 'left' },
    { title: 'cost', align: 'right' },
  ],
  rows: [
    ['日本', '$1.00'],
    [`${RED}a-very-long-name-of-a-customer`, '$1,234.00'],
  ],
  footer: [['total', '$1,235.00']],
};

test('piped: aligned columns, nothing drawn, nothing cut', () => {
  expect(renderTable(TABLE, terminalOf(fakeIo(), { color: true }))).toBe(
    `\
name                                 cost
日本                                $1.00
a-very-long-name-of-a-customer  $1,234.00
total                           $1,235.00
`,
  );
});

test('on a terminal: lines, names cut in the middle where there is no room', () => {
  const terminal = terminalOf(fakeIo({ columns: 32, env: { NO_COLOR: '1' } }), { color: true });
  expect(renderTable(TABLE, terminal)).toBe(`\
┌──────────────────┬───────────┐
│ name             │      cost │
├──────────────────┼───────────┤
│ 日本             │     $1.00 │
│ a-very-l…ustomer │ $1,234.00 │
├──────────────────┼───────────┤
│ total            │ $1,235.00 │
└──────────────────┴───────────┘
`);
  expect(renderTable(TABLE, { ...terminal, wide: true })).toContain('a-very-long-name-of-a-customer');
  expect(renderTable(TABLE, { ...terminal, columns: 10 })).toContain('a-very…tomer  $1,234.00\n');
});

test('colour only on a terminal that wants it', () => {
  const color = (world: Parameters<typeof fakeIo>[0], wanted = true) =>
    terminalOf(fakeIo(world), { color: wanted }).color;
  expect(color({ columns: 80 })).toBe(true);
  expect(color({})).toBe(false);
  expect(color({ columns: 80 }, false)).toBe(false);
  expect(color({ columns: 80, env: { NO_COLOR: '1' } })).toBe(false);
  expect(color({ columns: 80, env: { TERM: 'dumb' } })).toBe(false);
  expect(terminalOf(fakeIo({ columns: 80 }), { color: true, toFile: true })).toEqual({
    columns: undefined,
    color: false,
    wide: false,
  });
});

test('more numbers than there is room for: several tables, each with the names, no number cut', () => {
  const terminal = { columns: 34, color: false, wide: false };
  const numbers = ['one', 'two', 'three'].map((title) => ({ title, align: 'right' as const }));
  const table: Table = {
    columns: [{ title: 'name', align: 'left' }, ...numbers],
    rows: [['acme', '1,000,000', '2,000,000', '3,000,000,000,000']],
    footer: [['total', '1,000,000', '2,000,000', '3,000,000,000,000']],
  };
  expect(renderTable(table, terminal)).toBe(`\
┌───────┬───────────┬───────────┐
│ name  │       one │       two │
├───────┼───────────┼───────────┤
│ acme  │ 1,000,000 │ 2,000,000 │
├───────┼───────────┼───────────┤
│ total │ 1,000,000 │ 2,000,000 │
└───────┴───────────┴───────────┘

┌───────┬───────────────────┐
│ name  │             three │
├───────┼───────────────────┤
│ acme  │ 3,000,000,000,000 │
├───────┼───────────────────┤
│ total │ 3,000,000,000,000 │
└───────┴───────────────────┘
`);
  expect(renderTable(table, { ...terminal, wide: true })).toContain('│ 2,000,000 │ 3,000,000,000,000 │');
});

test('columns that say nothing without the one before stay with it, names are as wide in every part', () => {
  const titles = ['requests', 'before', 'cost', 'before'];
  const table: Table = {
    columns: [
      { title: 'name', align: 'left' },
      ...titles.map((title) => ({ title, align: 'right' as const, joined: title === 'before' })),
    ],
    rows: [['a-very-long-name-of-a-customer', '10', '20', '$1,000,000.00', '$3,000,000.00']],
    footer: [],
  };
  // There would be room for the cost in the first.
  expect(renderTable(table, { columns: 57, color: false, wide: false })).toBe(`\
┌───────────────────────┬──────────┬────────┐
│ name                  │ requests │ before │
├───────────────────────┼──────────┼────────┤
│ a-very-lon…a-customer │       10 │     20 │
└───────────────────────┴──────────┴────────┘

┌───────────────────────┬───────────────┬───────────────┐
│ name                  │          cost │        before │
├───────────────────────┼───────────────┼───────────────┤
│ a-very-lon…a-customer │ $1,000,000.00 │ $3,000,000.00 │
└───────────────────────┴───────────────┴───────────────┘
`);
});

test('a sentence in lines: broken at blanks, set in, a longer word whole, wide letters by their width', () => {
  expect(wrapped('one two three', 13)).toEqual(['one two three']);
  expect(wrapped('one two three', 12)).toEqual(['one two', '  three']);
  expect(wrapped('one two three four', 9)).toEqual(['one two', '  three', '  four']);
  expect(wrapped('a incomprehensibilities b', 6)).toEqual(['a', '  incomprehensibilities', '  b']);
  expect(wrapped('日本 日本', 9)).toEqual(['日本 日本']);
  expect(wrapped('日本 日本', 8)).toEqual(['日本', '  日本']);
});

test('CSV: formulas behind what has no width or looks alike, no turned writing, no commands of a runner', () => {
  expect(
    [
      ' =1+1',
      '\n=1+1',
      '\u200b=1+1',
      '\ufeff@x',
      '＝1+1',
      '＋1',
      'evil\u202egnp',
      '::error::x',
      '##[error]x',
      'a::b',
    ].map(csvField),
  ).toEqual([
    "' =1+1",
    '"\'\n=1+1"',
    "'\u200b=1+1",
    "'\ufeff@x",
    "'＝1+1",
    "'＋1",
    'evilgnp',
    '"::error::x"',
    '"##[error]x"',
    'a::b',
  ]);
});

test('a name from data is no command for the runner that prints it', () => {
  expect(
    ['::error::pwn', '  ::set-output name=a::b', '##[error]x', '##vso[task.setvariable]x', 'a::b'].map(plain),
  ).toEqual([
    '\u200b::error::pwn',
    '  \u200b::set-output name=a::b',
    '\u200b##[error]x',
    '\u200b##vso[task.setvariable]x',
    'a::b',
  ]);
  expect(withoutCommands('names:\n::warning::x\n  ##[group]y\nz')).toBe(
    'names:\n\u200b::warning::x\n  \u200b##[group]y\nz',
  );
});
