import { describe, expect, test } from 'vitest';
import { type Cut, Cutter } from '../../src/import/read/json_splitter.js';

/** What becomes of a text that comes in chunks of some size. */
function cut(text: string, how: Cut, size = Number.POSITIVE_INFINITY): { lines: string[]; whole: boolean } {
  const cutter = new Cutter(how);
  const bytes = Buffer.from(text);
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    parts.push(cutter.push(Buffer.from(bytes.subarray(at, Math.min(bytes.length, at + size)))));
  }
  const { rest, whole } = cutter.end();
  const lines = Buffer.concat([...parts, rest])
    .toString('utf8')
    .split('\n');
  const unfinished = lines.pop();
  if (whole) expect(unfinished).toBe('');
  expect(cutter.records).toBe(lines.length - (rest.length > 0 ? 1 : 0));
  return { lines, whole };
}

const WHOLE: Cut = { wrapped: false };
const DATA: Cut = { list: 'data', wrapped: false };

describe('records, one in a line', () => {
  test.each<[string, string, Cut, string[]]>([
    ['a list', '[{"a":1},{"a":2}]', WHOLE, ['{"a":1}', '{"a":2}']],
    ['a list with a comma at its end', '[{"a":1},\n{"a":2},\n]\n', WHOLE, ['{"a":1}', '{"a":2}']],
    ['lists in a list', '[[{"a":1}],[{"a":2}],[]]', WHOLE, ['{"a":1}', '{"a":2}']],
    ['objects of several lines', '{\n"a": [1,\r\n2]\n}\n{ "a": 3 }', WHOLE, ['{ "a": [1,  2] }', '{ "a": 3 }']],
    [
      'brackets and quotation marks in texts',
      '[{"a":"]}\\"\\\\"},{"b\\\\":"{["}]',
      WHOLE,
      ['{"a":"]}\\"\\\\"}', '{"b\\\\":"{["}'],
    ],
    ['what is no object', '[1, "a,b", null,{}]', WHOLE, ['1', '"a,b"', 'null', '{}']],
    ['one number', '7', WHOLE, ['7']],
    ['a list under a key', '{"x":[{"data":[9]}],"data":[{"a":1},{"a":2}],"more":true}', DATA, ['{"a":1}', '{"a":2}']],
    ['pages', '{"data":[{"a":1}],"n":"]"}\n{"data":[]}{"data":[{"a":2}]}', DATA, ['{"a":1}', '{"a":2}']],
    ['pages in a list', '[{"data":[{"a":1}]},{"data":[{"a":2}]}]', DATA, ['{"a":1}', '{"a":2}']],
    ['pages without the list', '{"error":"x"}{"data":{"a":1}}', DATA, ['{}', '{}']],
    [
      'small documents',
      '{"n":1,"data":[{"a":1},{"a":2}]}',
      { list: 'data', wrapped: true },
      ['{"data":[{"a":1}]}', '{"data":[{"a":2}]}'],
    ],
    ['nothing', ' [ ] ', WHOLE, []],
  ])('%s', (_, text, how, lines) => {
    expect(cut(text, how)).toEqual({ lines, whole: true });
  });

  test('wherever chunks end', () => {
    const long = `${'a long text \\\\\\" that goes on '.repeat(8)}\\\\`;
    const text = `{"data" : [\n {"t":"${long}","é":[{"x":"\\\\"}]},\r\n 12,"${long}" ],"da\\"ta":"${long}"}\n{"data":[{"a":2}]}`;
    const lines = [`{"t":"${long}","é":[{"x":"\\\\"}]}`, '12', `"${long}"`, '{"a":2}'];
    for (let size = 1; size < 120; size++) expect(cut(text, DATA, size)).toEqual({ lines, whole: true });
  });

  test.each([
    ['a list', '[{"a":1},{"a":'],
    ['a list after a record', '[{"a":1}'],
    ['a text', '[{"a":"1}]'],
    ['an object', '{"a":1'],
  ])('%s that is cut off is not whole', (_, text) => {
    expect(cut(text, WHOLE).whole).toBe(false);
  });
});
