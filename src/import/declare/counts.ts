import type { INPUT_UNITS, OTHER_UNITS, OUTPUT_UNITS } from '../../names/dimensions.js';
import { identifier, join, literal, type Sql, sql } from '../../sql.js';

/** The name of a quantity that has no column of its own. */
export type UnitName = (typeof INPUT_UNITS)[number] | (typeof OUTPUT_UNITS)[number] | (typeof OTHER_UNITS)[number];

/**
 * What a source may say of tokens. `input`, `output` and `total` are wholes; `cache_write` is all that was written to
 * the cache, whatever its lifetime, and `cache_write_5m` and `cache_write_1h` are parts of it. All others are parts, and
 * none is part of another: `cache_read` is cached text, cached audio stands beside it.
 */
export const COUNT_NAMES = [
  'input',
  'output',
  'total',
  'cache_read',
  'cache_write',
  'cache_write_5m',
  'cache_write_1h',
  'reasoning',
  'input_audio',
  'input_image',
  'input_video',
  'cache_read_audio',
  'cache_read_image',
  'cache_write_audio',
  'output_audio',
  'output_image',
  'output_video',
] as const;

export type CountName = (typeof COUNT_NAMES)[number];

/** What a count of the prompt has in it of the cache: reads and writes, reads alone, or neither. */
export type InputHolds = 'cache' | 'reads' | 'nothing';

/** Whether a count of the answer has the reasoning in it. */
export type OutputHolds = 'reasoning' | 'nothing';

export interface Convention {
  readonly input: InputHolds;
  readonly output: OutputHolds;
}

/** The two that nearly all sources follow: every part is in its whole, or cached tokens stand beside the prompt (Anthropic). */
export const CONVENTIONS = {
  inclusive: { input: 'cache', output: 'reasoning' },
  exclusive: { input: 'nothing', output: 'reasoning' },
} as const satisfies Record<string, Convention>;

/** What a writer is known to do; null where nothing is known of it. */
export interface WriterRule {
  /** InputHolds, as text. */
  readonly input: Sql;
  /** OutputHolds, as text. */
  readonly output: Sql;
  /** Whether its total is a sum of its own, which the provider never told (boolean). */
  readonly ownTotal: Sql;
}

/** The counts of a line as its source tells them, over its converted values (bigint), and what is known of their meaning. */
export interface Told {
  readonly counts: Readonly<Partial<Record<CountName, Sql>>>;
  /** The rule of the provider, or of most writers of such lines: it holds where a line itself does not show another. */
  readonly convention: keyof typeof CONVENTIONS | Convention;
  /** The same where it differs from line to line, over its columns: InputHolds and OutputHolds as text, null where it does not. */
  readonly rule?: { readonly input: Sql; readonly output: Sql } | undefined;
  /** Tokens under names that nobody knows, beside all others (bigint); the cost is then the least that it can be. */
  readonly unknown?: Sql | undefined;
  /** Those names, a list of `{name, tokens}`. */
  readonly unknownNames?: Sql | undefined;
  /** The convention is what the source defines: no line can show another one, and one that contradicts it cannot be right. */
  readonly defined?: true | undefined;
  /** What the program that wrote the line does, where it is known: see writers.ts. */
  readonly writer?: WriterRule | undefined;
  /** Whether the line itself says that a whole has its parts in it: details under its name, a list that sums to it. */
  readonly inside?: { readonly input?: Sql; readonly output?: Sql } | undefined;
  /** What a total has beyond the prompt and the answer: reasoning (a condition, Gemini does so), else it is unknown. */
  readonly gapIsReasoning?: Sql | undefined;
  /** A line that tells no counts, whatever stands in their places: a failed call counts zeros. */
  readonly uncounted?: Sql | undefined;
}

