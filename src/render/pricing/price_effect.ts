import type { PriceEffect } from '../../rate/rerate/rerate.js';
import { formatCount, formatMoney } from '../text/number.js';

/** What new prices did to usage, and what they did not touch, in sentences. */
export function effectInWords({ priced, kept }: PriceEffect): string[] {
  const gained =
    priced.rows === 0
      ? []
      : [`${calls(priced.requests, priced.rows)} that had no price cost ${formatMoney(priced.cost_after)} now.`];
  const left =
    kept.rows === 0
      ? []
      : [
          `${calls(kept.requests, kept.rows)} keep the cost they were rated with, ${formatMoney(kept.cost_before)}; by these prices it would be ${formatMoney(kept.cost_after)}. To rate them again: llmcost pricing correct`,
        ];
  return [...gained, ...left];
}

function calls(requests: number, rows: number): string {
  const count = requests === 0 ? rows : requests;
  return `${formatCount(count)} ${count === 1 ? 'call' : 'calls'}`;
}
