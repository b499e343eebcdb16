import { UsageError } from '../../errors.js';
import { BadEscape, isLoopback, loginOf, shownAddress } from '../../net/address.js';
import { SOURCES } from '../sources/origin.js';
import type { SourceName } from '../sources/source.js';

/** Where a price list is fetched from. */
export interface PriceAddress {
  url: string;
  /** The source it must be of; null: its content tells. */
  source: SourceName | null;
}

export const SOURCE_NAMES: readonly SourceName[] = ['litellm', 'genai-prices', 'models.dev', 'openrouter'];

/** The source of that name, as --source takes it. Throws UsageError. */
export function sourceNamed(text: string): SourceName {
  const name = SOURCE_NAMES.find((one) => one === text.toLowerCase());
  if (name !== undefined) return name;
  throw new UsageError(
    `--source: '${text}' is no source of prices.\nPossible are ${SOURCE_NAMES.join(', ')}; any other list can be read with --from URL.`,
  );
}

type Environment = Record<string, string | undefined>;

/** Where the sources are: their own addresses, or those of the environment (LLMCOST_PRICES_URL_LITELLM, …). Throws UsageError. */
export function addressesOf(sources: readonly SourceName[], env: Environment): PriceAddress[] {
  return sources.map((source) => {
    const name = `LLMCOST_PRICES_URL_${source.toUpperCase().replaceAll(/[^A-Z]/g, '_')}`;
    const given = env[name];
    return { url: given ? trusted(given, name) : SOURCES[source].url, source };
  });
}

/** An address of the command line; unencrypted ones are taken, because the user wrote them out. Throws UsageError. */
export function givenAddress(text: string): PriceAddress {
  const url = webAddress(text, '--from');
  const source = SOURCE_NAMES.find((name) => SOURCES[name].url === url.href);
  return { url: url.href, source: source ?? null };
}

/** Whether the text given to --from is an address and not a file. */
export function isAddress(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
}

function trusted(text: string, name: string): string {
  const url = webAddress(text, name);
  if (url.protocol === 'https:' || isLoopback(url)) return url.href;
  throw new UsageError(
    `${name} is ${shownAddress(url.href)}, which is not encrypted: anybody on the way could change the prices.\nUse an https address; --from takes an http address for once.`,
  );
}

function webAddress(text: string, name: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' || url?.protocol === 'http:') {
    assertLogin(url, name);
    return url;
  }
  const shown = url === undefined ? text : shownAddress(text);
  throw new UsageError(`${name}: ${shown} is no address of a price list.\nWrite https://HOST/PATH.`);
}

function assertLogin(url: URL, name: string): void {
  try {
    loginOf(url);
  } catch (error) {
    if (error instanceof BadEscape)
      throw new UsageError(`${name}: ${shownAddress(url.href)} cannot be used: ${error.message}.`);
    throw error;
  }
}
