import type { AnyFormat } from '../declare/format.js';
import { aider } from './aider.js';
import { amp } from './amp.js';
import { anthropicBatch } from './anthropic_batch.js';
import { anthropicCostCsv, anthropicCostReport } from './anthropic_costs.js';
import { anthropicMessages } from './anthropic_messages.js';
import { anthropicStream } from './anthropic_stream.js';
import { anthropicUsageCsv, anthropicUsageReport, claudeCodeAnalytics } from './anthropic_usage.js';
import { awsCurCsv, awsCurParquet } from './aws_cur.js';
import { azureApim } from './azure_apim.js';
import { azureCosts } from './azure_costs.js';
import { azureDiagnostics } from './azure_diagnostics.js';
import { bedrockInvocations } from './bedrock.js';
import { bedrockCloudwatch } from './bedrock_cloudwatch.js';
import { bedrockConverse } from './bedrock_converse.js';
import { claudeAgentSdk } from './claude_agent_sdk.js';
import { claudeCode } from './claude_code.js';
import { cline } from './cline.js';
import { clineMessages } from './cline_messages.js';
import { cloudflareAiGateway } from './cloudflare_ai_gateway.js';
import { codebuff, mux, piTranscript } from './codebuff.js';
import { codex } from './codex.js';
import { codexExec } from './codex_exec.js';
import { cohere } from './cohere.js';
import { continueCli } from './continue_cli.js';
import { copilotCli } from './copilot_cli.js';
import { crush } from './crush.js';
import { cursorBubbles, cursorUsageApi, cursorUsageCsv } from './cursor.js';
import { droid } from './droid.js';
import { focusCsv, focusParquet } from './focus.js';
import { gcpBillingCsv, gcpBillingJson } from './gcp_billing.js';
import { gcpCostTable } from './gcp_cost_table.js';
import { geminiBatch } from './gemini_batch.js';
import { geminiCli, geminiCliSession } from './gemini_cli.js';
import { geminiGenerateContent } from './gemini_generatecontent.js';
import { geminiInteractions } from './gemini_interactions.js';
import { gooseCsv, gooseJson } from './goose.js';
import { gptme } from './gptme.js';
import { grokBuild } from './grok_build.js';
import { heliconeCsv, heliconeJsonl } from './helicone.js';
import { hermes } from './hermes.js';
import { inspectAi } from './inspect_ai.js';
import { inspectEvents, inspectLog } from './inspect_events.js';
import { kimiCli, kimiCode } from './kimi.js';
import { langfuseCsv, langfuseIngestion, langfuseJsonl } from './langfuse.js';
import { langsmithParquet, langsmithRuns } from './langsmith.js';
import { litellmDailyCsv, litellmDailyJsonl } from './litellm_daily.js';
import { litellmSpendLogsCsv, litellmSpendLogsJsonl } from './litellm_spend_logs.js';
import { litellmStandardLogging } from './litellm_standard_logging.js';
import { llmLogs } from './llm_logs.js';
import { llmcostCsv, llmcostJsonl, llmcostParquet } from './llmcost.js';
import { margindashEvents } from './margindash.js';
import { miniSweAgent } from './mini_swe_agent.js';
import { ollama } from './ollama.js';
import { openaiAgents } from './openai_agents.js';
import { openaiBatch } from './openai_batch.js';
import { openaiChat } from './openai_chat.js';
import { openaiCostsApi, openaiCostsCsv } from './openai_costs.js';
import { openaiRealtime } from './openai_realtime.js';
import { openaiResponses } from './openai_responses.js';
import { openaiTranscription } from './openai_transcription.js';
import { openaiUsageApi, openaiUsageCsv } from './openai_usage.js';
import { opencode, opencodeExport } from './opencode.js';
import { openhands } from './openhands.js';
import { openrouterActivity } from './openrouter_activity.js';
import { openrouterDays } from './openrouter_days.js';
import { openrouterGeneration } from './openrouter_generation.js';
import { otlpLogs, otlpTraces } from './otlp.js';
import { phoenixCsv, phoenixParquet } from './phoenix.js';
import { pi } from './pi.js';
import { portkeyLogs } from './portkey.js';
import { qwenCode } from './qwen_code.js';
import { revenueCsv } from './revenue_csv.js';
import { braintrustLogs, genkitTraces, mlflowTraces, sdkSpans } from './sdk_spans.js';
import { claudeCodeSums, clineSums, qwenCodeSums } from './session_sums.js';
import { stripeBalance, stripeBalanceReport } from './stripe_balance.js';
import { stripeInvoices } from './stripe_invoices.js';
import { stripePayments } from './stripe_payments.js';
import { stripeSubscriptions } from './stripe_subscriptions.js';
import { vercelAiGateway } from './vercel_ai_gateway.js';
import { vertexRequestLogs } from './vertex_request_logs.js';
import { zed } from './zed.js';

/** Every format the program knows. The order decides nothing. */
export const FORMATS: readonly AnyFormat[] = [
  llmcostJsonl,
  llmcostCsv,
  llmcostParquet,
  openaiChat,
  openaiResponses,
  openaiBatch,
  anthropicMessages,
  anthropicStream,
  geminiGenerateContent,
  geminiBatch,
  geminiInteractions,
  openaiTranscription,
  openaiRealtime,
  cohere,
  ollama,
  anthropicBatch,
  anthropicUsageReport,
  anthropicUsageCsv,
  claudeCodeAnalytics,
  openrouterActivity,
  openrouterGeneration,
  litellmSpendLogsJsonl,
  litellmSpendLogsCsv,
  litellmStandardLogging,
  langfuseJsonl,
  langfuseCsv,
  langfuseIngestion,
  heliconeJsonl,
  heliconeCsv,
  langsmithRuns,
  langsmithParquet,
  portkeyLogs,
  cloudflareAiGateway,
  vercelAiGateway,
  margindashEvents,
  bedrockInvocations,
  bedrockCloudwatch,
  claudeCode,
  codex,
  azureDiagnostics,
  azureApim,
  vertexRequestLogs,
  geminiCli,
  geminiCliSession,
  opencode,
  opencodeExport,
  openaiUsageApi,
  openaiUsageCsv,
  openaiCostsApi,
  openaiCostsCsv,
  anthropicCostReport,
  anthropicCostCsv,
  gcpBillingJson,
  gcpBillingCsv,
  gcpCostTable,
  otlpTraces,
  otlpLogs,
  sdkSpans,
  mlflowTraces,
  genkitTraces,
  braintrustLogs,
  revenueCsv,
  stripeInvoices,
  stripePayments,
  stripeSubscriptions,
  stripeBalance,
  stripeBalanceReport,
  awsCurCsv,
  awsCurParquet,
  focusCsv,
  focusParquet,
  azureCosts,
  pi,
  claudeAgentSdk,
  aider,
  codexExec,
  openrouterDays,
  litellmDailyJsonl,
  litellmDailyCsv,
  bedrockConverse,
  cline,
  inspectAi,
  inspectEvents,
  inspectLog,
  llmLogs,
  amp,
  droid,
  gooseJson,
  gooseCsv,
  openhands,
  copilotCli,
  kimiCli,
  kimiCode,
  qwenCode,
  qwenCodeSums,
  claudeCodeSums,
  clineMessages,
  clineSums,
  continueCli,
  miniSweAgent,
  gptme,
  cursorBubbles,
  cursorUsageCsv,
  cursorUsageApi,
  hermes,
  zed,
  crush,
  grokBuild,
  codebuff,
  mux,
  piTranscript,
  phoenixCsv,
  phoenixParquet,
  openaiAgents,
];
