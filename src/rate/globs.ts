/** A glob as a pattern of the whole name, without case: `*` is any text, `?` one character, all else itself. */
export function globPattern(glob: string): RegExp {
  const escaped = glob.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i');
}

/** Globs of a provider and a model, null is any; the model's may begin with a provider: `openai/gpt-4o*`. */
export interface Meant {
  provider: string | null;
  model: string | null;
}

/** Whether a model of a provider is meant. */
export function isMeant(meant: Meant, provider: string | null, model: string | null): boolean {
  if (meant.provider !== null && !globPattern(meant.provider).test(provider ?? '')) return false;
  if (meant.model === null) return true;
  const glob = globPattern(meant.model);
  return glob.test(model ?? '') || glob.test(`${provider ?? ''}/${model ?? ''}`);
}
