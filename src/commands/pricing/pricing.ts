import type { Command } from 'commander';
import type { Io } from '../../io.js';
import { registerAlias } from './alias.js';
import { registerCorrect } from './correct.js';
import { registerCost } from './cost.js';
import { registerDiff } from './diff.js';
import { registerFlat } from './subscription.js';
import { registerList, registerShow } from './list.js';
import { registerOverride } from './override.js';
import { registerRefresh } from './refresh.js';
import { registerStatus } from './status.js';

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
