import type { Score, Scores } from '../quality/scores.js';
import type { Today } from './current_cost.js';
import type { Target } from './scenario.js';

/** Where a model stands, from the best to what cannot be ranked. */
export const STANDINGS = [
  'frontier',
  'dominated',
  'below_floor',
  'unscored',
  'does_not_fit',
  'retired',
  'no_price',
] as const;

export interface Standing {
  standing: (typeof STANDINGS)[number];
  why: string;
  quality: 'better' | 'about equal' | 'lower' | 'unknown';
}

/** What was found out about a target. */
export interface Found {
  target: Target;
  score: Score | undefined;
  eligible: boolean;
  frontier: boolean;
  fits: { all: boolean; enough: boolean; percent: string | null; reasons: readonly string[] };
  unpriced: boolean;
  retired: boolean;
}

/** Where a model stands and why, in a sentence of its own for each. */
export function standingOf(
  found: Found,
  { today, floor, scores }: { today: Today; floor: number | null; scores: Scores },
): Standing {
  const { score, frontier, eligible } = found;
  const quality = qualityOf(score, today, scores.step);
  const is = (standing: Standing['standing'], why: string): Standing => ({ standing, why, quality });
  if (found.retired)
    return is('retired', `its seller takes it out of service on ${found.target.facts.deprecation_date}`);
  if (score === undefined) return is('unscored', 'the board has no row for it');
  if (!eligible && floor !== null && score.score < floor) {
    return is('below_floor', `${shown(score.score)} is below the floor of ${shown(floor)}`);
  }
  if (!found.fits.enough)
    return is('does_not_fit', `${found.fits.percent ?? '0'}% of requests fit: ${found.fits.reasons.join(', ')}`);
  if (!eligible) return is('no_price', 'some of the calls have no price there');
  if (frontier) return is('frontier', 'nothing that is as cheap is as good');
  return is('dominated', 'another model is as cheap and as good, or better');
}

/** Bounds that overlap are no difference; without bounds one step of the scale is none. */
function qualityOf(score: Score | undefined, today: Today, step: number): Standing['quality'] {
  if (score === undefined || today.score === null) return 'unknown';
  const [low, high] = [score.low ?? score.score - step, score.high ?? score.score + step];
  const [least, most] = [today.low ?? today.score, today.high ?? today.score];
  if (low > most) return 'better';
  return high < least ? 'lower' : 'about equal';
}

/** A score with as many digits as it can carry: 152.4, 0.83, 1503. */
export function shown(score: number): string {
  if (Math.abs(score) >= 1000) return score.toFixed(0);
  return Math.abs(score) < 1 ? score.toFixed(3) : score.toFixed(1);
}
