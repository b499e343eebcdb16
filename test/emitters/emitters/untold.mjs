/**
 * What emitters do not tell, by their names, in the words of suite/bill.mjs; `models` are names that they give to models.
 * Each of these was seen in what they wrote: it is nowhere in it.
 */

const LIFETIME = 'lifetime of cache writes';
const STRIPPED = {
  'global.anthropic.claude-haiku-4-5-20251001-v1:0': 'anthropic.claude-haiku-4-5-20251001-v1:0',
};

export const UNTOLD = {
  'openai-python chat': { untold: ['calls of streams without usage'] },
  'openai-node chat': { untold: ['calls of streams without usage'] },
  'opentelemetry-instrumentation-genai-bedrock bedrock': { untold: [LIFETIME] },
  'opentelemetry-instrumentation-botocore bedrock': { untold: [LIFETIME] },
  'opentelemetry-instrumentation-openai-v2 openai': { untold: ['cached tokens', 'reasoning tokens'] },
  'opentelemetry-instrumentation-openai openai': { untold: ['reasoning tokens of streams'] },
  'opentelemetry-instrumentation-bedrock bedrock': { untold: [LIFETIME], models: STRIPPED },
  'opentelemetry-instrumentation-langchain langchain': {
    untold: ['cached tokens of flex calls', 'reasoning tokens', 'tier'],
  },
  'openinference-instrumentation-bedrock bedrock': { untold: [LIFETIME] },
  'openinference-instrumentation-litellm litellm': { untold: [LIFETIME] },
  'openinference-instrumentation-openai-agents openai-agents': {
    untold: ['cached tokens of Chat Completions', 'reasoning tokens of Chat Completions'],
  },
  'openlit openai': { untold: ['reasoning tokens', 'usage (it guesses) of streams without usage'] },
  'openlit anthropic': { untold: [LIFETIME] },
  'openlit bedrock': { untold: [LIFETIME, 'calls of streams'] },
  'logfire openai': { untold: ['tier'] },
  'logfire responses': { untold: ['tier'] },
  'langfuse-python 2 openai': { untold: ['tier', 'calls of embeddings'] },
  'langfuse-python 2 langchain': {
    untold: ['tier', 'usage of Claude without streams', 'input tokens of streams by Claude that write'],
  },
  'langsmith-python openai': { untold: ['calls of embeddings', 'calls of streams without usage'] },
  'mlflow anthropic': { untold: ['usage of streams'] },
  'mlflow google': { untold: ['calls of streams'] },

  '@traceloop/instrumentation-openai openai': {
    untold: ['cached tokens', 'reasoning tokens', 'tier', 'usage of streams', 'calls of embeddings'],
  },
  '@traceloop/instrumentation-anthropic anthropic': { untold: [LIFETIME] },
  '@traceloop/instrumentation-bedrock bedrock': { untold: ['usage'], models: STRIPPED },
  '@arizeai/openinference-instrumentation-openai openai': { untold: ['usage of streams', 'usage of embeddings'] },
  'ai-sdk 4': {
    untold: [LIFETIME, 'cached tokens of Gemini', 'reasoning tokens altogether of Gemini'],
  },
  'ai-sdk 5': {
    untold: [
      'cached tokens of OpenAI without streams',
      'reasoning tokens of OpenAI without streams',
      'cached tokens altogether of Bedrock',
      'lifetime of cache writes of Bedrock',
    ],
  },
  'ai-sdk 7': { untold: [LIFETIME, 'reasoning tokens', 'tier'] },
  'langfuse-js openai': { untold: ['tier', 'usage of embeddings'] },
  'langfuse-js responses': { untold: ['tier'] },
  'langfuse-js langchain': { untold: [LIFETIME, 'exact answers of streams by Claude'] },
  'langsmith-js openai': { untold: ['calls of embeddings', 'calls of streams without usage'] },
  'langsmith-js langchain': { untold: [LIFETIME, 'exact answers of streams by Claude'] },
  '@arizeai/openinference-instrumentation-langchain langchain': { untold: ['exact answers of streams by Claude'] },

  '@arizeai/openinference-instrumentation-bedrock bedrock': {
    untold: ['model', 'cached tokens altogether of streams', 'cache writes altogether of streams'],
    models: { '(none)': 'anthropic' },
    note: 'its name for the model is anthropic',
  },
  'openai-agents raw_responses': { untold: ['model'] },
  'openinference-instrumentation-smolagents': { untold: ['cached tokens', 'reasoning tokens'] },
  'openinference-instrumentation-agno': { untold: ['reasoning tokens'] },
  'openinference-instrumentation-haystack': {
    untold: ['cached tokens', 'reasoning tokens'],
    note: 'both stand in the printed text of an object of Python alone',
  },
  'semantic-kernel': { untold: ['cached tokens', 'reasoning tokens'] },
  llm: { refused: true },
  dspy: { refused: true },
  smolagents: { refused: true },
  agno: { refused: true },
  crewai: { refused: true },
  autogen: { refused: true },

  opencode: { untold: [LIFETIME, 'calls of titles'] },
  pi: { untold: ['reasoning tokens'] },
  gptme: { untold: [LIFETIME, 'calls of titles'] },
};
