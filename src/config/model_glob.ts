/** The models a price is for; globs with * and ?. A null provider is any. */
export interface ModelGlob {
  provider: string | null;
  model: string;
}

/** `openai/gpt-4o*` → openai, gpt-4o*; with a provider of its own, or without slash, all of it is the model. Undefined if a part is empty. */
export function modelGlob(text: string, provider?: string): ModelGlob | undefined {
  const slash = provider === undefined ? text.indexOf('/') : -1;
  const payee = slash < 0 ? (provider ?? '*') : text.slice(0, slash);
  const model = text.slice(slash + 1).trim();
  if (payee.trim() === '' || model === '') return undefined;
  return { provider: payee.trim() === '*' ? null : payee.trim(), model };
}
