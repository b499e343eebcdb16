import type { Command } from 'commander';
import type { Io } from '../../io.js';
import type { Store } from '../../store/store.js';
import type { PushAnswer } from '../../team/answer.js';
import { databasePath, storeOptions, withCommonOptions, withConfigOption } from '../options.js';
import type { ConfigOptions } from '../pricing/custom_prices.js';
import { type AnswerOptions, withAnswerOptions, writeDocument } from '../question.js';
import { programVersion } from '../version.js';
import { type TeamSettings, teamSettings, withTeamPlaces } from './place_option.js';

interface PushOptions extends AnswerOptions, ConfigOptions {
  machine?: string;
  again?: boolean;
  dryRun?: boolean;
}

/** Declares `llmcost push`. */
export function registerPush(program: Command, io: Io): void {
  const command = withConfigOption(withCommonOptions(program.command('push')))
    .description(
      'Write what this database has and the place of the team has not. No content, and no cost, leaves the machine.',
    )
    .argument('[dest]', 'a folder or s3://BUCKET/PREFIX; default: team: place: of llmcost.yaml, else $LLMCOST_TEAM')
    .option('--machine <name>', 'how the team calls this machine; default: the name of the host')
    .option('--again', 'push everything anew, in the place of earlier pushes of this database')
    .option('--dry-run', 'show what would be pushed, and write nothing');
  withAnswerOptions(command, ['table', 'json'])
    .addHelpText('after', EXAMPLES)
    .action((dest: string | undefined, options: PushOptions) => push(dest, options, io));
}

const EXAMPLES = `
Examples:
  llmcost push ../share/llmcost
  llmcost push s3://acme-llm-usage/team
  llmcost push --dry-run`;

async function push(dest: string | undefined, options: PushOptions, io: Io): Promise<void> {
  const settings = await teamSettings(options, io);
  const path = databasePath(options, io);
  const [{ withStore }, { existsSync }] = await Promise.all([import('../../store/store.js'), import('node:fs')]);
  // A database that is not there has nothing to push, and none is made.
  const access = path === ':memory:' || existsSync(path) ? 'write' : 'read';
  const answer = await withStore(path, storeOptions(access, options, io), (store) =>
    pushStore(store, { dest, settings, io, again: options.again === true, dryRun: options.dryRun === true }),
  );
  const { pushDocument } = await import('../../render/answers/team.js');
  await writeDocument(pushDocument(answer), options, io);
}

/** Pushes a store that is open for writing. */
export async function pushStore(
  store: Store,
  asked: { dest?: string | undefined; settings: TeamSettings; io: Io; again?: boolean; dryRun?: boolean },
): Promise<PushAnswer> {
  const { dest, settings, io, again = false, dryRun = false } = asked;
  const { machine, leave_out, hide, key } = settings;
  const { pushUsage } = await import('../../team/push.js');
  return withTeamPlaces(dest, settings, io, ([target]) =>
    pushUsage(store, {
      ...{ target, machine, key, again, dryRun },
      privacy: { leave_out, hide },
      tool: `llmcost ${programVersion()}`,
      now: io.now(),
    }),
  );
}
