import { type Sql, sql } from '../../sql.js';
import { type At, fieldsOf, placeAt, placesOf, textAt } from './calls.js';
import { type Check, constant, type Entry, type LedgerFormat } from './format.js';
import { labelsIn } from './labels.js';

const TEXTS = [
  'provider',
  'line_item',
  'model',
  'service',
  'service_tier',
  'region',
  'project',
  'api_key',
  'user_id',
  'quantity_unit',
] as const;

type BillPlaces = Readonly<
  Partial<
    Record<(typeof TEXTS)[number] | 'charged_from' | 'charged_to' | 'amount' | 'credits' | 'quantity' | 'currency', At>
  >
>;

type Given = 'name' | 'title' | 'reads' | 'signature' | 'alike';

/**
 * A format whose lines are what a provider billed. What `at` names is read, what it does not name is absent; the amounts
 * and times it names are called by the same names in the expressions of the rest.
 */
export interface Bill
  extends Pick<LedgerFormat, Given>,
    Partial<Omit<LedgerFormat, Given | 'entry' | 'fields'>>,
    Pick<Parameters<typeof fieldsOf>[0], 'also' | 'fields'> {
  readonly at: BillPlaces;
  /** What is the same in every line. */
  readonly set?: Readonly<Partial<Record<'provider' | 'currency', string>>>;
  /** Columns that are no plain copy of a field; they come before what `at` says. */
  readonly entry?: Partial<Entry>;
}

/** The format of a declaration of billed amounts. */
export function bill({ at, also, fields, set = {}, entry, ...format }: Bill): LedgerFormat {
  const text = (name: keyof BillPlaces) => textAt(at[name]);
  const currency = set.currency === undefined ? text('currency') : constant(set.currency);
  return {
    skip: [],
    numbers: {},
    timeUnit: 'any',
    ...format,
    fields: fieldsOf({ at, also, fields }),
    decimals: { ...placesOf(at, ['amount', 'credits', 'quantity']), ...format.decimals },
    times: { ...placesOf(at, ['charged_from', 'charged_to']), ...format.times },
    checks: [...missingChecks(at), ...(format.checks ?? [])],
    entry: {
      provider: set.provider === undefined ? text('provider') : constant(set.provider),
      charged_from: at.charged_from === undefined ? null : sql`charged_from`,
      charged_to: at.charged_to === undefined ? null : sql`charged_to`,
      amount: at.amount === undefined ? null : sql`amount`,
      credits: at.credits === undefined ? null : sql`credits`,
      // Some write it in small letters.
      currency: currency !== null && !('constant' in currency) ? sql`upper(${currency})` : currency,
      line_item: text('line_item'),
      model: text('model'),
      service: text('service'),
      service_tier: text('service_tier'),
      region: text('region'),
      project: text('project'),
      api_key: text('api_key'),
      user_id: text('user_id'),
      quantity: at.quantity === undefined ? null : sql`quantity`,
      quantity_unit: text('quantity_unit'),
      tags: null,
      ...entry,
    },
  };
}

/** An amount that is no number, or a day that is none, leaves a line without meaning. */
function missingChecks(at: BillPlaces): Check[] {
  const label = (place: At) => {
    const named = placeAt(place);
    return typeof named === 'string' ? named : named.at;
  };
  const { charged_from: from, charged_to: to, amount, currency } = at;
  return [
    ...(from === undefined ? [] : [{ field: label(from), reason: 'is missing', when: sql`charged_from is null` }]),
    ...(to === undefined
      ? []
      : [
          {
            field: label(to),
            reason: 'is missing or before the start',
            when: sql`charged_to is null or charged_to <= charged_from`,
          },
        ]),
    ...(amount === undefined ? [] : [{ field: label(amount), reason: 'is missing', when: sql`amount is null` }]),
    ...(currency === undefined
      ? []
      : [{ field: label(currency), reason: 'is missing', when: sql`${textAt(currency) ?? sql`null`} is null` }]),
  ];
}

/** Lines of a bill that are for something else than calls to models; companies buy all they run from one cloud. */
export function elsewhere(ofModels: Sql): { reason: string; when: Sql } {
  return { reason: 'costs of other services', when: sql`not coalesce(${ofModels}, false)` };
}

/** Lines of tax: what calls cost is compared without it. */
export function taxes(kind: Sql): { reason: string; when: Sql } {
  return { reason: 'taxes', when: sql`coalesce(lower(${kind}) = 'tax', false)` };
}

/** A date with slashes, month first, as the ISO date it means; any other text stays as it is. */
export function monthFirst(text: Sql): Sql {
  return sql`coalesce(strftime(try_strptime(${text}, ['%m/%d/%Y', '%m/%d/%Y %H:%M:%S']), '%Y-%m-%d %H:%M:%S'), ${text})`;
}

/** Tags of a resource, a JSON object in a text, with its braces or without them. */
export function resourceTags(text: Sql): Sql {
  return labelsIn(sql`case when starts_with(${text}, '"') then concat('{', ${text}, '}') else ${text} end`);
}

/** The name of a model as a bill writes it, in the way of model names: `Claude Sonnet 4.5` → `claude-sonnet-4.5`. */
export function billedModel(text: Sql): Sql {
  return sql`nullif(regexp_replace(lower(trim(${text})), '[ _]+', '-', 'g'), '')`;
}
