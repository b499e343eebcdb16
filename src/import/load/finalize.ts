import { sql } from '../../sql.js';
import type { Store } from '../../store/store.js';

import { brokenLineCount } from '../rejects/csv_rejects.js';
import { keepRejects, nameBadLines, REJECTS_OF_FAILED } from '../rejects/rejects.js';
import { refuseEqualLines } from './append.js';
import { dropKnown, dropSuperseded, NOT_REPEATED, type Repeated, repairRepeats } from './deduplicate.js';
import { type Range, within } from './import_range.js';
import { failed, finished } from './imports_table.js';
import { storeRated } from './insert_usage.js';
import type { Load, Loaded } from './load.js';
import { settleTraits, traitsFromText } from './profiles.js';

const PARTIAL = 'an earlier state of a call';

/** The second step of a load: settles what the first one marked, and makes the imports visible. In the order of `loads`. */
export async function settle(store: Store, loads: readonly [Load, ...Load[]], range: Range): Promise<Loaded[]> {
  const counted: Loaded[] = [];
  for (const [index, marked] of (await countMarked(store, loads, range)).entries()) {
    const load = loads[index] ?? loads[0];
    counted.push(await withRejects(store, load, { ...marked, import_id: range.first + index }));
  }
  const kept = counted.filter((one) => one.kept);
  if (kept.length === 0) return counted;
  const [{ format }] = loads;
  await settleMarked(store, loads[0], range);
  const own = await repairRepeats(store, range, format);
  if (loads[0].continues !== undefined) await refuseEqualLines(store, range, format);
  const known = await dropKnown(store, range, { format, span: { ...spanOf(kept), dated: format.dated } });
  const repeated = kept.map((one) => withRepeated(one, own.get(one.import_id), known.get(one.import_id)));
  const done = new Map((await finished(store, repeated, range)).map((one) => [one.import_id, one]));
  await dropSuperseded(store, known);
  await loads[0].attribute?.(store, within(range, sql`fact.import_id`));
  return counted.map((one) => done.get(one.import_id) ?? one);
}

type Marked = Pick<Loaded, 'lines' | 'skipped' | 'rejected' | 'skip_reasons' | 'undated' | 'first_at' | 'last_at'>;

interface Lines extends Record<string, string | number | null> {
  import_id: number;
  lines: string;
  undated: string;
  first_at: string | null;
  last_at: string | null;
}

/** What the marks say of the lines of each file. */
async function countMarked(store: Store, loads: readonly Load[], range: Range): Promise<Marked[]> {
  const marks = await store.rows<{ import_id: number; mark: string; lines: string }>(sql`
    select import_id, unsettled as mark, count(*) as lines
    from usage_fact
    where ${within(range)} and unsettled is not null and not starts_with(unsettled, '{')
    group by import_id, unsettled
    order by import_id, unsettled`);
  const lines = await store.rows<Lines>(sql`
    select
      import_id,
      count(*) as lines,
      count(*) filter (where occurred_at is null and (unsettled is null or starts_with(unsettled, '{'))) as undated,
      min(occurred_at) as first_at,
      max(occurred_at) as last_at
    from usage_fact
    where ${within(range)}
    group by import_id`);
  const found = new Map(lines.map((row) => [row.import_id, row]));
  const counted: Marked[] = [];
  for (const [index, { source, lines: reader }] of loads.entries()) {
    const id = range.first + index;
    const of = marks.filter(({ import_id }) => import_id === id);
    const broken = reader.csv === undefined ? 0 : await brokenLineCount(store, { source, layout: reader.csv });
    counted.push(markedOf(found.get(id), of, broken));
  }
  return counted;
}

function markedOf(found: Lines | undefined, marks: readonly { mark: string; lines: string }[], broken: number): Marked {
  const skips = marks.filter(({ mark }) => mark.startsWith('skip:'));
  const bad = marks.find(({ mark }) => mark === 'bad')?.lines ?? '0';
  return {
    lines: Number(found?.lines ?? 0) + broken,
    skipped: skips.reduce((sum, skip) => sum + Number(skip.lines), 0),
    rejected: Number(bad) + broken,
    skip_reasons: Object.fromEntries(skips.map((skip) => [skip.mark.slice('skip:'.length), Number(skip.lines)])),
    undated: Number(found?.undated ?? 0),
    first_at: found?.first_at ?? null,
    last_at: found?.last_at ?? null,
  };
}

/** Names the bad lines of a file, and decides whether there are too many. */
async function withRejects(store: Store, load: Load, marked: Marked & { import_id: number }): Promise<Loaded> {
  const kept = marked.rejected <= load.tolerance(marked.lines);
  const limit = kept ? marked.rejected : Math.min(marked.rejected, REJECTS_OF_FAILED);
  const rejects = limit === 0 ? [] : await nameBadLines(store, { ...load, limit });
  await keepRejects(store, marked.import_id, rejects);
  const loaded: Loaded = {
    ...marked,
    imported: 0,
    duplicates: 0,
    updated: 0,
    rejects,
    differing: 0,
    holds: 'usage',
    cost_usd: '0',
    unpriced: 0,
    billed: null,
    earned: null,
    kept,
  };
  return kept ? loaded : failed(store, loaded);
}

/** From the first to the last call of some files. */
function spanOf(files: readonly Loaded[]): { from: string | null; to: string | null } {
  const times = files.flatMap(({ first_at, last_at }) => [first_at, last_at]).filter((time) => time !== null);
  const sorted = times.sort();
  return { from: sorted[0] ?? null, to: sorted.at(-1) ?? null };
}

/** Combinations that the sample did not show are settled now; lines that are no usage or bad go. */
async function settleMarked(store: Store, { format, now }: Load, range: Range): Promise<void> {
  const { marked, late } = await store.row<{ marked: string; late: string }>(sql`
    select count(*) as marked, count(*) filter (where starts_with(unsettled, '{')) as late
    from usage_fact
    where ${within(range)} and unsettled is not null`);
  if (marked === '0') return;
  if (late !== '0') {
    // A thousand calls may have the same traits: each text is taken apart once.
    await store.run(sql`
      create or replace temp table late as
      with told as (
        select unsettled, ${traitsFromText(sql`unsettled`)}
        from (
          select distinct unsettled
          from usage_fact
          where ${within(range)} and starts_with(unsettled, '{')
        ) as texts
      )
      select fact.* exclude (unsettled), told.* exclude (unsettled), cast(null as varchar) as trouble
      from usage_fact as fact
      join told on told.unsettled = fact.unsettled
      where ${within(range, sql`fact.import_id`)}`);
    await settleTraits(store, sql`select columns('trait_.*') from late`, { now });
  }
  await store.run(sql`delete from usage_fact where ${within(range)} and unsettled is not null`);
  if (late === '0') return;
  const call = sql`select * from late`;
  await storeRated(store, { call, format, importId: sql`call.import_id`, anyTrait: true }, { now });
  const { left } = await store.row<{ left: string }>(
    sql`select count(*) as left from usage_fact where ${within(range)} and unsettled is not null`,
  );
  if (left !== '0') throw new Error(`${left} rows found no rate card`);
}

function withRepeated(loaded: Loaded, own: Repeated = NOT_REPEATED, known: Repeated = NOT_REPEATED): Loaded {
  const { skip_reasons: reasons } = loaded;
  return {
    ...loaded,
    duplicates: own.duplicates + known.duplicates,
    updated: known.updated,
    skipped: loaded.skipped + own.partial,
    skip_reasons: own.partial === 0 ? reasons : { ...reasons, [PARTIAL]: own.partial },
    differing: own.differing + known.differing,
  };
}
