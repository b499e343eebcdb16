import { join, literal, type Sql, sql } from '../../sql.js';

/**
 * The class of a failure by HTTP status (integer) and by what the provider calls it (text); null where neither says
 * anything. Names of OpenAI, Anthropic, Google and AWS:
 * https://platform.openai.com/docs/guides/error-codes, https://docs.anthropic.com/en/api/errors,
 * https://cloud.google.com/apis/design/errors
 */
export function errorClassOf(http: Sql, name: Sql): Sql {
  const named = (pattern: Sql) => sql`regexp_matches(lower(${name}), ${pattern})`;
  return sql`case
    when ${name} is null and (${http} is null or ${http} < 400) then null
    when ${http} = 429 or ${named(sql`'rate.?limit|resource.?exhausted|throttl|too.?many.?requests|insufficient_quota'`)} then 'rate_limit'
    when ${http} in (408, 504) or ${named(sql`'time.?(d )?out|deadline.?exceeded'`)} then 'timeout'
    when ${named(sql`'content.?(filter|policy)|safety|responsible.?ai|guardrail|moderation|refusal|prohibited'`)} then 'content_filter'
    when ${http} >= 500 or ${named(sql`'server.?error|overloaded|api_error|unavailable|^internal'`)} then 'server_error'
    when ${http} = 499 or ${named(sql`'cancel|abort'`)} then 'cancelled'
    when ${http} >= 400 or ${named(sql`'invalid|not.?found|authentication|billing|permission|unauthenticated|failed.?precondition|exceeded|unsupported|too.?large'`)}
      then 'client_error'
    else 'other'
  end`;
}

/** The service tier in one spelling: what OpenAI calls `default` is the standard tier; `auto` says nothing. */
export function tierOf(text: Sql): Sql {
  return sql`case ${text}
    when 'default' then 'standard'
    when 'standard' then 'standard'
    when 'auto' then null
    when '' then null
    else case lower(trim(${text})) when 'default' then 'standard' when 'auto' then null else lower(trim(${text})) end
  end`;
}

/** The HTTP status that the message of an error names: `429 Too many…`, `Error code: 429`, `status 503`; null if none. */
export function statusIn(message: Sql): Sql {
  return sql`try_cast(regexp_extract(lower(${message}), '(?:^|code:? ?|status:? ?|http ?)([45][0-9]{2})(?:[^0-9]|$)', 1) as integer)`;
}

/** The traits of a call that failed or not, where only the message of its error says why. */
export function failureTraits(failed: Sql, message: Sql): Record<'status' | 'error_class' | 'http_status', Sql> {
  return {
    status: sql`case when ${failed} then 'error' else 'ok' end`,
    error_class: sql`case when ${failed} then coalesce(${errorClassOf(statusIn(message), message)}, 'other') end`,
    http_status: sql`case when ${failed} then ${statusIn(message)} end`,
  };
}

/**
 * Whether a text is one of some words; false where there is none. Of more than four words DuckDB would make a table and
 * join every line to it, which takes twice the time.
 */
export function among(text: Sql, words: readonly string[]): Sql {
  return sql`coalesce(list_contains([${join(words.map((word) => literal(word)))}], ${text}), false)`;
}
