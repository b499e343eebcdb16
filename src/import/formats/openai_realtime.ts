import { sql } from '../../sql.js';
import { calls } from '../declare/calls.js';
import { field } from '../declare/fields.js';
import { toolUnits } from './openai_responses.js';

const DETAILS = 'response.usage.input_token_details';
const STATUS = field('response.status');

/**
 * Events of OpenAI's Realtime API, of which `response.done` tells the usage. The model stands in the event that opens the
 * session, not in these; --set or --map says it.
 * https://platform.openai.com/docs/api-reference/realtime-server-events/response/done
 */
export const openaiRealtime = calls({
  name: 'openai-realtime',
  title: 'events of the OpenAI Realtime API',
  reads: 'ndjson',
  signature: sql`line->>'type' = 'response.done' and (line->>'$.response.object') = 'realtime.response'`,
  convention: 'inclusive',
  set: { operation: 'chat' },
  failed: sql`coalesce(${STATUS} in ('failed', 'cancelled'), false)`,
  at: {
    request_id: 'response.id',
    model: ['response.model', 'session.model', 'model'],
    session_id: 'response.conversation_id',
    error: 'response.status_details.error.type',
    input: 'response.usage.input_tokens',
    output: 'response.usage.output_tokens',
    total: 'response.usage.total_tokens',
    output_audio: 'response.usage.output_token_details.audio_tokens',
  },
  fields: {
    type: 'text',
    response: {
      object: 'text',
      status: 'text',
      output: [{ type: 'text', container_id: 'text', action: { type: 'text' } }],
      usage: {
        input_token_details: {
          cached_tokens: 'text',
          audio_tokens: 'text',
          image_tokens: 'text',
          cached_tokens_details: { text_tokens: 'text', audio_tokens: 'text', image_tokens: 'text' },
        },
      },
    },
  },
  numbers: {
    cached: `${DETAILS}.cached_tokens`,
    audio: `${DETAILS}.audio_tokens`,
    image: `${DETAILS}.image_tokens`,
    cached_audio: `${DETAILS}.cached_tokens_details.audio_tokens`,
    cached_image: `${DETAILS}.cached_tokens_details.image_tokens`,
  },
  // Details by kind hold what was cached of it.
  counts: {
    cache_read: sql`cached - coalesce(cached_audio, 0) - coalesce(cached_image, 0)`,
    cache_read_audio: sql`cached_audio`,
    cache_read_image: sql`cached_image`,
    input_audio: sql`audio - coalesce(cached_audio, 0)`,
    input_image: sql`image - coalesce(cached_image, 0)`,
  },
  optional: ['model', 'input', 'output'],
  skip: [{ reason: 'events without usage', when: sql`coalesce(${field('type')} <> 'response.done', false)` }],
  checks: [
    {
      field: 'model',
      reason: 'is not told; --map model=… or --set model=… says it',
      missing: 'model',
      when: sql`coalesce(${field('response.model')}, ${field('session.model')}, ${field('model')}) is null`,
    },
  ],
  units: toolUnits(field('response.output')),
  repeats: 'grows',
});
