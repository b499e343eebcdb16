import { createHash } from 'node:crypto';
import { InputError } from '../errors.js';

/** The layout of manifests and packs that this program writes and reads. */
export const LAYOUT = 'llmcost.pack/1';

/** A larger manifest is none of ours. */
export const MANIFEST_BYTES = 1 << 20;
/** A compaction names every push that it holds. */
const MANY = 100_000;

/** Sums over rows of a pack, as decimal strings: what a manifest says must be what is there. */
export type Sums = Record<string, string>;

/** Rows of one push in one file. */
export interface Piece {
  /** The key of the file in its place. */
  name: string;
  /** The digest of the bytes of the file, which its name ends with. */
  sha256: string;
  bytes: number;
  /** The push that the rows are of where the file holds those of several. */
  origin: string | null;
  rows: number;
  sums: Sums;
}

/** What one machine pushed at once: the unit that is taken in, and taken back. */
export interface Push {
  push_id: string;
  machine: string | null;
  /** ISO 8601. */
  made_at: string;
  rows: number;
  pieces: Piece[];
}

/** What a manifest says: makes its packs visible, and takes earlier pushes back. */
export interface Manifest {
  machine: string | null;
  /** Which llmcost wrote it. */
  tool: string;
  /** Two manifests never have the same id. */
  nonce: string;
  made_at: string;
  packs: Omit<Piece, 'origin'>[];
  /** Ids of the pushes that it takes back. */
  replaces: string[];
  /** Pushes whose rows its packs hold (compaction). */
  contains: {
    push_id: string;
    machine: string | null;
    made_at: string;
    pieces: Omit<Piece, 'sha256' | 'bytes' | 'origin'>[];
  }[];
}

/** The digest of bytes, in hexadecimal digits. */
export function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The bytes of a manifest, and its id. */
export function manifestBytes(manifest: Manifest): { push_id: string; bytes: Buffer } {
  const bytes = Buffer.from(`${JSON.stringify({ schema: LAYOUT, ...manifest })}\n`);
  return { push_id: digest(bytes).slice(0, 32), bytes };
}

/** What is wrong with a push, in words that end a sentence; nothing of it is taken in. */
export class DamagedPush extends Error {
  constructor(
    readonly reason: string,
    readonly machine: string | null = null,
  ) {
    super(reason);
  }
}

export function isPushId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

/** The pushes that a manifest makes visible: its own, or those that it holds together. */
export function pushesOf(push_id: string, { machine, made_at, packs, contains }: Manifest): Push[] {
  const own = {
    push_id,
    machine,
    made_at,
    rows: rowsOf(packs),
    pieces: packs.map((pack) => ({ ...pack, origin: null })),
  };
  if (contains.length === 0) return [own];
  const files = new Map(packs.map((pack) => [pack.name, pack]));
  const held = contains.map(
    ({ pieces, ...push }): Push => ({
      ...push,
      rows: rowsOf(pieces),
      pieces: pieces.map((piece) => {
        const file = files.get(piece.name);
        if (file === undefined)
          throw new DamagedPush(`it names the pack ${piece.name}, which it does not have`, machine);
        return { ...piece, sha256: file.sha256, bytes: file.bytes, origin: push.push_id };
      }),
    }),
  );
  return [{ ...own, rows: 0, pieces: [] }, ...held];
}

function rowsOf(pieces: readonly { rows: number }[]): number {
  return pieces.reduce((sum, { rows }) => sum + rows, 0);
}

