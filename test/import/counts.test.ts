import { expect, test } from 'vitest';
import { type Told, tokenSteps } from '../../src/import/declare/counts.js';
import { identifier, integer, join, literal, type Sql, sql } from '../../src/sql.js';
import { withStore } from '../../src/store/store.js';

/*
 * Usage is written down by a model of how writers count and read back: each row has true counts, a convention (what its
 * input holds of the cache, whether its output holds the reasoning) and a kind of total. What is read must be what is
 * true, or the row must say that it is a guess or that its counts contradict each other.
 */
const ROWS = 10_000;

/** A number from 0 to below `limit`, the same in every run: hashes of the row and of what it is for. */
function drawn(what: string, limit: Sql): Sql {
  return sql`cast(hash(concat(row, ${literal(what)})) % ${limit} as bigint)`;
}

/** True counts: none, small ones in which sums meet by chance, and large ones. */
const TRUE_ROWS = sql`
  select *,
    ${drawn('uncached', sql`size`)} as uncached, if(row % 4 = 0, 0, ${drawn('reads', sql`size`)}) as reads,
    if(row % 3 = 0, 0, ${drawn('writes', sql`size`)}) as writes, ${drawn('text', sql`size`)} as answer,
    if(row % 5 = 0, 0, ${drawn('reasoning', sql`size`)}) as thought,
    ['cache', 'reads', 'nothing'][1 + ${drawn('input', sql`3`)}] as input_holds,
    ['reasoning', 'nothing'][1 + ${drawn('output', sql`2`)}] as output_holds,
    ['none', 'true', 'own', 'gap'][1 + ${drawn('total', sql`4`)}] as total_kind
  from (select unnest(range(${integer(ROWS)})) as row, [12, 3000, 100000][1 + row % 3] as size)`;

const WRITTEN = sql`
  select *,
    uncached + case input_holds when 'cache' then reads + writes when 'reads' then reads else 0 end as "input",
    answer + if(output_holds = 'reasoning', thought, 0) as "output",
    case total_kind
      when 'true' then uncached + reads + writes + answer + thought
      when 'own' then "input" + "output"
      when 'gap' then uncached + reads + writes + answer + thought + 50000000 + row
    end as total
  from (${TRUE_ROWS})`;

const COUNTS: Told['counts'] = {
  input: sql`"input"`,
  output: sql`"output"`,
  total: sql`total`,
  cache_read: sql`reads`,
  cache_write: sql`writes`,
  reasoning: sql`thought`,
};

/** The written rows, read. */
function read(told: Told, rows: Sql): Sql {
  return tokenSteps(told).reduce(
    (lines, step) =>
      sql`(select *, ${join(Object.entries(step).map(([name, value]) => sql`${value} as ${identifier(name)}`))} from ${lines}) as step`,
    sql`(${rows}) as step`,
  );
}

interface Found extends Record<string, string | null> {
  row: string;
}

async function missed(told: Told, rows: Sql): Promise<{ rows: number; silent: Found[]; said: number }> {
  const wrong = sql`("tokens:uncached_input" is distinct from uncached or "tokens:text_output" is distinct from answer
    or "tokens:reasoning" is distinct from thought or "tokens:cache_read" is distinct from reads
    or "tokens:cache_write" is distinct from writes
    or coalesce("tokens:gap", 0) <> if(total_kind = 'gap', 50000000 + row, 0))`;
  const said = sql`("tokens:convention" in ('guessed', 'contradicted') or "tokens:uncached_input" < 0 or "tokens:text_output" < 0)`;
  return withStore(':memory:', { access: 'write' }, async (store) => {
    const counted = await store.row<{ rows: string; said: string }>(
      sql`select count(*) as rows, count(*) filter (where ${said}) as said from ${read(told, rows)}`,
    );
    const silent = await store.rows<Found>(
      sql`select columns(name -> not starts_with(name, 'told:'))::varchar from ${read(told, rows)} where ${wrong} and not ${said} order by row limit 3`,
    );
    return { rows: Number(counted.rows), silent, said: Number(counted.said) };
  });
}

test('a known writer is read right, whatever its convention and its total', async () => {
  const told: Told = {
    counts: COUNTS,
    convention: 'inclusive',
    writer: {
      input: sql`input_holds`,
      output: sql`output_holds`,
      ownTotal: sql`total_kind = 'own'`,
    },
  };
  const { rows, silent, said } = await missed(told, WRITTEN);
  expect({ rows, silent }).toEqual({ rows: ROWS, silent: [] });
  // Sums of small counts meet by chance now and then; that is said, and rare.
  expect(said).toBeLessThan(ROWS / 20);
});

test('an unknown writer is read right where the total has the parts in it, or its row says that it is a guess', async () => {
  const told: Told = { counts: COUNTS, convention: 'inclusive' };
  const { silent, said } = await missed(told, sql`select * from (${WRITTEN}) where total_kind = 'true'`);
  expect(silent).toEqual([]);
  expect(said).toBeLessThan(ROWS / 20);
});

test('the rule of the provider holds where nothing else tells', async () => {
  const of = (input: string, kind: string) =>
    sql`select * from (${WRITTEN}) where input_holds = ${literal(input)} and output_holds = 'reasoning' and total_kind = ${literal(kind)}`;
  expect((await missed({ counts: COUNTS, convention: 'inclusive' }, of('cache', 'none'))).silent).toEqual([]);
  expect((await missed({ counts: COUNTS, convention: 'exclusive' }, of('nothing', 'none'))).silent).toEqual([]);
  expect((await missed({ counts: COUNTS, convention: 'inclusive' }, of('cache', 'gap'))).silent).toEqual([]);
});
