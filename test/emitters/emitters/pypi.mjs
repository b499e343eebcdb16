/** Emitters from PyPI. */

const at = (environment) => `pypi/${environment}`;
const NOW = ['--set', 'timestamp=2026-11-30T12:00:00Z'];

/** Answers of a provider's own SDK, written down by the application. */
function sdk(name, packageName, calls, more = {}) {
  return {
    name,
    package: packageName,
    environment: at('sdks'),
    tells: 'answers (`model_dump_json`)',
    run: ['python', '{here}py/calls.py', calls],
    set: { KEEP: '1' },
    ...more,
  };
}

/** Spans of an instrumentation: `instrumentor` is MODULE:CLASS. */
function tracer(environment, packageName, instrumentor, calls, more = {}) {
  return {
    name: `${packageName} ${calls}`,
    package: packageName,
    environment: at(environment),
    tells: 'OTLP traces',
    run: ['python', '{here}py/tracing.py', instrumentor, calls],
    ...more,
  };
}

const otel = (suffix, kind, calls, more) => {
  const module = `opentelemetry.instrumentation.${suffix.replace(/^genai-/, 'genai.').replaceAll('-', '_')}`;
  return tracer('otel', `opentelemetry-instrumentation-${suffix}`, `${module}:${kind}`, calls, more);
};

const traceloop = (suffix, kind, calls, more) => {
  const module = `opentelemetry.instrumentation.${suffix.replaceAll('-', '_')}`;
  const name = `opentelemetry-instrumentation-${suffix}`;
  return tracer('traceloop', name, `${module}:${kind}`, calls, { set: { TRACELOOP_TRACE_CONTENT: 'false' }, ...more });
};

const openinference = (suffix, kind, calls, more) => {
  const module = `openinference.instrumentation.${suffix.replaceAll('-', '_')}`;
  return tracer('openinference', `openinference-instrumentation-${suffix}`, `${module}:${kind}`, calls, more);
};

const ofFrameworks = { environment: at('openinference-frameworks') };

/** A tool with a form of its own: `words` are those of py/tools.py. */
function tool(name, environment, packageName, tells, words, more = {}) {
  return {
    name,
    package: packageName,
    environment: at(environment),
    tells,
    run: ['python', '{here}py/tools.py', ...words],
    ...more,
  };
}

const LANGFUSE = {
  LANGFUSE_HOST: '{provider}',
  LANGFUSE_BASE_URL: '{provider}',
  LANGFUSE_PUBLIC_KEY: 'none',
  LANGFUSE_SECRET_KEY: 'none',
};
const LANGSMITH = {
  LANGSMITH_TRACING: 'true',
  LANGSMITH_ENDPOINT: '{provider}',
  LANGSMITH_API_KEY: 'none',
  LANGSMITH_PROJECT: 'shop',
};
const MLFLOW = { MLFLOW_DISABLE_TELEMETRY: 'true', GIT_PYTHON_REFRESH: 'quiet' };

