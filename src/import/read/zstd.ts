import { Decompress, decompress } from 'fzstd';

/** A file looks further back than can be kept in memory (`zstd --long=31`: 2 GB); zstd itself wants to be told to unpack it. */
export class WindowTooLarge extends Error {}

/** fzstd's code for it; where it does not notice, there is no array of that length. */
const WINDOW_SIZE_TOO_LARGE = 1;

/**
 * Unpacks Zstandard, which Node 20 cannot do itself. Only for samples and bad lines: DuckDB unpacks what it loads. Throws
 * WindowTooLarge.
 */
export async function* zstdDecompressed(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  const stream = new Decompress((chunk) => {
    ready.push(chunk);
  });
  const push = (chunk: Uint8Array, last: boolean) => {
    try {
      stream.push(chunk, last);
    } catch (error) {
      const tooLarge = error instanceof RangeError || (error as { code?: unknown }).code === WINDOW_SIZE_TOO_LARGE;
      throw tooLarge ? new WindowTooLarge('a window that is too large', { cause: error }) : error;
    }
  };
  for await (const chunk of packed) {
    push(chunk, false);
    yield* ready.splice(0);
  }
  push(new Uint8Array(0), true);
  yield* ready.splice(0);
}

/** The text in a Zstandard frame, as databases keep long values; null where it is none. */
export function zstdText(packed: unknown): string | null {
  return packed instanceof Uint8Array ? Buffer.from(decompress(packed)).toString('utf8') : null;
}