/** The parts of a prompt that are neither text nor cached, those that were read from the cache, and those of an answer. */
const INPUT_PARTS = ['input_audio', 'input_image', 'input_video'] as const;
const READ_PARTS = ['cache_read_audio', 'cache_read_image'] as const;
const OUTPUT_PARTS = ['output_audio', 'output_image', 'output_video'] as const;
const UNITS = [...INPUT_PARTS, ...READ_PARTS, 'cache_write_audio', ...OUTPUT_PARTS] as const;

/** How the token classes are called after `tokenSteps`. */
export const TOKEN_FACTS = {
  uncached_input_tokens: identifier('tokens:uncached_input'),
  cache_read_tokens: identifier('tokens:cache_read'),
  cache_write_tokens: identifier('tokens:cache_write'),
  cache_write_1h_tokens: identifier('tokens:cache_write_1h'),
  text_output_tokens: identifier('tokens:text_output'),
  reasoning_tokens: identifier('tokens:reasoning'),
} as const;

/** The units that are tokens, for those counts that a format tells. */
export function tokenUnits(told: Told): Partial<Record<UnitName, Sql>> {
  const units = UNITS.flatMap((name): [UnitName, Sql][] => {
    return told.counts[name] === undefined ? [] : [[`${name}_tokens`, identifier(`tokens:${name}`)]];
  });
  const unknown = unknownOf(told);
  return Object.fromEntries([...units, ...(unknown === undefined ? [] : [['unknown_tokens', unknown]])]);
}

/** Tokens that nobody knows: under names without a rule, and what a total has beyond its parts. */
function unknownOf(told: Told): Sql | undefined {
  const some = [...(told.unknown === undefined ? [] : [told.unknown]), ...(tellsTotal(told) ? [GAP] : [])];
  return some.length === 2
    ? sql`(${join(
        some.map((one) => sql`coalesce(${one}, 0)`),
        ' + ',
      )})`
    : some[0];
}

const GAP = identifier('tokens:gap');

/** The names under which unknown tokens are told, a list of `{name, tokens}`, over converted lines; undefined where there can be none. */
export function unknownNames(told: Told): Sql | undefined {
  const { unknownNames: names } = told;
  const gap = sql`case when ${GAP} > 0 then [{'name': 'total', 'tokens': ${GAP}}] else [] end`;
  if (!tellsTotal(told)) return names;
  return names === undefined ? gap : sql`list_concat(coalesce(${names}, []), ${gap})`;
}

/**
 * The trait that says how the counts of a line were meant: `inclusive`, `exclusive` or `reads` (of the cache the prompt
 * has what was read in it, and not what was written); `guessed` where nothing tells, `contradicted` where the counts
 * show another meaning than their writer is known for, or come to more than the total.
 */
export function conventionTrait(told: Told): { readonly constant: string } | Sql {
  if (isPlain(told)) return { constant: conventionOf(told).input === 'cache' ? 'inclusive' : 'exclusive' };
  return sql`"tokens:convention"`;
}

function conventionOf({ convention }: Told): Convention {
  return typeof convention === 'string' ? CONVENTIONS[convention] : convention;
}

/** Nothing in a line can show what its counts mean, or nothing need to: no parts are told, or the rule is defined. */
function isPlain({ counts, defined }: Told): boolean {
  const parts = ['cache_read', 'cache_write', 'cache_write_5m', 'cache_write_1h', 'reasoning', 'total', ...READ_PARTS];
  return defined === true || !parts.some((name) => Object.hasOwn(counts, name));
}

function tellsTotal(told: Told): boolean {
  return told.counts.total !== undefined && !isPlain(told);
}

/**
 * The steps that make disjoint token classes of what is told, over converted values: the one place, for all formats,
 * where it is decided what a count means. Each step sees the columns of those before it.
 */
export function tokenSteps(told: Told): readonly Readonly<Record<string, Sql>>[] {
  return isPlain(told) ? [plainClasses(told)] : [sumsOf(told), evidenceOf(told), readingOf(told), classesOf(told)];
}

