/**
 * Calls of every kind by the providers' own SDKs: calls.mjs NAME. KEEP=1 writes the answers to files, as an application that
 * logs them would. Runs from inside the environment, so that packages are found there.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

export const ADDRESS = process.env.PROVIDER;
export const OPENAI = { baseURL: `${ADDRESS}/v1`, apiKey: 'none', maxRetries: 0 };
export const CLAUDE = { baseURL: ADDRESS, apiKey: 'none', maxRetries: 0 };
export const SONNET = 'claude-sonnet-4-5-20250929';
export const HAIKU = 'claude-haiku-4-5-20251001';
const WEATHER = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const BEDROCK = 'global.anthropic.claude-haiku-4-5-20251001-v1:0';

export function writeLine(file, value) {
  appendFileSync(join(process.env.OUT, file), `${JSON.stringify(value)}\n`);
}

function keep(answer, file = 'answers.jsonl') {
  if (process.env.KEEP) writeLine(file, answer);
}

export async function expectFailure(call) {
  try {
    await call();
  } catch (failure) {
    process.stderr.write(`failed as it should: ${failure.name}\n`);
    return;
  }
  throw new Error('a call that must fail did not');
}

export const ask = (content) => [{ role: 'user', content }];

export async function newOpenAI() {
  const { default: OpenAI } = await import('openai');
  return new OpenAI(OPENAI);
}

export async function newAnthropic() {
  const { default: Anthropic } = await import('@anthropic-ai/sdk');
  return new Anthropic(CLAUDE);
}

export async function openaiChat(client) {
  const openai = client ?? (await newOpenAI());
  const create = (request) => openai.chat.completions.create(request);
  for (const model of ['gpt-4o-mini', 'gpt-5', 'gpt-4o-mini']) keep(await create({ model, messages: ask('hi') }));
  for (const options of [{ stream_options: { include_usage: true } }, {}]) {
    let last;
    for await (const chunk of await create({ model: 'gpt-5-mini', messages: ask('hi'), stream: true, ...options }))
      last = chunk;
    keep(last);
  }
  keep(await create({ model: 'gpt-5', messages: ask('hi'), service_tier: 'flex' }));
  const tools = [{ type: 'function', function: { name: 'get_weather', parameters: WEATHER } }];
  const called = await create({ model: 'gpt-4o-mini', messages: ask('use the tool'), tools });
  keep(called);
  const turn = called.choices[0].message;
  const result = { role: 'tool', tool_call_id: turn.tool_calls[0].id, content: 'sunny' };
  keep(await create({ model: 'gpt-4o-mini', messages: [...ask('use the tool'), turn, result], tools }));
  for (const status of [429, 500])
    await expectFailure(() => create({ model: 'gpt-4o-mini', messages: ask(`fail:${status}`) }));
  keep(await openai.embeddings.create({ model: 'text-embedding-3-small', input: ['a'] }));
}

export async function openaiResponses(client) {
  const openai = client ?? (await newOpenAI());
  const create = (request) => openai.responses.create(request);
  for (const model of ['gpt-5', 'gpt-4o-mini', 'gpt-5']) keep(await create({ model, input: 'hi' }));
  for await (const event of await create({ model: 'gpt-5-mini', input: 'hi', stream: true })) {
    if (event.type === 'response.completed') keep(event);
  }
  keep(await create({ model: 'gpt-5', input: 'hi', service_tier: 'priority' }));
  const tools = [{ type: 'function', name: 'get_weather', parameters: WEATHER, strict: false }];
  keep(await create({ model: 'gpt-5', input: 'use the tool', tools }));
  await expectFailure(() => create({ model: 'gpt-5', input: 'fail:429' }));
}

export async function anthropicMessages(client) {
  const anthropic = client ?? (await newAnthropic());
  const create = (more) => anthropic.messages.create({ model: SONNET, max_tokens: 500, messages: ask('hi'), ...more });
  for (let n = 0; n < 4; n += 1) keep(await create({}));
  for (let n = 0; n < 2; n += 1) {
    for await (const event of await create({ model: HAIKU, stream: true })) keep(event, 'stream.jsonl');
  }
  keep(await create({ messages: ask('use the tool'), tools: [{ name: 'get_weather', input_schema: WEATHER }] }));
  await expectFailure(() => create({ messages: ask('fail:529') }));
}

async function google() {
  const { GoogleGenAI } = await import('@google/genai');
  const { models } = new GoogleGenAI({ apiKey: 'none', httpOptions: { baseUrl: ADDRESS } });
  const request = { model: 'gemini-2.5-flash', contents: 'hi' };
  for (let n = 0; n < 3; n += 1) keep(await models.generateContent(request));
  for (let n = 0; n < 2; n += 1) {
    for await (const chunk of await models.generateContentStream(request)) keep(chunk);
  }
  const tools = [{ functionDeclarations: [{ name: 'get_weather', parameters: { type: 'OBJECT', properties: {} } }] }];
  keep(await models.generateContent({ ...request, contents: 'use the tool', config: { tools } }));
  await expectFailure(() => models.generateContent({ ...request, contents: 'fail:503' }));
}

/** A client that speaks HTTP/1.1: its own way for streams needs a server of HTTP/2. */
export async function newBedrock(aws) {
  const { NodeHttpHandler } = await import('@smithy/node-http-handler');
  const credentials = { accessKeyId: 'none', secretAccessKey: 'none' };
  const requestHandler = new NodeHttpHandler();
  return new aws.BedrockRuntimeClient({
    endpoint: ADDRESS,
    region: 'us-east-1',
    credentials,
    maxAttempts: 1,
    requestHandler,
  });
}

export async function converse(sdk) {
  const aws = sdk ?? (await import('@aws-sdk/client-bedrock-runtime'));
  const runtime = await newBedrock(aws);
  const request = (text) => ({ modelId: BEDROCK, messages: [{ role: 'user', content: [{ text }] }] });
  for (let n = 0; n < 4; n += 1) {
    const { $metadata, ...answer } = await runtime.send(new aws.ConverseCommand(request('hi')));
    keep(answer);
  }
  for (let n = 0; n < 2; n += 1) {
    const { stream } = await runtime.send(new aws.ConverseStreamCommand(request('hi')));
    for await (const event of stream) if (event.metadata) keep(event, 'stream.jsonl');
  }
  await expectFailure(() => runtime.send(new aws.ConverseCommand(request('fail:429'))));
}

async function mistral() {
  const { Mistral } = await import('@mistralai/mistralai');
  const { chat } = new Mistral({ apiKey: 'none', serverURL: ADDRESS });
  const request = { model: 'mistral-small-2506', messages: ask('hi') };
  for (let n = 0; n < 2; n += 1) keep(await chat.complete(request));
  for await (const event of await chat.stream(request)) if (event.data.usage) keep(event, 'stream.jsonl');
}

async function cohere() {
  const { CohereClientV2 } = await import('cohere-ai');
  const client = new CohereClientV2({ token: 'none', environment: ADDRESS, baseUrl: ADDRESS });
  const request = { model: 'command-r-08-2024', messages: ask('hi') };
  for (let n = 0; n < 2; n += 1) keep(await client.chat(request));
  for await (const event of await client.chatStream(request)) if (event.type === 'message-end') keep(event);
}

export const CALLS = {
  openai: openaiChat,
  responses: openaiResponses,
  anthropic: anthropicMessages,
  google,
  bedrock: converse,
  mistral,
  cohere,
};

if (process.argv[1] === new URL(import.meta.url).pathname) await CALLS[process.argv[2]]();
