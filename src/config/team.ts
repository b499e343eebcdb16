import { either, list, object, oneOf, optional, type Read, words } from './schema.js';

/*
 * The section `team` of llmcost.yaml: where machines share their usage. Credentials are secrets and come from the environment only.
 */

/** Columns that stay on this machine. */
const LEFT_OUT = ['request_id', 'trace_id', 'session_id', 'user_id', 'customer', 'tags'] as const;
/** Columns whose values are replaced by a keyed digest. */
const HIDDEN = ['user_id', 'session_id', 'customer', 'machine'] as const;

const place = words('a folder or s3://BUCKET/PREFIX');

/** What the section is declared as. */
export const TEAM = object({
  place: optional(either(place, list(place))),
  machine: optional(words('the name of this machine, or off')),
  push: optional(oneOf(['after-import', 'never'])),
  leave_out: optional(list(oneOf(LEFT_OUT))),
  hide: optional(list(oneOf(HIDDEN))),
  cache: optional(words('a folder, such as ~/.cache/llmcost')),
});

/** What llmcost.yaml says of a team. */
export type TeamConfig = Read<typeof TEAM>;
