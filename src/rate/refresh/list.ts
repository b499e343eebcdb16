import { createHash } from 'node:crypto';
import type { Store } from '../../store/store.js';
import { type Merged, mergeSource } from '../book/book.js';
import { SOURCES } from '../sources/origin.js';
import { stagePrices } from '../sources/recognise.js';
import type { SourceName } from '../sources/source.js';

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
