import { type Sql, sql } from '../../sql.js';
import { field, type Shape } from '../declare/fields.js';
import { constant, type Format } from '../declare/format.js';
import { parsed, withLabels } from '../declare/labels.js';
import { AGENT_FACTS, AGENT_TRAITS, projectOf } from './agent.js';

const COLUMNS: Shape = Object.fromEntries(
  [
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
  ].map((name) => [name, 'text']),
);

const NOTHING_COUNTED = sql`(input is null and output is null)`;

/** What was used in the whole session; old versions told only that of its last call, then it is all that is known. */
function accumulated(name: 'input' | 'output'): { at: string; value: Sql } {
  const [sum, last] = [`accumulated_${name}_tokens`, `${name}_tokens`];
  return { at: sum, value: sql`coalesce(${field(sum)}, ${field(last)})` };
}

/**
 * Sessions of Goose. They lie in a database (~/.local/share/goose/sessions/sessions.db) whose table `sessions` can be
 * written as CSV, or one by one with `goose session export --format json`; before 1.10 each was a file of JSON lines
 * whose first line counts. A session tells the sums of all its calls.
 * https://github.com/block/goose/blob/main/crates/goose/src/session/session_manager.rs
 */
function goose(
  layout: Pick<Format, 'name' | 'title' | 'reads' | 'signature' | 'fields' | 'computed' | 'skip'>,
  model: Sql,
): Format {
  return {
    ...layout,
    numbers: {
      input: accumulated('input'),
      output: accumulated('output'),
      cache_read: 'accumulated_cache_read_tokens',
      cache_write: 'accumulated_cache_write_tokens',
    },
    decimals: { cost: 'accumulated_cost' },
    // Without zone, in UTC.
    times: { started: 'created_at' },
    timeUnit: 'any',
    skip: [
      ...layout.skip,
      {
        reason: 'sessions without usage',
        when: sql`${field('working_dir')} is not null and coalesce(input, 0) + coalesce(output, 0) = 0`,
      },
    ],
    checks: [
      { field: 'created_at', reason: 'is missing', missing: 'timestamp', when: sql`started is null` },
      { field: 'model_config.model_name', reason: 'is missing', missing: 'model', when: sql`${model} is null` },
      { field: 'accumulated_input_tokens', reason: 'is missing', when: sql`input is null` },
      { field: 'accumulated_output_tokens', reason: 'is missing', when: sql`output is null` },
    ],
    traits: {
      ...AGENT_TRAITS,
      provider: field('provider_name'),
      model,
      status: constant('ok'),
      error_class: null,
      feature: projectOf(field('working_dir')),
      billed_currency: sql`case when cost > 0 then 'USD' end`,
      // Goose adds Anthropic's cached tokens to the input, as the others count:
      // https://github.com/block/goose/blob/main/crates/goose/src/providers/formats/anthropic.rs
      token_convention: constant('inclusive'),
    },
    facts: {
      ...AGENT_FACTS,
      request_id: null,
      occurred_at: sql`started`,
      // A session takes as many calls as the work needs.
      requests: null,
      uncached_input_tokens: sql`case when not ${NOTHING_COUNTED} then input - coalesce(cache_read, 0) - coalesce(cache_write, 0) end`,
      cache_read_tokens: sql`cache_read`,
      cache_write_tokens: sql`cache_write`,
      cache_write_1h_tokens: null,
      text_output_tokens: sql`output`,
      reasoning_tokens: null,
      latency_ms: null,
      user_id: null,
      session_id: field('id'),
      tags: withLabels(null, { cwd: field('working_dir') }),
      // What Goose took it to cost; 0 where it knows no price.
      billed_cost: sql`case when cost > 0 then cost end`,
    },
    units: {},
    key: sql`concat_ws(' ', 'goose session', coalesce(${field('id')}, ${field('working_dir')}), started)`,
    // A session goes on.
    repeats: 'grows',
    tellsFolder: true,
    dated: true,
  };
}

export const gooseJson: Format = goose(
  {
    name: 'goose',
    title: 'sessions of Goose, exported by goose session export, and those before 1.10',
    reads: 'ndjson',
    signature: sql`json_exists(line, '$.working_dir') and json_exists(line, '$.accumulated_total_tokens')`,
    fields: { ...COLUMNS, role: 'text', model_config: { model_name: 'text' } },
    skip: [{ reason: 'messages', when: sql`${field('role')} is not null and ${field('working_dir')} is null` }],
  },
  field('model_config.model_name'),
);

export const gooseCsv: Format = goose(
  {
    name: 'goose-csv',
    title: "Goose's table of sessions as CSV",
    reads: 'csv',
    signature: ['id', 'working_dir', 'accumulated_input_tokens', 'accumulated_output_tokens', 'model_config_json'],
    fields: { ...COLUMNS, model_config_json: 'text' },
    computed: [{ told: parsed(field('model_config_json'), { model_name: 'text' }) }],
    skip: [],
  },
  sql`told.model_name`,
);
