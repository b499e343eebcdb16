import { clockText } from '../scope/period.js';
import type { RealisedAnswer, RealisedRow } from './answer.js';

/* What came of it, for people who do not read tables. The figures are those of the answer; only their signs are looked at. */

type Told = Omit<RealisedAnswer, 'sentences' | 'warnings'>;

/** Percent from which on what a request cost right before the move counts as other than at the time of the simulation. */
const DRIFTED = 5;
/** Percent within which cost and tokens are as projected. */
const AS_PROJECTED = 1;

/** The whole first, then each feature. */
export function sentencesOn(answer: Told): string[] {
  const { rows, query, totals, min_requests: least } = answer;
  const several = new Set(rows.map(({ rules }) => rules.join())).size > 1;
  const named = (row: RealisedRow) => {
    const feature = row.feature ?? '(none)';
    return several ? `${feature} (${row.rules.join(', ')})` : feature;
  };
  const whole = rows.length > 1 && totals !== null && totals.features > 1 ? [wholeSentence(totals)] : [];
  const moved = rows.some(({ status }) => !['not_moved', 'no_usage'].includes(status));
  if (rows.length > 0 && !moved) {
    const until = answer.data_until === null ? '' : ` up to ${clockText(Date.parse(answer.data_until), query.tz)}`;
    return [
      `Nothing has moved yet: no call${until} is on the target of ${query.rules.join(', ')}.`,
      ...rows.flatMap((row) =>
        row.status === 'no_usage' ? [sentenceOn(row, named(row), { tz: query.tz, least })] : [],
      ),
    ];
  }
  return [...whole, ...rows.map((row) => sentenceOn(row, named(row), { tz: query.tz, least }))];
}

function wholeSentence({
  features,
  left_out,
  projected_percent,
  realised_percent,
}: NonNullable<Told['totals']>): string {
  const rest = left_out === 0 ? '' : ` ${left_out} more that moved ${left_out === 1 ? 'is' : 'are'} not in it.`;
  return `In all, of ${features} features: projected ${signed(projected_percent)}, realised ${signed(realised_percent)}, each at the requests it has now.${rest}`;
}

function sentenceOn(row: RealisedRow, name: string, { tz, least }: { tz: string; least: number }): string {
  const at = (moment: string) => clockText(Date.parse(moment), tz);
  const when = row.moved_at === null ? '' : `moved ${at(row.moved_at)}`;
  const back = row.moved_back_at === null ? '' : `, moved back ${at(row.moved_back_at)}`;
  switch (row.status) {
    case 'realised':
      return `${name}: projected ${signed(row.projected_percent)}, realised ${signed(row.realised_percent)} a request${becauseOf(row)} (${when}${back}${shareOf(row)}).${driftOf(row)}`;
    case 'unpriced':
      return `${name}: projected ${signed(row.projected_percent)}; what is realised is not known, because requests have no price: ${row.unpriced_before} before, ${row.unpriced_after} since (${when}${back}${shareOf(row)}).`;
    case 'too_few':
      return `${name}: ${when}${back}; withheld, ${row.requests_before} requests before and ${row.requests_after} since are fewer than ${least} on a side.`;
    case 'unknown_requests':
      return `${name}: ${when}${back}; withheld, because some rows do not tell how many requests they are.`;
    case 'no_projection':
      return `${name}: ${when}${back}; nothing was projected, because none of its calls could move.`;
    case 'no_step':
      return `${name}: on both models all along, without a day from which on it moved.`;
    case 'no_before':
      return `${name}: on the target from its first call on; there is nothing to compare with.`;
    case 'not_moved':
      return `${name}: not moved.`;
    case 'no_usage':
      return `${name}: none of its calls is in the database any more.`;
  }
}

function shareOf({ share_percent, share_planned }: RealisedRow): string {
  if (share_percent === null || Number(share_percent) === 100) return '';
  const planned = share_planned === 100 ? '' : ` of ${share_planned}% planned`;
  return `, ${share_percent}% of its requests${planned}`;
}

/** What tokens did that the projection did not foresee, as far as it explains on which side of it the cost is. */
function becauseOf(row: RealisedRow): string {
  const gap = Number(row.deviation_percent ?? 0);
  if (Math.abs(gap) < AS_PROJECTED) return '';
  const causes = [
    { words: 'output tokens', by: row.output_tokens.deviation_percent, dearer: 1 },
    { words: 'input tokens', by: row.input_tokens.deviation_percent, dearer: 1 },
    { words: 'tokens from the cache', by: row.cache_read_tokens.deviation_percent, dearer: -1 },
  ].filter(
    ({ by, dearer }) => Math.abs(Number(by ?? 0)) >= AS_PROJECTED && Math.sign(Number(by)) * dearer === Math.sign(gap),
  );
  if (causes.length === 0) return '';
  const texts = causes.map(({ words, by }) => `${words} ${signed(by)}`);
  const last = texts.pop() ?? '';
  const list = texts.length === 0 ? last : `${texts.join(', ')} and ${last}`;
  return `, because of ${list} per request against the projection`;
}

function driftOf({ drift_percent, cost_saved }: RealisedRow): string {
  if (cost_saved === null || drift_percent === null || Math.abs(Number(drift_percent)) < DRIFTED) return '';
  return ` Before it moved a request cost ${signed(drift_percent)} against the time of the simulation.`;
}

/** '-43.00%' and '+9.00%'; a minus as people write it is left to them. */
function signed(percent: string | null): string {
  if (percent === null) return 'unknown';
  return `${percent.startsWith('-') || Number(percent) === 0 ? '' : '+'}${percent}%`;
}
