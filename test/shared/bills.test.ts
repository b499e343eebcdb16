import { describe, expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import { newWorld } from '../import/world.js';
import { realFile } from './real_files.js';

/*
 * Bills of clouds. Their sums were counted by python's csv and decimal over the lines of the service:
 *   sum(D(x['line_item_unblended_cost']) for x in rows if x['line_item_product_code'] == 'AmazonBedrock')
 *   sum(D(x['CostInBillingCurrency']) for x in rows if x['MeterCategory'] == 'Cognitive Services')
 */
const AWS = realFile('samples/aws-cur/cur2.csv');
const AZURE = realFile('samples/azure-cost-export/cost_details.csv');
const FOCUS = realFile('samples/focus/focus_1_0_excerpt.csv');

describe.skipIf(!AWS.present)(`bills (SKIPPED when ${AWS.path} is absent)`, () => {
  test('hold what models cost, and skip all else', async () => {
    const world = await newWorld();
    const files = await world.imported([AWS.path, AZURE.path, FOCUS.path]);
    expect(
      files.map(({ format, lines, imported, skipped, billed }) => ({ format, lines, imported, skipped, billed })),
    ).toEqual([
      {
        format: 'aws-cur',
        lines: 3,
        imported: 2,
        skipped: 1,
        billed: [{ currency: 'USD', amount: '0.644493000000000000' }],
      },
      {
        format: 'azure-costs',
        lines: 4,
        imported: 3,
        skipped: 1,
        billed: [{ currency: 'EUR', amount: '6.188000000000000000' }],
      },
      // The excerpt has no line of a model.
      { format: 'focus', lines: 5, imported: 0, skipped: 5, billed: [] },
    ]);
    const models = sql`select provider, model, count(*) as lines from ledger group by all order by all`;
    expect(await world.rows(models)).toEqual([
      { provider: 'azure', model: 'gpt-4o-0806', lines: '3' },
      { provider: 'bedrock', model: 'claude4.5sonnet', lines: '2' },
    ]);
  });
});
