import type { Command } from 'commander';
import type { Io } from '../io.js';
import { registerAlias } from './pricing_alias.js';
import { registerCorrect } from './pricing_correct.js';
import { registerCost } from './pricing_cost.js';
import { registerDiff } from './pricing_diff.js';
import { registerFlat } from './pricing_flat.js';
import { registerList, registerShow } from './pricing_list.js';
import { registerOverride } from './pricing_override.js';
import { registerRefresh } from './pricing_refresh.js';
import { registerStatus } from './pricing_status.js';

/** Declares `llmcost pricing …`; each part has a file of its own. */
export function registerPricing(program: Command, io: Io): void {
  const pricing = program.command('pricing').description('the price book: where it comes from and what it holds');
  registerRefresh(pricing, io);
  registerList(pricing, io);
  registerShow(pricing, io);
  registerDiff(pricing, io);
  registerStatus(pricing, io);
  registerCorrect(pricing, io);
  registerCost(pricing, io);
  registerOverride(pricing, io);
  registerAlias(pricing, io);
  registerFlat(pricing, io);
}
