import { sql } from '../../sql.js';
import { calls } from '../declare/calls.js';
import { field } from '../declare/fields.js';

/**
 * Answers of OpenAI's transcriptions and translations, or the last event of their streams, one per line. They are billed by tokens or by the
 * second, and name neither the model nor a time.
 * https://platform.openai.com/docs/api-reference/audio/json-object
 */
export const openaiTranscription = calls({
  name: 'openai-transcription',
  title: 'OpenAI transcriptions, one answer per line',
  reads: 'ndjson',
  signature: sql`json_exists(line, '$.text') and not json_exists(line, '$.object')
    and (line->>'$.usage.type') in ('tokens', 'duration')`,
  convention: 'inclusive',
  set: { operation: 'audio' },
  at: {
    model: 'model',
    input: 'usage.input_tokens',
    output: 'usage.output_tokens',
    total: 'usage.total_tokens',
    input_audio: 'usage.input_token_details.audio_tokens',
  },
  also: ['text', 'usage.type', 'usage.seconds', 'duration'],
  decimals: { seconds: { at: 'usage.seconds', value: sql`coalesce(${field('usage.seconds')}, ${field('duration')})` } },
  optional: ['model', 'input', 'output'],
  checks: [
    {
      field: 'model',
      reason: 'is not told; --map model=… or --set model=… says it',
      missing: 'model',
      when: sql`${field('model')} is null`,
    },
  ],
  // Seconds are what is billed only where no tokens are.
  units: { input_audio_seconds: sql`seconds` },
});
