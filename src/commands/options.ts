import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, Option } from 'commander';
import type { Io } from '../io.js';
import type { StoreOptions } from '../store/store.js';

/** Options every command that touches the database shares. */
export interface CommonOptions {
  db?: string;
  quiet?: boolean;
  verbose?: boolean;
  /** false after --no-color. */
  color: boolean;
}

/** Declares the options of CommonOptions on a command. */
export function withCommonOptions(command: Command): Command {
  return command
    .option(
      '--db <path>',
      'the database file; default: $LLMCOST_DB, else db of llmcost.yaml, else llmcost.duckdb in the current folder',
    )
    .option('-q, --quiet', 'print results only, no notes and no progress')
    .option('--no-color', 'plain text; NO_COLOR does the same');
}

/** Declares --config on a command that reads llmcost.yaml. */
export function withConfigOption(command: Command): Command {
  return command.option(
    '--config <path>',
    'the configuration; default: llmcost.yaml in the current folder or one above it',
  );
}

/** Where the database is: --db (llmcost.yaml fills it in), else LLMCOST_DB, else llmcost.duckdb in the current folder. */
export function databasePath(options: CommonOptions, io: Io): string {
  // An empty variable is one that is not set.
  const named = options.db ?? (io.env.LLMCOST_DB || 'llmcost.duckdb');
  return named === ':memory:' || isAbsolute(named) ? named : resolve(io.cwd, named);
}

/** Made by `npm run build`, see scripts/make_template.mjs. The tests, which run the sources, use the same. */
export const TEMPLATE = fileURLToPath(new URL('../../dist/template.duckdb', import.meta.url));

/** How to open the database, telling the user when another process makes us wait. */
export function storeOptions(access: StoreOptions['access'], options: CommonOptions, io: Io): StoreOptions {
  return {
    access,
    template: TEMPLATE,
    onWait: (holder) => {
      if (!options.quiet) io.stderr.write(`The database is in use by ${holder}; waiting up to half a minute …\n`);
    },
  };
}

/** The parser of an option that may be repeated. */
export function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

/** Which usage a question is about. */
export interface ScopeOptions {
  since?: string;
  until?: string;
  period?: string;
  tz: string;
  where?: string[];
}

/** Declares the options of ScopeOptions on a command. */
export function withScopeOptions(command: Command): Command {
  return command
    .option('--period <words>', "'last month', 'this week', 7d, yesterday, 2026-09, 2026-Q3, 2026-W40, all")
    .option('--last <span>', 'the last whole days, weeks or months: 7d, 4w, 3 months')
    .option('--since <time>', 'from this date or ISO timestamp on; also 7d, yesterday, 2026-02')
    .option('--until <time>', 'up to, and without, this date or ISO timestamp')
    .option('--tz <zone>', 'time zone of periods, days and hours; system is that of this machine', 'UTC')
    .option('--where <filter>', "customer=acme, 'model~gpt-4*', feature!=a,b, 'user=(none)'; repeat for and", collect)
    .option('--model <name>', 'only this model: --where model=NAME, a glob with *')
    .option('--customer <name>', 'only this customer')
    .option('-v, --verbose', 'all notes, and all of what the figures rest on')
    .addOption(new Option('--days <n>', 'the same as --last Nd').hideHelp())
    .addOption(new Option('--feature <name>', 'only this feature').hideHelp())
    .addOption(new Option('--limit <n>', 'the same as --top').hideHelp())
    .addOption(new Option('--group-by <names>', 'the same as --by').hideHelp());
}
