import { InputError } from '../../errors.js';
import { columnOf } from '../declare/headers.js';

/*
 * Files that people have at hand and that cannot be imported: they are named, and what to export instead. What is no
 * format at all is told by unknownFormat.
 */

/** A table without what a price needs, by its headers; undefined where it is none. */
export function refusedHeaders(name: string, headers: readonly string[]): InputError | undefined {
  const has = (header: string) => columnOf(headers, header) >= 0;
  if (has('Spend ($)') && has('Total Tokens') && !has('Model')) {
    return new InputError(
      `${name} is an export of LiteLLM's usage page that names no models, so nothing in it has a price.\nExport the table LiteLLM_SpendLogs or LiteLLM_DailyUserSpend of its database instead, or say a model: --map input_tokens='Prompt Tokens' --map output_tokens='Completion Tokens' --map timestamp=Date --set model=…`,
    );
  }
  return undefined;
}
