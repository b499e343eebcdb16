import { currencyMark } from '../../names/currency_mark.js';
import type { Effect } from '../effects/effects.js';
import type { Contribution, ExplainPart, ExplainReport, Used } from './answer.js';

/* What happened, for people who do not read tables. Figures that are only shown (shares, tokens per request) may be rounded. */

/** The change, its causes, and when it happened. */
export function sentencesOn(report: Omit<ExplainReport, 'sentences'>): string[] {
  const money = (amount: string) => moneyText(amount, report.currency);
  const { cost_before, cost_after, change, change_percent, causes, parts, scatter, peaks } = report;
  const moved = !/[1-9]/.test(change)
    ? `Cost stayed at ${money(cost_after)}.`
    : `Cost ${change.startsWith('-') ? 'fell' : 'rose'} by ${money(change.replace('-', ''))} (${signed(change_percent)}%), from ${money(cost_before)} to ${money(cost_after)}.`;
  const named = causes
    .flatMap((effect) => parts.filter((part) => part.effect === effect))
    .map((part) => causeSentence(part, report.currency));
  const nothing =
    scatter === null || !/[1-9]/.test(change)
      ? []
      : Number(scatter.usd) === 0
        ? ['No part of it stands out.']
        : [
            `No part of it stands out: sums of such periods differ by up to ${money(scatter.usd)} from the scatter of single ${scatter.from} alone.`,
          ];
  const [peak] = peaks;
  const when =
    named.length === 0 || peak === undefined
      ? []
      : [`It shows most at ${peak.time}: ${money(peak.above)} above the usual, most of it ${whoOf(peak)}.`];
  return [moved, ...(named.length === 0 ? nothing : named), ...when];
}

function whoOf({ customer, feature, model }: ExplainReport['peaks'][number]): string {
  const parts = [
    ...(customer === null ? [] : [`of customer ${customer}`]),
    ...(feature === null ? [] : [`in feature ${feature}`]),
    ...(model === null ? [] : [`on ${model}`]),
  ];
  return parts.length === 0 ? 'without attribution' : parts.join(' ');
}

function causeSentence(part: ExplainPart, currency: string): string {
  const first = `${part.words.replace(/^./, (letter) => letter.toUpperCase())}: ${part.amount.startsWith('-') ? '-' : '+'}${moneyText(part.amount.replace('-', ''), currency)}`;
  const most = part.effect === 'volume' ? undefined : tellingOf(part);
  if (most === undefined) return `${first}.`;
  if (part.effect === 'model_mix') return `${first} (${movesOf(part)}).`;
  const fact = factOf(part.effect, most);
  const also = part.contributions.find(({ of, amount, name }) => {
    const wanted = part.effect === 'customer_mix' ? 'feature' : 'customer';
    return of === wanted && of !== most.of && name !== null && Number(amount) / Number(part.amount) >= MOSTLY;
  });
  return [
    `${first}, ${shareOf(most.amount, part.amount)} ${most.of} ${most.name ?? '(none)'}`,
    fact === undefined ? '' : ` (${fact})`,
    also === undefined ? '' : `, and ${also.of} ${also.name}`,
    '.',
  ].join('');
}

/** From this part on something is what it is about. */
const MOSTLY = 0.75;

/** Of the kinds of members the one whose first explains most of the part; of equals the first kind that fits the effect. */
function tellingOf({ effect, contributions }: ExplainPart): Contribution | undefined {
  const kinds: Contribution['of'][] =
    effect === 'customer_mix'
      ? ['customer']
      : effect === 'model_mix' || effect === 'price'
        ? ['model']
        : ['feature', 'customer', 'model'];
  const firsts = kinds.flatMap((kind) => contributions.filter(({ of }) => of === kind).slice(0, 1));
  const known = firsts.filter(({ name }) => name !== null);
  return (known.length > 0 ? known : firsts).toSorted(
    (a, b) => Math.abs(Number(b.amount)) - Math.abs(Number(a.amount)),
  )[0];
}

/** Requests move from one model to another: both belong to it. */
function movesOf({ contributions }: ExplainPart): string {
  const models = contributions.filter(({ of }) => of === 'model').slice(0, 2);
  const known = models.every(({ before, after }) => before.requests !== null && after.requests !== null);
  if (!known) return models.map(({ name }) => name ?? '(none)').join(', ');
  const moves = models.map(
    ({ name, before, after }) =>
      `${name ?? '(none)'} ${counted(before.requests ?? 0)} → ${counted(after.requests ?? 0)}`,
  );
  return `${moves.join(', ')} requests`;
}

function shareOf(amount: string, whole: string): string {
  const share = Number(amount) / Number(whole);
  if (share > 1.005) return 'above all';
  if (share > 0.995) return 'all of it';
  return share > 0 ? `${Math.round(share * 100)}% of it` : 'against it';
}

/**
 * What changed there, in figures; nothing where they go the other way, because what the member is used for changed more than the
 * length of any of it.
 */
function factOf(effect: Effect, { amount, before, after }: Contribution): string | undefined {
  const less = amount.startsWith('-');
  // null: the number of requests is not known, and nothing per request is.
  const [was, is] = [before.requests ?? 0, after.requests ?? 0];
  const isKnown = before.requests !== null && after.requests !== null;
  if (!isKnown && effect !== 'caching' && effect !== 'retries') return undefined;
  switch (effect) {
    case 'prompt_length': {
      const [old, now] = [ratio(before.input_tokens, was), ratio(after.input_tokens, is)];
      return less === now < old ? `${rounded(old)} → ${rounded(now)} input tokens per request` : undefined;
    }
    case 'output_length': {
      const [old, now] = [ratio(before.output_tokens, was), ratio(after.output_tokens, is)];
      return less === now < old ? `${rounded(old)} → ${rounded(now)} output tokens per request` : undefined;
    }
    case 'caching':
      if (less === ratio(after.cached_tokens, after.input_tokens) < ratio(before.cached_tokens, before.input_tokens))
        return undefined;
      return `${percent(before.cached_tokens, before.input_tokens)} → ${percent(after.cached_tokens, after.input_tokens)} of the prompts cached`;
    case 'retries':
      return `${counted(before.retries)} → ${counted(after.retries)} calls`;
    case 'customer_mix':
    case 'feature_mix':
    case 'model_mix':
      return `${counted(was)} → ${counted(is)} requests`;
    default:
      return undefined;
  }
}

function ratio(part: Used['retries'], whole: Used['retries']): number {
  return Number(whole) === 0 ? 0 : Number(part) / Number(whole);
}

function rounded(number: number): string {
  return counted(Math.round(number));
}

function percent(part: Used['retries'], whole: Used['retries']): string {
  return Number(whole) === 0 ? '–' : `${Math.round(ratio(part, whole) * 100)}%`;
}

function counted(number: Used['retries']): string {
  return new Intl.NumberFormat('en-US').format(BigInt(number));
}

const MONEY = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const SMALL = new Intl.NumberFormat('en-US', { minimumSignificantDigits: 2, maximumSignificantDigits: 2 });

/** Rounded from the digits: nothing is calculated. */
function moneyText(amount: string, currency: string): string {
  const digits = amount as `${number}`;
  return `${currencyMark(currency)}${(/^0*\.?0*$/.test(amount) || !/^0+\.00/.test(amount) ? MONEY : SMALL).format(digits)}`;
}

function signed(percent: string): string {
  const grouped = MONEY.format(percent as `${number}`);
  return grouped.startsWith('-') ? grouped : `+${grouped}`;
}
