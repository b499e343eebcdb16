import type { Budget } from '../../config/budgets.js';
import type { Limit } from '../../config/limit.js';
import { type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { atto, divided, fromAtto } from '../metrics/division.js';
import type { Reason, Verdict } from './answer.js';

/** One group of a rule, with everything its verdict depends on; amounts are decimal text in the unit of the metric. */
export interface Case {
  /** null is not known. */
  value: string | null;
  usage_rows: number;
  /** null is none. */
  limit: Limit | null;
  /** By how much a relative limit must be exceeded at least. */
  floor: string | null;
  /** What a relative limit is relative to: earlier values, the values of the others, or the revenue; latest first. */
  base: readonly string[];
  /** The revenue a limit is relative to is more than `base`: some of it is in a currency without a rate. */
  not_converted: boolean;
  warn_at: string | null;
  projected: string | null;
  /** A projection above the limit counts. */
  on_forecast: boolean;
  on_actual: boolean;
  unpriced_percent: string;
  max_unpriced: string;
  /** What is priced is the least it can be, so being above the limit is certain. */
  lower_bound: boolean;
  /** The metric is about money: then prices must be there and not too old. */
  of_money: boolean;
  stale: boolean;
  /** Some buckets that are over were still open when they were imported: `more` where the value can only grow. */
  still_open: 'no' | 'more' | 'any';
  /**
   * Some rows do not tell how many requests they stand for, and the value is one of requests: `least` where it is a number of them that
   * can only be larger, `unknown` where it is a share that could be anything.
   */
  requests_known: 'all' | 'least' | 'unknown';
}

/** The verdict on a case and the numbers it rests on. */
export interface Judgement {
  verdict: Verdict;
  reason: Reason | null;
  /** null: there is none, or nothing it could be relative to. */
  limit: string | null;
  /** Value ÷ limit, two places, half up. */
  used_percent: string | null;
  projected_percent: string | null;
}

/** A relative limit as a factor: 1.1 for '+10% vs baseline', 0.6 for '60% of revenue', 2 for '2x median'. */
const FACTOR = sql`case kind
        when 'median' then cast(factor as decimal(18, 6))
        when 'baseline' then cast((100 + cast(percent as decimal(12, 4))) * cast(0.01 as decimal(3, 2)) as decimal(18, 6))
        when 'revenue' then cast(cast(percent as decimal(12, 4)) * cast(0.01 as decimal(3, 2)) as decimal(18, 6))
      end`;

/** Exact for amounts below 10^14 (src/config/limit.ts takes no larger limit), which no bill and no count of tokens comes near. */
const CASES = sql`'[{
  "n": "integer", "value": "decimal(38,18)", "usage_rows": "bigint", "kind": "varchar", "amount": "decimal(38,18)", "percent": "varchar",
  "factor": "varchar", "at_least": "boolean", "floor": "decimal(38,18)", "base": ["decimal(38,18)"], "not_converted": "boolean", "warn_at": "decimal(12,4)",
  "projected": "decimal(38,18)", "on_forecast": "boolean", "on_actual": "boolean", "unpriced_percent": "decimal(12,4)",
  "max_unpriced": "decimal(12,4)", "lower_bound": "boolean", "of_money": "boolean", "stale": "boolean", "still_open": "varchar", "requests_known": "varchar"
}]'`;

/** Judges cases, in their order. Every comparison is one of decimals. */
export async function judged(store: Store, cases: readonly Case[]): Promise<Judgement[]> {
  const rows = await store.rows<{ [K in keyof Judgement]: string | null }>(
    sql`
    with given as (
      select unnest(from_json(cast($cases as json), ${CASES}), recursive := true)
    ),
    based as (
      select
        *,
        case when kind = 'baseline' then ${MEAN} when kind = 'median' then list_aggregate(base, 'quantile_disc', 0.5) else base[1] end as whole
      from given
    ),
    limited as (
      select
        *,
        case
          when kind = 'amount' then amount
          -- greatest() passes over what is null.
          when whole is not null then greatest(cast(whole * ${FACTOR} as decimal(38, 18)), whole + floor)
        end as most
      from based
    ),
    found as (
      select
        *,
        coalesce(if(at_least, value < most, value > most), false) as above,
        of_money and unpriced_percent > max_unpriced as too_unpriced,
        -- The least it can be decides on one side of the limit only.
        requests_known = 'unknown' or (requests_known = 'least' and above = at_least) as too_uncounted
      from limited
    ),
    reasoned as (
      select
        *,
        case
          when usage_rows = 0 then 'no_usage'
          when kind is null then null
          when value is null and of_money and unpriced_percent > 0 then 'unpriced'
          when value is null then 'not_known'
          when not_converted then 'not_converted'
          when most is null then 'no_base'
          when too_uncounted then 'unknown_requests'
          when still_open = 'any' or (still_open = 'more' and above = at_least) then 'open'
          when above and (lower_bound or not too_unpriced) then null
          when too_unpriced then 'unpriced'
          when of_money and stale then 'stale'
          when on_forecast and not on_actual and projected is null then 'no_forecast'
        end as reason
      from found
    )
    select
      case
        when reason = 'no_usage' then 'no_data'
        when reason is not null then 'undecided'
        when above then 'breach'
        when on_forecast and projected > most then 'forecast'
        when 100 * value >= warn_at * most then 'warn'
        else 'ok'
      end as verdict,
      reason,
      cast(most as varchar) as "limit",
      ${percentOf(sql`value`)} as used_percent,
      ${percentOf(sql`projected`)} as projected_percent
    from reasoned
    order by n`,
    { cases: JSON.stringify(cases.map(described)) },
  );
  return rows.map((row) => ({
    verdict: verdictOf(row.verdict),
    reason: reasonOf(row.reason),
    limit: row.limit,
    used_percent: row.used_percent,
    projected_percent: row.projected_percent,
  }));
}

/** The mean of the base, rounded half up at 18 places. */
const MEAN = sql`if(len(base) = 0, null, ${fromAtto(divided(atto(sql`list_sum(base)`), sql`len(base)`))})`;

function percentOf(value: Sql): Sql {
  return sql`case when most > 0 and ${value} >= 0
        then cast(cast(${divided(sql`(10000 * ${atto(value)})`, atto(sql`most`))} as decimal(38, 0)) * cast(0.01 as decimal(3, 2)) as varchar)
      end`;
}

function described({ limit, ...one }: Case, n: number): object {
  const amount = limit?.kind === 'amount' ? limit.amount : null;
  const percent = limit?.kind === 'baseline' || limit?.kind === 'revenue' ? limit.percent : null;
  const factor = limit?.kind === 'median' ? limit.factor : null;
  return { ...one, n, kind: limit?.kind ?? null, at_least: limit?.at_least ?? false, amount, percent, factor };
}

const VERDICTS: readonly Verdict[] = ['ok', 'warn', 'forecast', 'breach', 'no_data', 'undecided'];
const REASONS: readonly Reason[] = [
  'no_usage',
  'not_known',
  'no_base',
  'not_converted',
  'unpriced',
  'unknown_requests',
  'stale',
  'no_forecast',
  'open',
];

function verdictOf(text: string | null): Verdict {
  const found = VERDICTS.find((one) => one === text);
  if (found === undefined) throw new Error(`no verdict ${text}`);
  return found;
}

function reasonOf(text: string | null): Reason | null {
  return REASONS.find((one) => one === text) ?? null;
}

/** Whether warnings fail a check as well, and whether nothing does. */
export interface Strictness {
  fail_on_warn: boolean;
}

/** The exit code one verdict asks for (docs/exit-codes.md): 0, 1 (breached) or 4 (cannot decide). */
export function exitCodeOf(
  verdict: Verdict,
  { level, on_empty }: Pick<Budget, 'level' | 'on_empty'>,
  { fail_on_warn }: Strictness,
): 0 | 1 | 4 {
  if (level === 'warn' && !fail_on_warn) return 0;
  if (verdict === 'breach' || verdict === 'forecast') return 1;
  if (verdict === 'warn') return fail_on_warn ? 1 : 0;
  if (verdict === 'ok') return 0;
  if (verdict === 'no_data' && on_empty !== 'undecided') return on_empty === 'fail' ? 1 : 0;
  return 4;
}

/** The exit code of a check: what is breached comes before what cannot be decided. */
export function worstExit(codes: readonly (0 | 1 | 4)[]): 0 | 1 | 4 {
  if (codes.includes(1)) return 1;
  return codes.includes(4) ? 4 : 0;
}
