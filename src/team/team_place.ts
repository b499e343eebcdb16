import { createHmac, randomUUID } from 'node:crypto';
import { InputError, UsageError } from '../errors.js';
import type { Place } from './place.js';

/** The file that makes a folder or a bucket the place of a team. */
export const TEAM_FILE = 'llmcost-team.json';
const TEAM_LAYOUT = 'llmcost.team/1';
const TEAM_BYTES = 1 << 16;

/** What a team place says of itself. */
export interface Team {
  id: string;
  encrypted: boolean;
  /** Columns that everybody hides. */
  hides: readonly string[];
  /** The HMAC of a fixed word: tells whether a machine has the same key; null where the team has none. */
  key_check: string | null;
}

/** A place of a team, and what it says of itself. */
export interface TeamPlace {
  place: Place;
  team: Team;
}

/** The key of the team, from the environment. */
export type TeamKey = string | undefined;

const HIDEABLE = ['user_id', 'session_id', 'customer', 'machine'];

/** Columns to hide, checked. Throws UsageError. */
export function parseHidden(names: readonly string[]): string[] {
  const wrong = names.find((name) => !HIDEABLE.includes(name));
  if (wrong === undefined) return [...names];
  throw new UsageError(`--hide '${wrong}' cannot be hidden.\nPossible are: ${HIDEABLE.join(', ')}.`);
}

/** HMAC-SHA256 of a text under the key of the team, 64 hexadecimal digits. */
export function keyedDigest(key: string, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex');
}

function keyCheckOf(key: string): string {
  return keyedDigest(key, 'llmcost team key').slice(0, 32);
}

/** Makes a place the place of a team; one that is there already stays what it is. */
export async function initTeam(
  place: Place,
  { now, encrypted, hides, key }: { now: Date; encrypted: boolean; hides: readonly string[]; key: TeamKey },
): Promise<{ team: Team; made: boolean }> {
  if ((encrypted || hides.length > 0) && key === undefined)
    throw new UsageError(
      'To encrypt or to hide something takes a key that all machines share.\nSet it: export LLMCOST_TEAM_KEY="$(openssl rand -hex 32)", and keep it where the team keeps its secrets.',
    );
  const before = await place.get(TEAM_FILE, TEAM_BYTES);
  if (before !== undefined) return { team: parseTeam(before, place.name), made: false };
  const team: Team = { id: randomUUID(), encrypted, hides, key_check: key === undefined ? null : keyCheckOf(key) };
  const text = `${JSON.stringify({ schema: TEAM_LAYOUT, made_at: now.toISOString(), ...team }, null, 2)}\n`;
  await place.put(TEAM_FILE, Buffer.from(text));
  // Of two who made it at once one was first.
  return { team: await readTeam(place), made: true };
}

/** What a team place says of itself. Throws UsageError where it is none, or the key is another one. */
export async function openTeam(place: Place, key: TeamKey): Promise<Team> {
  const team = await readTeam(place);
  const { encrypted, hides, key_check } = team;
  if (key_check !== null && key !== undefined && keyCheckOf(key) !== key_check)
    throw new UsageError(
      `LLMCOST_TEAM_KEY is not the key of the team at ${place.name}.\nAsk whoever made the place for it; nothing was read or written.`,
    );
  if (key === undefined && (encrypted || hides.length > 0))
    throw new UsageError(
      `The team at ${place.name} ${encrypted ? 'encrypts what it shares' : `hides ${hides.join(', ')}`}, and there is no key.\nSet LLMCOST_TEAM_KEY to the key of the team.`,
    );
  return team;
}

async function readTeam(place: Place): Promise<Team> {
  const bytes = await place.get(TEAM_FILE, TEAM_BYTES);
  if (bytes === undefined)
    throw new UsageError(
      `${place.name} is not the place of a team: it has no ${TEAM_FILE}.\nTo make it one: llmcost team init ${place.name}`,
    );
  return parseTeam(bytes, place.name);
}

function parseTeam(bytes: Buffer, name: string): Team {
  const data = jsonOf(bytes, name);
  const { schema, id, encrypted, hides, key_check } = data;
  if (typeof schema === 'string' && schema.startsWith('llmcost.team/') && schema !== TEAM_LAYOUT)
    throw new UsageError(
      `The team at ${name} has a newer layout (${schema}).\nUpdate llmcost: npm install llmcost@latest.`,
    );
  const names = Array.isArray(hides) ? hides.filter((one) => typeof one === 'string') : [];
  if (schema !== TEAM_LAYOUT || typeof id !== 'string' || !/^[0-9a-f-]{8,64}$/.test(id)) throw damaged(name);
  return {
    id,
    encrypted: encrypted === true,
    hides: names,
    key_check: typeof key_check === 'string' ? key_check : null,
  };
}

function jsonOf(bytes: Buffer, name: string): Record<string, unknown> {
  try {
    const data: unknown = JSON.parse(bytes.toString('utf8'));
    if (typeof data === 'object' && data !== null) return { ...data };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw damaged(name);
}

function damaged(name: string): InputError {
  return new InputError(
    `${TEAM_FILE} of ${name} is damaged.\nRestore it from an earlier version: it holds the id by which databases know the place.`,
  );
}
