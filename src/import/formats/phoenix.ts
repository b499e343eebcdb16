import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import type { Shape } from '../declare/fields.js';
import { jsonIn } from '../declare/usage_names.js';
import { nanoseconds } from './sdk_spans.js';
import { TOLD_BY } from './trace_records.js';
import { type Traces, traces } from './traces.js';

/** Counts by the names of OpenInference. https://github.com/Arize-ai/openinference/blob/main/spec/semantic_conventions.md */
const COUNTS = [
  ...['prompt', 'completion', 'total'],
  ...['cache_read', 'cache_write', 'cache_input', 'audio', 'image', 'video'].map((part) => `prompt_details.${part}`),
  ...['reasoning', 'audio', 'image', 'video'].map((part) => `completion_details.${part}`),
].map((name) => `llm.token_count.${name}`);

/** What begins with one of these words and is no name of OpenInference stands in one column, as an object: `{'usage': {…}}`. */
const GROUPS = ['gen_ai', 'anthropic', 'openai', 'error', 'http', 'session', 'user', 'ai', 'traceloop'];

const column = (name: string) => identifier(`$${name}`);
const attribute = (name: string) => column(`attributes.${name}`);
const groupOf = (name: string) => GROUPS.find((group) => name.startsWith(`${group}.`));

/** An attribute, in its own column or in that of its group; tables write counts as floating-point numbers (`1037.0`). */
function attributeValue(name: string): Sql {
  const own = sql`regexp_replace(${attribute(name)}, '^([0-9]+)[.]0$', ${literal('\\1')})`;
  const group = groupOf(name);
  if (group === undefined) return own;
  const steps = name.slice(group.length + 1).split('.');
  const path = literal(`$.${steps.map((step) => `"${step}"`).join('.')}`);
  return sql`coalesce(${own}, json_extract_string(try_cast(${jsonIn(attribute(group))} as json), ${path}))`;
}

const NAMES = [...new Set([...COUNTS, ...TOLD_BY, ...GROUPS.map((group) => `${group}.usage`)])].filter(
  (name) => !GROUPS.includes(name),
);

const PLACES = ['name', 'span_kind', 'parent_id', 'start_time', 'end_time', 'status_code', 'status_message'];
const FIELDS: Shape = Object.fromEntries(
  [...PLACES, 'context.trace_id', 'context.span_id', ...[...NAMES, ...GROUPS].map((name) => `attributes.${name}`)].map(
    (name) => [name, 'text'],
  ),
);

/**
 * The table of spans that Phoenix's client gives (`get_spans_dataframe()`), as pandas writes it.
 * https://arize.com/docs/phoenix/tracing/how-to-tracing/importing-and-exporting-traces/extract-data-from-spans
 */
function phoenixTable({ name, title, reads }: Pick<Traces, 'name' | 'title' | 'reads'>) {
  return traces({
    name,
    title,
    reads,
    signature: ['context.span_id', 'context.trace_id', 'span_kind', 'start_time', 'attributes.openinference.span.kind'],
    fields: FIELDS,
    record: 'spans',
    records: (lines) => sql`
    select
      * replace (${join([...NAMES, ...GROUPS].map((one) => sql`left(${attribute(one)}, 1) as ${attribute(one)}`))}),
      ${column('context.trace_id')} as "$traceId",
      ${column('context.span_id')} as "$spanId",
      ${column('parent_id')} as "$parentSpanId",
      cast(null as struct("name" varchar, "version" varchar)) as "$scope",
      ${nanoseconds(column('start_time'))} as "$from",
      ${nanoseconds(column('end_time'))} as "$to",
      coalesce(${column('status_code')} = 'ERROR', false) as "$failed",
      ${column('status_message')} as "$message",
      [${join(NAMES.map(literal))}] as keys,
      [${join(NAMES.map(attributeValue))}] as vals,
      cast([] as varchar[]) as resource_keys,
      cast([] as varchar[]) as resource_vals
    from (${lines}) as lines`,
  });
}

export const phoenixCsv = phoenixTable({
  name: 'phoenix-csv',
  title: "table of spans from Phoenix's client, as CSV",
  reads: 'csv',
});

export const phoenixParquet = phoenixTable({
  name: 'phoenix-parquet',
  title: "table of spans from Phoenix's client, as Parquet",
  reads: 'parquet',
});
