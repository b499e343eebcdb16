import { join } from 'node:path';
import { InputError } from '../../errors.js';
import { literal, type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { BOARDS, type Board } from './boards.js';
import { bareName, undatedName } from './model_family.js';

/** What a board says about a model. */
export interface Score {
  model: string;
  score: number;
  low: number | null;
  high: number | null;
  effort: string | null;
  /** high or medium: whether the row of the board is surely this model. */
  confidence: string;
  note: string | null;
}

/** The scores of one scale. */
export interface Scores {
  name: string;
  title: string;
  as_of: string | null;
  licence: string | null;
  attribution: string | null;
  stale: boolean;
  /** What is called the same. */
  step: number;
  success: Board['success'] | null;
  models: number;
  /** The score of a model by the name it is sold under; undefined: unscored. */
  of: (model: string) => Score | undefined;
}

/** No board of this name, and no file. */
export class UnknownQuality extends InputError {
  constructor(name: string) {
    super(
      `There are no scores called ${name}.\nShipped are ${BOARDS.map((board) => board.name).join(', ')}; your own: --quality FILE.csv with the columns model,score and, if known, low,high.`,
    );
  }
}

/** A file of the user's scores that cannot be used. */
export class BadScores extends InputError {
  constructor(path: string, trouble: string) {
    super(
      `${path} cannot be used as scores: ${trouble}.\nIt must begin with the line model,score or model,score,low,high; higher is better.`,
    );
  }
}

/** A CSV file as rows of texts; nothing is sniffed but its own head. */
export function csvRows(path: string): Sql {
  return sql`read_csv(${literal(path.replaceAll(/[*?[]/g, '[$&]'))}, header = true, delim = ',', quote = '"', escape = '"',
    all_varchar = true, null_padding = true)`;
}

type Listed = {
  model: string;
  score: string;
  low: string | null;
  high: string | null;
  effort: string | null;
  confidence: string;
  undated: string;
  note: string | null;
};

/** The scores of a shipped board. `about` is what scores.json says of it. */
export async function boardScores(
  store: Store,
  directory: string,
  { board, about }: { board: Board; about: { as_of: string; licence: string; attribution: string } | undefined },
): Promise<Scores> {
  const rows = await store.rows<Listed>(
    sql`select * exclude (board, name) from ${csvRows(join(directory, 'scores.csv'))} where board = $board order by model`,
    { board: board.name },
  );
  const { name, title, step, success, stale } = board;
  const told = {
    as_of: about?.as_of ?? null,
    licence: about?.licence ?? null,
    attribution: about?.attribution ?? null,
  };
  return { name, title, step, success, stale, ...told, models: rows.length, of: lookup(rows) };
}

/** The user's own scores, as a rate of success where they are fractions or percents. Throws BadScores. */
export async function fileScores(store: Store, path: string, shown: string): Promise<Scores> {
  const rows = await store.rows<Record<string, string | null>>(sql`select * from ${csvRows(path)}`);
  const listed = rows.map((row) => ({
    model: row.model ?? '',
    score: row.score ?? '',
    low: row.low ?? null,
    high: row.high ?? null,
    effort: row.effort ?? null,
    confidence: 'high',
    undated: 'yes',
    note: null,
  }));
  if (listed.length === 0) throw new BadScores(shown, 'it holds no row');
  const bad = listed.find(({ model, score }) => model === '' || !/^-?\d+(\.\d+)?$/.test(score));
  if (bad !== undefined) throw new BadScores(shown, `the score of '${bad.model}' is '${bad.score}'`);
  const most = Math.max(...listed.map(({ score }) => Number(score)));
  const least = Math.min(...listed.map(({ score }) => Number(score)));
  const of = most <= 1 ? 1 : 100;
  const success = least >= 0 && most <= 100 ? ({ kind: 'rate', of } as const) : null;
  return {
    name: shown,
    title: shown,
    as_of: null,
    licence: null,
    attribution: null,
    stale: false,
    step: halfWidth(listed),
    success,
    models: listed.length,
    of: lookup(listed),
  };
}

/** Half of what the bounds of the scores are apart, of the median row that has both; 0 without bounds. */
function halfWidth(rows: readonly Pick<Listed, 'low' | 'high'>[]): number {
  const halves = rows
    .flatMap(({ low, high }) =>
      low === null || high === null || low === '' || high === '' ? [] : [(Number(high) - Number(low)) / 2],
    )
    .toSorted((a, b) => a - b);
  return halves[Math.floor((halves.length - 1) / 2)] ?? 0;
}

/**
 * By the exact name; a snapshot by the undated name if the board has that; an undated name by its only snapshot, unless it is
 * known to stand for several. Nothing is inherited: a codex or chat build has no score of its base.
 */
function lookup(rows: readonly Listed[]): (model: string) => Score | undefined {
  const exact = new Map(rows.map((row) => [bareName(row.model), row]));
  const snapshots = new Map<string, Listed[]>();
  for (const row of rows) {
    const plain = undatedName(row.model);
    if (plain !== bareName(row.model) && row.undated === 'yes')
      snapshots.set(plain, [...(snapshots.get(plain) ?? []), row]);
  }
  return (model) => {
    const name = bareName(model);
    const found = exact.get(name) ?? exact.get(undatedName(model));
    const only = snapshots.get(name);
    const row = found ?? (only?.length === 1 ? only[0] : undefined);
    return row === undefined ? undefined : scoreOf(row);
  };
}

function scoreOf({ model, score, low, high, effort, confidence, note }: Listed): Score {
  const number = (text: string | null) => (text === null || text === '' ? null : Number(text));
  return { model, score: Number(score), low: number(low), high: number(high), effort, confidence, note };
}

/** How often a model succeeds where the model of today does with `assumed`; null where the scale does not tell. */
export function successOf(
  { success }: Pick<Scores, 'success'>,
  score: number,
  today: { score: number; assumed: number },
): number | null {
  if (success === null) return null;
  switch (success.kind) {
    case 'rate':
      return score / success.of;
    case 'elo':
      return 1 / (1 + 10 ** ((today.score - score) / 400));
    case 'curve': {
      // D is where the present model succeeds as often as assumed.
      const difficulty = today.score - Math.log(today.assumed / (1 - today.assumed)) / success.slope;
      return 1 / (1 + Math.exp(-success.slope * (score - difficulty)));
    }
    default:
      throw new Error(`no kind ${success satisfies never}`);
  }
}
