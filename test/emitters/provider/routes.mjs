/** Which answer a path asks for, and who bills it. */
import { anthropicFailure, messagesAnswer } from './anthropic.mjs';
import { bedrockFailure, converseAnswer, invokeAnswer } from './bedrock.mjs';
import { geminiFailure, generateAnswer } from './gemini.mjs';
import { chatAnswer, embeddingAnswer, openaiFailure, openaiTier, responsesAnswer } from './openai.mjs';
import { cohereAnswer, ollamaAnswer } from './other.mjs';

const bedrock = (answer) => ({
  by: 'bedrock',
  model: ([name]) => decodeURIComponent(name),
  answer,
  failure: bedrockFailure,
});

/** `path` captures the model where it stands there; `answer` gets what was asked, the counts, an id and the time. */
const ROUTES = [
  {
    name: 'chat/completions',
    path: /\/chat\/completions$/,
    by: 'openai',
    answer: chatAnswer,
    failure: openaiFailure,
    tier: openaiTier,
  },
  {
    name: 'responses',
    path: /\/responses$/,
    by: 'openai',
    answer: responsesAnswer,
    failure: openaiFailure,
    tier: openaiTier,
  },
  { path: /\/embeddings$/, by: 'openai', answer: embeddingAnswer, failure: openaiFailure },
  { path: /\/messages$/, by: 'anthropic', answer: messagesAnswer, failure: anthropicFailure },
  {
    path: /\/models\/([^/:]+):(generateContent|streamGenerateContent)$/,
    by: 'google',
    model: ([name]) => name,
    answer: (call) => generateAnswer({ ...call, streamed: call.parts[1] === 'streamGenerateContent' }),
    failure: geminiFailure,
  },
  {
    path: /\/model\/([^/]+)\/(converse|converse-stream)$/,
    ...bedrock((call) => converseAnswer({ ...call, streamed: call.parts[1] === 'converse-stream' })),
  },
  {
    path: /\/model\/([^/]+)\/(invoke|invoke-with-response-stream)$/,
    ...bedrock((call) =>
      invokeAnswer(
        messagesAnswer({ ...call, body: { ...call.body, model: call.model, stream: call.parts[1] !== 'invoke' } }),
      ),
    ),
  },
  { path: /\/v2\/chat$/, by: 'cohere', answer: cohereAnswer, failure: bedrockFailure },
  { path: /\/api\/chat$/, by: 'ollama', answer: ollamaAnswer, failure: bedrockFailure },
];

export function findRoute(path) {
  for (const route of ROUTES) {
    const parts = route.path.exec(path)?.slice(1);
    if (parts) return { ...route, parts };
  }
  return undefined;
}
