import { integer, type Sql, sql } from '../../sql.js';
import { FAILED, IS_CALL, JOINED, PROMPT } from './found_sql.js';

/**
 * How long what is written to a cache stays, and the shortest prompt that is cached at all.
 * https://docs.claude.com/en/docs/build-with-claude/prompt-caching, https://platform.openai.com/docs/guides/prompt-caching
 */
const USUAL_SECONDS = integer(300);
const LONG_SECONDS = integer(3600);
const SHORTEST_PROMPT = integer(1024);

const WRITTEN = sql`coalesce(fact.cache_write_tokens, 0) + coalesce(fact.cache_write_1h_tokens, 0)`;
const READ = sql`coalesce(fact.cache_read_tokens, 0)`;

/**
 * What a cache belongs to, as far as usage tells: a call reads what one of the same feature, model and session wrote. Where sessions are not
 * told, any call of the feature and model may have read it: customers can share the beginning of a prompt. As a
 * number of 64 bits, which sorts a third faster than the names.
 */
const STREAM = sql`hash(profile.feature, profile.provider, profile.model, profile.request_model, fact.session_id)`;

/** What a write cost beyond ordinary input. A rate that is not known costs nothing more. */
const PREMIUM = sql`coalesce(fact.cache_write_tokens, 0) * (coalesce(card.cache_write, card.uncached_input) - card.uncached_input)
      + coalesce(fact.cache_write_1h_tokens, 0) * (coalesce(card.cache_write_1h, card.uncached_input) - card.uncached_input)`;

/**
 * Writes that no call of the same stream read while they were there: nothing read from the cache within 5 minutes (an hour, of what was
 * written for an hour). To save is what writing cost beyond ordinary input. The last minutes of the usage do not count: what came
 * after them is not known.
 */
export function unreadWrites(test: Sql): Sql {
  return sql`
  with last as (
    select max(fact.occurred_at) as seen from usage_fact as fact where ${test}
  ),
  touched as (
    select
      fact.rowid as call,
      fact.occurred_at,
      fact.rate_card_id,
      fact.cache_write_tokens,
      fact.cache_write_1h_tokens,
      ${WRITTEN} as written,
      fact.cost_usd,
      first_value(if(${READ} > 0, fact.occurred_at, null) ignore nulls) over (
        partition by ${STREAM}
        order by fact.occurred_at, fact.rowid
        rows between 1 following and unbounded following
      ) as read_at
    from ${JOINED}
    where ${test} and ${IS_CALL} and ${WRITTEN} + ${READ} > 0
  ),
  unread as (
    select *, occurred_at + to_seconds(if(cache_write_1h_tokens > 0, ${LONG_SECONDS}, ${USUAL_SECONDS})) as gone_at
    from touched
    where written > 0
  )
  select fact.call, ${PREMIUM} as saving
  from unread as fact
  join rate_card as card on card.rate_card_id = fact.rate_card_id
  cross join last
  where fact.cost_usd > 0 and fact.gone_at <= last.seen and coalesce(fact.read_at > fact.gone_at, true)`;
}

/**
 * Prompts that repeat the one before them in the same session, sent again at the full price: the call read and wrote no cache, though its
 * model sells cached input; the call before it, at most 5 minutes earlier, was no longer than it and 1,024 tokens at least. To save: the
 * earlier prompt read instead of sent, less what writing the rest (of the first two calls: all) would have cost more.
 */
export function missedReads(test: Sql): Sql {
  return sql`
  with spoken as (
    select
      fact.rowid as call,
      fact.occurred_at,
      fact.rate_card_id,
      fact.cost_usd,
      ${PROMPT} as prompt,
      coalesce(fact.cache_read_tokens = 0, false) and ${WRITTEN} = 0 as uncached,
      lag(${PROMPT}) over ordered as before,
      lag(fact.occurred_at) over ordered as before_at,
      lag(fact.occurred_at, 2) over ordered is null as second
    from ${JOINED}
    where ${test} and ${IS_CALL} and not ${FAILED} and fact.session_id is not null
    window ordered as (partition by ${STREAM} order by fact.occurred_at, fact.rowid)
  )
  select
    spoken.call,
    least(spoken.cost_usd, spoken.before * (card.uncached_input - card.cache_read)
      - (spoken.prompt - spoken.before + if(spoken.second, spoken.before, 0))
        * greatest(coalesce(card.cache_write, card.uncached_input) - card.uncached_input, 0)) as saving
  from spoken
  join rate_card as card on card.rate_card_id = spoken.rate_card_id
  where spoken.uncached and spoken.before >= ${SHORTEST_PROMPT} and spoken.prompt >= spoken.before
    and spoken.occurred_at <= spoken.before_at + to_seconds(${USUAL_SECONDS})
    and card.cache_read < card.uncached_input and not list_contains(card.assumed, 'cache_read')`;
}

