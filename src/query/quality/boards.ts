/** A published board of scores, and what its numbers mean. */
export interface Board {
  name: string;
  title: string;
  /** The column of quality/names.csv that names its models. */
  names: 'epoch' | 'arena' | 'aider';
  url: string;
  licence: string;
  attribution: string;
  /** What is called the same: half a typical width of the bounds. */
  step: number;
  /**
   * How often a model succeeds: `curve` of Epoch's scale (https://epoch.ai/benchmarks/eci, median slope 0.12 per point),
   * `elo` against the model of today, `rate` where the score is one (of `of`).
   */
  success: { kind: 'curve'; slope: number } | { kind: 'elo' } | { kind: 'rate'; of: number };
  /** Not kept up any more. */
  stale: boolean;
}

const EPOCH = {
  names: 'epoch',
  licence: 'CC BY 4.0',
  attribution: "Epoch AI, 'AI Benchmarking Hub' / 'Epoch Capabilities Index'. Published online at epoch.ai. CC BY 4.0.",
  stale: false,
} as const;

/** The boards llmcost knows; the first is the usual one. */
export const BOARDS: readonly Board[] = [
  {
    ...EPOCH,
    name: 'eci',
    title: 'Epoch Capabilities Index',
    url: 'https://epoch.ai/data/eci_scores.csv',
    step: 2,
    success: { kind: 'curve', slope: 0.12 },
  },
  {
    ...EPOCH,
    name: 'gpqa',
    title: 'GPQA diamond, run by Epoch AI',
    url: 'https://epoch.ai/data/eci_benchmarks.csv',
    step: 0.045,
    success: { kind: 'rate', of: 1 },
  },
  {
    name: 'arena',
    title: 'Arena text, style control',
    names: 'arena',
    url: 'https://huggingface.co/datasets/lmarena-ai/leaderboard-dataset',
    licence: 'CC BY 4.0',
    attribution:
      'Arena (LMArena) leaderboard dataset, huggingface.co/datasets/lmarena-ai/leaderboard-dataset, CC BY 4.0; ratings rounded.',
    step: 15,
    success: { kind: 'elo' },
    stale: false,
  },
  {
    name: 'aider',
    title: 'Aider polyglot',
    names: 'aider',
    url: 'https://raw.githubusercontent.com/Aider-AI/aider/main/aider/website/_data/polyglot_leaderboard.yml',
    licence: 'Apache-2.0',
    attribution: 'Aider polyglot leaderboard, github.com/Aider-AI/aider, Apache-2.0.',
    step: 7,
    success: { kind: 'rate', of: 100 },
    stale: true,
  },
];

/** One score as a board publishes it, under the board's own name of the model. */
export interface BoardScore {
  name: string;
  score: string;
  low: string | null;
  high: string | null;
  effort: string | null;
  /** The name a seller calls it by, where the board tells that too. */
  version: string | null;
  /** When it was published, where the board tells. */
  date: string | null;
}

/** A file of a board, as rows of texts. */
export type BoardRows = readonly Record<string, string | null>[];

/** Which board a file is of, by its columns, and its scores; undefined if it is none. */
export function readBoard(
  columns: readonly string[],
  rows: BoardRows,
): { board: string; scores: BoardScore[] } | undefined {
  const has = (...names: string[]) => names.every((name) => columns.includes(name));
  if (has('Model', 'eci', 'eci_ci_low', 'eci_ci_high')) {
    return { board: 'eci', scores: rows.map((row) => scoreOf(row, 'Model', 'eci', ['eci_ci_low', 'eci_ci_high'])) };
  }
  if (has('Model name', 'ECI Score')) {
    return { board: 'eci', scores: rows.map((row) => scoreOf(row, 'Model name', 'ECI Score')) };
  }
  if (has('benchmark', 'Model', 'model_version', 'performance', 'source')) {
    const own = rows.filter(({ benchmark, source }) => benchmark === 'GPQA diamond' && source === 'Epoch evaluations');
    return {
      board: 'gpqa',
      scores: own.map((row) => ({
        ...scoreOf(row, 'Model', 'performance'),
        effort: effortOf(row.model_version),
        version: withoutEffort(row.model_version),
      })),
    };
  }
  if (has('model_name', 'rating', 'rating_lower', 'rating_upper', 'category')) {
    const overall = rows.filter(({ category }) => category === 'overall');
    return {
      board: 'arena',
      scores: overall.map((row) => scoreOf(row, 'model_name', 'rating', ['rating_lower', 'rating_upper'])),
    };
  }
  if (has('model', 'rating', 'vote_count')) {
    return { board: 'arena', scores: rows.map((row) => scoreOf(row, 'model', 'rating')) };
  }
  if (has('model', 'pass_rate_2', 'edit_format')) {
    return {
      board: 'aider',
      scores: rows.map((row) => ({ ...scoreOf(row, 'model', 'pass_rate_2'), date: row.date ?? null })),
    };
  }
  return undefined;
}

function scoreOf(
  row: Record<string, string | null>,
  name: string,
  score: string,
  [low, high]: readonly string[] = [],
): BoardScore {
  const text = (column: string | undefined) => (column === undefined ? null : row[column] || null);
  return {
    name: row[name] ?? '',
    score: row[score] ?? '',
    low: text(low),
    high: text(high),
    effort: null,
    version: null,
    date: null,
  };
}

/** gpt-5_high → gpt-5 */
function withoutEffort(version: string | null | undefined): string | null {
  return version?.replace(/_([a-z]+|\d+K)$/i, '') ?? null;
}

function effortOf(version: string | null | undefined): string | null {
  return /_([a-z]+|\d+K)$/i.exec(version ?? '')?.[1] ?? null;
}
