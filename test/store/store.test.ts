import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import { withStore } from '../../src/store/store.js';

test('the schema is built once and found again', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'llmcost-')), 'a.duckdb');
  for (let time = 0; time < 2; time++) {
    const steps = await withStore(path, { access: 'write' }, (store) => store.rows(sql`select step from schema_step`));
    expect(steps).toEqual([{ step: 1 }]);
  }
  const seen = await withStore(path, { access: 'read' }, (store) => store.rows(sql`from usage`));
  expect(seen).toEqual([]);
});
