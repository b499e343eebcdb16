import { UsageError } from '../../errors.js';
import { nearestOf } from '../../names/nearest.js';
import { sql, timestampOf } from '../../sql.js';
import { SHORT_COMMIT_MEGABYTES, type Store } from '../../store/store.js';
import { countOf, isoText } from '../scope/values.js';
import type { RealisedList, Saved, SavedQuestion } from './answer.js';
import type { Projected } from './projection.js';

/** Checks the name of --save. Throws UsageError. */
export function parseName(text: string): string {
  const name = text.trim();
  if (/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$/u.test(name)) return name;
  throw new UsageError(
    `'${text}' is not a name for a simulation.\nUse up to 64 letters, digits, blanks, dots, dashes and underscores, such as --save october-swap.`,
  );
}

/** Throws UsageError where a simulation of this name is saved. */
export async function checkFree(store: Store, name: string): Promise<void> {
  if (!(await namesIn(store)).includes(name)) return;
  throw new UsageError(
    `A simulation is saved as ${name} already.\nChoose another name, or say --replace: what it projected is lost then.`,
  );
}

/** Keeps a simulation under a name. Throws UsageError where it is taken, unless `replace`. */
export async function saveSimulation(
  store: Store,
  name: string,
  { mode, question, since, priceBook, projections }: Projected,
  { replace, now }: { replace: boolean; now: Date },
): Promise<void> {
  await store.transaction(async () => {
    if (replace) await deleteSaved(store, name);
    else await checkFree(store, name);
    await store.run(sql`insert into saved_simulation values ($name, $at, $mode, $question, $since, $book)`, {
      name,
      at: timestampOf(now),
      mode,
      question: JSON.stringify(question),
      since: since === null ? null : timestampOf(new Date(since)),
      book: priceBook,
    });
    await store.run(
      sql`
      insert into saved_projection
      select $name, row.*
      from (select unnest(from_json(cast($rows as json), '[{
        "move": "INTEGER", "feature": "VARCHAR", "requests": "BIGINT", "moved_requests": "DECIMAL(38, 2)",
        "cost_before": "DECIMAL(38, 18)", "cost_after": "DECIMAL(38, 18)", "cost_after_low": "DECIMAL(38, 18)",
        "cost_after_high": "DECIMAL(38, 18)", "input_tokens": "DECIMAL(38, 2)", "cache_read_tokens": "DECIMAL(38, 2)",
        "output_tokens": "DECIMAL(38, 2)"
      }]'), recursive := true)) as row`,
      { name, rows: JSON.stringify(projections) },
    );
  }, SHORT_COMMIT_MEGABYTES);
}

/** Forgets a saved simulation. Throws UsageError where there is none of this name. */
export async function removeSaved(store: Store, name: string): Promise<void> {
  await store.transaction(async () => {
    if ((await deleteSaved(store, name)) === 0) throw unknownName(name, await namesIn(store));
  }, SHORT_COMMIT_MEGABYTES);
}

async function deleteSaved(store: Store, name: string): Promise<number> {
  await store.run(sql`delete from saved_projection where name = $name`, { name });
  return store.run(sql`delete from saved_simulation where name = $name`, { name });
}

async function namesIn(store: Store): Promise<string[]> {
  const rows = await store.rows<{ name: string }>(sql`select name from saved_simulation order by name`);
  return rows.map(({ name }) => name);
}

function unknownName(name: string, names: readonly string[]): UsageError {
  const nearest = nearestOf(name, names);
  const meant = nearest === undefined ? '' : ` Did you mean ${nearest}?`;
  const next =
    names.length === 0
      ? 'None is saved. Save one: llmcost simulate --swap gpt-4o=gpt-4o-mini --save NAME'
      : `Saved are: ${names.join(', ')}.`;
  return new UsageError(`No simulation is saved as '${name}'.${meant}\n${next}`);
}

/** A saved simulation by its name. Throws UsageError where there is none. */
export async function savedNamed(store: Store, name: string): Promise<Saved> {
  const [row] = await store.rows<{
    saved_at: string;
    mode: string;
    price_book: string;
    question: string;
    since: string | null;
  }>(
    sql`
    select epoch_ms(saved_at) as saved_at, mode, price_book, question, epoch_ms(since) as since
    from saved_simulation
    where name = $name`,
    { name },
  );
  if (row === undefined) throw unknownName(name, await namesIn(store));
  const question: SavedQuestion = JSON.parse(row.question);
  return {
    name,
    saved_at: isoOf(row.saved_at),
    mode: row.mode,
    price_book: row.price_book,
    question,
    since: row.since === null ? null : Number(row.since),
  };
}

/** All saved simulations, the newest first. */
export async function savedList(store: Store): Promise<RealisedList> {
  const rows = await store.rows<{
    name: string;
    saved_at: string;
    price_book: string;
    question: string;
    features: string;
  }>(sql`
    select
      saved.name,
      epoch_ms(saved.saved_at) as saved_at,
      saved.price_book,
      saved.question,
      (select count(distinct coalesce(feature, '')) from saved_projection as one where one.name = saved.name) as features
    from saved_simulation as saved
    order by saved.saved_at desc, saved.name`);
  return {
    schema: 'llmcost.realised-list/1',
    simulations: rows.map(({ name, saved_at, price_book, question, features }) => {
      const { rules, period, where }: SavedQuestion = JSON.parse(question);
      return {
        name,
        saved_at: isoOf(saved_at),
        rules: rules.map(({ label }) => label),
        period,
        where,
        features: countOf(features),
        price_book,
      };
    }),
  };
}

function isoOf(milliseconds: string): string {
  return isoText(Number(milliseconds)) ?? '';
}
