import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import type { At } from './calls.js';
import { COUNT_NAMES, type CountName, type Told } from './counts.js';
import { classifiedOf, tierInNames, USAGE_CLASSES, type UsageClass } from './usage_names.js';

/** The usage of a line as a list of names and numbers, and what such a list means where the line does not show it. */
export interface NamedUsage {
  /** A list of `{s, k, v}`: source, name, value. Of several of one class the first above 0 counts. */
  readonly entries: Sql;
  /** How a class is called in messages. */
  readonly at: (name: CountName) => string;
  /** Whether parts stand beside the prompt, and beside the answer (booleans; they may look at the columns of `classesIn`). */
  readonly beside: { readonly input: Sql; readonly output: Sql };
  /** Its total is over all that the list has (a boolean): searches too, and of input and output alone only if they hold their parts. */
  readonly totalOfAll: Sql;
  /** The model is Gemini, which counts some beside the prompt that others do not tell. */
  readonly gemini: Sql;
  /** The model embeds or ranks: a total alone is its prompt. */
  readonly readsOnly: Sql;
}

const n = (name: UsageClass) => identifier(`n:${name}`);
const w = (name: string) => identifier(`w:${name}`);
/** The count of a class, 0 where it is not told. */
const some = (name: UsageClass) => sql`coalesce(try_cast(${n(name)} as bigint), 0)`;
const sum = (names: readonly UsageClass[]) => join(names.map(some), ' + ');
const text = (value: Sql) => sql`cast(${value} as varchar)`;
const ENTRIES = identifier('named:entries');

/** Classes of which a list may have several, all of them billed. */
const SEVERAL: readonly UsageClass[] = ['predicted', 'searches', 'maps_searches'];
const INPUT_KINDS = ['input_audio', 'input_image', 'input_video'] as const;
const OUTPUT_KINDS = ['output_audio', 'output_image', 'output_video'] as const;
const READ_KINDS = ['cache_read_audio', 'cache_read_image'] as const;

/**
 * The steps that find the classes in a list, as the text columns `n:CLASS`, and the wholes of prompt and answer with
 * their parts of other kinds (audio, images, predicted text) in them. What the wholes hold of the cache and of the
 * reasoning is decided by `tokenSteps`, as for all formats.
 */
export function namedSteps(named: NamedUsage): readonly Readonly<Record<string, Sql>>[] {
  return [listed(named), classesIn(), ...partSteps(named)];
}

/** The same after the classes were found: the columns `n:CLASS` and `named:unknown` are there. */
export function partSteps(named: NamedUsage): readonly Readonly<Record<string, Sql>>[] {
  return [partsOf(), sumsOf(), totalsOf(named), restOf(), besideOf(named), wholesOf(named)];
}

function listed({ entries }: NamedUsage): Readonly<Record<string, Sql>> {
  const counts = sql`list_filter(${classifiedOf(sql`list_filter(${entries}, lambda e: e.v is not null and left(e.v, 1) not in ('{', '['))`)}, lambda e: e.c <> 'none')`;
  const zero = sql`coalesce(try_cast(e.v as double) = 0, false)`;
  return {
    'named:entries': sql`list_concat(list_filter(${counts}, lambda e: not ${zero}), list_filter(${counts}, lambda e: ${zero}))`,
  };
}

/** The columns `n:CLASS`; `named:unknown` lists what no rule knows, `named:tier` is a tier in the names. */
function classesIn(): Readonly<Record<string, Sql>> {
  const of = (name: UsageClass) => sql`list_filter(${ENTRIES}, lambda e: e.c = ${literal(name)})`;
  const all = (name: UsageClass) =>
    text(sql`cast(list_sum(list_transform(${of(name)}, lambda e: try_cast(e.v as double))) as bigint)`);
  const classes = USAGE_CLASSES.map((name): [string, Sql] => [
    `n:${name}`,
    SEVERAL.includes(name) ? all(name) : sql`${of(name)}[1].v`,
  ]);
  return {
    ...Object.fromEntries(classes),
    'named:unknown': sql`list_transform(list_filter(${ENTRIES}, lambda e: e.c = 'unknown' and coalesce(try_cast(e.v as double), 0) > 0), lambda e: {'name': e.k, 'tokens': cast(try_cast(e.v as double) as bigint)})`,
    'named:tier': tierInNames(ENTRIES),
    'named:as': sql`list_filter(${ENTRIES}, lambda e: e.c = 'input')[1].k`,
  };
}

