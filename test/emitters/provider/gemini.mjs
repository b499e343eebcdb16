/** Gemini's generateContent: https://ai.google.dev/api/generate-content. Thoughts stand beside the candidates. */
import { sumCounts } from './counts.mjs';

const usageOf = (counts) => {
  const { prompt, total } = sumCounts(counts);
  return {
    promptTokenCount: prompt,
    candidatesTokenCount: counts.text,
    totalTokenCount: total,
    ...(counts.cache_read > 0 && {
      cachedContentTokenCount: counts.cache_read,
      cacheTokensDetails: [{ modality: 'TEXT', tokenCount: counts.cache_read }],
    }),
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: prompt }],
    ...(counts.reasoning > 0 && { thoughtsTokenCount: counts.reasoning }),
  };
};

export function generateAnswer({ asked, counts, id, model, streamed }) {
  const part = asked.tool ? { functionCall: { name: asked.tool.name, args: asked.tool.input } } : { text: asked.text };
  const answer = (parts, finished) => ({
    candidates: [{ content: { parts, role: 'model' }, ...(finished && { finishReason: 'STOP' }), index: 0 }],
    usageMetadata: finished
      ? usageOf(counts)
      : { promptTokenCount: sumCounts(counts).prompt, totalTokenCount: sumCounts(counts).prompt },
    modelVersion: model,
    responseId: id,
  });
  if (!streamed) return { json: answer([part], true) };
  return { told: true, events: [{ data: answer([part], false) }, { data: answer([{ text: '' }], true) }] };
}

export const geminiFailure = (status) => ({
  error: { code: status, message: 'made to fail', status: status === 429 ? 'RESOURCE_EXHAUSTED' : 'UNAVAILABLE' },
});
