import type { StringGroup } from './group.js';

/** Resellers, gateways, plans, machines of one's own, and strings that are no model. */
export const OTHERS: readonly StringGroup[] = [
  {
    title: 'OpenRouter',
    because:
      'ids are author/slug; :free costs nothing where OpenRouter lists it; :nitro, :floor, :online and :exacto choose a host or add a search',
    strings: `
openrouter | anthropic/claude-sonnet-4.5 | openrouter/anthropic/claude-sonnet-4.5
openrouter | openrouter/anthropic/claude-sonnet-4.5 | openrouter/anthropic/claude-sonnet-4.5
- | openrouter/anthropic/claude-3.5-haiku | openrouter/anthropic/claude-3.5-haiku ≠ anthropic/claude-3-5-haiku-latest | 0.8
openrouter | anthropic/claude-4.5-sonnet-20250929 | openrouter/anthropic/claude-4.5-sonnet-20250929
openrouter | claude-sonnet-4.5 | openrouter/anthropic/claude-sonnet-4.5
openrouter | anthropic/claude-3.7-sonnet:thinking | openrouter/anthropic/claude-3.7-sonnet:thinking
openrouter | anthropic/claude-sonnet-4.5:nitro | ~openrouter/anthropic/claude-sonnet-4.5
openrouter | anthropic/claude-sonnet-4.5:online | ~openrouter/anthropic/claude-sonnet-4.5
- | openrouter/anthropic/claude-sonnet-4.5:floor | ~openrouter/anthropic/claude-sonnet-4.5
openrouter | moonshotai/kimi-k2-0905:exacto | ~openrouter/moonshotai/kimi-k2-0905 ≠ openrouter/moonshotai/kimi-k2
openrouter | deepseek/deepseek-v4-flash:free | openrouter/deepseek/deepseek-v4-flash:free ≠ openrouter/deepseek/deepseek-v4-flash
openrouter | deepseek/deepseek-r1:free | -exact ≠ openrouter/deepseek/deepseek-r1
- | openrouter/some-author/some-model:free | -not_found
openrouter | anthropic/claude-opus-4.6-fast | openrouter/anthropic/claude-opus-4.6-fast ≠ openrouter/anthropic/claude-opus-4.6
openrouter | ~anthropic/claude-sonnet-latest | openrouter/~anthropic/claude-sonnet-latest
- | ~openai/gpt-latest | openrouter/~openai/gpt-latest
openrouter | ~xai/grok-latest | -not_found ≠ xai/grok-latest
openrouter | openrouter/auto | -no_model ≠ openrouter/openrouter/auto
- | openrouter/auto | -no_model
openrouter | some-author/gpt-4o-killer | -not_found
openrouter | openai/gpt-5-ultra | -not_found ≠ openrouter/openai/gpt-5
openrouter | anthropic/claude-sonnet-4.5-20300101 | -not_found ≠ openrouter/anthropic/claude-sonnet-4.5
`,
  },
  {
    title: 'hosts of open weights',
    because:
      'each host has its own price; an author before a slash is not who was paid; a host may leave the author off',
    strings: `
groq | openai/gpt-oss-120b | groq/openai/gpt-oss-120b ≠ openai/gpt-oss-120b | 0.15
groq | gpt-oss-120b | groq/openai/gpt-oss-120b ≠ openai/gpt-oss-120b
- | groq/llama-3.3-70b-versatile | groq/llama-3.3-70b-versatile
deepinfra | DeepSeek-V3.1 | deepinfra/deepseek-ai/DeepSeek-V3.1
together | meta-llama/Llama-4-Scout-17B-16E-Instruct | together_ai/meta-llama/Llama-4-Scout-17B-16E-Instruct
- | together_ai/moonshotai/Kimi-K2.5 | together_ai/moonshotai/Kimi-K2.5 ≠ moonshot/kimi-k2.5
fireworks | deepseek-v3.1 | fireworks_ai/accounts/fireworks/models/deepseek-v3p1
- | accounts/fireworks/models/deepseek-v3p1 | fireworks_ai/accounts/fireworks/models/deepseek-v3p1
- | @cf/meta/llama-3.1-8b-instruct | cloudflare/@cf/meta/llama-3.1-8b-instruct
cloudflare | meta/llama-3.1-8b-instruct | cloudflare/@cf/meta/llama-3.1-8b-instruct
- | databricks-claude-sonnet-4-5 | databricks/databricks-claude-sonnet-4-5
databricks | claude-sonnet-4-5 | databricks/databricks-claude-sonnet-4-5 ≠ anthropic/claude-sonnet-4-5
zhipuai | glm-5.2 | zhipuai/GLM-5.2 ≠ zai/GLM-5.2 | 1.103
zai | glm-5.2 | zai/GLM-5.2 ≠ zhipuai/GLM-5.2 | 1.4
- | glm-5.2 | -no_provider ≠ zai/GLM-5.2
- | gpt-oss-120b | -no_provider ≠ openai/gpt-oss-120b
- | openai/gpt-oss-120b | -no_provider ≠ openai/gpt-oss-120b
- | deepseek-ai/DeepSeek-R1 | -no_provider ≠ deepseek/deepseek-r1
- | z-ai/glm-4.6 | -no_provider ≠ zai/glm-4.6
- | meta-llama/llama-3.3-70b-instruct | -no_provider ≠ openrouter/meta-llama/llama-3.3-70b-instruct
- | llama-3.3-70b-versatile | -no_provider ≠ groq/llama-3.3-70b-versatile
groq | llama-3.3-70b | -not_found ≠ groq/llama-3.3-70b-versatile
together | meta-llama/Llama-3.3-70B-Instruct | -not_found ≠ together_ai/meta-llama/Llama-3.3-70B-Instruct-Turbo
groq | gpt-4o | -not_found ≠ openai/gpt-4o
- | @cf/meta/llama-3.1-8b | -not_found ≠ cloudflare/@cf/meta/llama-3.1-8b-instruct
vercel | anthropic/claude-opus-5.5 | -not_found ≠ anthropic/claude-opus-5-5
`,
  },
  {
    title: 'plans',
    because:
      'a plan has a price only where a list gives one that is not 0; neither 0 nor the price of the maker is what a call cost',
    strings: `
github_copilot | gpt-4o | -exact ≠ openai/gpt-4o
copilot | claude-opus-4.6-fast | -exact ≠ openrouter/anthropic/claude-opus-4.6-fast
github_copilot | claude-opus-5 | github_copilot/claude-opus-5 ≠ anthropic/claude-opus-5
- | github_copilot/gpt-4o-mini | -exact ≠ openai/gpt-4o-mini
github_copilot | gpt-6-sol | github_copilot/gpt-6-sol ≠ openai/gpt-6-sol | 2
github_copilot | gpt-7-sol | -subscription ≠ openai/gpt-6-sol
github_copilot | mistral-large-latest | -subscription ≠ mistral/mistral-large-latest
chatgpt | gpt-5.6-sol | -exact ≠ openai/gpt-5.6-sol
zai-coding-plan | glm-4.7 | -exact ≠ zai/glm-4.7
kimi-for-coding | kimi-k2.6 | -subscription ≠ moonshot/kimi-k2.6
cursor | gpt-5.2 | -subscription ≠ openai/gpt-5.2
`,
  },
  {
    title: "machines of one's own",
    because: 'only the user knows what a self-hosted model costs; a price of 0 must be written down',
    strings: `
ollama | llama3 | -self_hosted
ollama_chat | llama3:8b | -self_hosted
- | ollama/llama3.1:70b | -self_hosted ≠ ollama/llama3:70b
ollama | gpt-4o | -self_hosted ≠ openai/gpt-4o
- | hosted_vllm/openai/gpt-oss-120b | -self_hosted ≠ openai/gpt-oss-120b
vllm | deepseek-chat | -self_hosted ≠ deepseek/deepseek-chat
openai | hosted_vllm/mistral-large-latest | -self_hosted ≠ mistral/mistral-large-latest
- | lm_studio/qwen3-32b | -self_hosted
lmstudio | claude-sonnet-4-5 | -self_hosted ≠ anthropic/claude-sonnet-4-5
- | llamafile/mistral-7b | -self_hosted ≠ mistral/mistral-7b
`,
  },
  {
    title: 'gateways',
    because:
      'what passes a call on was not paid for it: the prefix tells the seller; else the list price of the maker, assumed',
    strings: `
litellm | azure/gpt-4o | azure/gpt-4o
- | litellm_proxy/anthropic/claude-opus-4-7 | anthropic/claude-opus-4-7
- | litellm_proxy/gpt-4o | ~openai/gpt-4o
litellm | gpt-4o | ~openai/gpt-4o
- | gateway/openai:gpt-5 | openai/gpt-5
- | @anthropic/claude-opus-4-7 | anthropic/claude-opus-4-7
openai | anthropic/claude-sonnet-4-5 | ~anthropic/claude-sonnet-4-5
openai | azure/gpt-4o | ~azure/gpt-4o ≠ openai/gpt-4o
openai | openrouter/anthropic/claude-3.5-haiku | ~openrouter/anthropic/claude-3.5-haiku ≠ anthropic/claude-3-5-haiku-latest
openai | claude-opus-4-7 | ~anthropic/claude-opus-4-7
acme-gateway | claude-opus-4-7 | ~anthropic/claude-opus-4-7
acme-gateway | openai/gpt-4o-mini | ~openai/gpt-4o-mini
acme-gateway | llama-3-70b | -not_found
acme-gateway | deepseek-ai/DeepSeek-R1 | -not_found ≠ deepseek/deepseek-r1
acme-gateway | claude-opus-9 | -not_found ≠ anthropic/claude-opus-5
perplexity | anthropic/claude-haiku-4-5 | perplexity/anthropic/claude-haiku-4-5 ≠ anthropic/claude-haiku-4-5 | 1
openai | openrouter-llama-4-maverick | -not_found ≠ openrouter/meta-llama/llama-4-maverick
- | team-a/gpt-4o | -no_provider ≠ openai/gpt-4o
`,
  },
  {
    title: 'no model',
    because:
      '<synthetic> is a message Claude Code wrote itself; auto and default say that something else chose the model',
    strings: `
- | <synthetic> | -no_model
anthropic | <synthetic> | -no_model
- | auto | -no_model
cursor | auto | -no_model
openai | default | -no_model
vertex_ai | default | -no_model
- | unknown | -no_model
- | None | -no_model
openai | "" | -no_model
openai |  | -no_model
- | fixture-model | -no_provider
- | openai.chat | -no_provider
- | 2024-08-06 | -no_provider
`,
  },
];
