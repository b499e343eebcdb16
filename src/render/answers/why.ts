import type { PriceCost, RateSource, Why, WhyCall, WhyCard, WhyPart } from '../../query/why/answer.js';
import { columnsOf, type Document, type Section, type Table } from '../document.js';
import { formatCount } from '../text/number.js';

/** How many calls of one id are printed; JSON has all of them. */
const SHOWN = 20;

/** Each call as a bill: who and when, its lines, the rate card, and where the rates come from. */
export function whyDocument(why: Why): Document {
  const { calls, totals } = why;
  const lines: string[] = [];
  if (calls.length > SHOWN) lines.push(`… and ${formatCount(calls.length - SHOWN)} more; --format json lists all.`);
  const body = calls.slice(0, SHOWN).flatMap(callSections);
  const unpriced = totals.unpriced === 0 ? '' : `, ${formatCount(totals.unpriced)} of them unpriced`;
  const cost = totals.cost === null ? 'no known cost' : `USD ${tidy(totals.cost)}`;
  const sum = calls.length > 1 ? [`${formatCount(calls.length)} calls${unpriced}: ${cost}`] : [];
  return {
    json: why,
    head: [],
    body: [...body, { type: 'text', paragraphs: lines }, { type: 'text', paragraphs: sum }],
    notes: [],
  };
}

/** The bill of a call that was not made. */
export function priceCostDocument(answer: PriceCost): Document {
  return { json: answer, head: [], body: callSections(answer.call), notes: [] };
}

/** The bill of one call. */
function callSections(call: WhyCall): Section[] {
  const text = (paragraphs: string[]): Section => ({ type: 'text', paragraphs });
  const bill: Section =
    call.parts.length === 0
      ? text([`total  ${totalText(call)}`])
      : { type: 'table', title: 'Bill', table: billTable(call) };
  return [text(headLines(call)), bill, text(remarks(call)), ...sourceSections(call)];
}

/** The published rates, and the lists they were read in. */
function sourceSections({ parts }: WhyCall): Section[] {
  const used = parts.flatMap((part) => (part.source === null ? [] : [{ part, source: part.source }]));
  if (used.length === 0) return [];
  const table: Table = {
    columns: columnsOf('rate', 'as published', 'valid', 'seen', 'source'),
    rows: used.map(({ part, source }) => sourceRow(part, source)),
    footer: [],
  };
  return [
    { type: 'table', title: 'Sources', table },
    { type: 'text', paragraphs: [...new Set(used.map(({ source }) => listLine(source)))] },
  ];
}

function listLine({ source, url, upstream_rev }: RateSource): string {
  return [`${source}:`, url ?? 'no address', upstream_rev === null ? '' : `(${upstream_rev})`].join(' ').trim();
}

function headLines(call: WhyCall): string[] {
  const { model, request_model, import: from } = call;
  const asked =
    request_model !== null && model !== null && request_model !== model ? ` (asked for ${request_model})` : '';
  const traits = [
    call.customer === null ? null : `customer ${call.customer}`,
    call.feature === null ? null : `feature ${call.feature}`,
    call.service_tier === null ? null : `tier ${call.service_tier}`,
    call.speed === null ? null : `speed ${call.speed}`,
    call.region === null ? null : `region ${call.region}`,
    call.attempt === null ? null : `attempt ${call.attempt}`,
    call.requests === '1'
      ? null
      : call.requests === null
        ? 'unknown requests'
        : `${formatCount(call.requests)} requests`,
    call.error_class === null ? (call.status ?? null) : `${call.status} (${call.error_class})`,
  ];
  return [
    [call.request_id ?? call.trace_id, call.occurred_at === null ? 'no time' : timeText(call.occurred_at)]
      .filter((text) => text !== null)
      .join(' · '),
    `${call.provider ?? 'unknown provider'} · ${model ?? request_model ?? 'unknown model'}${asked}`,
    traits.filter((trait) => trait !== null).join(' · '),
    from === null ? '' : `import ${from.number}: ${from.source ?? '?'} (${from.format ?? '?'})`,
  ].filter((line) => line !== '');
}

function billTable(call: WhyCall): Table {
  const places = Math.max(2, ...call.parts.map(({ cost }) => fraction(cost).length), fraction(call.cost).length);
  const notes = call.parts.some(({ note }) => note !== null);
  const cells = (part: WhyPart) => [
    nameOf(part.rate),
    part.quantity === null ? 'unknown' : quantityText(part.quantity),
    rateText(part),
    part.cost === null ? 'unpriced' : part.billed ? withPlaces(part.cost, places) : '–',
    ...(notes ? [part.note ?? ''] : []),
  ];
  return {
    columns: columnsOf('part', ['quantity', 'right'], ['USD', 'right'], ['cost USD', 'right'], ...(notes ? [''] : [])),
    rows: call.parts.map(cells),
    footer: [
      ['total', '', '', call.cost === null ? 'unpriced' : withPlaces(tidy(call.cost), places), ...(notes ? [''] : [])],
    ],
  };
}

function totalText({ cost }: WhyCall): string {
  return cost === null ? 'unpriced' : `USD ${tidy(cost)}`;
}

function rateText({ usd_per_unit, usd_per_million }: WhyPart): string {
  if (usd_per_million !== null) return `${usd_per_million} per million`;
  return usd_per_unit === null ? '–' : `${usd_per_unit} each`;
}

