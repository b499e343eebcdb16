import { sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { INPUT_SUM, OUTPUT_SUM } from '../metrics/measures.js';
import type { Base } from '../metrics/metric_rows.js';
import type { Coverage } from '../scope/coverage.js';
import { type Condition, patternHint } from '../scope/filter.js';
import type { Scope } from '../scope/scope.js';
import { type Count, countOf, type Money } from '../scope/values.js';
import type { UnusualDay } from './anomalies.js';
import type { ReportWarning, UnpricedModel } from './answer.js';
import { type Overlap, overlapSentence } from './overlap.js';

/**
 * The models in scope that have no price, those with most tokens first. Asks by cost_status, a third of the time of asking for the
 * missing cost (5 million rows: 0.05 s, 0.15 s).
 */
export async function unpricedModels(store: Store, { test, params }: Scope): Promise<UnpricedModel[]> {
  const rows = await store.rows<Record<keyof UnpricedModel, string | null>>(
    sql`
    with unpriced as (
      select
        fact.profile_id,
        sum(fact.requests) as requests,
        ${INPUT_SUM} as input_tokens,
        ${OUTPUT_SUM} as output_tokens
      from usage_fact as fact
      where fact.cost_status = 1 and ${test}
      group by fact.profile_id
    )
    select
      profile.provider,
      coalesce(profile.model, profile.request_model) as model,
      sum(unpriced.requests) as requests,
      sum(unpriced.input_tokens) as input_tokens,
      sum(unpriced.output_tokens) as output_tokens
    from unpriced
    left join usage_profile as profile on profile.profile_id = unpriced.profile_id
    group by all
    order by sum(unpriced.input_tokens + unpriced.output_tokens) desc, provider, model`,
    params,
  );
  return rows.map((row) => ({
    provider: row.provider,
    model: row.model,
    requests: countOf(row.requests),
    input_tokens: countOf(row.input_tokens),
    output_tokens: countOf(row.output_tokens),
  }));
}

/** How many rows in scope (which must not have a period) have no time. */
export async function undatedRows(store: Store, { test, params }: Scope): Promise<Count> {
  const row = await store.row<{ usage_rows: string }>(
    sql`select count(*) as usage_rows from usage_fact as fact where fact.occurred_at is null and ${test}`,
    params,
  );
  return countOf(row.usage_rows);
}

export interface Findings {
  /** The sums over all usage in scope. */
  base: Base;
  unpriced: readonly UnpricedModel[];
  undated: Count;
  overlaps: readonly Overlap[];
  unusual: readonly UnusualDay[];
  query: { tz: string; where: readonly Condition[] };
  currency: string;
  coverage: Pick<Coverage, 'open_until'>;
}

/** What a reader must know to read the numbers right, in sentences. */
export function notesOn({
  base,
  unpriced,
  undated,
  overlaps,
  unusual,
  query,
  currency,
  coverage,
}: Findings): ReportWarning[] {
  const notes: ReportWarning[] = overlaps.map((overlap) => ({
    code: 'counted_twice',
    message: overlapSentence(overlap),
  }));
  notes.push(...unpriced.map((model) => ({ code: 'unpriced' as const, message: unpricedSentence(model) })));
  if (base.usage_rows === 0) notes.push({ code: 'no_usage', message: `${NO_USAGE}${patternHint(query.where)}` });
  if (base.assumed_rows !== 0) {
    notes.push({
      code: 'assumed',
      message: `${requests(base.assumed_requests)} were priced with an assumed rate (${currency} ${shortened(base.assumed_cost ?? '0')} of the cost); llmcost why <request id> shows which.`,
    });
  }
  if (base.unknown_rows !== 0) {
    notes.push({
      code: 'unknown_requests',
      message:
        'Some rows do not tell how many requests they stand for: the numbers of requests are the least they can be.',
    });
  }
  if (undated !== 0) {
    const rows =
      undated === 1 ? '1 row of usage has no time and is' : `${counted(undated)} rows of usage have no time and are`;
    notes.push({ code: 'undated', message: `${rows} left out; --period all includes what has no time.` });
  }
  if (coverage.open_until !== null) {
    notes.push({
      code: 'open_bucket',
      message: `Buckets until ${coverage.open_until.slice(0, 16).replace('T', ' ')} UTC were still open when they were imported: what came later is in no figure. Import them again.`,
    });
  }
  notes.push(
    ...unusual
      .slice(0, UNUSUAL_DAYS)
      .map((one) => ({ code: 'unusual_day' as const, message: unusualSentence(one, query) })),
  );
  return notes;
}

/** More of them are not unusual any more. */
const UNUSUAL_DAYS = 3;

function unusualSentence({ day, times, usual }: UnusualDay, { tz, where }: Findings['query']): string {
  const zone = tz === 'UTC' ? '' : ` --tz ${tz}`;
  const filters = where.map(({ text }) => ` --where ${quoted(text)}`).join('');
  return `${day} cost ${times}× a usual ${usual}: llmcost explain --day ${day}${zone}${filters}`;
}

const NO_USAGE =
  'There is no usage in this scope. Widen it (--period all, fewer --where), or import something: llmcost import <files>.';

function unpricedSentence({ provider, model, requests: number, input_tokens, output_tokens }: UnpricedModel): string {
  // A gateway's names begin with the provider already.
  const parts = provider !== null && model?.startsWith(`${provider}/`) ? [model] : [provider, model];
  const name = parts.filter((part) => part !== null).join('/') || 'usage without a model';
  const fix =
    model === null
      ? ''
      : ` If you know what it costs: llmcost pricing override ${quoted(provider === null ? model : name)} --input USD --output USD`;
  return `No price for ${name}: ${requests(number)} with ${counted(input_tokens)} input and ${counted(output_tokens)} output tokens are not in the cost.${fix}`;
}

/** A word of a shell, in quotes where it needs them. */
function quoted(word: string): string {
  return /^[\w.:/@+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function requests(number: Count): string {
  return number === 1 ? '1 request' : `${counted(number)} requests`;
}

function counted(number: Count): string {
  return new Intl.NumberFormat('en-US').format(BigInt(number));
}

/** Without the zeros at its end. */
function shortened(amount: Money): string {
  return amount.replace(/\.?0+$/, '') || '0';
}