function plainClasses(told: Told): Readonly<Record<string, Sql>> {
  const { counts, uncounted } = told;
  const { input, output } = conventionOf(told);
  const of = (name: CountName) => counts[name] ?? NONE;
  const reads = ['cache_read', ...READ_PARTS] as const;
  const written = writtenOf(counts);
  const held = input === 'nothing' ? [] : some(counts, reads);
  const inside = input === 'cache' && written !== undefined ? [...held, written] : held;
  const answered = output === 'reasoning' ? (['reasoning', ...OUTPUT_PARTS] as const) : OUTPUT_PARTS;
  return whole(uncounted, {
    ...partsOf(counts),
    'tokens:uncached_input': minus(of('input'), [...inside, ...some(counts, INPUT_PARTS)]),
    'tokens:text_output': minus(of('output'), some(counts, answered)),
    'tokens:reasoning': of('reasoning'),
  });
}

/** The classes that are told as such, whatever the wholes have in them. */
function partsOf(counts: Told['counts']): Readonly<Record<string, Sql>> {
  const written = writtenOf(counts);
  const units = UNITS.flatMap((name): [string, Sql][] => {
    const count = counts[name];
    return count === undefined ? [] : [[`tokens:${name}`, count]];
  });
  return {
    ...Object.fromEntries(units),
    'tokens:cache_read': counts.cache_read ?? NONE,
    'tokens:cache_write':
      written === undefined ? NONE : minus(written, some(counts, ['cache_write_1h', 'cache_write_audio'])),
    'tokens:cache_write_1h': counts.cache_write_1h ?? NONE,
  };
}

/** What was read from the cache, written to it, reasoned, and is neither text nor cached; what the total adds to prompt and answer. */
function sumsOf({ counts }: Told): Readonly<Record<string, Sql>> {
  const sum = (names: readonly CountName[]) =>
    join([sql`0`, ...some(counts, names).map((count) => sql`coalesce(${count}, 0)`)], ' + ');
  const { input = NONE, output = NONE, total = NONE } = counts;
  return {
    'told:input': sql`coalesce(${input}, 0)`,
    'told:output': sql`coalesce(${output}, 0)`,
    'told:total': sql`nullif(${total}, 0)`,
    'told:added': sql`nullif(${total}, 0) - coalesce(${input}, 0) - coalesce(${output}, 0)`,
    'told:reads': sum(['cache_read', ...READ_PARTS]),
    'told:writes': sql`coalesce(${writtenOf(counts) ?? NONE}, 0)`,
    'told:reasoning': sum(['reasoning']),
    'told:inputs': sum(INPUT_PARTS),
    'told:outputs': sum(OUTPUT_PARTS),
  };
}

const INPUT = identifier('told:input');
const OUTPUT = identifier('told:output');
const TOTAL = identifier('told:total');
const ADDED = identifier('told:added');
const READS = identifier('told:reads');
const WRITES = identifier('told:writes');
const REASONING = identifier('told:reasoning');
const INPUTS = identifier('told:inputs');
const OUTPUTS = identifier('told:outputs');
const CACHED = sql`(${READS} + ${WRITES})`;

/** Which readings are possible, and which of them a total reaches with a part added: chance makes no such sums. */
function evidenceOf({ writer, inside }: Told): Readonly<Record<string, Sql>> {
  const nothing = sql`(${CACHED} > 0 and ${INPUT} >= ${INPUTS})`;
  const reads = sql`(${READS} > 0 and ${WRITES} > 0 and ${INPUT} >= ${READS} + ${INPUTS})`;
  const reasoned = sql`(${REASONING} > 0 and ${OUTPUT} >= ${OUTPUTS})`;
  const whole = sql`(${OUTPUT} >= ${REASONING} + ${OUTPUTS})`;
  const reached = (possible: readonly Sql[], added: Sql) =>
    sql`coalesce(${join(possible, ' and ')} and ${ADDED} = ${added}, false)`;
  return {
    // What was cached may be of any kind: images that came from the cache are among both.
    'can:cache': sql`${INPUT} >= ${CACHED} and ${INPUT} >= ${INPUTS}`,
    'can:reads': sql`${INPUT} >= ${READS} and ${INPUT} >= ${INPUTS}`,
    'can:reasoning': whole,
    'total:nothing': reached([nothing, whole], CACHED),
    'total:nothing_beside': reached([nothing, reasoned], sql`${CACHED} + ${REASONING}`),
    'total:reads': reached([reads, whole], WRITES),
    'total:reads_beside': reached([reads, reasoned], sql`${WRITES} + ${REASONING}`),
    'total:beside': reached([sql`${INPUT} >= ${CACHED}`, reasoned], REASONING),
    'writer:input': writer?.input ?? NO_TEXT,
    'writer:output': writer?.output ?? NO_TEXT,
    'writer:own_total': writer === undefined ? sql`false` : sql`coalesce(${writer.ownTotal}, false)`,
    'inside:input': inside?.input === undefined ? sql`false` : sql`coalesce(${inside.input}, false)`,
    'inside:output': inside?.output === undefined ? sql`false` : sql`coalesce(${inside.output}, false)`,
  };
}

