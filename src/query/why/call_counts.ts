import { UsageError } from '../../errors.js';
import { INPUT_UNITS, OTHER_UNITS, OUTPUT_UNITS } from '../../names/dimensions.js';

/** What a call used, as an application counts it: `input` is the whole prompt, `output` the whole answer. Text of whole numbers. */
export interface InclusiveCounts {
  input?: string;
  cacheRead?: string;
  cacheWrite?: string;
  cacheWrite1h?: string;
  output?: string;
  reasoning?: string;
  /** NAME=N of anything else. */
  units: readonly string[];
}

/** The same in the classes of usage, which share no token; null is not told. */
export interface DisjointCounts {
  uncached_input: number | null;
  cache_read: number | null;
  cache_write: number | null;
  cache_write_1h: number | null;
  text_output: number | null;
  reasoning: number | null;
  /** Decimal text by name. */
  units: Record<string, string>;
}

type Part = [option: string, tokens: number | null];

/** Takes the parts out of the whole. Throws UsageError if they are more than it, or if a count is none. */
export function disjointCounts(counts: InclusiveCounts): DisjointCounts {
  const units = unitsOf(counts.units);
  const cached: Part[] = [
    ['--cache-read-tokens', tokensOf('--cache-read-tokens', counts.cacheRead)],
    ['--cache-write-tokens', tokensOf('--cache-write-tokens', counts.cacheWrite)],
    ['--cache-write-1h-tokens', tokensOf('--cache-write-1h-tokens', counts.cacheWrite1h)],
  ];
  const reasoning: Part = ['--reasoning-tokens', tokensOf('--reasoning-tokens', counts.reasoning)];
  const [read, write, write1h] = cached.map(([, tokens]) => tokens);
  return {
    uncached_input: rest(
      ['--input-tokens', tokensOf('--input-tokens', counts.input)],
      [...cached, ...among(units, INPUT_UNITS)],
    ),
    cache_read: read ?? null,
    cache_write: write ?? null,
    cache_write_1h: write1h ?? null,
    text_output: rest(
      ['--output-tokens', tokensOf('--output-tokens', counts.output)],
      [reasoning, ...among(units, OUTPUT_UNITS)],
    ),
    reasoning: reasoning[1],
    units,
  };
}

/** What is left of the whole; a whole that is not given is the sum of its parts, and null if there are none. */
function rest([option, whole]: Part, parts: readonly Part[]): number | null {
  const given = parts.filter(([, tokens]) => tokens !== null);
  const sum = given.reduce((total, [, tokens]) => total + (tokens ?? 0), 0);
  if (whole === null) return given.length === 0 ? null : 0;
  if (whole >= sum) return whole - sum;
  const what = option === '--input-tokens' ? 'the whole prompt' : 'the whole answer';
  throw new UsageError(
    `${option} ${whole} is less than its parts: ${given.map(([name, tokens]) => `${name} ${tokens}`).join(', ')}.\nIt counts ${what}, and these are in it.`,
  );
}

function among(units: Record<string, string>, names: readonly string[]): Part[] {
  return names.flatMap((name): Part[] => {
    const text = units[name];
    return text === undefined ? [] : [[`--unit ${name}`, tokensOf(`--unit ${name}`, text)]];
  });
}

function tokensOf(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^\d{1,14}$/.test(text)) return Number(text);
  throw new UsageError(
    `${option} '${text}' is no number of tokens.\nWrite a whole number, for example ${option} 1200.`,
  );
}

const UNITS: readonly string[] = [...INPUT_UNITS, ...OUTPUT_UNITS, ...OTHER_UNITS];

function unitsOf(texts: readonly string[]): Record<string, string> {
  const pairs = texts.map((text): [string, string] => {
    const [name = '', amount = '', ...more] = text.split('=');
    if (UNITS.includes(name) && more.length === 0 && /^\d{1,12}(\.\d{1,6})?$/.test(amount)) return [name, amount];
    throw new UsageError(
      `--unit '${text}' is no quantity of something that is billed.\nWrite NAME=NUMBER, for example --unit web_search_requests=2; names are: ${UNITS.join(', ')}.`,
    );
  });
  return Object.fromEntries(pairs);
}
