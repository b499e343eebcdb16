import { createHash } from 'node:crypto';
import { PriceListElsewhere, PriceSourceError } from '../../errors.js';
import { shownAddress } from '../../net/address.js';
import { timestampOf } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { type Merged, mergeSource } from '../book/book.js';
import { SOURCES } from '../sources/origin.js';
import { stagePrices } from '../sources/recognise.js';
import type { SourceName } from '../sources/source.js';
import type { PriceAddress } from './addresses.js';
import type { FetchedList, Validators } from './fetch_list.js';
import { type Age, knownSources, recordFetch, sourceAges } from './fetch_record.js';

/** A list that was compared with the book. */
export interface MergedList extends Merged {
  outcome: 'changed' | 'unchanged';
  /** The file or the address. */
  from: string;
  source: SourceName;
  dataDate: string;
  models: number;
  sha256: string;
}

/** `rebuilding`: a book from old files alone. */
export type Purpose = 'refresh' | 'rebuilding';

/** The bytes of a list, where they are from, the day they are of, and since when its changes hold (UTC). */
export interface ReadList {
  bytes: Buffer;
  from: string;
  dataDate: string;
  observedAt: string;
  /** The address it was fetched from; else the usual one of its source is noted. */
  url?: string;
  now?: Date;
  /** Throws if a list of this source is not wanted. */
  accepts?: (source: SourceName) => void;
}

/** Stages, checks, compares and writes one list in one transaction. Throws PriceSourceError. */
export async function mergeList(store: Store, list: ReadList, purpose: Purpose = 'refresh'): Promise<MergedList> {
  const { bytes, from, dataDate } = list;
  const staged = stagePrices(new TextDecoder().decode(bytes), from, dataDate);
  list.accepts?.(staged.source);
  const origin = SOURCES[staged.source];
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const merged = await mergeSource(store, staged, {
    observedAt: list.observedAt,
    url: list.url ?? origin.url,
    licence: origin.licence,
    sha256,
    undatedChange: purpose === 'rebuilding' && origin.datesChanges ? 'corrected' : 'observed',
    now: list.now,
  });
  const changes = merged.added + merged.changed + merged.corrected + merged.withdrawn;
  const outcome = changes > 0 ? 'changed' : 'unchanged';
  return { ...merged, outcome, from, source: staged.source, dataDate, models: staged.models.length, sha256 };
}

/** An address, what was known of it, and what it answered. */
export type PriceAnswer = FetchedList<PriceAddress & { known: Validators | undefined }>;

/** The address says that its list is the one the book has. */
export interface UnmodifiedList {
  outcome: 'not_modified';
  from: string;
  source: SourceName | null;
}

/** Nothing usable came; the book is as it was. */
export interface FailedList {
  outcome: 'failed';
  from: string;
  /** null where only the content would have told. */
  source: SourceName | null;
  reason: string;
  /** How old the prices of the source are; null where the book has none of it. */
  age: Age | null;
}

/** Merges one answer of an address, and remembers how it went. Throws what is no trouble of the price source. */
export async function mergeFetched(
  store: Store,
  { url, source, answer }: PriceAnswer,
  now: Date,
): Promise<MergedList | UnmodifiedList | FailedList> {
  const from = shownAddress(url);
  const origin = { from, source: source ?? (await knownSources(store)).get(from) ?? null, now };
  if (answer instanceof PriceSourceError) return failed(store, origin, answer);
  if (answer.status === 'not_modified') return unmodified(store, origin);
  try {
    const merged = await mergeList(store, {
      bytes: answer.bytes,
      from,
      url: from,
      dataDate: now.toISOString().slice(0, 10),
      observedAt: timestampOf(now),
      now,
      accepts: (found) => {
        if (source === null || found === source) return;
        throw new PriceListElsewhere(from, SOURCES[found].name, SOURCES[source].name);
      },
    });
    const { outcome, sha256 } = merged;
    const list = { etag: answer.etag, lastModified: answer.lastModified, sha256 };
    await recordFetch(store, { url: from, source: merged.source, checkedAt: now, outcome, detail: null, list });
    return merged;
  } catch (error) {
    if (error instanceof PriceSourceError) return failed(store, origin, error);
    throw error;
  }
}

interface Origin {
  from: string;
  source: SourceName | null;
  now: Date;
}

async function unmodified(store: Store, { from, source, now }: Origin): Promise<UnmodifiedList> {
  await recordFetch(store, { url: from, source, checkedAt: now, outcome: 'unchanged', detail: null, list: null });
  return { outcome: 'not_modified', from, source };
}

async function failed(store: Store, { from, source, now }: Origin, error: PriceSourceError): Promise<FailedList> {
  const reason = error.message;
  await recordFetch(store, { url: from, source, checkedAt: now, outcome: 'failed', detail: reason, list: null });
  const ages = await sourceAges(store, now);
  return { outcome: 'failed', from, source, reason, age: (source && ages.get(source)) ?? null };
}
