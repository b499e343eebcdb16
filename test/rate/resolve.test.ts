import { expect, test } from 'vitest';
import { canonicalProvider } from '../../src/rate/models/providers.js';
import { buildResolver, type ModelAlias, type OwnModel } from '../../src/rate/models/resolve.js';

const PRICED = [
  'openai gpt-4o',
  'openai gpt-4o-2024-05-13',
  'openai gpt-4.1-mini',
  'openai o3-mini',
  'openai ft:gpt-4o-2024-08-06',
  'openai ft:gpt-4o-mini',
  'openai whisper-1',
  'anthropic claude-sonnet-4-5',
  'anthropic claude-opus-4-7',
  'google gemini-2.5-pro',
  'vertex_ai gemini-2.5-pro',
  'vertex_ai claude-sonnet-4@20250514',
  'bedrock anthropic.claude-3-5-sonnet-20240620-v1:0',
  'bedrock us.anthropic.claude-sonnet-4-5-20250929-v1:0',
  'azure gpt-4o',
  'azure gpt-35-turbo',
  'openrouter anthropic/claude-3.5-sonnet',
  'fireworks_ai accounts/fireworks/models/llama-v3p1-8b-instruct',
  'xai grok-4',
];

function resolver(aliases: ModelAlias[] = [], own: OwnModel[] = []) {
  const known = PRICED.map((line) => {
    const [provider = '', ...model] = line.split(' ');
    return { provider, model: model.join(' '), priced: true };
  });
  return buildResolver([...known, { provider: 'github_copilot', model: 'gpt-4o', priced: false }], aliases, own);
}

/** provider of the log, model of the log → who was paid, whose price, by which rule. */
test.each([
  ['openai', 'gpt-4o', 'openai', 'openai/gpt-4o', 'exact'],
  ['OpenAI', ' "GPT-4o" ', 'openai', 'openai/gpt-4o', 'exact'],
  ['openai', 'openai/gpt-4o', 'openai', 'openai/gpt-4o', 'prefix+exact'],
  ['openai', 'gpt-4o-2024-05-13', 'openai', 'openai/gpt-4o-2024-05-13', 'exact'],
  ['openai', 'gpt-4-1-mini', 'openai', 'openai/gpt-4.1-mini', 'spelling'],
  ['openai', 'gpt-4.1-mini-2025-04-14', 'openai', 'openai/gpt-4.1-mini', 'date_stripped'],
  ['openai', 'o3-mini-high', 'openai', 'openai/o3-mini', 'effort_stripped'],
  ['openai', 'ft:gpt-4o-mini:acme::id', 'openai', 'openai/ft:gpt-4o-mini', 'fine_tuned'],
  ['openai', 'ft:gpt-4o-mini-2024-07-18:acme:x:id', 'openai', 'openai/ft:gpt-4o-mini', 'fine_tuned+date_stripped'],
  [null, 'gpt-4o', 'openai', 'openai/gpt-4o', 'provider_from_name+exact'],
  [null, 'claude-sonnet-4.5', 'anthropic', 'anthropic/claude-sonnet-4-5', 'provider_from_name+spelling'],
  [null, 'azure/eu/gpt-4o', 'azure', 'azure/gpt-4o', 'provider_from_prefix+prefix+route+exact'],
  [null, 'xai:grok-4', 'xai', 'xai/grok-4', 'provider_from_prefix+prefix+exact'],
  [null, 'models/gemini-2.5-pro', 'google', 'google/gemini-2.5-pro', 'provider_from_name+resource+exact'],
  ['litellm', 'azure/gpt-4o', 'azure', 'azure/gpt-4o', 'provider_from_prefix+prefix+exact'],
  ['gcp.gemini', 'models/gemini-2.5-pro', 'google', 'google/gemini-2.5-pro', 'resource+exact'],
  [
    null,
    'projects/p/locations/us-central1/publishers/google/models/gemini-2.5-pro',
    'vertex_ai',
    'vertex_ai/gemini-2.5-pro',
    'provider_from_path+resource+exact',
  ],
  ['vertex_ai', 'claude-sonnet-4-20250514', 'vertex_ai', 'vertex_ai/claude-sonnet-4@20250514', 'spelling'],
  [
    'aws.bedrock',
    'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    'bedrock',
    'bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    'arn+exact',
  ],
  [
    null,
    'bedrock/us-east-1/anthropic.claude-3-5-sonnet-20240620-v1:0',
    'bedrock',
    'bedrock/anthropic.claude-3-5-sonnet-20240620-v1:0',
    'provider_from_prefix+prefix+route+exact',
  ],
  ['google', 'claude-sonnet-4@20250514', 'google', 'vertex_ai/claude-sonnet-4@20250514', 'sold_on_vertex_ai+exact'],
  ['azure', 'gpt-3.5-turbo', 'azure', 'azure/gpt-35-turbo', 'azure_spelling'],
  ['openrouter', 'anthropic/claude-3.5-sonnet', 'openrouter', 'openrouter/anthropic/claude-3.5-sonnet', 'exact'],
  [
    'fireworks',
    'llama-v3p1-8b-instruct',
    'fireworks_ai',
    'fireworks_ai/accounts/fireworks/models/llama-v3p1-8b-instruct',
    'fireworks_path',
  ],
])('%s %s', (provider, model, paid, price, rule) => {
  const found = resolver()({ provider, model, region: null });
  expect(found).toMatchObject({ kind: 'priced', provider: paid, rule, assumed: false });
  expect(found.kind === 'priced' && `${found.price_provider}/${found.price_model}`).toBe(price);
});

