import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { InputError, StoreMissing, UsageError } from '../../errors.js';
import type { Io } from '../../io.js';
import type { SeenUsage } from '../../query/init/answer.js';
import { type CommonOptions, databasePath, storeOptions, withCommonOptions } from '../options.js';

interface InitOptions extends CommonOptions {
  output?: string;
  stdout?: boolean;
  force?: boolean;
}

/** Declares `llmcost init`. */
export function registerInit(program: Command, io: Io): void {
  withCommonOptions(program.command('init'))
    .description('Write a first llmcost.yaml, with comments, from what is in the database: budgets, customers, models.')
    .option('-o, --output <file>', 'where to write it; default: llmcost.yaml in the current folder')
    .option('--stdout', 'print it and write nothing')
    .option('--force', 'replace a file that is there')
    .addHelpText('after', EXAMPLES)
    .action((options: InitOptions) => init(options, io));
}

const EXAMPLES = `
Examples:
  llmcost init
  llmcost init --stdout
  llmcost init -o config/llmcost.yaml --force`;

async function init(options: InitOptions, io: Io): Promise<void> {
  if (options.stdout === true && options.output !== undefined) {
    throw new UsageError('--stdout cannot be combined with -o.\nUse either the one or the other.');
  }
  const file = options.output ?? 'llmcost.yaml';
  const path = resolve(io.cwd, file);
  if (options.stdout !== true) await refuseReplacing(path, file, options);
  const { configText } = await import('../../render/answers/init.js');
  const database = databasePath(options, io);
  const text = configText(await seenIn(database, options, io), {
    from: basename(database),
    today: io.now().toISOString().slice(0, 'YYYY-MM-DD'.length),
  });
  if (options.stdout === true) {
    io.stdout.write(text);
    return;
  }
  await write(path, file, text);
  if (options.quiet !== true) io.stderr.write(`${file} is written. Look it over, then: llmcost budget-check\n`);
}

/** What is in the database; nothing where there is none yet. */
async function seenIn(path: string, options: InitOptions, io: Io): Promise<SeenUsage> {
  const [{ withStore }, { NOTHING_SEEN, seenUsage }] = await Promise.all([
    import('../../store/store.js'),
    import('../../query/init/answer.js'),
  ]);
  try {
    return await withStore(path, storeOptions('read', options, io), (store) => seenUsage(store, io.now()));
  } catch (error) {
    if (error instanceof StoreMissing) return NOTHING_SEEN;
    throw error;
  }
}

/** Throws UsageError where a file would be lost, or where two configurations would lie in one folder. */
async function refuseReplacing(path: string, file: string, { force }: InitOptions): Promise<void> {
  const other = { 'llmcost.yaml': 'llmcost.yml', 'llmcost.yml': 'llmcost.yaml' }[basename(path)];
  if (other !== undefined && existsSync(join(dirname(path), other))) {
    throw new UsageError(
      `There is a configuration already: ${join(dirname(file), other)}; two in one folder are refused.\nSee what would be written: llmcost init --stdout`,
    );
  }
  if (!existsSync(path)) return;
  const { isDatabase } = await import('../../store/not_our_database.js');
  if (force === true && !(await isDatabase(path))) return;
  throw new UsageError(
    `${file} is there already and was left as it is.\nSee what would be written with --stdout, name another file with -o FILE, or replace it with --force.`,
  );
}

async function write(path: string, file: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InputError(
      `The configuration could not be written to ${file}: ${reason}\nName another file with -o FILE.`,
      {
        cause,
      },
    );
  }
}
