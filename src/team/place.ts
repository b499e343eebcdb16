/**
 * A folder or a bucket that machines share. What has a name in it never changes: names are digests, so to write a thing
 * twice is to write it once, and nobody has to wait for anybody.
 */
export interface Place {
  /** As people call it. */
  readonly name: string;
  /** The keys that begin with a folder, such as `manifests/`. */
  list: (folder: string) => Promise<string[]>;
  /** The bytes under a key; undefined where there is none. Throws TooLarge where there are more than `maxBytes`. */
  get: (key: string, maxBytes: number) => Promise<Buffer | undefined>;
  /** Writes bytes under a key; what is there already is left as it is. */
  put: (key: string, bytes: Uint8Array) => Promise<void>;
  /** When a thing was written; undefined where there is none. */
  modified: (key: string) => Promise<Date | undefined>;
  remove: (key: string) => Promise<void>;
  /** The path under which the database can read a key; undefined where it has to be fetched first. */
  pathOf: (key: string) => string | undefined;
}

/** A thing in a place cannot be used as it is; `message` says why. */
export class Unreadable extends Error {}

/** A thing in a place is larger than it may be; it was not read. */
export class TooLarge extends Unreadable {
  constructor(name: string, bytes: number) {
    super(`${name} has ${bytes} bytes, which is more than it may have`);
  }
}

/** Manifests are below this. */
export const MANIFESTS = 'manifests/';
/** Packs are below this. */
export const PACKS = 'packs/';

/** Does something with every item, so many at a time; the results are in the order of the items, without those that are undefined. */
export async function inParallel<T, R>(
  items: readonly T[],
  width: number,
  fn: (item: T) => Promise<R | undefined>,
): Promise<R[]> {
  const results: { index: number; result: R }[] = [];
  const queue = items.entries();
  const work = async () => {
    for (const [index, item] of queue) {
      const result = await fn(item);
      if (result !== undefined) results.push({ index, result });
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, work));
  return results.sort((a, b) => a.index - b.index).map(({ result }) => result);
}