test.each([
  ['a fine-tuned model never costs what its base costs', 'openai', 'ft:gpt-4.1-mini:acme::id', 'not_found'],
  ['a size word is no suffix', 'openai', 'gpt-4o-nano', 'not_found'],
  ['a longer name is another model', 'anthropic', 'claude-opus-4', 'not_found'],
  ['another date is another snapshot where one is listed', 'openai', 'gpt-4o-2031-01-01', 'not_found'],
  ['a day and month alone is no date', 'openai', 'gpt-4o-0613', 'not_found'],
  ['a reseller with rows of that maker', 'azure', 'gpt-4.1-mini', 'not_found'],
  ['a subscription without prices', 'github_copilot', 'gpt-4o', 'exact'],
  [
    'a private inference profile',
    'bedrock',
    'arn:aws:bedrock:us-east-1:1:application-inference-profile/abc',
    'opaque_arn',
  ],
  ['no model', 'openai', null, 'no_model'],
  ['nobody known', null, 'llama-3.3-70b', 'no_provider'],
  ['a word for no model', null, 'auto', 'no_model'],
  ['a message no model wrote', 'anthropic', '<synthetic>', 'no_model'],
])('unpriced: %s', (_, provider, model, rule) => {
  expect(resolver()({ provider, model, region: null })).toMatchObject({ kind: 'unpriced', rule });
});

test('a reseller without own rows is priced at the list price of the maker, marked as assumed', () => {
  expect(resolver()({ provider: 'acme_gateway', model: 'claude-opus-4-7', region: 'EU' })).toEqual({
    kind: 'priced',
    provider: 'acme_gateway',
    region: 'eu',
    price_provider: 'anthropic',
    price_model: 'claude-opus-4-7',
    rule: 'exact+assumed_list_price',
    assumed: true,
  });
  expect(resolver()({ provider: 'openrouter', model: 'openai/gpt-4o', region: null })).toMatchObject({
    price_provider: 'openai',
    rule: 'prefix+exact+assumed_list_price',
  });
});

test('variants: free only where such an offer is listed, search and routing keep the price as an assumption', () => {
  const resolve = resolver();
  expect(resolve({ provider: 'openrouter', model: 'meta/llama:free', region: null })).toMatchObject({
    kind: 'unpriced',
    provider: 'openrouter',
    rule: 'not_found',
  });
  expect(resolve({ provider: 'openrouter', model: 'anthropic/claude-3.5-sonnet:online', region: null })).toMatchObject({
    price_model: 'anthropic/claude-3.5-sonnet',
    rule: 'variant_stripped',
    assumed: true,
  });
});

