import { UsageError } from '../../errors.js';
import { priceBookId } from '../../rate/book/book.js';
import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { INPUT_SUM, OUTPUT_SUM } from '../metrics/measures.js';
import { VISIBLE } from '../scope/scope.js';
import type { Baseline, BaselineCase } from './answer.js';

/** What tells the cases of a run apart; checked. */
export interface CaseKey {
  name: string;
  key: Sql;
}

/** Reads --case: request_id, trace_id or tag:NAME. Throws UsageError. */
export function caseKey(text: string): CaseKey {
  if (text === 'request_id') return { name: text, key: sql`fact.request_id` };
  if (text === 'trace_id') return { name: text, key: sql`fact.trace_id` };
  if (/^tag:./.test(text)) return { name: text, key: sql`fact.tags[${literal(text.slice('tag:'.length))}]` };
  throw new UsageError(`--case '${text}' does not tell cases apart.\nPossible are: request_id, trace_id, tag:NAME.`);
}

/** The key a run's cases can be told apart by: the tag `case`, else the trace, else the request. Throws UsageError if it has none. */
export async function usualCaseKey(store: Store): Promise<CaseKey> {
  for (const name of ['tag:case', 'trace_id', 'request_id']) {
    const found = caseKey(name);
    const { there } = await store.row<{ there: boolean }>(
      sql`select exists (select 1 from usage_fact as fact where ${VISIBLE} and ${found.key} is not null) as there`,
    );
    if (there) return found;
  }
  throw new UsageError(
    'Nothing tells the cases of this run apart.\nLog a trace_id or a tag for each case, and name it: --case tag:NAME.',
  );
}

/** What each case of the usage in the store used; calls that belong to no case are the case ''. */
export async function casesOf(store: Store, { key }: CaseKey): Promise<BaselineCase[]> {
  return store.rows<BaselineCase & Record<string, string>>(sql`
    select
      coalesce(${key}, '') as "case",
      cast(coalesce(sum(fact.requests), 0) as varchar) as requests,
      cast(${INPUT_SUM} as varchar) as input_tokens,
      cast(${OUTPUT_SUM} as varchar) as output_tokens,
      cast(coalesce(sum(fact.cost_usd), 0) as varchar) as cost,
      cast(count(*) filter (where fact.cost_status = 1) as varchar) as unpriced_rows
    from usage_fact as fact
    where ${VISIBLE}
    group by "case"
    order by "case"`);
}

/** The usage in the store as a baseline; `before` is the one it takes the place of. */
export async function recordedRun(
  store: Store,
  key: CaseKey,
  { reason, now, before }: { reason: string; now: Date; before: Baseline | undefined },
): Promise<Baseline> {
  const cases = await casesOf(store, key);
  if (cases.length === 0)
    throw new UsageError('There is no usage in this run, so there is nothing to compare later ones with.');
  const past = before === undefined ? [] : [...before.history, entryOf(before)];
  return {
    schema: 'llmcost.baseline/1',
    written_at: now.toISOString(),
    reason,
    case_by: key.name,
    price_book: await priceBookId(store),
    currency: 'USD',
    totals: { cases: cases.length, ...(await totalsOf(store)) },
    cases,
    rate_cards: await usedCards(store),
    history: past,
  };
}

function entryOf({ written_at, reason, totals, cases }: Baseline): Baseline['history'][number] {
  return { written_at, reason, cost: totals.cost, cases: cases.length };
}

async function totalsOf(store: Store): Promise<Omit<BaselineCase, 'case'>> {
  return store.row<Omit<BaselineCase, 'case'> & Record<string, string>>(sql`
    select
      cast(coalesce(sum(fact.requests), 0) as varchar) as requests,
      cast(${INPUT_SUM} as varchar) as input_tokens,
      cast(${OUTPUT_SUM} as varchar) as output_tokens,
      cast(coalesce(sum(fact.cost_usd), 0) as varchar) as cost,
      cast(count(*) filter (where fact.cost_status = 1) as varchar) as unpriced_rows
    from usage_fact as fact
    where ${VISIBLE}`);
}

/** What only matters inside the database a card was made in. */
const OWN_COLUMNS = ['rate_ids', 'created_at', 'retired_at', 'made_in', 'retired_in', 'valid_from', 'valid_to'];

/** The priced cards the run was rated by; where a price changed during the run, the newest. Without dates: they are pinned. */
async function usedCards(store: Store): Promise<Record<string, string | null>[]> {
  const columns = (await cardColumns(store)).filter(({ name }) => !OWN_COLUMNS.includes(name));
  const texts = columns.map(({ name }) => sql`cast(${identifier(name)} as varchar) as ${identifier(name)}`);
  return store.rows<Record<string, string | null>>(sql`
    with used as (
      select *
      from rate_card
      where status <> 'unpriced'
        and rate_card_id in (select fact.rate_card_id from usage_fact as fact where ${VISIBLE})
      qualify row_number() over (
        partition by source_provider, model, service_tier, speed, region, min_prompt_tokens, week_from
        order by valid_from desc nulls last, rate_card_id desc
      ) = 1
    )
    select ${join(texts, ',\n      ')}
    from used
    order by rate_card_id`);
}

/** The columns of a rate card, with their types. */
export async function cardColumns(store: Store): Promise<{ name: string; type: string }[]> {
  return store.rows<{ name: string; type: string }>(sql`
    select column_name as name, data_type as type
    from information_schema.columns
    where table_name = 'rate_card' and table_schema = 'main'
    order by ordinal_position`);
}

/** Whether a column belongs to a card wherever it is. */
export function isPinned(column: string): boolean {
  return !OWN_COLUMNS.includes(column);
}
