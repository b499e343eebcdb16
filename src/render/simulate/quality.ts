import type { Refreshed } from '../../query/quality/refresh.js';
import { renderTable, type Terminal } from '../text/table.js';
import { csvLines, plain } from '../text/text.js';

type Boards = Refreshed['boards'];

/** The boards for people, and below them whom their numbers are from. */
export function boardsAsTable(boards: Boards, terminal: Terminal): string {
  const table = {
    columns: [
      { title: 'name', align: 'left' as const },
      { title: 'board', align: 'left' as const },
      { title: 'as of', align: 'left' as const },
      { title: 'models', align: 'right' as const },
      { title: 'licence', align: 'left' as const },
    ],
    rows: boards.map(({ board, title, as_of, matched, licence }) => [board, title, as_of, String(matched), licence]),
    footer: [],
  };
  const credits = [...new Set(boards.map(({ attribution }) => attribution))].map((text) => `${plain(text)}\n`);
  return `${renderTable(table, terminal)}\n${credits.join('')}`;
}

/** The boards for programs. */
export function boardsAsJson(boards: Boards): string {
  return `${JSON.stringify({ schema: 'llmcost.quality/1', boards }, null, 2)}\n`;
}

/** One line for each board. */
export function boardsAsCsv(boards: Boards): string {
  const columns = [
    'board',
    'title',
    'as_of',
    'published',
    'matched',
    'licence',
    'attribution',
    'url',
    'sha256',
  ] as const;
  return csvLines([columns, ...boards.map((board) => columns.map((name) => String(board[name])))]);
}

/** The two files of a folder of scores. */
export function boardsAsScores({ scores, boards }: Refreshed): { scores: string; boards: string } {
  return {
    scores: csvLines(scores).replaceAll('\r\n', '\n'),
    boards: `${JSON.stringify({ boards }, null, 2)}\n`,
  };
}
