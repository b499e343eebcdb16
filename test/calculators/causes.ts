import { readFileSync } from 'node:fs';

/** A decided cause of differences (causes.json). All conditions that it has must hold; globs are in lower case. */
export interface Cause {
  id: string;
  side: 'litellm' | 'genai-prices' | 'both';
  /** As the calls name them. */
  sellers?: string[];
  models?: string[];
  tiers?: string[];
  parts?: string[];
  /** What their rate is, in the words of differences.ts; one of them. */
  theirs?: string[];
  /** The source of our rate. */
  ours_from?: string[];
  /** Whether the call has no price here. */
  unpriced?: boolean;
  /** Their rate in ours: from, to. */
  ratio?: [string, string];
  /** In the table: what they do, who is right and why, and where that stands. */
  what: string;
  right: 'llmcost' | 'they' | 'open';
  why: string;
  page: string;
}

/** The causes, in the order in which they are tried. */
export function readCauses(): Cause[] {
  return JSON.parse(readFileSync(new URL('causes.json', import.meta.url), 'utf8')) as Cause[];
}
