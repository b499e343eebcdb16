import { either, keyed, list, object, optional, parsed, type Read, ruled, words, yesOrNo } from './schema.js';

/**
 * The section `attribution` of llmcost.yaml: to whom and to what calls belong, if the log does not have it.
 *
 *     attribution:
 *       - {set: customer, from: api_key, file: customers.csv, key: api_key_id, value: customer}
 *       - {where: ['feature~chat*', 'tag:team=a'], set: {customer: acme, environment: prod}}
 *       - {set: feature, from: 'tag:feature'}
 */

const TARGETS = 'customer, feature, environment, user, session, tag:NAME';
const isTarget = (name: string) => /^(customer|feature|environment|user|session|tag:.+)$/.test(name);

const rule = ruled(
  object({
    set: either(
      parsed((text) => (isTarget(text) ? { [text]: null } : undefined), `one of ${TARGETS}`),
      keyed(isTarget, TARGETS, words('a value')),
    ),
    from: optional(words("a dimension, such as api_key, user or 'tag:team'")),
    file: optional(words('the path of a CSV file, from the folder of this file')),
    key: optional(words('a column of the file')),
    value: optional(words('a column of the file')),
    where: optional(list(words("a condition, such as 'feature~chat*'"))),
    overwrite: optional(yesOrNo()),
  }),
  ({ set, from, file, key, value }) => {
    const asked = Object.values<string | null>(set).some((one) => one === null);
    if (asked && from === undefined) return { key: '', sentence: 'must say from where the value comes.' };
    if (!asked && from !== undefined) return { key: 'set', sentence: `must be one of ${TARGETS} where from is given.` };
    if (!asked && Object.keys(set).length === 0) return { key: 'set', sentence: 'must have keys and values.' };
    if (file !== undefined && from === undefined)
      return { key: 'file', sentence: 'goes with from: what is looked up in it.' };
    const missing =
      file === undefined ? undefined : key === undefined ? 'key' : value === undefined ? 'value' : undefined;
    if (missing !== undefined) return { key: '', sentence: `must say which column of the file is the ${missing}.` };
    const alone =
      file === undefined ? (key !== undefined ? 'key' : value !== undefined ? 'value' : undefined) : undefined;
    return alone === undefined ? undefined : { key: alone, sentence: 'goes with file.' };
  },
);

/** One rule as it is declared; a value that is null comes from where `from` says. */
export type AttributionEntry = Read<typeof rule>;

/** What the section is declared as. */
export const ATTRIBUTION = list(rule);