/** Sums of what is told, and the wholes where only their parts are: `input_text` and `input_audio` beside an input of 0. */
function partsOf(): Readonly<Record<string, Sql>> {
  const reads = sql`greatest(${some('cache_read')}, ${some('text_cached')} + ${sum(READ_KINDS)})`;
  const cached = sql`(${reads} + greatest(${some('cache_write')}, ${some('cache_write_5m')} + ${some('cache_write_1h')}))`;
  const textIn = sql`(${some('text_in')} + ${sum(INPUT_KINDS)})`;
  const textOut = sql`(${some('text_out')} + ${sum(OUTPUT_KINDS)})`;
  const bare = sql`${n('input')} is null and ${n('output')} is null and ${textIn} + ${textOut} + ${cached} + ${some('uncached')} = 0`;
  return {
    'w:by_in': sql`${some('input')} = 0 and ${textIn} > 0`,
    'w:by_out': sql`${some('output')} = 0 and ${textOut} > 0`,
    'w:by_uncached': sql`${some('input')} = 0 and ${textIn} = 0 and ${n('uncached')} is not null`,
    'w:bare': bare,
    'w:input': sql`case
        when ${some('input')} = 0 and ${textIn} > 0 then ${textIn}
        when ${some('input')} = 0 and ${n('uncached')} is not null then ${some('uncached')} + ${cached}
        else ${some('input')}
      end`,
    'w:output': sql`if(${some('output')} = 0, ${textOut}, ${some('output')})`,
    'w:cached': cached,
    'w:reads': reads,
    'w:reasoning': some('reasoning'),
    'w:predicted': some('predicted'),
    'w:kinds_in': sql`(${sum(INPUT_KINDS)})`,
    'w:kinds_out': sql`(${sum(OUTPUT_KINDS)})`,
    'w:more': sql`${some('searches')} + ${some('maps_searches')} + coalesce(cast(list_sum(list_transform("named:unknown", lambda e: e.tokens)) as bigint), 0)`,
  };
}

/** Whether a number is a sum of what stands beside the wholes, without parts of other kinds: the cache, the reasoning, predicted text. */
const explains = (number: Sql) => sql`coalesce(list_contains(${w('sums')}, ${number}), false)`;

function sumsOf(): Readonly<Record<string, Sql>> {
  const [cached, reasoning, predicted] = [w('cached'), w('reasoning'), w('predicted')];
  const without = [sql`0`, cached, reasoning, sql`${cached} + ${reasoning}`];
  return {
    'w:told_total': sql`nullif(${some('total')}, 0)`,
    'w:told_rest': sql`nullif(${some('total')}, 0) - ${w('input')} - ${w('output')}`,
    'w:kinds': sql`${w('kinds_in')} + ${w('kinds_out')}`,
    'w:plain_sums': sql`[${join(without)}]`,
    'w:sums': sql`[${join([...without, ...without.map((one) => sql`${predicted} + ${one}`)])}]`,
  };
}

/** A total over all that a list has counts searches too, and what nobody knows: they are taken out of it. */
function totalsOf({ totalOfAll }: NamedUsage): Readonly<Record<string, Sql>> {
  const explained = [sql`0`, w('kinds_in'), w('kinds_out'), w('kinds')].map((one) =>
    explains(sql`${w('told_rest')} - ${one}`),
  );
  return {
    'w:taken': sql`if(${totalOfAll} and ${w('more')} > 0 and ${w('told_rest')} >= ${w('more')} and not (${join(explained, ' or ')}), ${w('more')}, 0)`,
  };
}

