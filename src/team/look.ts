import { randomUUID } from 'node:crypto';
import { literal, sql } from '../sql.js';
import type { Store } from '../store/store.js';
import type { RefusedPush, TeamCheck, TeamMachine, TeamRemoval, TeamStatus } from './answer.js';
import { listPushes, PackFiles, pushesIn, type Read, readManifests, refusal } from './fetch_pushes.js';
import { manifestBytes, type Push, pushIdOf } from './manifest.js';
import { MANIFESTS } from './place.js';
import { unpushedImports } from './push.js';
import { faultsOf } from './sync.js';
import type { TeamPlace } from './team_place.js';

/** All that is in a place, as its manifests say. */
interface Whole {
  read: Read[];
  /** Pushes with rows. */
  pushes: Push[];
  /** Who took back whom. */
  removed: Map<string, string>;
  machines: Map<string, string | null>;
  refused: RefusedPush[];
}

/** Reads every manifest of a place. */
export async function readWhole({ place }: TeamPlace): Promise<Whole> {
  const { read, refused } = await readManifests(place, await listPushes(place));
  const found = pushesIn(read);
  const removed = new Map<string, string>();
  for (const { push_id, manifest } of read) for (const id of manifest.replaces) removed.set(id, push_id);
  return {
    read,
    pushes: found.pushes.filter(({ rows }) => rows > 0),
    removed,
    machines: new Map([
      ...found.pushes.map(({ push_id, machine }): [string, string | null] => [push_id, machine]),
      ...read.map(({ push_id, manifest }): [string, string | null] => [push_id, manifest.machine]),
    ]),
    refused: [...refused, ...found.refused],
  };
}

/** Machines and pushes of a place, and how far a database is behind it. */
export async function teamStatus(target: TeamPlace, store: Store | undefined): Promise<TeamStatus> {
  const { pushes, removed, machines, refused } = await readWhole(target);
  const known = store === undefined ? undefined : await ownView(store, target.team.id);
  const live = pushes.filter(({ push_id }) => !removed.has(push_id));
  return {
    schema: 'llmcost.team-status/1',
    place: target.place.name,
    machines: machinesOf(live),
    pushes: live.map(({ push_id, machine, made_at, rows }) => ({
      ...{ push_id, machine, made_at, rows },
      folded: known?.folded.has(push_id) ?? false,
      own: known?.own.has(push_id) ?? false,
    })),
    removed: pushes
      .filter(({ push_id }) => removed.has(push_id))
      .map(({ push_id, machine, rows }) => {
        const removed_by = removed.get(push_id) ?? '';
        return { push_id, machine, rows, removed_by, by_machine: machines.get(removed_by) ?? null };
      }),
    behind:
      known === undefined
        ? null
        : live.filter(({ push_id }) => !known.folded.has(push_id) && !known.own.has(push_id)).length,
    to_push: store === undefined ? null : await unpushedImports(store, target.team.id),
    refused,
  };
}

async function ownView(store: Store, place: string): Promise<{ folded: Set<string>; own: Set<string> }> {
  const rows = await store.rows<{ push_id: string; own: boolean }>(sql`
    select push_id, push_id in (select push_id from team_pushed where place = ${literal(place)}) as own
    from team_push
    where place = ${literal(place)}`);
  const of = (own: boolean) => new Set(rows.filter((row) => row.own === own).map(({ push_id }) => push_id));
  return { folded: of(false), own: of(true) };
}

function machinesOf(pushes: readonly Push[]): TeamMachine[] {
  const machines = new Map<string | null, TeamMachine>();
  for (const { machine, rows, made_at } of pushes) {
    const { pushes: count, rows: before, last_push } = machines.get(machine) ?? { pushes: 0, rows: 0, last_push: '' };
    const last = [made_at, last_push].sort()[1] ?? made_at;
    machines.set(machine, { machine, pushes: count + 1, rows: before + rows, last_push: last });
  }
  return [...machines.values()].sort((a, b) => (a.machine ?? '').localeCompare(b.machine ?? ''));
}

/** Reads every manifest and every pack of a place, and compares the one with the other. Needs a store for its engine only. */
export async function checkTeam(target: TeamPlace, store: Store, cache: string): Promise<TeamCheck> {
  const { pushes, refused } = await readWhole(target);
  const files = new PackFiles(target.place, cache);
  const incomplete: TeamCheck['incomplete'] = [];
  const bad = [...refused];
  const whole: Push[] = [];
  for (const push of pushes) {
    const { push_id, machine } = push;
    try {
      if ((await files.pathsOf(push)) === undefined) incomplete.push({ push_id, machine });
      else whole.push(push);
    } catch (error) {
      bad.push(refusal(push_id, error, machine));
    }
  }
  const faults = await faultsOf(store, whole, files);
  for (const { push_id, machine } of whole) {
    const reason = faults.get(push_id);
    if (reason !== undefined) bad.push({ push_id, machine, reason });
  }
  return {
    schema: 'llmcost.team-check/1',
    place: target.place.name,
    pushes: pushes.length,
    packs: new Set(pushes.flatMap(({ pieces }) => pieces.map(({ name }) => name))).size,
    rows: pushes.reduce((sum, { rows }) => sum + rows, 0),
    incomplete,
    refused: bad,
  };
}

export interface Removing {
  machine: string | undefined;
  tool: string;
  now: Date;
}

/** Takes pushes back: writes a manifest without packs that names them. Whoever syncs takes their usage out. */
export async function removePushes(
  target: TeamPlace,
  texts: readonly string[],
  { machine, tool, now }: Removing,
): Promise<TeamRemoval> {
  const { place } = target;
  const { pushes, machines, removed } = await readWhole(target);
  const ids = [...machines.keys()];
  const chosen = [...new Set(texts.map((text) => pushIdOf(text, ids)))].sort();
  const manifest = {
    machine: machine ?? null,
    tool,
    nonce: randomUUID(),
    made_at: now.toISOString(),
    packs: [],
    replaces: chosen,
    contains: [],
  };
  const { push_id, bytes } = manifestBytes(manifest);
  await place.put(`${MANIFESTS}${push_id}.json`, bytes);
  const gone = pushes.filter((push) => chosen.includes(push.push_id));
  const packs = new Set(gone.flatMap(({ pieces }) => pieces.map(({ name }) => name)));
  const still = pushes.filter(
    (push) =>
      !chosen.includes(push.push_id) && !removed.has(push.push_id) && push.pieces.some(({ name }) => packs.has(name)),
  );
  return {
    schema: 'llmcost.team-remove/1',
    place: place.name,
    push_id,
    removed: chosen.map((id) => ({
      push_id: id,
      machine: machines.get(id) ?? null,
      rows: gone.find((push) => push.push_id === id)?.rows ?? 0,
    })),
    still: still.map((push) => ({ push_id: push.push_id, machine: push.machine })),
  };
}
