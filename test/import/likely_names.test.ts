import { expect, test } from 'vitest';
import { guessOf, NAMES } from '../../src/import/declare/likely_names.js';

/** The column that a header is taken for; undefined if none. */
function taken(header: string): string | undefined {
  return NAMES.map(([column]) => column).find((column) => guessOf(column, header));
}

test.each([
  ['claude_uncached_input_tokens', 'uncached_input_tokens'],
  ['non_cached_prompt_tokens', 'uncached_input_tokens'],
  ['tokens_not_cached', 'uncached_input_tokens'],
  ['input_tokens_cached', 'cache_read_tokens'],
  ['cache_creation_tokens', 'cache_write_tokens'],
  ['current_user_message_count', undefined],
  ['num_users', undefined],
  ['total_sessions', undefined],
  ['request_count', undefined],
  ['user_id', 'user_id'],
  ['account', 'customer'],
  ['ts', 'timestamp'],
])('%s is taken for %s', (header, column) => {
  expect(taken(header)).toBe(column);
});
