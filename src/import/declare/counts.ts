import type { INPUT_UNITS, OTHER_UNITS, OUTPUT_UNITS } from '../../names/dimensions.js';
import { identifier, join, type Sql, sql } from '../../sql.js';

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

/** The counts of a line as its source tells them, over its converted values (bigint), and what they mean. */
export interface Told {
  readonly counts: Readonly<Partial<Record<CountName, Sql>>>;
  /** By what rule its writer counts. */
  readonly convention: keyof typeof CONVENTIONS | Convention;
  /** A line that tells no counts, whatever stands in their places: a failed call counts zeros. */
  readonly uncounted?: Sql;
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
export function tokenUnits({ counts, uncounted }: Told): Partial<Record<UnitName, Sql>> {
  const told = UNITS.flatMap((name): [UnitName, Sql][] => {
    const count = counts[name];
    return count === undefined ? [] : [[`${name}_tokens`, unless(uncounted, count)]];
  });
  return Object.fromEntries(told);
}

/** The trait that says how the counts of a line were meant. */
export function conventionTrait({ convention }: Told): { readonly constant: string } {
  const { input } = conventionOf(convention);
  return { constant: input === 'cache' ? 'inclusive' : 'exclusive' };
}

function conventionOf(convention: Told['convention']): Convention {
  return typeof convention === 'string' ? CONVENTIONS[convention] : convention;
}

/**
 * The steps that make disjoint token classes of what is told, over converted values: the one place, for all formats,
 * where it is decided what a count means. Each step sees the columns of those before it.
 */
export function tokenSteps({ counts, convention, uncounted }: Told): readonly Readonly<Record<string, Sql>>[] {
  const { input, output } = conventionOf(convention);
  const of = (name: CountName) => counts[name] ?? NONE;
  const reads = ['cache_read', ...READ_PARTS] as const;
  const written = writtenOf(counts);
  const held = input === 'nothing' ? [] : input === 'reads' ? reads : [...reads, 'cache_write_audio' as const];
  const inside = [...some(counts, held), ...(input === 'cache' && written !== undefined ? [written] : [])];
  const answered = output === 'reasoning' ? (['reasoning', ...OUTPUT_PARTS] as const) : OUTPUT_PARTS;
  const whole = (value: Sql) => unless(uncounted, value);
  return [
    {
      'tokens:uncached_input': whole(minus(of('input'), [...inside, ...some(counts, INPUT_PARTS)])),
      'tokens:cache_read': whole(of('cache_read')),
      'tokens:cache_write': whole(
        written === undefined ? NONE : minus(written, some(counts, ['cache_write_1h', 'cache_write_audio'])),
      ),
      'tokens:cache_write_1h': whole(of('cache_write_1h')),
      'tokens:text_output': whole(minus(of('output'), some(counts, answered))),
      'tokens:reasoning': whole(of('reasoning')),
    },
  ];
}

/** All that was written to the cache; undefined where no count tells it. */
function writtenOf(counts: Told['counts']): Sql | undefined {
  const { cache_write: whole, cache_write_5m: short, cache_write_1h: long } = counts;
  if (short === undefined) return whole;
  const parts = long === undefined ? short : sql`coalesce(${short} + coalesce(${long}, 0), ${long})`;
  return whole === undefined ? parts : sql`greatest(${whole}, ${parts})`;
}

const NONE = sql`cast(null as bigint)`;

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
