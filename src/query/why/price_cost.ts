import { UndecidedError, UsageError } from '../../errors.js';
import { TOKEN_CLASSES } from '../../names/dimensions.js';
import { priceBookId } from '../../rate/book/book.js';
import { resolverOf, settleRateCards } from '../../rate/cards/cards.js';
import { CARD_MATCH, COST_STATUS, COST_USD, ratedProfiles } from '../../rate/rating.js';
import { identifier, join, literal, type Sql, sql, timestampOf } from '../../sql.js';
import type { Store } from '../../store/store.js';
import type { ImaginedCall, PriceCost, WhyCall } from './answer.js';
import { quoted } from './explanations.js';
import { why } from './why.js';

/**
 * What a call would cost, taken apart as `why` does it: an only row is rated with cards made for it, in temporary tables that take the
 * place of the stored ones, so nothing is left behind. Throws UsageError if no price list knows the model.
 */
export async function priceCost(store: Store, call: ImaginedCall, now: Date): Promise<PriceCost> {
  const price_book = await priceBookId(store);
  const taken = await aside(store, async () => {
    await rate(store, call, now);
    return (await why(store, ID)).calls[0];
  });
  if (taken === undefined) throw new Error('the call found no rate card');
  const card = taken.rate_card;
  if (card?.status === 'unpriced' && card.price_model === null) throw unknownModel(call, taken);
  const shown = {
    ...taken,
    request_id: null,
    import: null,
    rate_card: card === null ? null : { ...card, number: null },
  };
  return { schema: 'llmcost.pricing-cost/1', currency: 'USD', price_book, call: shown, total: taken.cost };
}

const ID = 'imagined';

/** A name without schema means the temporary table first. */
const SET_ASIDE: readonly Sql[] = ['imports', 'usage_profile', 'usage_fact', 'rate_card'].map(identifier);

async function aside<T>(store: Store, fn: () => Promise<T>): Promise<T> {
  for (const table of SET_ASIDE) await store.run(sql`create temp table ${table} as from ${table} limit 0`);
  try {
    return await fn();
  } finally {
    for (const table of SET_ASIDE) await store.run(sql`drop table temp.${table}`);
  }
}

const CLASS_COLUMNS = TOKEN_CLASSES.map(({ quantity }) => identifier(quantity));

const SHAPE = literal(
  JSON.stringify([
    {
      occurred_at: 'TIMESTAMP',
      requests: 'BIGINT',
      ...Object.fromEntries(TOKEN_CLASSES.map(({ quantity }) => [quantity, 'BIGINT'])),
      units: 'MAP(VARCHAR, DECIMAL(18, 6))',
    },
  ]),
);

async function rate(store: Store, call: ImaginedCall, now: Date): Promise<void> {
  const { provider: source_provider, model, service_tier, speed } = call;
  const resolver = await resolverOf(store);
  const { provider, region } = resolver({ provider: source_provider, model, region: call.region });
  const traits = { source_provider, model, service_tier, speed, region };
  await settleRateCards(store, [traits], { now, resolver });
  await store.run(
    sql`
    insert into usage_profile (profile_id, source_provider, provider, model, service_tier, speed, region)
    values (1, $source_provider, $provider, $model, $service_tier, $speed, $region)`,
    { ...traits, provider },
  );
  await store.run(
    sql`
    insert into usage_fact (
      import_id, event_key, request_id, profile_id, occurred_at, requests, ${join(CLASS_COLUMNS)}, units,
      rate_card_id, cost_usd, cost_status
    )
    with imagined as (
      select unnest(from_json(cast($rows as json), ${SHAPE}), recursive := true)
    )
    select
      0, 0, $id, 1, call.occurred_at, call.requests, ${join(CLASS_COLUMNS.map((name) => sql`call.${name}`))}, call.units,
      card.rate_card_id, ${COST_USD}, ${COST_STATUS}
    from imagined as call
    join (${ratedProfiles(sql`usage_profile`)}) as card on ${CARD_MATCH}`,
    { rows: JSON.stringify([rowOf(call)]), id: ID, now: timestampOf(call.occurred_at) },
  );
}

/** The call as a row of usage. */
function rowOf({ occurred_at, requests, counts }: ImaginedCall) {
  const classes = TOKEN_CLASSES.map(({ rate: name, quantity }) => [quantity, counts[name]]);
  const units = Object.keys(counts.units).length === 0 ? null : counts.units;
  return { occurred_at: timestampOf(occurred_at), requests, ...Object.fromEntries(classes), units };
}

function unknownModel({ model, provider }: ImaginedCall, { reason }: WhyCall): UsageError {
  const name = quoted(model);
  const of = provider === null ? '' : ` --provider ${quoted(provider)}`;
  return new UsageError(
    `There is no price for ${model}: ${(reason ?? '').replace(/; see: .*$/, '')}.
Say which model it is: llmcost pricing alias ${name} PROVIDER/MODEL${of}
or what it costs:      llmcost pricing override ${name}${of} --input USD --output USD`,
  );
}

/** The parts of a call that have no price, as an error that says how to give them one; undefined if all have. */
export function missingPrice({ call, total }: PriceCost): UndecidedError | undefined {
  const names = call.parts
    .filter(({ billed, cost }) => billed && cost === null)
    .map(({ rate: name }) => dimensionOf(name));
  if (names.length === 0) return undefined;
  const rates = names.map((name) => ` --rate ${name}=USD`).join('');
  const model = `${call.rate_card?.price_provider ?? call.provider}/${call.rate_card?.price_model ?? call.model}`;
  return new UndecidedError(
    `The cost is ${total === null ? 'not known' : 'only known in part'}: there is no price for ${names.join(', ')}.\nSet it: llmcost pricing override ${quoted(model)}${rates}`,
  );
}

function dimensionOf(rate: string): string {
  return TOKEN_CLASSES.find((tokenClass) => tokenClass.rate === rate)?.dimension ?? rate;
}
