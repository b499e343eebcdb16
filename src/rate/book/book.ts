import { PriceSourceError } from '../../errors.js';
import { sql, timestampOf } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { currentRevision, keepIfUsed, newRevision } from '../revision.js';
import type { Rejected, StagedSource } from '../sources/source.js';
import { mergeMultipliers, mergeRates } from './merge.js';
import { createStaging, type MergeScope, type Provenance, stageInto } from './staging.js';

/** What a merge changed, counted in rates. */
export interface Merged {
  bookId: number;
  added: number;
  changed: number;
  corrected: number;
  withdrawn: number;
  unchanged: number;
  rejected: Rejected[];
}

/** A source that lost more than this share of its models is not believed. */
const SHRUNK_TO = 0.7;

/**
 * Compares a staged source with what the book knows from it and writes the difference, in one transaction.
 * A changed price is valid from `observedAt` unless the source dates it; what vanished upstream keeps pricing.
 * An older file than the last one only adds what nobody had seen. Throws PriceSourceError if the file shrank.
 */
export async function mergeSource(store: Store, staged: StagedSource, provenance: Provenance): Promise<Merged> {
  await refuseShrunk(store, staged);
  return store.transaction(async () => {
    const detail = `${staged.source} ${staged.dataDate}`;
    const revision = await newRevision(store, 'refresh', detail, provenance.now ?? new Date());
    const bookId = await registerBook(store, staged, provenance, revision);
    await createStaging(store);
    await stageInto(store, staged);
    const scope = { bookId, source: staged.source, observedAt: provenance.observedAt, revision };
    const outcome = await mergeRates(store, {
      ...scope,
      older: await isOlder(store, staged),
      corrects: provenance.undatedChange === 'corrected',
    });
    await mergeMultipliers(store, scope);
    await mergeModels(store, staged);
    await keepQuarantined(store, { bookId, rejected: [...staged.rejected, ...outcome.rejected], scope });
    await keepIfUsed(store, revision);
    return { bookId, ...outcome, rejected: [...staged.rejected, ...outcome.rejected] };
  });
}

/**
 * A short text that names a state of the book, its number first (`--price-book` takes it); '' while it is empty.
 * 3 (genai-prices 2026-09-23, litellm 2026-08-01)
 */
export async function priceBookId(store: Store, revision?: number): Promise<string> {
  const number = revision ?? (await currentRevision(store));
  const sources = await store.rows<{ source: string; data_date: string }>(
    sql`
    select source, cast(max(data_date) as varchar) as data_date
    from price_book
    where added_in <= $number
    group by source
    order by source`,
    { number },
  );
  if (sources.length === 0) return '';
  const { own } = await store.row<{ own: boolean }>(
    sql`
    select exists (
      from (select added_in, removed_in from price_override union all select added_in, removed_in from price_alias)
      where added_in <= $number and coalesce(removed_in > $number, true)
    ) as own`,
    { number },
  );
  const parts = [...sources.map(({ source, data_date }) => `${source} ${data_date}`), ...(own ? ['own prices'] : [])];
  return `${number} (${parts.join(', ')})`;
}

async function refuseShrunk(store: Store, staged: StagedSource): Promise<void> {
  const [last] = await store.rows<{ models: number; data_date: string }>(
    sql`
    select models, cast(data_date as varchar) as data_date
    from price_book
    where source = $source
    order by data_date desc, book_id desc
    limit 1`,
    { source: staged.source },
  );
  if (staged.models.length === 0) {
    throw new PriceSourceError(`The ${staged.source} file holds no model.\nThe price book was left as it was.`);
  }
  if (last === undefined || staged.dataDate < last.data_date) return;
  if (staged.models.length >= SHRUNK_TO * last.models) return;
  throw new PriceSourceError(
    `The ${staged.source} file has ${staged.models.length} models, the one of ${last.data_date} had ${last.models}: it looks cut off.\nThe price book was left as it was; download the file again.`,
  );
}

/** The number of this very file in price_book; the same file again keeps its number. */
async function registerBook(
  store: Store,
  staged: StagedSource,
  provenance: Provenance,
  revision: number,
): Promise<number> {
  const [known] = await store.rows<{ book_id: number }>(
    sql`
    select book_id
    from price_book
    where source = $source and sha256 = $sha256 and data_date = cast($dataDate as date)`,
    { source: staged.source, sha256: provenance.sha256, dataDate: staged.dataDate },
  );
  if (known !== undefined) return known.book_id;
  const { book_id } = await store.row<{ book_id: number }>(
    sql`select cast(coalesce(max(book_id), 0) + 1 as integer) as book_id from price_book`,
  );
  await store.run(
    sql`
    insert into price_book
    values (
      $bookId, $source, $url, $rev, $licence, $sha256, cast($dataDate as date), cast($now as timestamp), $models, $rates, $revision
    )`,
    {
      bookId: book_id,
      source: staged.source,
      url: provenance.url,
      rev: provenance.upstreamRev ?? null,
      licence: provenance.licence,
      sha256: provenance.sha256,
      dataDate: staged.dataDate,
      models: staged.models.length,
      rates: staged.rates.length,
      revision,
      now: timestampOf(provenance.now ?? new Date()),
    },
  );
  return book_id;
}

async function isOlder(store: Store, staged: StagedSource): Promise<boolean> {
  const { older } = await store.row<{ older: boolean }>(
    sql`
    select coalesce(max(data_date) > cast($dataDate as date), false) as older
    from price_book
    where source = $source`,
    { source: staged.source, dataDate: staged.dataDate },
  );
  return older;
}

async function mergeModels(store: Store, staged: StagedSource): Promise<void> {
  await store.run(
    sql`
    insert or replace into price_model
    select
      $source,
      model.provider,
      model.model,
      model.operation,
      model.context_window,
      model.max_output_tokens,
      model.supports_tools,
      model.supports_images,
      model.supports_json_schema,
      cast(model.deprecation_date as date),
      model.free,
      greatest(cast($dataDate as date), held.last_listed)
    from staged_model as model
    left join price_model as held
      on held.source = $source and held.provider = model.provider and held.model = model.model`,
    { source: staged.source, dataDate: staged.dataDate },
  );
}

/** What was not believed, with the reason, once for each file. */
async function keepQuarantined(
  store: Store,
  { bookId, rejected, scope }: { bookId: number; rejected: readonly Rejected[]; scope: MergeScope },
): Promise<void> {
  await store.run(sql`delete from price_quarantine where book_id = $bookId`, { bookId });
  await store.run(
    sql`
    insert into price_quarantine
    select $bookId, $source, provider, model, field, raw_value, reason, cast($observedAt as timestamp)
    from (
      select unnest(from_json(cast($rejected as json), '[{
        "provider": "VARCHAR", "model": "VARCHAR", "field": "VARCHAR", "raw_value": "VARCHAR", "reason": "VARCHAR"}]'),
        recursive := true)
    )`,
    { bookId, source: scope.source, observedAt: scope.observedAt, rejected: JSON.stringify(rejected) },
  );
}
