import type { RowQuery, Tables } from '../read/sqlite.js';

/*
 * Databases of programs that keep usage in SQLite. Each is turned into lines of JSON by a query in SQLite's own dialect,
 * which takes what counts and leaves prompts and answers where they are; the lines are then read by a declared format
 * like any other file.
 */
interface DatabaseOf {
  readonly program: string;
  /** The columns that tell it from other databases, by table. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
  readonly query: (has: (table: string, column: string) => boolean) => RowQuery;
}

/** Parts of a JSON value under the same keys; what is not there is null. */
function parts(json: string, paths: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(paths).map(([key, path]) => `'${key}', json_extract(${json}, '$.${path}')`);
  return `json_object(${pairs.join(', ')})`;
}

/** Columns as an object, under their own names. */
function columns(names: readonly string[]): string {
  return `json_object(${names.map((name) => `'${name}', "${name}"`).join(', ')})`;
}

/**
 * OpenCode since 1.2 and Kilo, ~/.local/share/opencode/opencode.db and kilo.db: one row a message, its JSON in `data`.
 * https://github.com/sst/opencode/blob/dev/packages/opencode/src/session/session.sql.ts
 */
const openCode: DatabaseOf = {
  program: 'OpenCode or Kilo',
  tables: { message: ['id', 'session_id', 'data'] },
  query: () => `
    select json_object(
      'id', id, 'sessionID', session_id, 'role', json_extract(message, '$.role'), 'providerID', json_extract(message, '$.providerID'),
      'modelID', json_extract(message, '$.modelID'), 'mode', json_extract(message, '$.mode'), 'cost', json_extract(message, '$.cost'),
      'time', ${parts('message', { created: 'time.created', completed: 'time.completed' })},
      'tokens', json(json_extract(message, '$.tokens')), 'path', ${parts('message', { cwd: 'path.cwd' })},
      'error', case when json_type(message, '$.error') = 'object'
        then json_object('name', json_extract(message, '$.error.name'), 'data', ${parts('message', { statusCode: 'error.data.statusCode' })}) end
    )
    from (select id, session_id, case when json_valid(data) then data end as message from message order by session_id, id)`,
};

/**
 * OpenClaw since 2026, ~/.openclaw/agents/<agent>/agent/openclaw-agent.sqlite: the lines of its old session files as
 * events, long ones packed. `trajectory_runtime_events` repeat their usage.
 */
const openClaw: DatabaseOf = {
  program: 'OpenClaw',
  tables: { transcript_events: ['session_id', 'seq', 'event_json'] },
  query: (has) => {
    const text = has('transcript_events', 'event_zstd') ? 'coalesce(event_json, zstd_text(event_zstd))' : 'event_json';
    const usage = `json(json_extract(event, '$.message.usage'))`;
    return `
    select case when event is null then '{}' else json_object(
      'type', json_extract(event, '$.type'), 'id', json_extract(event, '$.id'), 'timestamp', json_extract(event, '$.timestamp'),
      'cwd', json_extract(event, '$.cwd'), 'provider', json_extract(event, '$.provider'), 'modelId', json_extract(event, '$.modelId'),
      'message', case when json_type(event, '$.message') = 'object' then json_object(
        'role', json_extract(event, '$.message.role'), 'provider', json_extract(event, '$.message.provider'),
        'model', json_extract(event, '$.message.model'), 'timestamp', json_extract(event, '$.message.timestamp'),
        'responseId', json_extract(event, '$.message.responseId'), 'stopReason', json_extract(event, '$.message.stopReason'),
        'errorMessage', substr(json_extract(event, '$.message.errorMessage'), 1, 500), 'usage', ${usage}
      ) end
    ) end
    from (
      select case when json_valid(text) then text end as event
      from (select ${text} as text from transcript_events order by session_id, seq)
    )`;
  },
};

/** GitHub Copilot CLI, ~/.copilot/session-store.db: one row a call, as `session.usage_record` in events.jsonl. */
const copilot: DatabaseOf = {
  program: 'GitHub Copilot CLI',
  tables: { assistant_usage_events: ['session_id', 'model', 'input_tokens', 'output_tokens', 'created_at'] },
  query: (has) => {
    const named = [
      'session_id',
      'model',
      'input_tokens',
      'output_tokens',
      'cache_read_tokens',
      'cache_write_tokens',
      'reasoning_tokens',
      'duration_ms',
      'time_to_first_token_ms',
      'api_endpoint',
      'created_at',
    ].filter((name) => has('assistant_usage_events', name));
    const cwd = has('sessions', 'cwd')
      ? '(select s.cwd from sessions as s where s.id = assistant_usage_events.session_id)'
      : 'null';
    return `
    select json_object('type', 'assistant_usage_event', 'cwd', ${cwd}, 'row', ${columns(named)})
    from assistant_usage_events order by id`;
  },
};

/**
 * Hermes Agent, ~/.hermes/state.db: sums of a session by model, and of the sessions of old versions, which have none.
 * https://github.com/NousResearch/hermes-agent/blob/main/hermes_state.py
 */
const hermes: DatabaseOf = {
  program: 'Hermes Agent',
  tables: { sessions: ['id', 'model', 'started_at', 'input_tokens', 'output_tokens', 'cache_read_tokens'] },
  query: (has) => {
    const counts = [
      'model',
      'billing_provider',
      'task',
      'api_call_count',
      'input_tokens',
      'output_tokens',
      'cache_read_tokens',
      'cache_write_tokens',
      'reasoning_tokens',
      'estimated_cost_usd',
      'actual_cost_usd',
      'cost_status',
    ];
    const of = (table: string, alias: string) =>
      counts
        .filter((name) => has(table, name))
        .map((name) => `'${name}', ${alias}."${name}"`)
        .join(', ');
    const cwd = has('sessions', 'cwd') ? ', s.cwd' : ', null';
    const started = (own: string) => `'cwd'${cwd}, 'started_at', ${own}`;
    const byModel = has('session_model_usage', 'session_id');
    const first = has('session_model_usage', 'first_seen') ? 'coalesce(u.first_seen, s.started_at)' : 's.started_at';
    const sums = `
    select json_object('hermes_session', s.id, ${started('s.started_at')}, 'sums', json_object(${of('sessions', 's')})) as line from sessions as s
      ${byModel ? 'where not exists (select 1 from session_model_usage as u where u.session_id = s.id)' : ''}`;
    if (!byModel) return sums;
    return `${sums}
    union all
    select json_object('hermes_session', u.session_id, ${started(first)}, 'sums', json_object(${of('session_model_usage', 'u')}))
    from session_model_usage as u left join sessions as s on s.id = u.session_id`;
  },
};

/** Goose since 1.10, ~/.local/share/goose/sessions/sessions.db. */
const goose: DatabaseOf = {
  program: 'Goose',
  tables: { sessions: ['id', 'working_dir', 'created_at', 'accumulated_total_tokens', 'model_config_json'] },
  query: (has) => {
    const named = [
      'id',
      'working_dir',
      'created_at',
      'total_tokens',
      'input_tokens',
      'output_tokens',
      'accumulated_total_tokens',
      'accumulated_input_tokens',
      'accumulated_output_tokens',
      'accumulated_cache_read_tokens',
      'accumulated_cache_write_tokens',
      'accumulated_cost',
      'provider_name',
    ].filter((name) => has('sessions', name));
    const pairs = named.map((name) => `'${name}', "${name}"`).join(', ');
    const model = `case when json_valid(model_config_json) then json_extract(model_config_json, '$.model_name') end`;
    return `select json_object(${pairs}, 'model_config', json_object('model_name', ${model})) from sessions order by id`;
  },
};

/**
 * Threads of Zed's agent, ~/.local/share/zed/threads/threads.db: JSON, packed since 2025, with the usage of each request.
 * https://github.com/zed-industries/zed/blob/main/crates/agent/src/db.rs
 */
const zed: DatabaseOf = {
  program: 'Zed',
  tables: { threads: ['id', 'updated_at', 'data_type', 'data'] },
  query: () => `
    select case when thread is null then '{}' else json_object(
      'zed_thread', id, 'updated_at', updated_at, 'model', ${parts('thread', { provider: 'model.provider', model: 'model.model' })},
      'request_token_usage', json(json_extract(thread, '$.request_token_usage')),
      'cumulative_token_usage', json(json_extract(thread, '$.cumulative_token_usage'))
    ) end
    from (
      select id, updated_at, case when json_valid(text) then text end as thread
      from (select id, updated_at, case when data_type = 'zstd' then zstd_text(data) else cast(data as text) end as text from threads order by id)
    )`,
};

/**
 * Charm's Crush, .crush/crush.db: a session tells the sum of its costs; its tokens are those of the last call only, so
 * they are not taken for the session's.
 * https://github.com/charmbracelet/crush/blob/main/internal/agent/agent.go
 */
const crush: DatabaseOf = {
  program: 'Crush',
  tables: {
    sessions: ['id', 'parent_session_id', 'prompt_tokens', 'completion_tokens', 'cost', 'created_at'],
    messages: ['id', 'session_id', 'role', 'model'],
  },
  query: (has) => {
    const provider = has('messages', 'provider') ? `group_concat(distinct m.provider)` : 'null';
    return `
    select json_object(
      'crush_session', s.id, 'parent_session_id', s.parent_session_id, 'created_at', s.created_at, 'cost', s.cost,
      'prompt_tokens', s.prompt_tokens, 'completion_tokens', s.completion_tokens,
      'models', group_concat(distinct m.model), 'providers', ${provider}, 'answers', count(distinct m.id)
    )
    from sessions as s
    left join messages as m on m.session_id = s.id and m.role = 'assistant' and coalesce(m.model, '') <> ''
    group by s.id order by s.id`;
  },
};

/** Cursor, <data>/User/globalStorage/state.vscdb: what is said in a chat under `bubbleId:<chat>:<bubble>`. Newer versions count on the server only. */
const cursor: DatabaseOf = {
  program: 'Cursor',
  tables: { cursordiskkv: ['key', 'value'] },
  query: () => `
    select case when bubble is null then '{}' else json_object(
      'bubble', key, 'type', json_extract(bubble, '$.type'), 'tokenCount', json(json_extract(bubble, '$.tokenCount')),
      'modelInfo', ${parts('bubble', { modelName: 'modelInfo.modelName' })}, 'createdAt', json_extract(bubble, '$.createdAt')
    ) end
    from (
      select key, case when json_valid(text) then text end as bubble
      from (select key, cast(value as text) as text from cursorDiskKV where key >= 'bubbleId:' and key < 'bubbleId;' and value is not null order by key)
    )`,
};

/** Cline CLI, ~/.cline/data/db/sessions.db: sums of the sessions whose calls stand in data/sessions/<id>/<id>.messages.json. */
const cline: DatabaseOf = {
  program: 'Cline',
  tables: { sessions: ['session_id', 'provider', 'model', 'transcript_path', 'metadata_json'] },
  query: () => `
    select json_object('cline_session', session_id, 'started_at', started_at, 'provider', provider, 'model', model)
    from sessions order by session_id`,
};

/** The most telling first: a later one may have fewer columns. */
/**
 * The command line `llm`, logs.db: one row an answer. https://llm.datasette.io/en/stable/logging.html#sql-schema
 */
const llm: DatabaseOf = {
  program: 'llm',
  tables: {
    responses: ['id', 'model', 'datetime_utc', 'duration_ms', 'conversation_id', 'input_tokens', 'output_tokens'],
  },
  query: (has) => {
    const given = ['token_details', 'resolved_model'].filter((column) => has('responses', column));
    const names = [
      'id',
      'model',
      'datetime_utc',
      'duration_ms',
      'conversation_id',
      'input_tokens',
      'output_tokens',
      ...given,
    ];
    return `
    select json_patch(${columns(names)}, json_object('response_json', ${parts('answer', { id: 'id', service_tier: 'service_tier' })}))
    from (select *, case when json_valid(response_json) then response_json end as answer from responses order by datetime_utc, id)`;
  },
};

const DATABASES: readonly DatabaseOf[] = [openClaw, copilot, cline, goose, crush, hermes, zed, cursor, llm, openCode];

/** The query for a database, by its tables; undefined where no known program wrote it. */
export function queryOf(tables: Tables): RowQuery | undefined {
  const has = (table: string, column: string) => tables.get(table)?.has(column) === true;
  const found = DATABASES.find(({ tables: needed }) =>
    Object.entries(needed).every(([table, names]) => names.every((name) => has(table, name))),
  );
  return found?.query(has);
}

/** The programs whose databases are read. */
export const DATABASE_PROGRAMS: readonly string[] = DATABASES.map(({ program }) => program);
