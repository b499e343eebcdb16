/** Calls under an instrumentation of OpenTelemetry: tracing.mjs PACKAGE CLASS CALLS. */
import { createRequire } from 'node:module';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { NodeSDK } from '@opentelemetry/sdk-node';

export function startTracing(instrumentations = []) {
  const sdk = new NodeSDK({
    serviceName: 'shop',
    traceExporter: new OTLPTraceExporter({ url: `${process.env.PROVIDER}/v1/traces` }),
    instrumentations,
  });
  sdk.start();
  return sdk;
}

/** Instrumentations patch what is loaded with require, or the modules they are handed. */
async function instrument(packageName, className, calls) {
  const require = createRequire(import.meta.url);
  const instrumentation = new (require(packageName)[className])();
  const sdk = startTracing([instrumentation]);
  const { anthropicMessages, CLAUDE, converse, langchain, openaiChat, OPENAI, openaiResponses } = {
    ...(await import('./calls.mjs')),
    ...(await import('./frameworks.mjs')),
  };
  if (calls === 'bedrock') {
    const aws = require('@aws-sdk/client-bedrock-runtime');
    await converse(aws);
  } else if (calls === 'langchain') {
    instrumentation.manuallyInstrument(await import('@langchain/core/callbacks/manager'));
    await langchain();
  } else if (calls === 'anthropic') {
    const anthropic = require('@anthropic-ai/sdk');
    instrumentation.manuallyInstrument?.(className.startsWith('Anthropic') ? anthropic : anthropic.default);
    await anthropicMessages(new (anthropic.default ?? anthropic)(CLAUDE));
  } else {
    const openai = require('openai');
    const Client = openai.default ?? openai;
    instrumentation.manuallyInstrument?.(Client);
    await (calls === 'openai' ? openaiChat : openaiResponses)(new Client(OPENAI));
  }
  await sdk.shutdown();
}

if (process.argv[1] === new URL(import.meta.url).pathname) await instrument(...process.argv.slice(2));