function restOf(): Readonly<Record<string, Sql>> {
  return {
    'w:total': sql`${w('told_total')} - ${w('taken')}`,
    'w:rest': sql`${w('told_rest')} - ${w('taken')}`,
    'w:explained': explains(sql`${w('told_rest')} - ${w('taken')}`),
  };
}

/** Whether audio, images and predicted text stand beside the wholes: what the total says, else what the names are known for. */
function besideOf({ beside, gemini }: NamedUsage): Readonly<Record<string, Sql>> {
  const part = (
    own: Sql,
    { held, rule, built }: { held: Sql; rule: Sql; built: Sql },
  ) => sql`(${own} > 0 and not ${built} and (${own} > ${held}
      or (not ${w('explained')} and (${explains(sql`${w('rest')} - ${own}`)} or ${explains(sql`${w('rest')} - ${w('kinds')}`)}))
      or (${w('total')} is null and coalesce(${rule}, false))))`;
  const predicted = sql`(list_contains(${w('sums')}, ${w('rest')}) and not list_contains(${w('plain_sums')}, ${w('rest')}))`;
  return {
    'w:beside_in': part(w('kinds_in'), { held: w('input'), rule: beside.input, built: w('by_in') }),
    'w:beside_out': part(w('kinds_out'), { held: w('output'), rule: beside.output, built: w('by_out') }),
    // LiteLLM takes what was read out of the prompt that it gives to Langfuse, and leaves what was written in it.
    'w:reads_beside': sql`coalesce(${w('reads')} > 0 and ${w('reads')} < ${w('cached')} and not list_contains(${w('plain_sums')}, ${w('rest')})
        and ${w('rest')} in (${w('reads')}, ${w('reads')} + ${w('reasoning')}), false)`,
    'w:predicted_beside': sql`coalesce(${w('predicted')} > 0 and (${predicted} or (${w('total')} is null and ${beside.output})), false)`,
    // Gemini counts what its tools brought beside the prompt; others call something else by such a name.
    'w:tools': sql`if(coalesce(not ${w('explained')} and ${w('rest')} >= ${some('tool_in')}, true)
        and (coalesce(${gemini}, false) or ${explains(sql`${w('rest')} - ${some('tool_in')}`)}), ${some('tool_in')}, 0)`,
  };
}

function wholesOf({ beside, readsOnly, totalOfAll }: NamedUsage): Readonly<Record<string, Sql>> {
  const kindsIn = sql`if(${w('beside_in')}, ${w('kinds_in')}, 0) + if(${w('reads_beside')}, ${w('reads')}, 0)`;
  const kindsOut = sql`if(${w('beside_out')}, ${w('kinds_out')}, 0) + if(${w('predicted_beside')}, ${w('predicted')}, 0)`;
  const alone = sql`${w('bare')} and coalesce(${readsOnly}, false)`;
  const asked = sql`coalesce(${w('total')}, 0)`;
  const inWhole = sql`${totalOfAll} and (${w('cached')} > 0 or ${w('reasoning')} > 0) and ${w('rest')} = 0`;
  // A spelling of all that was written beside one of what is kept for an hour: the first holds the second, unless it is less or the total has both.
  const both = sql`(${some('cache_write_1h')} > 0 and ${n('cache_write_5m')} is null and ${some('cache_write')} > 0
      and (${some('cache_write_1h')} > ${some('cache_write')} or ${w('rest')} in (${w('cached')} + ${some('cache_write_1h')}, ${w('cached')} + ${some('cache_write_1h')} + ${w('reasoning')})))`;
  return {
    'whole:input': sql`case
        when ${w('by_in')} or ${w('by_uncached')} or ${w('beside_in')} or ${w('reads_beside')} or ${w('tools')} > 0 then ${text(sql`${w('input')} + ${kindsIn} + ${w('tools')}`)}
        when ${alone} then ${n('total')}
        else ${n('input')}
      end`,
    'whole:output': sql`case
        when ${w('by_out')} or ${w('beside_out')} or ${w('predicted_beside')} then ${text(sql`${w('output')} + ${kindsOut}`)}
        else ${n('output')}
      end`,
    'whole:total': sql`case
        when ${alone} then null
        when ${w('total')} is null then ${n('total')}
        else ${text(asked)}
      end`,
    'whole:cache_read': sql`coalesce(case when ${some('cache_read')} = 0 or ${some('cache_read_audio')} + ${some('cache_read_image')} > 0 then ${n('text_cached')} end, ${n('cache_read')})`,
    'whole:cache_write': sql`case when ${both} then ${text(sql`${some('cache_write')} + ${some('cache_write_1h')}`)} else ${n('cache_write')} end`,
    'named:inside_in': sql`coalesce(${w('by_uncached')} or ${w('reads_beside')} or (${inWhole} and ${w('cached')} > 0)
        or (${w('cached')} > 0 and ${n('uncached')} is not null and ${some('uncached')} + ${w('cached')} = ${w('input')}), false)`,
    'named:inside_out': sql`coalesce(${inWhole} and ${w('reasoning')} > 0, false)`,
    'named:input': sql`if(coalesce(${beside.input}, false) and not ${w('by_uncached')}, 'nothing', 'cache')`,
    'named:output': sql`if(coalesce(${beside.output}, false), 'nothing', 'reasoning')`,
    'named:unknown_tokens': sql`cast(list_sum(list_transform("named:unknown", lambda e: e.tokens)) as bigint)`,
  };
}

