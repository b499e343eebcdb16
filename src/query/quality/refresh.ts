import { InputError } from '../../errors.js';
import { BOARDS, type BoardRows, type BoardScore, readBoard } from './boards.js';

/** A file of a board as it was read. */
export interface BoardFile {
  path: string;
  columns: readonly string[];
  rows: BoardRows;
  /** YYYY-MM-DD: the day the file was published, from its name or the user. */
  asOf: string;
  sha256: string;
}

/** A row of names.csv: what boards call a model of ours. */
export interface ModelName {
  model: string;
  epoch: string | null;
  arena: string | null;
  aider: string | null;
  confidence: string;
  undated: string;
  note: string | null;
}

/** What is written into the folder. */
export interface Refreshed {
  /** Lines of scores.csv, the head included. */
  scores: string[][];
  /** scores.json */
  boards: {
    board: string;
    title: string;
    as_of: string;
    url: string;
    licence: string;
    attribution: string;
    sha256: string;
    published: number;
    matched: number;
  }[];
}

export const SCORE_COLUMNS = [
  'board',
  'model',
  'score',
  'low',
  'high',
  'effort',
  'name',
  'confidence',
  'undated',
  'note',
];

/** The file is of no board that is known. */
export class UnknownBoard extends InputError {
  constructor(path: string, columns: readonly string[]) {
    super(
      `${path} holds no scores of a board llmcost knows; its columns are ${columns.slice(0, 8).join(', ')}.\nKnown are ${BOARDS.map(({ title }) => title).join(', ')}. Scores of your own are used as they are: llmcost simulate --all --quality FILE.csv`,
    );
  }
}

/** Two files of one board: which one counts? */
export class BoardTwice extends InputError {
  constructor(board: string, paths: readonly string[]) {
    super(`${paths.join(' and ')} are both of ${board}.\nGive the newest file of each board only.`);
  }
}

/** The scores of some boards under the names models are sold by. Throws UnknownBoard and BoardTwice. */
export function refreshedScores(files: readonly BoardFile[], names: readonly ModelName[]): Refreshed {
  const read = files.map((file) => {
    const found = readBoard(file.columns, file.rows);
    if (found === undefined) throw new UnknownBoard(file.path, file.columns);
    return { ...found, file };
  });
  const boards = BOARDS.flatMap((board) => {
    const [one, ...others] = read.filter((file) => file.board === board.name);
    if (one === undefined) return [];
    if (others.length > 0)
      throw new BoardTwice(
        board.title,
        [one, ...others].map(({ file }) => file.path),
      );
    const best = bestScores(one.scores, ({ name }) => name);
    // Two snapshots may share a name on the board: the name of the seller comes first.
    const exact = bestScores(one.scores, ({ version }) => version);
    const lines = names.flatMap((name) =>
      lineOf(board.name, name, exact.get(name.model) ?? best.get(name[board.names] ?? '')),
    );
    return [{ board, file: one.file, published: best.size, lines }];
  });
  return {
    scores: [SCORE_COLUMNS, ...boards.flatMap(({ lines }) => lines)],
    boards: boards.map(({ board: { name, title, url, licence, attribution }, file, published, lines }) => ({
      board: name,
      title,
      as_of: file.asOf,
      url,
      licence,
      attribution,
      sha256: file.sha256,
      published,
      matched: lines.length,
    })),
  };
}

/** The best run of each model: boards list several efforts or tries under one name. */
function bestScores(scores: readonly BoardScore[], key: (score: BoardScore) => string | null): Map<string, BoardScore> {
  const best = new Map<string, BoardScore>();
  for (const score of scores) {
    if (!/^-?\d+(\.\d+)?(e-?\d+)?$/i.test(score.score)) continue;
    const name = key(score);
    if (name === null) continue;
    const known = best.get(name);
    if (known === undefined || Number(score.score) > Number(known.score)) best.set(name, score);
  }
  return best;
}

function lineOf(board: string, name: ModelName, score: BoardScore | undefined): string[][] {
  if (score === undefined) return [];
  const rounded = (text: string | null) => (text === null ? '' : String(Number(Number(text).toFixed(4))));
  const { model, confidence, undated, note } = name;
  return [
    [
      board,
      model,
      rounded(score.score),
      rounded(score.low),
      rounded(score.high),
      score.effort ?? '',
      score.name,
      confidence,
      undated,
      note ?? '',
    ],
  ];
}
