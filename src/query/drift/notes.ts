import type { DriftReport } from './answer.js';

/**
 * What a reader must know to read the numbers right; `sides` is how many of the two periods have usage that can be compared, `uncounted` how
 * many rows do not tell how many requests they stand for.
 */
export function notesOn(
  { query, totals, not_judged }: DriftReport,
  { sides, uncounted, hint }: { sides: number; uncounted: string; hint: string },
): DriftReport['warnings'] {
  const notes: DriftReport['warnings'] = [];
  if (uncounted !== '0') {
    const rows = uncounted === '1' ? '1 row does' : `${uncounted} rows do`;
    const alone = sides < 2 ? ': nothing can be compared for each request' : ' and cannot be compared';
    notes.push({
      code: 'unknown_requests',
      message: `${rows} not tell how many requests it stands for${alone}. Tokens and cost: llmcost report --compare previous`,
    });
  }
  if (sides < 2 && uncounted === '0') {
    notes.push({
      code: 'no_usage',
      message: `There is no usage ${sides === 0 ? 'in either period' : 'in one of the two periods'} (${query.baseline.label}, ${query.window.label}): nothing can be compared. Name another time with --until or --period.${hint}`,
    });
  }
  if (totals.not_judged > 0) {
    const reasons = [...new Set(not_judged.map(({ reason }) => reason))].toSorted().join('; ');
    const groups = not_judged.filter(({ metric }) => metric === null).length;
    const what = [counted(groups, 'group'), counted(not_judged.length - groups, 'comparison')].filter(
      (text) => text !== '',
    );
    notes.push({
      code: 'not_judged',
      message: `${what.join(' and ')} could not be judged: ${reasons}. --format json lists them.`,
    });
  }
  if (!query.same_weekdays && sides === 2) {
    notes.push({
      code: 'weekdays',
      message: 'The baseline is shorter than two weeks: weekdays are not told apart.',
    });
  }
  return notes;
}

function counted(number: number, name: string): string {
  return number === 0 ? '' : `${number} ${name}${number === 1 ? '' : 's'}`;
}
