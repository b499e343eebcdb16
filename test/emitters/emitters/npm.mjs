/** Emitters from npm. Their scripts run from inside the environment. */

const at = (environment) => `npm/${environment}`;
const NOW = ['--set', 'timestamp=2026-11-30T12:00:00Z'];

/** Answers of a provider's own SDK, written down by the application. */
function sdk(name, packageName, calls, more = {}) {
  return {
    name,
    package: packageName,
    environment: at('sdks'),
    tells: 'answers (`JSON.stringify`)',
    run: ['node', '{packages}/suite/calls.mjs', calls],
    set: { KEEP: '1' },
    ...more,
  };
}

/** Spans of an instrumentation. */
function tracer(environment, packageName, className, calls, more = {}) {
  return {
    name: `${packageName} ${calls}`,
    package: packageName,
    environment: at(environment),
    tells: 'OTLP traces',
    run: ['node', '{packages}/suite/tracing.mjs', packageName, className, calls],
    ...more,
  };
}

/** A tool with a form of its own: `words` are those of js/tools.mjs. */
function tool(name, environment, packageName, tells, words, more = {}) {
  return {
    name,
    package: packageName,
    environment: at(environment),
    tells,
    run: ['node', '{packages}/suite/tools.mjs', ...words],
    ...more,
  };
}

const LANGSMITH = {
  LANGSMITH_TRACING: 'true',
  LANGSMITH_ENDPOINT: '{provider}',
  LANGSMITH_API_KEY: 'none',
  LANGSMITH_PROJECT: 'shop',
};

export const NPM = [
  sdk('openai-node chat', 'openai', 'openai'),
  sdk('openai-node responses', 'openai', 'responses'),
  sdk('anthropic-node messages', '@anthropic-ai/sdk', 'anthropic', { options: NOW }),
  sdk('google-genai-node', '@google/genai', 'google', { options: NOW }),
  sdk('aws-sdk converse', '@aws-sdk/client-bedrock-runtime', 'bedrock', {
    options: [...NOW, '--set', 'model=global.anthropic.claude-haiku-4-5-20251001-v1:0'],
  }),
  sdk('mistralai-node', '@mistralai/mistralai', 'mistral', { options: ['--set', 'provider=mistral'] }),
  sdk('cohere-node', 'cohere-ai', 'cohere', { options: [...NOW, '--set', 'model=command-r-08-2024'] }),

  tracer('traceloop', '@traceloop/instrumentation-openai', 'OpenAIInstrumentation', 'openai'),
  tracer('traceloop', '@traceloop/instrumentation-anthropic', 'AnthropicInstrumentation', 'anthropic'),
  tracer('traceloop', '@traceloop/instrumentation-bedrock', 'BedrockInstrumentation', 'bedrock'),
  tracer('openinference', '@arizeai/openinference-instrumentation-openai', 'OpenAIInstrumentation', 'openai'),
  tracer('openinference', '@arizeai/openinference-instrumentation-openai', 'OpenAIInstrumentation', 'responses'),
  tracer('openinference', '@arizeai/openinference-instrumentation-anthropic', 'AnthropicInstrumentation', 'anthropic'),
  tracer('openinference', '@arizeai/openinference-instrumentation-bedrock', 'BedrockInstrumentation', 'bedrock'),
  tracer('openinference', '@arizeai/openinference-instrumentation-langchain', 'LangChainInstrumentation', 'langchain'),

  ...['4', '5', '6', '7'].map((version) =>
    tool(`ai-sdk ${version}`, `ai${version}`, 'ai', 'OTLP traces', ['ai-sdk', version], {
      set: { AI_SDK_LOG_WARNINGS: 'false' },
    }),
  ),
  tool('openrouter ai-sdk-provider', 'openrouter', '@openrouter/ai-sdk-provider', 'OTLP traces of the AI SDK', [
    'openrouter',
  ]),
  tool('genkit', 'genkit', 'genkit', 'traces of its telemetry server', ['genkit'], {
    set: { GENKIT_ENV: 'dev', GENKIT_TELEMETRY_SERVER: '{provider}' },
    merge: 'genkit',
  }),
  tool('langfuse-js openai', 'langchain', '@langfuse/openai', 'OTLP traces to Langfuse', ['langfuse-openai']),
  tool('langfuse-js responses', 'langchain', '@langfuse/openai', 'OTLP traces to Langfuse', ['langfuse-responses']),
  tool('langfuse-js langchain', 'langchain', '@langfuse/langchain', 'OTLP traces to Langfuse', ['langfuse-langchain']),
  tool('langsmith-js openai', 'langchain', 'langsmith', 'runs', ['langsmith-openai'], {
    set: LANGSMITH,
    merge: 'langsmith',
  }),
  tool('langsmith-js langchain', 'langchain', 'langsmith', 'runs', ['langsmith-langchain'], {
    set: LANGSMITH,
    merge: 'langsmith',
  }),
  tool('braintrust-js openai', 'braintrust', 'braintrust', 'rows of logs', ['braintrust', 'openai'], {
    merge: 'braintrust',
  }),
  tool('braintrust-js anthropic', 'braintrust', 'braintrust', 'rows of logs', ['braintrust', 'anthropic'], {
    merge: 'braintrust',
  }),
];
