import type { Io } from '../io.js';
import { type Send, statusText, withSender } from '../net/fetch.js';

/** How long and how often is tried. */
export const TRIES = 3;
const SILENCE_MS = 10_000;
const FIRST_WAIT_MS = 1000;

/**
 * Posts JSON to an address; resolves to what went wrong, in words, or undefined. What may pass (5xx, 429, no connection) is tried again
 * twice. The address is a secret and in no word of it.
 */
export async function posted(
  address: string,
  body: string,
  io: Pick<Io, 'env' | 'sleep'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) return 'it is no web address';
  return withSender({ env: io.env, limits: { silenceMs: SILENCE_MS } }, async (send) => {
    let trouble: string | undefined = 'the time for notifications was over';
    for (let turn = 0; turn < TRIES; turn++) {
      if (turn > 0) await io.sleep(FIRST_WAIT_MS * 2 ** (turn - 1), signal);
      if (signal.aborted) break;
      const outcome = await once(send, url, body, signal);
      if (outcome === undefined) return undefined;
      trouble = outcome.trouble;
      if (!outcome.passing) break;
    }
    return trouble;
  });
}

interface Outcome {
  trouble: string;
  /** Another try may help. */
  passing: boolean;
}

async function once(send: Send, url: URL, body: string, signal: AbortSignal): Promise<Outcome | undefined> {
  try {
    const answer = await send(url, body, AbortSignal.any([signal, AbortSignal.timeout(2 * SILENCE_MS)]));
    await answer.body.dump();
    const { statusCode } = answer;
    if (statusCode >= 200 && statusCode < 300) return undefined;
    return { trouble: `it answered ${statusText(statusCode)}`, passing: statusCode >= 500 || statusCode === 429 };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // The message of undici may hold the address; its code does not.
    const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
    return { trouble: `no answer (${code})`, passing: true };
  }
}
