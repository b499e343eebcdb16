import { INPUT_UNITS, OTHER_UNITS, OUTPUT_UNITS } from '../../names/dimensions.js';
import type { NativeColumn } from '../../names/native_columns.js';
import { join, literal, type Sql, sql } from '../../sql.js';
import { flagOf, textOf } from './convert.js';
import { field, type Shape } from './fields.js';
import { constant, type Format, type Place } from './format.js';
import { among, errorClassOf, tierOf } from './normalize.js';

/** Where the values of our own names stand in a file, and the name and signature of the format that results. */
export interface OwnLayout {
  name: string;
  title: string;
  reads: Format['reads'];
  signature: Format['signature'];
  fields: Shape;
  at: (name: NativeColumn) => Place;
}

const SUCCEEDED = ['ok', 'success', 'succeeded', 'completed', 'true'];
const FAILED = ['error', 'failed', 'failure', 'false'];
const UNIT_NAMES = join([...INPUT_UNITS, ...OUTPUT_UNITS, ...OTHER_UNITS].map((name) => literal(name)));

/**
 * A format that speaks our own names. Counts are inclusive, as an application has them at hand: `input_tokens` is the
 * whole prompt and `output_tokens` the whole answer; every part (cached, audio, reasoning, …) is in it, and in no other part.
 */
