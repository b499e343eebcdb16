import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import { sql } from '../../src/sql.js';
import { withStore } from '../../src/store/store.js';
import { fakeIo } from '../fake_io.js';

/** Imports lines, and answers with how many calls are stored and what their units are. */
async function stored(lines: readonly object[]): Promise<{ units: string | null }[]> {
  const cwd = mkdtempSync(join(tmpdir(), 'llmcost-same-call-'));
  writeFileSync(join(cwd, 'calls.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const io = fakeIo({ cwd });
  await main(['import', join(cwd, 'calls.jsonl'), '--strict'], io);
  expect({ code: io.exitCode(), err: io.err() }).toEqual({ code: 0, err: '' });
  return withStore(join(cwd, 'llmcost.duckdb'), { access: 'read' }, (store) =>
    store.rows<{ units: string | null }>(sql`select cast(units as varchar) as units from usage_fact`),
  );
}

const BEGUN = { timestamp: '2026-10-01T08:00:00Z', model: 'gemini-2.5-flash', input_tokens: 10, output_tokens: 0 };
const ENDED = { ...BEGUN, output_tokens: 7 };

test.each([
  // The first 9 characters are small letters by chance: 14 remain.
  'qbtexhfwmR7d-kWmL2-05x8',
  'msg_01Qe7VtMnB2xLr8WkJc5Yd',
  'chatcmpl-D1aQ7mZxW0sVbN3tKpYcJ4uHfLgRe',
])('%s is one call, whatever it counts', async (id) => {
  expect(
    await stored([
      { request_id: id, ...BEGUN },
      { request_id: id, ...ENDED },
    ]),
  ).toHaveLength(1);
});

test.each(['chatcmpl-998', 'chatcmpl-D1aQ7mZxW0sV', 'request17', 'customercall000000000123'])(
  '%s may be two calls',
  async (id) => {
    expect(
      await stored([
        { request_id: id, ...BEGUN },
        { request_id: id, ...ENDED },
      ]),
    ).toHaveLength(2);
  },
);

test('the state that has the picture is kept, though it has no more text', async () => {
  const call = { request_id: 'img_7RkQ2vXw9LmT4bZc8JyP', ...BEGUN };
  const picture = { ...call, output_tokens: 1290, output_image_tokens: 1290 };
  expect(await stored([call, picture])).toEqual([{ units: '{output_image_tokens=1290.000000}' }]);
});
