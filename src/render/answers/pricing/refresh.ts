import type { Refresh, RefreshedList } from '../../../rate/refresh/refresh.js';
import type { FailedList, MergedList, UnmodifiedList } from '../../../rate/refresh/merge_list.js';
import type { Rerated } from '../../../rate/rerate/rerate.js';
import { formatCount, formatMoney } from '../../text/number.js';
import { plain } from '../../text/text.js';

/** One line for each list that could be read: what it changed. */
export function refreshAsText({ lists, rerated, bundle }: Refresh, dryRun: boolean): string {
  const lines = lists.flatMap((list) => {
    if (list.outcome === 'failed') return [];
    return [list.outcome === 'not_modified' ? unmodifiedLine(list) : mergedLine(list)];
  });
  if (rerated.rows > 0) lines.push(reratedLine(rerated));
  if (bundle !== undefined) {
    const { directory, rates, multipliers, priced_models } = bundle;
    lines.push(
      `${directory}: ${rates} rates, ${multipliers} multipliers, ${priced_models} models with input and output prices`,
    );
  }
  if (dryRun) lines.push('This was a dry run: nothing was changed.');
  return lines.map((line) => `${line}\n`).join('');
}

/** What a refresh did, for programs. */
export interface RefreshAnswer {
  schema: 'llmcost.pricing-refresh/1';
  dry_run: boolean;
  price_book: string;
  lists: RefreshedAnswer[];
  /** Usage that had no price before. */
  newly_priced: { rows: Rerated['rows']; requests: Rerated['requests']; cost_usd: string };
  bundle: NonNullable<Refresh['bundle']> | null;
  warnings: string[];
}

interface RefreshedAnswer {
  source: string | null;
  from: string;
  outcome: RefreshedList['outcome'];
  data_date: string | null;
  models: number | null;
  rates: Record<'new' | 'changed' | 'corrected' | 'withdrawn' | 'unchanged', number> | null;
  /** Prices that were left out, and why. */
  quarantined: readonly MergedList['rejected'][number][];
  sha256: string | null;
  reason: string | null;
  age_days: number | null;
}

/** The summary for programs. */
export function refreshAsJson({ lists, priceBook, rerated, bundle }: Refresh, dryRun: boolean): string {
  const content: RefreshAnswer = {
    schema: 'llmcost.pricing-refresh/1',
    dry_run: dryRun,
    price_book: priceBook,
    lists: lists.map(listAsJson),
    newly_priced: { rows: rerated.rows, requests: rerated.requests, cost_usd: rerated.cost_after },
    bundle: bundle ?? null,
    warnings: refreshWarnings({ lists, priceBook }),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** Which lists could not be used, why, and how old the prices are that stay. May have several lines each. */
export function refreshWarnings({ lists, priceBook }: Pick<Refresh, 'lists' | 'priceBook'>): string[] {
  return lists
    .filter((list) => list.outcome === 'failed')
    .map((list) => {
      const reason = list.reason.split('\n').map(plain).join('\n');
      return `${list.source ?? 'a list'} was not refreshed: ${reason}\n${ageSentence(list, priceBook)}`;
    });
}

/** Every price that was left out, and why: a line each. */
export function refreshDetails({ lists }: Pick<Refresh, 'lists'>): string {
  return lists
    .flatMap((list) => ('rejected' in list ? list.rejected.map((cell) => ({ ...cell, date: list.dataDate })) : []))
    .map(({ date, model, field, reason }) => `${plain(`${date} ${model} ${field}: ${reason}`)}\n`)
    .join('');
}

function mergedLine({ source, dataDate, models, rejected, ...rates }: MergedList): string {
  const { added, changed, corrected, withdrawn, unchanged } = rates;
  const counts = [`${added} new`, `${changed} changed`, `${corrected} corrected`, `${withdrawn} withdrawn`];
  return `${source} ${dataDate}: ${models} models; rates: ${counts.join(', ')}, ${unchanged} as before; ${rejected.length} quarantined`;
}

function reratedLine({ rows, cost_after }: Rerated): string {
  const usage =
    rows === 1 ? '1 row of usage that had no price has' : `${formatCount(rows)} rows of usage that had no price have`;
  return `${usage} one now: ${formatMoney(cost_after)}`;
}

function unmodifiedLine({ source, from }: UnmodifiedList): string {
  return `${source ?? plain(from)}: unchanged since it was last fetched`;
}

function ageSentence({ source, age }: FailedList, priceBook: string): string {
  if (source === null) return `The price book stays as it was: ${priceBook}.`;
  if (age === null) return `The price book has no prices of ${source} yet.`;
  const days = age.days === 1 ? '1 day' : `${formatCount(age.days)} days`;
  return `The prices of ${source} are of ${age.asOf}${age.days > 0 ? `, ${days} old` : ''}.`;
}

function listAsJson(list: RefreshedList): RefreshedAnswer {
  const merged = 'rejected' in list ? list : undefined;
  const failed = list.outcome === 'failed' ? list : undefined;
  return {
    source: list.source,
    from: list.from,
    outcome: list.outcome,
    data_date: merged?.dataDate ?? failed?.age?.asOf ?? null,
    models: merged?.models ?? null,
    rates: merged === undefined ? null : ratesAsJson(merged),
    quarantined: merged?.rejected ?? [],
    sha256: merged?.sha256 ?? null,
    reason: failed?.reason ?? null,
    age_days: failed?.age?.days ?? null,
  };
}

function ratesAsJson({ added, changed, corrected, withdrawn, unchanged }: MergedList) {
  return { new: added, changed, corrected, withdrawn, unchanged };
}
