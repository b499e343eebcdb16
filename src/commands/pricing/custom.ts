import { existsSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { StoreMissing, UsageError } from '../../errors.js';
import type { Io } from '../../io.js';
import type { AddedPrices, OwnPrices } from '../../rate/custom/custom_prices.js';
import type { OwnKind } from '../../rate/custom/custom_prices_sql.js';
import type { Row, Store } from '../../store/store.js';
import { databasePath, withCommonOptions, withConfigOption } from '../options.js';
import { type ConfigOptions, withOwnBook } from './custom_prices.js';
import { type AnswerOptions, withAnswerOptions, writeDocument } from '../question.js';

/** What the commands of own prices have in common: they are listed, and they end by number. */
const NOUNS: Record<OwnKind, string> = { alias: 'alias', override: 'override', flat: 'flat price' };

interface ListOptions extends AnswerOptions, ConfigOptions {
  all?: boolean;
}

/** Declares --db, --config and the like on a command of own prices. */
export function withOwnOptions(command: Command): Command {
  return withConfigOption(withCommonOptions(command));
}

/** Declares `list` below a command of own prices. */
export function registerOwnList(parent: Command, kind: OwnKind, io: Io): void {
  withAnswerOptions(withOwnOptions(parent.command('list')), ['table', 'json', 'csv', 'markdown'])
    .description('what is in force: by command, and from llmcost.yaml')
    .option('--all', 'also what was in force before')
    .action((options: ListOptions) => list(kind, options, io));
}

/** Declares `remove` below a command of own prices. */
export function registerOwnRemove(parent: Command, kind: OwnKind, io: Io): void {
  withOwnOptions(parent.command('remove'))
    .description('end it; past answers can still be given')
    .argument('<ids...>', 'numbers, as list shows them', numbers)
    .action((ids: number[], options: ConfigOptions) => remove(kind, ids, { options, io }));
}

function numbers(text: string, before: readonly number[] = []): number[] {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a number; list shows them.');
  return [...before, Number(text)];
}

async function list(kind: OwnKind, options: ListOptions, io: Io): Promise<void> {
  const { listOwnPrices } = await import('../../rate/custom/custom_prices.js');
  const rows = await withOwnBook('read', options, io, (store) => listOwnPrices(store, kind, options));
  await writeRows(kind, rows, options, io);
}

async function remove(
  kind: OwnKind,
  ids: number[],
  { options, io }: { options: ConfigOptions; io: Io },
): Promise<void> {
  const path = databasePath(options, io);
  // To take something out of a database that is not there must not create one.
  if (path !== ':memory:' && !existsSync(path)) throw new StoreMissing(path);
  const { removeOwnPrices } = await import('../../rate/custom/custom_prices.js');
  const { removed, configured, effect } = await withOwnBook('write', options, io, (store) =>
    removeOwnPrices(store, { kind, ids }, io.now()),
  );
  io.stdout.write(`Removed ${NOUNS[kind]} ${removed.join(', ')}.\n`);
  const { effectInWords } = await import('../../render/answers/pricing/custom_prices.js');
  for (const text of effectInWords(effect)) note(text, options, io);
  for (const id of configured) {
    note(
      `${NOUNS[kind]} ${id} stands in llmcost.yaml: take it out there, or it comes back with the next command.`,
      options,
      io,
    );
  }
}

/** Adds what a command says, and prints what that made. */
export async function addOwn(
  prices: Partial<OwnPrices> & { kind: OwnKind },
  options: ConfigOptions,
  io: Io,
): Promise<void> {
  const [{ addOwnPrices }, { listOwnPrices }] = await Promise.all([
    import('../../rate/custom/custom_prices.js'),
    import('../../rate/custom/custom_prices.js'),
  ]);
  const { kind } = prices;
  const add = async (store: Store) => {
    const result = await addOwnPrices(store, prices, io.now());
    return { result, rows: await listOwnPrices(store, kind, { ids: result.added }) };
  };
  const { result, rows } = await withOwnBook('write', options, io, add);
  // `--output` of an override is a price, no file.
  const { color, quiet } = options;
  if (rows.length > 0) await writeRows(kind, rows, { color, quiet, format: 'table' }, io);
  const { effectInWords } = await import('../../render/answers/pricing/custom_prices.js');
  for (const text of [...notesOf(kind, result), ...effectInWords(result.effect)]) note(text, options, io);
}

function notesOf(kind: OwnKind, { added, known, outdone }: AddedPrices): string[] {
  const noun = NOUNS[kind];
  return [
    ...known.map((id) => `${noun} ${id} says so already.`),
    ...outdone.map((id) => `${noun} ${id} is about the same; where both hold, the newest wins: ${added.join(', ')}.`),
  ];
}

function note(text: string, { quiet }: ConfigOptions, io: Io): void {
  if (quiet !== true) io.stderr.write(`note: ${text}\n`);
}

async function writeRows(kind: OwnKind, rows: readonly Row[], options: AnswerOptions, io: Io): Promise<void> {
  const { customPricesDocument } = await import('../../render/answers/pricing/custom_prices.js');
  const named = { schema: `llmcost.pricing-${kind}-list/1`, none: `There is no ${NOUNS[kind]} in force.` };
  await writeDocument(customPricesDocument(rows, named), options, io);
}

/** A pair of days of the command line, half open. */
export function checkedDays({ from, to }: { from?: string; to?: string }) {
  if (from !== undefined && to !== undefined && from >= to) {
    throw new UsageError(
      `--to ${to} is not after --from ${from}: no time lies between them.\n--to is the first day that is out.`,
    );
  }
  return { effective_from: from ?? null, effective_to: to ?? null };
}

/** A model of the command line, and whose it is. Throws UsageError if it names none. */
export async function checkedModel(text: string, provider: string | undefined) {
  const { modelGlob } = await import('../../config/model_glob.js');
  const glob = modelGlob(text, provider);
  if (glob !== undefined) return glob;
  throw new UsageError(
    `'${text}' is no model.\nWrite PROVIDER/MODEL, for example openai/gpt-4o or 'openai/gpt-4*'; without a provider, that of any is meant.`,
  );
}
