import { dirname } from 'node:path';
import type { Config } from '../../config/config.js';
import type { AnyFormat } from '../../import/declare/format.js';
import type { ImportOptions } from '../../import/load/file_load.js';
import type { Io } from '../../io.js';
import type { AttributionRule } from '../../query/attribute/rules.js';
import type { ConfigOptions } from '../pricing/custom_prices.js';

/** What llmcost.yaml says of importing: formats of one's own, and rules that say to whom calls belong. */
export async function ownImport(
  options: ConfigOptions,
  io: Io,
): Promise<{ own: readonly AnyFormat[]; attribute: ImportOptions['attribute'] }> {
  const { readConfig } = await import('../../config/config.js');
  const config = await readConfig(options.config, io);
  const rules = await rulesOf(config);
  const own = await formatsOf(config);
  if (rules.length === 0) return { own, attribute: undefined };
  const { attributeImports } = await import('../../query/attribute/attribute.js');
  return { own, attribute: (store, usage) => attributeImports(store, rules, usage) };
}

/** The attribution rules of llmcost.yaml, checked; none without such a file or section. */
export async function configuredAttribution(options: ConfigOptions, io: Io): Promise<AttributionRule[]> {
  const { readConfig } = await import('../../config/config.js');
  return rulesOf(await readConfig(options.config, io));
}

async function rulesOf({ attribution = [], where, path }: Config): Promise<AttributionRule[]> {
  if (attribution.length === 0 || path === undefined) return [];
  const { attributionRules } = await import('../../query/attribute/rules.js');
  return attributionRules({ entries: attribution, where, folder: dirname(path) });
}

async function formatsOf({ formats = [], where }: Config): Promise<AnyFormat[]> {
  if (formats.length === 0) return [];
  const [{ namedFormats }, { unitFactor }] = await Promise.all([
    import('../../import/declare/custom_format.js'),
    import('../../config/formats.js'),
  ]);
  return namedFormats({ entries: formats, where, factor: unitFactor });
}