test("the user's aliases come first: exact before glob, a provider before any", () => {
  const alias = (provider: string | null, model: string, price_model: string): ModelAlias => {
    return { provider, model, price_provider: 'openai', price_model };
  };
  const resolve = resolver([
    alias(null, 'prod-*', 'o3-mini'),
    alias(null, 'prod-chat', 'gpt-4.1-mini'),
    alias('azure', 'prod-chat', 'gpt-4o'),
  ]);
  const target = (provider: string | null, model: string) => {
    const found = resolve({ provider, model, region: null });
    return found.kind === 'priced' ? `${found.provider} ${found.price_model} ${found.rule}` : found.rule;
  };
  expect(target('azure', 'prod-chat')).toBe('azure gpt-4o alias');
  expect(target('openai', 'Prod-Chat')).toBe('openai gpt-4.1-mini alias');
  expect(target(null, 'prod-embed')).toBe('openai o3-mini alias');
});

test.each([
  [
    'the provider paid, the name as written',
    'acme',
    'llama-3-70b',
    { provider: 'ac*', model: 'llama-*' },
    'acme/llama-3-70b',
  ],
  ['of any provider', 'acme', 'llama-3-70b', { provider: null, model: 'llama-3-70b' }, 'acme/llama-3-70b'],
  [
    'a machine in the prefix',
    null,
    'self_hosted/llama-3-70b',
    { provider: null, model: 'self_hosted/*' },
    'self_hosted/self_hosted/llama-3-70b',
  ],
  [
    'a machine in the prefix, the name behind it',
    null,
    'vllm/llama-3-70b',
    { provider: 'hosted_vllm', model: 'llama-3-70b' },
    'hosted_vllm/llama-3-70b',
  ],
  [
    'a prefix nobody knows',
    null,
    'gpu-box/llama-3-70b',
    { provider: 'gpu-box', model: 'llama-*' },
    'gpu-box/llama-3-70b',
  ],
  ['nobody named', null, 'llama-3-70b', { provider: null, model: 'llama-3-70b' }, 'own/llama-3-70b'],
  [
    'a plan that lists it without a price',
    'github_copilot',
    'gpt-4o',
    { provider: 'github_copilot', model: '*' },
    'github_copilot/gpt-4o',
  ],
  [
    'a private profile',
    'bedrock',
    'arn:aws:bedrock:us-east-1:1:application-inference-profile/abc',
    { provider: 'bedrock', model: '*/abc' },
    'bedrock/arn:aws:bedrock:us-east-1:1:application-inference-profile/abc',
  ],
])('a model of the user: %s', (_, provider, model, own, price) => {
  const found = resolver([], [own])({ provider, model, region: null });
  expect(found).toMatchObject({ kind: 'priced', rule: 'override', assumed: false });
  expect(found.kind === 'priced' && `${found.price_provider}/${found.price_model}`).toBe(price);
});

test('a model of the user never takes what the book prices, nor what is of another provider', () => {
  const resolve = resolver(
    [],
    [
      { provider: null, model: 'gpt-*' },
      { provider: 'acme', model: 'llama-*' },
    ],
  );
  expect(resolve({ provider: 'openai', model: 'gpt-4o', region: null })).toMatchObject({ rule: 'exact' });
  expect(resolve({ provider: 'acme', model: 'gpt-4o', region: null })).toMatchObject({
    rule: 'exact+assumed_list_price',
  });
  expect(resolve({ provider: 'openai', model: 'gpt-9', region: null })).toMatchObject({ rule: 'override' });
  expect(resolve({ provider: 'groq', model: 'llama-3-70b', region: null })).toMatchObject({ rule: 'not_found' });
  expect(resolve({ provider: 'groq', model: 'acme/llama-3-70b', region: null })).toMatchObject({ rule: 'not_found' });
  expect(resolve({ provider: 'openai', model: null, region: null })).toMatchObject({ rule: 'no_model' });
});

