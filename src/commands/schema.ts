import { readFile } from 'node:fs/promises';
import { Argument, type Command } from 'commander';
import type { Io } from '../io.js';

/** Every schema there is, and what it is of. Those of answers lie in the folder schemas, made from the types of the answers. */
export const SCHEMAS = {
  config: 'llmcost.yaml, for editors that check and complete it',
  report: 'report',
  attribute: 'attribute',
  baseline: 'baseline write, baseline show',
  'budget-check': 'budget-check',
  'budget-explanation': 'budget-check --explain',
  dashboard: 'dashboard',
  drift: 'drift',
  explain: 'explain',
  forecast: 'forecast',
  import: 'import --summary json',
  'import-explain': 'import --explain --summary json',
  'import-watch': 'a line of import --watch --summary json',
  imports: 'imports list',
  margin: 'margin',
  notification: 'what budget-check sends to a webhook',
  'pricing-alias-list': 'pricing alias list',
  'pricing-correct': 'pricing correct',
  'pricing-cost': 'pricing cost',
  'pricing-diff': 'pricing diff',
  'pricing-flat-list': 'pricing flat list',
  'pricing-history': 'pricing history',
  'pricing-list': 'pricing list',
  'pricing-override-list': 'pricing override list',
  'pricing-refresh': 'pricing refresh',
  'pricing-set-aside': 'pricing status --set-aside',
  'pricing-show': 'pricing show',
  'pricing-status': 'pricing status',
  push: 'push',
  quality: 'quality list',
  realised: 'realised',
  rejects: 'imports rejects',
  simulate: 'simulate',
  status: 'status',
  sync: 'sync',
  'team-check': 'team check',
  'team-compact': 'team compact',
  'team-remove': 'team remove',
  'team-status': 'team status',
  waste: 'waste',
  why: 'why',
} as const;

type SchemaName = keyof typeof SCHEMAS;

/** Declares `llmcost schema`. */
export function registerSchema(program: Command, io: Io): void {
  const names = new Argument('[name]', 'which; without one, all are listed').choices(Object.keys(SCHEMAS));
  program
    .command('schema')
    .description('JSON Schemas of what llmcost reads and of every answer in JSON: llmcost schema report')
    .addArgument(names)
    .action((name: SchemaName | undefined) => schema(name, io));
}

async function schema(name: SchemaName | undefined, io: Io): Promise<void> {
  io.stdout.write(name === undefined ? listed() : await schemaText(name));
}

function listed(): string {
  return Object.entries(SCHEMAS)
    .map(([name, of]) => `${name.padEnd(23)}${of}\n`)
    .join('');
}

const FOLDER = new URL('../../schemas/', import.meta.url);

async function schemaText(name: SchemaName): Promise<string> {
  if (name === 'config') {
    const { configSchema } = await import('../config/sections.js');
    return `${JSON.stringify(configSchema(), null, 2)}\n`;
  }
  if (name === 'report') {
    const { reportSchema } = await import('../query/report/schema.js');
    return `${JSON.stringify(reportSchema(), null, 2)}\n`;
  }
  return readFile(new URL(`${name}.json`, FOLDER), 'utf8');
}
