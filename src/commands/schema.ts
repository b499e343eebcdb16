import type { Command } from 'commander';
import type { Io } from '../io.js';

/** Declares `llmcost schema config`. */
export function registerSchema(program: Command, io: Io): void {
  const schema = program.command('schema').description('JSON Schemas of what llmcost reads');
  schema
    .command('config')
    .description('the schema of llmcost.yaml, for editors that check and complete it')
    .action(() => config(io));
}

async function config(io: Io): Promise<void> {
  const { configSchema } = await import('../config/sections.js');
  io.stdout.write(`${JSON.stringify(configSchema(), null, 2)}\n`);
}
