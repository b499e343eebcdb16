import { globPattern } from '../globs.js';
import { canonicalProvider } from '../models/providers.js';

/** The user's own word on what a model string means; `model` may be a glob, a null provider is any. */
export interface ModelAlias {
  provider: string | null;
  model: string;
  price_provider: string;
  price_model: string;
}

/** Models the user gave prices of their own; both may be globs, a null provider is any. */
export interface OwnModel {
  provider: string | null;
  model: string;
}

/** What stands for the seller of an own model where neither the log nor the user names one. */
export const NO_SELLER = 'own';

/** Exact names before globs, a named provider before any. */
export function aliasLookup(
  aliases: readonly ModelAlias[],
): (provider: string | null, model: string) => ModelAlias | undefined {
  const ordered = [...aliases].sort((a, b) => rank(a) - rank(b));
  return (provider, model) =>
    ordered.find(
      (alias) =>
        (alias.provider === null || canonicalProvider(alias.provider) === provider) &&
        globPattern(alias.model).test(model),
    );
}

/**
 * The seller and the name of a model that is the user's own. The name is the string as written, or what follows its
 * `provider/` where that is what the user named; `provider` is who was paid, canonical.
 */
export function ownLookup(
  models: readonly OwnModel[],
): (provider: string | null, model: string) => { provider: string; model: string } | undefined {
  const ordered = [...models].sort((a, b) => rank(a) - rank(b));
  return (provider, model) => {
    for (const own of ordered) {
      const name = globPattern(own.model);
      for (const written of writings(provider, model)) {
        if (isOf(own.provider, written.provider) && name.test(written.model)) {
          return { model: written.model, provider: literal(own.provider) ?? written.provider ?? NO_SELLER };
        }
      }
    }
    return undefined;
  };
}

/** The string as written, of who was paid; then taken as `provider/name`, unless somebody else was paid. */
function writings(provider: string | null, model: string): { provider: string | null; model: string }[] {
  const whole = { provider, model };
  const [, prefix, rest] = /^([^/:]+)[/:](.+)$/.exec(model) ?? [];
  if (prefix === undefined || rest === undefined) return [whole];
  const seller = canonicalProvider(prefix);
  return provider === null || provider === seller ? [whole, { provider: seller, model: rest }] : [whole];
}

function isOf(wanted: string | null, provider: string | null): boolean {
  if (wanted === null || wanted === '*') return true;
  if (/[*?]/.test(wanted)) return provider !== null && globPattern(wanted).test(provider);
  return provider === canonicalProvider(wanted);
}

/** The user's own word for the seller, if it is one word: the price is looked up under it again. */
function literal(provider: string | null): string | undefined {
  return provider === null || /[*?]/.test(provider) ? undefined : provider;
}

function rank({ provider, model }: OwnModel): number {
  return (/[*?]/.test(model) ? 2 : 0) + (provider === null ? 1 : 0);
}
