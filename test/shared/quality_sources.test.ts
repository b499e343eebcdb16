import { describe, expect, test } from 'vitest';
import { QUALITY_DIRECTORY } from '../../src/commands/simulate/quality_scores.js';
import { BOARDS } from '../../src/query/quality/boards.js';
import { familyOf } from '../../src/query/quality/model_family.js';
import { boardScores, csvRows } from '../../src/query/quality/scores.js';
import { familyRatios } from '../../src/query/simulate/tokenizers.js';
import { sql } from '../../src/sql.js';
import { inMemory } from '../rate/price_rows.js';
import { realFile } from './real_files.js';

const { path: SOURCES, present } = realFile('quality-sources');

const COLUMNS = { eci: 'eci', gpqa: 'gpqa_diamond_epoch', arena: 'arena_elo', aider: 'aider_pass2' } as const;

describe.skipIf(!present)('scores and tokenizers against the table that was made by looking each of them up', () => {
  test.each(BOARDS.map((board) => ({ board, name: board.name })))(
    '$name: every model has the score of its row, or none',
    ({ board }) =>
      inMemory(async (store) => {
        const column = COLUMNS[board.name as keyof typeof COLUMNS];
        const rows = await store.rows<Record<string, string | null>>(
          sql`select * from ${csvRows(`${SOURCES}/mapping.csv`)}`,
        );
        const { of } = await boardScores(store, QUALITY_DIRECTORY, { board, about: undefined });
        const wrong = rows.flatMap((row) => {
          const [model, listed] = [row.api_model_id ?? '', row[column]];
          const found = of(model)?.score;
          const expected = listed === null || listed === undefined ? undefined : Number(listed);
          // The table was rounded on its own.
          const same =
            found === expected || (found !== undefined && expected !== undefined && Math.abs(found - expected) < 0.06);
          return same ? [] : [{ model, found, expected }];
        });
        expect(rows.length).toBe(127);
        expect(wrong).toEqual([]);
      }),
  );

  test('every model counts with the tokenizer of its family, by the ratios that were measured', () =>
    inMemory(async (store) => {
      const rows = await store.rows<Record<string, string | null>>(
        sql`select * from ${csvRows(`${SOURCES}/mapping.csv`)}`,
      );
      const wrong = rows.flatMap(({ api_model_id: model, tokenizer_family: expected }) => {
        const found = familyOf(model ?? '').replace(/^unknown:.*/, 'unknown');
        return found === expected ? [] : [{ model, found, expected }];
      });
      expect(wrong).toEqual([]);
      const measured = await store.rows<Record<string, string | null>>(sql`
        select family, ratio_to_o200k as mid, low, high
        from ${csvRows(`${SOURCES}/tokenizer-ratios.csv`)}
        where content_class = 'mixed_default'
        order by family`);
      const ours = await familyRatios(store, QUALITY_DIRECTORY, 'mixed');
      expect(ours.map(({ family, mid, low, high }) => ({ family, mid, low, high }))).toEqual(measured);
    }));
});