/** What must be known to read the bill right. */
function remarks(call: WhyCall): string[] {
  const { reason, assumptions, billed, rate_card } = call;
  const words = { free: 'free', unpriced: 'unpriced', computed: 'cost', assumed: 'cost' } as const;
  return [
    ...(reason === null ? [] : [`${words[call.cost_status]}: ${reason}`]),
    ...assumptions.map((sentence) => `assumed: ${sentence}`),
    ...(call.parts.some(({ cost }) => fraction(cost).length > 18)
      ? ['the total is rounded half up at the 18th place']
      : []),
    ...(billed === null ? [] : [billedLine(billed)]),
    ...call.before.map(formerLine),
    ...(rate_card === null ? [] : [cardLine(rate_card), `found by: ${rate_card.rule_in_words}`]),
  ];
}

function billedLine({ cost, currency, difference }: NonNullable<WhyCall['billed']>): string {
  const stated = `the source says: ${currency} ${tidy(cost)}`;
  if (difference === null) return stated;
  if (/^-?[0.]*$/.test(difference)) return `${stated}, the same`;
  const less = difference.startsWith('-');
  return `${stated}; the cost above is ${tidy(difference.replace('-', ''))} ${less ? 'less' : 'more'}`;
}

function cardLine(card: WhyCard): string {
  const of = card.price_model === null ? '' : ` of ${card.price_provider}/${card.price_model}`;
  const name = card.number === null ? 'rates' : `rate card ${card.number}`;
  const parts = [`${name}${of}`, ...promptText(card), ...validText(card), ...weekText(card)];
  return parts.join(', ');
}

function promptText({ min_prompt_tokens: min, max_prompt_tokens: max }: WhyCard): string[] {
  const from = min === '0' ? '' : ` from ${formatCount(min)}`;
  const below = max === null ? '' : ` below ${formatCount(max)}`;
  return from === '' && below === '' ? [] : [`prompts${from}${below} tokens`];
}

function validText({ valid_from, valid_to }: WhyCard): string[] {
  const text = periodText(valid_from, valid_to);
  return text === '' ? [] : [`valid ${text}`];
}

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** The hours of the week a card holds for: Monday 01:00 to Monday 04:00 UTC. */
function weekText({ week_from, week_to }: WhyCard): string[] {
  if (week_from === null || week_to === null) return [];
  return [`${minuteText(week_from)} to ${minuteText(week_to)} UTC`];
}

function minuteText(minute: number): string {
  const time = [Math.floor((minute % 1440) / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':');
  return `${DAYS[Math.floor(minute / 1440) % 7]} ${time}`;
}

/** What it cost before prices were known or corrected. */
function formerLine({ cost, until, reason }: WhyCall['before'][number]): string {
  return `until ${timeText(until)}: ${cost === null ? 'unpriced' : `USD ${tidy(cost)}`} (${reason})`;
}

const UNITS: Record<string, string> = {
  per_unit: 'each',
  per_mtok: 'per million',
  per_mchar: 'per million',
  per_kcount: 'per thousand',
  per_hour: 'per hour',
};

function sourceRow({ rate, factors }: WhyPart, source: RateSource): string[] {
  const { raw_value, raw_unit, min_prompt_tokens: band } = source;
  const of = source.dimension === nameOf(rate).replaceAll(' ', '_') ? '' : `${nameOf(source.dimension)} `;
  const times = factors.map(({ kind, factor }) => ` × ${factor} ${kind}`).join('');
  const conditions = [
    `${of}${raw_value} ${UNITS[raw_unit] ?? raw_unit}${times}`,
    source.service_tier === 'standard' ? null : source.service_tier,
    source.region,
    band === '0' ? null : `prompts from ${formatCount(band)}`,
  ].filter((condition) => condition !== null);
  return [
    nameOf(rate),
    conditions.join(', '),
    periodText(source.effective_from, source.effective_to) || 'always',
    timeText(source.observed_at),
    source.source,
  ];
}

/** A rate as people call it. */
function nameOf(rate: string): string {
  return rate === 'uncached_input' ? 'input' : rate === 'text_output' ? 'output' : rate.replaceAll('_', ' ');
}

function periodText(from: string | null, to: string | null): string {
  const parts = [from === null ? '' : `from ${timeText(from)}`, to === null ? '' : `until ${timeText(to)}`];
  return parts.filter((part) => part !== '').join(' ');
}

/** 2026-09-01T00:00:00.000Z → 2026-09-01; other times keep what is not zero. */
function timeText(iso: string): string {
  return iso.replace(/T00:00:00\.0+Z$/, '').replace(/\.0+Z$/, 'Z');
}

/** 1234.5 → 1,234.5 */
function quantityText(quantity: string): string {
  const [whole = '', rest] = quantity.split('.');
  return rest === undefined ? formatCount(whole) : `${formatCount(whole)}.${rest}`;
}

/** Without idle zeros at its end, but never a bare point. */
function tidy(amount: string): string {
  return amount.includes('.') ? amount.replace(/\.?0+$/, '') : amount;
}

function fraction(amount: string | null): string {
  return amount === null ? '' : (tidy(amount).split('.')[1] ?? '');
}

/** The same number with zeros up to so many places, so that a column lines up at the point. */
function withPlaces(amount: string, places: number): string {
  const [whole = '', rest = ''] = amount.split('.');
  return `${whole}.${rest.padEnd(places, '0')}`;
}
