import { expect, test } from 'vitest';
import { newWorld } from './world.js';

test('a table that names no models is named, with what to export instead', async () => {
  const world = await newWorld();
  world.write(
    'team.csv',
    'Date,Team,Team ID,Spend ($),Requests,Total Tokens\n2026-10-01,Prod,team-1,"1,234.56",1500,9000000\n',
  );
  const table = await world.llmcost(['import', 'team.csv']);
  expect(table.code).toBe(3);
  expect(table.out).toContain(
    "team.csv: not imported\n  team.csv is an export of LiteLLM's usage page that names no models, so nothing in it has a price.\n  Export the table LiteLLM_SpendLogs or LiteLLM_DailyUserSpend of its database instead, or say a model: --map input_tokens='Prompt Tokens' --map output_tokens='Completion Tokens' --map timestamp=Date --set model=…\n",
  );
});
