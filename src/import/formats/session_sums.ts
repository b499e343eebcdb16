import { type Sql, sql } from '../../sql.js';
import { field } from '../declare/fields.js';
import type { Format } from '../declare/format.js';
import { agentCalls } from './agent.js';

/** A file of sums whose calls stand elsewhere: known, and never counted beside them. */
function sums(file: Pick<Format, 'name' | 'title' | 'signature' | 'fields'> & { reason: string; there: Sql }): Format {
  const { reason, there, ...known } = file;
  const nothing = { at: 'usage', value: sql`cast(null as varchar)` };
  return agentCalls({
    ...known,
    call: sql`false`,
    others: [{ reason, when: there }],
    model: sql`cast(null as varchar)`,
    counts: { input: nothing, output: nothing },
    inputHoldsCache: true,
  });
}

/** ~/.qwen/usage_record.jsonl: sums of the sessions, which go on when one is continued. */
export const qwenCodeSums = sums({
  name: 'qwen-code-sums',
  title: 'sums of sessions of Qwen Code (~/.qwen/usage_record.jsonl)',
  signature: sql`json_exists(line, '$.sessionId') and json_exists(line, '$.models') and json_exists(line, '$.timestamp')`,
  fields: { sessionId: 'text' },
  reason: 'sums of sessions whose calls are in the chats',
  there: sql`${field('sessionId')} is not null`,
});

/** ~/.claude/stats-cache.json: what the sessions used by day and by model. */
export const claudeCodeSums = sums({
  name: 'claude-code-sums',
  title: 'sums of Claude Code by day (~/.claude/stats-cache.json)',
  signature: sql`json_exists(line, '$.dailyModelTokens') and json_exists(line, '$.modelUsage')`,
  fields: { version: 'text', modelUsage: 'text' },
  reason: 'sums of sessions whose calls are in projects',
  there: sql`${field('modelUsage')} is not null`,
});

/** What the sessions of Cline's command line used: <id>.json beside their messages, and the table of sessions.db. */
export const clineSums = sums({
  name: 'cline-sums',
  title: 'sums of sessions of Cline (data/sessions/<id>/<id>.json, sessions.db)',
  signature: sql`
    json_exists(line, '$.cline_session')
    or (json_exists(line, '$.session_id') and json_exists(line, '$.messages_path') and json_exists(line, '$.provider'))`,
  fields: { cline_session: 'text', session_id: 'text' },
  reason: 'sums of sessions whose calls are in their messages',
  there: sql`coalesce(${field('cline_session')}, ${field('session_id')}) is not null`,
});