export const PYPI = [
  sdk('openai-python chat', 'openai', 'openai'),
  sdk('openai-python responses', 'openai', 'responses'),
  sdk('anthropic-python messages', 'anthropic', 'anthropic', { options: NOW }),
  sdk('google-genai-python', 'google-genai', 'google', { options: NOW }),
  sdk('boto3 converse', 'boto3', 'bedrock', {
    tells: 'answers',
    options: [...NOW, '--set', 'model=global.anthropic.claude-haiku-4-5-20251001-v1:0'],
  }),
  sdk('boto3 invoke_model', 'boto3', 'bedrock-invoke', {
    tells: 'answers',
    options: [...NOW, '--set', 'provider=bedrock'],
  }),
  sdk('mistralai-python', 'mistralai', 'mistral', { options: ['--set', 'provider=mistral'] }),
  sdk('cohere-python', 'cohere', 'cohere', { options: [...NOW, '--set', 'model=command-r-08-2024'] }),

  otel('genai-openai', 'OpenAIInstrumentor', 'openai'),
  otel('genai-openai', 'OpenAIInstrumentor', 'responses'),
  otel('genai-anthropic', 'AnthropicInstrumentor', 'anthropic'),
  otel('genai-bedrock', 'BedrockInstrumentor', 'bedrock'),
  otel('botocore', 'BotocoreInstrumentor', 'bedrock'),
  otel('google-genai', 'GoogleGenAiSdkInstrumentor', 'google', { environment: at('otel-google') }),
  otel('openai-v2', 'OpenAIInstrumentor', 'openai', { environment: at('otel-openai-v2') }),

  traceloop('openai', 'OpenAIInstrumentor', 'openai'),
  traceloop('openai', 'OpenAIInstrumentor', 'responses'),
  traceloop('anthropic', 'AnthropicInstrumentor', 'anthropic'),
  traceloop('google-generativeai', 'GoogleGenerativeAiInstrumentor', 'google'),
  traceloop('bedrock', 'BedrockInstrumentor', 'bedrock'),
  traceloop('langchain', 'LangchainInstrumentor', 'langchain'),
  traceloop('cohere', 'CohereInstrumentor', 'cohere'),
  traceloop('mistralai', 'MistralAiInstrumentor', 'mistral'),

  openinference('openai', 'OpenAIInstrumentor', 'openai'),
  openinference('openai', 'OpenAIInstrumentor', 'responses'),
  openinference('anthropic', 'AnthropicInstrumentor', 'anthropic'),
  openinference('bedrock', 'BedrockInstrumentor', 'bedrock'),
  openinference('bedrock', 'BedrockInstrumentor', 'bedrock-invoke'),
  openinference('google-genai', 'GoogleGenAIInstrumentor', 'google'),
  openinference('langchain', 'LangChainInstrumentor', 'langchain', ofFrameworks),
  openinference('litellm', 'LiteLLMInstrumentor', 'litellm', ofFrameworks),
  openinference('openai-agents', 'OpenAIAgentsInstrumentor', 'openai-agents', ofFrameworks),
  openinference('llama-index', 'LlamaIndexInstrumentor', 'llamaindex', ofFrameworks),

  ...['openai', 'responses', 'anthropic', 'google', 'bedrock'].map((kind) =>
    tool(`openlit ${kind}`, 'openlit', 'openlit', 'OTLP traces', ['openlit', kind], {
      set: { PRICING: '{here}py/openlit_prices.json' },
    }),
  ),
  ...['openai', 'responses', 'anthropic', 'pydantic-ai'].map((kind) =>
    tool(`logfire ${kind}`, 'pydantic', 'logfire', 'OTLP traces', ['logfire', kind]),
  ),
  tool('pydantic-ai', 'pydantic', 'pydantic-ai-slim', 'OTLP traces', ['pydantic-ai']),

  tool('langfuse-python openai', 'langchain', 'langfuse', 'OTLP traces to Langfuse', ['langfuse-openai'], {
    set: LANGFUSE,
  }),
  tool('langfuse-python langchain', 'langchain', 'langfuse', 'OTLP traces to Langfuse', ['langfuse-langchain'], {
    set: LANGFUSE,
  }),
  tool('langfuse-python 2 openai', 'langfuse2', 'langfuse', 'ingestion batches', ['langfuse2-openai'], {
    set: LANGFUSE,
  }),
  tool('langfuse-python 2 langchain', 'langfuse2', 'langfuse', 'ingestion batches', ['langfuse2-langchain'], {
    set: LANGFUSE,
  }),
  tool('langsmith-python openai', 'langchain', 'langsmith', 'runs', ['langsmith-openai'], {
    set: LANGSMITH,
    merge: 'langsmith',
  }),
  tool('langsmith-python langchain', 'langchain', 'langsmith', 'runs', ['langsmith-langchain'], {
    set: LANGSMITH,
    merge: 'langsmith',
  }),
  tool('braintrust-python openai', 'braintrust', 'braintrust', 'rows of logs', ['braintrust', 'openai'], {
    merge: 'braintrust',
  }),
  tool('braintrust-python anthropic', 'braintrust', 'braintrust', 'rows of logs', ['braintrust', 'anthropic'], {
    merge: 'braintrust',
  }),
  ...['openai', 'responses', 'anthropic', 'google'].map((kind) =>
    tool(`mlflow ${kind}`, 'mlflow', 'mlflow', 'traces (`Trace.to_json()`)', ['mlflow', kind], {
      set: MLFLOW,
      reads: ['out/traces.jsonl'],
    }),
  ),
  ...['csv', 'parquet', 'jsonl'].map((form) =>
    tool(
      `phoenix ${form}`,
      'phoenix',
      'arize-phoenix',
      `spans of its client, as ${form.toUpperCase()}`,
      ['phoenix', form],
      {
        set: { SPANS_PYTHON: '{packages}/../openinference/bin/python' },
        limit: 300,
      },
    ),
  ),

  tool('litellm-python', 'litellm', 'litellm', 'StandardLoggingPayload of a callback', ['litellm'], {
    set: { LITELLM_LOCAL_MODEL_COST_MAP: 'True', LITELLM_TELEMETRY: 'False' },
  }),
  tool('llm', 'llm', 'llm', 'its database logs.db', ['llm']),
  tool('instructor', 'instructor', 'instructor', 'answers (hook `completion:response`)', ['instructor']),
  tool('openai-agents raw_responses', 'agents', 'openai-agents', '`raw_responses` of results', ['openai-agents']),
  tool('inspect-ai', 'inspect', 'inspect-ai', 'logs of evaluations, as JSON', ['inspect']),
  tool('dspy', 'dspy', 'dspy', '`history` of a model', ['dspy'], { set: { LITELLM_LOCAL_MODEL_COST_MAP: 'True' } }),
  tool('smolagents', 'smolagents', 'smolagents', "steps of an agent's memory", ['smolagents']),
  tool(
    'openinference-instrumentation-smolagents',
    'smolagents',
    'openinference-instrumentation-smolagents',
    'OTLP traces',
    ['smolagents-spans'],
  ),
  tool('agno', 'agno', 'agno', 'runs (`to_dict()`)', ['agno']),
  tool('openinference-instrumentation-agno', 'agno', 'openinference-instrumentation-agno', 'OTLP traces', [
    'agno-spans',
  ]),
  tool('openinference-instrumentation-haystack', 'haystack', 'openinference-instrumentation-haystack', 'OTLP traces', [
    'haystack-spans',
  ]),
  tool('crewai', 'crewai', 'crewai', 'the output of a crew', ['crewai']),
  tool('autogen', 'autogen', 'autogen-agentchat', 'messages of a team', ['autogen'], { reads: ['out/messages.jsonl'] }),
  tool('semantic-kernel', 'semantic-kernel', 'semantic-kernel', 'OTLP traces', ['semantic-kernel']),
];
