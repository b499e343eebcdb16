import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Io } from '../../io.js';
import type { ListFormat, RejectsFormat } from '../../render/import/imports.js';
import type { Store, StoreOptions } from '../../store/store.js';
import { type CommonOptions, databasePath, storeOptions, withCommonOptions } from '../options.js';
import { writeAnswer, writeNotes } from '../output.js';

interface ImportsOptions extends CommonOptions {
  format: ListFormat;
}

interface RejectsOptions extends CommonOptions {
  format: RejectsFormat;
  output?: string;
}

/** Declares `llmcost imports list | remove | rejects`. */
export function registerImports(program: Command, io: Io): void {
  const imports = program.command('imports').description('what was imported, what was rejected; taking it out again');
  withCommonOptions(imports.command('list', { isDefault: true }))
    .description('every import: file, format, time, and what became of its lines')
    .addOption(formatOption())
    .action((options: ImportsOptions) => list(options, io));
  withCommonOptions(imports.command('remove'))
    .description('take imports out again, with all their usage')
    .argument('<ids...>', 'numbers of imports', numbers)
    .action((ids: number[], options: CommonOptions) => remove(ids, options, io));
  withCommonOptions(imports.command('rejects'))
    .description('the bad lines of an import: where they are and what is wrong with them')
    .argument('<id>', 'the number of an import', number)
    .addOption(formatOption('jsonl'))
    .option('-o, --output <file>', 'write them to a file')
    .action((id: number, options: RejectsOptions) => rejects(id, options, io));
}

function formatOption(...more: string[]): Option {
  return new Option('--format <format>', 'how to print it').choices(['table', 'json', 'csv', ...more]).default('table');
}

function number(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new InvalidArgumentError('It must be a number; llmcost imports list shows them.');
  return Number(text);
}

function numbers(text: string, before: readonly number[] = []): number[] {
  return [...before, number(text)];
}

async function list(options: ImportsOptions, io: Io): Promise<void> {
  const { listImports } = await import('../../import/load/history.js');
  const found = await asked('read', options, io, (store) => listImports(store));
  const { importsList, terminal } = await rendering(options, io);
  io.stdout.write(importsList(found, options.format, terminal));
}

async function rejects(id: number, options: RejectsOptions, io: Io): Promise<void> {
  const { rejectsOf } = await import('../../import/load/history.js');
  const found = await asked('read', options, io, (store) => rejectsOf(store, id));
  const { rejectsList, terminal } = await rendering(options, io);
  await writeAnswer(rejectsList(found, options.format, terminal), options.output, io);
  const named = found.rejects.length;
  if (named < found.rejected && options.quiet !== true)
    await writeNotes(
      [{ message: `the file was refused; of its ${found.rejected} bad lines the first ${named} are named.` }],
      io,
    );
}

async function remove(ids: number[], options: CommonOptions, io: Io): Promise<void> {
  const { removeImports } = await import('../../import/load/history.js');
  const removed = await asked('write', options, io, (store) => removeImports(store, ids));
  const { removedText } = await rendering(options, io);
  io.stdout.write(removedText(removed));
}

async function asked<T>(
  access: StoreOptions['access'],
  options: CommonOptions,
  io: Io,
  ask: (store: Store) => Promise<T>,
): Promise<T> {
  const { existsSync } = await import('node:fs');
  const path = databasePath(options, io);
  const { withStore } = await import('../../store/store.js');
  // To take something out of a database that is not there must not create one.
  const needed = access === 'write' && path !== ':memory:' && !existsSync(path) ? 'read' : access;
  return withStore(path, storeOptions(needed, options, io), ask);
}

async function rendering(options: CommonOptions, io: Io) {
  const [{ importsList, rejectsList, removedText }, { terminalOf }] = await Promise.all([
    import('../../render/import/imports.js'),
    import('../../render/text/table.js'),
  ]);
  return { importsList, rejectsList, removedText, terminal: terminalOf(io, { color: options.color }) };
}
