/** Tools that keep usage in a form of their own: tools.mjs NAME [WORDS]. */
import { ADDRESS, anthropicMessages, newAnthropic, newOpenAI, OPENAI, openaiChat, openaiResponses } from './calls.mjs';
import { aiSdk, genkit, langchain } from './frameworks.mjs';

async function withLangfuse(run) {
  const { NodeSDK } = await import('@opentelemetry/sdk-node');
  const { LangfuseSpanProcessor } = await import('@langfuse/otel');
  const processor = new LangfuseSpanProcessor({ baseUrl: ADDRESS, publicKey: 'none', secretKey: 'none' });
  const sdk = new NodeSDK({ serviceName: 'shop', spanProcessors: [processor], instrumentations: [] });
  sdk.start();
  await run();
  await sdk.shutdown();
}

const langfuseOpenai = (calls) =>
  withLangfuse(async () => {
    const { observeOpenAI } = await import('@langfuse/openai');
    await calls(observeOpenAI(await newOpenAI()));
  });

const langfuseLangchain = () =>
  withLangfuse(async () => {
    const { CallbackHandler } = await import('@langfuse/langchain');
    await langchain({ callbacks: [new CallbackHandler()] });
  });

async function langsmithOpenai() {
  const { Client } = await import('langsmith');
  const { wrapOpenAI } = await import('langsmith/wrappers');
  const client = new Client();
  await openaiChat(wrapOpenAI(await newOpenAI(), { client }));
  await client.awaitPendingTraceBatches();
}

async function langsmithLangchain() {
  const { Client } = await import('langsmith');
  const { LangChainTracer } = await import('@langchain/core/tracers/tracer_langchain');
  const client = new Client();
  await langchain({ callbacks: [new LangChainTracer({ client, projectName: 'shop' })] });
  await client.awaitPendingTraceBatches();
}

async function braintrust(kind) {
  const { initLogger, wrapAnthropic, wrapOpenAI } = await import('braintrust');
  const logger = initLogger({ projectName: 'shop', apiKey: 'none', appUrl: ADDRESS });
  if (kind === 'openai') await openaiChat(wrapOpenAI(await newOpenAI()));
  else await anthropicMessages(wrapAnthropic(await newAnthropic()));
  await logger.flush();
}

/** OpenRouter's AI SDK provider under the telemetry of the AI SDK. */
async function openrouter() {
  const { startTracing } = await import('./tracing.mjs');
  const sdk = startTracing();
  const { generateText } = await import('ai');
  const { createOpenRouter } = await import('@openrouter/ai-sdk-provider');
  const provider = createOpenRouter({ baseURL: OPENAI.baseURL, apiKey: 'none' });
  for (const model of ['gpt-4o-mini', 'gpt-5', 'gpt-4o-mini']) {
    await generateText({ model: provider.chat(model), prompt: 'hi', experimental_telemetry: { isEnabled: true } });
  }
  await sdk.shutdown();
}

const TOOLS = {
  'ai-sdk': aiSdk,
  genkit,
  'langfuse-openai': () => langfuseOpenai(openaiChat),
  'langfuse-responses': () => langfuseOpenai(openaiResponses),
  'langfuse-langchain': langfuseLangchain,
  'langsmith-openai': langsmithOpenai,
  'langsmith-langchain': langsmithLangchain,
  braintrust,
  openrouter,
};

await TOOLS[process.argv[2]](...process.argv.slice(3));