test("of the user's models the exact name comes before the glob", () => {
  const resolve = resolver(
    [],
    [
      { provider: 'glob', model: 'llama-*' },
      { provider: 'exact', model: 'llama-3-70b' },
    ],
  );
  expect(resolve({ provider: null, model: 'llama-3-70b', region: null })).toMatchObject({ kind: 'unpriced' });
  expect(resolve({ provider: 'glob', model: 'llama-3-70b', region: null })).toMatchObject({ price_provider: 'glob' });
  expect(resolve({ provider: 'exact', model: 'llama-3-70b', region: null })).toMatchObject({ price_provider: 'exact' });
});

test("a plan's price of 0 is no price", () => {
  const resolve = buildResolver(
    [
      { provider: 'zai_coding_plan', model: 'glm-4.7', priced: true, free: true },
      { provider: 'zai', model: 'glm-4.5-flash', priced: true, free: true },
    ],
    [],
  );
  expect(resolve({ provider: 'zai-coding-plan', model: 'glm-4.7', region: null })).toMatchObject({ kind: 'unpriced' });
  expect(resolve({ provider: 'zai', model: 'glm-4.5-flash', region: null })).toMatchObject({ kind: 'priced' });
});

test('why there is no price is said in words', () => {
  const reason = (provider: string | null, model: string | null) => {
    const found = resolver()({ provider, model, region: null });
    return found.kind === 'unpriced' ? found.reason : found.kind;
  };
  expect(reason('openai', null)).toBe('the usage names no model');
  expect(reason('anthropic', '<synthetic>')).toBe('"<synthetic>" names no model: what answered is not in the usage');
  expect(reason(null, 'llama-3-70b')).toBe('nothing says who was paid');
  expect(reason(null, 'Qwen/Qwen3-32B')).toBe(
    'many sell models of this name, each at a price of its own, and nothing says who was paid',
  );
  expect(reason('openai', 'gpt-9')).toBe('no price list has a model of this name from this provider');
  expect(reason('openai', 'ft:gpt-9:acme::x')).toBe('the price of fine-tuned models of this base is not known');
  expect(reason('github_copilot', 'gpt-4o')).toBe('the price lists know it, but no price for it');
  expect(reason('github_copilot', 'gpt-9')).toBe('a flat-rate plan has no price for a call of this model');
  expect(reason('ollama', 'llama3')).toBe('a model on machines of your own has no list price');
  expect(reason('bedrock', 'arn:aws:bedrock:us-east-1:1:provisioned-model/x')).toBe(
    'an ARN of the kind provisioned-model does not say which model it is',
  );
  expect(reason(null, 'tunedModels/x')).toBe('an endpoint or tuned model of your own does not say which model it is');
  expect(reason('bedrock', '1-month-commitment/anthropic.claude-v2')).toBe(
    'committed capacity is paid by the hour, not by use',
  );
});

test('the region of a path is kept, the one of the log wins', () => {
  const resolve = resolver();
  expect(resolve({ provider: 'azure', model: 'azure/eu/gpt-4o', region: null })).toMatchObject({ region: 'eu' });
  expect(resolve({ provider: 'azure', model: 'azure/eu/gpt-4o', region: 'us' })).toMatchObject({ region: 'us' });
});

test.each([
  ['gcp.vertex_ai', 'vertex_ai'],
  ['aws.bedrock', 'bedrock'],
  ['azure.ai.openai', 'azure'],
  ['x_ai', 'xai'],
  ['x-ai', 'xai'],
  ['vertex_ai-anthropic_models', 'vertex_ai'],
  ['bedrock_converse', 'bedrock'],
  ['Together AI', 'together_ai'],
  ['My Own Gateway', 'my_own_gateway'],
])('provider %s is %s', (spelling, canonical) => expect(canonicalProvider(spelling)).toBe(canonical));
