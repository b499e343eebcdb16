import type { EffectPart } from '../../../query/effects/effects.js';
import type { CostEffects, CostReport, ReportMetric } from '../../../query/report/answer.js';
import type { WaterfallChart } from '../../document.js';
import { UNKNOWN } from '../../text/metric.js';
import { formatMoney, formatPercent, formatUnitMoney } from '../../text/number.js';
import { signed } from './columns.js';

/**
 * What made the cost change, in the words of `llmcost explain`, and what a request cost, in a sentence each: the parts sum up to the change.
 * Nothing where nothing with a price was used, or the usage of before is not at hand.
 */
export function effectsLines({ comparison, metrics, totals }: CostReport): string[] {
  const effects = comparison?.effects ?? null;
  if (effects === null || [effects.before, effects.now].every(isZero)) return [];
  const { per_request } = effects;
  const percent = (name: ReportMetric['name']) => {
    const text = signed(totals.change_percent?.[name], (value) => formatPercent(value, null));
    return text === UNKNOWN ? '' : `, ${text}`;
  };
  const parts = partsOf(effects).map(({ words, amount }): Named => [words, signed(amount, formatMoney)]);
  const stands = effects.volume === null ? ' (tokens stand for requests, whose number is not known)' : '';
  const cost = `cost ${formatMoney(effects.before)} → ${formatMoney(effects.now)} (${signed(effects.change, formatMoney)}${percent('cost')})${inWords(parts)}${stands}`;
  if (per_request === null || !metrics.some(({ name }) => name === 'cost_per_request')) return [cost];
  const unit = (amount: string) => signed(amount, formatUnitMoney);
  const each = `cost/request ${formatUnitMoney(per_request.before)} → ${formatUnitMoney(per_request.now)} (${unit(per_request.change)}${percent('cost_per_request')})${inWords(REQUEST_EFFECTS.map(([part, words]) => [words, unit(per_request[part])]))}`;
  return [cost, each];
}

/** Requests of other customers, features and models cost something else each, however many they are. */
const REQUEST_EFFECTS: ['mix' | 'tokens' | 'price', string][] = [
  ['mix', 'customers, features and models'],
  ['tokens', 'tokens per request'],
  ['price', 'prices'],
];

type Named = [words: string, amount: string];

function inWords(parts: Named[]): string {
  if (parts.length === 0) return '';
  return `: ${parts.map(([words, amount]) => `${words} ${amount}`).join(', ')}`;
}

/** The effects that are something. */
function partsOf({ parts = [] }: CostEffects): EffectPart[] {
  return parts.filter(({ amount }) => !isZero(amount));
}

function isZero(amount: string): boolean {
  return /^-?[0.]*$/.test(amount);
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
        ...partsOf(effects).map(({ words, amount }) => ({
          name: words,
          cell: { text: signed(amount, formatMoney), value: amount },
          step: 'change' as const,
        })),
        total('now', effects.now),
      ],
    },
  ];
}
