import { type CheckedYaml, checkedYaml } from './checked_yaml.js';
import { either, list, object, optional, parsed, type Read, ruled, words } from './schema.js';

const MODEL = words('a model, for example gpt-5-mini or openai/gpt-5-mini');

const SHARE = parsed(
  (text) => (/^\d{1,3}%?$/.test(text) && Number.parseInt(text, 10) <= 100 ? Number.parseInt(text, 10) : undefined),
  'a percentage from 0 to 100, for example 70',
);

const FILTER = words('a filter, for example feature=chat');

const ROUTE = ruled(
  object({
    name: optional(words('a name')),
    from: optional(MODEL),
    where: optional(either(FILTER, list(FILTER))),
    to: optional(either(MODEL, list(object({ model: MODEL, share: SHARE })))),
    tier: optional(words('a tier, for example batch')),
  }),
  ({ to, tier }) => {
    if (to === undefined && tier === undefined)
      return { key: '', sentence: 'must say where the calls go: to, tier, or both.' };
    const shared = Array.isArray(to) ? to.reduce((sum, { share }) => sum + share, 0) : 0;
    return shared > 100 ? { key: 'to', sentence: `shares out ${shared} %: 100 is all there is.` } : undefined;
  },
);

const ROUTES = object({ routes: list(ROUTE), fallback: optional(MODEL) });

/** A policy of `simulate --routes`: ordered rules, the first that holds decides. */
export type Routes = Read<typeof ROUTES>;

/** Reads a file of routes. Throws UsageError with every problem, its line and what is allowed. */
export function readRoutes(text: string, name: string): CheckedYaml<Routes> {
  return checkedYaml(ROUTES, text, name);
}
