import type { StringGroup } from './group.js';

/** Bedrock, Vertex AI and Azure: who was paid stands in the form of the name. */
export const CLOUDS: readonly StringGroup[] = [
  {
    title: 'ARNs of public models',
    because: 'a foundation model or system-defined inference profile ends in its id; the account says nothing',
    strings: `
- | arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-5-sonnet-20241022-v2:0 | bedrock/anthropic.claude-3-5-sonnet-20241022-v2:0 | 3
bedrock | arn:aws:bedrock:us-west-2:123456789012:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0 | bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0 ≠ bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0 | 3.3
- | arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.amazon.nova-lite-v1:0 | bedrock/eu.amazon.nova-lite-v1:0
aws | arn:aws:bedrock:us-east-1:123456789012:inference-profile/global.anthropic.claude-sonnet-4-5-20250929-v1:0 | bedrock/global.anthropic.claude-sonnet-4-5-20250929-v1:0 ≠ bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0 | 3
- | bedrock/arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-haiku-4-5-20251001-v1:0 | bedrock/us.anthropic.claude-haiku-4-5-20251001-v1:0 | 1.1
- | bedrock/converse/arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-pro-v1:0 | bedrock/us.amazon.nova-pro-v1:0 | 0.8
- | arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.anthropic.claude-opus-4-7 | bedrock/us.anthropic.claude-opus-4-7 | 5.5
anthropic | arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0 | bedrock/anthropic.claude-3-haiku-20240307-v1:0
- | arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:inference-profile/us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0 | bedrock/us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0 ≠ bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0 | 3.6
`,
  },
  {
    title: 'ARNs of private resources',
    because: 'their ids are of the account; which model is behind them is not in the log',
    strings: `
bedrock | arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/abc123def456 | -opaque_arn
- | arn:aws:bedrock:us-east-1:123456789012:provisioned-model/my-claude | -opaque_arn
bedrock | arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.titan-text-lite-v1:0:4k/abcd | -opaque_arn ≠ bedrock/amazon.titan-text-lite-v1
- | arn:aws:bedrock:us-east-1:123456789012:custom-model-deployment/x1y2 | -opaque_arn
- | arn:aws:bedrock:us-east-1:123456789012:imported-model/llama-3 | -opaque_arn
- | arn:aws:bedrock:us-east-1:123456789012:default-prompt-router/anthropic.claude:1 | -opaque_arn ≠ bedrock/anthropic.claude-v2:1
- | arn:aws:sagemaker:us-east-1:123456789012:endpoint/gpt-oss-120b | -opaque_arn
- | bedrock/arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc | -opaque_arn
- | bedrock/us-east-1/1-month-commitment/anthropic.claude-v2:1 | -commitment ≠ bedrock/anthropic.claude-v2:1
bedrock | us-west-2/6-month-commitment/anthropic.claude-instant-v1 | -commitment ≠ bedrock/anthropic.claude-instant-v1
`,
  },
  {
    title: 'Bedrock geographies',
    because:
      'a geography has its own row; else the one genai-prices calls regional (all but global and GovCloud); else, assumed, the bare name. AWS: since Claude 4.5 the regional price is 10 % above the global one',
    strings: `
bedrock | us.anthropic.claude-haiku-4-5-20251001-v1:0 | bedrock/us.anthropic.claude-haiku-4-5-20251001-v1:0 ≠ bedrock/anthropic.claude-haiku-4-5-20251001-v1:0 | 1.1
bedrock | eu.anthropic.claude-sonnet-4-5-20250929-v1:0 | bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0 ≠ bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0 | 3.3
bedrock | jp.anthropic.claude-sonnet-4-5-20250929-v1:0 | bedrock/jp.anthropic.claude-sonnet-4-5-20250929-v1:0 | 3.3
bedrock | au.anthropic.claude-opus-4-6-v1 | bedrock/au.anthropic.claude-opus-4-6-v1 ≠ bedrock/anthropic.claude-opus-4-6-v1 | 5.5
bedrock | apac.anthropic.claude-sonnet-4-20250514-v1:0 | bedrock/apac.anthropic.claude-sonnet-4-20250514-v1:0 | 3
bedrock | global.anthropic.claude-opus-4-7 | bedrock/global.anthropic.claude-opus-4-7 ≠ bedrock/us.anthropic.claude-opus-4-7 | 5
bedrock | apac.anthropic.claude-sonnet-4-5-20250929-v1:0 | bedrock/regional.anthropic.claude-sonnet-4-5-20250929-v1:0 ≠ bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0 | 3.3
bedrock | ca.anthropic.claude-sonnet-4-5-20250929-v1:0 | bedrock/regional.anthropic.claude-sonnet-4-5-20250929-v1:0 ≠ bedrock/global.anthropic.claude-sonnet-4-5-20250929-v1:0 | 3.3
bedrock | jp.anthropic.claude-opus-4-5-20251101-v1:0 | bedrock/regional.anthropic.claude-opus-4-5-v1:0 ≠ bedrock/anthropic.claude-opus-4-5-20251101-v1:0 | 5.5
bedrock | us.openai.gpt-5.6-sol | bedrock/us.openai.gpt-5.6-sol ≠ bedrock/global.openai.gpt-5.6-sol | 4.4
bedrock | global.openai.gpt-5.6-sol | bedrock/global.openai.gpt-5.6-sol ≠ bedrock/openai.gpt-5.6-sol | 4
bedrock | jp.amazon.nova-2-lite-v1:0 | bedrock/jp.amazon.nova-2-lite-v1:0 ≠ bedrock/amazon.nova-2-lite-v1:0 | 0.396
bedrock | eu.amazon.nova-premier-v1:0 | ~bedrock/amazon.nova-premier-v1:0
bedrock | global.amazon.nova-lite-v1:0 | ~bedrock/amazon.nova-lite-v1:0 ≠ bedrock/us.amazon.nova-lite-v1:0
bedrock | us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0 | bedrock/us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0 | 3.6
bedrock@us-gov-west-1 | us-gov.anthropic.claude-haiku-4-5-20251001-v1:0 | ~bedrock/anthropic.claude-haiku-4-5-20251001-v1:0 ≠ bedrock/regional.anthropic.claude-haiku-4-5-20251001-v1:0
bedrock | us-gov.anthropic.claude-haiku-4-5-20251001-v1:0 | -not_found ≠ bedrock/us.anthropic.claude-haiku-4-5-20251001-v1:0
bedrock@us-gov-west-1 | anthropic.claude-3-haiku-20240307-v1:0 | bedrock/anthropic.claude-3-haiku-20240307-v1:0
`,
  },
  {
    title: 'Bedrock versions',
    because: 'the version behind the name may be left off where the book has one; another version is another model',
    strings: `
bedrock | anthropic.claude-3-5-sonnet-20241022 | bedrock/anthropic.claude-3-5-sonnet-20241022-v2:0
bedrock | us.anthropic.claude-sonnet-4-6-v1:0 | bedrock/us.anthropic.claude-sonnet-4-6 ≠ bedrock/global.anthropic.claude-sonnet-4-6-v1:0 | 3.3
bedrock | global.anthropic.claude-sonnet-4-5-20250929 | bedrock/global.anthropic.claude-sonnet-4-5-20250929-v1:0 | 3
bedrock | amazon.titan-embed-text-v2 | bedrock/amazon.titan-embed-text-v2:0 ≠ bedrock/amazon.titan-embed-text-v1
bedrock | meta.llama3-1-8b-instruct | bedrock/meta.llama3-1-8b-instruct-v1:0 ≠ bedrock/meta.llama3-8b-instruct-v1:0
bedrock | amazon.nova-pro-v1 | bedrock/amazon.nova-pro-v1:0
bedrock | openai.gpt-oss-120b-1:0 | bedrock/openai.gpt-oss-120b-1:0
bedrock | anthropic.claude-v2:1 | bedrock/anthropic.claude-v2:1
bedrock | anthropic.claude-v3 | -not_found ≠ bedrock/anthropic.claude-v2
bedrock | anthropic.claude | -not_found ≠ bedrock/anthropic.claude-v2
bedrock | amazon.titan-embed-text | -not_found ≠ bedrock/amazon.titan-embed-text-v1
bedrock | amazon.titan-embed-text-v3:0 | -not_found ≠ bedrock/amazon.titan-embed-text-v2:0
bedrock | anthropic.claude-3-5-sonnet | -not_found ≠ bedrock/anthropic.claude-3-5-sonnet-20241022-v2:0
bedrock | anthropic.claude-3-sonnet-20240229-v1:0:28k | -not_found ≠ bedrock/anthropic.claude-3-sonnet-20240229-v1:0
bedrock | us.anthropic.claude-sonnet-4-20260601-v1:0 | -not_found ≠ bedrock/us.anthropic.claude-sonnet-4-20250514-v1:0
bedrock | us.anthropic.claude-opus-4-9-v1:0 | -not_found ≠ bedrock/us.anthropic.claude-opus-4-8
bedrock | amazon.nova-2-v1:0 | -not_found ≠ bedrock/amazon.nova-2-lite-v1:0
bedrock | us.anthropic.claude-opus-4-1 | ~bedrock/us.anthropic.claude-opus-4-1-20250805-v1:0 ≠ bedrock/us.anthropic.claude-opus-4-20250514-v1:0
`,
  },
  {
    title: 'Bedrock routes, regions and spellings',
    because: "LiteLLM's routes and a region before the name are no part of it; only Bedrock writes vendor.model",
    strings: `
- | bedrock/us-east-1/anthropic.claude-3-5-sonnet-20240620-v1:0 | bedrock/anthropic.claude-3-5-sonnet-20240620-v1:0
- | us-east-1/anthropic.claude-3-5-sonnet-20240620-v1:0 | bedrock/anthropic.claude-3-5-sonnet-20240620-v1:0
- | bedrock/converse/us.amazon.nova-pro-v1:0 | bedrock/us.amazon.nova-pro-v1:0
- | converse/us.amazon.nova-pro-v1:0 | bedrock/us.amazon.nova-pro-v1:0
bedrock | invoke/anthropic.claude-3-haiku-20240307-v1:0 | bedrock/anthropic.claude-3-haiku-20240307-v1:0
- | bedrock:us.anthropic.claude-sonnet-4-5-20250929-v1:0 | bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0
- | bedrock_converse/anthropic.claude-opus-4-7 | bedrock/anthropic.claude-opus-4-7
amazon-bedrock | us.amazon.nova-lite-v1:0 | bedrock/us.amazon.nova-lite-v1:0
- | anthropic.claude-3-sonnet-20240229-v1:0 | bedrock/anthropic.claude-3-sonnet-20240229-v1:0
anthropic | us.anthropic.claude-sonnet-4-5-20250929-v1:0 | bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0 ≠ anthropic/claude-sonnet-4-5-20250929 | 3.3
bedrock | us.anthropic.claude-sonnet-4-5-20250929-v1:0[1m] | bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0
bedrock | Anthropic.Claude-3-Haiku-20240307-v1:0 | bedrock/anthropic.claude-3-haiku-20240307-v1:0
bedrock | anthropic/claude-opus-4-8 | ~bedrock/anthropic.claude-opus-4-8
bedrock | claude-sonnet-4-5-20250929 | ~bedrock/claude-sonnet-4-5-20250929-v1:0 ≠ anthropic/claude-sonnet-4-5-20250929
bedrock | nova-pro-v1:0 | ~bedrock/amazon.nova-pro-v1:0
my-gateway | us.anthropic.claude-haiku-4-5-20251001-v1:0 | ~bedrock/us.anthropic.claude-haiku-4-5-20251001-v1:0
bedrock | claude-9-opus | -not_found
`,
  },
  {
    title: 'Vertex AI',
    because:
      'a publisher path is Vertex AI; @ stands before a date there; each publisher lists its models under its name',
    strings: `
- | publishers/google/models/gemini-2.5-flash | vertex_ai/gemini-2.5-flash | 0.3
google | publishers/google/models/gemini-2.5-pro | google/gemini-2.5-pro | 1.25
vertex_ai | publishers/anthropic/models/claude-opus-4-1@20250805 | vertex_ai/claude-opus-4-1@20250805 | 15
- | projects/p-1/locations/us-central1/publishers/google/models/gemini-2.5-pro | vertex_ai/gemini-2.5-pro
- | projects/p-1/locations/europe-west1/publishers/anthropic/models/claude-sonnet-4-5@20250929 | vertex_ai/claude-sonnet-4-5@20250929
vertex_ai | publishers/meta/models/llama-4-maverick-17b-128e-instruct-maas | vertex_ai/meta/llama-4-maverick-17b-128e-instruct-maas
vertex_ai | projects/p/locations/global/publishers/google/models/gemini-2.5-flash:streamGenerateContent | vertex_ai/gemini-2.5-flash
- | claude-opus-4-1@20250805 | vertex_ai/claude-opus-4-1@20250805
vertex_ai | claude-sonnet-4-5-20250929 | vertex_ai/claude-sonnet-4-5@20250929
vertex_ai | claude-opus-4-5@default | vertex_ai/claude-opus-4-5 ≠ vertex_ai/claude-opus-4
- | vertex_ai/claude-haiku-4-5@20251001 | vertex_ai/claude-haiku-4-5@20251001
- | google-vertex:gemini-2.5-pro | vertex_ai/gemini-2.5-pro
gcp.vertex_ai | google/gemini-2.5-flash | vertex_ai/gemini-2.5-flash
google.vertex.chat | gemini-2.5-pro | vertex_ai/gemini-2.5-pro
google | claude-sonnet-4-5@20250929 | vertex_ai/claude-sonnet-4-5@20250929
vertex_ai | gemini-3.7-flash | vertex_ai/gemini-3.7-flash ≠ google/gemini-3.7-flash
vertex_ai | openai/gpt-oss-120b-maas | vertex_ai/openai/gpt-oss-120b-maas
vertex_ai | claude-sonnet-4@20260101 | -not_found ≠ vertex_ai/claude-sonnet-4@20250514
vertex_ai | claude-3-5-sonnet@20250101 | -not_found ≠ vertex_ai/claude-3-5-sonnet
- | projects/p/locations/us-central1/endpoints/1234567890 | -opaque_path
vertex_ai | projects/p/locations/us-central1/models/99 | -opaque_path
- | tunedModels/support-bot-x1 | -opaque_path
`,
  },
  {
    title: 'Azure',
    because: "Azure's own rows; a deployment may have any name, so only names of models are models",
    strings: `
azure | gpt-35-turbo-16k | azure/gpt-35-turbo-16k ≠ azure/gpt-35-turbo | 3
azure | gpt-3.5-turbo-16k | azure/gpt-35-turbo-16k ≠ azure/gpt-3.5-turbo
azure | gpt-4o-2024-11-20 | azure/gpt-4o-2024-11-20
azure | gpt-4o-2024-05-13 | azure/gpt-4o-2024-05-13 ≠ azure/gpt-4o | 5
azure | gpt-4.1-mini-2025-04-14 | azure/gpt-4.1-mini-2025-04-14 ≠ azure/gpt-4.1-2025-04-14
- | azure/gpt-5-chat | azure/gpt-5-chat
- | azure/eu/gpt-4o | azure/gpt-4o
azure | global-standard/gpt-4o-mini | azure/gpt-4o-mini
azure | us/gpt-4.1 | azure/gpt-4.1
azure@eu | data-zone/gpt-4o | azure/gpt-4o
azure | data-zone/gpt-4o | -not_found ≠ azure/gpt-4o
azure_openai | o3-mini-high | azure/o3-mini
az.ai.openai | gpt-5-mini-2025-08-07 | azure/gpt-5-mini-2025-08-07 ≠ azure/gpt-5-mini
azure | claude-opus-5 | azure_ai/claude-opus-5
azure | MAI-DS-R1 | azure_ai/MAI-DS-R1
azure_ai | gpt-35-turbo-16k | azure/gpt-35-turbo-16k ≠ azure/gpt-35-turbo
azure | azure_ai/mistral-large | azure_ai/mistral-large
- | azure_ai/deepseek-r1 | azure_ai/deepseek-r1 ≠ deepseek/deepseek-r1
azure | chat-prod | -not_found
azure | gpt-4o-prod | -not_found ≠ azure/gpt-4o
azure | gpt-4o-0806 | -not_found ≠ azure/gpt-4o-2024-08-06
azure | gpt-6-sol | azure/gpt-6-sol ≠ openai/gpt-6-sol | 2
azure | gpt-7-sol | -not_found ≠ openai/gpt-6-sol
azure | gpt-4o-2025-12-31 | -not_found ≠ azure/gpt-4o
azure | gpt-4o-mini-2024-07-18.ft-0e208cf33a6a466994aff31a08aba678 | -not_found ≠ azure/gpt-4o-mini-2024-07-18
`,
  },
];
