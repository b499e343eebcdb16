import { sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import type { Scope } from '../scope/scope.js';
import { ownFamily } from './routing_rules.js';
import type { OwnRatio } from './scenario.js';
import type { UsedModel } from './sources.js';

/** Pairs of calls below which a ratio is no measurement. */
const LEAST = 20;
/** How much wider than the 10th the 90th percentile may be: one prompt on two tokenizers does not scatter more. */
const WIDEST = 1.5;

interface Paired {
  source: string;
  target: string;
  pairs: number;
  low: number;
  mid: number;
  high: number;
}

/** Ratios measured on the user's own calls, and those that were not believed. */
export interface PairedRatios {
  ratios: OwnRatio[];
  notes: { code: 'calibrated' | 'not_calibrated'; message: string }[];
}

/**
 * Tokenizer ratios from calls of one trace on two models: all prompt tokens of the one by those of the other, over traces
 * with exactly one answered call on each; the range is the 10th to the 90th percentile of the single traces (discrete).
 * Fewer than 20 pairs, or a range too wide for the same prompts (agents send other prompts in one trace), give no ratio.
 */
export async function pairedRatios(store: Store, scope: Scope, used: readonly UsedModel[]): Promise<PairedRatios> {
  const models = used.flatMap(({ source_provider, model, region, price_provider, price_model }) =>
    price_provider === null || price_model === null
      ? []
      : [{ source_provider, model, region, family: ownFamily(price_provider, price_model) }],
  );
  const found = await store.rows<{ [name in keyof Paired]: Paired[name] }>(
    sql`
    with named as (
      select unnest(from_json(cast($models as json), '[{
        "source_provider": "VARCHAR", "model": "VARCHAR", "region": "VARCHAR", "family": "VARCHAR"
      }]'), recursive := true)
    ),
    prompt as (
      select
        fact.trace_id,
        named.family,
        any_value(coalesce(fact.uncached_input_tokens, 0) + coalesce(fact.cache_read_tokens, 0)
          + coalesce(fact.cache_write_tokens, 0) + coalesce(fact.cache_write_1h_tokens, 0)) as tokens
      from usage_fact as fact
      join usage_profile as profile on profile.profile_id = fact.profile_id
      join named
        on named.source_provider is not distinct from profile.source_provider
        and named.model is not distinct from coalesce(profile.model, profile.request_model)
        and named.region is not distinct from profile.region
      where ${scope.test}
        and fact.trace_id is not null and fact.requests = 1 and fact.units is null
        and profile.status is distinct from 'error'
      group by fact.trace_id, named.family
      having count(*) = 1
    )
    select
      source.family as source,
      target.family as target,
      cast(count(*) as integer) as pairs,
      cast(quantile_disc(target.tokens / source.tokens, 0.1) as double) as low,
      cast(sum(target.tokens) / sum(source.tokens) as double) as mid,
      cast(quantile_disc(target.tokens / source.tokens, 0.9) as double) as high
    from prompt as source
    join prompt as target on target.trace_id = source.trace_id and target.family <> source.family
    where source.tokens > 0 and target.tokens > 0
    group by all
    order by source.family, target.family`,
    { ...scope.params, models: JSON.stringify(models) },
  );
  const good = found.filter((one) => one.pairs >= LEAST && one.high <= WIDEST * one.low);
  return {
    ratios: good.map(({ source, target, low, mid, high }) => ({
      source,
      target,
      ratio: mid.toFixed(6),
      low: Math.min(low, mid).toFixed(6),
      high: Math.max(high, mid).toFixed(6),
    })),
    notes: notesOn(found, good),
  };
}

function notesOn(found: readonly Paired[], good: readonly Paired[]): PairedRatios['notes'] {
  if (found.length === 0) {
    return [
      {
        code: 'not_calibrated',
        message: 'No trace has one call on each of two models: the ratios are those that come with the program.',
      },
    ];
  }
  return found.map((one) => {
    const [source, target] = [nameOf(one.source), nameOf(one.target)];
    const range = `${one.mid.toFixed(3)} (${one.low.toFixed(3)}–${one.high.toFixed(3)})`;
    if (good.includes(one)) {
      return {
        code: 'calibrated',
        message: `${target} makes ${range} tokens of one of ${source}, measured on ${one.pairs} traces of yours.`,
      };
    }
    const why = one.pairs < LEAST ? `fewer than ${LEAST} traces` : 'too wide a range for the same prompts';
    return {
      code: 'not_calibrated',
      message: `${source} and ${target} share ${one.pairs} traces, ${range}: not used, ${why}.`,
    };
  });
}

/** `own:openai/gpt-4o:o200k` → openai/gpt-4o */
function nameOf(family: string): string {
  return family.replace(/^own:/, '').replace(/:(?:unknown:)?[^:/]+$/, '');
}
