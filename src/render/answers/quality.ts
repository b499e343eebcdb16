import type { Refreshed } from '../../query/quality/refresh.js';
import { recordsAsCsv } from '../csv.js';
import { columnsOf, type Document, recordsOf } from '../document.js';

type Boards = Refreshed['boards'];

const FIELDS = ['board', 'title', 'as_of', 'published', 'matched', 'licence', 'attribution', 'url', 'sha256'] as const;

/** The boards, and below them whom their numbers are from. */
export function boardsDocument(boards: Boards): Document {
  return {
    json: { schema: 'llmcost.quality/1', boards },
    head: [],
    body: [
      {
        type: 'table',
        title: 'Boards',
        table: {
          columns: columnsOf('name', 'board', 'as of', ['models', 'right'], 'licence'),
          rows: boards.map(({ board, title, as_of, matched, licence }) => [
            board,
            title,
            as_of,
            String(matched),
            licence,
          ]),
          footer: [],
        },
      },
      { type: 'text', paragraphs: [...new Set(boards.map(({ attribution }) => attribution))] },
    ],
    notes: [],
    records: recordsOf(FIELDS, boards),
  };
}

/** The two files of a folder of scores. */
export function scoreFiles({ scores, boards }: Refreshed): { scores: string; boards: string } {
  const [columns = [], ...rows] = scores;
  return {
    scores: recordsAsCsv({ columns, rows }).replaceAll('\r\n', '\n'),
    boards: `${JSON.stringify({ boards }, null, 2)}\n`,
  };
}
