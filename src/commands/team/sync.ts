import type { Command } from 'commander';
import { InputError } from '../../errors.js';
import type { Io } from '../../io.js';
import type { Store } from '../../store/store.js';
import type { SyncedPlace } from '../../team/answer.js';
import type { News } from '../../team/sync.js';
import { ownImport } from '../import/custom_formats.js';
import { databasePath, storeOptions, withCommonOptions, withConfigOption } from '../options.js';
import { BUNDLE_DIRECTORY } from '../pricing/book.js';
import { type ConfigOptions, syncOwnPrices } from '../pricing/custom_prices.js';
import { type AnswerOptions, withAnswerOptions, writeDocument } from '../question.js';
import { cacheOf, teamSettings, withTeamPlaces } from './place_option.js';

interface SyncOptions extends AnswerOptions, ConfigOptions {
  dryRun?: boolean;
}

/** Declares `llmcost sync`. */
export function registerSync(program: Command, io: Io): void {
  const command = withConfigOption(withCommonOptions(program.command('sync')))
    .description('Take in what the machines of the team have pushed, and price it. Nothing new changes nothing.')
    .argument('[dest]', 'a folder or s3://BUCKET/PREFIX; default: every place of llmcost.yaml, else $LLMCOST_TEAM')
    .option('--dry-run', 'show what would be taken in, and change nothing');
  withAnswerOptions(command, ['table', 'json'])
    .addHelpText('after', EXAMPLES)
    .action((dest: string | undefined, options: SyncOptions) => sync(dest, options, io));
}

const EXAMPLES = `
Examples:
  llmcost sync ../share/llmcost
  llmcost sync && llmcost report --by machine,model`;

async function sync(dest: string | undefined, options: SyncOptions, io: Io): Promise<void> {
  const settings = await teamSettings(options, io);
  const { fetchNews, knownPushes } = await import('../../team/sync.js');
  const answers = await withTeamPlaces(dest, settings, io, async (targets) => {
    const known = await inStore('read', options, io, async (store) => {
      const found = new Map<string, Set<string>>();
      for (const { team } of targets) found.set(team.id, await knownPushes(store, team.id));
      return found;
    });
    const news: News[] = [];
    for (const target of targets) {
      news.push(await fetchNews(target, known?.get(target.team.id) ?? new Set(), cacheOf(settings, target, io)));
    }
    return foldAll(news, options, io);
  });
  const { syncDocument } = await import('../../render/answers/team.js');
  await writeDocument(
    syncDocument({ schema: 'llmcost.sync/1', dry_run: options.dryRun === true, places: answers }),
    options,
    io,
  );
  const refused = answers.flatMap((answer) => answer.refused);
  if (refused.length === 0) return;
  throw new InputError(
    `${refused.length === 1 ? '1 push was' : `${refused.length} pushes were`} not taken in; everything else was.\nTake it back with llmcost team remove ID, and push again from its machine.`,
  );
}

/** Nothing new: the database is not even opened for writing. */
async function foldAll(news: readonly News[], options: SyncOptions, io: Io): Promise<SyncedPlace[]> {
  const { emptyAnswer, foldNews } = await import('../../team/sync.js');
  if (news.every(({ pushes }) => pushes.length === 0)) return news.map((one) => emptyAnswer(one, one.refused));
  const [{ loadBundledBook }, { attribute }] = await Promise.all([
    import('../../rate/bundle/bundle.js'),
    ownImport(options, io),
  ]);
  const answers = await inStore(options.dryRun === true ? 'rehearse' : 'write', options, io, async (store) => {
    await loadBundledBook(store, BUNDLE_DIRECTORY, io.now());
    if (options.dryRun !== true) await syncOwnPrices(store, options, io);
    const fold = async () => {
      const folded: SyncedPlace[] = [];
      for (const one of news) folded.push(await foldNews(store, one, { now: io.now(), attribute }));
      return folded;
    };
    return options.dryRun === true ? store.rehearsal(fold) : fold();
  });
  return answers ?? [];
}

/** Undefined where there is no database to read. A rehearsal makes none. */
async function inStore<T>(
  access: 'read' | 'write' | 'rehearse',
  options: SyncOptions,
  io: Io,
  fn: (store: Store) => Promise<T>,
): Promise<T | undefined> {
  const [{ withStore }, { existsSync }] = await Promise.all([import('../../store/store.js'), import('node:fs')]);
  const path = databasePath(options, io);
  const missing = path !== ':memory:' && !existsSync(path);
  if (missing && access === 'read') return undefined;
  const target = missing && access === 'rehearse' ? ':memory:' : path;
  return withStore(target, storeOptions(access === 'read' ? 'read' : 'write', options, io), fn);
}
