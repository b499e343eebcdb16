import { identifier, literal, type Sql, sql } from '../../sql.js';
import type { Calls } from '../declare/calls.js';
import type { CountName } from '../declare/counts.js';
import { besideByName, type NamedUsage, namedPlaces, partSteps, readsOnly } from '../declare/named_usage.js';
import { among } from '../declare/normalize.js';
import { USAGE_CLASSES } from '../declare/usage_names.js';
import { writerRule } from '../declare/writers.js';
import { told } from './trace_records.js';

/** Objects of usage whose writer has put what is cached into the prompt already. */
const INCLUSIVE_TEXTS = [
  'mlflow.chat.tokenUsage',
  'metadata.usage_object',
  'metadata',
  'langfuse.observation.metadata.usage_object',
  // A table of Phoenix has attributes of one word as one object.
  'gen_ai.usage',
];
/** Langfuse's kinds of usage stand beside each other, where they are called by Langfuse's names. */
const OF_LANGFUSE = sql`coalesce(${told('told_in')} = ${literal('langfuse.observation.usage_details')}, false)`;

const SCOPE = sql`lower(coalesce(${told('scope')}.name, ''))`;
/** What is known of the instrumentation that wrote a record. */
const WRITER = writerRule(SCOPE, sql`${told('scope')}.version`);
const MODEL = sql`lower(coalesce(${told('model')}, ${told('request_model')}, ${told('provider')}, ''))`;
const GEMINI = sql`contains(${MODEL}, 'gemini')`;
const CLAUDE = sql`regexp_matches(concat(${MODEL}, ' ', lower(coalesce(${told('provider')}, ''))), 'claude|anthropic|bedrock|amazon')`;

const BY_NAME = besideByName(told('told_as'), MODEL);
const LANGFUSE_BESIDE = {
  input: sql`(${OF_LANGFUSE} and ${BY_NAME.input})`,
  output: sql`(${OF_LANGFUSE} and ${BY_NAME.output})`,
};

/** What counts tokens under names that nobody knows: the name says that they are tokens, or stands in an object of usage. */
const UNKNOWN = sql`list_transform(
      list_filter("$unknown", lambda e: e.s <> '' or regexp_matches(lower(e.k), '(usage|token_count|token_usage)[._]|tokens$|token_count$')),
      lambda e: {'name': e.k, 'tokens': cast(try_cast(e.v as double) as bigint)})`;

/** How counts are called in messages. */
const NAMES: Readonly<Partial<Record<CountName, string>>> = {
  input: 'gen_ai.usage.input_tokens',
  output: 'gen_ai.usage.output_tokens',
  total: 'gen_ai.usage.total_tokens',
  cache_read: 'gen_ai.usage.cache_read.input_tokens',
  cache_write: 'gen_ai.usage.cache_creation.input_tokens',
  cache_write_5m: 'cache_creation.ephemeral_5m_input_tokens',
  cache_write_1h: 'cache_creation.ephemeral_1h_input_tokens',
  reasoning: 'gen_ai.usage.reasoning.output_tokens',
};

const USAGE: NamedUsage = {
  entries: sql`[]`,
  at: (name) => NAMES[name] ?? `gen_ai.usage.${name}_tokens`,
  beside: LANGFUSE_BESIDE,
  totalOfAll: OF_LANGFUSE,
  gemini: GEMINI,
  readsOnly: sql`lower(${told('operation')}) in ('embeddings', 'embedding', 'rerank') or lower(${told('kind')}) in ('embedding', 'embedder', 'reranker')
      or starts_with(lower(${told('kind')}), 'ai.embed') or ${readsOnly(MODEL)}`,
};

/** What is cached stands beside the prompt, by who wrote the record and where its counts stood. */
const BESIDE = sql`coalesce("w:by_in"
    or (starts_with(${SCOPE}, 'com.anthropic.claude_code') and ${told('told_as')} = 'input_tokens')
    or (${identifier('n:uncached')} is null and ${SCOPE} = 'ai' and ${CLAUDE})
    or (${told('told_in')} is not null and not ${among(told('told_in'), INCLUSIVE_TEXTS)} and not ${OF_LANGFUSE} and ${CLAUDE})
    or ${LANGFUSE_BESIDE.input}, false)`;
const CACHED = sql`("told:reads" + "told:writes")`;

/** The counts of records: their classes were found by name already, copies of a call are one. */
export const TRACE_COUNTS = {
  computed: [
    {
      ...Object.fromEntries(USAGE_CLASSES.map((name): [string, Sql] => [`n:${name}`, identifier(`$n:${name}`)])),
      'named:unknown': UNKNOWN,
    },
    ...partSteps(USAGE),
  ],
  places: namedPlaces(USAGE),
  told: {
    convention: 'inclusive',
    // A count that would be more than what holds it says that its writer counts otherwise now.
    writer: {
      input: sql`case
          when ${BESIDE} then 'nothing'
          when ${WRITER.input} = 'cache' and ${CACHED} > "told:input" then null
          else ${WRITER.input}
        end`,
      output: sql`case
          when "w:by_out" or ${LANGFUSE_BESIDE.output} or (starts_with(${SCOPE}, 'openlit') and ${GEMINI}) then 'nothing'
          when "told:reasoning" > "told:output" then null
          else ${WRITER.output}
        end`,
      // A total that is prompt and answer as they are told says nothing of what they hold.
      ownTotal: sql`coalesce(${WRITER.ownTotal}, false) or coalesce("told:added" = 0, false)`,
    },
    inside: { input: identifier('named:inside_in'), output: identifier('named:inside_out') },
    gapIsReasoning: sql`${GEMINI} and ("input" is not null or "output" is not null)`,
    unknown: identifier('named:unknown_tokens'),
    unknownNames: identifier('named:unknown'),
  },
  convention: sql`if("reading:input" <> 'cache' and ${CACHED} > 0, 'exclusive', 'inclusive')`,
} satisfies {
  computed: Calls['computed'];
  places: Calls['at'];
  told: Partial<Calls>;
  convention: Sql;
};
