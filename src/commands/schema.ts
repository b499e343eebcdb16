import type { Command } from 'commander';
import type { Io } from '../io.js';

/** Declares `llmcost schema config` and `llmcost schema report`. */
export function registerSchema(program: Command, io: Io): void {
  const schema = program.command('schema').description('JSON Schemas of what llmcost reads and answers');
  schema
    .command('config')
    .description('the schema of llmcost.yaml, for editors that check and complete it')
    .action(() => config(io));
  schema
    .command('report')
    .description('the schema of llmcost report --format json')
    .action(() => report(io));
}

async function config(io: Io): Promise<void> {
  const { configSchema } = await import('../config/sections.js');
  io.stdout.write(`${JSON.stringify(configSchema(), null, 2)}\n`);
}

async function report(io: Io): Promise<void> {
  const { reportSchema } = await import('../query/report_schema.js');
  io.stdout.write(`${JSON.stringify(reportSchema(), null, 2)}\n`);
}
