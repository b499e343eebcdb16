import type { Figure, FigureChange, WaterfallChart } from '../page/data.js';
import { metricCell } from '../text/metric.js';
import { formatMoney, formatPercent } from '../text/number.js';
import { differenceText, EFFECTS, signed } from './changes.js';
import type { CostReport, ReportMetric } from "../../query/report/answer.js";

const FIGURES = 6;

/** The totals of the first metrics; with --compare how they changed. */
export function reportFigures({ metrics, totals, comparison }: CostReport): Figure[] {
  return metrics.slice(0, FIGURES).map((metric): Figure => {
    const { before } = totals;
    return {
      label: `${metric.title.charAt(0).toUpperCase()}${metric.title.slice(1)}`,
      value: metricCell(metric, totals),
      change: comparison === undefined ? undefined : changeOf(metric, totals),
      note: before === undefined ? undefined : `was ${metricCell(metric, before)}`,
    };
  });
}

function changeOf(metric: ReportMetric, { change, change_percent }: CostReport['totals']): FigureChange | undefined {
  const by = change?.[metric.name] ?? null;
  if (by === null) return undefined;
  const text = String(by);
  if (!/[1-9]/.test(text)) return { text: 'unchanged', direction: 'same', tone: 'neutral' };
  const percent = change_percent?.[metric.name] ?? null;
  const direction = text.startsWith('-') ? 'down' : 'up';
  const shown =
    metric.unit === 'percent' || percent === null
      ? signed(by, (value) => differenceText(metric, value))
      : signed(percent, (value) => formatPercent(value, null));
  return { text: shown, direction, tone: toneOf(metric.name, direction) };
}

/** A rising cost, latency or error rate is bad; a rising cache hit rate is good; more requests and tokens are neither. */
function toneOf(name: string, direction: 'up' | 'down'): FigureChange['tone'] {
  const less = /cost|latency|ttft|error|failed/.test(name);
  const more = /^cache_(savings|hit_rate)$|^tokens_per_second$/.test(name);
  if (!less && !more) return 'neutral';
  return more === (direction === 'up') ? 'good' : 'bad';
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
        ...EFFECTS.map(([part, name]) => ({
          name,
          cell: { text: signed(effects[part], formatMoney), value: effects[part] },
          step: 'change' as const,
        })),
        total('now', effects.now),
      ],
    },
  ];
}
