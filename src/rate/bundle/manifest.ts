import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PriceSourceError } from '../../errors.js';
import { isObject } from '../sources/source.js';

/** One source file the bundle was made of. */
export interface BundledBook {
  book_id: number;
  source: string;
  name: string;
  url: string | null;
  upstream_rev: string | null;
  licence: string | null;
  attribution: string;
  sha256: string | null;
  data_date: string;
  models: number;
  rates: number;
}

export interface BundleManifest {
  schema: 1;
  books: BundledBook[];
  counts: { rates: number; multipliers: number; models: number; priced_models: number };
}

/** book.json of a bundle. Throws PriceSourceError if it is missing or not ours. */
export function readManifest(directory: string): BundleManifest {
  const path = join(directory, 'book.json');
  try {
    const json: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (isManifest(json)) return json;
  } catch (cause) {
    throw new PriceSourceError(`The bundled prices cannot be read: ${path}\nInstall llmcost again.`, { cause });
  }
  throw new PriceSourceError(`${path} is not a price bundle of this version.\nInstall llmcost again.`);
}

function isManifest(json: unknown): json is BundleManifest {
  return isObject(json) && json.schema === 1 && Array.isArray(json.books);
}
