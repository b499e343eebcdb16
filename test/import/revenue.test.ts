import { expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import { newWorld } from './world.js';

/* What customers pay: recognised by content, replaced by later states, counted to the last line, and whose it is. */

const HEAD = 'id,Number,Customer,Currency,Tax,Total,Amount Paid,Status,Date (UTC),workspace_name (metadata)';

test('a later state of an invoice takes the place of the earlier one; --map names the customer', async () => {
  const world = await newWorld();
  const open = 'in_1,A-1,cus_1,usd,0.00,49.00,0.00,open,2026-10-01 10:00,Acme Inc';
  const paid = 'in_1,A-1,cus_1,usd,0.00,49.00,49.00,paid,2026-10-01 10:00,Acme Inc';
  world.write('monday.csv', `${HEAD}\n${open}\n`);
  world.write('friday.csv', `${HEAD}\n${paid}\nin_2,A-2,cus_2,eur,0.00,9.00,9.00,paid,2026-10-02 10:00,\n`);
  expect(await world.llmcost(['import', 'monday.csv'])).toEqual({
    out: 'monday.csv: stripe-invoices, 1 line = 1 imported\n  from 2026-10-01 10:00 to 2026-10-01 10:00 UTC, revenue: 1 line, $0.00\n',
    err: '',
    code: 0,
  });
  const mapped = ['friday.csv', '--map', 'customer=workspace_name (metadata)'];
  expect(await world.imported(mapped)).toMatchObject([
    { lines: 2, imported: 1, updated: 1, duplicates: 0, holds: 'revenue', billed: null },
  ]);
  const stored = sql`
    select source_id, customer, array_to_string(customer_names, ' ') as names, rtrim(cast(amount as varchar), '0') as amount
    from revenue
    order by source_id`;
  expect(await world.rows(stored)).toEqual([
    { source_id: 'in_1', customer: 'Acme Inc', names: 'Acme Inc cus_1', amount: '49.' },
    { source_id: 'in_2', customer: 'cus_2', names: 'cus_2', amount: '9.' },
  ]);
  world.write('other.csv', `${HEAD}\n${open.replace('in_1', 'in_3')}\n`);
  expect(await world.llmcost(['import', 'other.csv', '--set', 'environment=prod'])).toEqual({
    out: '',
    err: 'llmcost: --set environment: stripe-invoices tells what was earned, and takes customer and feature only.\nImport the file without it.\n',
    code: 2,
  });
  expect((await world.llmcost(['imports', 'list'])).out).toMatch(/friday\.csv +stripe-invoices .* 2 +1 +1 +2 /);
  await world.llmcost(['imports', 'remove', '2']);
  expect(await world.rows(stored)).toEqual([]);
});
