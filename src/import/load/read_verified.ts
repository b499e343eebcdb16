import { checkPacked, type Source } from '../read/source.js';

/**
 * Waits for a reading of files and for the check that none was damaged; resolves to what is wrong with those that were,
 * by their places. Whichever fails first, the other one must have ended before the transaction does.
 */
export async function readVerified(sources: readonly Source[], read: Promise<unknown>): Promise<Map<number, unknown>> {
  const checks = (async () => {
    const damage = new Map<number, unknown>();
    for (const [index, source] of sources.entries())
      await checkPacked(source).catch((error: unknown) => damage.set(index, error));
    return damage;
  })();
  const [filled, checked] = await Promise.allSettled([read, checks]);
  if (filled.status === 'rejected') throw filled.reason;
  if (checked.status === 'rejected') throw checked.reason;
  return checked.value;
}
