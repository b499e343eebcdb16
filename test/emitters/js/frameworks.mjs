/** Calls through frameworks, each with a plain call, a stream and a failure. */
import { ADDRESS, CLAUDE, expectFailure, HAIKU, OPENAI, SONNET } from './calls.mjs';

async function readStream(stream) {
  for await (const _ of stream);
}

/** `options` are those of a run, callbacks among them. */
export async function langchain(options = {}) {
  const { ChatOpenAI } = await import('@langchain/openai');
  const { ChatAnthropic } = await import('@langchain/anthropic');
  const configuration = { baseURL: OPENAI.baseURL };
  const openai = (model, more) => new ChatOpenAI({ model, apiKey: 'none', maxRetries: 0, configuration, ...more });
  const claude = (model) =>
    new ChatAnthropic({ model, apiKey: 'none', anthropicApiUrl: CLAUDE.baseURL, maxRetries: 0, maxTokens: 500 });
  for (const model of ['gpt-4o-mini', 'gpt-5', 'gpt-5']) await openai(model).invoke('hi', options);
  await readStream(await openai('gpt-5-mini', { streamUsage: true }).stream('hi', options));
  await openai('gpt-5', { useResponsesApi: true }).invoke('hi', options);
  for (let n = 0; n < 4; n += 1) await claude(SONNET).invoke('hi', options);
  for (let n = 0; n < 2; n += 1) await readStream(await claude(HAIKU).stream('hi', options));
  await expectFailure(() => openai('gpt-4o-mini').invoke('fail:429', options));
}

/** The AI SDK, versions 4 to 7: `version` says how it is told to trace. */
export async function aiSdk(version) {
  const { startTracing } = await import('./tracing.mjs');
  const sdk = startTracing();
  const ai = await import('ai');
  if (version === '7') ai.registerTelemetry(new (await import('@ai-sdk/otel')).OpenTelemetry());
  const { createOpenAI } = await import('@ai-sdk/openai');
  const { createAnthropic } = await import('@ai-sdk/anthropic');
  const { createGoogleGenerativeAI } = await import('@ai-sdk/google');
  const { createAmazonBedrock } = await import('@ai-sdk/amazon-bedrock');
  const openai = createOpenAI({ baseURL: OPENAI.baseURL, apiKey: 'none', compatibility: 'strict' });
  const anthropic = createAnthropic({ baseURL: OPENAI.baseURL, apiKey: 'none' });
  const google = createGoogleGenerativeAI({ baseURL: `${ADDRESS}/v1beta`, apiKey: 'none' });
  const bedrock = createAmazonBedrock({
    baseURL: ADDRESS,
    region: 'us-east-1',
    accessKeyId: 'none',
    secretAccessKey: 'none',
  });
  const traced = {
    experimental_telemetry: { isEnabled: true, functionId: 'chat' },
    telemetry: { isEnabled: true, functionId: 'chat' },
    maxRetries: 0,
  };
  const generate = (model, more) => ai.generateText({ ...traced, model, prompt: 'hi', ...more });
  const stream = async (model) => readStream((await ai.streamText({ ...traced, model, prompt: 'hi' })).textStream);
  for (const model of ['gpt-4o-mini', 'gpt-5', 'gpt-4o-mini']) await generate(openai.chat(model));
  await generate(openai.responses('gpt-5'));
  await stream(openai.responses('gpt-5-mini'));
  await generate(openai.responses('gpt-5'), { providerOptions: { openai: { serviceTier: 'flex' } } });
  for (let n = 0; n < 4; n += 1) await generate(anthropic(SONNET));
  for (let n = 0; n < 2; n += 1) await stream(anthropic(HAIKU));
  for (let n = 0; n < 3; n += 1) await generate(google('gemini-2.5-flash'));
  await stream(google('gemini-2.5-flash'));
  for (let n = 0; n < 4; n += 1) await generate(bedrock('global.anthropic.claude-haiku-4-5-20251001-v1:0'));
  const embedding = openai.textEmbeddingModel ?? openai.embeddingModel ?? openai.embedding;
  await ai.embed({ ...traced, model: embedding.call(openai, 'text-embedding-3-small'), value: 'a' });
  await expectFailure(() => generate(openai.chat('gpt-4o-mini'), { prompt: 'fail:429' }));
  await sdk.shutdown();
}

export async function genkit() {
  const { genkit: start } = await import('genkit');
  const { googleAI } = await import('@genkit-ai/google-genai');
  const { openAI } = await import('@genkit-ai/compat-oai/openai');
  const ai = start({
    plugins: [googleAI({ apiKey: 'none', baseUrl: ADDRESS }), openAI({ apiKey: 'none', baseURL: OPENAI.baseURL })],
  });
  const gemini = googleAI.model('gemini-2.5-flash');
  for (let n = 0; n < 3; n += 1) await ai.generate({ model: gemini, prompt: 'hi' });
  await readStream(ai.generateStream({ model: gemini, prompt: 'hi' }).stream);
  for (let n = 0; n < 2; n += 1) await ai.generate({ model: openAI.model('gpt-4o-mini'), prompt: 'hi' });
  await expectFailure(() => ai.generate({ model: gemini, prompt: 'fail:503' }));
  // Spans are posted when they end, by a processor that nothing can be asked to flush.
  await new Promise((done) => setTimeout(done, 2000));
  process.exit(0);
}
