import { Decompress, decompress } from 'fzstd';

/** Unpacks Zstandard, which Node 20 cannot do itself. Only for samples and bad lines: DuckDB unpacks what it loads. */
export async function* zstdDecompressed(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  const stream = new Decompress((chunk) => {
    ready.push(chunk);
  });
  for await (const chunk of packed) {
    stream.push(chunk);
    yield* ready.splice(0);
  }
  stream.push(new Uint8Array(0), true);
  yield* ready.splice(0);
}

/** The text in a Zstandard frame, as databases keep long values; null where it is none. */
export function zstdText(packed: unknown): string | null {
  return packed instanceof Uint8Array ? Buffer.from(decompress(packed)).toString('utf8') : null;
}
