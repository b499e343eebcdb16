import type { Command } from 'commander';
import { InputError } from '../../errors.js';
import type { Io } from '../../io.js';
import type { Store } from '../../store/store.js';
import { databasePath, storeOptions, withCommonOptions, withConfigOption } from '../options.js';
import type { ConfigOptions } from '../pricing/custom_prices.js';
import { type AnswerOptions, withAnswerOptions, writeDocument } from '../question.js';
import { programVersion } from '../version.js';
import { cacheOf, teamSettings, withPlaces, withTeamPlaces } from './place_option.js';

interface TeamOptions extends AnswerOptions, ConfigOptions {
  dest?: string;
  machine?: string;
  encrypted?: boolean;
  hide?: string;
  before?: string;
  dryRun?: boolean;
}

/** Declares `llmcost team init | status | remove | check | compact`. */
export function registerTeam(program: Command, io: Io): void {
  const team = program.command('team').description('the place where the machines of a team share usage');
  const declare = (command: Command) =>
    withAnswerOptions(withConfigOption(withCommonOptions(command)), ['table', 'json']);
  const place = 'a folder or s3://BUCKET/PREFIX; default: team: place: of llmcost.yaml, else $LLMCOST_TEAM';
  declare(team.command('init'))
    .description('make a folder or a bucket the place of a team')
    .argument('[dest]', place)
    .option('--encrypted', 'encrypt everything there with the key in LLMCOST_TEAM_KEY')
    .option(
      '--hide <columns>',
      'replace these by digests keyed with LLMCOST_TEAM_KEY, on every machine: user_id,machine',
    )
    .action((dest: string | undefined, options: TeamOptions) => init(dest, options, io));
  declare(team.command('status', { isDefault: true }))
    .description('machines, pushes, what was taken back, and how far this database is behind')
    .argument('[dest]', place)
    .action((dest: string | undefined, options: TeamOptions) => status(dest, options, io));
  declare(team.command('remove'))
    .description('take pushes back, for everybody who syncs')
    .argument('<ids...>', 'ids of pushes, or their beginnings')
    .option('--dest <place>', place)
    .option('--machine <name>', 'who takes them back; default: the name of the host')
    .action((ids: string[], options: TeamOptions) => remove(ids, options, io));
  declare(team.command('check'))
    .description('read every pack and compare it with what its manifest says')
    .argument('[dest]', place)
    .action((dest: string | undefined, options: TeamOptions) => check(dest, options, io));
  declare(team.command('compact'))
    .description('put many small pushes into one pack a month; nothing is lost')
    .argument('[dest]', place)
    .option('--before <month>', 'only usage before this month (YYYY-MM); default: the current one')
    .option('--machine <name>', 'who does it; default: the name of the host')
    .option('--dry-run', 'show what would be done, and write nothing')
    .action((dest: string | undefined, options: TeamOptions) => compact(dest, options, io));
}

async function init(dest: string | undefined, options: TeamOptions, io: Io): Promise<void> {
  const settings = await teamSettings(options, io);
  const hides = (options.hide ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const [{ initTeam, parseHidden }, { initDocument }] = await Promise.all([
    import('../../team/team_place.js'),
    import('../../render/answers/team.js'),
  ]);
  const document = await withPlaces(dest, settings, io, async ([place]) => {
    if (place === undefined) throw new Error('no place');
    const made = await initTeam(place, {
      now: io.now(),
      encrypted: options.encrypted === true,
      hides: parseHidden(hides),
      key: settings.key,
    });
    return initDocument({ place: place.name, ...made });
  });
  await writeDocument(document, options, io);
}

async function status(dest: string | undefined, options: TeamOptions, io: Io): Promise<void> {
  const settings = await teamSettings(options, io);
  const [{ teamStatus }, { statusDocument }] = await Promise.all([
    import('../../team/look.js'),
    import('../../render/answers/team.js'),
  ]);
  const answer = await withTeamPlaces(dest, settings, io, ([target]) =>
    inOwnStore(options, io, (store) => teamStatus(target, store)),
  );
  await writeDocument(statusDocument(answer), options, io);
}

/** This database, if there is one. */
async function inOwnStore<T>(options: TeamOptions, io: Io, fn: (store: Store | undefined) => Promise<T>): Promise<T> {
  const [{ withStore }, { existsSync }] = await Promise.all([import('../../store/store.js'), import('node:fs')]);
  const path = databasePath(options, io);
  return path === ':memory:' || !existsSync(path)
    ? fn(undefined)
    : withStore(path, storeOptions('read', options, io), fn);
}

async function remove(ids: string[], options: TeamOptions, io: Io): Promise<void> {
  const settings = await teamSettings(options, io);
  const [{ removePushes }, { removalDocument }] = await Promise.all([
    import('../../team/look.js'),
    import('../../render/answers/team.js'),
  ]);
  const { machine } = settings;
  const answer = await withTeamPlaces(options.dest, settings, io, ([target]) =>
    removePushes(target, ids, { machine, tool: tool(), now: io.now() }),
  );
  await writeDocument(removalDocument(answer), options, io);
}

async function check(dest: string | undefined, options: TeamOptions, io: Io): Promise<void> {
  const settings = await teamSettings(options, io);
  const [{ checkTeam }, { checkDocument }, { withStore }] = await Promise.all([
    import('../../team/look.js'),
    import('../../render/answers/team.js'),
    import('../../store/store.js'),
  ]);
  const answer = await withTeamPlaces(dest, settings, io, ([target]) =>
    withStore(':memory:', storeOptions('write', options, io), (store) =>
      checkTeam(target, store, cacheOf(settings, target, io)),
    ),
  );
  await writeDocument(checkDocument(answer), options, io);
  const { refused } = answer;
  if (refused.length > 0)
    throw new InputError(
      `${refused.length === 1 ? '1 push is' : `${refused.length} pushes are`} damaged.\nTake it back with llmcost team remove ID, and push again from its machine.`,
    );
}

async function compact(dest: string | undefined, options: TeamOptions, io: Io): Promise<void> {
  const settings = await teamSettings(options, io);
  const [{ compactTeam, parseMonth }, { compactionDocument }, { withStore }] = await Promise.all([
    import('../../team/compact.js'),
    import('../../render/answers/team.js'),
    import('../../store/store.js'),
  ]);
  const before = parseMonth(options.before, io.now());
  const { machine } = settings;
  const answer = await withTeamPlaces(dest, settings, io, ([target]) =>
    withStore(':memory:', storeOptions('write', options, io), (store) =>
      compactTeam(store, {
        ...{ target, machine, before },
        cache: cacheOf(settings, target, io),
        tool: tool(),
        now: io.now(),
        dryRun: options.dryRun === true,
      }),
    ),
  );
  await writeDocument(compactionDocument(answer), options, io);
}

function tool(): string {
  return `llmcost ${programVersion()}`;
}
