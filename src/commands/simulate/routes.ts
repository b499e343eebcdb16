import { readFile } from 'node:fs/promises';
import type { Routes } from '../../config/routes.js';
import { InputError, UsageError } from '../../errors.js';
import type { Io } from '../../io.js';
import type { MoveRule } from '../../query/simulate/routing_rules.js';
import { absolute } from '../pricing/book.js';

/** The rules of --routes, and the model that takes what fits nowhere. Throws UsageError and InputError that name the file. */
export async function routesOf(path: string, io: Io): Promise<{ rules: MoveRule[]; fallback: string | undefined }> {
  const { readRoutes } = await import('../../config/routes.js');
  const { value, where } = readRoutes(await textOf(path, io), path);
  const rules: MoveRule[] = [];
  for (const [index, route] of value.routes.entries()) {
    rules.push(await ruleOf(route, `${where('routes', index)}`));
  }
  return { rules, fallback: value.fallback };
}

type Route = Routes['routes'][number];

async function ruleOf({ name, from, where, to, tier }: Route, place: string): Promise<MoveRule> {
  const { conditionOf } = await import('../../query/scope/filter.js');
  const filters = where === undefined ? [] : Array.isArray(where) ? where : [where];
  const aims = to === undefined ? [{ model: null, share: 100 }] : Array.isArray(to) ? to : [{ model: to, share: 100 }];
  const goal = aims
    .map(({ model, share }) => `${model ?? 'its model'}${share === 100 ? '' : ` ${share}%`}`)
    .join(' + ');
  const who = [...(from === undefined ? [] : [from]), ...filters].join(' ') || 'all';
  const label = name ?? `${who} → ${goal}${tier === undefined ? '' : ` (${tier})`}`;
  try {
    return { label, from, where: filters.map(conditionOf), aims, tier };
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    throw new UsageError(`${place}.where: ${cause.message.replaceAll('--where ', '')}`, { cause });
  }
}

async function textOf(path: string, io: Io): Promise<string> {
  try {
    return await readFile(absolute(path, io), 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InputError(`The routes ${path} cannot be read: ${reason}\nName a file that exists with --routes FILE.`, {
      cause,
    });
  }
}