/** What a total may prove, as booleans. */
const SUMS = ['nothing', 'nothing_beside', 'reads', 'reads_beside', 'beside'].map((name) =>
  identifier(`total:${name}`),
);
const REACHED = sql`(${join(
  SUMS.map((reached) => sql`cast(${reached} as integer)`),
  ' + ',
)})`;
/** One reading alone reaches the total. */
const PROVEN = sql`(${REACHED} = 1)`;

/** Parts above their whole that the provider's total does not have either: no reading is right, and the line is told as wrong. */
const CANNOT = {
  input: sql`coalesce(not "can:cache" and ${ADDED} = 0 and case "writer:input"
        when 'cache' then true
        when 'reads' then not "can:reads"
        when 'nothing' then false
        else not "writer:own_total"
      end, false)`,
  output: sql`coalesce(${ADDED} = 0 and case "writer:output"
        when 'reasoning' then true
        when 'nothing' then false
        else not "writer:own_total"
      end, false)`,
};

/** What prompt and answer hold, by the strongest evidence there is; `by` says by which. */
function readingOf(told: Told): Readonly<Record<string, Sql>> {
  const rule = conventionOf(told);
  const possible = (holds: Sql) =>
    sql`case ${holds} when 'cache' then "can:cache" when 'reads' then "can:reads" when 'nothing' then true end`;
  const ruled =
    told.rule === undefined ? literal(rule.input) : sql`coalesce(${told.rule.input}, ${literal(rule.input)})`;
  const answered =
    told.rule === undefined ? literal(rule.output) : sql`coalesce(${told.rule.output}, ${literal(rule.output)})`;
  return {
    'reading:input': sql`case
        when ${PROVEN} then case
          when "total:nothing" or "total:nothing_beside" then 'nothing'
          when "total:reads" or "total:reads_beside" then 'reads'
          when "can:cache" then 'cache'
          else 'nothing'
        end
        when "inside:input" and "can:cache" then 'cache'
        when ${CANNOT.input} then 'cache'
        when ${possible(sql`"writer:input"`)} then "writer:input"
        when ${possible(ruled)} then ${ruled}
        when "can:cache" then 'cache'
        when "can:reads" and ${READS} > 0 and ${WRITES} > 0 then 'reads'
        else 'nothing'
      end`,
    'reading:output': sql`case
        when ${PROVEN} then if("total:beside" or "total:nothing_beside" or "total:reads_beside", 'nothing', 'reasoning')
        when "inside:output" and "can:reasoning" then 'reasoning'
        when not "can:reasoning" then if(${CANNOT.output}, 'reasoning', 'nothing')
        when "writer:output" is not null then "writer:output"
        else ${answered}
      end`,
  };
}

