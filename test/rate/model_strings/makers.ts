import type { StringGroup } from './group.js';

/** OpenAI, Anthropic, Google and other makers: what belongs to a name and what does not. */
export const MAKERS: readonly StringGroup[] = [
  {
    title: 'the same name',
    because: 'quotes, spaces, case and the provider before the name are not part of it',
    strings: `
openai | gpt-4o | openai/gpt-4o | 2.5
openai | GPT-4o | openai/gpt-4o
openai | "gpt-4o" | openai/gpt-4o
openai | 'gpt-4o-mini' | openai/gpt-4o-mini | 0.15
- | gpt-4o | openai/gpt-4o
- | openai/gpt-4o | openai/gpt-4o
- | openai:gpt-4o | openai/gpt-4o
- | openai-responses:gpt-5 | openai/gpt-5
openai.responses | gpt-5-mini | openai/gpt-5-mini
OpenAI | openai/gpt-4.1-nano | openai/gpt-4.1-nano
- | OpenAI: GPT-4o mini | openai/gpt-4o-mini
- | Claude Sonnet 4.5 | anthropic/claude-sonnet-4-5 | 3
- | Gemini 2.5 Pro | google/gemini-2.5-pro
- | models/gemini-2.5-flash | google/gemini-2.5-flash
gemini | models/gemini-2.5-flash:generateContent | google/gemini-2.5-flash
- | google-gla:gemini-2.5-pro | google/gemini-2.5-pro
- | gemini/gemini-2.5-flash-lite | google/gemini-2.5-flash-lite ≠ google/gemini-2.5-flash
- | xai:grok-4 | xai/grok-4 | 3
x_ai | x-ai/grok-4 | xai/grok-4
mistral_ai | mistral-large-latest | mistral/mistral-large-latest
- | mistralai:mistral-small-latest | mistral/mistral-small-latest
- | deepseek/deepseek-chat | deepseek/deepseek-chat
- | perplexity/sonar | perplexity/sonar
perplexity | perplexity/sonar-pro | perplexity/sonar-pro ≠ perplexity/sonar
- | voyage-3-lite | voyage/voyage-3-lite ≠ voyage/voyage-3
- | command-r-plus | cohere/command-r-plus ≠ cohere/command-r
`,
  },
  {
    title: 'snapshots',
    because:
      'a dated name with a row has that row: gpt-4o-2024-05-13 stayed at $5 when gpt-4o fell to $2.50. Another date is another snapshot, and only falls back to the undated name where none is listed',
    strings: `
openai | gpt-4o-2024-05-13 | openai/gpt-4o-2024-05-13 ≠ openai/gpt-4o | 5
openai | gpt-4o-20240513 | openai/gpt-4o-2024-05-13 ≠ openai/gpt-4o | 5
openai | chatgpt-4o-latest | openai/chatgpt-4o-latest ≠ openai/gpt-4o | 5
openai | gpt-4-0613 | openai/gpt-4-0613
openai | gpt-3.5-turbo-0301 | openai/gpt-3.5-turbo-0301 ≠ openai/gpt-3.5-turbo
openai | o1-mini-2024-09-12 | openai/o1-mini-2024-09-12
openai | gpt-5.6-sol-2026-06-01 | openai/gpt-5.6-sol ≠ openai/gpt-5.6
anthropic | claude-sonnet-4-6-20260217 | anthropic/claude-sonnet-4-6 | 3
anthropic | claude-opus-4-8-20260601 | anthropic/claude-opus-4-8 | 5
anthropic | claude-3-opus-20240229 | anthropic/claude-3-opus-20240229 | 15
openai | gpt-4o-2025-01-01 | -not_found ≠ openai/gpt-4o
openai | gpt-4o-mini-2025-07-18 | -not_found ≠ openai/gpt-4o-mini
openai | gpt-5-2026-08-07 | -not_found ≠ openai/gpt-5
openai | gpt-4-0825 | -not_found ≠ openai/gpt-4
openai | gpt-4-turbo-0125 | -not_found ≠ openai/gpt-4-turbo
anthropic | claude-haiku-4-5-20260101 | -not_found ≠ anthropic/claude-haiku-4-5
anthropic | claude-3-5-sonnet-20250101 | -not_found ≠ anthropic/claude-3-5-sonnet
anthropic | claude-opus-4-20250805 | -not_found ≠ anthropic/claude-opus-4
google | gemini-2.5-flash-preview-12-2025 | -not_found ≠ google/gemini-2.5-flash-preview-09-2025
google | gemini-2.5-pro-preview-07-01 | -not_found ≠ google/gemini-2.5-pro-preview-06-05
mistral | mistral-large-2499 | -not_found ≠ mistral/mistral-large
`,
  },
  {
    title: 'versions',
    because: 'dots and dashes of a version are one; a version that is not listed is a model nobody has a price for',
    strings: `
- | claude-3.5-sonnet | anthropic/claude-3-5-sonnet | 3
- | claude-sonnet-4.5 | anthropic/claude-sonnet-4-5 ≠ anthropic/claude-sonnet-4
- | claude-opus-4.7 | anthropic/claude-opus-4-7 ≠ anthropic/claude-opus-4 | 5
openai | gpt-5-4-mini | openai/gpt-5.4-mini ≠ openai/gpt-5-mini | 0.75
openai | gpt-5-4-nano | openai/gpt-5.4-nano ≠ openai/gpt-5-nano
openai | gpt-4-1-mini | openai/gpt-4.1-mini
xai | grok-4.1-fast-reasoning | xai/grok-4-1-fast-reasoning ≠ xai/grok-4-fast-reasoning
google | gemini-2-5-flash | google/gemini-2.5-flash
- | claude-opus-4-0 | anthropic/claude-opus-4-0 ≠ anthropic/claude-opus-4-1 | 15
- | claude-opus-5.0 | anthropic/claude-opus-5
openai | gpt-5.9 | -not_found ≠ openai/gpt-5
openai | gpt-5.4-codex | -not_found ≠ openai/gpt-5.3-codex
openai | gpt-6 | -not_found ≠ openai/gpt-6-sol
openai | gpt-4.2-mini | -not_found ≠ openai/gpt-4.1-mini
anthropic | claude-opus-4-9 | -not_found ≠ anthropic/claude-opus-4-8
anthropic | claude-sonnet-4-50 | -not_found ≠ anthropic/claude-sonnet-4-5
anthropic | claude-haiku-5 | -not_found ≠ anthropic/claude-haiku-4-5
google | gemini-4-pro | -not_found
google | gemini-1.5-pro-003 | -not_found ≠ google/gemini-1.5-pro-002
xai | grok-41 | -not_found ≠ xai/grok-4
`,
  },
  {
    title: 'order of words',
    because:
      'Anthropic moved the version behind the line (claude-3-5-sonnet, claude-sonnet-4); OpenRouter wrote gemini-flash-1.5',
    strings: `
- | claude-4-sonnet | anthropic/claude-sonnet-4 ≠ anthropic/claude-sonnet-4-5
- | claude-4.5-sonnet | anthropic/claude-sonnet-4-5
- | claude-4-5-haiku-20251001 | anthropic/claude-haiku-4-5-20251001
- | claude-sonnet-3.7 | anthropic/claude-3-7-sonnet-latest
- | claude-4.1-opus | anthropic/claude-opus-4-1 ≠ anthropic/claude-opus-4
- | claude-4.6-sonnet-20260217 | anthropic/claude-sonnet-4-6
- | gemini-pro-2.5 | google/gemini-2.5-pro ≠ google/gemini-pro
- | claude-4.9-opus | -not_found ≠ anthropic/claude-opus-4-8
- | claude-4-sonnet-20250601 | -not_found ≠ anthropic/claude-4-sonnet-20250514
`,
  },
  {
    title: 'sizes and lines are identity',
    because:
      'mini, nano, pro, lite, flash, max, fast, codex, turbo, image, audio, search and preview each name another model',
    strings: `
openai | gpt-4o-nano | -not_found ≠ openai/gpt-4o-mini
openai | gpt-4o-turbo | -not_found ≠ openai/gpt-4o
openai | gpt-5-max | -not_found ≠ openai/gpt-5
openai | gpt-5.1-nano | -not_found ≠ openai/gpt-5.1
openai | gpt-5-lite | -not_found ≠ openai/gpt-5-nano
openai | gpt-5-codex-mini | -not_found ≠ openai/gpt-5-codex
openai | gpt-5.6-sol-fast | -not_found ≠ openai/gpt-5.6-sol
openai | o3-nano | -not_found ≠ openai/o3-mini
openai | o4 | -not_found ≠ openai/o4-mini
anthropic | claude-opus-4-6-fast | -not_found ≠ anthropic/claude-opus-4-6
anthropic | claude-opus-4-6-max | -not_found ≠ anthropic/claude-opus-4-6
anthropic | claude-haiku-4-6 | -not_found ≠ anthropic/claude-sonnet-4-6
anthropic | claude-sonnet | -not_found ≠ anthropic/claude-sonnet-5
anthropic | claude-instant-1.2 | -not_found ≠ anthropic/claude-2
google | gemini-2.5-ultra | -not_found ≠ google/gemini-2.5-pro
google | gemini-2.5-flash-thinking | -not_found ≠ google/gemini-2.5-flash
google | gemini-3.8-pro | -not_found ≠ google/gemini-3.8-flash
xai | grok-4-mini | -not_found ≠ xai/grok-4
mistral | mistral-large-mini | -not_found ≠ mistral/mistral-large
deepseek | deepseek-v4 | -not_found ≠ deepseek/deepseek-v4-pro
- | deepseek-r1-distill-llama-70b | -not_found ≠ deepseek/deepseek-r1
- | codex-auto-review | -not_found ≠ openai/codex-mini-latest
`,
  },
  {
    title: 'settings behind the name',
    because: 'effort, Claude thinking and the [1m] window of Claude Code are settings of a call: same tokens, same row',
    strings: `
openai | o3-mini-high | openai/o3-mini-high | 1.1
openai | o4-mini-low | openai/o4-mini
openai | gpt-5-codex-high | openai/gpt-5-codex ≠ openai/gpt-5
openai | gpt-5.1-codex-max-xhigh | openai/gpt-5.1-codex-max ≠ openai/gpt-5.1-codex
openai | gpt-5-minimal | openai/gpt-5
openai | gpt-5.2-none | openai/gpt-5.2
openai | gpt-5-2025-08-07-medium | openai/gpt-5-2025-08-07
xai | grok-3-mini-high | xai/grok-3-mini ≠ xai/grok-3
anthropic | claude-sonnet-4-5-20250929[1m] | anthropic/claude-sonnet-4-5-20250929
anthropic | claude-opus-4-6[1m] | anthropic/claude-opus-4-6
- | claude-sonnet-4-5-20250929-thinking | anthropic/claude-sonnet-4-5-20250929
- | claude-4.5-opus-high | anthropic/claude-opus-4-5
mistral | magistral-high | -not_found
openai | gpt-5-high-fast | -not_found ≠ openai/gpt-5
mistral | mistral-medium-high | -not_found ≠ mistral/mistral-medium
`,
  },
  {
    title: 'latest',
    because:
      'an undated name is the latest snapshot of its version, with or without the word; without a version the word moves from model to model',
    strings: `
- | claude-3-5-haiku | anthropic/claude-3-5-haiku-latest
- | claude-3-7-sonnet | anthropic/claude-3-7-sonnet-latest
google | gemini-pro-latest | google/gemini-pro-latest ≠ google/gemini-pro | 2
google | gemini-flash-latest | google/gemini-flash-latest
anthropic | claude-opus-4-1-latest | ~anthropic/claude-opus-4-1
google | gemini-2.5-flash-001 | ~google/gemini-2.5-flash
google | gemini-2.0-flash-001 | google/gemini-2.0-flash-001
anthropic | claude-sonnet-latest | anthropic/claude-sonnet-latest ≠ anthropic/claude-sonnet-5 | 2
anthropic | claude-opus-latest | anthropic/claude-opus-latest ≠ anthropic/claude-opus-5 | 4
anthropic | claude-verse-latest | -not_found ≠ anthropic/claude-opus-latest
deepseek | deepseek-chat-latest | -not_found ≠ deepseek/deepseek-chat
`,
  },
  {
    title: 'fine-tuned models',
    because:
      'ft:<base>:<organisation>:<name>:<id> has the row ft:<base>, never that of the base (gpt-4o-mini: $0.30 against $0.15)',
    strings: `
openai | ft:gpt-4o-mini-2024-07-18:acme::AbC123 | openai/ft:gpt-4o-mini-2024-07-18 ≠ openai/gpt-4o-mini-2024-07-18 | 0.3
- | ft:gpt-4o-2024-08-06:acme:bot:AbC123 | openai/ft:gpt-4o-2024-08-06 ≠ openai/gpt-4o-2024-08-06 | 3.75
openai | ft:gpt-4o:acme:bot:AbC123:ckpt-step-90 | openai/ft:gpt-4o ≠ openai/gpt-4o | 3.75
- | openai/ft:gpt-3.5-turbo-0125:acme::AbC123 | openai/ft:gpt-3.5-turbo-0125 ≠ openai/gpt-3.5-turbo-0125
openai | ft:gpt-4.1-mini:acme::AbC123 | ~openai/ft:gpt-4.1-mini-2025-04-14 ≠ openai/gpt-4.1-mini
openai | gpt-4o-mini-2024-07-18.ft-0e208cf33a6a466994aff31a08aba678 | openai/gpt-4o-mini-2024-07-18.ft- ≠ openai/gpt-4o-mini-2024-07-18
openai | ft:gpt-5-mini:acme::AbC123 | -not_found ≠ openai/gpt-5-mini
openai | ft:gpt-4o-2024-05-13:acme::AbC123 | -not_found ≠ openai/ft:gpt-4o
openai | ft:gpt-4o-mini-2030-01-01:acme::AbC123 | -not_found ≠ openai/ft:gpt-4o-mini
mistral | ft:open-mistral-7b:587a6b29:20240514:7e773925 | -not_found ≠ mistral/open-mistral-7b
- | curie:ft-acme-2021-03-03-21-12-57 | -no_provider ≠ openai/curie
`,
  },
];
