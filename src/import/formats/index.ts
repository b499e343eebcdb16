import type { Format } from '../format.js';
import { anthropicMessages } from './anthropic_messages.js';
import { anthropicStream } from './anthropic_stream.js';
import { bedrockInvocations } from './bedrock.js';
import { bedrockCloudwatch } from './bedrock_cloudwatch.js';
import { claudeCode } from './claude_code.js';
import { codex } from './codex.js';
import { geminiGenerateContent } from './gemini_generatecontent.js';
import { llmcostCsv, llmcostJsonl } from './llmcost.js';
import { openaiBatch } from './openai_batch.js';
import { openaiChat } from './openai_chat.js';
import { openaiResponses } from './openai_responses.js';

/** Every format the program knows. The order decides nothing. */
export const FORMATS: readonly Format[] = [
  llmcostJsonl,
  llmcostCsv,
  openaiChat,
  openaiResponses,
  openaiBatch,
  anthropicMessages,
  anthropicStream,
  geminiGenerateContent,
  bedrockInvocations,
  bedrockCloudwatch,
  claudeCode,
  codex,
];
