import { sellerOfForm } from './authors.js';
import type { ModelIndex } from './index.js';
import { bedrockVersion } from './spelling.js';
import { mayLeaveDate, nameVariants, type Variant } from './variants.js';

/** The row of a seller for a name; `free` has no row and costs nothing. */
export type SellerRow = { kind: 'row'; model: string; rule: string; assumed: boolean } | { kind: 'free'; rule: string };

/** Where a call was made, as Bedrock writes it before a name. */
const GEOGRAPHY = /^(us|eu|apac|au|jp|ca|in|global|us-gov)\.(?=[a-z0-9]+\.)/i;

/** The row of exactly this name, compared without case. */
export function exactRow(index: ModelIndex, seller: string, name: string): SellerRow | undefined {
  const model = index.find(seller, name);
  return model === undefined ? undefined : { kind: 'row', model, rule: 'exact', assumed: false };
}

/** The row of a seller for a name, by the declared rules in their order. `region`: of the call, where it is known. */
export function rowOf(
  index: ModelIndex,
  seller: string,
  { name, region }: { name: string; region: string | null },
): SellerRow | undefined {
  const exact = exactRow(index, seller, name);
  if (exact !== undefined) return exact;
  // Free only where such an offer is listed: https://openrouter.ai/docs/guides/routing/model-variants/free
  if (seller === 'openrouter' && /:free$/i.test(name)) return undefined;
  if (index.isUnpriced(seller, name)) return undefined;
  if (seller === 'bedrock') return bedrockRow(index, name, region);
  const tuned = fineTuned(name);
  if (tuned !== undefined) return after('fine_tuned', search(index, seller, tuned), false);
  return search(index, seller, name);
}

/**
 * Bedrock's geographies have prices of their own, 10 % apart for newer models: the row of the geography first; then the one
 * genai-prices lists as `regional`, for every geography but global and GovCloud; then, as an assumption, the name without one.
 * A name without geography is called in its own region, which costs what the geography costs.
 */
function bedrockRow(index: ModelIndex, name: string, region: string | null): SellerRow | undefined {
  const own = search(index, 'bedrock', name);
  // Anthropic's own name of a model, as its answers on Bedrock report it, does not tell the geography that was called.
  if (own?.kind === 'row') return { ...own, assumed: own.assumed || sellerOfForm(name) !== 'bedrock' };
  const geography = GEOGRAPHY.exec(name)?.[1]?.toLowerCase();
  const base = name.replace(GEOGRAPHY, '');
  const government = region?.startsWith('us-gov') ?? false;
  if (geography === 'us-gov' || government) {
    // GovCloud costs more still: the name without geography has a rate for it, or the call has no price.
    return government && geography !== undefined
      ? after('geography_stripped', search(index, 'bedrock', base), true)
      : undefined;
  }
  const regional = geography === 'global' ? undefined : search(index, 'bedrock', `regional.${base}`);
  if (regional !== undefined) return after('regional', regional, false);
  return geography === undefined ? undefined : after('geography_stripped', search(index, 'bedrock', base), true);
}

function search(index: ModelIndex, seller: string, name: string): SellerRow | undefined {
  const variants = nameVariants(index, seller, name);
  for (const variant of variants) {
    const { model, rules } = listed(index, seller, variant) ?? {};
    if (model === undefined || rules === undefined) continue;
    const { date, assumed } = variant;
    if (date !== null && !mayLeaveDate(index, seller, { row: model, date })) continue;
    return { kind: 'row', model, rule: rules.join('+'), assumed };
  }
  return onlySnapshot(index, seller, variants);
}

/** The row of one way to write a name, and the rules that led to it. */
function listed(
  index: ModelIndex,
  seller: string,
  { name, rules, kinds }: Variant,
): { model: string; rules: readonly string[] } | undefined {
  const exact = index.find(seller, name);
  if (exact !== undefined) return { model: exact, rules: rules.length === 0 ? ['exact'] : rules };
  const spelled = index.findSpelling(seller, name);
  if (spelled !== undefined) return { model: spelled, rules: rules.length === 0 ? ['spelling'] : rules };
  const version = seller === 'bedrock' ? index.findVersion(seller, name) : undefined;
  if (version !== undefined) return { model: version, rules: [...rules, 'bedrock_version'] };
  const under = kinds.has('author') || name.includes('/') ? undefined : index.findUnderAuthor(seller, name);
  return under === undefined ? undefined : { model: under, rules: [...rules, 'author_added'] };
}

/** The one snapshot of a name that is only listed with a date; which one was called is then an assumption. */
function onlySnapshot(index: ModelIndex, seller: string, variants: readonly Variant[]): SellerRow | undefined {
  for (const { name, rules } of variants.filter(({ kinds }) => !kinds.has('date'))) {
    const [only, ...others] = index.snapshots(seller, name);
    if (only === undefined || others.length > 0) continue;
    const version = seller === 'bedrock' ? bedrockVersion(name).version : '';
    if (version !== '' && version !== bedrockVersion(only.model).version) continue;
    return { kind: 'row', model: only.model, rule: [...rules, 'date_added'].join('+'), assumed: true };
  }
  return undefined;
}

/**
 * A fine-tuned model never costs what its base costs. `ft:<base>:<organisation>:…` is OpenAI's and Mistral's name for one,
 * `<base>.ft-<id>` is Azure's.
 */
function fineTuned(name: string): string | undefined {
  const base = /^ft:([^:]+):/i.exec(name)?.[1];
  if (base !== undefined) return `ft:${base}`;
  return /^(.+\.ft-)[0-9a-z-]+$/i.exec(name)?.[1];
}

function after(rule: string, row: SellerRow | undefined, assumed: boolean): SellerRow | undefined {
  if (row === undefined) return undefined;
  const rules = row.rule === 'exact' ? rule : `${rule}+${row.rule}`;
  return row.kind === 'free' ? { ...row, rule: rules } : { ...row, rule: rules, assumed: row.assumed || assumed };
}