export function ownFormat({ at, ...layout }: OwnLayout): Format {
  const text = (name: NativeColumn) => {
    const place = at(name);
    return typeof place === 'string' ? field(place) : place.value;
  };
  const label = (name: NativeColumn) => {
    const place = at(name);
    return typeof place === 'string' ? place : place.at;
  };
  const given = (name: NativeColumn) => textOf(text(name));
  const http = sql`coalesce(http_status, case when status_number between 100 and 599 then status_number end)`;
  const word = sql`lower(${given('status')})`;
  const failed = sql`(${given('error_class')} is not null or coalesce(${http} >= 400, false) or ${among(word, FAILED)})`;
  const units = sql`json_transform(try_cast(${given('other_units')} as json), '"MAP(VARCHAR, DECIMAL(18,6))"')`;
  const tags = sql`json_transform(try_cast(${given('tags')} as json), '"MAP(VARCHAR, VARCHAR)"')`;
  // Other units may name tokens that the counts contain; nearly all rows have none.
  const others = (
    names: readonly string[],
    columns: Readonly<Record<string, Sql>>,
  ) => sql`case when ${given('other_units')} is null
        then ${sumOf(Object.values(columns))} else ${sumOf(names.map((name) => sql`coalesce(${columns[name] ?? sql`null`}, try_cast(${units}[${literal(name)}] as bigint))`))} end`;
  const promptUnits = others(INPUT_UNITS, {
    input_audio_tokens: sql`input_audio`,
    input_image_tokens: sql`input_image`,
    cache_read_audio_tokens: sql`cache_read_audio`,
  });
  const answerUnits = others(OUTPUT_UNITS, {
    output_audio_tokens: sql`output_audio`,
    output_image_tokens: sql`output_image`,
  });
  const parts = sql`coalesce(cache_read, 0) - coalesce(cache_write, 0) - coalesce(cache_write_1h, 0) - ${promptUnits}`;
  return {
    ...layout,
    numbers: {
      attempt: at('attempt'),
      requests_given: at('requests'),
      input: at('input_tokens'),
      uncached: at('uncached_input_tokens'),
      output: at('output_tokens'),
      cache_read: at('cache_read_tokens'),
      cache_write: at('cache_write_tokens'),
      cache_write_1h: at('cache_write_1h_tokens'),
      reasoning: at('reasoning_tokens'),
      input_audio: at('input_audio_tokens'),
      input_image: at('input_image_tokens'),
      cache_read_audio: at('cache_read_audio_tokens'),
      output_audio: at('output_audio_tokens'),
      output_image: at('output_image_tokens'),
      http_status: at('http_status'),
      max_output: at('max_output_tokens'),
      status_number: {
        at: label('status'),
        // Nearly every status is a word: its first letter tells.
        value: sql`case when ${text('status')} < ':' then case when regexp_full_match(${text('status')}, '[0-9]+') then ${text('status')} end end`,
      },
    },
    decimals: { billed: at('billed_cost') },
    durations: { latency: at('latency_ms'), ttft: at('ttft_ms') },
    times: { started: at('timestamp'), ended: at('bucket_end') },
    timeUnit: 'any',
    skip: [],
    checks: [
      { field: label('timestamp'), reason: 'is missing', missing: 'timestamp', when: sql`started is null` },
      {
        field: label('model'),
        reason: 'is missing',
        missing: 'model',
        when: sql`${given('model')} is null and ${given('request_model')} is null`,
      },
      {
        field: label('input_tokens'),
        reason: 'is missing',
        when: sql`input is null and uncached is null and not ${failed}`,
      },
      { field: label('output_tokens'), reason: 'is missing', when: sql`output is null and not ${failed}` },
      {
        field: label('status'),
        reason: 'is neither ok nor error',
        when: sql`case when ${text('status')} = 'ok' then false
          else status_number is null and ${word} is not null and not ${among(word, [...SUCCEEDED, ...FAILED])} end`,
      },
      {
        field: label('other_units'),
        reason: 'is not an object of known units and amounts',
        when: sql`${given('other_units')} is not null and (${units} is null or not coalesce(list_has_all([${UNIT_NAMES}], map_keys(${units})), false) or list_contains(map_values(${units}), null))`,
      },
      {
        field: label('tags'),
        reason: 'is not an object of texts',
        when: sql`${given('tags')} is not null and ${tags} is null`,
      },
      {
        field: label('gateway_cached'),
        reason: 'is neither true nor false',
        when: sql`${given('gateway_cached')} is not null and ${flagOf(text('gateway_cached'))} is null`,
      },
      { field: label('bucket_end'), reason: 'is before the start', when: sql`ended < started` },
      { field: label('billed_cost'), reason: 'is implausibly large', when: sql`abs(billed) > 1000000000000` },
    ],
    traits: {
      provider: text('provider'),
      model: text('model'),
      request_model: text('request_model'),
      operation: text('operation'),
      service_tier: tierOf(text('service_tier')),
      speed: text('speed'),
      region: text('region'),
      status: sql`case when ${failed} then 'error' else 'ok' end`,
      error_class: sql`case when ${failed} then coalesce(${errorClassOf(http, given('error_class'))}, 'other') end`,
      http_status: http,
      feature: text('feature'),
      environment: text('environment'),
      attempt: sql`attempt`,
      bucket_seconds: sql`date_diff('second', started, ended)`,
      billed_currency: sql`case when billed is not null then upper(coalesce(${given('billed_currency')}, 'USD')) end`,
      gateway_cached: flagOf(text('gateway_cached')),
      token_convention: constant('inclusive'),
      max_output_tokens: sql`max_output`,
      has_tools: flagOf(text('has_tools')),
      has_images: flagOf(text('has_images')),
      has_json_schema: flagOf(text('has_json_schema')),
    },
    facts: {
      request_id: text('request_id'),
      trace_id: text('trace_id'),
      occurred_at: sql`started`,
      requests: sql`case when ended is null then coalesce(requests_given, 1) else requests_given end`,
      uncached_input_tokens: sql`coalesce(uncached, input - ${parts})`,
      cache_read_tokens: sql`cache_read`,
      cache_write_tokens: sql`cache_write`,
      cache_write_1h_tokens: sql`cache_write_1h`,
      text_output_tokens: sql`output - coalesce(reasoning, 0) - ${answerUnits}`,
      reasoning_tokens: sql`reasoning`,
      latency_ms: sql`latency`,
      ttft_ms: sql`ttft`,
      customer: text('customer'),
      user_id: text('user_id'),
      session_id: text('session_id'),
      tags,
      billed_cost: sql`billed`,
    },
    units: {
      input_audio_tokens: sql`input_audio`,
      input_image_tokens: sql`input_image`,
      cache_read_audio_tokens: sql`cache_read_audio`,
      output_audio_tokens: sql`output_audio`,
      output_image_tokens: sql`output_image`,
    },
    // Names of other units are whatever text somebody wrote: not even a line that is set aside may carry them.
    unitMap: sql`case when ${given('other_units')} is not null and coalesce(list_has_all([${UNIT_NAMES}], map_keys(${units})), false) then ${units} end`,
    repeats: 'grows',
    dated: true,
  };
}

function sumOf(parts: readonly Sql[]): Sql {
  return sql`(${join(
    parts.map((part) => sql`coalesce(${part}, 0)`),
    ' + ',
  )})`;
}
