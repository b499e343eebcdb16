import { sql } from '../../sql.js';
import { calls } from '../declare/calls.js';
import { flagOf } from '../declare/convert.js';
import { field } from '../declare/fields.js';
import { labelsIn } from '../declare/labels.js';

/**
 * Logs of Cloudflare's AI Gateway, one per line. They count the whole prompt and the whole answer and do not say what of
 * them was cached or reasoning.
 * https://developers.cloudflare.com/api/resources/ai_gateway/subresources/logs/methods/list/
 */
export const cloudflareAiGateway = calls({
  name: 'cloudflare-ai-gateway',
  title: "logs of Cloudflare's AI Gateway",
  reads: 'ndjson',
  signature: sql`json_exists(line, '$.tokens_in') and json_exists(line, '$.tokens_out') and json_exists(line, '$.cached') and json_exists(line, '$.provider')`,
  convention: 'inclusive',
  failed: sql`(coalesce(http_status >= 400, false) or coalesce(not ${flagOf(field('success'))}, false))`,
  fromCache: sql`coalesce(${flagOf(field('cached'))}, false)`,
  at: {
    request_id: 'id',
    started: 'created_at',
    provider: 'provider',
    model: 'model',
    input: 'tokens_in',
    output: 'tokens_out',
    http_status: 'status_code',
    latency: 'duration',
    cost: 'cost',
  },
  also: ['model_type', 'path', 'success', 'cached', 'metadata', 'step'],
  computed: [{ properties: labelsIn(field('metadata')) }],
  labels: sql`properties`,
  numbers: { step: 'step' },
  traits: {
    operation: sql`case
        when contains(${field('path')}, 'embedding') or starts_with(${field('model_type')}, 'embedding') then 'embedding'
        when ${field('model_type')} = 'text' or contains(${field('path')}, 'completions') then 'chat'
      end`,
    // Steps after the first are fallbacks of a universal request.
    attempt: sql`step + 1`,
    // Anthropic counts cached tokens beside its input; whether tokens_in has them, too, is not documented.
    token_convention: sql`case
        when ${field('provider')} in ('anthropic', 'aws-bedrock') then 'guessed'
        else 'inclusive'
      end`,
  },
  repeats: 'grows',
});
