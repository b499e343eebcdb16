import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { call, longId, newWorld } from './world.js';

test('an object broken over two lines is two bad lines; the others are read', async () => {
  const world = await newWorld();
  const broken = call(longId(2)).replace(',"model', ',\n"model');
  const [long, short] = [call(longId(1)), call(longId(3), { customer: 'a "quoted" \\ name' })];
  world.write('app.jsonl', `${long}\n\n${broken}\n${short}\n`);
  world.write('other.jsonl', `${call(longId(4))}\n${call(longId(5))}\n`);
  const [file, other] = await world.imported(['app.jsonl', 'other.jsonl', '--max-rejects', '2']);
  expect(file).toMatchObject({ lines: 4, imported: 2, rejected: 2, unit: 'line' });
  expect(file?.rejects).toEqual([
    { line: 3, field: '', reason: 'is not valid JSON' },
    { line: 4, field: '', reason: 'is not valid JSON' },
  ]);
  expect(other).toMatchObject({ lines: 2, imported: 2 });
});

test('a quotation mark that is never closed in the first line of a CSV file', async () => {
  const world = await newWorld();
  world.write('calls.csv', 'req-1,2026-10-01,gpt-4o,100,10,"two\nlines",\n,2026-10-01,gpt-4o,100,10,"\n');
  const [file] = await world.imported(['calls.csv'], 3);
  expect(file?.problem).toMatch(
    /^calls\.csv is in no format llmcost knows\. Found in it: req-1, 2026-10-01, gpt-4o, 100, 10, "two\.\n/,
  );
});

test('two quotation marks of which the first opens nothing, in the first line of a text', async () => {
  const world = await newWorld();
  world.write('calls.csv', 'd_at":1,"model\n');
  const [file] = await world.imported(['calls.csv'], 3);
  expect(file?.problem).toMatch(/^calls\.csv is in no format llmcost knows\. Found in it: d_at":1, "model\.\n/);
});

test('a line that is a text alone, or is cut off, does not hide what is read of the others', async () => {
  const world = await newWorld();
  const sample = new URL('../../fixtures/otlp-traces/sample.json', import.meta.url);
  const page = JSON.stringify(JSON.parse(readFileSync(sample, 'utf8')));
  // Of pages only one field is read, which a text by itself could be taken for.
  world.write('pages.jsonl', `${page}\n`);
  world.write('with-text.jsonl', `${page}\n"done"\n`);
  world.write('behind-open.jsonl', `${page}\n{"resourceSpans":[\n${page.replace('[{', '[{ ')}\n`);
  const [alone] = await world.imported(['pages.jsonl', '--dry-run', '--max-rejects', '100%']);
  const [beside] = await world.imported(['with-text.jsonl', '--dry-run', '--max-rejects', '100%']);
  expect(alone?.imported).toBeGreaterThan(5);
  expect(beside).toMatchObject({
    lines: Number(alone?.lines) + 1,
    imported: alone?.imported,
    rejected: Number(alone?.rejected) + 1,
  });
  // The second page is that of the first once more.
  const [behind] = await world.imported(['behind-open.jsonl', '--dry-run', '--max-rejects', '100%']);
  expect(behind).toMatchObject({ lines: 2 * Number(alone?.lines) + 1, rejected: 2 * Number(alone?.rejected) + 1 });
});
