import { expect, test } from 'vitest';
import { parseJson } from '../../src/import/read/parse_json.js';

test('what Python writes for a number that is none is null; texts keep their words', () => {
  expect(parseJson('{"a": NaN, "b": [-Infinity, Infinity], "c": "NaN \\" Infinity", "d": 1}')).toEqual({
    a: null,
    b: [null, null],
    c: 'NaN " Infinity',
    d: 1,
  });
});

test.each(['{"a": NaNa}', '{"a": nan}', '{"NaN"', '{a: 1}'])('%s is no JSON', (text) => {
  expect(() => parseJson(text)).toThrow(SyntaxError);
});