/**
 * What caching brought and cost, by provider and model: columns of CacheRow. Calls of one session that write again what had been
 * written or read 5 minutes to an hour before would have read it, had all been written for an hour: `one_hour_instead` is what that
 * saves, less what all writes would cost more; null where the price book has no price for it, or nothing is written for 5 minutes.
 */
export function cacheLedger(test: Sql): Sql {
  return sql`
  with used as (
    select
      profile.provider,
      coalesce(profile.model, profile.request_model) as model,
      fact.rate_card_id,
      coalesce(sum(fact.cache_read_tokens), 0) as cache_read_tokens,
      coalesce(sum(fact.cache_write_tokens), 0) as cache_write_tokens,
      coalesce(sum(fact.cache_write_1h_tokens), 0) as cache_write_1h_tokens
    from ${JOINED}
    where ${test} and fact.cost_usd > 0 and ${READ} + ${WRITTEN} > 0
    group by all
  ),
  -- Only where something is written for 5 minutes need calls be looked at one by one.
  touched as (
    select
      profile.provider,
      coalesce(profile.model, profile.request_model) as model,
      fact.rate_card_id,
      ${READ} as kept,
      coalesce(fact.cache_write_tokens, 0) as written,
      fact.session_id is not null
        and fact.occurred_at - lag(fact.occurred_at) over ordered > to_seconds(${USUAL_SECONDS})
        and fact.occurred_at - lag(fact.occurred_at) over ordered <= to_seconds(${LONG_SECONDS}) as expired,
      lag(${READ} + ${WRITTEN}) over ordered as before
    from ${JOINED}
    where ${test} and fact.cost_usd > 0 and ${READ} + ${WRITTEN} > 0
      and coalesce(profile.model, profile.request_model) in (select model from used where cache_write_tokens > 0)
    window ordered as (partition by ${STREAM} order by fact.occurred_at, fact.rowid)
  ),
  again as (
    select
      provider,
      model,
      rate_card_id,
      sum(least(written, greatest(before - kept, 0))) as written_again
    from touched
    where expired
    group by all
  ),
  priced as (
    select
      fact.*,
      fact.cache_read_tokens * (card.uncached_input - coalesce(card.cache_read, card.uncached_input)) as saved,
      ${PREMIUM} as paid,
      case when fact.cache_write_tokens > 0 and not list_contains(card.assumed, 'cache_write_1h') then
        coalesce(again.written_again, 0) * (card.cache_write - card.cache_read)
          - (fact.cache_write_tokens - coalesce(again.written_again, 0)) * (card.cache_write_1h - card.cache_write)
      end as one_hour_instead
    from used as fact
    left join again on again.rate_card_id = fact.rate_card_id and again.model is not distinct from fact.model
      and again.provider is not distinct from fact.provider
    join rate_card as card on card.rate_card_id = fact.rate_card_id
    where card.uncached_input is not null
  )
  select
    provider,
    model,
    sum(cache_read_tokens) as read_tokens,
    sum(cache_write_tokens) as written_tokens,
    sum(cache_write_1h_tokens) as written_1h_tokens,
    cast(sum(saved) as varchar) as saved,
    cast(sum(paid) as varchar) as paid,
    cast(sum(saved) - sum(paid) as varchar) as net,
    cast(sum(one_hour_instead) as varchar) as one_hour_instead
  from priced
  group by provider, model
  order by sum(saved) - sum(paid), provider, model`;
}
