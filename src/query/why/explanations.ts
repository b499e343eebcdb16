import type { CallRow, PartRow } from './sql.js';

/** The rules of rate/resolve.ts in words; a rule is several of them joined by '+', and a reason after a colon. */
const RULES: Record<string, string> = {
  exact: 'the price list has this very name',
  alias: 'your alias says so',
  override: 'you gave it a price of your own',
  spelling: 'the name was written with other dots and dashes',
  prefix: 'the provider was written before the name',
  route: 'the region or route was taken off the name',
  resource: 'the resource path was taken off the name',
  arn: 'the ARN was taken off the name',
  date_stripped: 'the price list has the name without its date',
  effort_stripped: 'the reasoning effort was taken off the name',
  variant_stripped: 'the variant was taken off the name',
  fine_tuned: 'a fine-tuned model of this base',
  free_variant: 'the variant :free costs nothing',
  azure_spelling: 'Azure writes the name with or without the dot',
  fireworks_path: 'the path of Fireworks was added to the name',
  provider_from_name: 'the log names no provider, the name says whose model it is',
  provider_from_prefix: 'the provider stands before the name',
  provider_from_path: 'the provider stands in the path of the name',
  assumed_list_price: "no price of this provider is known, the maker's list price stands in",
};

/** Rules that say no more than the reason beside them. */
const SAID_BY_REASON: ReadonlySet<string> = new Set(['not_found', 'no_provider', 'no_model', 'opaque_arn']);

/** How the price of a model was found. */
export function ruleInWords(rule: string): string {
  const [rules = '', ...reason] = rule.split(': ');
  const words = rules.split('+').flatMap((name) => RULES[name] ?? soldOn(name));
  return [...words, ...(reason.length === 0 ? [] : [reason.join(': ')])].join('; ');
}

function soldOn(rule: string): string | [] {
  if (SAID_BY_REASON.has(rule)) return [];
  return rule.startsWith('sold_on_') ? `${rule.slice('sold_on_'.length)} is where it is sold` : rule;
}

/** Why a call has no cost, or costs nothing; null where its parts say all. */
export function reasonOf(row: CallRow, parts: readonly PartRow[]): string | null {
  if (row.gateway_cached) return "answered from a gateway's cache: nothing was bought";
  if (row.cost_status === 3) return 'a free variant: nothing is charged for it';
  if (row.cost_status === 1) return unpricedReason(row, parts);
  const missing = parts.filter(({ billed, cost }) => billed && cost === null);
  if (row.cost_status === 2 && missing.length > 0) {
    return `${nothingKnownOf(missing)}: the cost is the least that it can be${see(row)}`;
  }
  const nothing = row.shown.status === 'error' && parts.length === 0;
  return nothing ? 'the call failed before anything was billed' : null;
}

/** Where one sees what is known of the model's prices. */
function see({ shown }: CallRow): string {
  const name = shown.model ?? shown.request_model;
  return name === null ? '' : `; see: llmcost pricing show ${quoted(name)}`;
}

function nothingKnownOf(missing: readonly PartRow[]): string {
  return `no price is known for ${missing.map(({ rate }) => nameOf(rate)).join(', ')}`;
}

function unpricedReason(row: CallRow, parts: readonly PartRow[]): string {
  if (row.card?.status === 'unpriced') return `${row.card.rule.slice(row.card.rule.indexOf(': ') + 2)}${see(row)}`;
  const missing = parts.filter(({ billed, cost }) => billed && cost === null);
  if (missing.length === 0) return 'the log does not say what was used';
  if (missing.every(({ quantity }) => quantity === null)) {
    return 'there is a fee for each request, and the log does not say how many there were';
  }
  return `${nothingKnownOf(missing)}${see(row)}`;
}

/** What was assumed about the call as a whole. */
export function assumptionsOf({ shown, card, cost_status }: CallRow): string[] {
  if (cost_status !== 2 || card === null) return [];
  const dated = card.valid_from !== null || card.valid_to !== null;
  const banded = card.min_prompt_tokens !== '0' || card.max_prompt_tokens !== null;
  const found: [boolean, string][] = [
    [
      card.assumed.includes('price'),
      `the list price of ${card.price_provider} stands in for that of ${shown.provider}`,
    ],
    [
      card.assumed.includes('service_tier'),
      `no price is known for the tier ${shown.service_tier}: the standard price is used`,
    ],
    [card.assumed.includes('speed'), `no price is known for the speed ${shown.speed}: the ordinary price is used`],
    [
      card.week_from !== null && (shown.requests !== '1' || shown.occurred_at === null),
      'its price depends on the hour: that of the hour it began in is used',
    ],
    [dated && shown.occurred_at === null, 'the call has no time: the price of the day it was imported is used'],
    [
      banded && shown.requests !== '1',
      'several calls in one row: their average prompt decides whether the price of long prompts holds',
    ],
  ];
  return found.flatMap(([holds, sentence]) => (holds ? [sentence] : []));
}

/** What is remarkable about a part; null for an ordinary price of its own. */
export function partNote(part: PartRow, row: CallRow): string | null {
  if (!part.billed) return 'only describes the call: nothing is paid for it';
  if (row.cost_status === 3 || part.source === null) return null;
  const { dimension } = part.source;
  if (dimension !== dimensionOf(part.rate)) {
    const times = part.doubled ? 'twice ' : '';
    return `${part.assumed ? 'assumed: ' : ''}no price of its own, ${times}that of ${nameOf(dimension)}`;
  }
  if (part.assumed) return 'assumed: no price of its own for this tier, region or prompt size';
  return null;
}

const NAMES: Record<string, string> = {
  uncached_input: 'input',
  cache_read: 'cache read',
  cache_write: 'cache write',
  cache_write_1h: 'cache write, 1 hour',
  text_output: 'output',
};

/** A rate or dimension as people call it: cache_write_1h → cache write, 1 hour. */
export function nameOf(rate: string): string {
  return NAMES[rate] ?? rate.replaceAll('_', ' ');
}

function dimensionOf(rate: string): string {
  return rate === 'uncached_input' ? 'input' : rate === 'text_output' ? 'output' : rate;
}

/** A word of a shell, in quotes where it needs them. */
export function quoted(word: string): string {
  return /^[\w.:/@+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