const WHOLES: readonly CountName[] = ['input', 'output', 'total', 'cache_read', 'cache_write'];

/** Where the counts stand after `namedSteps`, for `calls`. */
export function namedPlaces({ at }: NamedUsage): Readonly<Partial<Record<CountName, At>>> {
  return Object.fromEntries(
    COUNT_NAMES.map((name) => [
      name,
      { at: at(name), value: WHOLES.includes(name) ? identifier(`whole:${name}`) : n(name) },
    ]),
  );
}

/** No count above 0, of any class. */
export const NOTHING_NAMED = sql`coalesce(len(list_filter(${ENTRIES}, lambda e: coalesce(try_cast(e.v as double), 1) <> 0)) = 0, true)`;

/** What the names and the sums of a line say of its counts. */
export const NAMED_TOLD = {
  rule: { input: identifier('named:input'), output: identifier('named:output') },
  inside: { input: identifier('named:inside_in'), output: identifier('named:inside_out') },
  unknown: identifier('named:unknown_tokens'),
  unknownNames: identifier('named:unknown'),
  uncounted: NOTHING_NAMED,
} satisfies Pick<Told, 'rule' | 'inside' | 'unknown' | 'unknownNames' | 'uncounted'>;

/** What is billed beside the classes, after conversion of NAMED_NUMBERS. */
export const NAMED_UNITS = {
  web_search_requests: sql`searches`,
  maps_grounding_requests: sql`maps_searches`,
} as const;

export const NAMED_NUMBERS = {
  searches: { at: 'web_search_requests', value: n('searches') },
  maps_searches: { at: 'maps_grounding_requests', value: n('maps_searches') },
} as const;

/** Whether a model, by its name in lower case, embeds or ranks: it reads and writes no text. */
export function readsOnly(model: Sql): Sql {
  return sql`regexp_matches(${model}, 'embed|rerank|(^|[/-])(bge|gte|e5|minilm|voyage)-')`;
}

/**
 * Whether kinds of usage that Langfuse keeps stand beside their wholes, by how the prompt is called and the model in lower
 * case (texts). By Langfuse's own names (`input`, `input_cached_tokens`) each has a price of its own; names of a provider mean what they
 * mean there: https://langfuse.com/docs/observability/features/token-and-cost-tracking
 */
export function besideByName(name: Sql, model: Sql): NamedUsage['beside'] {
  const named = sql`lower(coalesce(${name}, 'input'))`;
  const like = sql`${named} in ('input_tokens', 'inputtokens')`;
  return {
    input: sql`(contains(${named}, 'prompt') or contains(${named}, 'modality') or (${like} and not contains(${model}, 'claude'))) is not true`,
    output: sql`(contains(${named}, 'prompt_tokens') or ${named} = 'prompttokens' or ${like}) is not true`,
  };
}
