import type { Scores } from '../quality/scores.js';
import type { SurveyAnswer, SurveyQuery, SurveyRow } from './answer.js';
import type { Today } from './current_cost.js';
import { shown } from './ranking_status.js';

/**
 * A sentence that names a model only where the evidence carries it: the cheapest of the frontier, whose score is surely its
 * own, whose lower bound is above the floor, that all calls are known to fit, and that is cheaper at both ends of the range.
 */
export function recommendationOf(
  rows: readonly SurveyRow[],
  { today, scores, floor }: { today: Today; scores: Scores; floor: number | null },
): string {
  if (today.score === null) {
    if (costsNothing(today))
      return 'No candidate is named: the usage in scope costs nothing today, so nothing is cheaper.';
    return `No candidate is named: ${today.scored_percent}% of today's cost is on models that ${scores.title} has a score for, so there is nothing to compare with.`;
  }
  const frontier = rows.filter((row) => row.frontier);
  if (frontier.length === 0)
    return `No candidate: no model that is scored ${shown(floor ?? 0)} or more fits all calls.`;
  const cheaper = frontier.filter(({ change }) => change.startsWith('-'));
  if (cheaper.length === 0) return 'No candidate is cheaper: what is as good costs as much or more.';
  // Along the frontier the score rises with the cost.
  const cheapest = [...cheaper].sort((a, b) => (a.score ?? 0) - (b.score ?? 0))[0];
  const doubts = cheapest === undefined ? [] : doubtsOn(cheapest, floor);
  if (cheapest === undefined) return 'No candidate.';
  const name = `${cheapest.provider}/${cheapest.model}`;
  if (doubts.length > 0) return `Candidates only: ${name} is the cheapest of the frontier, but ${doubts.join('; ')}.`;
  return `Worth a trial: ${name}, ${cheapest.change_percent}% of cost, ${cheapest.quality} in ${scores.title}. Try it on your own task before you switch.`;
}

/** Why a row of the frontier is a candidate and no recommendation. */
function doubtsOn(row: SurveyRow, floor: number | null): string[] {
  return [
    ...(row.score_confidence === 'high'
      ? []
      : [`its score is of ${row.score_confidence ?? 'no'} confidence${row.score_note ? ` (${row.score_note})` : ''}`]),
    ...(row.score_low === null ? ['its score has no bounds'] : []),
    ...(row.score_low !== null && floor !== null && row.score_low <= floor
      ? [`its lower bound of ${shown(row.score_low)} is not above the floor of ${shown(floor)}`]
      : []),
    ...(row.surely_cheaper ? [] : ['it is not cheaper at both ends of the tokenizer range']),
    ...(Number(row.unsure) === 0 ? [] : [`for ${row.unsure} requests it is not known whether they fit`]),
  ];
}

function costsNothing({ cost }: Today): boolean {
  return !/[1-9]/.test(cost);
}

const DAYS_FRESH = 90;
const DAY = 86_400_000;

/** What has to be said about the scores and the order. */
export function warningsOn(query: SurveyQuery, today: Today, rows: readonly SurveyRow[]): SurveyAnswer['warnings'] {
  const { scores, now } = query;
  const age = scores.as_of === null ? 0 : Math.floor((now.getTime() - Date.parse(scores.as_of)) / DAY);
  const unsure = rows.filter(({ frontier, order_unsure }) => frontier && order_unsure).map(({ model }) => model);
  return [
    ...(scores.stale
      ? [{ code: 'stale', message: `${scores.title} is not kept up: its last row is of ${scores.as_of}.` }]
      : []),
    ...(age > DAYS_FRESH && !scores.stale
      ? [
          {
            code: 'old_scores',
            message: `The scores are of ${scores.as_of}, ${age} days old. Newer ones: llmcost quality refresh`,
          },
        ]
      : []),
    ...(today.score === null
      ? [
          {
            code: 'no_baseline',
            message: costsNothing(today)
              ? 'The usage in scope costs nothing today: its models have no weight, so there is no floor and no cost per success. Say which quality is enough: --min-quality 140'
              : `Only ${today.scored_percent}% of the cost is on models with a score: no floor and no cost per success. Say which quality is enough: --min-quality 140`,
          },
        ]
      : []),
    ...(unsure.length === 0
      ? []
      : [
          {
            code: 'order',
            message: `The order depends on the tokenizer ratios after ${unsure.join(', ')}: the ranges overlap.`,
          },
        ]),
  ];
}
