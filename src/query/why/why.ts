import { InputError } from '../../errors.js';
import type { Store } from '../../store/store.js';
import type { Why, WhyCall, WhyCard, WhyPart } from './answer.js';
import { assumptionsOf, partNote, reasonOf, ruleInWords } from './explanations.js';
import { CALLS_SQL, type CallRow, FOUND_SQL, PARTS_SQL, type PartRow, TOTALS_SQL } from './sql.js';

/** The calls with this request or trace id, each cost taken apart. Throws InputError if there is none. */
export async function why(store: Store, id: string): Promise<Why> {
  await store.run(FOUND_SQL, { id });
  const rows = await store.rows<CallRow>(CALLS_SQL);
  if (rows.length === 0) throw unknownId(store, id);
  const parts = await store.rows<PartRow>(PARTS_SQL);
  const totals = await store.row<{ cost: string | null; unpriced: number }>(TOTALS_SQL);
  const calls = rows.map((row) =>
    callOf(
      row,
      parts.filter((part) => part.call === row.call),
    ),
  );
  return { schema: 'llmcost.why/1', id, currency: 'USD', calls, totals };
}

function unknownId(store: Store, id: string): InputError {
  return new InputError(
    `There is no call with the request or trace id ${id} in ${store.path}.\nIds are compared letter by letter. If its log was never read: llmcost import <files>.`,
  );
}

const STATUSES = ['computed', 'unpriced', 'assumed', 'free'] as const;

function callOf(row: CallRow, parts: readonly PartRow[]): WhyCall {
  return {
    ...row.shown,
    import: row.import,
    parts: parts.map((part) => partOf(part, row)),
    cost: row.cost,
    cost_status: STATUSES[row.cost_status] ?? 'unpriced',
    reason: reasonOf(row, parts),
    assumptions: assumptionsOf(row),
    rate_card: cardOf(row),
    billed: row.billed,
    before: row.before,
  };
}

function cardOf({ card }: CallRow): WhyCard | null {
  if (card === null) return null;
  const { assumed, ...shown } = card;
  return { ...shown, rule_in_words: ruleInWords(card.rule) };
}

function partOf(part: PartRow, row: CallRow): WhyPart {
  const { rate, quantity, usd_per_unit, usd_per_million, cost, billed, assumed, source } = part;
  const factors = [
    { kind: 'batch', factor: part.batch_factor },
    { kind: 'speed', factor: part.speed_factor },
    { kind: 'region', factor: part.region_factor },
    { kind: 'own', factor: part.own_factor },
  ].flatMap(({ kind, factor }) => (factor === null ? [] : [{ kind, factor }]));
  const note = partNote(part, row);
  return { rate, quantity, usd_per_unit, usd_per_million, cost, billed, assumed, factors, note, source };
}
