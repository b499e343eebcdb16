import { join } from 'node:path';
import { literal, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';

/** The kinds of text the ratios were measured on. */
export const CONTENTS = ['mixed', 'prose', 'code', 'structured'] as const;
export type Content = (typeof CONTENTS)[number];

/** How many tokens a family makes of a text that OpenAI's o200k makes one of. */
export interface FamilyRatio {
  family: string;
  low: string;
  mid: string;
  high: string;
  /** measured, published, derived or assumed */
  status: string;
}

/** How many tokens the target makes of one of the source; in millionths, because it multiplies rates. */
export interface TokenRatio {
  low: number;
  mid: number;
  high: number;
  /** `same`: one tokenizer; `off`: not adjusted; `own`: measured by the user. */
  status: string;
}

/** Families nobody measured: the width of what is known. */
const UNMEASURED: FamilyRatio = { family: 'unknown', low: '0.97', mid: '1.00', high: '1.25', status: 'assumed' };

const ONE = 1_000_000;

/** What no adjustment is. */
export function unadjusted(status: 'same' | 'off'): TokenRatio {
  return { low: ONE, mid: ONE, high: ONE, status };
}

/** The ratios of quality/tokenizers.csv for one kind of text; a family not measured on it falls back to the mixed text. */
export async function familyRatios(store: Store, directory: string, content: Content): Promise<FamilyRatio[]> {
  const path = literal(join(directory, 'tokenizers.csv').replaceAll(/[*?[]/g, '[$&]'));
  return store.rows<{ [name in keyof FamilyRatio]: string }>(
    sql`
    select family, low, mid, high, status
    from read_csv(${path}, header = true, delim = ',', quote = '"', escape = '"', auto_detect = false, columns = {
      family: 'varchar', content: 'varchar', low: 'varchar', mid: 'varchar', high: 'varchar', status: 'varchar',
      applies_to: 'varchar', source: 'varchar'
    })
    where content in ('mixed', $content)
    qualify row_number() over (partition by family order by content = $content desc) = 1
    order by family`,
    { content },
  );
}

/**
 * tokens of the target = tokens of the source × ratio; low and high are the ends of both ranges. One family: exactly 1.
 * The quotient is rounded half up to a millionth, here and nowhere else.
 */
export function tokenRatio(families: readonly FamilyRatio[], source: string, target: string): TokenRatio {
  if (source === target) return unadjusted('same');
  const of = (family: string) => families.find((known) => known.family === family) ?? UNMEASURED;
  const [from, to] = [of(source), of(target)];
  return {
    low: quotient(to.low, from.high),
    mid: quotient(to.mid, from.mid),
    high: quotient(to.high, from.low),
    status: [from, to].map(({ status }) => status).sort(byDoubt)[0] ?? 'assumed',
  };
}

const DOUBT = ['assumed', 'derived', 'published', 'measured'];

function byDoubt(one: string, other: string): number {
  return DOUBT.indexOf(one) - DOUBT.indexOf(other);
}

function quotient(above: string, below: string): number {
  return Math.round((Number(above) / Number(below)) * ONE);
}