/** Reads the bytes of a manifest that somebody else wrote. Throws DamagedPush. */
export function parseManifest(push_id: string, bytes: Buffer): Manifest {
  if (digest(bytes).slice(0, 32) !== push_id) throw new DamagedPush('its manifest is not what its name says');
  const data = parsed(bytes);
  const machine = textOrNull(data.machine);
  const check = new Check(machine);
  if (data.schema !== LAYOUT) {
    const known = typeof data.schema === 'string' && data.schema.startsWith('llmcost.pack/');
    throw new DamagedPush(
      known ? `it is of a newer layout (${shown(data.schema)}); update llmcost` : 'it is no manifest',
      machine,
    );
  }
  const packs = check.list(data.packs, 'packs', MANY).map((pack) => ({
    ...check.piece(pack),
    sha256: check.match(pack.sha256, 'sha256', /^[0-9a-f]{64}$/),
    bytes: check.count(pack.bytes, 'bytes'),
  }));
  for (const { name, sha256 } of packs) {
    if (!name.endsWith(`/${sha256}.parquet`))
      throw new DamagedPush(`the pack ${name} is not called by its digest`, machine);
  }
  return {
    machine,
    tool: check.text(data.tool, 'tool'),
    nonce: check.text(data.nonce, 'nonce'),
    made_at: check.time(data.made_at),
    packs,
    replaces: check.ids(data.replaces, 'replaces'),
    contains: check.list(data.contains, 'contains', MANY).map((push) => ({
      push_id: check.match(push.push_id, 'push_id', /^[0-9a-f]{32}$/),
      machine: textOrNull(push.machine),
      made_at: check.time(push.made_at),
      pieces: check.list(push.pieces, 'pieces', MANY).map((piece) => check.piece(piece)),
    })),
  };
}

type Data = Record<string, unknown>;

function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(bytes: Buffer): Data {
  try {
    const data: unknown = JSON.parse(bytes.toString('utf8'));
    if (isData(data)) return data;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new DamagedPush('its manifest is no JSON object');
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= 200 ? value : null;
}

function shown(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 80) ?? 'nothing';
}

/** Checks the values of a manifest; what is wrong is a DamagedPush that names the field. */
class Check {
  constructor(private readonly machine: string | null) {}

  private refuse(field: string, value: unknown): never {
    throw new DamagedPush(`its manifest has ${shown(value)} as ${field}`, this.machine);
  }

  text(value: unknown, field: string): string {
    return textOrNull(value) ?? this.refuse(field, value);
  }

  match(value: unknown, field: string, form: RegExp): string {
    return typeof value === 'string' && form.test(value) ? value : this.refuse(field, value);
  }

  time(value: unknown): string {
    return this.match(value, 'made_at', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/);
  }

  count(value: unknown, field: string): number {
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : this.refuse(field, value);
  }

  list(value: unknown, field: string, most: number): Data[] {
    if (!Array.isArray(value) || value.length > most) return this.refuse(field, value);
    return value.map((item: unknown) => (isData(item) ? item : this.refuse(field, item)));
  }

  ids(value: unknown, field: string): string[] {
    if (!Array.isArray(value) || value.length > MANY) return this.refuse(field, value);
    return value.map((item: unknown) => this.match(item, field, /^[0-9a-f]{32}$/));
  }

  /** No name leads out of the place: a month, and a digest. */
  piece(value: Data): Omit<Piece, 'sha256' | 'bytes' | 'origin'> {
    return {
      name: this.match(value.name, 'the name of a pack', /^packs\/month=(\d{4}-\d\d|none)\/[0-9a-f]{64}\.parquet$/),
      rows: this.count(value.rows, 'rows'),
      sums: this.sums(value.sums),
    };
  }

  private sums(value: unknown): Sums {
    if (!isData(value)) return this.refuse('sums', value);
    return Object.fromEntries(
      Object.entries(value).map(([name, sum]) => [name, this.match(sum, 'a sum', /^-?\d{1,40}(\.\d{1,18})?$/)]),
    );
  }
}

/** The id that a text is the beginning of. Throws InputError where there is none, or more than one. */
export function pushIdOf(text: string, ids: readonly string[]): string {
  const found = ids.filter((id) => id.startsWith(text.toLowerCase()));
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  throw new InputError(
    found.length === 0
      ? `There is no push ${text}.\nSee which there are: llmcost team status`
      : `${found.length} pushes begin with ${text}.\nWrite more of the id: llmcost team status --format json has all of it.`,
  );
}