/** The classes by that reading, and what no reading explains. */
function classesOf(told: Told): Readonly<Record<string, Sql>> {
  const { counts, uncounted, gapIsReasoning } = told;
  const { input = NONE, output = NONE, reasoning = NONE } = counts;
  const held = sql`case "reading:input" when 'cache' then ${CACHED} when 'reads' then ${READS} else 0 end`;
  const twice = sql`greatest(least(${held} + ${INPUTS} - ${INPUT}, ${INPUTS}), 0)`;
  const inAnswer = sql`if("reading:output" = 'reasoning', ${REASONING}, 0)`;
  // What the total has beyond the whole prompt and the whole answer.
  const gap = sql`(${ADDED} - (${CACHED} - ${held}) - (${REASONING} - ${inAnswer}))`;
  const more = sql`coalesce(not "writer:own_total" and ${gap} > 0, false)`;
  const thought =
    gapIsReasoning === undefined ? sql`false` : sql`coalesce(${gapIsReasoning}, false) and ${REASONING} = 0`;
  const contradicted = sql`(${CACHED} > 0 and "writer:input" is not null and "writer:input" <> "reading:input")
          or (${REASONING} > 0 and "writer:output" is not null and "writer:output" <> "reading:output")
          or coalesce(not "writer:own_total" and ${gap} < 0 and ${TOTAL} is not null, false)`;
  return whole(uncounted, {
    ...partsOf(counts),
    ...uncachedParts(counts, twice),
    'tokens:uncached_input': sql`${input} - ${held} - ${INPUTS} + ${twice}`,
    'tokens:text_output': sql`${output} - ${inAnswer} - ${OUTPUTS}`,
    'tokens:reasoning': sql`case when ${thought} and ${more} then ${gap} else ${reasoning} end`,
    'tokens:gap': sql`case when ${more} and not (${thought}) then ${gap} end`,
    'tokens:convention': sql`case
        when ${contradicted} then 'contradicted'
        when ${REACHED} > 1 and ("writer:input" is null or "writer:output" is null) then 'guessed'
        when "reading:input" = 'cache' then 'inclusive'
        when "reading:input" = 'reads' then 'reads'
        else 'exclusive'
      end`,
  });
}

/** Images and audio of a prompt without those that are among its cached tokens as well, the images first. */
function uncachedParts(counts: Told['counts'], twice: Sql): Readonly<Record<string, Sql>> {
  let left = twice;
  const parts = (['input_image', 'input_audio', 'input_video'] as const).flatMap((name): [string, Sql][] => {
    const count = counts[name];
    if (count === undefined) return [];
    const taken = left;
    left = sql`greatest(${taken} - coalesce(${count}, 0), 0)`;
    return [[`tokens:${name}`, sql`greatest(${count} - ${taken}, 0)`]];
  });
  return Object.fromEntries(parts);
}

/** Steps whose counts are null in lines that tell none. */
function whole(uncounted: Sql | undefined, values: Readonly<Record<string, Sql>>): Readonly<Record<string, Sql>> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      name === 'tokens:convention' ? value : unless(uncounted, value),
    ]),
  );
}

/** All that was written to the cache; undefined where no count tells it. */
function writtenOf(counts: Told['counts']): Sql | undefined {
  const { cache_write: whole, cache_write_5m: short, cache_write_1h: long } = counts;
  if (short === undefined) return whole;
  const parts = long === undefined ? short : sql`coalesce(${short} + coalesce(${long}, 0), ${long})`;
  return whole === undefined ? parts : sql`greatest(${whole}, ${parts})`;
}

const NONE = sql`cast(null as bigint)`;
const NO_TEXT = sql`cast(null as varchar)`;

function some(counts: Told['counts'], names: readonly CountName[]): Sql[] {
  return names.flatMap((name) => counts[name] ?? []);
}

function minus(whole: Sql, parts: readonly Sql[]): Sql {
  return parts.length === 0
    ? whole
    : sql`${whole} - ${join(
        parts.map((part) => sql`coalesce(${part}, 0)`),
        ' - ',
      )}`;
}

function unless(uncounted: Sql | undefined, value: Sql): Sql {
  return uncounted === undefined ? value : sql`case when not ${uncounted} then ${value} end`;
}
