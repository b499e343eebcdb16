import type { Unit } from '../metrics/metric.js';
import type { BudgetRow } from './answer.js';

/** A verdict in a sentence: who, what was used, the limit, the period; where there is none, why, and what to do. */
export function verdictSentence(row: Omit<BudgetRow, 'message'>): string {
  const who = Object.values(row.group).map((value) => value ?? '(none)');
  const name = who.length === 0 || row.verdict === 'no_data' ? row.rule : `${row.rule}, ${who.join(', ')}`;
  return `${name}: ${findingOf(row)}`;
}

function findingOf(row: Omit<BudgetRow, 'message'>): string {
  const { verdict, reason, unit, metric, limit, used, projected, period, currency } = row;
  if (reason !== null) return `${verdict === 'no_data' ? 'no data' : 'undecided'}, ${reasonSentence(row)}`;
  if (limit === null) return `no limit (${period})`;
  const amount = used === null ? 'nothing' : amountText(used, unit, currency);
  const most = amountText(limit, unit, currency);
  const relative = isRelative(row.limit_text) ? ` (${row.limit_text})` : '';
  const percent = row.used_percent === null ? '' : ` (${row.used_percent}%)`;
  if (verdict === 'forecast') {
    const day = row.used_up_on === null ? '' : `, used up on ${row.used_up_on}`;
    return `${metric} ${amount} of ${most}${relative}, forecast ${amountText(projected ?? '0', unit, currency)}${day} (${period})`;
  }
  const past = verdict === 'breach' ? 'breached, ' : '';
  return `${past}${metric} ${amount} of ${most}${relative}${percent} (${period})`;
}

function isRelative(text: string): boolean {
  return /revenue|baseline|median/i.test(text);
}

function reasonSentence({
  reason,
  metric,
  rule,
  file,
  unit,
  currency,
  used,
  unpriced_percent,
  price_age_days,
  limit_text,
  period,
}: Omit<BudgetRow, 'message'>): string {
  // What is called on_empty in a file is --on-empty beside a --limit.
  const key = (name: string) => (file === null ? `--${name.replaceAll('_', '-')}` : `${name} of ${rule}`);
  switch (reason) {
    case 'no_usage':
      return `there is no usage in its scope (${period}). Import something, or say ${file === null ? '--on-empty pass' : 'on_empty: pass'}.`;
    case 'not_known':
      return `no usage in its scope tells its ${metric} (${period}).`;
    case 'no_base':
      return `there is nothing '${limit_text}' could be relative to (${period}).`;
    case 'not_converted':
      return `part of the revenue of '${limit_text}' is in a currency without a rate for its day (${period}). Give one in llmcost.yaml, such as rates: {EUR: 1.08}; llmcost margin lists it.`;
    case 'no_rate':
      return `there is no rate of ${currency} for some of its days (${period}). Give newer rates: rates: {${currency}: …} in llmcost.yaml, or the ECB's file.`;
    case 'unpriced':
      return `${unpriced_percent}% of its usage has no price. llmcost pricing status names the models; ${key('max_unpriced')} can allow it.`;
    case 'unknown_requests':
      return `some of its usage does not tell how many requests it stands for, so ${metric} ${used === null ? 'is not known' : `of ${amountText(used, unit, currency)} is ${unit === 'count' ? 'the least it can be' : 'that of the rest only'}`} against ${limit_text} (${period}).`;
    case 'stale':
      return `its usage is priced by a list that is ${price_age_days} days old. Refresh it: llmcost pricing refresh; ${key('max_price_age')} can allow it.`;
    case 'open':
      return `some of its days were not over when they were imported (${period}): what came later is missing. Import them again.`;
    case 'no_forecast':
      return `there is too little history for a forecast (${period}).`;
    case null:
      return '';
    default:
      throw new Error(`no reason ${reason satisfies never}`);
  }
}

const COUNT = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** An amount in the unit of its metric, as text of a sentence; nothing is rounded but zeros at its end. */
export function amountText(amount: string, unit: Unit, currency: string): string {
  const short = /\./.test(amount) ? amount.replace(/\.?0+$/, '') : amount;
  switch (unit) {
    case 'money':
      return `${currency} ${short}`;
    case 'tokens':
      return `${grouped(short)} tokens`;
    case 'count':
      return grouped(short);
    case 'percent':
      return `${short}%`;
    case 'ms':
      return `${short} ms`;
    case 'per_second':
      return `${short}/s`;
    case 'per_minute':
      return `${short}/min`;
    case 'ratio':
      return `${short}x`;
    default:
      throw new Error(`no unit ${unit satisfies never}`);
  }
}

function grouped(number: string): string {
  return /^\d+$/.test(number) ? COUNT.format(BigInt(number)) : number;
}
