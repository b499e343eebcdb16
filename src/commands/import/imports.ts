import { type Command, InvalidArgumentError } from 'commander';
import type { Io } from '../../io.js';
import type { Store, StoreOptions } from '../../store/store.js';
import { type CommonOptions, databasePath, storeOptions, withCommonOptions } from '../options.js';
import { type AnswerOptions, withAnswerOptions, writeDocument } from '../question.js';

/** Declares `llmcost imports list | remove | rejects`. */
export function registerImports(program: Command, io: Io): void {
  const imports = program.command('imports').description('what was imported, what was rejected; taking it out again');
  withAnswerOptions(withCommonOptions(imports.command('list', { isDefault: true })), ['table', 'json', 'csv'])
    .description('every import: file, format, time, and what became of its lines')
    .action((options: AnswerOptions) => list(options, io));
  withCommonOptions(imports.command('remove'))
    .description('take imports out again, with all their usage')
    .argument('<ids...>', 'numbers of imports', numbers)
    .action((ids: number[], options: CommonOptions) => remove(ids, options, io));
  withAnswerOptions(withCommonOptions(imports.command('rejects')), ['table', 'json', 'csv', 'jsonl'])
    .description('the bad lines of an import: where they are and what is wrong with them')
    .argument('<id>', 'the number of an import', number)
    .action((id: number, options: AnswerOptions) => rejects(id, options, io));
}

function number(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new InvalidArgumentError('It must be a number; llmcost imports list shows them.');
  return Number(text);
}

function numbers(text: string, before: readonly number[] = []): number[] {
  return [...before, number(text)];
}

async function list(options: AnswerOptions, io: Io): Promise<void> {
  const { listImports } = await import('../../import/load/history.js');
  const found = await asked('read', options, io, (store) => listImports(store));
  const { importsDocument } = await import('../../render/answers/imports.js');
  await writeDocument(importsDocument(found), options, io);
}

async function rejects(id: number, options: AnswerOptions, io: Io): Promise<void> {
  const { rejectsOf } = await import('../../import/load/history.js');
  const found = await asked('read', options, io, (store) => rejectsOf(store, id));
  const { rejectsDocument } = await import('../../render/answers/imports.js');
  await writeDocument(rejectsDocument(found), options, io);
}

async function remove(ids: number[], options: CommonOptions, io: Io): Promise<void> {
  const { removeImports } = await import('../../import/load/history.js');
  const removed = await asked('write', options, io, (store) => removeImports(store, ids));
  const { removedText } = await import('../../render/answers/imports.js');
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
