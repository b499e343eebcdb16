import type { CostEffects, CostReport, ReportMetric } from '../../../query/report/answer.js';
import type { WaterfallChart } from '../../document.js';
import { UNKNOWN } from '../../text/metric.js';
import { formatMoney, formatPercent, formatUnitMoney } from '../../text/number.js';
import { EFFECTS, REQUEST_EFFECTS, signed } from './columns.js';

/**
 * What made the cost change, and what a request cost, in a sentence each: the parts sum up to the change. Nothing where nothing with a
 * price was used, or the usage of before is not at hand.
 */
export function effectsLines({ comparison, metrics, totals }: CostReport): string[] {
  const effects = comparison?.effects ?? null;
  if (effects === null || [effects.before, effects.now].every((cost) => /^[0.]*$/.test(cost))) return [];
  const { per_request } = effects;
  const percent = (name: ReportMetric['name']) => {
    const text = signed(totals.change_percent?.[name], (value) => formatPercent(value, null));
    return text === UNKNOWN ? '' : `, ${text}`;
  };
  const cost = `cost ${formatMoney(effects.before)} → ${formatMoney(effects.now)} (${moneyChange(effects.change)}${percent('cost')}): ${inWords(knownEffects(effects))}`;
  if (per_request === null || !metrics.some(({ name }) => name === 'cost_per_request')) return [cost];
  const unit = (amount: string) => signed(amount, formatUnitMoney);
  const each = `cost/request ${formatUnitMoney(per_request.before)} → ${formatUnitMoney(per_request.now)} (${unit(per_request.change)}${percent('cost_per_request')}): ${inWords(REQUEST_EFFECTS.map(([part, words]) => [words, unit(per_request[part])]))}`;
  return [cost, each];
}

/** The effects that are known, in words: without numbers of requests the tokens are those of all of them. */
function knownEffects(effects: CostEffects): [words: string, amount: string][] {
  return EFFECTS.flatMap(([part, words]): [string, string][] => {
    const amount = effects[part];
    if (amount === null) return [];
    return [
      [
        part === 'tokens' && effects.volume === null ? 'tokens (how many requests is not known)' : words,
        moneyChange(amount),
      ],
    ];
  });
}

function inWords(parts: [words: string, amount: string][]): string {
  return parts.map(([words, amount]) => `${words} ${amount}`).join(', ');
}

function moneyChange(amount: string): string {
  return signed(amount, formatMoney);
}

/** Why the cost changed: from what it was to what it is; nothing without a comparison, or where the usage of before is not at hand. */
export function effectsChart({ comparison }: CostReport): WaterfallChart[] {
  const effects = comparison?.effects ?? null;
  if (comparison === undefined || effects === null) return [];
  const total = (name: string, amount: string) => ({
    name,
    cell: { text: formatMoney(amount), value: amount },
    step: 'total' as const,
  });
  return [
    {
      type: 'chart',
      kind: 'waterfall',
      title: 'Why the cost changed',
      text: 'Step by step; the parts sum up to the change.',
      labelTitle: 'part',
      value: { title: 'cost', unit: 'money' },
      steps: [
        total('before', effects.before),
        ...EFFECTS.filter(([part]) => effects[part] !== null).map(([part, name]) => ({
          name,
          cell: { text: signed(effects[part], formatMoney), value: effects[part] },
          step: 'change' as const,
        })),
        total('now', effects.now),
      ],
    },
  ];
}
