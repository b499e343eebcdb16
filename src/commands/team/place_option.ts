import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { UsageError } from '../../errors.js';
import type { Io } from '../../io.js';
import type { Place } from '../../team/place.js';
import type { TeamKey, TeamPlace } from '../../team/team_place.js';
import type { ConfigOptions } from '../pricing/custom_prices.js';

/** What llmcost.yaml and the environment say of the team. */
export interface TeamSettings {
  /** Places in the order of llmcost.yaml: usage is pushed to the first and read from all. */
  places: string[];
  /** The folder that relative places are in. */
  folder: string;
  machine: string | undefined;
  pushAfterImport: boolean;
  leave_out: readonly string[];
  hide: readonly string[];
  key: TeamKey;
  cache: string | undefined;
}

const MOST = 100;

/** The settings of the team; `machine` is the word of the command line. Throws UsageError. */
export async function teamSettings(options: ConfigOptions & { machine?: string }, io: Io): Promise<TeamSettings> {
  const { readConfig } = await import('../../config/config.js');
  const { team, path } = await readConfig(options.config, io);
  const { place = [], machine, push, leave_out = [], hide = [], cache } = team ?? {};
  const places = typeof place === 'string' ? [place] : place;
  const named = places.length > 0 ? places : [io.env.LLMCOST_TEAM ?? ''].filter((one) => one !== '');
  return {
    places: named,
    folder: places.length > 0 && path !== undefined ? dirname(path) : io.cwd,
    machine: machineName(options.machine ?? machine, io),
    pushAfterImport: push === 'after-import',
    ...{ leave_out, hide, cache },
    key: io.env.LLMCOST_TEAM_KEY || undefined,
  };
}

/** The name of this machine: as it was given, else LLMCOST_MACHINE, else the name of the host; none where it is off. */
function machineName(given: string | undefined, io: Io): string | undefined {
  const name = (given ?? (io.env.LLMCOST_MACHINE || hostname())).trim();
  if (name === 'off' || name === '') return undefined;
  // Control characters: a name is shown on terminals of others.
  if (name.length <= MOST && !/\p{Cc}/u.test(name)) return name;
  throw new UsageError(
    `The name of this machine must be a line of at most ${MOST} characters.\nGive another one with --machine NAME, or team: machine: in llmcost.yaml.`,
  );
}

/** Hands out the team places that are meant: DEST of the command line, else those of llmcost.yaml, else LLMCOST_TEAM. */
export async function withTeamPlaces<T>(
  dest: string | undefined,
  settings: TeamSettings,
  io: Io,
  fn: (targets: readonly [TeamPlace, ...TeamPlace[]]) => Promise<T>,
): Promise<T> {
  const { openTeam } = await import('../../team/team_place.js');
  return withPlaces(dest, settings, io, async (places) => {
    const [first, ...others] = await Promise.all(
      places.map(async (place) => ({ place, team: await openTeam(place, settings.key) })),
    );
    if (first === undefined) throw noPlace();
    return fn([
      await sealed(first, settings.key),
      ...(await Promise.all(others.map((one) => sealed(one, settings.key)))),
    ]);
  });
}

async function sealed(target: TeamPlace, key: TeamKey): Promise<TeamPlace> {
  if (!target.team.encrypted || key === undefined) return target;
  const { sealedPlace } = await import('../../team/place_sealed.js');
  return { ...target, place: sealedPlace(target.place, key) };
}

/** The same for places that need not be those of a team yet. */
export async function withPlaces<T>(
  dest: string | undefined,
  settings: TeamSettings,
  io: Io,
  fn: (places: readonly Place[]) => Promise<T>,
): Promise<T> {
  const named =
    dest === undefined ? settings.places.map((one) => [one, settings.folder] as const) : [[dest, io.cwd] as const];
  if (named.length === 0) throw noPlace();
  const buckets = named.filter(([name]) => isAddress(name));
  const folders = new Map<string, Place>();
  if (buckets.length < named.length) {
    const { folderPlace } = await import('../../team/place_folder.js');
    for (const [name, folder] of named) {
      if (!isAddress(name)) folders.set(name, folderPlace(fromFolder(name, folder, io), name));
    }
  }
  if (buckets.length === 0) return fn(named.flatMap(([name]) => folders.get(name) ?? []));
  const { withBuckets } = await import('../../team/place_s3.js');
  return withBuckets(
    buckets.map(([name]) => name),
    { env: io.env, sleep: io.sleep },
    (found) => fn(named.flatMap(([name]) => folders.get(name) ?? found.get(name) ?? [])),
  );
}

function isAddress(name: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(name);
}

function fromFolder(name: string, folder: string, io: Io): string {
  const path = name.startsWith('~/') ? join(io.env.HOME ?? '~', name.slice(2)) : name;
  return isAbsolute(path) ? path : resolve(folder, path);
}

function noPlace(): UsageError {
  return new UsageError(
    'No team place is named.\nName a folder or s3://BUCKET/PREFIX on the command line, as team: place: in llmcost.yaml, or in LLMCOST_TEAM. To make one: llmcost team init DEST',
  );
}

/** Where packs of a team are kept on this machine; may be deleted at any time. */
export function cacheOf({ cache, folder }: TeamSettings, { team }: TeamPlace, io: Io): string {
  const home = io.env.XDG_CACHE_HOME || join(io.env.HOME ?? io.env.USERPROFILE ?? io.cwd, '.cache');
  const base = cache === undefined ? join(home, 'llmcost') : fromFolder(cache, folder, io);
  // The id is what somebody else wrote: it names a folder, and nothing above it.
  return join(base, createHash('sha256').update(team.id).digest('hex').slice(0, 16));
}
