import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../errors.js';
import type { RefusedPush } from './answer.js';
import {
  DamagedPush,
  digest,
  isPushId,
  MANIFEST_BYTES,
  type Manifest,
  type Piece,
  type Push,
  parseManifest,
  pushesOf,
} from './manifest.js';
import { inParallel, MANIFESTS, type Place, Unreadable } from './place.js';

/** A larger pack is none of ours: one month of one push. */
const PACK_BYTES = 2 ** 31;
/** So many things are fetched at once. */
const AT_ONCE = { manifests: 32, packs: 16 };

/** A manifest that was read. */
export interface Read {
  push_id: string;
  manifest: Manifest;
}

/** The ids of all manifests in a place. */
export async function listPushes(place: Place): Promise<string[]> {
  const keys = await place.list(MANIFESTS);
  return keys
    .filter((key) => key.endsWith('.json'))
    .map((key) => key.slice(MANIFESTS.length, -'.json'.length))
    .filter(isPushId)
    .sort();
}

/** Reads manifests; those that cannot be read are refused by name, and one that is gone is left out. */
export async function readManifests(
  place: Place,
  ids: readonly string[],
): Promise<{ read: Read[]; refused: RefusedPush[] }> {
  const refused: RefusedPush[] = [];
  const read = await inParallel(ids, AT_ONCE.manifests, async (push_id): Promise<Read | undefined> => {
    try {
      const bytes = await place.get(`${MANIFESTS}${push_id}.json`, MANIFEST_BYTES);
      return bytes === undefined ? undefined : { push_id, manifest: parseManifest(push_id, bytes) };
    } catch (error) {
      refused.push(refusal(push_id, error));
      return undefined;
    }
  });
  return { read, refused };
}

/** Why a push is refused; what is no fault of the push is thrown on. */
export function refusal(push_id: string, error: unknown, machine: string | null = null): RefusedPush {
  if (error instanceof DamagedPush) return { push_id, machine: error.machine ?? machine, reason: error.reason };
  if (error instanceof Unreadable) return { push_id, machine, reason: error.message };
  throw error;
}

/** All pushes that some manifests make visible, each once: by its own manifest while there is one, else as part of a compaction. */
export function pushesIn(read: readonly Read[]): { pushes: Push[]; refused: RefusedPush[] } {
  const pushes = new Map<string, Push>();
  const refused: RefusedPush[] = [];
  const [compactions, own] = [read.filter(isCompaction), read.filter((one) => !isCompaction(one))];
  for (const { push_id, manifest } of [...own, ...compactions]) {
    try {
      for (const push of pushesOf(push_id, manifest)) {
        if (!pushes.has(push.push_id)) pushes.set(push.push_id, push);
      }
    } catch (error) {
      refused.push(refusal(push_id, error, manifest.machine));
    }
  }
  return { pushes: [...pushes.values()], refused };
}

function isCompaction({ manifest }: Read): boolean {
  return manifest.contains.length > 0;
}

/** Files of packs on this machine, as the database reads them. */
export class PackFiles {
  /** Paths of packs whose bytes were found to be what their name says, by key. */
  private readonly seen = new Map<string, Promise<string | undefined>>();

  constructor(
    private readonly place: Place,
    private readonly cache: string,
  ) {}

  /** The path of a pack, whole and as its name says; undefined where it is not in the place. Throws DamagedPush. */
  pathOf(piece: Pick<Piece, 'name' | 'sha256' | 'bytes'>): Promise<string | undefined> {
    const known = this.seen.get(piece.name);
    if (known !== undefined) return known;
    const found = this.find(piece);
    this.seen.set(piece.name, found);
    return found;
  }

  /** The paths of all packs of a push; undefined where one is missing. Throws DamagedPush. */
  async pathsOf({ pieces }: Pick<Push, 'pieces'>): Promise<Map<string, string> | undefined> {
    const paths = await inParallel(pieces, AT_ONCE.packs, async (piece) => ({
      name: piece.name,
      path: await this.pathOf(piece),
    }));
    const known = paths.flatMap(({ name, path }): [string, string][] => (path === undefined ? [] : [[name, path]]));
    return known.length < pieces.length ? undefined : new Map(known);
  }

  private async find({
    name,
    sha256,
    bytes: size,
  }: Pick<Piece, 'name' | 'sha256' | 'bytes'>): Promise<string | undefined> {
    const inPlace = this.place.pathOf(name);
    const cached = join(this.cache, `${sha256}.parquet`);
    if (inPlace === undefined && (await isWhole(cached, { sha256, size }))) return cached;
    const bytes = await this.place.get(name, PACK_BYTES);
    if (bytes === undefined) return undefined;
    if (bytes.length !== size || digest(bytes) !== sha256)
      throw new DamagedPush(`the pack ${name} is damaged: its bytes are not those that its name says`);
    if (inPlace !== undefined) return inPlace;
    await keep(cached, bytes);
    return cached;
  }
}

async function isWhole(path: string, { sha256, size }: { sha256: string; size: number }): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.size === size && digest(await readFile(path)) === sha256;
}

/** Two programs may fill one cache at once: a file gets its name when it is whole. */
async function keep(path: string, bytes: Buffer): Promise<void> {
  const folder = join(path, '..');
  const written = join(folder, `.${randomUUID()}.new`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(written, bytes, { mode: 0o600 });
    await rename(written, path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InputError(
      `Packs of the team cannot be kept in ${folder}: ${reason}\nName another folder in llmcost.yaml: team: cache: FOLDER`,
      { cause },
    );
  }
}
