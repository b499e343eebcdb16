import { UsageError } from '../errors.js';
import { list, object, oneOf, optional, parsed, type Read, ruled, words } from './schema.js';

/**
 * The section `notify` of llmcost.yaml: who is notified of budgets. Addresses and passwords are secrets, so the file only names the
 * environment variable that has them.
 */

const variable = parsed(
  (text) => (/^\$?[A-Za-z_][A-Za-z0-9_]*$/.test(text) ? text.replace('$', '') : undefined),
  'the name of a variable of the environment that holds the address, such as SLACK_WEBHOOK_URL',
);

const targetKeys = object({
  name: words('a name'),
  slack: optional(variable),
  webhook: optional(variable),
  smtp: optional(variable),
  from: optional(words('the sender, such as llmcost@example.com')),
  to: optional(list(words('an address, such as ops@example.com'))),
  on: optional(list(oneOf(['warn', 'forecast', 'breach', 'no_data', 'undecided']))),
});

const target = ruled(targetKeys, ({ slack, webhook, smtp, from, to }) => {
  if ([slack, webhook, smtp].filter((one) => one !== undefined).length !== 1) {
    return { key: '', sentence: 'must have one of slack, webhook and smtp.' };
  }
  const addressed = from !== undefined && to !== undefined && to.length > 0;
  if (smtp !== undefined && !addressed) return { key: '', sentence: 'with smtp must have from and to.' };
  return smtp === undefined && (from !== undefined || to !== undefined)
    ? { key: '', sentence: 'can have from and to only with smtp.' }
    : undefined;
});

/** What the section is declared as. */
export const NOTIFY = list(target);

/** A target of notifications. */
export interface NotifyTarget {
  name: string;
  kind: 'slack' | 'webhook' | 'smtp';
  /** The environment variable with the address. */
  variable: string;
  from: string;
  to: string[];
  /** The verdicts it is notified of. */
  on: ('warn' | 'forecast' | 'breach' | 'no_data' | 'undecided')[];
}

/** The targets of the file. Throws UsageError if two have one name. */
export function notifyTargets(config: {
  notify?: Read<typeof NOTIFY> | undefined;
  where: (...path: (string | number)[]) => string;
}): NotifyTarget[] {
  const seen = new Set<string>();
  return (config.notify ?? []).map((entry, index) => {
    if (seen.has(entry.name)) {
      throw new UsageError(`${config.where('notify', index)}.name: there is a target '${entry.name}' before.`);
    }
    seen.add(entry.name);
    const kind = entry.slack !== undefined ? 'slack' : entry.webhook !== undefined ? 'webhook' : 'smtp';
    return {
      name: entry.name,
      kind,
      variable: entry[kind] ?? '',
      from: entry.from ?? '',
      to: entry.to ?? [],
      on: entry.on ?? ['warn', 'forecast', 'breach'],
    };
  });
}
